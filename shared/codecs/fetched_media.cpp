#include "shared/codecs/fetched_media.h"

namespace callmon {

FetchedMedia::FetchedMedia(ScratchFile file, const std::vector<StreamRecord>& streams)
    : m_file(std::make_shared<ScratchFile>(std::move(file)))
    , m_streams(streams)
{
    for (std::size_t i = 0; i < m_streams.size(); ++i)
        m_places[m_streams[i].key] = i;
}

Result<FetchedMedia> FetchedMedia::in(const std::filesystem::path& folder, const std::vector<StreamRecord>& streams)
{
    auto file = ScratchFile::in(folder);
    if (!file)
        return file.error();
    return FetchedMedia(std::move(file.value()), streams);
}

Result<void> FetchedMedia::add(StreamKey stream, Bytes bytes)
{
    const auto place = m_places.find(stream);
    if (place == m_places.end() || bytes.empty())
        return {};
    if (auto written = m_file->write(m_file->size(), bytes); !written)
        return written;
    m_pieces.push_back({ place->second, bytes.size() });
    return {};
}

Result<std::vector<RecordedStream>> FetchedMedia::streams() const
{
    auto rest = m_file->map();
    if (!rest)
        return rest.error();
    std::vector<RecordedStream> recorded;
    for (const StreamRecord& stream : m_streams)
        recorded.push_back({ stream, {}, [file = m_file] { file->forget(); } });
    for (const Piece& piece : m_pieces) {
        recorded[piece.stream].pieces.push_back(rest.value().first(piece.size));
        rest.value() = rest.value().subspan(piece.size);
    }
    return recorded;
}

}
