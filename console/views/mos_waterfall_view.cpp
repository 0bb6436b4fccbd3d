#include "console/views/mos_waterfall_view.h"

#include "console/models/call_words.h"

#include <QHelpEvent>
#include <QPainter>
#include <QStringList>
#include <QToolTip>
#include <algorithm>

namespace callmon {

namespace {

constexpr int margin = 12;
constexpr int columns = 2; // caller and callee side by side
constexpr double worst = 1; // MOS

}

MosWaterfallView::MosWaterfallView(QWidget* parent)
    : QWidget(parent)
{
    setAccessibleName(tr("What took how much of the MOS"));
}

void MosWaterfallView::setStreams(const std::vector<StreamRecord>& streams)
{
    m_breakdowns.clear();
    for (const StreamRecord& stream : streams)
        m_breakdowns.push_back(breakdownOf(stream));
    std::stable_sort(m_breakdowns.begin(), m_breakdowns.end(),
        [](const MosBreakdown& a, const MosBreakdown& b) { return a.direction < b.direction; });
    setAccessibleDescription(text());
    updateGeometry();
    update();
}

void MosWaterfallView::sayEmpty(const QString& sentence)
{
    m_whyEmpty = sentence;
    setAccessibleDescription(text());
    update();
}

QString MosWaterfallView::text() const
{
    if (m_breakdowns.empty())
        return m_whyEmpty;
    QStringList all;
    for (const MosBreakdown& breakdown : m_breakdowns)
        all += breakdown.words();
    return all.join(QStringLiteral(". "));
}

void MosWaterfallView::setTheme(const Theme& theme)
{
    m_theme = theme;
    update();
}

int MosWaterfallView::rows() const
{
    std::size_t most = 1;
    for (const MosBreakdown& breakdown : m_breakdowns)
        most = std::max(most, breakdown.steps.empty() ? 1 : breakdown.steps.size() + 2);
    return static_cast<int>(most) + 1; // and the title
}

QRect MosWaterfallView::placeOf(std::size_t index) const
{
    const int height = rows() * (fontMetrics().height() + 3) + margin;
    const int width = (this->width() - margin) / columns;
    const auto at = static_cast<int>(index);
    return { margin + at % columns * width, 6 + at / columns * height, width - margin, height - margin };
}

QSize MosWaterfallView::sizeHint() const
{
    const int blocks = std::max(1, (static_cast<int>(m_breakdowns.size()) + columns - 1) / columns);
    return { 700, 6 + blocks * (rows() * (fontMetrics().height() + 3) + margin) };
}

bool MosWaterfallView::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    for (std::size_t i = 0; i < m_breakdowns.size(); ++i)
        if (placeOf(i).contains(help->pos()))
            QToolTip::showText(help->globalPos(), m_breakdowns[i].words().toHtmlEscaped(), this);
    return true;
}

void MosWaterfallView::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), m_theme.base);
    if (m_breakdowns.empty()) {
        painter.setPen(m_theme.quiet);
        painter.drawText(
            rect().adjusted(margin, 8, -margin, -8), Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, text());
    }
    for (std::size_t i = 0; i < m_breakdowns.size(); ++i)
        paintOne(painter, m_breakdowns[i], placeOf(i));
}

void MosWaterfallView::paintOne(QPainter& painter, const MosBreakdown& breakdown, const QRect& place)
{
    const int line = fontMetrics().height() + 3;
    const QColor colour = m_theme.of(breakdown.direction);
    QFont bold = font();
    bold.setBold(true);
    painter.setFont(bold);
    painter.setPen(colour);
    const QString codec = breakdown.codec.isEmpty() ? tr("codec unknown") : breakdown.codec;
    painter.drawText(QRect(place.left(), place.top(), place.width(), line), Qt::AlignLeft | Qt::AlignVCenter,
        (breakdown.direction == Party::Caller ? QStringLiteral("━ ") : QStringLiteral("┅ "))
            + tr("%1, %2").arg(word(breakdown.direction), codec));
    painter.setFont(font());
    if (!breakdown.whyNot.isEmpty()) {
        painter.setPen(m_theme.text);
        painter.drawText(
            place.adjusted(0, line, 0, 0), Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, breakdown.whyNot);
        return;
    }
    const int causeWidth = fontMetrics().horizontalAdvance(tr("jitter buffer")) + 6;
    const int valueWidth = fontMetrics().horizontalAdvance(QStringLiteral("▼ −0.00"));
    const int barWidth = std::clamp(place.width() / 3, 120, 420);
    const int barLeft = place.left() + causeWidth;
    const int textLeft = barLeft + barWidth + valueWidth + 22;
    const auto x = [&](double mos) {
        return barLeft + barWidth * std::clamp((mos - worst) / (breakdown.best - worst), 0.0, 1.0);
    };
    int top = place.top();
    const auto row = [&](const QString& cause, double from, double to, const QColor& fill, const QString& value,
                         const QColor& valueColour, const QString& input) {
        top += line;
        painter.setPen(m_theme.text);
        painter.drawText(QRect(place.left(), top, causeWidth, line), Qt::AlignLeft | Qt::AlignVCenter, cause);
        painter.fillRect(QRectF(barLeft, top + 3, barWidth, line - 6), m_theme.alternate);
        painter.fillRect(QRectF(x(from), top + 3, std::max(1.5, x(to) - x(from)), line - 6), fill);
        painter.setPen(valueColour);
        painter.drawText(
            QRect(barLeft + barWidth + 6, top, valueWidth, line), Qt::AlignRight | Qt::AlignVCenter, value);
        painter.setPen(m_theme.quiet);
        const QRect text(textLeft, top, std::max(0, place.right() - textLeft), line);
        painter.drawText(
            text, Qt::AlignLeft | Qt::AlignVCenter, fontMetrics().elidedText(input, Qt::ElideRight, text.width()));
    };
    QColor pale = colour;
    pale.setAlphaF(0.45F);
    row(tr("best"), worst, breakdown.best, pale, mosText(breakdown.best), m_theme.text,
        tr("R 93.2: ITU-T G.107 with its default values"));
    for (const MosStep& step : breakdown.steps) {
        const bool took = step.taken >= 0.005;
        row(step.cause, step.left, step.left + step.taken, took ? m_theme.bad : m_theme.quiet,
            took ? QStringLiteral("−") + mosText(step.taken) : mosText(0), took ? m_theme.bad : m_theme.quiet,
            step.input);
    }
    const MosBand band = bandOf(breakdown.mos);
    row(tr("MOS"), worst, breakdown.mos, colour, bandGlyph(band) + QLatin1Char(' ') + mosText(breakdown.mos),
        m_theme.of(band), tr("%1; E-model over the whole stream").arg(bandWord(band)));
}

}
