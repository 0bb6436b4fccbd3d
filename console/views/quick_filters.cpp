#include "console/views/quick_filters.h"

#include "console/models/filter_words.h"

#include <QHBoxLayout>
#include <QKeySequence>
#include <QLineEdit>
#include <QToolButton>

namespace callmon {

QuickFilters::QuickFilters(QLineEdit& line, QWidget* parent)
    : QWidget(parent)
    , m_line(line)
{
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(6);
    for (const QuickFilter& filter : quickFilters()) {
        const QString word = QString::fromLatin1(filter.word);
        auto* button = new QToolButton(this);
        button->setText(nameOf(filter));
        button->setCheckable(true);
        button->setFocusPolicy(Qt::TabFocus);
        const QString key = QKeySequence::mnemonic(nameOf(filter)).toString(QKeySequence::NativeText);
        button->setToolTip(QStringLiteral("<p>%1</p><p><b>%2</b>  %3</p>")
                               .arg(helpOf(filter).toHtmlEscaped(), word.toHtmlEscaped(), key));
        button->setAccessibleDescription(helpOf(filter));
        connect(button, &QToolButton::clicked, this, [this, word] { m_line.setText(toggled(m_line.text(), word)); });
        row->addWidget(button);
        m_buttons.push_back(button);
    }
    connect(&m_line, &QLineEdit::textChanged, this, &QuickFilters::show);
    show();
}

QToolButton* QuickFilters::button(const QString& word) const
{
    for (std::size_t i = 0; i < m_buttons.size(); ++i)
        if (word == QLatin1String(quickFilters()[i].word))
            return m_buttons[i];
    return nullptr;
}

void QuickFilters::show()
{
    for (std::size_t i = 0; i < m_buttons.size(); ++i)
        m_buttons[i]->setChecked(hasWord(m_line.text(), QString::fromLatin1(quickFilters()[i].word)));
}

}
