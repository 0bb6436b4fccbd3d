#include "engine/storage/journal.h"

#include "engine/storage/crc32c.h"
#include "engine/storage/record_fields.h"
#include "engine/storage/storage_error.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>

namespace callmon {

namespace {

enum Kind : std::uint32_t { CallKind = 1, StreamKind, QualityKind, EndedKind, PlaceKind, ReportedQualityKind };

struct RecordHead {
    std::uint32_t kind, size, crc;
};

struct JournalHeader {
    std::array<char, 8> magic { 'C', 'M', 'L', 'I', 'V', 'E', 'J', '\n' };
    std::uint32_t version = 11; // raised with every change of the records or of record_fields.h
    std::uint32_t callFields = 0; // and these catch a version that was forgotten
    std::uint32_t streamFields = 0;
    std::uint32_t reserved = 0;
    bool operator==(const JournalHeader&) const = default;
};

constexpr std::uint32_t largestRecord = 1u << 20;

JournalHeader currentHeader()
{
    JournalHeader header;
    CallRecord call;
    StreamRecord stream;
    visitCallFields(call, [&](const char*, auto&) { ++header.callFields; });
    visitStreamFields(stream, [&](const char*, auto&) { ++header.streamFields; });
    return header;
}

template <typename Value> void put(std::vector<std::byte>& bytes, const Value& value)
{
    static_assert(std::is_trivially_copyable_v<Value>);
    const Bytes raw = std::as_bytes(std::span(&value, 1));
    bytes.insert(bytes.end(), raw.begin(), raw.end());
}

void putField(std::vector<std::byte>& bytes, const StoredValue& value)
{
    put(bytes, value.kind);
    switch (value.kind) {
    case StoredValue::Kind::Null:
        break;
    case StoredValue::Kind::Integer:
        put(bytes, value.integer);
        break;
    case StoredValue::Kind::Real:
        put(bytes, value.real);
        break;
    case StoredValue::Kind::Text:
        put(bytes, static_cast<std::uint16_t>(value.text.size()));
        const Bytes text = std::as_bytes(std::span(value.text));
        bytes.insert(bytes.end(), text.begin(), text.end());
        break;
    }
}

// Takes values off the front; good turns false at the first one that is not whole.
struct Cursor {
    Bytes rest;
    bool good = true;

    template <typename Value> Value take()
    {
        Value value {};
        if (rest.size() < sizeof value) {
            good = false;
            rest = {};
            return value;
        }
        std::memcpy(&value, rest.data(), sizeof value);
        rest = rest.subspan(sizeof value);
        return value;
    }
    StoredValue takeField()
    {
        StoredValue value;
        const auto kind = take<std::uint8_t>();
        switch (kind) {
        case 0:
            break;
        case 1:
            value.integer = take<std::int64_t>();
            break;
        case 2:
            value.real = take<double>();
            break;
        case 3: {
            const std::size_t size = take<std::uint16_t>();
            if (size > rest.size()) {
                good = false;
                return value;
            }
            value.text.assign(reinterpret_cast<const char*>(rest.data()), size);
            rest = rest.subspan(size);
            break;
        }
        default:
            good = false;
        }
        if (good)
            value.kind = static_cast<StoredValue::Kind>(kind);
        return value;
    }
    template <typename Field> void takeInto(Field& field)
    {
        if (!fromStored(takeField(), field))
            good = false;
    }
};

StreamKey takeStreamKey(Cursor& in)
{
    const CallKey call { in.take<std::int64_t>() };
    return { call, in.take<std::uint32_t>() };
}

void putStreamKey(std::vector<std::byte>& bytes, StreamKey key)
{
    put(bytes, key.call.value);
    put(bytes, key.index);
}

// False when the payload is not what its kind says, though its checksum is right.
bool dispatch(const JournalReader& to, std::uint32_t kind, Bytes payload)
{
    Cursor in { payload };
    switch (kind) {
    case CallKind: {
        CallRecord call;
        JournalMessages messages;
        messages.last = in.take<MessageLocation>();
        messages.notWritten = in.take<std::uint32_t>();
        visitCallFields(call, [&](const char*, auto& field) { in.takeInto(field); });
        if (in.good)
            to.call(call, messages);
        return in.good;
    }
    case StreamKind: {
        const StreamKey key = takeStreamKey(in);
        JournalStream stream;
        stream.lastChunk = in.take<MediaLocation>();
        stream.packetsDropped = in.take<std::uint64_t>();
        stream.known = in.take<std::uint8_t>() != 0;
        if (stream.known)
            visitStreamFields(stream.record, [&](const char*, auto& field) { in.takeInto(field); });
        if (in.good)
            to.stream(key, stream);
        return in.good;
    }
    case PlaceKind: {
        const StreamKey key = takeStreamKey(in);
        JournalStream stream;
        stream.lastChunk = in.take<MediaLocation>();
        stream.packetsDropped = in.take<std::uint64_t>();
        if (in.good)
            to.place(key, stream);
        return in.good;
    }
    case QualityKind:
    case ReportedQualityKind: {
        const std::size_t reportSize = kind == ReportedQualityKind ? qualityReportSize : 0;
        const StreamKey key = takeStreamKey(in);
        std::vector<QualityPoint> points;
        const std::size_t count =
            in.rest.size() / (qualityPointSize + qualityErrorSize + qualityDetailSize + reportSize);
        const Bytes errors = in.rest.subspan(count * qualityPointSize);
        const Bytes details = errors.subspan(count * qualityErrorSize);
        const Bytes reports = details.subspan(count * qualityDetailSize);
        if (!in.good
            || !readQualityBlock(key, in.rest.first(count * qualityPointSize), errors.first(count * qualityErrorSize),
                details.first(count * qualityDetailSize), reports, points))
            return false;
        for (const QualityPoint& point : points)
            to.quality(point);
        return true;
    }
    case EndedKind: {
        const CallKey key { in.take<std::int64_t>() };
        if (in.good)
            to.ended(key);
        return in.good;
    }
    default:
        return false;
    }
}

std::uint32_t crcOf(const RecordHead& head, Bytes payload)
{
    const std::array<std::uint32_t, 2> guarded { head.kind, head.size };
    return crc32c(payload, crc32c(std::as_bytes(std::span(guarded))));
}

bool writeAt(int file, Bytes bytes, std::uint64_t offset)
{
    while (!bytes.empty()) {
        const ssize_t wrote = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return false;
        offset += static_cast<std::uint64_t>(wrote);
        bytes = bytes.subspan(static_cast<std::size_t>(wrote));
    }
    return true;
}

}

std::size_t JournalBatch::start(std::uint32_t kind)
{
    const std::size_t begin = m_bytes.size();
    put(m_bytes, RecordHead { kind, 0, 0 });
    return begin;
}

void JournalBatch::finish(std::size_t start)
{
    RecordHead head {};
    std::memcpy(&head, m_bytes.data() + start, sizeof head);
    const Bytes payload = Bytes(m_bytes).subspan(start + sizeof head);
    head.size = static_cast<std::uint32_t>(payload.size());
    head.crc = crcOf(head, payload);
    std::memcpy(m_bytes.data() + start, &head, sizeof head);
}

void JournalBatch::call(const CallRecord& call, const JournalMessages& messages)
{
    const std::size_t begin = start(CallKind);
    put(m_bytes, messages.last);
    put(m_bytes, messages.notWritten);
    visitCallFields(call, [&](const char*, const auto& field) { putField(m_bytes, toStored(field)); });
    finish(begin);
}

void JournalBatch::stream(StreamKey key, const JournalStream& stream)
{
    const std::size_t begin = start(StreamKind);
    putStreamKey(m_bytes, key);
    put(m_bytes, stream.lastChunk);
    put(m_bytes, stream.packetsDropped);
    put(m_bytes, static_cast<std::uint8_t>(stream.known));
    if (stream.known)
        visitStreamFields(stream.record, [&](const char*, const auto& field) { putField(m_bytes, toStored(field)); });
    finish(begin);
}

void JournalBatch::place(StreamKey key, const JournalStream& stream)
{
    const std::size_t begin = start(PlaceKind);
    putStreamKey(m_bytes, key);
    put(m_bytes, stream.lastChunk);
    put(m_bytes, stream.packetsDropped);
    finish(begin);
}

void JournalBatch::quality(std::span<const QualityPoint> points)
{
    constexpr std::size_t atOnce = 1024;
    for (; !points.empty(); points = points.subspan(std::min(points.size(), atOnce))) {
        m_block.clear();
        for (const QualityPoint& point : points.first(std::min(points.size(), atOnce)))
            m_block.append(point);
        const std::size_t begin = start(m_block.reported ? ReportedQualityKind : QualityKind);
        putStreamKey(m_bytes, points.front().stream);
        m_bytes.insert(m_bytes.end(), m_block.points.begin(), m_block.points.end());
        m_bytes.insert(m_bytes.end(), m_block.errors.begin(), m_block.errors.end());
        m_bytes.insert(m_bytes.end(), m_block.details.begin(), m_block.details.end());
        if (m_block.reported)
            m_bytes.insert(m_bytes.end(), m_block.reports.begin(), m_block.reports.end());
        finish(begin);
    }
}

void JournalBatch::ended(CallKey key)
{
    const std::size_t begin = start(EndedKind);
    put(m_bytes, key.value);
    finish(begin);
}

Result<JournalFile> JournalFile::create(const std::filesystem::path& path)
{
    JournalFile journal;
    journal.m_path = path;
    journal.m_file = FileHandle(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
    if (!journal.m_file)
        return systemError(TR("Engine", "cannot create"), path);
    const JournalHeader header = currentHeader();
    if (!writeAt(journal.m_file.get(), std::as_bytes(std::span(&header, 1)), 0)) {
        const Error error = systemError(TR("Engine", "cannot write"), path);
        ::unlink(path.c_str());
        return error;
    }
    journal.m_size = sizeof header;
    return journal;
}

Result<void> JournalFile::append(const JournalBatch& batch)
{
    if (!writeAt(m_file.get(), batch.bytes(), m_size)) {
        const Error error = systemError(TR("Engine", "cannot write"), m_path);
        (void)!::ftruncate(m_file.get(), static_cast<off_t>(m_size));
        return error;
    }
    m_size += batch.bytes().size();
    return {};
}

JournalReader::Report JournalReader::read(const std::filesystem::path& path) const
{
    const FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file)
        return { errno == ENOENT ? Outcome::Missing : Outcome::Unreadable, 0, 0 };
    struct stat status { };
    if (::fstat(file.get(), &status) != 0)
        return Report { Outcome::Unreadable, 0, 0 };
    const auto size = static_cast<std::uint64_t>(status.st_size);
    const auto readAt = [&](void* into, std::size_t count, std::uint64_t offset) {
        return ::pread(file.get(), into, count, static_cast<off_t>(offset)) == static_cast<ssize_t>(count);
    };
    JournalHeader header;
    if (size < sizeof header) // killed while creating it
        return { Outcome::Torn, size, 0 };
    if (!readAt(&header, sizeof header, 0))
        return Report { Outcome::Unreadable, 0, 0 };
    if (!(header == currentHeader()))
        return Report { Outcome::OtherVersion, 0, 0 };
    std::uint64_t at = sizeof header;
    Report report;
    std::vector<std::byte> payload;
    while (at < size) {
        RecordHead head {};
        if (size - at < sizeof head || !readAt(&head, sizeof head, at) || head.size > largestRecord
            || head.size > size - at - sizeof head)
            return { Outcome::Torn, size - at, report.recordsRefused };
        payload.resize(head.size);
        if (!readAt(payload.data(), payload.size(), at + sizeof head) || crcOf(head, payload) != head.crc)
            return { Outcome::Torn, size - at, report.recordsRefused };
        if (!dispatch(*this, head.kind, payload))
            ++report.recordsRefused;
        at += sizeof head + head.size;
    }
    return report;
}

}
