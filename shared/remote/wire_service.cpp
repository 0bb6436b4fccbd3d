#include "shared/remote/wire_service.h"

#include "shared/remote/byte_writer.h"

namespace callmon {

namespace {

constexpr std::uint8_t queryKind = 20; // beside those of wire.cpp
constexpr std::uint8_t rowPageKind = 21;
constexpr std::uint8_t blobVersion = 1;
constexpr std::size_t rowMinBytes = 31 + 8 * std::tuple_size_v<ServiceCounts>;
constexpr std::uint32_t longestStepMinutes = 1440;

bool beginsAs(ByteReader& in, std::uint8_t kind)
{
    return in.u8() == kind && in.u8() == blobVersion;
}

void write(ByteWriter& out, const std::optional<Timestamp>& time)
{
    out.u8(time ? 1 : 0);
    if (time)
        out.i64(nanosecondsSinceEpoch(*time));
}

Timestamp readTime(ByteReader& in)
{
    return timestampFromNanoseconds(static_cast<std::int64_t>(in.u64()));
}

// False when it is neither there nor absent.
template <typename T, typename Read> bool readOptional(ByteReader& in, std::optional<T>& into, Read read)
{
    const std::uint8_t there = in.u8();
    if (there == 1)
        into = read();
    return there <= 1;
}

std::optional<ServiceGrouping> readGrouping(ByteReader& in)
{
    const std::uint8_t value = in.u8();
    if (value > static_cast<std::uint8_t>(ServiceGrouping::Codec))
        return std::nullopt;
    return static_cast<ServiceGrouping>(value);
}

void write(ByteWriter& out, const ServiceRow& row)
{
    out.u8(static_cast<std::uint8_t>(row.group.grouping));
    out.text(row.group.name.view());
    out.i64(nanosecondsSinceEpoch(row.from));
    out.i64(nanosecondsSinceEpoch(row.to));
    for (const std::uint64_t count : countsOf(row.sums))
        out.u64(count);
    out.u32(row.peaks.concurrentCalls);
    out.u32(row.peaks.newCalls);
    out.u32(row.concurrentCalls);
}

bool read(ByteReader& in, ServiceRow& row)
{
    const auto grouping = readGrouping(in);
    const std::size_t size = in.u16();
    if (!grouping || size > decltype(row.group.name)::capacity())
        return false;
    const Bytes name = in.take(size);
    row.group = { *grouping, std::string_view(reinterpret_cast<const char*>(name.data()), name.size()) };
    row.from = readTime(in);
    row.to = readTime(in);
    ServiceCounts counts {};
    for (std::uint64_t& count : counts)
        count = in.u64();
    row.sums = sumsOf(counts);
    row.peaks.concurrentCalls = in.u32();
    row.peaks.newCalls = in.u32();
    row.concurrentCalls = in.u32();
    return in.ok();
}

}

QByteArray encode(const ServiceQuery& query)
{
    ByteWriter out;
    out.u8(queryKind);
    out.u8(blobVersion);
    write(out, query.from);
    write(out, query.to);
    out.u8(query.grouping ? 1 : 0);
    if (query.grouping)
        out.u8(static_cast<std::uint8_t>(*query.grouping));
    out.u32(query.stepMinutes);
    return out.take();
}

std::optional<ServiceQuery> decodeServiceQuery(const QByteArray& blob)
{
    ByteReader in(bytesOf(blob));
    ServiceQuery query;
    if (!beginsAs(in, queryKind) || !readOptional(in, query.from, [&] { return readTime(in); })
        || !readOptional(in, query.to, [&] { return readTime(in); }))
        return std::nullopt;
    std::optional<std::optional<ServiceGrouping>> grouping;
    if (!readOptional(in, grouping, [&] { return readGrouping(in); }) || (grouping && !*grouping))
        return std::nullopt;
    if (grouping)
        query.grouping = *grouping;
    query.stepMinutes = in.u32();
    const bool good = in.ok() && in.left() == 0 && query.stepMinutes >= 1 && query.stepMinutes <= longestStepMinutes;
    return good ? std::optional(query) : std::nullopt;
}

QByteArray encode(const ServiceRowPage& page)
{
    ByteWriter out;
    out.u8(rowPageKind);
    out.u8(blobVersion);
    out.u32(static_cast<std::uint32_t>(page.rows.size()));
    for (const ServiceRow& row : page.rows)
        write(out, row);
    return out.take();
}

bool isServiceRowPage(const QByteArray& blob)
{
    return !blob.isEmpty() && static_cast<std::uint8_t>(blob[0]) == rowPageKind;
}

std::optional<ServiceRowPage> decodeServiceRowPage(const QByteArray& blob)
{
    ByteReader in(bytesOf(blob));
    if (!beginsAs(in, rowPageKind))
        return std::nullopt;
    const std::size_t count = in.u32();
    if (!in.ok() || count > in.left() / rowMinBytes)
        return std::nullopt;
    ServiceRowPage page;
    page.rows.resize(count);
    for (ServiceRow& row : page.rows)
        if (!read(in, row))
            return std::nullopt;
    return in.left() == 0 ? std::optional(std::move(page)) : std::nullopt;
}

}
