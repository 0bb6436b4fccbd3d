#include "console/models/figures.h"

#include "console/zone/display_zone.h"
#include "shared/base/utc_time.h"

#include <QCoreApplication>
#include <QLocale>
#include <array>
#include <cmath>
#include <limits>

namespace callmon {

namespace {

// The C locale groups no digits; whoever set none gets English figures.
QLocale figureLocale()
{
    const QLocale locale;
    return locale.language() == QLocale::C ? QLocale(QLocale::English) : locale;
}

qint64 milliseconds(Timestamp time)
{
    return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

// "2026-11-23T06:14:55", in the zone that is shown
QString inZone(Timestamp time)
{
    if (displaysUtc())
        return QString::fromStdString(toIso8601(time)).left(19);
    return inDisplayZone(milliseconds(time)).toString(QStringLiteral("yyyy-MM-ddTHH:mm:ss"));
}

}

MosBand bandOf(std::optional<double> mos)
{
    if (!mos)
        return MosBand::Unknown;
    const double shown = std::round(*mos * 100) / 100; // a 4.00 on the screen is a 4.00
    return shown >= 4.0 ? MosBand::Good : shown >= 3.1 ? MosBand::Fair : MosBand::Bad;
}

QString bandGlyph(MosBand band)
{
    switch (band) {
    case MosBand::Good:
        return QStringLiteral("▲");
    case MosBand::Fair:
        return QStringLiteral("■");
    case MosBand::Bad:
        return QStringLiteral("▼");
    case MosBand::Unknown:
        break;
    }
    return {};
}

QString bandWord(MosBand band)
{
    switch (band) {
    case MosBand::Good:
        return QCoreApplication::translate("Figures", "good");
    case MosBand::Fair:
        return QCoreApplication::translate("Figures", "fair");
    case MosBand::Bad:
        return QCoreApplication::translate("Figures", "bad");
    case MosBand::Unknown:
        break;
    }
    return QCoreApplication::translate("Figures", "unknown");
}

QString unknownFigure()
{
    return QStringLiteral("–");
}

QString decimalText(std::optional<double> value, int decimals)
{
    return value ? figureLocale().toString(*value, 'f', decimals) : unknownFigure();
}

QString mosText(std::optional<double> mos)
{
    return decimalText(mos, 2);
}

QString percentText(std::optional<double> percent)
{
    return decimalText(percent, 2);
}

QString millisecondsText(std::optional<double> ms)
{
    return decimalText(ms, 1);
}

QString finerMillisecondsText(std::optional<double> ms)
{
    return decimalText(ms, 3);
}

QString durationText(std::optional<Milliseconds> duration)
{
    if (!duration)
        return unknownFigure();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(std::max(*duration, Milliseconds(0))).count();
    return QStringLiteral("%1:%2:%3")
        .arg(seconds / 3600)
        .arg(seconds / 60 % 60, 2, 10, QLatin1Char('0'))
        .arg(seconds % 60, 2, 10, QLatin1Char('0'));
}

QString countText(quint64 count)
{
    return figureLocale().toString(count);
}

QString shortCountText(quint64 count)
{
    double figure = static_cast<double>(count);
    int thousands = 0;
    for (; figure >= 999.5 && thousands < 2; ++thousands)
        figure /= 1000;
    constexpr std::array units { "", "k", "M" };
    return figureLocale().toString(figure, 'f', thousands > 0 && figure < 9.95 ? 1 : 0)
        + QLatin1String(units[static_cast<std::size_t>(thousands)]);
}

int pluralOf(quint64 count)
{
    // Plurals go by the last two digits.
    constexpr auto most = static_cast<quint64>(std::numeric_limits<int>::max());
    return static_cast<int>(count <= most ? count : 1'000'000 + count % 1'000'000);
}

QString callsText(quint64 count)
{
    return count == 1
        ? QCoreApplication::translate("Figures", "1 call")
        : QCoreApplication::translate("Figures", "%1 calls", nullptr, pluralOf(count)).arg(countText(count));
}

QString sizeText(quint64 bytes)
{
    return figureLocale().formattedDataSize(static_cast<qint64>(bytes), 1, QLocale::DataSizeSIFormat);
}

QString bitRateText(quint64 bitsPerSecond)
{
    return QCoreApplication::translate("Figures", "%1 Mb/s")
        .arg(figureLocale().toString(static_cast<double>(bitsPerSecond) / 1e6, 'f', 1));
}

QString dateTimeText(Timestamp time)
{
    return dateText(time) + QLatin1Char(' ') + clockText(time) + whichOfTwo(milliseconds(time));
}

QString zoneOf(Timestamp time)
{
    return zoneLabelAt(milliseconds(time));
}

QString clockText(Timestamp time)
{
    return inZone(time).mid(11, 8);
}

QString dateText(Timestamp time)
{
    return inZone(time).left(10);
}

std::optional<double> knownMos(float mos)
{
    if (mos <= 0)
        return std::nullopt;
    return static_cast<double>(mos);
}

}
