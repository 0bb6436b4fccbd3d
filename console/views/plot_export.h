// Saves what a plot shows as a picture: by its context menu and Ctrl+P, with progress and a way to stop it below.
#pragma once

#include "console/recording/file_writer.h"

#include <QWidget>

namespace callmon {

class ElidedLabel;
class ProgressLine;
class TimeSeriesPlot;

class PlotExport : public QWidget {
    Q_OBJECT

public:
    // `name`: of the file that is offered, without its end. To be put below the plot.
    PlotExport(TimeSeriesPlot& plot, const QString& name, QWidget* parent = nullptr);

    void ask(); // where to
    void save(const QString& path);
    ProgressLine& line() { return *m_line; }
    QString said() const; // where it was saved, or why not

signals:
    void ended(bool written);

private:
    void say(const QString& message);

    TimeSeriesPlot& m_plot;
    QString m_name;
    FileWriter m_writer;
    ProgressLine* m_line;
    ElidedLabel* m_said;
};

}
