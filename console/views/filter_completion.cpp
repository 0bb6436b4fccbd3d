#include "console/views/filter_completion.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QScrollBar>
#include <algorithm>

namespace callmon {

namespace {

constexpr int mostRows = 10; // more scroll

}

FilterCompletion::FilterCompletion(QLineEdit& line, Values values, QWidget* page)
    : QListWidget(page)
    , m_line(line)
    , m_values(std::move(values))
{
    setObjectName(QStringLiteral("filterCompletion"));
    setAccessibleName(tr("What the filter can become"));
    setFocusPolicy(Qt::NoFocus);
    setFrameShape(QFrame::Box);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setUniformItemSizes(true);
    setAutoFillBackground(true);
    hide();
    m_line.installEventFilter(this);
    connect(&m_line, &QLineEdit::textEdited, this, [this] { offer(false); });
    connect(&m_line, &QLineEdit::textChanged, this, [this](const QString& text) {
        if (text.isEmpty())
            hide();
    });
    connect(&m_line, &QLineEdit::cursorPositionChanged, this, [this] {
        if (isVisible())
            offer(true);
    });
    connect(this, &QListWidget::itemClicked, this, [this](QListWidgetItem* item) { take(row(item)); });
}

// Unasked only where something of a word is typed: an empty line says what it is for by itself.
void FilterCompletion::offer(bool evenAll)
{
    const FilterWord word = wordAt(m_line.text(), m_line.cursorPosition());
    m_offered = word.text.isEmpty() && !evenAll ? std::vector<FilterSuggestion>()
                                                : suggestionsFor(word.text, m_values());
    clear();
    if (m_offered.empty())
        return hide();
    for (const FilterSuggestion& one : m_offered) {
        auto* item = new QListWidgetItem(one.what.isEmpty() ? one.word : tr("%1 — %2").arg(one.word, one.what), this);
        item->setData(Qt::AccessibleTextRole, item->text());
    }
    setCurrentRow(-1);
    place();
    show();
    raise();
}

void FilterCompletion::place()
{
    const int rows = std::min(count(), mostRows);
    const int height = rows * sizeHintForRow(0) + 2 * frameWidth();
    int width = sizeHintForColumn(0) + 2 * frameWidth() + 12;
    if (count() > mostRows)
        width += verticalScrollBar()->sizeHint().width();
    const QWidget* page = parentWidget();
    const FilterWord word = wordAt(m_line.text(), m_line.cursorPosition());
    const int before = m_line.fontMetrics().horizontalAdvance(m_line.text().left(word.begin));
    const QPoint below = m_line.mapTo(page, QPoint(std::min(before, m_line.width() / 2), m_line.height() + 1));
    setGeometry(std::max(0, std::min(below.x(), page->width() - width - 4)), below.y(), std::min(width, page->width()),
        std::min(height, page->height() - below.y()));
}

void FilterCompletion::take(int row)
{
    if (row < 0 || row >= static_cast<int>(m_offered.size()))
        return;
    const FilterSuggestion chosen = m_offered[static_cast<std::size_t>(row)];
    qsizetype cursor = m_line.cursorPosition();
    const QString text = withSuggestion(m_line.text(), cursor, chosen);
    hide();
    m_line.setText(text);
    m_line.setCursorPosition(static_cast<int>(cursor));
    m_line.setFocus();
    if (!chosen.complete) // its values come next
        offer(true);
}

bool FilterCompletion::key(int key, Qt::KeyboardModifiers modifiers)
{
    if (key == Qt::Key_Space && modifiers == Qt::ControlModifier) {
        offer(true);
        return true;
    }
    if (!isVisible() || (modifiers & ~Qt::KeypadModifier) != Qt::NoModifier)
        return false;
    switch (key) {
    case Qt::Key_Down:
        setCurrentRow(currentRow() + 1 < count() ? currentRow() + 1 : 0);
        return true;
    case Qt::Key_Up:
        setCurrentRow(currentRow() > 0 ? currentRow() - 1 : count() - 1);
        return true;
    case Qt::Key_Tab:
        take(std::max(currentRow(), 0));
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (currentRow() < 0) { // nothing was chosen: Enter is the line's
            hide();
            return false;
        }
        take(currentRow());
        return true;
    case Qt::Key_Escape:
        hide();
        return true;
    default:
        return false;
    }
}

bool FilterCompletion::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == &m_line) {
        if (event->type() == QEvent::ShortcutOverride && isVisible()
            && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
            event->accept(); // the window's Esc would clear the filter
            return true;
        }
        if (event->type() == QEvent::KeyPress) {
            const auto* pressed = static_cast<QKeyEvent*>(event);
            if (key(pressed->key(), pressed->modifiers()))
                return true;
        } else if (event->type() == QEvent::FocusOut || event->type() == QEvent::Hide) {
            hide();
        }
    }
    return QListWidget::eventFilter(watched, event);
}

}
