// Ticks of a time axis at 1, 2, 5, 10, 15, 30 seconds, minutes and hours, labelled m:ss or h:mm:ss; and of an axis of
// values from 0 up.
#pragma once

#include <QString>

namespace callmon {

double clockTickStep(double rangeSeconds, int wantedTicks);
QString clockLabel(double seconds); // "1:05", "1:02:03"
QString timeOfDayLabel(double secondsSince1970); // "06:14", UTC; at midnight the day: "11-23"
double valueTickStep(double maximum); // 1, 2, 2.5 or 5 times a power of ten: two or three steps reach the maximum

}
