#include "console/views/messages_panel.h"

#include "console/models/call_words.h"
#include "console/models/figures.h"
#include "console/views/empty_state.h"

#include <QApplication>
#include <QClipboard>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QShortcut>
#include <QSplitter>
#include <QStackedLayout>
#include <QVBoxLayout>

namespace callmon {

MessagesPanel::MessagesPanel(QWidget* parent)
    : QWidget(parent)
    , m_stack(new QStackedLayout(this))
    , m_empty(new EmptyState(this))
    , m_ladder(new LadderView)
    , m_title(new QLabel)
    , m_text(new QPlainTextEdit)
    , m_find(new QLineEdit)
    , m_found(new QLabel)
{
    auto* const copy = new QPushButton(tr("&Copy message"));
    copy->setToolTip(tr("The whole text of the selected message, to the clipboard"));
    m_title->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_text->setReadOnly(true);
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_text->setAccessibleName(tr("Text of the message"));
    m_find->setPlaceholderText(tr("Find in all messages (Ctrl+F, then Enter)"));
    m_find->setAccessibleName(tr("Find in all messages"));
    m_find->setClearButtonEnabled(true);

    auto* const tools = new QHBoxLayout;
    tools->addWidget(m_find, 1);
    tools->addWidget(m_found);
    tools->addWidget(copy);
    auto* const right = new QWidget;
    auto* const column = new QVBoxLayout(right);
    column->setContentsMargins(8, 6, 8, 6);
    column->addWidget(m_title);
    column->addWidget(m_text, 1);
    column->addLayout(tools);
    auto* const both = new QSplitter;
    both->addWidget(m_ladder);
    both->addWidget(right);
    both->setStretchFactor(0, 3);
    both->setStretchFactor(1, 2);
    both->setChildrenCollapsible(false);
    m_stack->addWidget(both);
    m_stack->addWidget(m_empty);
    m_stack->setCurrentWidget(m_empty);

    connect(m_ladder, &LadderView::selectionChanged, this, &MessagesPanel::showSelected);
    connect(m_find, &QLineEdit::returnPressed, this, [this] { find(m_find->text()); });
    connect(m_find, &QLineEdit::textChanged, m_found, &QLabel::clear);
    connect(copy, &QPushButton::clicked, this, [this] {
        if (m_ladder->selected() >= 0)
            QApplication::clipboard()->setText(
                callmon::text(readableText(m_messages[m_ladder->messageOf(m_ladder->selected())])));
    });
    auto* const toFind = new QShortcut(QKeySequence::Find, this);
    toFind->setContext(Qt::WidgetWithChildrenShortcut);
    connect(toFind, &QShortcut::activated, this, [this] {
        m_find->setFocus(Qt::ShortcutFocusReason);
        m_find->selectAll();
    });
}

void MessagesPanel::setMessages(std::vector<CallMessage> messages)
{
    m_messages = std::move(messages);
    m_ladder->setMessages(m_messages);
    if (!m_messages.empty()) {
        m_stack->setCurrentIndex(0);
        showSelected();
    }
}

void MessagesPanel::sayEmpty(const QString& what, const QString& toDo)
{
    m_messages.clear();
    m_ladder->setMessages(m_messages);
    m_empty->say(what, toDo);
    m_stack->setCurrentWidget(m_empty);
}

void MessagesPanel::showSelected()
{
    const int row = m_ladder->selected();
    if (row < 0)
        return;
    const CallMessage& message = m_messages[m_ladder->messageOf(row)];
    const MessageHead& head = message.head;
    QString title = tr("%1   %2 → %3   %4")
                        .arg(dateTimeText(head.arrival), callmon::text(toString(head.flow.src)),
                            callmon::text(toString(head.flow.dst)), callmon::text(toText(head.transport)).toUpper());
    if (message.isCut())
        title += tr("   first %1 of %2 bytes").arg(message.text.size()).arg(head.wireSize);
    m_title->setText(title);
    if (const QString whole = callmon::text(readableText(message));
        m_text->toPlainText() != whole) // keeps what is marked in it
        m_text->setPlainText(whole);
}

bool MessagesPanel::findIn(int row, const QString& words) const
{
    return callmon::text(readableText(m_messages[m_ladder->messageOf(row)])).contains(words, Qt::CaseInsensitive);
}

void MessagesPanel::find(const QString& words, bool backward)
{
    if (words.isEmpty() || m_messages.empty())
        return;
    const auto flags = backward ? QTextDocument::FindBackward : QTextDocument::FindFlags();
    m_found->clear();
    if (m_text->find(words, flags))
        return;
    const int count = m_ladder->count();
    for (int i = 1; i <= count; ++i) { // round and round
        const int row = (m_ladder->selected() + (backward ? count - i : i)) % count;
        if (!findIn(row, words))
            continue;
        m_ladder->select(row);
        m_text->moveCursor(backward ? QTextCursor::End : QTextCursor::Start);
        m_text->find(words, flags);
        return;
    }
    m_found->setText(tr("not found"));
}

void MessagesPanel::setTheme(const Theme& theme)
{
    m_ladder->setTheme(theme);
}

}
