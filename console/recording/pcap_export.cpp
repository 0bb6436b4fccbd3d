#include "console/recording/pcap_export.h"

#include "console/models/call_words.h"
#include "console/models/probe_desk.h"
#include "shared/export/call_pcap.h"
#include "shared/export/whole_file.h"

#include <QCoreApplication>
#include <QFile>
#include <QPointer>
#include <QThreadPool>
#include <utility>

namespace callmon {

namespace {

constexpr double fetched = 0.9; // of the way: the disk here is faster than the one there and the line between them

}

PcapExport::PcapExport(CallSource& source, QObject* parent)
    : QObject(parent)
    , m_source(source)
    , m_fetch(source)
{
    connect(
        &source, &CallSource::streamsFound, this, [this](quint64 request, const std::vector<StreamRecord>& streams) {
            if (isMine(request))
                m_streams.insert(m_streams.end(), streams.begin(), streams.end());
        });
    connect(&source, &CallSource::messagesFound, this, [this](quint64 request, const std::vector<CallMessage>& found) {
        if (isMine(request))
            m_messages.insert(m_messages.end(), found.begin(), found.end());
    });
    connect(&source, &CallSource::finished, this, [this](quint64 request) {
        if (!isMine(request))
            return;
        m_request = 0;
        if (m_step == Step::Streams)
            askForMessages();
        else
            askForMedia();
    });
    connect(&source, &CallSource::failed, this, [this](quint64 request, const QString& message) {
        if (isMine(request))
            takeFailure(message.isEmpty() ? tr("no reason given") : message);
    });
    connect(&m_fetch, &MediaFetch::progressed, this, [this](double done) { emit progressed(fetched * done); });
    connect(&m_fetch, &MediaFetch::ended, this, &PcapExport::takeMedia);
}

PcapExport::~PcapExport()
{
    if (m_cancelled)
        *m_cancelled = true;
    if (m_request != 0)
        m_source.cancel(m_request);
}

void PcapExport::start(CallKey call, const CallRecord* record, const QString& path)
{
    if (isRunning())
        return;
    ++m_round;
    m_call = call;
    m_path = path;
    m_whyNoMedia = record ? whyNotRecorded(*record) : QString();
    m_streams.clear();
    m_messages.clear();
    m_notes.clear();
    if (record && record->recorded == Recording::Partly)
        m_notes += tr("The first packets are missing: they came before it was decided that this call is recorded.");
    m_step = Step::Streams;
    m_request = m_source.streams(call);
}

void PcapExport::askForMessages()
{
    m_step = Step::Messages;
    m_request = m_source.messages(m_call);
}

void PcapExport::askForMedia()
{
    m_step = Step::Media;
    m_fetch.start(m_call, m_streams, scratchFolderFor(QFile::encodeName(m_path).toStdString()));
}

// Where some messages are missing or damaged, the others are still worth having; so it is with the media.
void PcapExport::takeFailure(const QString& message)
{
    m_request = 0;
    if (m_step == Step::Streams || m_messages.empty() || !isConnected())
        return fail(message);
    m_notes += message;
    askForMedia();
}

void PcapExport::takeMedia(const QString& error, bool atEngine)
{
    const bool nothing = m_fetch.isEmpty() && m_messages.empty();
    if (!error.isEmpty() && (!atEngine || nothing || !isConnected()))
        return fail(error);
    if (nothing)
        return fail(m_whyNoMedia.isEmpty() ? tr("Neither messages nor media of this call are stored.") : m_whyNoMedia);
    if (!error.isEmpty())
        m_notes += error;
    else if (m_fetch.isEmpty())
        m_notes += m_whyNoMedia.isEmpty() ? tr("No media of this call are stored.") : m_whyNoMedia;
    note();
}

void PcapExport::note()
{
    m_step = Step::Noting;
    ProbeDesk* const desk = m_source.desk();
    if (!desk)
        return write();
    desk->noteExport(QStringLiteral("pcap of call_key %1").arg(m_call.value), this,
        [this, round = m_round](const Result<void>& noted) {
            if (round != m_round || m_step != Step::Noting) // cancelled meanwhile
                return;
            if (noted)
                write();
            else
                fail(QString::fromStdString(noted.error().what));
        });
}

void PcapExport::write()
{
    m_step = Step::Writing;
    auto media = m_fetch.streams();
    if (!media)
        return fail(QString::fromStdString(media.error().what));
    m_cancelled = std::make_shared<std::atomic<bool>>(false);
    QThreadPool::globalInstance()->start(
        [self = QPointer<PcapExport>(this), cancelled = m_cancelled, path = QFile::encodeName(m_path).toStdString(),
            messages = std::exchange(m_messages, {}), media = std::move(media.value())] {
            std::uint64_t all = 1;
            for (const RecordedStream& stream : media)
                for (const Bytes piece : stream.pieces)
                    all += piece.size();
            int told = 0;
            bool damaged = false;
            const auto written = writeWhole(path, [&](const std::string& temporary) -> Result<void> {
                const auto pcap = writeCallPcap(messages, media, temporary, [&](std::uint64_t bytes) {
                    if (const int percent = static_cast<int>(100 * bytes / all); percent > std::exchange(told, percent))
                        QMetaObject::invokeMethod(qApp, [self, percent] {
                            if (self && self->isRunning())
                                emit self->progressed(fetched + (1 - fetched) * percent / 100);
                        });
                    return !*cancelled;
                });
                if (!pcap)
                    return pcap.error();
                damaged = pcap.value().damaged;
                return *cancelled ? Result<void>(Error { "given up" }) : Result<void>();
            });
            QMetaObject::invokeMethod(qApp, [self, written, damaged, cancelled] {
                if (!self)
                    return;
                if (damaged)
                    self->m_notes +=
                        tr("A recorded piece ended in the middle of a packet; the rest of it is left out.");
                if (written)
                    self->end(End::Written);
                else if (*cancelled)
                    self->end(End::Cancelled);
                else
                    self->fail(QString::fromStdString(written.error().what));
            });
        });
}

void PcapExport::cancel()
{
    if (!isRunning())
        return;
    if (m_step == Step::Writing) { // told when the thread has taken away what there is of it
        *m_cancelled = true;
        return;
    }
    if (m_request != 0)
        m_source.cancel(std::exchange(m_request, 0));
    m_fetch.cancel();
    end(End::Cancelled);
}

void PcapExport::end(End how, const QString& error)
{
    m_step = Step::None;
    m_fetch.forget();
    emit ended(how, error, std::exchange(m_notes, {}));
}

}
