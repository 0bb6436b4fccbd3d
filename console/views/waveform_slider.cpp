#include "console/views/waveform_slider.h"

#include "console/plots/loss_mark.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace callmon {

WaveformSlider::WaveformSlider(QWidget* parent)
    : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Position in the sound"));
    setToolTip(tr("Click to seek; arrow keys move by 5 seconds, with Shift by 30. Marks at the edges: packets were "
                  "lost; broken ones: when the probe itself lost frames, so that nobody knows whether they were"));
}

void WaveformSlider::setSound(const PlayableSound& playable)
{
    const CallSound& sound = playable.sound;
    m_envelope = playable.peaks;
    const double rate = sound.sampleRate;
    for (std::size_t side = 0; side < 2; ++side) {
        m_lost[side].clear();
        for (const SoundSpan& span : side == 0 ? sound.callerLost : sound.calleeLost)
            m_lost[side].push_back(
                { static_cast<double>(span.begin) / rate, static_cast<double>(span.end) / rate, span.withProbe });
    }
    int lost = 0;
    int withProbe = 0;
    for (const auto& side : m_lost)
        for (const Span& span : side)
            ++(span.withProbe ? withProbe : lost);
    const QString places =
        lost == 1 ? tr("1 place with lost packets") : tr("%n places with lost packets", nullptr, lost);
    setAccessibleDescription(withProbe == 0
            ? places
            : tr("%1, %2", "lost by the network, lost by the probe")
                  .arg(places,
                      withProbe == 1 ? tr("1 place where the probe itself lost frames")
                                     : tr("%n places where the probe itself lost frames", nullptr, withProbe)));
    m_duration = static_cast<double>(sound.caller.size()) / rate;
    m_position = 0;
    update();
}

void WaveformSlider::setHint(const QString& hint)
{
    m_hint = hint;
    if (!hint.isEmpty())
        setAccessibleDescription(hint);
    update();
}

void WaveformSlider::setPosition(double seconds)
{
    m_position = seconds;
    update();
}

void WaveformSlider::setPassage(double begin, double end)
{
    m_passageBegin = begin;
    m_passageEnd = end;
    update();
}

void WaveformSlider::setTheme(const Theme& theme)
{
    m_theme = theme;
    update();
}

double WaveformSlider::secondsAt(double x) const
{
    return std::clamp(x / std::max(1, width()), 0.0, 1.0) * m_duration;
}

void WaveformSlider::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), m_theme.base);
    const double middle = height() / 2.0;
    if (m_duration > 0 && (m_passageBegin > 0 || m_passageEnd > 0)) {
        QColor shade = m_theme.accent;
        shade.setAlphaF(0.22F);
        const double from = m_passageBegin / m_duration * width();
        const double to = m_passageEnd / m_duration * width();
        painter.fillRect(QRectF(from, 0, std::max(2.0, to - from), height()), shade);
    }
    const double played = m_duration > 0 ? m_position / m_duration * width() : 0;
    for (std::size_t side = 0; side < 2 && m_duration > 0; ++side) {
        const QColor loud = side == 0 ? m_theme.caller : m_theme.callee;
        QColor faint = loud;
        faint.setAlphaF(0.45F);
        for (int x = 0; x < width(); ++x) {
            const auto from = static_cast<std::size_t>(x) * PlayableSound::bins / static_cast<std::size_t>(width());
            const auto to = std::max(
                from + 1, static_cast<std::size_t>(x + 1) * PlayableSound::bins / static_cast<std::size_t>(width()));
            float peak = 0;
            for (std::size_t bin = from; bin < to && bin < PlayableSound::bins; ++bin)
                peak = std::max(peak, m_envelope[side][bin]);
            // Square root: speech is mostly quiet, and quiet is what one looks for.
            const double length = std::sqrt(static_cast<double>(peak)) * (middle - 3);
            painter.setPen(x <= played ? loud : faint);
            if (length >= 0.5)
                painter.drawLine(
                    QPointF(x + 0.5, middle), QPointF(x + 0.5, side == 0 ? middle - length : middle + length));
        }
    }
    for (std::size_t side = 0; side < 2 && m_duration > 0; ++side)
        for (const Span& lost : m_lost[side]) {
            const double from = lost.begin / m_duration * width();
            const double to = std::max(from + 2, lost.end / m_duration * width());
            const double top = side == 0 ? 1 : height() - 6;
            paintLoss(painter, QRectF(from, top, to - from, 5), lost.withProbe, m_theme.bad, m_theme.quiet);
        }
    if (!(m_duration > 0) && !m_hint.isEmpty()) {
        painter.setPen(m_theme.quiet);
        const QRect room = rect().adjusted(8, 0, -8, 0);
        painter.drawText(room, Qt::AlignCenter, fontMetrics().elidedText(m_hint, Qt::ElideRight, room.width()));
    } else {
        painter.setPen(m_theme.line);
        painter.drawLine(QPointF(0, middle), QPointF(width(), middle));
    }
    if (m_duration > 0) {
        painter.setPen(QPen(m_theme.text, 2));
        painter.drawLine(QPointF(played, 0), QPointF(played, height()));
    }
    painter.setPen(hasFocus() ? QPen(m_theme.accent, 2) : QPen(m_theme.line, 1));
    painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
}

void WaveformSlider::mousePressEvent(QMouseEvent* event)
{
    if (m_duration > 0)
        emit seekRequested(secondsAt(event->position().x()));
}

void WaveformSlider::mouseMoveEvent(QMouseEvent* event)
{
    if (m_duration > 0 && event->buttons() & Qt::LeftButton)
        emit seekRequested(secondsAt(event->position().x()));
}

void WaveformSlider::keyPressEvent(QKeyEvent* event)
{
    const double step = event->modifiers() & Qt::ShiftModifier ? 30 : 5;
    if (event->key() == Qt::Key_Left)
        emit seekRequested(std::max(0.0, m_position - step));
    else if (event->key() == Qt::Key_Right)
        emit seekRequested(std::min(m_duration, m_position + step));
    else if (event->key() == Qt::Key_Home)
        emit seekRequested(0);
    else if (event->key() == Qt::Key_End)
        emit seekRequested(m_duration);
    else
        QWidget::keyPressEvent(event);
}

}
