// Panels one above the other over one time axis: values over time in two kinds of line. Plain points in, pixels out.
#pragma once

#include <QColor>
#include <QString>
#include <QWidget>
#include <memory>
#include <optional>
#include <vector>

class QCPAxisRect;
class QCPGraph;
class QCPItemStraightLine;
class QCPItemText;
class QCPLayer;
class QCustomPlot;

namespace callmon {

struct PlotPanel {
    QString title; // with its unit: "Jitter, ms"
    double minimum = 0;
    double maximum = 1; // the axis grows past it when values do
    int decimals = 1; // of the read-out
    std::vector<double> ticks; // where axis labels stand; empty: chosen by the values
    std::vector<QString> names {}; // of its lines, where each panel has its own; empty: those of the kinds
};

struct PlotKind { // the two directions: told apart by the line's style as well as by its colour
    QString name;
    QColor colour;
    Qt::PenStyle style = Qt::SolidLine;
};

// Drawn as steps: a value holds from its second to the next one.
struct PlotLine {
    std::size_t kind = 0; // index into the kinds
    std::vector<double> seconds; // ascending
    std::vector<double> values; // NaN: nothing was measured, the line breaks
    double last = 1; // seconds that the last value holds
};

struct PlotColours {
    QColor background;
    QColor text;
    QColor quietText;
    QColor grid;
};

class TimeSeriesPlot : public QWidget {
    Q_OBJECT

public:
    TimeSeriesPlot(std::vector<PlotPanel> panels, QWidget* parent = nullptr);
    ~TimeSeriesPlot() override;

    void setKinds(const std::vector<PlotKind>& kinds);
    void setColours(const PlotColours& colours);
    void setLines(std::size_t panel, const std::vector<PlotLine>& lines);
    void setDuration(double seconds); // the time axis runs from 0 to here
    void setTimeOfDay(double secondsSince1970); // of 0: the axis is then labelled in UTC
    // By the arrow keys or a click; where the mouse is comes first.
    void placeCursor(std::optional<double> seconds);
    std::optional<double> cursor() const { return m_cursor; }
    // "━━ caller → 4.21": a sample of the line, and its value there, as shown in the panel's corner.
    QString readOut(std::size_t panel, std::size_t kind, std::optional<double> seconds) const;

    QSize sizeHint() const override { return { 640, 420 }; }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    struct Panel;

    void style();
    void chain(Panel& panel) const;
    void labelTicks();
    bool hasLine(const Panel& panel, std::size_t kind) const;
    void updateReadOuts();
    void drawMoving();
    QString timeText(double seconds) const;
    double secondsAt(QPoint position) const;
    std::optional<double> shownAt() const { return m_hover ? m_hover : m_cursor; }

    QCustomPlot* m_plot;
    QCPLayer* m_moving; // the cursor and what it reads: drawn by itself, as the lines cost much more
    std::vector<std::unique_ptr<Panel>> m_panels;
    std::vector<PlotKind> m_kinds;
    PlotColours m_colours;
    double m_duration = 1;
    std::optional<double> m_epoch; // empty: the axis counts from 0
    std::optional<double> m_cursor;
    std::optional<double> m_hover; // where the mouse is
};

}
