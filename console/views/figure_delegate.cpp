#include "console/views/figure_delegate.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QPainter>

namespace callmon {

void FigureDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    QStyleOptionViewItem cell = option;
    initStyleOption(&cell, index);
    const QString text = cell.text;
    cell.text.clear();
    cell.state &= ~QStyle::State_HasFocus; // the row is the thing in focus: drawn below
    const QStyle* style = cell.widget ? cell.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &cell, painter, cell.widget);

    const bool selected = cell.state & QStyle::State_Selected;
    const QVariant band = index.data(BandRole);
    const QVariant tone = index.data(ToneRole);
    const bool stale = m_stale || index.data(StaleRole).toBool();
    QColor textColour = selected ? m_theme.accentText : stale ? m_theme.quiet : m_theme.text;
    QColor signColour = textColour;
    QString sign = index.data(GlyphRole).toString();
    if (band.isValid()) {
        sign = bandGlyph(static_cast<MosBand>(band.toInt()));
        if (!selected && !stale)
            signColour = textColour = m_theme.of(static_cast<MosBand>(band.toInt()));
    } else if (tone.isValid() && !selected && !stale) {
        signColour = m_theme.of(static_cast<Tone>(tone.toInt()));
    }
    if (const QVariant own = index.data(Qt::ForegroundRole); own.isValid() && !selected)
        textColour = own.value<QBrush>().color();
    if (text == unknownFigure() && !selected)
        textColour = m_theme.quiet;

    const QRect area = cell.rect.adjusted(cellMargin, 0, -cellMargin, 0);
    const QFontMetrics& metrics = cell.fontMetrics;
    const int signWidth = metrics.horizontalAdvance(QStringLiteral("▲"));
    const bool right = cell.displayAlignment & Qt::AlignRight;
    painter->save();
    painter->setFont(cell.font);
    QRect textArea = area;
    if (!sign.isEmpty() || (tone.isValid() && !right)) {
        QRect signArea = area;
        if (right) { // just left of the number, so that signs stand in a column of their own
            const int numberWidth = metrics.horizontalAdvance(QStringLiteral("0.00"));
            signArea.setRight(area.right() - numberWidth - 5);
            signArea.setLeft(signArea.right() - signWidth);
        } else {
            signArea.setWidth(signWidth);
            textArea.setLeft(area.left() + signWidth + 6);
        }
        painter->setPen(signColour);
        painter->drawText(signArea, Qt::AlignCenter, sign);
    }
    painter->setPen(textColour);
    painter->drawText(textArea, static_cast<int>(cell.displayAlignment),
        metrics.elidedText(text, right ? Qt::ElideLeft : Qt::ElideRight, textArea.width()));
    if (const auto* view = qobject_cast<const QAbstractItemView*>(cell.widget);
        view != nullptr && view->hasFocus() && view->currentIndex().row() == index.row()) { // of the row, cell by cell
        painter->setPen(QPen(selected ? m_theme.accentText : m_theme.text, 1, Qt::DotLine));
        painter->drawLine(cell.rect.topLeft(), cell.rect.topRight());
        const QPoint up(0, 1);
        painter->drawLine(cell.rect.bottomLeft() - up, cell.rect.bottomRight() - up);
    }
    painter->restore();
}

}
