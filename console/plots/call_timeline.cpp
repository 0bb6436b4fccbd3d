#include "console/plots/call_timeline.h"

#include "console/zone/display_zone.h"

#include "console/plots/svg_device.h"
#include "console/plots/timeline_painter.h"

#include <QAccessible>
#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QFileDialog>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QStringList>
#include <QToolTip>
#include <algorithm>
#include <cmath>

namespace callmon {

namespace {

constexpr double zoomStep = 1.5;
constexpr double panStep = 0.2; // of what is shown
constexpr int clickReach = 7; // pixels

}

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
    QStringList said {
        tr("%1, %2 %3").arg(timelineClock(seconds, true), timelineTimeOfDay(m_data.epoch + seconds, true), zoneLabel())
    };
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

const TimelineEvent* CallTimeline::eventAt(QPoint position) const
{
    const TimelineLayout layout = layoutFor(size());
    if (!layout.events.adjusted(-clickReach, 0, clickReach, 0).contains(position))
        return nullptr;
    const TimelineEvent* best = nullptr;
    double nearest = clickReach + 1;
    for (const TimelineEvent& one : m_data.events)
        if (const double away = std::abs(layout.xOf(one.seconds, m_window) - position.x());
            one.mark != TimelineMark::Key && away < nearest) {
            nearest = away;
            best = &one;
        }
    return best;
}

// A round time of some pixels: the cursor can get to every second of a short call, and through a long one.
double CallTimeline::cursorStep() const
{
    for (const double step : { 0.02, 0.1, 1.0, 2.0, 5.0, 10.0, 30.0 })
        if (m_window.span() / step <= 300)
            return step;
    return 60;
}

void CallTimeline::toEvent(int direction)
{
    const double from = m_cursor.value_or(direction > 0 ? -1 : m_window.whole() + 1);
    const TimelineEvent* current = selectedEvent();
    const TimelineEvent* next = nullptr;
    for (const TimelineEvent& one : m_data.events) {
        if (one.mark == TimelineMark::Key)
            continue;
        // Several may share a moment: from the selected one the order of the list counts.
        const bool beyond = current && current->seconds == from
            ? (direction > 0 ? &one > current : &one < current)
            : (direction > 0 ? one.seconds > from : one.seconds < from);
        if (beyond && (direction < 0 || !next))
            next = &one;
    }
    if (!next)
        return;
    m_selected = next->id;
    const std::size_t id = next->id;
    placeCursor(next->seconds);
    m_selected = id;
    emit eventActivated(id);
}

void CallTimeline::keyPressEvent(QKeyEvent* event)
{
    const bool shift = event->modifiers() & Qt::ShiftModifier;
    const bool control = event->modifiers() & Qt::ControlModifier;
    const double centre = (m_window.begin() + m_window.end()) / 2;
    const bool seen = m_cursor && *m_cursor >= m_window.begin() && *m_cursor <= m_window.end();
    const double about = seen ? *m_cursor : centre;
    const double from = m_cursor.value_or(m_playhead.value_or(m_window.begin()));
    const auto sideways = [&](int direction) {
        if (control) {
            toEvent(direction);
        } else if (shift) {
            m_window.pan(direction * panStep * m_window.span());
            redraw();
        } else {
            // From round time to round time, wherever a click had left it.
            const double step = cursorStep();
            const double place = from / step;
            placeCursor(step * (direction > 0 ? std::floor(place + 1 + 1e-6) : std::ceil(place - 1 - 1e-6)));
        }
    };
    switch (event->key()) {
    case Qt::Key_Left:
        return sideways(-1);
    case Qt::Key_Right:
        return sideways(1);
    case Qt::Key_PageUp:
    case Qt::Key_PageDown:
        m_window.pan((event->key() == Qt::Key_PageDown ? 1 : -1) * 0.9 * m_window.span());
        return redraw();
    case Qt::Key_Plus:
    case Qt::Key_Equal: // where the plus sign shares its key
    case Qt::Key_Up:
        m_window.zoom(zoomStep, about);
        return redraw();
    case Qt::Key_Minus:
    case Qt::Key_Down:
        m_window.zoom(1 / zoomStep, about);
        return redraw();
    case Qt::Key_Home:
        m_window.showAll();
        return redraw();
    case Qt::Key_End: // and follow it
        m_window.pan(m_window.whole());
        return redraw();
    case Qt::Key_Return:
    case Qt::Key_Enter:
        emit seekRequested(from);
        emit playRequested(from);
        return;
    default:
        break;
    }
    if (control && event->key() == Qt::Key_P)
        return askForPicture();
    if (event->matches(QKeySequence::Copy) && m_cursor) {
        // What the cursor reads, for a ticket.
        QApplication::clipboard()->setText(readOut(*m_cursor));
        return;
    }
    QWidget::keyPressEvent(event);
}

void CallTimeline::wheelEvent(QWheelEvent* event)
{
    const TimelineLayout layout = layoutFor(size());
    const QPoint turned = event->angleDelta();
    if (turned.x() != 0 || event->modifiers() & Qt::ShiftModifier) {
        const int by = turned.x() != 0 ? turned.x() : turned.y();
        m_window.pan(-by / 120.0 * panStep * m_window.span());
    } else if (turned.y() != 0) {
        m_window.zoom(std::pow(zoomStep, turned.y() / 120.0), layout.secondsAt(event->position().x(), m_window));
    }
    event->accept();
    redraw();
}

void CallTimeline::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    m_pressedAt = event->position().toPoint();
    m_pressedBegin = m_window.begin();
    m_dragging = false;
}

void CallTimeline::mouseMoveEvent(QMouseEvent* event)
{
    const TimelineLayout layout = layoutFor(size());
    const QPoint at = event->position().toPoint();
    if (event->buttons() & Qt::LeftButton) {
        const int moved = at.x() - m_pressedAt.x();
        m_dragging = m_dragging || std::abs(moved) >= QApplication::startDragDistance();
        if (m_dragging) {
            setCursor(Qt::ClosedHandCursor);
            m_window.pan(m_pressedBegin - moved * m_window.span() / layout.plot.width() - m_window.begin());
            redraw();
        }
    }
    const bool inside = layout.plot.contains(at);
    m_hover = inside ? std::optional(layout.secondsAt(at.x(), m_window)) : std::nullopt;
    update();
}

void CallTimeline::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    unsetCursor();
    if (std::exchange(m_dragging, false))
        return;
    const TimelineLayout layout = layoutFor(size());
    const QPoint at = event->position().toPoint();
    if (!layout.plot.adjusted(-clickReach, 0, clickReach, 0).contains(at))
        return;
    if (const TimelineEvent* hit = eventAt(at)) {
        const std::size_t id = hit->id;
        const double seconds = hit->seconds;
        placeCursor(seconds);
        m_selected = id;
        emit eventActivated(id);
        emit seekRequested(seconds);
        return;
    }
    placeCursor(layout.secondsAt(at.x(), m_window));
    emit seekRequested(*m_cursor);
}

void CallTimeline::mouseDoubleClickEvent(QMouseEvent* event)
{
    const TimelineLayout layout = layoutFor(size());
    m_pressedAt = event->position().toPoint();
    m_pressedBegin = m_window.begin();
    if (event->button() == Qt::LeftButton && layout.plot.contains(m_pressedAt))
        emit playRequested(layout.secondsAt(m_pressedAt.x(), m_window));
}

void CallTimeline::leaveEvent(QEvent*)
{
    m_hover.reset();
    update();
}

bool CallTimeline::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const TimelineLayout layout = layoutFor(size());
    const double at = layout.secondsAt(help->pos().x(), m_window);
    QStringList lines;
    if (layout.events.contains(help->pos())) {
        const double reach = clickReach * m_window.span() / layout.plot.width();
        for (const TimelineEvent& one : m_data.events)
            if (std::abs(one.seconds - at) <= reach && lines.size() < 16)
                lines += timelineClock(one.seconds, true) + QLatin1Char(' ') + one.label;
        for (const TimelineSpan& span : m_data.spans)
            if (at >= span.begin && at <= span.end)
                lines += span.label;
    } else if (layout.plot.contains(help->pos())) {
        for (const TimelineSpan& span : m_data.spans)
            if (at >= span.begin && at <= span.end && span.shade != TimelineShade::Alarm)
                lines += span.label;
    }
    if (lines.isEmpty())
        QToolTip::hideText();
    else
        QToolTip::showText(help->globalPos(),
            lines.join(QLatin1Char('\n')).toHtmlEscaped().replace('\n', QStringLiteral("<br>")), this);
    return true;
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

void CallTimeline::paintEvent(QPaintEvent*)
{
    const TimelineLayout layout = layoutFor(size());
    if (!m_lanesValid) {
        const qreal ratio = devicePixelRatioF();
        m_lanes = QImage(size() * ratio, QImage::Format_RGB32);
        m_lanes.setDevicePixelRatio(ratio);
        m_lanes.fill(m_look.background);
        QPainter painter(&m_lanes);
        painter.setFont(font());
        TimelinePainter(painter, layout, m_data, m_look, m_window).paintLanes();
        m_lanesValid = true;
    }
    QPainter painter(this);
    painter.drawImage(0, 0, m_lanes);
    TimelinePainter over(painter, layout, m_data, m_look, m_window);
    if (const TimelineEvent* selected = selectedEvent())
        over.paintSelection(*selected);
    if (m_playhead)
        over.paintPlayhead(*m_playhead);
    const std::optional<double> at = m_hover ? m_hover : m_cursor ? m_cursor : m_playhead;
    if (m_cursor)
        over.paintCursor(*m_cursor);
    if (m_hover)
        over.paintCursor(*m_hover);
    over.paintReadOuts(at);
    if (hasFocus()) {
        painter.setPen(QPen(m_look.accent, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect().adjusted(1, 1, -1, -1));
    }
}

void CallTimeline::paintAll(QPainter& painter, QSize size) const
{
    const TimelineLayout layout = layoutFor(size);
    painter.setFont(font());
    painter.fillRect(QRect(QPoint(0, 0), size), m_look.background);
    TimelinePainter drawn(painter, layout, m_data, m_look, m_window);
    drawn.paintLanes();
    if (m_cursor)
        drawn.paintCursor(*m_cursor);
    drawn.paintReadOuts(m_cursor);
}

QImage CallTimeline::picture(QSize size) const
{
    constexpr int sharp = 2; // for print
    QImage picture(size * sharp, QImage::Format_RGB32);
    picture.setDevicePixelRatio(sharp);
    QPainter painter(&picture);
    paintAll(painter, size);
    return picture;
}

QByteArray CallTimeline::drawing(QSize size) const
{
    SvgDevice svg(size);
    QPainter painter(&svg);
    paintAll(painter, size);
    painter.end();
    return svg.document();
}

void CallTimeline::askForPicture()
{
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Save the timeline as a picture"), tr("call.png"), tr("Picture (*.png);;Drawing (*.svg)"));
    if (!path.isEmpty())
        emit pictureWanted(path);
}

void CallTimeline::contextMenuEvent(QContextMenuEvent* event)
{
    QMenu menu(this);
    const auto add = [&](const QString& text, auto slot) { menu.addAction(text, this, slot); };
    const bool keyboard = event->reason() == QContextMenuEvent::Keyboard;
    const double at =
        keyboard ? m_cursor.value_or(m_window.begin()) : layoutFor(size()).secondsAt(event->pos().x(), m_window);
    add(tr("&Listen from here\tEnter"), [this, at] { emit playRequested(at); });
    menu.addSeparator();
    add(tr("Zoom &in\t+"), [this, at] {
        m_window.zoom(zoomStep * zoomStep, at);
        redraw();
    });
    add(tr("Zoom &out\t-"), [this, at] {
        m_window.zoom(1 / zoomStep / zoomStep, at);
        redraw();
    });
    add(tr("Show &all of the call\tHome"), [this] {
        m_window.showAll();
        redraw();
    });
    menu.addSeparator();
    add(tr("&Copy the values here\tCtrl+C"), [this, at] { QApplication::clipboard()->setText(readOut(at)); });
    add(tr("Save as &picture…\tCtrl+P"), [this] { askForPicture(); });
    menu.exec(event->globalPos());
}

}
