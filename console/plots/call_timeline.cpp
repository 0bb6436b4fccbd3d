#include "console/plots/call_timeline.h"

#include "console/plots/plot_picture.h"
#include "console/plots/timeline_notes.h"
#include "console/plots/timeline_painter.h"
#include "console/zone/display_zone.h"

#include <QAccessible>
#include <QFileDialog>
#include <QStringList>
#include <algorithm>

namespace callmon {

CallTimeline::CallTimeline(QWidget* parent)
    : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setAccessibleName(tr("Timeline of the call"));
}

TimelineLayout CallTimeline::layoutFor(QSize size) const
{
    return TimelineLayout(size, m_data, fontMetrics());
}

QSize CallTimeline::minimumSizeHint() const
{
    return { 520, TimelineLayout::leastHeight(m_data, fontMetrics()) };
}

QSize CallTimeline::sizeHint() const
{
    return { 1000, TimelineLayout::leastHeight(m_data, fontMetrics()) * 3 / 2 };
}

void CallTimeline::setData(TimelineData data)
{
    for (std::size_t side = 0; side < timelineSides; ++side)
        if (data.sounds[side].peaks.empty())
            data.sounds[side] = std::move(m_data.sounds[side]);
    if (data.strips.empty())
        data.strips = std::move(m_data.strips);
    m_data = std::move(data);
    m_window.setWhole(m_data.duration);
    redraw();
}

void CallTimeline::setSound(std::size_t side, TimelineSound sound)
{
    m_data.sounds[side] = std::move(sound);
    redraw();
}

void CallTimeline::setLook(const TimelineLook& look)
{
    m_look = look;
    redraw();
}

void CallTimeline::setPlayhead(std::optional<double> seconds)
{
    if (seconds && m_playhead && *seconds > *m_playhead && *m_playhead <= m_window.end() && *seconds > m_window.end()
        && *seconds - *m_playhead < 2) { // it ran out of sight: turn the page
        m_window.pan(m_window.span() * 0.9);
        redraw();
    }
    m_playhead = seconds;
    update();
}

void CallTimeline::selectEvent(std::optional<std::size_t> id)
{
    m_selected = id;
    update();
}

void CallTimeline::moveCursor(double seconds)
{
    m_cursor = std::clamp(seconds, 0.0, m_window.whole());
    const double begin = m_window.begin();
    m_window.reveal(*m_cursor);
    if (m_window.begin() != begin)
        redraw();
    setAccessibleDescription(readOut(*m_cursor));
    update();
}

void CallTimeline::placeCursor(double seconds)
{
    moveCursor(seconds);
    m_hover.reset();
    QAccessibleEvent changed(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&changed);
    emit cursorMoved(*m_cursor);
}

QString CallTimeline::readOut(double seconds) const
{
    QStringList said { tr("%1, %2 %3")
                           .arg(timelineClock(seconds, true), timelineTimeOfDay(m_data.epoch + seconds, true),
                               zoneLabelAt(static_cast<qint64>((m_data.epoch + seconds) * 1000))) };
    for (const TimelineStrip& strip : m_data.strips) {
        QStringList values;
        for (std::size_t side = 0; side < timelineSides; ++side)
            values += m_look.names[side] + QLatin1Char(' ') + TimelinePainter::valueText(strip, side, seconds);
        said += tr("%1: %2").arg(strip.unit.isEmpty() ? strip.title : strip.title + QStringLiteral(" ") + strip.unit,
            values.join(QStringLiteral(", ")));
    }
    for (const TimelineSpan& span : m_data.spans)
        if (seconds >= span.begin && seconds < span.end)
            said += span.label;
    return said.join(QStringLiteral(". "));
}

void CallTimeline::redraw()
{
    m_lanesValid = false;
    update();
}

const TimelineEvent* CallTimeline::selectedEvent() const
{
    for (const TimelineEvent& one : m_data.events)
        if (m_selected && one.mark != TimelineMark::Key && one.id == *m_selected)
            return &one;
    return nullptr;
}

void CallTimeline::leaveEvent(QEvent*)
{
    m_hover.reset();
    update();
}

void CallTimeline::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    update();
}

void CallTimeline::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    update();
}

void CallTimeline::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    redraw();
}

// In a low window the lanes are scrolled, and the time below them would mostly be out of sight: then it stands at the
// bottom of what is seen.
std::optional<int> CallTimeline::axisInSight(const TimelineLayout& layout) const
{
    const QRect seen = visibleRegion().boundingRect();
    const int top = seen.bottom() + 1 - layout.axis.height();
    if (top >= layout.axis.top() || top < layout.events.bottom())
        return std::nullopt;
    return top;
}

void CallTimeline::moveEvent(QMoveEvent* event)
{
    QWidget::moveEvent(event);
    update(); // all of it: what is fixed in sight has moved in the widget
}

void CallTimeline::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (parentWidget() != nullptr)
        parentWidget()->installEventFilter(this);
}

bool CallTimeline::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Resize)
        update();
    return QWidget::eventFilter(watched, event);
}

void CallTimeline::paintEvent(QPaintEvent*)
{
    const TimelineLayout layout = layoutFor(size());
    if (!m_lanesValid) {
        const qreal ratio = devicePixelRatioF();
        if (m_lanes.size() != size() * ratio || m_lanes.devicePixelRatio() != ratio) {
            m_lanes = QImage(size() * ratio, QImage::Format_RGB32);
            m_lanes.setDevicePixelRatio(ratio);
        }
        QPainter painter(&m_lanes);
        painter.setFont(font());
        TimelinePainter(painter, layout, m_data, m_look, m_window).paintLanes(size());
        m_lanesValid = true;
    }
    QPainter painter(this);
    painter.drawImage(0, 0, m_lanes);
    TimelinePainter over(painter, layout, m_data, m_look, m_window);
    if (const TimelineEvent* selected = selectedEvent())
        TimelineNotes(painter, layout, m_data, m_look, m_window).paintSelection(*selected);
    if (m_playhead)
        over.paintPlayhead(*m_playhead);
    const std::optional<double> at = m_hover ? m_hover : m_cursor ? m_cursor : m_playhead;
    if (m_cursor)
        over.paintCursor(*m_cursor);
    if (m_hover)
        over.paintCursor(*m_hover);
    over.paintReadOuts(at);
    if (const auto top = axisInSight(layout)) {
        painter.fillRect(0, *top, width(), layout.axis.height(), m_look.background);
        painter.setPen(m_look.grid);
        painter.drawLine(0, *top, width(), *top);
        over.paintAxis(*top);
    }
    if (hasFocus()) { // a pen's outline of the window's size is computed row by row
        constexpr int thick = 2;
        for (const QRect& side : QRegion(rect()) - rect().adjusted(thick, thick, -thick, -thick))
            painter.fillRect(side, m_look.accent);
    }
}

void CallTimeline::paintAll(QPainter& painter, QSize size) const
{
    const TimelineLayout layout = layoutFor(size);
    painter.setFont(font());
    // Under all: in a drawing that is enlarged, areas side by side would show what is behind them along their edges.
    painter.fillRect(QRect(QPoint(0, 0), size), m_look.background);
    TimelinePainter drawn(painter, layout, m_data, m_look, m_window);
    drawn.paintLanes(size);
    if (m_cursor)
        drawn.paintCursor(*m_cursor);
    drawn.paintReadOuts(m_cursor);
}

QImage CallTimeline::picture(QSize size) const
{
    return pictureOf(size, [&](QPaintDevice& device) {
        QPainter painter(&device);
        paintAll(painter, size);
    });
}

QByteArray CallTimeline::drawing(QSize size) const
{
    return drawingOf(size, [&](QPaintDevice& device) {
        QPainter painter(&device);
        paintAll(painter, size);
    });
}

void CallTimeline::askForPicture()
{
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Save the timeline as a picture"), tr("call.png"), tr("Picture (*.png);;Drawing (*.svg)"));
    if (!path.isEmpty())
        emit pictureWanted(path);
}

}
