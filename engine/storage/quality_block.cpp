#include "engine/storage/quality_block.h"

#include <bit>
#include <cstring>

namespace callmon {

static_assert(std::endian::native == std::endian::little, "the blob is written as it lies in memory");

namespace {

struct PackedPoint {
    std::int64_t at;
    std::uint32_t packets, lost, duplicates, reordered;
    float jitterMs, deltaMaxMs, mos;
};
static_assert(offsetof(PackedPoint, mos) + sizeof(float) == qualityPointSize);

struct PackedError {
    std::uint32_t lostWithProbe;
    float jitterErrorMs;
};
static_assert(sizeof(PackedError) == qualityErrorSize);

struct PackedDetail {
    std::uint32_t bytes;
    std::uint16_t discarded;
    std::uint8_t dscp, marks;
};
static_assert(sizeof(PackedDetail) == qualityDetailSize);
static_assert(sizeof(FarEndReport) == qualityReportSize);
constexpr std::uint8_t earlyMediaMark = 1;
constexpr std::uint8_t pausingMark = 2;
constexpr std::uint8_t probeLostMark = 4;

// The next of a blob that may be shorter; zeros then.
template <typename Packed> Packed take(Bytes& blob)
{
    Packed packed {};
    if (blob.size() >= sizeof packed) {
        std::memcpy(&packed, blob.data(), sizeof packed);
        blob = blob.subspan(sizeof packed);
    }
    return packed;
}

void append(std::vector<std::byte>& blob, const void* packed, std::size_t size)
{
    const std::size_t end = blob.size();
    blob.resize(end + size);
    std::memcpy(blob.data() + end, packed, size);
}

}

void QualityBlock::append(const QualityPoint& point)
{
    const PackedPoint packed { nanosecondsSinceEpoch(point.at), point.packets, point.lost, point.duplicates,
        point.reordered, point.jitterMs, point.deltaMaxMs, point.mos };
    const PackedError error { point.lostWithProbe, point.jitterErrorMs };
    callmon::append(points, &packed, qualityPointSize);
    const auto marks = (point.earlyMedia ? earlyMediaMark : 0) | (point.pausing ? pausingMark : 0)
        | (point.probeLost ? probeLostMark : 0);
    const PackedDetail detail { point.bytes, point.discarded, point.dscp, static_cast<std::uint8_t>(marks) };
    callmon::append(errors, &error, qualityErrorSize);
    callmon::append(details, &detail, qualityDetailSize);
    callmon::append(reports, &point.farEnd, qualityReportSize);
    reported = reported || point.farEnd.reports > 0;
}

void QualityBlock::clear()
{
    points.clear();
    errors.clear();
    details.clear();
    reports.clear();
    reported = false;
}

bool readQualityBlock(
    StreamKey stream, Bytes points, Bytes errors, Bytes details, Bytes reports, std::vector<QualityPoint>& into)
{
    for (; points.size() >= qualityPointSize; points = points.subspan(qualityPointSize)) {
        PackedPoint packed {};
        std::memcpy(&packed, points.data(), qualityPointSize);
        const auto error = take<PackedError>(errors);
        const auto detail = take<PackedDetail>(details);
        const bool told = reports.size() >= qualityReportSize;
        const FarEndReport report = told ? take<FarEndReport>(reports) : FarEndReport {};
        into.push_back({ stream, timestampFromNanoseconds(packed.at), packed.packets, packed.lost, packed.duplicates,
            packed.reordered, packed.jitterMs, packed.deltaMaxMs, packed.mos, error.lostWithProbe, error.jitterErrorMs,
            detail.bytes, detail.discarded, detail.dscp, (detail.marks & earlyMediaMark) != 0,
            (detail.marks & pausingMark) != 0, (detail.marks & probeLostMark) != 0 || error.lostWithProbe > 0,
            report });
    }
    return points.empty() && errors.empty() && details.empty() && reports.empty();
}

}
