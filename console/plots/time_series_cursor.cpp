// The plot's cursor: moved by keys and mouse, and what it reads, seen and told to a screen reader.
#include "console/plots/clock_ticker.h"
#include "console/plots/pixel_columns.h"
#include "console/plots/time_series_panel.h"
#include "console/zone/display_zone.h"

#include <QAccessible>
#include <QDateTime>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QStringList>
#include <algorithm>
#include <cmath>
#include <limits>
#include <qcustomplot.h>

namespace callmon {

void TimeSeriesPlot::placeCursor(std::optional<double> seconds)
{
    m_cursor = seconds;
    const std::optional<double> at = shownAt();
    for (const auto& panel : m_panels) {
        panel->cursor->setVisible(at.has_value());
        panel->cursor->point1->setCoords(at.value_or(0), 0);
        panel->cursor->point2->setCoords(at.value_or(0), 1);
    }
    updateReadOuts();
    drawMoving();
}

void TimeSeriesPlot::drawMoving()
{
    if (isVisible())
        m_moving->replot();
    else
        m_plot->replot(QCustomPlot::rpQueuedReplot); // with all else, once it is seen
}

QString TimeSeriesPlot::readOut(std::size_t index, std::size_t kind, std::optional<double> seconds) const
{
    const Panel& panel = *m_panels.at(index);
    const PlotKind& what = m_kinds.at(kind);
    if (!hasLine(panel, kind))
        return {};
    const QString& name = panel.what.names.empty() ? what.name : panel.what.names[kind];
    const QString sample = what.style == Qt::SolidLine ? QStringLiteral("━━ ") : QStringLiteral("╍╍ ");
    QString text = name.isEmpty() ? QString() : sample + name; // an only line is told by its panel's title
    if (!seconds)
        return text;
    double value = std::numeric_limits<double>::quiet_NaN();
    for (const PlotLine& line : panel.lines)
        if (line.kind == kind)
            if (const double here = valueAt({ line.seconds, line.values, line.last }, *seconds); !std::isnan(here))
                value = here;
    return (text.isEmpty() ? text : text + QLatin1Char(' '))
        + (std::isnan(value) ? QStringLiteral("–") : QLocale().toString(value, 'f', panel.what.decimals));
}

void TimeSeriesPlot::updateReadOuts()
{
    const std::optional<double> at = shownAt();
    QStringList said;
    for (std::size_t i = 0; i < m_panels.size(); ++i) {
        QStringList values { m_panels[i]->what.title };
        for (std::size_t kind = 0; kind < m_panels[i]->readOuts.size(); ++kind) {
            m_panels[i]->readOuts[kind]->setText(readOut(i, kind, at));
            values += m_panels[i]->readOuts[kind]->text();
        }
        said += values.join(QLatin1Char(' ')).simplified();
        m_panels[i]->time->setVisible(at && i == 0);
        if (at)
            m_panels[i]->time->setText(timeText(*at));
    }
    setAccessibleDescription(at ? timeText(*at) + QStringLiteral(". ") + said.join(QStringLiteral(". ")) : QString());
}

QString TimeSeriesPlot::timeText(double seconds) const
{
    return m_epoch
        ? inDisplayZone(static_cast<qint64>(*m_epoch + seconds) * 1000).toString(QStringLiteral("yyyy-MM-dd HH:mm"))
        : clockLabel(seconds);
}

double TimeSeriesPlot::secondsAt(QPoint position) const
{
    const double seconds = m_panels.front()->rect->axis(QCPAxis::atBottom)->pixelToCoord(position.x());
    return std::clamp(seconds, 0.0, m_duration);
}

bool TimeSeriesPlot::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::MouseMove) {
        m_hover = secondsAt(static_cast<QMouseEvent*>(event)->pos());
        placeCursor(m_cursor);
    } else if (event->type() == QEvent::MouseButtonPress) {
        setFocus(Qt::MouseFocusReason);
        placeCursor(secondsAt(static_cast<QMouseEvent*>(event)->pos()));
    } else if (event->type() == QEvent::Leave) {
        m_hover.reset();
        placeCursor(m_cursor);
    }
    return QWidget::eventFilter(watched, event);
}

// From value to value of the line that has most of them; with Shift ten at a time.
void TimeSeriesPlot::keyPressEvent(QKeyEvent* event)
{
    double step = m_duration / 100;
    double first = m_duration; // with a value
    std::size_t most = 1;
    for (const auto& panel : m_panels)
        for (const PlotLine& line : panel->lines) {
            if (line.seconds.size() > most) {
                most = line.seconds.size();
                step = line.last;
            }
            for (std::size_t i = 0; i < line.values.size() && line.seconds[i] < first; ++i)
                if (!std::isnan(line.values[i]))
                    first = line.seconds[i];
        }
    step *= event->modifiers() & Qt::ShiftModifier ? 10 : 1;
    const double from = m_cursor.value_or(event->key() == Qt::Key_Left ? m_duration : first - step);
    const double last = std::max(0.0, m_duration - step / 2); // within the last value
    if (event->key() == Qt::Key_Left)
        placeCursor(std::max(0.0, from - step));
    else if (event->key() == Qt::Key_Right)
        placeCursor(std::min(last, from + step));
    else if (event->key() == Qt::Key_Home)
        placeCursor(0);
    else if (event->key() == Qt::Key_End)
        placeCursor(last);
    else
        return QWidget::keyPressEvent(event);
    m_hover.reset();
    QAccessibleEvent changed(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&changed);
}

}
