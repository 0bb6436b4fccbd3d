#include "console/views/call_page.h"

#include "console/models/call_words.h"
#include "console/models/probe_desk.h"
#include "console/plots/call_timeline.h"
#include "console/recording/pcap_export.h"
#include "console/views/call_header.h"
#include "console/views/call_notes_panel.h"
#include "console/views/live_listener.h"
#include "console/views/messages_panel.h"
#include "console/views/mos_waterfall_view.h"
#include "console/views/player_bar.h"
#include "console/views/progress_line.h"
#include "console/views/stream_table.h"
#include "console/views/timeline_content.h"
#include "shared/export/whole_file.h"

#include <QApplication>
#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QLineEdit>
#include <QPointer>
#include <QScrollArea>
#include <QSettings>
#include <QShortcut>
#include <QSplitter>
#include <QTabWidget>
#include <QThreadPool>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

namespace callmon {

namespace {

constexpr int liveRefresh = 1000; // ms
constexpr std::size_t manyPoints = 5'000; // 40 minutes of both sides: the whole series is then asked for less often
constexpr int everyNth = 5;
constexpr int mostAfterEnd = 40; // refreshes: the engine follows late media for up to 32 s
constexpr std::uint64_t smallSound = 8'000'000; // bytes of RTP fetched without being asked for: some 8 minutes of G.711

std::filesystem::path scratchFolder() // for a sound that is played
{
    return QFile::encodeName(QDir::tempPath()).toStdString();
}

// As the record of an ended call has it: over the one-second points of both directions.
std::optional<double> meanMos(const std::vector<QualityPoint>& points)
{
    double sum = 0;
    int known = 0;
    for (const QualityPoint& point : points)
        if (point.mos > 0) {
            sum += static_cast<double>(point.mos);
            ++known;
        }
    return known > 0 ? std::optional(sum / known) : std::nullopt;
}

}

CallPage::CallPage(
    CallSource& source, const LiveCallModel& live, CallName call, const CallRecord* record, QWidget* parent)
    : QWidget(parent)
    , m_source(source)
    , m_live(live)
    , m_call(call.key)
    , m_probe(call.probe)
    , m_begin(approximateStart(call.key))
    , m_head(new CallHeader(this))
    , m_message(new MessageBar(this))
    , m_split(new QSplitter(Qt::Vertical, this))
    , m_lanes(new QScrollArea)
    , m_timeline(new CallTimeline)
    , m_tabs(new QTabWidget)
    , m_messages(new MessagesPanel)
    , m_table(new StreamTable)
    , m_breakdown(new MosWaterfallView)
    , m_exporting(new ProgressLine(this))
    , m_player(new PlayerBar(this))
    , m_listener(new LiveListener(source, call.key, *m_player, this))
    , m_fetch(new MediaFetch(source, this))
    , m_export(new PcapExport(source, this))
{
    if (record)
        m_record = *record;
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_message);
    layout->addWidget(m_head);
    layout->addWidget(m_split, 1);
    layout->addWidget(m_exporting);
    layout->addWidget(m_player);
    m_exporting->setContentsMargins(12, 4, 12, 0); // as the player's
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_messages, tr("&Messages"));
    m_tabs->addTab(m_table, tr("Media &streams"));
    auto* scrolled = new QScrollArea;
    scrolled->setWidget(m_breakdown);
    scrolled->setWidgetResizable(true);
    scrolled->setFrameShape(QFrame::NoFrame);
    m_tabs->addTab(scrolled, tr("MOS &breakdown"));
    addNotes();
    m_lanes->setWidget(m_timeline);
    m_lanes->setWidgetResizable(true);
    m_lanes->setFrameShape(QFrame::NoFrame);
    m_lanes->setFocusPolicy(Qt::NoFocus); // the timeline has it
    m_lanes->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_split->addWidget(m_lanes);
    m_split->addWidget(m_tabs);
    m_split->setStretchFactor(0, 3);
    m_split->setStretchFactor(1, 2);
    m_split->setObjectName(QStringLiteral("callSplit"));
    auto* enlarge = new QShortcut(Qt::Key_F6, this);
    enlarge->setContext(Qt::WidgetWithChildrenShortcut);
    connect(enlarge, &QShortcut::activated, this, &CallPage::nextSplit);
    m_split->restoreState(QSettings().value(QStringLiteral("call/split")).toByteArray());
    connect(m_split, &QSplitter::splitterMoved, this,
        [this] { QSettings().setValue(QStringLiteral("call/split"), m_split->saveState()); });

    connect(&source, &CallSource::callsFound, this, [this](quint64 request, const std::vector<CallRecord>& calls) {
        if (!m_requests.contains(request) || calls.empty())
            return;
        m_record = calls.front();
        m_legalHold = std::exchange(m_holdArriving, QString());
        showHead();
    });
    connect(&source, &CallSource::tagsFound, this, [this](quint64 request, const std::vector<TagsOfCall>& beside) {
        if (m_requests.contains(request) && !beside.empty())
            m_holdArriving = QString::fromStdString(beside.front().legalHold);
    });
    connect(
        &source, &CallSource::streamsFound, this, [this](quint64 request, const std::vector<StreamRecord>& streams) {
            if (!m_requests.contains(request))
                return;
            m_streams = streams;
            m_table->setStreams(m_streams, m_record ? m_record->trust : CaptureTrust::Whole);
            m_breakdown->setStreams(m_streams);
            showHead();
        });
    connect(&source, &CallSource::qualityFound, this, [this](quint64 request, const std::vector<QualityPoint>& points) {
        if (m_requests.contains(request))
            m_arriving.insert(m_arriving.end(), points.begin(), points.end());
    });
    connect(&source, &CallSource::messagesFound, this, [this](quint64 request, const std::vector<CallMessage>& found) {
        if (m_requests.contains(request))
            m_messagesArriving.insert(m_messagesArriving.end(), found.begin(), found.end());
    });
    connect(&source, &CallSource::alarmsFound, this, [this](quint64 request, const std::vector<Alarm>& found) {
        if (m_requests.contains(request))
            m_alarmsArriving.insert(m_alarmsArriving.end(), found.begin(), found.end());
    });
    connect(&source, &CallSource::finished, this, [this](quint64 request) { answered(request, {}); });
    connect(&source, &CallSource::failed, this, [this](quint64 request, const QString& message) {
        answered(request, message.isEmpty() ? tr("no reason given") : message);
    });
    connect(m_player, &PlayerBar::loadWanted, this, &CallPage::loadSound);
    connect(m_player, &PlayerBar::loadCancelled, this, &CallPage::cancelSound);
    connect(m_fetch, &MediaFetch::progressed, m_player, &PlayerBar::setLoaded);
    connect(m_fetch, &MediaFetch::ended, this, &CallPage::takeMedia);
    connect(m_player, &PlayerBar::positionChanged, this, &CallPage::showPlayhead);
    connect(m_timeline, &CallTimeline::seekRequested, this,
        [this](double seconds) { m_player->seek(std::max(0.0, seconds - soundOffset())); });
    connect(m_timeline, &CallTimeline::playRequested, this, &CallPage::playFrom);
    connect(m_timeline, &CallTimeline::exported, this,
        [this](const QString& path) { m_player->say(tr("Saved to %1").arg(path)); });
    connect(m_timeline, &CallTimeline::exportFailed, this,
        [this](const QString& whatToDo) { m_message->say(MessageBar::Kind::Error, whatToDo); });
    linkExports();
    linkMessages();
    // Until the stored record tells of the end: a call can end, and its engine come back, while the page is open.
    connect(&m_refresh, &QTimer::timeout, this, [this] {
        if (hasEnded() && m_fetchedAfterEnd && (hasItsMos() || m_refreshesAfterEnd >= mostAfterEnd)) {
            m_refresh.stop();
            return;
        }
        showHead();
        if (isVisible() && m_requests.empty() && !m_fetch->isRunning()
            && m_source.state() == CallSource::State::Connected) {
            m_soundAgain = hasEnded() && !m_fetchedAfterEnd && m_soundWanted
                && !m_player->isPlaying(); // what was loaded is not all of it
            refresh();
        }
    });
    connect(&source, &CallSource::stateChanged, this, [this](CallSource::State state) {
        if (state == CallSource::State::Connected && (!hasEnded() || m_streams.empty()))
            refresh();
    });
    setTheme(m_theme);
    showHead();
    showTimeline();
    refresh();
    m_refresh.start(liveRefresh);
}

// The tab tells whether there is anything in it.
void CallPage::addNotes()
{
    ProbeDesk* const desk = m_source.desk();
    if (!desk)
        return;
    m_notes = new CallNotesPanel(*desk, m_call);
    const int tab = m_tabs->addTab(m_notes, tr("&Notes"));
    connect(m_notes, &CallNotesPanel::changed, this, [this, tab](int tags, int notes) {
        m_tabs->setTabText(tab, tags + notes == 0 ? tr("&Notes") : tr("&Notes (%1)").arg(tags + notes));
        emit tagsChanged({ m_call, joined(m_notes->shown().tags) });
    });
}

void CallPage::showNotes()
{
    if (!m_notes)
        return;
    m_tabs->setCurrentWidget(m_notes);
    m_notes->tagField().setFocus();
}

bool CallPage::hasEnded() const
{
    return m_record && m_record->state == CallState::Ended;
}

bool CallPage::hasItsMos() const
{
    return m_record && (m_record->mosMean || !meanMos(m_points));
}

bool CallPage::isOn() const
{
    const LiveCall* live = hasEnded() ? nullptr : m_live.find(m_call, m_probe);
    return live && live->state != CallState::Ended;
}

QString CallPage::title() const
{
    std::string_view caller;
    std::string_view callee;
    if (m_record) {
        caller = m_record->caller;
        callee = m_record->callee;
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

QString CallPage::lastError() const
{
    return m_message->message();
}

void CallPage::ask(Ask what)
{
    switch (what) {
    case Ask::Record: {
        CallQuery query;
        query.key = m_call;
        m_requests.emplace(m_source.search(query), what);
        break;
    }
    case Ask::Streams:
        m_requests.emplace(m_source.streams(m_call), what);
        break;
    case Ask::Quality:
        m_arriving.clear();
        m_requests.emplace(m_source.quality(m_call), what);
        break;
    case Ask::Messages:
        m_messagesArriving.clear();
        m_requests.emplace(m_source.messages(m_call), what);
        break;
    case Ask::Alarms: {
        m_alarmsArriving.clear();
        AlarmQuery query;
        query.call = m_call;
        m_requests.emplace(m_source.alarms(query), what);
        break;
    }
    }
}

bool CallPage::asks(Ask what) const
{
    return std::ranges::any_of(m_requests, [what](const auto& request) { return request.second == what; });
}

// Such a message goes when all could be fetched; what an export says stays.
void CallPage::sayOfFetch(MessageBar::Kind kind, const QString& message)
{
    m_message->say(kind, message);
    m_saidOfFetch = true;
}

void CallPage::reload()
{
    m_message->clear();
    m_soundAgain = m_soundWanted;
    refresh();
}

void CallPage::refresh()
{
    if (m_source.state() != CallSource::State::Connected) {
        sayOfFetch(MessageBar::Kind::Warning, tr("Not connected to an engine. Press F5 when it is back."));
        return;
    }
    m_fetchedAfterEnd = hasEnded();
    m_refreshesAfterEnd += m_fetchedAfterEnd;
    m_failed = false;
    ask(Ask::Record);
    ask(Ask::Streams);
    if (hasEnded() || m_points.size() < manyPoints || m_round++ % everyNth == 0)
        ask(Ask::Quality);
    ask(Ask::Messages);
    ask(Ask::Alarms);
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
    for (int tab = 0; tab < m_tabs->count(); ++tab)
        if (m_tabs->widget(tab)->isAncestorOf(m_breakdown))
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
        m_timeline->moveCursor(std::chrono::duration<double>(m_messagesKnown[message].head.arrival - m_begin).count());
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

void CallPage::playFrom(double seconds)
{
    if (m_player->hasAudio()) {
        m_player->seek(std::max(0.0, seconds - soundOffset()));
        m_player->play();
        return;
    }
    m_playFrom = seconds;
    m_player->play(); // fetches it first
}

void CallPage::fillMessages(const QString& error)
{
    if (!m_messagesArriving.empty()) {
        m_messagesKnown = std::exchange(m_messagesArriving, {});
        m_messages->setMessages(m_messagesKnown);
        m_tabs->setTabText(m_tabs->indexOf(m_messages), tr("&Messages (%1)").arg(m_messages->ladder().count()));
        showTimeline();
    } else if (!error.isEmpty() && m_messages->ladder().count() > 0)
        return; // what is shown stays
    else if (!error.isEmpty())
        m_messages->sayEmpty(tr("The messages could not be fetched"), error);
    else if (isOn())
        m_messages->sayEmpty(tr("No message is stored yet"), tr("They appear here within a second or two."));
    else
        m_messages->sayEmpty(tr("No messages of this call are stored"),
            tr("It ended before this engine kept them, or their retention period is over."));
}

void CallPage::loadSound()
{
    m_soundWanted = true;
    if (const QString why = m_record ? whyNotRecorded(*m_record) : QString(); !why.isEmpty()) {
        m_player->say(why);
        return;
    }
    if (m_source.state() != CallSource::State::Connected) {
        m_player->say(tr("Not connected to an engine: the sound cannot be fetched now."));
        return;
    }
    if (m_fetch->isRunning())
        return;
    m_soundUnwanted = false;
    m_decoding.request_stop();
    m_player->beginLoading(tr("Loading the sound…"));
    m_soundWaitsForStreams = m_streams.empty() && asks(Ask::Streams);
    if (!m_soundWaitsForStreams)
        m_fetch->start(m_call, m_streams, scratchFolder());
}

void CallPage::cancelSound()
{
    m_fetch->forget();
    m_decoding.request_stop();
    m_soundWanted = m_soundAgain = m_soundWaitsForStreams = m_soundWaits = false;
    m_soundUnwanted = true;
    m_playFrom.reset();
    m_player->endLoading(m_player->hasAudio()
            ? tr("Loading the sound was cancelled.")
            : tr("Loading the sound was cancelled. Press Space to load and play it."));
}

void CallPage::takeMedia(const QString& error, bool atEngine)
{
    const bool isThere = atEngine && !m_fetch->isEmpty() && m_source.state() == CallSource::State::Connected;
    if (!error.isEmpty() && !isThere)
        return m_player->endLoading(tr("The sound could not be fetched: %1").arg(error));
    if (!error.isEmpty()) // what there is, is still worth hearing
        m_message->say(MessageBar::Kind::Warning, tr("Not all of the sound could be fetched: %1").arg(error));
    m_soundWaits = asks(Ask::Quality); // the seconds tell what the probe itself lost of it
    if (!m_soundWaits)
        assembleSound();
}

void CallPage::answered(quint64 request, const QString& error)
{
    const auto known = m_requests.find(request);
    if (known == m_requests.end())
        return;
    const Ask what = known->second;
    m_requests.erase(known);
    if (!error.isEmpty()) {
        if (what == Ask::Quality && std::exchange(m_soundWaits, false))
            assembleSound();
        if (what == Ask::Messages)
            fillMessages(error);
        if (what == Ask::Streams && std::exchange(m_soundWaitsForStreams, false))
            m_player->endLoading(tr("The sound could not be fetched: %1").arg(error));
        if (what != Ask::Alarms && (!isOn() || what != Ask::Record)) { // a call that is on may have no record yet
            m_failed = true;
            sayOfFetch(MessageBar::Kind::Error,
                tr("Not all of this call could be fetched: %1 Press F5 to try again.").arg(error));
        }
        return;
    }
    if (m_requests.empty() && !m_failed && std::exchange(m_saidOfFetch, false))
        m_message->clear();
    switch (what) {
    case Ask::Record:
        showHead();
        if (m_record && m_record->answeredAt)
            m_listener->setAnsweredAt(*m_record->answeredAt);
        if (m_record && hasEnded() && !m_player->hasAudio() && m_record->recorded == Recording::No)
            m_player->say(whyNotRecorded(*m_record));
        break;
    case Ask::Streams: {
        std::uint64_t bytes = 0;
        for (const StreamRecord& stream : m_streams)
            bytes += stream.bytes;
        const bool unasked = hasEnded() && !m_soundWanted && !m_soundUnwanted && bytes < smallSound;
        const bool waits = std::exchange(m_soundWaitsForStreams, false);
        if (waits || (!m_streams.empty() && (unasked || std::exchange(m_soundAgain, false))))
            loadSound();
        m_tabs->setTabText(m_tabs->indexOf(m_table), tr("Media &streams (%1)").arg(m_streams.size()));
        showTimeline();
        break;
    }
    case Ask::Quality:
        m_points = std::move(m_arriving);
        m_arriving.clear();
        showHead();
        showTimeline();
        if (std::exchange(m_soundWaits, false))
            assembleSound();
        break;
    case Ask::Alarms:
        m_alarms = std::exchange(m_alarmsArriving, {});
        showTimeline();
        break;
    case Ask::Messages:
        fillMessages({});
        break;
    }
}

void CallPage::showHead()
{
    m_player->offerLive(isOn());
    QString codecs;
    for (const StreamRecord& stream : m_streams) {
        const QString codec = text(stream.codec);
        if (!codec.isEmpty() && !codecs.contains(codec))
            codecs += (codecs.isEmpty() ? QString() : QStringLiteral(", ")) + codec;
    }
    if (const LiveCall* live = m_live.find(m_call, m_probe))
        m_lastLive = *live;
    if (m_record) {
        m_begin = m_record->startedAt;
        m_head->show(*m_record, codecs.isEmpty() && m_lastLive ? text(m_lastLive->codec) : codecs, m_legalHold);
    }
    if (m_lastLive && !hasEnded())
        m_head->show(*m_lastLive, m_now, meanMos(m_points));
    emit titleChanged();
}

void CallPage::showTimeline()
{
    std::optional<Timestamp> end;
    if (hasEnded())
        end = m_record->endedAt.value_or(m_record->lastPacketAt);
    m_timeline->setData(
        timelineData({ m_begin, end, m_points, m_streams, m_messagesKnown, m_alarms, m_keys, m_soundKnown }));
    // More lanes than a small window has room for are scrolled.
    const int most = 17 * fontMetrics().height();
    m_lanes->setMinimumHeight(std::min(m_timeline->minimumSizeHint().height(), most));
}

double CallPage::soundOffset() const
{
    return m_player->hasAudio() ? std::chrono::duration<double>(m_player->sound().start - m_begin).count() : 0;
}

void CallPage::showPlayhead(double secondsOfSound)
{
    m_timeline->setPlayhead(soundOffset() + secondsOfSound);
}

void CallPage::assembleSound()
{
    auto fetched = m_fetch->streams();
    if (!fetched)
        return m_player->endLoading(
            tr("The sound could not be fetched: %1").arg(QString::fromStdString(fetched.error().what)));
    m_fetch->forget(); // what was fetched is decoded, and then kept no more
    m_decoding = {};
    std::vector<RecordedStream> media = std::move(fetched.value());
    for (RecordedStream& one : media) {
        one.facts = recordingFactsOf(m_record ? m_record->answeredAt : std::nullopt, one.stream.key, m_points);
        one.stop = m_decoding.get_token();
    }
    m_player->beginLoading(tr("Decoding the sound…"));
    const Hearing hearing = m_player->hearing();
    const Timestamp begin = m_begin;
    // Minutes of G.729 take a noticeable fraction of a second to decode: not on the window's thread.
    QThreadPool::globalInstance()->start(
        [page = QPointer<CallPage>(this), media = std::move(media), hearing, begin, stop = m_decoding.get_token()] {
            auto keys = std::make_shared<std::vector<CallEvent>>();
            for (const RecordedStream& one : media)
                for (CallEvent& key : keyEvents(one.stream, one.pieces, begin, one.forget))
                    keys->push_back(std::move(key));
            const Result<CallSound> kept = keepCallSound(media, hearing, scratchFolder());
            auto sound = std::make_shared<PlayableSound>(kept ? kept.value() : CallSound());
            auto drawn = std::make_shared<std::array<TimelineSound, 2>>();
            for (const Party side : { Party::Caller, Party::Callee })
                (*drawn)[static_cast<std::size_t>(side)] = timelineSound(sound->sound, side, begin);
            const QString failure = kept ? QString() : QString::fromStdString(kept.error().what);
            QMetaObject::invokeMethod(qApp, [page, sound, drawn, keys, hearing, stop, failure] {
                // Cancelled, or fetched again since; or asked otherwise.
                if (!page || stop.stop_requested() || hearing != page->m_player->hearing())
                    return;
                if (!failure.isEmpty())
                    return page->m_player->endLoading(tr("The sound could not be decoded: %1").arg(failure));
                page->m_keys = std::move(*keys);
                page->m_soundKnown = true;
                page->showTimeline();
                // Of what was loaded before; where a live listener is says nothing of this sound.
                const bool before = page->m_player->hasAudio() && !page->m_player->isLive();
                const double at = before ? page->m_player->position() : 0;
                page->m_player->setAudio(std::move(*sound));
                for (std::size_t side = 0; side < drawn->size(); ++side)
                    page->m_timeline->setSound(side, std::move((*drawn)[side]));
                if (const auto from = std::exchange(page->m_playFrom, {}))
                    page->m_player->seek(std::max(0.0, *from - page->soundOffset()));
                else if (at > 0)
                    page->m_player->seek(at);
                page->showPlayhead(page->m_player->position());
                emit page->soundLoaded();
            });
        });
}

void CallPage::linkExports()
{
    connect(m_player, &PlayerBar::saveWanted, this, &CallPage::askToSaveSound);
    connect(m_player, &PlayerBar::captureWanted, this, &CallPage::askToExportCapture);
    connect(m_exporting, &ProgressLine::cancelled, m_export, &PcapExport::cancel);
    connect(m_export, &PcapExport::progressed, m_exporting, &ProgressLine::setDone);
}

void CallPage::askToSaveSound()
{
    if (!m_player->hasAudio()) {
        m_player->say(tr("There is no sound to save yet: press Space to load it first."));
        return;
    }
    const QString path =
        QFileDialog::getSaveFileName(this, tr("Save the sound"), tr("call.wav"), tr("WAV sound (*.wav)"));
    if (!path.isEmpty())
        saveSound(path);
}

void CallPage::saveSound(const QString& path)
{
    const auto write = [this, path](const Result<void>& noted) {
        const Result<void> saved =
            !noted ? noted : writeWhole(QFile::encodeName(path).toStdString(), [this](const std::string& whole) {
                return writeWav(m_player->sound(), whole);
            });
        if (!saved)
            m_message->say(MessageBar::Kind::Error,
                tr("The sound was not saved: %1").arg(QString::fromStdString(saved.error().what)));
        else
            m_player->say(tr("Saved to %1").arg(path));
    };
    if (ProbeDesk* const desk = m_source.desk())
        desk->noteExport(QStringLiteral("wav of call_key %1").arg(m_call.value), this, write);
    else
        write({});
}

void CallPage::askToExportCapture()
{
    if (m_export->isRunning())
        return;
    const QString path =
        QFileDialog::getSaveFileName(this, tr("Export messages and media"), tr("call.pcap"), tr("Captures (*.pcap)"));
    if (!path.isEmpty())
        exportCapture(path);
}

void CallPage::exportCapture(const QString& path)
{
    if (m_export->isRunning())
        return;
    m_message->clear();
    m_exporting->begin(tr("Exporting to %1").arg(QFileInfo(path).fileName()));
    m_player->captureButton().setEnabled(false);
    connect(
        m_export, &PcapExport::ended, this,
        [this, path](PcapExport::End end, const QString& error, const QStringList& notes) {
            m_exporting->end();
            m_player->captureButton().setEnabled(true);
            if (end == PcapExport::End::Cancelled)
                m_player->say(tr("The export was cancelled: nothing was written."));
            else if (end == PcapExport::End::Failed)
                m_message->say(MessageBar::Kind::Error, tr("No capture was written: %1").arg(error));
            else if (notes.isEmpty())
                m_player->say(tr("Saved to %1").arg(path));
            else
                m_message->say(MessageBar::Kind::Warning,
                    tr("Saved to %1, but not all of the call: %2").arg(path, notes.join(QLatin1Char(' '))));
            emit captureExported(end == PcapExport::End::Written);
        },
        Qt::SingleShotConnection);
    m_export->start(m_call, m_record ? &*m_record : nullptr, path);
}

void CallPage::setNow(Timestamp now)
{
    m_now = now;
    if (isOn())
        showHead();
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
