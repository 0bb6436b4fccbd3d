#include "console/views/service_group_table.h"

#include "console/models/figures.h"
#include "console/views/figure_delegate.h"
#include "console/views/list_header.h"

#include <QHeaderView>
#include <QLocale>
#include <QScrollBar>
#include <algorithm>
#include <numeric>

namespace callmon {

namespace {

QString ratioText(std::optional<double> percent)
{
    return percent ? QLocale().toString(*percent, 'f', 1) : unknownFigure();
}

}

ServiceGroupTable::ServiceGroupTable(QWidget* parent)
    : QTableWidget(parent)
    , m_delegate(new FigureDelegate(this))
{
    setHorizontalHeader(new ListHeader(this));
    setObjectName(QStringLiteral("serviceGroups"));
    setAccessibleName(tr("Figures of each group"));
    setEditTriggers(QTableWidget::NoEditTriggers);
    setSelectionBehavior(QTableWidget::SelectRows);
    setSelectionMode(QTableWidget::SingleSelection);
    setTabKeyNavigation(false);
    setShowGrid(false);
    setWordWrap(false);
    setAlternatingRowColors(true);
    setFrameShape(QFrame::NoFrame);
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 9);
    setItemDelegate(m_delegate);
}

QString ServiceGroupTable::nameOf(const ServiceGroup& group)
{
    if (group.grouping == ServiceGrouping::Total)
        return tr("All calls");
    return QString::fromStdString(group.name.str());
}

void ServiceGroupTable::showGroups(const std::vector<ServiceSeries>& groups)
{
    const QStringList titles { tr("Group"), tr("Attempts"), tr("Answered"), tr("ASR %"), tr("NER %"), tr("SEER %"),
        tr("ISA %"), tr("Number\nerrors %"), tr("ACD"), tr("Time to\nanswer ms"), tr("Post-dial\ndelay ms"),
        tr("Peak\nat once"), tr("Peak\nnew/s"), tr("Repeated"), tr("MOS\nmean") };
    clear();
    setColumnCount(static_cast<int>(titles.size()));
    setRowCount(static_cast<int>(groups.size()));
    const auto ms = [](const std::optional<Milliseconds>& value) {
        return millisecondsText(value ? std::optional(value->count()) : std::nullopt);
    };
    for (int row = 0; row < rowCount(); ++row) {
        const ServiceRow& whole = groups[static_cast<std::size_t>(row)].whole;
        const ServiceFigures& figures = whole.sums.figures;
        const auto mos = mosMean(figures);
        const QStringList texts { nameOf(whole.group), countText(figures.attempts), countText(figures.answered),
            ratioText(answerSeizureRatio(figures)), ratioText(networkEffectiveness(figures)),
            ratioText(sessionEstablishmentEffectiveness(figures)), ratioText(ineffectiveAttempts(figures)),
            ratioText(numberErrorRatio(figures)), durationText(averageCallDuration(figures)), ms(timeToAnswer(figures)),
            ms(postDialDelay(figures)), countText(whole.peaks.concurrentCalls), countText(whole.peaks.newCalls),
            countText(whole.sums.repeatedCalls), mosText(mos) };
        for (int column = 0; column < columnCount(); ++column) {
            auto* item = new QTableWidgetItem(texts[column]);
            item->setTextAlignment((column > 0 ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
            item->setToolTip(tr("%1 (Enter: the calls behind it)").arg(texts[column]));
            setItem(row, column, item);
        }
        item(row, columnCount() - 1)->setData(BandRole, static_cast<int>(bandOf(mos)));
    }
    for (int column = 0; column < columnCount(); ++column) {
        auto* title = new QTableWidgetItem(titles[column]);
        title->setTextAlignment((column > 0 ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        setHorizontalHeaderItem(column, title);
    }
    const auto* header = static_cast<const ListHeader*>(horizontalHeader());
    m_widths.clear();
    for (int column = 0; column < columnCount(); ++column) {
        int widest = column == 0 ? 160 : 0;
        for (int row = 0; row < rowCount(); ++row)
            widest = std::max(widest, fontMetrics().horizontalAdvance(item(row, column)->text()) + 32);
        m_widths.push_back(std::min(320, std::max(header->titleWidth(column), widest)));
    }
    fitColumns();
}

// What room is left is shared out, so that rows reach across a wide window.
void ServiceGroupTable::fitColumns()
{
    if (m_widths.empty())
        return;
    const int needed = std::accumulate(m_widths.begin(), m_widths.end(), 0);
    const int spare = std::max(0, viewport()->width() - needed);
    const int columns = static_cast<int>(m_widths.size());
    for (int column = 0; column < columns; ++column)
        setColumnWidth(
            column, m_widths[static_cast<std::size_t>(column)] + spare / columns + (column < spare % columns ? 1 : 0));
    const int rows = std::clamp(rowCount(), 1, 5); // more scroll
    const int bar = needed > viewport()->width() ? horizontalScrollBar()->sizeHint().height() : 0;
    setFixedHeight(horizontalHeader()->sizeHint().height() + rows * verticalHeader()->defaultSectionSize() + bar + 4);
}

void ServiceGroupTable::resizeEvent(QResizeEvent* event)
{
    QTableWidget::resizeEvent(event);
    fitColumns();
}

void ServiceGroupTable::setTheme(const Theme& theme)
{
    m_delegate->setTheme(theme);
}

}
