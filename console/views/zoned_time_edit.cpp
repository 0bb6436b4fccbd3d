#include "console/views/zoned_time_edit.h"

#include "console/zone/display_zone.h"

#include <QDateTimeEdit>

namespace callmon {

QDateTimeEdit* makeZonedTimeEdit(QWidget* parent)
{
    auto* edit = new QDateTimeEdit(parent);
    edit->setTimeSpec(Qt::UTC); // what it holds is a date and a time of day
    edit->setDisplayFormat(QStringLiteral("yyyy-MM-dd HH:mm:ss"));
    edit->setCalendarPopup(true);
    return edit;
}

Timestamp instantOf(const QDateTimeEdit& edit)
{
    return timestampFromNanoseconds(QDateTime(edit.date(), edit.time(), displayZone()).toMSecsSinceEpoch() * 1'000'000);
}

void showInstant(QDateTimeEdit& edit, Timestamp instant)
{
    const QDateTime shown = inDisplayZone(nanosecondsSinceEpoch(instant) / 1'000'000);
    edit.setDateTime(QDateTime(shown.date(), shown.time(), Qt::UTC));
}

}
