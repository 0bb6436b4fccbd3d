// The lower half of a call's page, and how its messages and the timeline follow each other.
#include "console/models/call_access.h"
#include "console/models/call_words.h"
#include "console/plots/call_timeline.h"
#include "console/views/call_notes_panel.h"
#include "console/views/call_page.h"
#include "console/views/editor_dialog.h"
#include "console/views/messages_panel.h"
#include "console/views/mos_waterfall_view.h"
#include "console/views/stream_table.h"

#include <QLineEdit>
#include <QSplitter>
#include <QTabWidget>

namespace callmon {

void CallPage::showNotes()
{
    if (!m_notes)
        return;
    showTab(m_notes);
    m_notes->tagField().setFocus();
}

bool CallPage::mayLeave()
{
    return !m_notes || !m_notes->hasUnsaved()
        || mayDiscard(*this, tr("What you wrote about the call %1 is not added to its notes.").arg(title()));
}

void CallPage::nextSplit()
{
    const QList<int> sizes = m_split->sizes();
    const int all = sizes[0] + sizes[1];
    if (sizes[0] > 0 && sizes[1] > 0) {
        m_split->setSizes({ all, 0 });
        m_timeline->setFocus();
    } else if (sizes[0] > 0) {
        m_split->setSizes({ 0, all });
        m_tabs->setFocus();
    } else {
        m_split->setSizes({ all * 3 / 5, all * 2 / 5 });
    }
}

void CallPage::showMessages()
{
    m_tabs->setCurrentWidget(m_messages);
    m_messages->ladder().setFocus();
}

void CallPage::showStreams()
{
    m_tabs->setCurrentWidget(m_table);
    m_table->setFocus();
}

void CallPage::showMosBreakdown()
{
    showTab(m_breakdown);
}

void CallPage::showTab(const QWidget* of)
{
    for (int tab = 0; tab < m_tabs->count(); ++tab)
        if (m_tabs->widget(tab)->isAncestorOf(of))
            m_tabs->setCurrentIndex(tab);
}

void CallPage::findInMessages()
{
    if (m_split->sizes().at(1) == 0)
        nextSplit();
    m_tabs->setCurrentWidget(m_messages);
    m_messages->focusFind();
}

void CallPage::linkMessages()
{
    connect(m_messages, &MessagesPanel::messageSelected, this, [this](std::size_t message) {
        m_timeline->selectEvent(message);
        m_timeline->moveCursor(
            std::chrono::duration<double>(m_details.messages()[message].head.arrival - m_details.begin()).count());
    });
    connect(m_timeline, &CallTimeline::eventActivated, this, [this](std::size_t message) {
        m_messages->selectMessage(message);
        m_timeline->selectEvent(message);
    });
    connect(m_timeline, &CallTimeline::cursorMoved, this, [this](double seconds) {
        std::optional<std::size_t> last; // the message that came last by then
        for (const TimelineEvent& event : m_timeline->data().events)
            if (event.mark != TimelineMark::Key && event.seconds <= seconds + 1e-6)
                last = event.id;
        m_timeline->selectEvent(last);
        if (last)
            m_messages->selectMessage(*last);
    });
}

void CallPage::showMessages(const QString& error)
{
    if (!m_details.messages().empty()) {
        m_messages->setMessages(m_details.messages());
        m_tabs->setTabText(m_tabs->indexOf(m_messages), tr("&Messages (%1)").arg(m_messages->ladder().count()));
        showTimeline();
    } else if (m_details.isKeptNoMore(CallDetails::Part::Messages))
        m_messages->sayEmpty(tr("The messages of this call are kept no more"), sentences({ error }));
    else if (const WithheldPart withheld = withheldMessages(m_source.desk()); withheld.isWithheld())
        m_messages->sayEmpty(withheld.what, withheld.toDo);
    else if (!error.isEmpty())
        m_messages->sayEmpty(tr("The messages could not be fetched"), error);
    else if (isOn())
        m_messages->sayEmpty(tr("No message is stored yet"), tr("They appear here within a second or two."));
    else
        m_messages->sayEmpty(tr("No messages of this call are stored"),
            tr("It ended before this engine kept them, or their retention period is over."));
}

}
