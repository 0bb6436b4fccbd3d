#include "console/zone/display_zone.h"

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
    return displaysUtc() ? QStringLiteral("UTC") : current().abbreviation(QDateTime::currentDateTimeUtc());
}

QString withZone(const QString& title)
{
    QString text = title;
    return displaysUtc() ? text : text.replace(QLatin1String("UTC"), zoneLabel());
}

}
