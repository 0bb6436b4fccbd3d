// Up to 60 one-second points of one stream as four blobs of table quality, a part of each point in either,
// little-endian. points, 36 bytes each: i64 second begins at (ns since 1970) | u32 packets | u32 lost | u32 duplicates
// | u32 reordered | f32 jitter ms | f32 longest inter-arrival time ms | f32 MOS (0: cannot be said). errors, 8 bytes
// each: u32 packets missing while the probe lost frames | f32 error of the jitter, ms. details, 8 bytes each: u32 bytes
// at the network layer | u16 packets discarded by the jitter buffer | u8 DSCP | u8 sum of 1 early media, 2 pausing,
// 4 probe lost frames (not marked before, where nothing of the stream was missing).
// reports, 8 bytes each, or nothing where no report came in any of the seconds: u16 lost, hundredths of a percent | u16
// jitter, tenths of a millisecond | u16 round trip, likewise | u16 reports; 65,535 of the first three: not told. Day
// databases of schema 1 had points alone, those before 5 no details, before 7 no reports: adding a column takes no
// time, writing a day's points anew takes hours.
#pragma once

#include "shared/base/byte_reader.h"
#include "shared/calls/quality_point.h"

#include <vector>

namespace callmon {

constexpr std::size_t qualityBlockPoints = 60;
constexpr std::size_t qualityPointSize = 36;
constexpr std::size_t qualityErrorSize = 8;
constexpr std::size_t qualityDetailSize = 8;
constexpr std::size_t qualityReportSize = 8;

struct QualityBlock {
    std::vector<std::byte> points;
    std::vector<std::byte> errors;
    std::vector<std::byte> details;
    std::vector<std::byte> reports;
    bool reported = false; // anything in reports

    void append(const QualityPoint& point);
    void clear();
};

// Appends the points of a block; no errors or details at all are zeros, no reports are none. False when the lengths are
// not those of whole points.
bool readQualityBlock(
    StreamKey stream, Bytes points, Bytes errors, Bytes details, Bytes reports, std::vector<QualityPoint>& into);
}
