// What keys, mouse and menu do in the timeline.
#include "console/plots/call_timeline.h"
#include "console/plots/timeline_layout.h"
#include "console/plots/timeline_painter.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
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
