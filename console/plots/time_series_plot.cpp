#include "console/plots/time_series_panel.h"

#include "console/plots/clock_ticker.h"
#include "console/plots/pixel_columns.h"
#include "console/plots/plot_tickers.h"
#include "console/zone/display_zone.h"

#include <QPainter>
#include <QStyleOptionFocusRect>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <limits>
#include <qcustomplot.h>

namespace callmon {

namespace {

constexpr int panelTop = 24; // pixels for a panel's title
constexpr double longCall = 300; // seconds; a second of it is some pixels wide

}

TimeSeriesPlot::TimeSeriesPlot(std::vector<PlotPanel> panels, QWidget* parent)
    : QWidget(parent)
    , m_plot(new QCustomPlot(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(2, 2, 2, 2); // the focus frame stands here
    layout->addWidget(m_plot);
    setFocusPolicy(Qt::StrongFocus);
    m_plot->setPlottingHint(QCP::phFastPolylines); // else the outline of thousands of steps is computed as a whole
    m_plot->setLocale(QLocale()); // it left out the separator of thousands, which all other figures have
    m_plot->setFocusPolicy(Qt::NoFocus);
    m_plot->setMouseTracking(true);
    m_plot->installEventFilter(this);
    // The plot's own layer above all others, with a buffer to itself: one of ours beside it would be a third buffer of
    // the window's size to be blended in each frame.
    m_moving = m_plot->layer(QStringLiteral("overlay"));
    m_plot->plotLayout()->clear();
    m_plot->plotLayout()->setRowSpacing(0);

    auto* margins = new QCPMarginGroup(m_plot);
    for (PlotPanel& what : panels) {
        auto panel = std::make_unique<Panel>();
        panel->what = std::move(what);
        panel->rect = new QCPAxisRect(m_plot);
        panel->rect->setMinimumSize(50, 36); // all of a call fits 720 lines, with a banner above it
        m_plot->plotLayout()->addElement(static_cast<int>(m_panels.size()), 0, panel->rect);
        panel->rect->setMarginGroup(QCP::msLeft | QCP::msRight, margins);
        panel->rect->setMinimumMargins(QMargins(8, panelTop, 14, 4));
        panel->rect->setupFullAxesBox(false);
        for (QCPAxis* axis : { panel->rect->axis(QCPAxis::atTop), panel->rect->axis(QCPAxis::atRight) })
            axis->setVisible(false);
        QCPAxis* time = panel->rect->axis(QCPAxis::atBottom);
        time->setTicker(clockTicker());
        if (!panel->what.ticks.empty()) {
            panel->fixedTicks = QSharedPointer<QCPAxisTickerText>::create();
            panel->rect->axis(QCPAxis::atLeft)->setTicker(panel->fixedTicks);
        } else {
            panel->rect->axis(QCPAxis::atLeft)->setTicker(valueTicker());
        }
        panel->rect->axis(QCPAxis::atLeft)->setNumberFormat(QStringLiteral("g"));
        panel->rect->axis(QCPAxis::atLeft)->setNumberPrecision(6);

        const auto label = [&](double x, double y, Qt::Alignment alignment) {
            auto* item = new QCPItemText(m_plot);
            item->setClipToAxisRect(false);
            item->position->setAxisRect(panel->rect);
            item->position->setType(QCPItemPosition::ptAxisRectRatio);
            item->position->setCoords(x, y);
            item->setPositionAlignment(alignment);
            item->setPadding(QMargins(0, 0, 0, 4));
            return item;
        };
        panel->title = label(0, 0, Qt::AlignLeft | Qt::AlignBottom);
        panel->title->setText(panel->what.title);
        panel->time = label(0, 0, Qt::AlignRight | Qt::AlignBottom);
        panel->time->setVisible(false);
        panel->time->setLayer(m_moving);
        panel->empty = label(0.5, 0.5, Qt::AlignCenter);
        panel->empty->setPadding(QMargins(4, 0, 4, 0));
        panel->empty->setText(tr("no measurement"));
        panel->cursor = new QCPItemStraightLine(m_plot);
        for (QCPItemPosition* point : { panel->cursor->point1, panel->cursor->point2 }) {
            point->setAxisRect(panel->rect);
            point->setAxes(time, panel->rect->axis(QCPAxis::atLeft));
            point->setTypeX(QCPItemPosition::ptPlotCoords);
            point->setTypeY(QCPItemPosition::ptAxisRectRatio);
        }
        panel->cursor->setClipAxisRect(panel->rect);
        panel->cursor->setVisible(false);
        panel->cursor->setLayer(m_moving);
        m_panels.push_back(std::move(panel));
    }
    for (std::size_t i = 0; i + 1 < m_panels.size(); ++i)
        m_panels[i]->rect->axis(QCPAxis::atBottom)->setTickLabels(false);
    labelTicks();
    if (!m_panels.empty())
        m_panels.back()->rect->axis(QCPAxis::atBottom)->setLabel(tr("Time since the call began, m:ss"));
    setDuration(1);
}

TimeSeriesPlot::~TimeSeriesPlot() = default;

void TimeSeriesPlot::setKinds(const std::vector<PlotKind>& kinds)
{
    m_kinds = kinds;
    for (const auto& panel : m_panels) {
        for (QCPItemText* item : panel->readOuts)
            m_plot->removeItem(item);
        panel->readOuts.clear();
        for (std::size_t i = 0; i < m_kinds.size(); ++i) {
            auto* item = new QCPItemText(m_plot);
            item->setClipToAxisRect(false);
            item->setPositionAlignment(Qt::AlignRight | Qt::AlignBottom);
            item->setPadding(QMargins(0, 0, 0, 4));
            item->setLayer(m_moving);
            panel->readOuts.push_back(item);
        }
        chain(*panel);
    }
    style();
}

// From the right: the last kind at the panel's edge, each other one left of its successor, the time leftmost.
void TimeSeriesPlot::chain(Panel& panel) const
{
    std::vector<QCPItemText*> items { panel.time };
    items.insert(items.end(), panel.readOuts.begin(), panel.readOuts.end());
    for (std::size_t i = items.size(); i-- > 0;) {
        QCPItemPosition* position = items[i]->position;
        if (i + 1 == items.size()) {
            position->setAxisRect(panel.rect);
            position->setType(QCPItemPosition::ptAxisRectRatio);
            position->setCoords(1, 0);
        } else {
            position->setParentAnchor(items[i + 1]->bottomLeft);
            position->setType(QCPItemPosition::ptAbsolute);
            position->setCoords(hasLine(panel, i) ? -18 : 0, 0); // nothing stands for a kind that has no line here
        }
    }
}

void TimeSeriesPlot::setColours(const PlotColours& colours)
{
    m_colours = colours;
    style();
}

void TimeSeriesPlot::style()
{
    m_plot->setBackground(m_colours.background);
    const QPen axisPen(m_colours.grid.darker(100), 1);
    QFont bold = font();
    bold.setBold(true);
    for (const auto& panel : m_panels) {
        for (QCPAxis* axis : { panel->rect->axis(QCPAxis::atBottom), panel->rect->axis(QCPAxis::atLeft) }) {
            axis->setBasePen(axisPen);
            axis->setTickPen(axisPen);
            axis->setSubTicks(false);
            axis->setTickLabelColor(m_colours.quietText);
            axis->setLabelColor(m_colours.quietText);
            axis->setTickLabelFont(font());
            axis->setLabelFont(font());
            axis->grid()->setPen(QPen(m_colours.grid, 1));
            axis->grid()->setZeroLinePen(Qt::NoPen);
        }
        panel->title->setColor(m_colours.text);
        panel->title->setFont(bold);
        panel->time->setColor(m_colours.text);
        panel->time->setFont(font());
        for (std::size_t i = 0; i < panel->readOuts.size(); ++i) {
            panel->readOuts[i]->setColor(m_kinds[i].colour);
            panel->readOuts[i]->setFont(font());
        }
        panel->empty->setColor(m_colours.quietText);
        panel->empty->setFont(font());
        panel->empty->setBrush(m_colours.background); // over the grid
        panel->cursor->setPen(QPen(m_colours.quietText, 1));
        for (std::size_t i = 0; i < panel->graphs.size(); ++i) {
            const std::size_t kind = panel->lines[i / 2].kind;
            if (kind >= m_kinds.size())
                continue;
            QPen pen(m_kinds[kind].colour, 2, m_kinds[kind].style, Qt::FlatCap);
            panel->graphs[i]->setPen(pen);
            if (i % 2 == 1)
                panel->graphs[i]->setScatterStyle(QCPScatterStyle(
                    kind == 0 ? QCPScatterStyle::ssDisc : QCPScatterStyle::ssDiamond, m_kinds[kind].colour, 5));
        }
    }
    updateReadOuts();
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void TimeSeriesPlot::setLines(std::size_t index, const std::vector<PlotLine>& lines)
{
    Panel& panel = *m_panels.at(index);
    for (QCPGraph* graph : panel.graphs)
        m_plot->removeGraph(graph);
    panel.graphs.clear();
    panel.lines = lines;
    // The later kind, which is dashed, on top: where the lines are one, both are seen.
    std::stable_sort(
        panel.lines.begin(), panel.lines.end(), [](const PlotLine& a, const PlotLine& b) { return a.kind < b.kind; });
    QCPAxis* time = panel.rect->axis(QCPAxis::atBottom);
    QCPAxis* value = panel.rect->axis(QCPAxis::atLeft);
    double maximum = panel.what.maximum;
    bool any = false;
    for (const PlotLine& line : panel.lines) {
        const auto& values = line.values;
        QVector<double> loneSeconds; // a value between two gaps: in a long call its step is too short to be seen
        QVector<double> loneValues;
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (std::isnan(values[i]))
                continue;
            any = true;
            maximum = std::max(maximum, values[i]);
            if ((i == 0 || std::isnan(values[i - 1])) && (i + 1 == values.size() || std::isnan(values[i + 1]))) {
                loneSeconds += line.seconds[i] + line.last / 2;
                loneValues += values[i];
            }
        }
        QCPGraph* graph = m_plot->addGraph(time, value);
        QVector<double> seconds(line.seconds.begin(), line.seconds.end());
        QVector<double> steps(values.begin(), values.end());
        if (!values.empty()) { // the last value holds to the end of its second
            seconds += line.seconds.back() + line.last;
            steps += values.back();
        }
        graph->setData(seconds, steps, true);
        graph->setLineStyle(QCPGraph::lsStepLeft);
        graph->setAntialiased(false); // level lines and upright ones: sharp
        QCPGraph* lone = m_plot->addGraph(time, value);
        lone->setData(loneSeconds, loneValues, true);
        lone->setLineStyle(QCPGraph::lsNone);
        lone->setVisible(m_duration > longCall);
        panel.graphs.push_back(graph);
        panel.graphs.push_back(lone);
    }
    if (panel.what.ticks.empty()) { // up to a labelled value
        const double step = valueTickStep(maximum);
        maximum = step * std::ceil(maximum / step - 1e-9);
    }
    // A little room below, or a line along the bottom would be hidden by the axis.
    value->setRange(
        panel.what.minimum - 0.03 * (maximum - panel.what.minimum), maximum + 0.03 * (maximum - panel.what.minimum));
    panel.empty->setVisible(!any);
    style();
}

void TimeSeriesPlot::setDuration(double seconds)
{
    m_duration = std::max(1.0, seconds);
    for (const auto& panel : m_panels) {
        panel->rect->axis(QCPAxis::atBottom)->setRange(0, m_duration);
        for (std::size_t i = 1; i < panel->graphs.size(); i += 2)
            panel->graphs[i]->setVisible(m_duration > longCall);
    }
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void TimeSeriesPlot::setTimeOfDay(double secondsSince1970)
{
    m_epoch = secondsSince1970;
    for (const auto& panel : m_panels)
        panel->rect->axis(QCPAxis::atBottom)->setTicker(timeOfDayTicker(secondsSince1970));
    m_panels.back()->rect->axis(QCPAxis::atBottom)->setLabel(withZone(tr("Time, UTC")));
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

bool TimeSeriesPlot::hasLine(const Panel& panel, std::size_t kind) const
{
    return panel.what.names.empty() || kind < panel.what.names.size();
}

// The ends are labelled always, a tick between them where its label does not run into another's.
void TimeSeriesPlot::labelTicks()
{
    const int timeAxis = 3 * fontMetrics().height();
    const int panels = std::max(1, static_cast<int>(m_panels.size()));
    const double room = std::max(1, (height() - timeAxis) / panels - panelTop);
    for (const auto& panel : m_panels) {
        if (!panel->fixedTicks)
            continue;
        const std::vector<double>& ticks = panel->what.ticks;
        const double apart = fontMetrics().height() * (panel->what.maximum - panel->what.minimum) / room;
        panel->fixedTicks->clear();
        double below = -std::numeric_limits<double>::infinity();
        for (const double tick : ticks) {
            const bool end = tick == ticks.back();
            const bool fits = end || (tick - below >= apart && ticks.back() - tick >= apart);
            panel->fixedTicks->addTick(
                tick, fits ? QLocale().toString(tick, 'f', tick == std::floor(tick) ? 0 : 1) : QString());
            if (fits)
                below = tick;
        }
    }
}

void TimeSeriesPlot::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    labelTicks();
    // The axis rectangles are of one height, though only the last one has the time below it.
    const double each =
        std::max(1.0, (height() - 3.0 * fontMetrics().height()) / std::max(1.0, double(m_panels.size())));
    for (std::size_t i = 0; i < m_panels.size(); ++i)
        m_plot->plotLayout()->setRowStretchFactor(
            static_cast<int>(i), i + 1 < m_panels.size() ? 1 : 1 + 2.6 * fontMetrics().height() / each);
}

void TimeSeriesPlot::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), m_colours.background);
    if (!hasFocus())
        return;
    painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
    painter.drawRect(rect().adjusted(1, 1, -1, -1));
}

void TimeSeriesPlot::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    update();
}

void TimeSeriesPlot::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    update();
}

}
