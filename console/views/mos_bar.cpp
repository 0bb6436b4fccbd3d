#include "console/views/mos_bar.h"

#include <QLocale>
#include <QPainter>
#include <QStringList>
#include <array>

namespace callmon {

namespace {

constexpr int barHeight = 12;
constexpr int margin = 10;

QString nameOf(std::size_t band)
{
    const std::array names { MosBar::tr("best, from 4.34"), MosBar::tr("high, from 4.03"),
        MosBar::tr("medium, from 3.60"), MosBar::tr("low, from 3.10"), MosBar::tr("poor, below 3.10") };
    return names[band];
}

double shareOf(const ServiceFigures& figures, std::size_t band)
{
    return figures.mosCalls > 0 ? double(figures.mosBands[band]) / double(figures.mosCalls) : 0;
}

QString labelOf(const ServiceFigures& figures, std::size_t band)
{
    return nameOf(band) + QStringLiteral(": ") + QLocale().toString(100 * shareOf(figures, band), 'f', 1)
        + QStringLiteral(" %");
}

QColor between(const QColor& a, const QColor& b)
{
    return QColor::fromRgbF((a.redF() + b.redF()) / 2, (a.greenF() + b.greenF()) / 2, (a.blueF() + b.blueF()) / 2);
}

// From good to bad, none louder than a worse one; the words below it say the same.
QColor colourOf(const Theme& theme, std::size_t band)
{
    const std::array colours { theme.good, between(theme.good, theme.fair), theme.fair, between(theme.fair, theme.bad),
        theme.bad };
    return colours[band];
}

}

MosBar::MosBar(QWidget* parent)
    : QWidget(parent)
{
    setAccessibleName(tr("Calls by mean MOS"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void MosBar::setFigures(const ServiceFigures& figures)
{
    m_figures = figures;
    setAccessibleDescription(text());
    setToolTip(tr("Calls that ended in this period, by their mean MOS, in the categories of ITU-T G.109"));
    update();
}

QString MosBar::text() const
{
    if (m_figures.mosCalls == 0)
        return tr("Calls by mean MOS: none that ended in this period has one");
    QStringList parts;
    for (std::size_t band = 0; band < m_figures.mosBands.size(); ++band)
        parts += labelOf(m_figures, band);
    return parts.join(QStringLiteral(", "));
}

void MosBar::setTheme(const Theme& theme)
{
    m_theme = theme;
    update();
}

QSize MosBar::sizeHint() const
{
    return { 640, fontMetrics().height() + barHeight + 16 };
}

void MosBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), m_theme.base);
    const int textTop = 6 + barHeight + 4;
    const QRect text(margin, textTop, width() - 2 * margin, fontMetrics().height());
    painter.setPen(m_theme.quiet);
    if (m_figures.mosCalls == 0) {
        painter.drawText(text, Qt::AlignLeft | Qt::AlignVCenter, this->text());
        return;
    }
    double from = margin;
    const double whole = width() - 2.0 * margin;
    for (std::size_t band = 0; band < m_figures.mosBands.size(); ++band) {
        const double part = whole * shareOf(m_figures, band);
        painter.fillRect(QRectF(from, 6, part, barHeight), colourOf(m_theme, band));
        from += part;
    }
    const int column = text.width() / static_cast<int>(m_figures.mosBands.size());
    for (std::size_t band = 0; band < m_figures.mosBands.size(); ++band) {
        const QRect place(text.left() + static_cast<int>(band) * column, text.top(), column, text.height());
        painter.fillRect(QRect(place.left(), place.top() + (place.height() - 9) / 2, 9, 9), colourOf(m_theme, band));
        painter.setPen(m_theme.text);
        painter.drawText(place.adjusted(14, 0, -4, 0), Qt::AlignLeft | Qt::AlignVCenter,
            fontMetrics().elidedText(labelOf(m_figures, band), Qt::ElideRight, column - 18));
    }
}

}
