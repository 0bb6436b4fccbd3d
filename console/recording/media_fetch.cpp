#include "console/recording/media_fetch.h"

#include "console/models/sentence_words.h"
#include "shared/calls/media_chunk.h"

#include <algorithm>
#include <utility>

namespace callmon {

namespace {

// As MediaReader reads it: of each packet that was kept its header in place of those of IP and UDP.
double expectedBytes(const StreamRecord& stream)
{
    const auto packets = static_cast<double>(stream.packets);
    const auto missing = static_cast<double>(stream.packetsNotStored + stream.packetsNotWanted);
    if (packets <= missing)
        return 0;
    const double network = stream.flow.src.ip.isV4() ? 28 : 48;
    const double each = static_cast<double>(stream.bytes) / packets - network + MediaReader::packetHeaderSize;
    return (packets - missing) * std::max(each, 1.0);
}

}

MediaFetch::MediaFetch(CallSource& source, QObject* parent)
    : QObject(parent)
    , m_source(source)
{
    connect(
        &source, &CallSource::mediaArrived, this, [this](quint64 request, StreamKey stream, const QByteArray& bytes) {
            if (request != m_request || m_request == 0)
                return;
            const auto kept = m_media->add(
                stream, std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size()))));
            if (!kept) {
                m_source.cancel(m_request);
                return end(wordsOf(kept.error().sentence), false);
            }
            const double done = static_cast<double>(m_media->size()) / std::max(m_expected, 1.0);
            emit progressed(std::min(done, 1.0));
        });
    connect(&source, &CallSource::remarked, this, [this](quint64 request, const QStringList& remarks) {
        if (request == m_request && m_request != 0)
            m_remarks += remarks;
    });
    connect(&source, &CallSource::finished, this, [this](quint64 request) {
        if (request == m_request && m_request != 0)
            end({}, true);
    });
    connect(&source, &CallSource::failed, this, [this](quint64 request, const QString& message, bool keptNoMore) {
        if (request != m_request || m_request == 0)
            return;
        m_keptNoMore = keptNoMore;
        end(message.isEmpty() ? tr("no reason given") : message, true);
    });
}

void MediaFetch::start(CallKey call, const std::vector<StreamRecord>& streams, const std::filesystem::path& folder)
{
    cancel();
    m_media.reset();
    m_remarks.clear();
    m_keptNoMore = false;
    m_expected = 0;
    for (const StreamRecord& stream : streams)
        m_expected += expectedBytes(stream);
    auto media = FetchedMedia::in(folder, streams);
    if (!media) {
        QMetaObject::invokeMethod(
            this, [this, why = media.error().sentence] { end(wordsOf(why), false); }, Qt::QueuedConnection);
        return;
    }
    m_media.emplace(std::move(media.value()));
    m_request = m_source.media(call);
}

void MediaFetch::cancel()
{
    if (m_request != 0)
        m_source.cancel(std::exchange(m_request, 0));
}

void MediaFetch::end(const QString& error, bool atEngine)
{
    m_request = 0;
    emit ended(error, atEngine);
}

Result<std::vector<RecordedStream>> MediaFetch::streams() const
{
    return m_media ? m_media->streams() : std::vector<RecordedStream>();
}

}
