// A call's recording as it comes from where it is kept, in a temporary file: what sound and captures are made of.
#pragma once

#include "shared/codecs/call_audio.h"
#include "shared/codecs/scratch_file.h"

#include <map>
#include <memory>

namespace callmon {

class FetchedMedia {
public:
    static Result<FetchedMedia> in(const std::filesystem::path& folder, const std::vector<StreamRecord>& streams);

    Result<void> add(StreamKey stream, Bytes bytes); // whole packets; those of other streams are left out
    std::uint64_t size() const { return m_file->size(); } // bytes

    // What was added so far; to be added to no more. The file lives as long as what is returned.
    Result<std::vector<RecordedStream>> streams() const;

private:
    struct Piece {
        std::size_t stream;
        std::uint64_t size;
    };
    FetchedMedia(ScratchFile file, const std::vector<StreamRecord>& streams);

    std::shared_ptr<ScratchFile> m_file;
    std::vector<StreamRecord> m_streams;
    std::map<StreamKey, std::size_t> m_places;
    std::vector<Piece> m_pieces; // in the order of the file
};

}
