#include "engine/storage/held_call.h"

#include "engine/storage/day_files.h"
#include "engine/storage/directory_writer.h"
#include "engine/storage/record_query.h"
#include "engine/storage/sqlite.h"
#include "engine/storage/storage_error.h"
#include "shared/base/file_handle.h"

#include <algorithm>
#include <charconv>
#include <fcntl.h>
#include <unistd.h>

namespace callmon {

namespace {

constexpr const char* folderName = "held";
constexpr const char* heldMediaExtension = ".media";
constexpr const char* unfinishedExtension = ".partial";
constexpr std::uint64_t segmentSize = 64ull << 20; // of a copy: one call seldom fills one

std::filesystem::path copyInTheMaking(const std::filesystem::path& directory, CallKey call)
{
    return heldDirectory(directory, call).string() + unfinishedExtension;
}

std::vector<CallKey> callsNamedIn(const std::filesystem::path& directory, std::string_view extension)
{
    std::vector<CallKey> calls;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(directory / folderName, ignored)) {
        const std::string name = entry.path().filename().string();
        CallKey call;
        const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), call.value);
        if (problem == std::errc() && std::string_view(end, name.data() + name.size()) == extension)
            calls.push_back(call);
    }
    std::sort(calls.begin(), calls.end());
    return calls;
}

Error missingOf(const StreamRecord& stream, std::uint64_t packets)
{
    return Error { sentence(TR("Engine", "Of the packets of stream %1 that were recorded %2 are missing."),
        stream.key.index, stream.packetsStored - packets) };
}

// The packets of a stream, back into chunks.
class Repacked {
public:
    Repacked(RecordWriter& writer, StreamKey stream)
        : m_writer(writer)
        , m_stream(stream)
        , m_chunk(std::make_unique<MediaChunk>())
    {
        m_chunk->clear(stream);
    }
    void add(const RecordedPacket& packet)
    {
        if (!m_chunk->append(packet)) {
            finish();
            (void)m_chunk->append(packet);
        }
    }
    void finish()
    {
        if (m_chunk->packets() > 0)
            m_writer.media(*m_chunk);
        m_chunk->clear(m_stream);
    }

private:
    RecordWriter& m_writer;
    StreamKey m_stream;
    std::unique_ptr<MediaChunk> m_chunk;
};

}

std::filesystem::path heldDirectory(const std::filesystem::path& directory, CallKey call)
{
    return directory / folderName / std::to_string(call.value);
}

std::vector<CallKey> heldCallsIn(const std::filesystem::path& directory)
{
    return callsNamedIn(directory, "");
}

std::vector<CallKey> callsOnlyHeldIn(const std::filesystem::path& directory, std::int64_t first, std::int64_t end)
{
    std::vector<CallKey> calls = heldCallsIn(directory);
    std::erase_if(calls, [&](CallKey call) { return call.value < first || call.value >= end; });
    std::optional<UtcDay> open;
    std::optional<Database> day; // of that one
    std::erase_if(calls, [&](CallKey call) {
        if (const UtcDay of = dayOfCall(call); open != of) {
            open = of;
            day.reset();
            const auto file = dayDatabasePath(directory, of);
            std::error_code ignored;
            if (std::filesystem::exists(file, ignored))
                if (auto opened = Database::openToRead(file))
                    day.emplace(std::move(opened.value()));
        }
        auto row = day ? day->prepare("SELECT 1 FROM calls WHERE call_key=?") : Result<Statement>(Error {});
        if (!row)
            return false;
        row.value().bind(1, call.value);
        return row.value().stepToRow();
    });
    return calls;
}

std::vector<CallKey> callsWithHeldMediaIn(const std::filesystem::path& directory)
{
    return callsNamedIn(directory, heldMediaExtension);
}

std::vector<CallKey> callsWithUnfinishedCopyIn(const std::filesystem::path& directory)
{
    return callsNamedIn(directory, unfinishedExtension);
}

std::filesystem::path heldMediaPath(const std::filesystem::path& directory, CallKey call)
{
    return heldDirectory(directory, call).string() + heldMediaExtension;
}

Result<void> syncOne(const std::filesystem::path& path, int flags)
{
    const FileHandle file(::open(path.c_str(), flags | O_CLOEXEC));
    if (!file || ::fsync(file.get()) != 0)
        return systemError(TR("Engine", "cannot write to the disk"), path);
    return {};
}

Result<void> syncFolder(const std::filesystem::path& folder)
{
    std::error_code failed;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, failed))
        if (auto synced = syncOne(entry.path(), entry.is_directory() ? O_RDONLY | O_DIRECTORY : O_RDONLY); !synced)
            return synced;
    if (failed)
        return Error { sentence(TR("Engine", "cannot read %1: %2"), folder.string(), failed.message()) };
    return syncOne(folder, O_RDONLY | O_DIRECTORY);
}

Result<HeldCopy> copyHeldCall(
    const std::filesystem::path& directory, RecordQuery& query, CallKey call, const std::function<bool()>& goOn)
{
    const auto place = heldDirectory(directory, call);
    const auto making = copyInTheMaking(directory, call);
    std::error_code failed;
    std::filesystem::remove_all(making, failed);
    std::filesystem::create_directories(place.parent_path(), failed);
    if (failed)
        return Error { sentence(TR("Engine", "cannot create %1: %2"), place.parent_path().string(), failed.message()) };
    DirectoryWriter::Tuning tuning;
    tuning.segmentSize = tuning.messageSegmentSize = segmentSize;
    auto opened = DirectoryWriter::open(making, tuning);
    if (!opened)
        return opened.error();
    RecordWriter& writer = *opened.value();

    CallQuery one;
    one.key = call;
    std::optional<CallRecord> record;
    const auto found = query.calls(one, [&](const CallRecord& stored) {
        record = stored;
        return false;
    });
    if (!found)
        return found.error();
    if (!record)
        return Error { sentence(TR("Engine", "there is no call %1"), std::to_string(call.value)) };
    const auto streams = query.streams(call);
    if (!streams)
        return streams.error();

    HeldCopy copy;
    const auto missing = [&](const Result<void>& read) {
        if (!read)
            copy.missing.push_back(read.error().sentence);
    };
    writer.liveCall(*record);
    bool stopped = false;
    const auto read = query.messages(call, [&](const CallMessage& message) {
        writer.message(message.head, std::as_bytes(std::span(message.text)));
        ++copy.messages;
        stopped = !goOn();
        return !stopped;
    });
    missing(read);
    const auto quality = query.quality(call);
    if (quality)
        for (const QualityPoint& point : quality.value())
            writer.quality(point);
    else
        missing(quality.error());
    for (const StreamRecord& stream : streams.value()) {
        Repacked repacked(writer, stream.key);
        std::uint64_t packets = 0;
        const auto media = query.media(stream.key, [&](Bytes bytes) {
            MediaReader reader(bytes);
            while (const auto packet = reader.next()) {
                repacked.add(*packet);
                ++packets;
            }
            stopped = stopped || !goOn();
            return !stopped;
        });
        if (stopped)
            return Error { sentence(TR("Engine", "the copy was stopped")) };
        if (!media && query.mayComeLater())
            return media.error(); // what is there is not to be left out for good
        missing(media);
        if (!media && packets < stream.packetsStored)
            missing(missingOf(stream, packets));
        copy.mediaPackets += packets;
        repacked.finish();
        writer.stream(stream);
    }
    writer.callEnded(*record);
    if (auto closed = writer.close(); !closed)
        return closed.error();
    for (const NamedCounter& counter : writer.counters())
        if ((counter.name == "media_packets_not_written" || counter.name == "messages_not_written"
                || counter.name == "records_refused")
            && counter.value > 0)
            return Error { sentence(TR("Engine", "the copy of the call could not be written; is the disk full?")) };
    opened.value().reset();
    std::filesystem::remove(making / "engine.lock", failed);
    if (auto synced = syncFolder(making); !synced)
        return synced.error();
    std::filesystem::rename(making, place, failed);
    if (failed)
        return Error { sentence(TR("Engine", "cannot rename %1: %2"), making.string(), failed.message()) };
    if (auto synced = syncOne(place.parent_path(), O_RDONLY | O_DIRECTORY); !synced)
        return synced.error();
    if (auto synced = syncOne(directory, O_RDONLY | O_DIRECTORY); !synced)
        return synced.error();
    return copy;
}

Result<HeldCopy> whatWasCopied(const std::filesystem::path& directory, CallKey call)
{
    const auto query = RecordQuery::open(heldDirectory(directory, call));
    if (!query)
        return query.error();
    const auto streams = query.value()->streams(call);
    if (!streams)
        return streams.error();
    HeldCopy copy;
    for (const StreamRecord& stream : streams.value()) {
        std::uint64_t packets = 0;
        const auto media = query.value()->media(stream.key, [&](Bytes bytes) {
            MediaReader reader(bytes);
            while (reader.next())
                ++packets;
            return true;
        });
        if (!media || packets < stream.packetsStored)
            copy.missing.push_back((media ? missingOf(stream, packets) : media.error()).sentence);
        copy.mediaPackets += packets;
    }
    const auto messages = query.value()->messages(call, [&](const CallMessage&) { return ++copy.messages > 0; });
    if (!messages)
        copy.missing.push_back(messages.error().sentence);
    return copy;
}

Result<void> removeUnfinishedCopy(const std::filesystem::path& directory, CallKey call)
{
    const auto making = copyInTheMaking(directory, call);
    std::error_code failed;
    std::filesystem::remove_all(making, failed);
    if (failed)
        return Error { sentence(TR("Engine", "cannot delete %1: %2"), making.string(), failed.message()) };
    return {};
}

Result<void> removeHeldCall(const std::filesystem::path& directory, CallKey call)
{
    const auto place = heldDirectory(directory, call);
    const auto making = copyInTheMaking(directory, call);
    std::error_code failed;
    if (std::filesystem::exists(place, failed)) { // what a kill leaves of it then is no held call
        std::filesystem::remove_all(making, failed);
        std::filesystem::rename(place, making, failed);
        if (failed)
            return Error { sentence(TR("Engine", "cannot rename %1: %2"), place.string(), failed.message()) };
    }
    const auto media = heldMediaPath(directory, call);
    std::filesystem::remove(media, failed);
    if (failed)
        return Error { sentence(TR("Engine", "cannot delete %1: %2"), media.string(), failed.message()) };
    return removeUnfinishedCopy(directory, call);
}

}
