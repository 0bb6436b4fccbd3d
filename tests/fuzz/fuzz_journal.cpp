// The journal of the calls that are on, as anybody may have left it: whole records are taken, and no call, stream or
// second is made up of what is none. The seeds are this version's own, for it reads no other.
#include "engine/storage/crc32c.h"
#include "engine/storage/journal.h"
#include "tests/fuzz/code_seeds.h"
#include "tests/fuzz/require.h"
#include "tests/fuzz/stored_bytes.h"

using namespace callmon;

namespace {

constexpr std::size_t journalHeaderSize = 24;

struct RecordHead {
    std::uint32_t kind, size, crc;
};

void setChecksums(std::vector<std::byte>& journal)
{
    RecordHead head {};
    for (std::size_t at = journalHeaderSize; at + sizeof head <= journal.size(); at += sizeof head + head.size) {
        std::memcpy(&head, journal.data() + at, sizeof head);
        const Bytes behind = Bytes(journal).subspan(at + sizeof head);
        if (head.size > behind.size())
            return;
        const std::uint32_t guarded[] { head.kind, head.size };
        head.crc = crc32c(behind.first(head.size), crc32c(std::as_bytes(std::span(guarded))));
        std::memcpy(journal.data() + at, &head, sizeof head);
    }
}

std::vector<std::uint8_t> fileOf(const JournalBatch& batch)
{
    const FuzzDirectory directory;
    {
        auto journal = JournalFile::create(directory.path / "live.journal");
        (void)journal.value().append(batch).has_value();
    }
    std::ifstream in(directory.path / "live.journal", std::ios::binary);
    return { std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>() };
}

}

std::vector<std::vector<std::uint8_t>> codeSeeds()
{
    std::vector<std::vector<std::uint8_t>> seeds;
    JournalBatch batch;
    CallRecord call;
    call.key = { 1'770'000'000'000'000'000 };
    call.caller = "+34910000001";
    call.callId = "a@b";
    batch.call(call, { { 1, 64 }, 0 });
    seeds.push_back(fileOf(batch));
    JournalStream stream;
    stream.known = true;
    stream.record.key = { call.key, 0 };
    stream.lastChunk = { 1, 4096 };
    batch.clear();
    batch.stream(stream.record.key, stream);
    batch.place(stream.record.key, stream);
    seeds.push_back(fileOf(batch));
    batch.clear();
    std::vector<QualityPoint> points(3);
    for (QualityPoint& point : points)
        point.stream = stream.record.key;
    batch.quality(points);
    points.back().farEnd.reports = 1;
    batch.quality(points);
    batch.ended(call.key);
    seeds.push_back(fileOf(batch));
    return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const FuzzDirectory directory;
    const Bytes input = std::as_bytes(std::span(data, size));
    std::vector<std::byte> bytes(input.begin(), input.end());
    setChecksums(bytes);
    directory.write("live.journal", bytes);
    std::size_t given = 0;
    JournalReader reader;
    reader.call = [&](const CallRecord& call, const JournalMessages&) {
        require(call.caller.view().size() <= size && call.callId.view().size() <= size);
        ++given;
    };
    reader.stream = [&](StreamKey, const JournalStream&) { ++given; };
    reader.place = [&](StreamKey, const JournalStream&) { ++given; };
    reader.quality = [&](const QualityPoint&) { ++given; };
    reader.ended = [&](CallKey) { ++given; };
    const auto report = reader.read(directory.path / "live.journal");
    require(report.bytesCut <= size && given + report.recordsRefused <= size);
    require(report.outcome != JournalReader::Outcome::Missing && report.outcome != JournalReader::Outcome::Unreadable);
    return 0;
}
