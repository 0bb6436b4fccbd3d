#include "console/views/plain_table.h"

#include "console/views/list_header.h"
#include "console/views/theme.h"

#include <QHeaderView>
#include <QPainter>
#include <algorithm>

namespace callmon {

namespace {

constexpr int widest = 420; // of a column; the rest is in its tool tip
constexpr int apart = 6; // between columns, beside their margins

}

PlainTable::PlainTable(QAbstractItemModel* model, const QString& name, const QString& accessibleName, QWidget* parent)
    : QTableView(parent)
{
    setObjectName(name);
    setAccessibleName(accessibleName);
    setHorizontalHeader(new ListHeader(this));
    setModel(model);
    setSelectionBehavior(SelectRows);
    setSelectionMode(SingleSelection);
    setAlternatingRowColors(true);
    setShowGrid(false);
    setTabKeyNavigation(false);
    setWordWrap(false);
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 9);
    horizontalHeader()->setStretchLastSection(true);
    fitColumns();
}

void PlainTable::sayWhenEmpty(const QString& text)
{
    m_whenEmpty = text;
    viewport()->update();
}

void PlainTable::fitColumns()
{
    for (int column = 0; column + 1 < model()->columnCount(); ++column) { // the last one has the room that is left
        const QString title = model()->headerData(column, Qt::Horizontal).toString();
        const int needed =
            std::max(sizeHintForColumn(column), fontMetrics().horizontalAdvance(title) + 2 * cellMargin + 2);
        setColumnWidth(column, std::min(needed + apart, widest));
    }
}

void PlainTable::paintEvent(QPaintEvent* event)
{
    QTableView::paintEvent(event);
    if (model()->rowCount() > 0 || m_whenEmpty.isEmpty())
        return;
    QPainter painter(viewport());
    painter.setPen(palette().color(QPalette::PlaceholderText));
    painter.drawText(viewport()->rect().adjusted(20, 20, -20, -20), Qt::AlignCenter | Qt::TextWordWrap, m_whenEmpty);
}

}
