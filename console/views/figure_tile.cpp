#include "console/views/figure_tile.h"

#include <QKeyEvent>
#include <QPainter>
#include <QPainterPath>
#include <cmath>

namespace callmon {

FigureTile::FigureTile(const QString& title, QWidget* parent)
    : QAbstractButton(parent)
    , m_title(title)
    , m_value(unknownFigure())
{
    setFocusPolicy(Qt::TabFocus);
    setCursor(Qt::PointingHandCursor);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(title);
}

void FigureTile::show(
    const QString& value, const std::vector<double>& history, const QString& foot, const QString& shortFoot)
{
    m_value = value;
    m_history = history;
    m_foot = foot;
    m_shortFoot = shortFoot;
    setAccessibleName(QStringLiteral("%1 %2 %3").arg(m_title, value, foot).simplified());
    update();
}

void FigureTile::setTone(Tone tone)
{
    m_tone = tone;
    update();
}

void FigureTile::setTheme(const Theme& theme)
{
    m_theme = theme;
    update();
}

QSize FigureTile::sizeHint() const
{
    return { fontMetrics().averageCharWidth() * 18, fontMetrics().height() * 4 + 8 };
}

QSize FigureTile::minimumSizeHint() const
{
    return { fontMetrics().averageCharWidth() * 12, sizeHint().height() };
}

void FigureTile::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF frame = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    painter.setPen(hasFocus() ? QPen(m_theme.accent, 2) : QPen(m_theme.line, 1));
    painter.setBrush(isDown() || underMouse() ? m_theme.raised : m_theme.base);
    painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);

    const int line = fontMetrics().height();
    const QRect inside = rect().adjusted(9, 5, -9, -5);
    painter.setPen(m_theme.quiet);
    painter.drawText(QRect(inside.left(), inside.top(), inside.width(), line), Qt::AlignLeft | Qt::AlignVCenter,
        fontMetrics().elidedText(m_title, Qt::ElideRight, inside.width()));
    QFont big = font();
    big.setPointSizeF(font().pointSizeF() * 1.5);
    big.setBold(true);
    painter.setFont(big);
    painter.setPen(m_tone == Tone::Plain ? m_theme.text : m_theme.of(m_tone));
    painter.drawText(QRect(inside.left(), inside.top() + line - 1, inside.width(), line * 3 / 2 + 3),
        Qt::AlignLeft | Qt::AlignVCenter, m_value);
    painter.setFont(font());
    const QRectF strip(inside.left(), inside.bottom() - line + 1, inside.width(), line - 1);
    if (!m_foot.isEmpty()) {
        painter.setPen(m_theme.quiet);
        const bool fits = m_shortFoot.isEmpty() || fontMetrics().horizontalAdvance(m_foot) <= strip.width();
        painter.drawText(strip, Qt::AlignLeft | Qt::AlignVCenter,
            fontMetrics().elidedText(fits ? m_foot : m_shortFoot, Qt::ElideRight, int(strip.width())));
        return;
    }
    double least = 0; // the line stands on zero, so that a small tremor looks small
    double most = 0;
    for (const double value : m_history)
        if (!std::isnan(value)) {
            least = std::min(least, value);
            most = std::max(most, value);
        }
    if (most <= least)
        most = least + 1;
    QPainterPath path;
    bool pen = false;
    for (std::size_t i = 0; i < m_history.size(); ++i) {
        if (std::isnan(m_history[i])) {
            pen = false; // a gap is a gap
            continue;
        }
        const QPointF point(strip.right() - double(m_history.size() - 1 - i) * strip.width() / 600,
            strip.bottom() - (m_history[i] - least) / (most - least) * (strip.height() - 2));
        pen ? path.lineTo(point) : path.moveTo(point);
        pen = true;
    }
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(m_theme.caller, 1.2));
    painter.drawPath(path);
}

void FigureTile::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        click();
    else
        QAbstractButton::keyPressEvent(event);
}

}
