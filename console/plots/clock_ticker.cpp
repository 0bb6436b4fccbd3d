#include "console/plots/clock_ticker.h"

#include "console/zone/display_zone.h"

#include <QDateTime>
#include <array>
#include <cmath>

namespace callmon {

double clockTickStep(double rangeSeconds, int wantedTicks)
{
    constexpr std::array steps { 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0,
        7200.0, 14400.0, 21600.0, 43200.0, 86400.0 };
    for (const double step : steps)
        if (rangeSeconds / step <= wantedTicks)
            return step;
    return 86400 * std::ceil(rangeSeconds / 86400 / wantedTicks);
}

double valueTickStep(double maximum)
{
    if (!(maximum > 0))
        return 1;
    const double power = std::pow(10, std::floor(std::log10(maximum / 3)));
    for (const double factor : { 1.0, 2.0, 2.5, 5.0 })
        if (factor * power * 3 >= maximum * (1 - 1e-9))
            return factor * power;
    return 10 * power;
}

QString clockLabel(double seconds)
{
    const auto whole = static_cast<qint64>(std::floor(std::max(0.0, seconds)));
    const QLatin1Char zero('0');
    const QString tail = QStringLiteral(":%1").arg(whole % 60, 2, 10, zero);
    if (whole < 3600)
        return QString::number(whole / 60) + tail;
    return QStringLiteral("%1:%2").arg(whole / 3600).arg(whole / 60 % 60, 2, 10, zero) + tail;
}

QString timeOfDayLabel(double secondsSince1970)
{
    const QDateTime time = inDisplayZone(static_cast<qint64>(std::llround(secondsSince1970)) * 1000);
    return time.time() == QTime(0, 0) ? time.toString(QStringLiteral("MM-dd")) : time.toString(QStringLiteral("HH:mm"));
}

}
