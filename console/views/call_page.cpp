#include "console/views/call_page.h"

#include "console/models/call_access.h"
#include "console/models/call_words.h"
#include "console/models/probe_desk.h"
#include "console/plots/call_timeline.h"
#include "console/views/call_exports.h"
#include "console/views/call_header.h"
#include "console/views/call_notes_panel.h"
#include "console/views/live_listener.h"
#include "console/views/messages_panel.h"
#include "console/views/mos_waterfall_view.h"
#include "console/views/player_bar.h"
#include "console/views/sound_loader.h"
#include "console/views/stream_table.h"
#include "console/views/timeline_content.h"

#include <QScrollArea>
#include <QSettings>
#include <QShortcut>
#include <QSplitter>
#include <QTabWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

namespace callmon {

namespace {

using Part = CallDetails::Part;

constexpr int liveRefresh = 1000; // ms
constexpr std::size_t manyPoints = 5'000; // 40 minutes of both sides: the whole series is then asked for less often
constexpr int everyNth = 5;
constexpr int leastLines = 5; // of either half
constexpr int mostAfterEnd = 40; // refreshes: the engine follows late media for up to 32 s

// What needs more room than a low window has.
QScrollArea* scrolled(QWidget* widget)
{
    auto* area = new QScrollArea;
    area->setWidget(widget);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    return area;
}

}

CallPage::CallPage(
    CallSource& source, const LiveCallModel& live, CallName call, const CallRecord* record, QWidget* parent)
    : QWidget(parent)
    , m_source(source)
    , m_live(live)
    , m_call(call.key)
    , m_probe(call.probe)
    , m_details(source, call.key, record)
    , m_head(new CallHeader(this))
    , m_message(new MessageBar(this))
    , m_split(new QSplitter(Qt::Vertical, this))
    , m_lanes(new QScrollArea)
    , m_timeline(new CallTimeline)
    , m_tabs(new QTabWidget)
    , m_messages(new MessagesPanel)
    , m_table(new StreamTable)
    , m_breakdown(new MosWaterfallView)
    , m_exports(new CallExports(source, call.key, this))
    , m_player(new PlayerBar(this))
    , m_listener(new LiveListener(source, call.key, *m_player, this))
    , m_sound(new SoundLoader(source, m_details, *m_player, this))
    , m_feed(m_details, *m_timeline)
    , m_lacks(m_details, *m_message)
{
    arrange();
    connect(&m_details, &CallDetails::found, this, &CallPage::found);
    connect(&m_details, &CallDetails::failed, this, &CallPage::failed);
    linkSound();
    linkExports();
    linkMessages();
    if (const ProbeDesk* desk = source.desk())
        connect(desk, &ProbeDesk::roleChanged, this, &CallPage::showRole);
    connect(&m_refresh, &QTimer::timeout, this, &CallPage::refreshIfDue);
    connect(&source, &CallSource::stateChanged, this, [this](CallSource::State state) {
        if (state == CallSource::State::Connected && (!m_details.hasEnded() || m_details.streams().empty()))
            refresh();
    });
    setTheme(m_theme);
    showHead();
    showRole();
    refresh();
    m_refresh.start(liveRefresh);
}

void CallPage::arrange()
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_message);
    layout->addWidget(m_head);
    layout->addWidget(m_split, 1);
    layout->addWidget(m_exports);
    layout->addWidget(m_player);
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_messages, tr("&Messages"));
    m_tabs->addTab(m_table, tr("Media &streams"));
    m_tabs->addTab(scrolled(m_breakdown), tr("MOS &breakdown"));
    addNotes();
    m_lanes->setWidget(m_timeline);
    m_lanes->setWidgetResizable(true);
    m_lanes->setFrameShape(QFrame::NoFrame);
    m_lanes->setFocusPolicy(Qt::NoFocus); // the timeline has it
    m_lanes->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_split->addWidget(m_lanes);
    m_split->addWidget(m_tabs);
    connect(m_tabs, &QTabWidget::currentChanged, this, &CallPage::reportChanged);
    m_split->setStretchFactor(0, 3);
    m_split->setStretchFactor(1, 2);
    m_tabs->setMinimumHeight(leastLines * fontMetrics().height());
    m_split->setSizes({ 3'000, 2'000 });
    m_split->setObjectName(QStringLiteral("callSplit"));
    auto* enlarge = new QShortcut(Qt::Key_F6, this);
    enlarge->setContext(Qt::WidgetWithChildrenShortcut);
    connect(enlarge, &QShortcut::activated, this, &CallPage::nextSplit);
    m_split->restoreState(QSettings().value(QStringLiteral("call/split")).toByteArray());
    connect(m_split, &QSplitter::splitterMoved, this,
        [this] { QSettings().setValue(QStringLiteral("call/split"), m_split->saveState()); });
}

// Until the stored record tells of the end: a call can end, and its engine come back, while the page is open.
void CallPage::refreshIfDue()
{
    const bool ended = m_details.hasEnded();
    if (ended && m_fetchedAfterEnd && (m_details.hasItsMos() || m_refreshesAfterEnd >= mostAfterEnd)) {
        m_refresh.stop();
        return;
    }
    showHead();
    if (m_lacks.isForbidden())
        return;
    if (isVisible() && !m_details.asks() && !m_sound->isFetching()
        && m_source.state() == CallSource::State::Connected) {
        m_sound->loadAgain(ended && !m_fetchedAfterEnd && !m_player->isPlaying()); // what was loaded is not all of it
        refresh();
    }
}

// The tab tells whether there is anything in it.
void CallPage::addNotes()
{
    ProbeDesk* const desk = m_source.desk();
    if (!desk)
        return;
    m_notes = new CallNotesPanel(*desk, m_call);
    QScrollArea* const place = scrolled(m_notes);
    place->setFocusPolicy(Qt::NoFocus); // its fields have it
    const int tab = m_tabs->addTab(place, tr("&Notes"));
    connect(m_notes, &CallNotesPanel::changed, this, [this, tab](int tags, int notes) {
        m_tabs->setTabText(tab, tags + notes == 0 ? tr("&Notes") : tr("&Notes (%1)").arg(tags + notes));
        emit tagsChanged({ m_call, joined(m_notes->shown().tags) });
        emit reportChanged();
    });
}

bool CallPage::isOn() const
{
    const LiveCall* live = m_details.hasEnded() ? nullptr : m_live.find(m_call, m_probe);
    return live && live->state != CallState::Ended;
}

QString CallPage::title() const
{
    std::string_view caller;
    std::string_view callee;
    if (const std::optional<CallRecord>& record = m_details.record()) {
        caller = record->caller;
        callee = record->callee;
    } else if (m_lastLive) {
        caller = m_lastLive->caller;
        callee = m_lastLive->callee;
    }
    const auto shortened = [](std::string_view name) {
        const QString whole = text(name);
        return whole.size() <= 16 ? whole : whole.left(7) + QStringLiteral("…") + whole.right(8);
    };
    return shortened(caller) + QStringLiteral(" → ") + shortened(callee);
}

QString CallPage::said() const
{
    return m_message->message();
}

void CallPage::reload()
{
    m_lacks.forget();
    m_messagesRefused = false;
    m_sound->loadAgain(true);
    refresh();
}

void CallPage::refresh()
{
    if (m_source.state() != CallSource::State::Connected) {
        m_lacks.say(MessageBar::Kind::Warning, tr("Not connected to an engine. Press F5 when it is back."));
        return;
    }
    m_fetchedAfterEnd = m_details.hasEnded();
    m_refreshesAfterEnd += m_fetchedAfterEnd;
    m_details.ask(Part::Record);
    m_details.ask(Part::Streams);
    if (m_details.hasEnded() || m_details.points().size() < manyPoints || m_round++ % everyNth == 0)
        m_details.ask(Part::Quality);
    // A refusal stands in the engine's audit log: one is enough.
    if (!withheldMessages(m_source.desk()).isWithheld() || !std::exchange(m_messagesRefused, true))
        m_details.ask(Part::Messages);
    m_details.ask(Part::Alarms);
}

void CallPage::found(CallDetails::Part part)
{
    switch (part) {
    case Part::Record:
        showHead();
        if (const std::optional<CallRecord>& record = m_details.record(); record && record->answeredAt)
            m_listener->setAnsweredAt(*record->answeredAt);
        break;
    case Part::Streams:
        m_feed.streamsCame();
        m_table->setStreams(m_details.streams(), m_details.record() ? m_details.record()->trust : CaptureTrust::Whole);
        m_breakdown->setStreams(m_details.streams());
        m_table->sayEmpty(tr("No media of this call were seen."));
        m_breakdown->sayEmpty(tr("No media of this call were seen: there is no MOS."));
        m_tabs->setTabText(m_tabs->indexOf(m_table), tr("Media &streams (%1)").arg(m_details.streams().size()));
        showHead();
        showTimeline();
        break;
    case Part::Quality:
        m_feed.secondsCame();
        showHead();
        showTimeline();
        break;
    case Part::Alarms:
        showTimeline();
        break;
    case Part::Messages:
        showMessages({});
        break;
    }
    m_lacks.show(m_source.desk(), isOn());
    emit reportChanged();
}

void CallPage::failed(CallDetails::Part part, const QString& error)
{
    if (part == Part::Messages && m_details.messages().empty()) // else what is shown stays
        showMessages(error);
    if (part == Part::Quality)
        showTimeline();
    m_lacks.show(m_source.desk(), isOn());
}

// Where it forbids, what a part of the page would show is said there to be for others, and not offered.
void CallPage::showRole()
{
    if (const WithheldPart withheld = withheldFigures(m_source.desk()); withheld.isWithheld()) {
        m_table->sayEmpty(withheld.what + QLatin1Char(' ') + withheld.toDo);
        m_breakdown->sayEmpty(withheld.what + QLatin1Char(' ') + withheld.toDo);
    }
    const WithheldPart withheld = withheldSound(m_source.desk());
    m_player->forbid(withheld.isWithheld() ? withheld.what + QLatin1Char(' ') + withheld.toDo : QString());
    showTimeline();
}

void CallPage::showHead()
{
    m_player->offerLive(isOn());
    QString codecs;
    for (const StreamRecord& stream : m_details.streams()) {
        const QString codec = text(stream.codec);
        if (!codec.isEmpty() && !codecs.contains(codec))
            codecs += (codecs.isEmpty() ? QString() : QStringLiteral(", ")) + codec;
    }
    if (const LiveCall* live = m_live.find(m_call, m_probe))
        m_lastLive = *live;
    if (const std::optional<CallRecord>& record = m_details.record())
        m_head->show(*record, codecs.isEmpty() && m_lastLive ? text(m_lastLive->codec) : codecs, m_details.legalHold());
    if (m_lastLive && !m_details.hasEnded())
        m_head->show(*m_lastLive, m_now, m_details.meanMos());
    emit titleChanged();
}

void CallPage::showTimeline()
{
    m_feed.show(m_source.desk());
    // More lanes than a small window has room for, or one with a large font, are scrolled.
    const int most = leastLines * fontMetrics().height();
    m_lanes->setMinimumHeight(std::min(m_timeline->minimumSizeHint().height(), most));
}

void CallPage::setNow(Timestamp now)
{
    m_now = now;
    if (!isOn())
        return;
    showHead();
    m_feed.isOnAt(now);
    if (m_lacks.isForbidden()) // no second comes that would lead to it
        showTimeline();
}

void CallPage::showZone()
{
    m_head->showZone();
    showHead();
    showTimeline();
    m_timeline->update();
    reload();
}

void CallPage::setTheme(const Theme& theme)
{
    m_theme = theme;
    m_head->setTheme(theme);
    m_message->setTheme(theme);
    m_table->setTheme(theme);
    m_player->setTheme(theme);
    m_messages->setTheme(theme);
    m_breakdown->setTheme(theme);
    m_timeline->setLook(timelineLook(theme));
    if (m_notes)
        m_notes->setTheme(theme);
}

}
