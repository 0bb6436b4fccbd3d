#include "console/recording/pcap_export.h"

#include "console/models/call_words.h"
#include "console/models/probe_desk.h"
#include "console/models/sentence_words.h"
#include "shared/export/call_pcap.h"
#include "shared/export/whole_file.h"

#include <QFile>
#include <memory>
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
    connect(&source, &CallSource::remarked, this, [this](quint64 request, const QStringList& remarks) {
        if (isMine(request))
            m_notes += remarks;
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
    connect(&m_writer, &FileWriter::progressed, this,
        [this](double done) { emit progressed(fetched + (1 - fetched) * done); });
}

PcapExport::~PcapExport()
{
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
    m_notes += m_fetch.remarks();
    m_notes.removeDuplicates();
    const bool nothing = m_fetch.isEmpty() && m_messages.empty();
    if (!error.isEmpty() && (!atEngine || nothing || !isConnected()))
        return fail(error);
    if (nothing)
        return fail(!m_whyNoMedia.isEmpty() ? m_whyNoMedia
                : m_notes.isEmpty()         ? tr("Neither messages nor media of this call are stored.")
                                            : m_notes.join(QLatin1Char(' ')));
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
                fail(wordsOf(noted.error().sentence));
        });
}

void PcapExport::write()
{
    m_step = Step::Writing;
    auto media = m_fetch.streams();
    if (!media)
        return fail(wordsOf(media.error().sentence));
    std::uint64_t all = 1;
    for (const RecordedStream& stream : media.value())
        for (const Bytes piece : stream.pieces)
            all += piece.size();
    const auto damaged = std::make_shared<bool>(false); // written before the end is told
    connect(
        &m_writer, &FileWriter::ended, this,
        [this, damaged](End how, const QString& error) {
            if (*damaged)
                m_notes += tr("A recorded piece ended in the middle of a packet; the rest of it is left out.");
            end(how, error);
        },
        Qt::SingleShotConnection);
    m_writer.start(m_path, all,
        [messages = std::exchange(m_messages, {}), media = std::move(media.value()), damaged](
            const std::string& temporary, const FileWriter::GoesOn& goesOn) -> Result<void> {
            const auto pcap = writeCallPcap(messages, media, temporary, goesOn);
            if (!pcap)
                return pcap.error();
            *damaged = pcap.value().damaged;
            return {};
        });
}

void PcapExport::cancel()
{
    if (!isRunning())
        return;
    if (m_step == Step::Writing)
        return m_writer.cancel();
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
