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
    callmon::append(errors, &error, qualityErrorSize);
}

void QualityBlock::clear()
{
    points.clear();
    errors.clear();
}

bool readQualityBlock(StreamKey stream, Bytes points, Bytes errors, std::vector<QualityPoint>& into)
{
    for (; points.size() >= qualityPointSize; points = points.subspan(qualityPointSize)) {
        PackedPoint packed {};
        std::memcpy(&packed, points.data(), qualityPointSize);
        PackedError error {};
        if (errors.size() >= qualityErrorSize) {
            std::memcpy(&error, errors.data(), qualityErrorSize);
            errors = errors.subspan(qualityErrorSize);
        }
        into.push_back({ stream, timestampFromNanoseconds(packed.at), packed.packets, packed.lost, packed.duplicates,
            packed.reordered, packed.jitterMs, packed.deltaMaxMs, packed.mos, error.lostWithProbe,
            error.jitterErrorMs });
    }
    return points.empty() && errors.empty();
}

}
