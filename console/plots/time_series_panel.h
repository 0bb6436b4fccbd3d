// A panel of the plot, and what stands in it.
#pragma once

#include "console/plots/time_series_plot.h"

#include <QSharedPointer>

class QCPAxisRect;
class QCPAxisTickerText;
class QCPGraph;
class QCPItemStraightLine;
class QCPItemText;

namespace callmon {

struct TimeSeriesPlot::Panel {
    PlotPanel what;
    QCPAxisRect* rect = nullptr;
    QSharedPointer<QCPAxisTickerText> fixedTicks; // null: chosen by the values
    QCPItemText* title = nullptr;
    std::vector<QCPItemText*> readOuts; // a line's sample, name and value for each kind
    QCPItemText* time = nullptr; // left of them, in the first panel
    QCPItemText* empty = nullptr;
    QCPItemStraightLine* cursor = nullptr;
    std::vector<PlotLine> lines;
    std::vector<QCPGraph*> graphs; // a line and its lone points, by turns
};

}
