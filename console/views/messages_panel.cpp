#include "console/views/messages_panel.h"

#include "console/models/call_words.h"
#include "console/models/figures.h"
#include "console/views/elided_label.h"
#include "console/views/empty_state.h"

#include <QApplication>
#include <QClipboard>
#include <QFontDatabase>
#include <QFrame>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSplitter>
#include <QStackedLayout>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

namespace callmon {

MessagesPanel::MessagesPanel(QWidget* parent)
    : QWidget(parent)
    , m_stack(new QStackedLayout(this))
    , m_empty(new EmptyState(this))
    , m_ladder(new LadderView)
    , m_title(new ElidedLabel(Qt::ElideRight))
    , m_frame(new QFrame)
    , m_text(new QPlainTextEdit)
    , m_find(new QLineEdit)
    , m_previous(new QToolButton)
    , m_next(new QToolButton)
    , m_found(new QLabel)
{
    auto* const copy = new QPushButton(tr("Cop&y message"));
    copy->setToolTip(tr("The whole text of the selected message, to the clipboard"));
    auto* const copyLadder = new QPushButton(tr("Copy &ladder"));
    copyLadder->setToolTip(tr("Time, way and first line of every message as text, to the clipboard"));
    m_text->setReadOnly(true);
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_text->setAccessibleName(tr("Text of the message"));
    m_find->setPlaceholderText(tr("Find (Ctrl+F)"));
    m_find->setToolTip(tr("Find in all messages of the call (Ctrl+F)"));
    m_find->setAccessibleName(tr("Find in all messages"));
    m_find->setClearButtonEnabled(true);
    m_previous->setText(QStringLiteral("▲"));
    m_previous->setToolTip(tr("Previous match (Shift+F3)"));
    m_next->setText(QStringLiteral("▼"));
    m_next->setToolTip(tr("Next match (F3 or Enter)"));
    for (QToolButton* button : { m_previous, m_next }) {
        button->setAccessibleName(button->toolTip());
        button->setFocusPolicy(Qt::StrongFocus);
        button->setEnabled(false);
    }
    m_find->setMinimumWidth(fontMetrics().horizontalAdvance(m_find->placeholderText()) + 24);

    auto* const tools = new QHBoxLayout;
    tools->addWidget(m_find, 1);
    tools->addWidget(m_found);
    tools->addWidget(m_previous);
    tools->addWidget(m_next);
    tools->addWidget(copy);
    tools->addWidget(copyLadder);
    auto* const right = new QWidget;
    auto* const column = new QVBoxLayout(right);
    column->setContentsMargins(8, 4, 8, 4);
    column->setSpacing(4);
    column->addLayout(tools);
    column->addWidget(m_title);
    auto* const framed = new QVBoxLayout(m_frame);
    framed->setContentsMargins(2, 2, 2, 2);
    framed->addWidget(m_text);
    m_frame->setAutoFillBackground(true);
    m_text->setFrameShape(QFrame::NoFrame);
    m_text->setTabChangesFocus(true);
    m_text->installEventFilter(this);
    column->addWidget(m_frame, 1);
    auto* const both = new QSplitter;
    both->addWidget(m_ladder);
    both->addWidget(right);
    both->setStretchFactor(0, 3);
    both->setStretchFactor(1, 2);
    both->setSizes({ 3000, 2000 });
    both->setChildrenCollapsible(false);
    m_stack->addWidget(both);
    m_stack->addWidget(m_empty);
    m_stack->setCurrentWidget(m_empty);

    connect(m_ladder, &LadderView::selectionChanged, this, [this](int row) {
        showSelected();
        emit messageSelected(m_ladder->messageOf(row));
    });
    connect(m_find, &QLineEdit::textChanged, this, [this] {
        search();
        m_match.reset();
        showMatch();
    });
    connect(m_find, &QLineEdit::returnPressed, this,
        [this] { findNext(QApplication::keyboardModifiers() & Qt::ShiftModifier); });
    connect(m_previous, &QToolButton::clicked, this, [this] { findNext(true); });
    connect(m_next, &QToolButton::clicked, this, [this] { findNext(); });
    connect(copy, &QPushButton::clicked, this, [this] {
        if (m_ladder->selected() >= 0)
            QApplication::clipboard()->setText(
                callmon::text(readableText(m_messages[m_ladder->messageOf(m_ladder->selected())])));
    });
    connect(copyLadder, &QPushButton::clicked, this,
        [this] { QApplication::clipboard()->setText(m_ladder->ladderText()); });
}

void MessagesPanel::setMessages(std::vector<CallMessage> messages)
{
    const auto same = [](const CallMessage& a, const CallMessage& b) {
        return a.head.arrival == b.head.arrival && a.text == b.text;
    };
    if (!messages.empty() && std::ranges::equal(messages, m_messages, same))
        return; // a call that is on is asked for every second
    m_messages = std::move(messages);
    m_ladder->setMessages(m_messages);
    if (m_messages.empty())
        return;
    m_stack->setCurrentIndex(0);
    const std::optional<Match> shown = m_match ? std::optional(m_matches[*m_match]) : std::nullopt;
    search();
    m_match.reset();
    for (std::size_t i = 0; shown && i < m_matches.size(); ++i)
        if (m_matches[i].row == shown->row && m_matches[i].offset == shown->offset)
            m_match = i;
    showSelected();
}

void MessagesPanel::sayEmpty(const QString& what, const QString& toDo)
{
    m_messages.clear();
    m_matches.clear();
    m_match.reset();
    m_ladder->setMessages(m_messages);
    m_empty->say(what, toDo);
    m_stack->setCurrentWidget(m_empty);
}

void MessagesPanel::selectMessage(std::size_t message)
{
    const int row = m_ladder->rowOf(message);
    if (row < 0)
        return;
    const QSignalBlocker quiet(m_ladder);
    m_ladder->select(row);
    showSelected();
}

// Line ends as QPlainTextEdit has them, so that offsets are those of its document.
QString MessagesPanel::shownText(int row) const
{
    QString whole = callmon::text(readableText(m_messages[m_ladder->messageOf(row)]));
    return whole.replace(QStringLiteral("\r\n"), QStringLiteral("\n")).replace(QLatin1Char('\r'), QLatin1Char('\n'));
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
    if (const QString whole = shownText(row); m_text->toPlainText() != whole) // keeps what is marked in it
        m_text->setPlainText(whole);
    markMatches();
}

void MessagesPanel::search()
{
    m_matches.clear();
    const QString words = m_find->text();
    for (int row = 0; !words.isEmpty() && row < m_ladder->count(); ++row) {
        const QString whole = shownText(row);
        for (qsizetype at = whole.indexOf(words, 0, Qt::CaseInsensitive); at >= 0;
             at = whole.indexOf(words, at + words.size(), Qt::CaseInsensitive))
            m_matches.push_back({ row, static_cast<int>(at) });
    }
    for (QToolButton* button : { m_previous, m_next })
        button->setEnabled(!m_matches.empty());
}

void MessagesPanel::findNext(bool backward)
{
    if (m_matches.empty())
        return;
    const std::size_t count = m_matches.size();
    if (m_match) {
        m_match = (*m_match + (backward ? count - 1 : 1)) % count;
    } else { // the first one from the selected message on
        const int row = m_ladder->selected();
        const auto next = std::ranges::find_if(m_matches, [row](const Match& match) { return match.row >= row; });
        m_match = next == m_matches.end() ? 0 : static_cast<std::size_t>(next - m_matches.begin());
        if (backward)
            m_match = (*m_match + count - 1) % count;
    }
    showMatch();
}

void MessagesPanel::showMatch()
{
    if (m_find->text().isEmpty())
        m_found->clear();
    else if (m_matches.empty())
        m_found->setText(tr("not found"));
    else if (m_match)
        m_found->setText(tr("%1 of %2").arg(*m_match + 1).arg(m_matches.size()));
    else
        m_found->setText(m_matches.size() == 1
                ? tr("1 match")
                : tr("%1 matches", nullptr, pluralOf(m_matches.size())).arg(m_matches.size()));
    if (m_match) {
        const Match& match = m_matches[*m_match];
        m_ladder->select(match.row);
        QTextCursor cursor(m_text->document());
        cursor.setPosition(match.offset);
        cursor.setPosition(match.offset + static_cast<int>(m_find->text().size()), QTextCursor::KeepAnchor);
        m_text->setTextCursor(cursor);
        m_text->ensureCursorVisible();
    }
    markMatches();
}

void MessagesPanel::markMatches()
{
    QList<QTextEdit::ExtraSelection> marks;
    for (const Match& match : m_matches) {
        if (match.row != m_ladder->selected())
            continue;
        QTextEdit::ExtraSelection mark;
        mark.cursor = QTextCursor(m_text->document());
        mark.cursor.setPosition(match.offset);
        mark.cursor.setPosition(match.offset + static_cast<int>(m_find->text().size()), QTextCursor::KeepAnchor);
        mark.format.setBackground(m_theme.warningBack);
        mark.format.setForeground(m_theme.text);
        mark.format.setFontUnderline(true);
        marks += mark;
    }
    m_text->setExtraSelections(marks);
}

void MessagesPanel::focusFind()
{
    m_find->setFocus(Qt::ShortcutFocusReason);
    m_find->selectAll();
}

void MessagesPanel::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Find))
        focusFind();
    else if (event->key() == Qt::Key_F3)
        findNext(event->modifiers() & Qt::ShiftModifier);
    else
        QWidget::keyPressEvent(event);
}

void MessagesPanel::setTheme(const Theme& theme)
{
    m_theme = theme;
    m_ladder->setTheme(theme);
    markMatches();
    showFocus(m_text->hasFocus());
}

void MessagesPanel::showFocus(bool focused)
{
    QPalette around = palette();
    around.setColor(QPalette::Window, focused ? m_theme.accent : m_theme.line);
    m_frame->setPalette(around);
}

bool MessagesPanel::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_text && (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut))
        showFocus(event->type() == QEvent::FocusIn);
    return QWidget::eventFilter(watched, event);
}

}
