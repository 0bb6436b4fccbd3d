// The blob of quality.points: up to 60 one-second points of one stream, one after the other, each 36 bytes,
// little-endian: i64 second begins at (ns since 1970) | u32 packets | u32 lost | u32 duplicates | u32 reordered |
// f32 jitter ms | f32 longest inter-arrival time ms | f32 MOS (0: cannot be said).
#pragma once

#include "shared/base/byte_reader.h"
#include "shared/calls/quality_point.h"

#include <vector>

namespace callmon {

constexpr std::size_t qualityBlockPoints = 60;
constexpr std::size_t qualityPointSize = 36;

void appendQualityPoint(const QualityPoint& point, std::vector<std::byte>& blob);
// Appends the points of a blob; false when its length is no whole number of points.
bool readQualityBlock(StreamKey stream, Bytes blob, std::vector<QualityPoint>& points);

}
