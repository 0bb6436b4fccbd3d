// Where the axes of the time series have their ticks, and what stands there.
#pragma once

#include <QSharedPointer>

class QCPAxisTicker;

namespace callmon {

QSharedPointer<QCPAxisTicker> clockTicker(); // m:ss since the beginning
QSharedPointer<QCPAxisTicker> timeOfDayTicker(double epoch); // of the axis' 0, seconds since 1970
QSharedPointer<QCPAxisTicker> valueTicker();

}
