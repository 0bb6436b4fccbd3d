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

}

void appendQualityPoint(const QualityPoint& point, std::vector<std::byte>& blob)
{
    const PackedPoint packed { nanosecondsSinceEpoch(point.at), point.packets, point.lost, point.duplicates,
        point.reordered, point.jitterMs, point.deltaMaxMs, point.mos };
    const std::size_t end = blob.size();
    blob.resize(end + qualityPointSize);
    std::memcpy(blob.data() + end, &packed, qualityPointSize);
}

bool readQualityBlock(StreamKey stream, Bytes blob, std::vector<QualityPoint>& points)
{
    for (; blob.size() >= qualityPointSize; blob = blob.subspan(qualityPointSize)) {
        PackedPoint packed {};
        std::memcpy(&packed, blob.data(), qualityPointSize);
        points.push_back({ stream, timestampFromNanoseconds(packed.at), packed.packets, packed.lost, packed.duplicates,
            packed.reordered, packed.jitterMs, packed.deltaMaxMs, packed.mos });
    }
    return blob.empty();
}

}
