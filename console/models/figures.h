// Figures as people read them: one way for every list, page and status line. Unknown is an en dash, never a zero.
#pragma once

#include "shared/base/units.h"

#include <QString>
#include <optional>

namespace callmon {

// Bands of MOS after ITU-T G.107 annex B, table B.1: from 4.0 (R 80) users are satisfied, below 3.1 (R 60) nearly all
// are not.
enum class MosBand { Unknown, Bad, Fair, Good };

MosBand bandOf(std::optional<double> mos);
QString bandGlyph(MosBand band); // a shape per band: read without colour
QString bandWord(MosBand band);

QString unknownFigure();
QString decimalText(std::optional<double> value, int decimals);
QString mosText(std::optional<double> mos); // "4.21"
QString percentText(std::optional<double> percent); // "0.25", the unit stands in the header
QString millisecondsText(std::optional<double> ms); // "12.4"
QString finerMillisecondsText(std::optional<double> ms); // "0.004"
QString durationText(std::optional<Milliseconds> duration); // "0:03:07"
QString countText(quint64 count); // "52,000"
QString shortCountText(quint64 count); // "850", "3.2k", "30k", "1.2M": three digits at most
int pluralOf(quint64 count); // for tr(), which chooses a translation's plural by it
QString callsText(quint64 count); // "1 call", "52,000 calls"
QString sizeText(quint64 bytes); // "1.6 MB"
QString bitRateText(quint64 bitsPerSecond); // "4,612.3 Mb/s"
// In the zone that is shown (console/zone).
QString dateTimeText(Timestamp time); // "2026-11-23 06:14:55"; "2026-10-25 02:59:58+2" where a clock shows that twice
QString zoneOf(Timestamp time); // "UTC", "CEST": to stand beside it
QString clockText(Timestamp time); // "06:14:55"
QString dateText(Timestamp time); // "2026-11-23"

// Zero stands for "unknown" in live rows and quality points.
std::optional<double> knownMos(float mos);

}
