#include "console/views/call_page.h"

#include "console/models/call_words.h"
#include "console/plots/time_series_plot.h"
#include "console/views/call_header.h"
#include "console/views/message_bar.h"
#include "console/views/messages_panel.h"
#include "console/views/player_bar.h"
#include "console/views/stream_table.h"

#include <QApplication>
#include <QFileDialog>
#include <QPointer>
#include <QTabWidget>
#include <QThreadPool>
#include <QVBoxLayout>
#include <algorithm>
#include <cstring>
#include <utility>

namespace callmon {

namespace {

constexpr int liveRefresh = 3000; // ms
constexpr std::uint64_t smallSound = 8'000'000; // bytes of RTP fetched without being asked for: some 8 minutes of G.711

std::vector<PlotPanel> panels()
{
    return { { CallPage::tr("MOS, 1 to 4.5"), 1, 4.5, 2, { 1, 2, 3, 4, 4.5 } },
        { CallPage::tr("Jitter, ms (shaded: its error)"), 0, 10, 1, {} },
        { CallPage::tr("Loss, % of each second"), 0, 2, 1, {} } };
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
    CallSource& source, const LiveCallModel& live, CallKey call, const CallRecord* record, QWidget* parent)
    : QWidget(parent)
    , m_source(source)
    , m_live(live)
    , m_call(call)
    , m_begin(approximateStart(call))
    , m_head(new CallHeader(this))
    , m_message(new MessageBar(this))
    , m_table(new StreamTable(this))
    , m_tabs(new QTabWidget(this))
    , m_plot(new TimeSeriesPlot(panels()))
    , m_messages(new MessagesPanel)
    , m_player(new PlayerBar(this))
{
    if (record)
        m_record = *record;
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_message);
    layout->addWidget(m_head);
    layout->addWidget(m_table);
    layout->addWidget(m_tabs, 1);
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_plot, tr("&Quality"));
    m_tabs->addTab(m_messages, tr("&Messages"));
    layout->addWidget(m_player);
    m_plot->setAccessibleName(tr("MOS, jitter and loss over time"));

    connect(&source, &CallSource::callsFound, this, [this](quint64 request, const std::vector<CallRecord>& calls) {
        if (!m_requests.contains(request) || calls.empty())
            return;
        m_record = calls.front();
        showHead();
    });
    connect(
        &source, &CallSource::streamsFound, this, [this](quint64 request, const std::vector<StreamRecord>& streams) {
            if (!m_requests.contains(request))
                return;
            m_streams = streams;
            m_table->setStreams(m_streams);
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
    connect(
        &source, &CallSource::mediaArrived, this, [this](quint64 request, StreamKey stream, const QByteArray& bytes) {
            if (m_requests.contains(request))
                m_media[stream] += bytes;
        });
    connect(&source, &CallSource::finished, this, [this](quint64 request) { answered(request, {}); });
    connect(&source, &CallSource::failed, this, [this](quint64 request, const QString& message) {
        answered(request, message.isEmpty() ? tr("no reason given") : message);
    });
    connect(m_player, &PlayerBar::loadWanted, this, &CallPage::loadSound);
    connect(m_player, &PlayerBar::positionChanged, this, &CallPage::showPlayhead);
    connect(m_player, &PlayerBar::saveWanted, this, [this] {
        const QString path =
            QFileDialog::getSaveFileName(this, tr("Save the sound"), tr("call.wav"), tr("WAV sound (*.wav)"));
        if (!path.isEmpty())
            saveSound(path);
    });
    connect(m_plot, &TimeSeriesPlot::seekRequested, this,
        [this](double seconds) { m_player->seek(std::max(0.0, seconds - soundOffset())); });
    // Until the stored record tells of the end: a call can end, and its engine come back, while the page is open.
    connect(&m_refresh, &QTimer::timeout, this, [this] {
        if (hasEnded() && m_fetchedAfterEnd) {
            m_refresh.stop();
            return;
        }
        showHead();
        if (isVisible() && m_requests.empty() && m_source.state() == CallSource::State::Connected) {
            m_soundAgain = hasEnded() && m_soundWanted && !m_player->isPlaying(); // what was loaded is not all of it
            refresh();
        }
    });
    connect(&source, &CallSource::stateChanged, this, [this](CallSource::State state) {
        if (state == CallSource::State::Connected && (!hasEnded() || m_streams.empty()))
            refresh();
    });
    setTheme(m_theme);
    showHead();
    showSeries();
    refresh();
    m_refresh.start(liveRefresh);
}

bool CallPage::hasEnded() const
{
    return m_record && m_record->state == CallState::Ended;
}

bool CallPage::isOn() const
{
    const LiveCall* live = hasEnded() ? nullptr : m_live.find(m_call);
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
    case Ask::Media:
        m_media.clear();
        m_requests.emplace(m_source.media(m_call), what);
        break;
    }
}

void CallPage::reload()
{
    m_soundAgain = m_soundWanted;
    refresh();
}

void CallPage::refresh()
{
    m_message->clear();
    if (m_source.state() != CallSource::State::Connected) {
        m_message->say(MessageBar::Kind::Warning, tr("Not connected to an engine. Press F5 when it is back."));
        return;
    }
    m_fetchedAfterEnd = hasEnded();
    ask(Ask::Record);
    ask(Ask::Streams);
    ask(Ask::Quality);
    ask(Ask::Messages);
}

void CallPage::showMessages()
{
    m_tabs->setCurrentWidget(m_messages);
    m_messages->ladder().setFocus();
}

void CallPage::fillMessages(const QString& error)
{
    if (!m_messagesArriving.empty())
        m_messages->setMessages(std::exchange(m_messagesArriving, {}));
    else if (!error.isEmpty() && m_messages->ladder().count() > 0)
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
    if (std::any_of(m_requests.begin(), m_requests.end(), [](const auto& r) { return r.second == Ask::Media; }))
        return;
    m_player->say(tr("Loading the sound…"));
    ask(Ask::Media);
}

void CallPage::answered(quint64 request, const QString& error)
{
    const auto known = m_requests.find(request);
    if (known == m_requests.end())
        return;
    const Ask what = known->second;
    m_requests.erase(known);
    if (!error.isEmpty()) {
        if (what == Ask::Messages)
            fillMessages(error);
        if (what == Ask::Media)
            m_player->say(tr("The sound could not be fetched: %1").arg(error));
        else if (!isOn() || what != Ask::Record) // a call that is on may have no record yet
            m_message->say(MessageBar::Kind::Error,
                tr("Not all of this call could be fetched: %1 Press F5 to try again.").arg(error));
        return;
    }
    switch (what) {
    case Ask::Record:
        showHead();
        if (m_record && hasEnded() && !m_player->hasAudio() && m_record->recorded == Recording::No)
            m_player->say(whyNotRecorded(*m_record));
        break;
    case Ask::Streams: {
        std::uint64_t bytes = 0;
        for (const StreamRecord& stream : m_streams)
            bytes += stream.bytes;
        const bool unasked = hasEnded() && !m_soundWanted && bytes < smallSound;
        if (!m_streams.empty() && (unasked || std::exchange(m_soundAgain, false)))
            loadSound();
        showSeries();
        break;
    }
    case Ask::Quality:
        m_points = std::move(m_arriving);
        m_arriving.clear();
        showHead();
        showSeries();
        break;
    case Ask::Messages:
        fillMessages({});
        break;
    case Ask::Media:
        assembleSound();
        break;
    }
}

void CallPage::showHead()
{
    QString codecs;
    for (const StreamRecord& stream : m_streams) {
        const QString codec = text(stream.codec);
        if (!codec.isEmpty() && !codecs.contains(codec))
            codecs += (codecs.isEmpty() ? QString() : QStringLiteral(", ")) + codec;
    }
    if (const LiveCall* live = m_live.find(m_call))
        m_lastLive = *live;
    if (m_record) {
        m_begin = m_record->startedAt;
        m_head->show(*m_record, codecs.isEmpty() && m_lastLive ? text(m_lastLive->codec) : codecs);
    }
    if (m_lastLive && !hasEnded())
        m_head->show(*m_lastLive, m_now, meanMos(m_points));
    emit titleChanged();
}

void CallPage::showSeries()
{
    const std::vector<StreamSeries> series = buildQualitySeries(m_points, m_streams, m_begin);
    std::array<std::vector<PlotLine>, 3> lines;
    std::vector<double> probeLost;
    double measured = 0;
    for (const StreamSeries& stream : series) {
        const auto kind = static_cast<std::size_t>(stream.direction);
        lines[0].push_back({ kind, stream.mos.seconds, stream.mos.values });
        lines[1].push_back({ kind, stream.jitter.seconds, stream.jitter.values, 1, stream.jitterError });
        probeLost.insert(probeLost.end(), stream.probeLost.begin(), stream.probeLost.end());
        lines[2].push_back({ kind, stream.loss.seconds, stream.loss.values });
        measured = std::max(measured, stream.mos.seconds.back() + 1);
    }
    const double last = hasEnded()
        ? std::chrono::duration<double>(m_record->endedAt.value_or(m_record->lastPacketAt) - m_begin).count()
        : measured;
    m_plot->setDuration(last);
    for (std::size_t panel = 0; panel < lines.size(); ++panel)
        m_plot->setLines(panel, lines[panel]);
    std::sort(probeLost.begin(), probeLost.end());
    m_plot->setMarks(probeLost, tr("the probe lost frames: no MOS and no loss can be said"));
}

double CallPage::soundOffset() const
{
    return m_player->hasAudio() ? std::chrono::duration<double>(m_player->audio().start - m_begin).count() : 0;
}

void CallPage::showPlayhead(double secondsOfSound)
{
    m_plot->setPlayhead(soundOffset() + secondsOfSound);
}

void CallPage::assembleSound()
{
    // Minutes of G.729 take a noticeable fraction of a second to decode: not on the window's thread.
    std::vector<StreamMedia> media;
    for (const StreamRecord& stream : m_streams) {
        const QByteArray& bytes = m_media[stream.key];
        StreamMedia one { stream, std::vector<std::byte>(static_cast<std::size_t>(bytes.size())) };
        if (!bytes.isEmpty())
            std::memcpy(one.bytes.data(), bytes.constData(), one.bytes.size());
        media.push_back(std::move(one));
    }
    m_media.clear();
    m_player->say(tr("Decoding the sound…"));
    const Hearing hearing = m_player->hearing();
    QThreadPool::globalInstance()->start([page = QPointer<CallPage>(this), media = std::move(media), hearing] {
        auto audio = std::make_shared<CallAudio>(assembleCallAudio(media, Timestamp::max(), hearing));
        QMetaObject::invokeMethod(qApp, [page, audio, hearing] {
            if (!page || hearing != page->m_player->hearing()) // asked otherwise since
                return;
            const double at = page->m_player->position(); // of what was loaded before
            page->m_player->setAudio(std::move(*audio));
            if (at > 0)
                page->m_player->seek(at);
            page->showPlayhead(page->m_player->position());
            emit page->soundLoaded();
        });
    });
}

void CallPage::saveSound(const QString& path)
{
    if (const Result<void> saved = writeWav(m_player->audio(), path.toStdString()); !saved)
        m_message->say(MessageBar::Kind::Error, QString::fromStdString(saved.error().what));
    else
        m_player->say(tr("Saved to %1").arg(path));
}

void CallPage::setNow(Timestamp now)
{
    m_now = now;
    if (isOn())
        showHead();
}

void CallPage::setTheme(const Theme& theme)
{
    m_theme = theme;
    m_head->setTheme(theme);
    m_message->setTheme(theme);
    m_table->setTheme(theme);
    m_player->setTheme(theme);
    m_messages->setTheme(theme);
    m_plot->setColours({ theme.base, theme.text, theme.quiet, theme.line, theme.text, theme.bad });
    m_plot->setKinds(
        { { tr("caller →"), theme.caller, Qt::SolidLine }, { tr("callee →"), theme.callee, Qt::DashLine } });
}

}
