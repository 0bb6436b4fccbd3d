#include "console/views/type_ahead.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QComboBox>
#include <QKeyEvent>
#include <algorithm>

namespace callmon {

namespace {

QString withoutSign(const QString& entry)
{
    const auto* const letter = std::ranges::find_if(entry, [](QChar one) { return one.isLetterOrNumber(); });
    return entry.mid(letter - entry.begin());
}

}

TypeAhead::TypeAhead(QComboBox& box)
    : QObject(&box)
    , m_box(box)
{
    box.installEventFilter(this);
    box.view()->installEventFilter(this);
}

int TypeAhead::found(int from) const
{
    for (int i = 0; i < m_box.count(); ++i)
        if (const int row = (from + i) % m_box.count();
            withoutSign(m_box.itemText(row)).startsWith(m_typed, Qt::CaseInsensitive))
            return row;
    return -1;
}

// As QAbstractItemView::keyboardSearch() does it, which knows nothing of signs: the same letter again goes on to the
// next.
bool TypeAhead::eventFilter(QObject*, QEvent* event)
{
    if (event->type() != QEvent::KeyPress || m_box.isEditable())
        return false;
    const auto* const key = static_cast<QKeyEvent*>(event);
    const bool goesOn = m_sinceLast.isValid() && m_sinceLast.elapsed() < QApplication::keyboardInputInterval();
    const QString text = key->text();
    const bool isLetter = text.size() == 1 && (text[0].isLetterOrNumber() || (text[0] == QLatin1Char(' ') && goesOn));
    if (!isLetter || (key->modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier)) != Qt::NoModifier)
        return false;
    const bool again = goesOn && m_typed.compare(text, Qt::CaseInsensitive) == 0;
    m_typed = !goesOn || again ? text : m_typed + text;
    m_sinceLast.start();
    QAbstractItemView* const list = m_box.view();
    const bool open = list->isVisible();
    const int current = std::max(open ? list->currentIndex().row() : m_box.currentIndex(), 0);
    const int row = found(m_typed.size() == 1 ? current + 1 : current);
    if (row < 0)
        return true;
    if (open) {
        list->setCurrentIndex(m_box.model()->index(row, m_box.modelColumn(), m_box.rootModelIndex()));
    } else if (row != m_box.currentIndex()) {
        m_box.setCurrentIndex(row);
        emit m_box.activated(row);
    }
    return true;
}

}
