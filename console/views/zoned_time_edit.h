// Edits of a date and a time of day that stand for an instant, read in the zone that is shown (console/zone).
#pragma once

#include "shared/base/units.h"

class QDateTimeEdit;
class QWidget;

namespace callmon {

QDateTimeEdit* makeZonedTimeEdit(QWidget* parent);
Timestamp instantOf(const QDateTimeEdit& edit);
void showInstant(QDateTimeEdit& edit, Timestamp instant);

}
