#include "console/zone/display_zone.h"

#include <QStringList>
#include <cstdlib>

namespace callmon {

namespace {

QTimeZone& current()
{
    static QTimeZone zone = QTimeZone::utc();
    return zone;
}

}

const QTimeZone& displayZone()
{
    return current();
}

void setDisplayZone(const QTimeZone& zone)
{
    current() = zone.isValid() ? zone : QTimeZone::utc();
}

bool displaysUtc()
{
    return current() == QTimeZone::utc();
}

QTimeZone zoneNamed(const QString& name)
{
    if (name.isEmpty() || name == QLatin1String("UTC"))
        return QTimeZone::utc();
    if (name == QLatin1String("local"))
        return QTimeZone::systemTimeZone().isValid() ? QTimeZone::systemTimeZone() : QTimeZone::utc();
    return QTimeZone(name.toLatin1());
}

QDateTime inDisplayZone(qint64 msecsSince1970)
{
    if (displaysUtc())
        return QDateTime::fromMSecsSinceEpoch(msecsSince1970, Qt::UTC);
    return QDateTime::fromMSecsSinceEpoch(msecsSince1970, current());
}

QString zoneLabel()
{
    if (displaysUtc())
        return QStringLiteral("UTC");
    const QDateTime now = QDateTime::currentDateTimeUtc();
    QStringList names { current().abbreviation(now) };
    if (current().hasTransitions())
        if (const QTimeZone::OffsetData next = current().nextTransition(now); next.atUtc.isValid()) {
            const QString other = next.abbreviation;
            // The one of winter first, as everybody writes it.
            next.daylightTimeOffset == 0 ? names.prepend(other) : names.append(other);
        }
    names.removeDuplicates();
    return names.join(QLatin1Char('/'));
}

QString zoneLabelAt(qint64 msecsSince1970)
{
    return displaysUtc() ? QStringLiteral("UTC")
                         : current().abbreviation(QDateTime::fromMSecsSinceEpoch(msecsSince1970, Qt::UTC));
}

QString withZone(const QString& title)
{
    QString text = title;
    return displaysUtc() ? text : text.replace(QLatin1String("UTC"), zoneLabel());
}

QString withZoneAt(const QString& text, qint64 msecsSince1970)
{
    QString said = text;
    return displaysUtc() ? said : said.replace(QLatin1String("UTC"), zoneLabelAt(msecsSince1970));
}

QString whichOfTwo(qint64 msecsSince1970)
{
    if (displaysUtc() || !current().hasTransitions())
        return {};
    const auto offsetAt = [](qint64 ms) {
        return current().offsetFromUtc(QDateTime::fromMSecsSinceEpoch(ms, Qt::UTC)); // s
    };
    constexpr qint64 apart = 3'600'000; // by how much clocks are put back
    const int offset = offsetAt(msecsSince1970);
    const bool first = offset - offsetAt(msecsSince1970 + apart) == apart / 1000;
    const bool second = offsetAt(msecsSince1970 - apart) - offset == apart / 1000;
    if (!first && !second)
        return {};
    const int minutes = std::abs(offset) / 60;
    const QString sign = offset < 0 ? QStringLiteral("−") : QStringLiteral("+");
    return minutes % 60 == 0
        ? sign + QString::number(minutes / 60)
        : QStringLiteral("%1%2:%3").arg(sign).arg(minutes / 60).arg(minutes % 60, 2, 10, QLatin1Char('0'));
}

}
