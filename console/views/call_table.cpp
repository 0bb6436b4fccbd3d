#include "console/views/call_table.h"

#include "console/views/figure_delegate.h"
#include "console/views/list_header.h"

#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QSettings>
#include <algorithm>

namespace callmon {

CallTable::CallTable(const QString& name, QWidget* parent)
    : QTableView(parent)
    , m_delegate(new FigureDelegate(this))
    , m_header(new ListHeader(this))
{
    setHorizontalHeader(m_header);
    setObjectName(name);
    setItemDelegate(m_delegate);
    setSelectionBehavior(SelectRows);
    setSelectionMode(ExtendedSelection);
    setAlternatingRowColors(true);
    setShowGrid(false);
    setWordWrap(false);
    setTabKeyNavigation(false); // Tab leaves the table
    setHorizontalScrollMode(ScrollPerPixel);
    setCornerButtonEnabled(false);
    setFrameShape(QFrame::NoFrame);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 9);
    QHeaderView* header = m_header;
    header->setSectionsMovable(true);
    header->setMinimumSectionSize(fontMetrics().horizontalAdvance(QStringLiteral("00000")));
    header->setStretchLastSection(true);
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(header, &QHeaderView::customContextMenuRequested, this, [this, header](QPoint position) {
        QMenu menu(this);
        fillColumnMenu(&menu);
        menu.exec(header->mapToGlobal(position));
    });
    connect(header, &QHeaderView::sortIndicatorChanged, this, &QTableView::scrollToTop);
    connect(header, &QHeaderView::sectionResized, this, [this] {
        if (!m_fitting && QApplication::mouseButtons() & Qt::LeftButton)
            m_fits = false; // by hand: leave them alone from now on
    });
    connect(this, &QTableView::doubleClicked, this, [this](const QModelIndex& index) { activateRow(index.row()); });
}

void CallTable::setList(QAbstractItemModel* list, const std::vector<CallColumn>& columns)
{
    setModel(list);
    QHeaderView* header = horizontalHeader();
    for (int column = 0; column < list->columnCount(); ++column)
        setColumnHidden(column, true);
    int position = 0;
    for (const CallColumn& column : columns) {
        setColumnHidden(column.column, !column.shown);
        header->moveSection(header->visualIndex(column.column), position++);
    }
    m_columns = columns;
    fitColumns();
    setSortingEnabled(true);
}

// Every column as wide as its title and sample; what room is left goes in equal parts to those that grow, each up to
// what is still read at a glance, and what these leave to those that grow later.
void CallTable::fitColumns()
{
    if (!m_fits || m_columns.empty())
        return;
    m_fitting = true;
    int room = viewport()->width();
    std::vector<const CallColumn*> growing, later;
    const auto firstWidth = [this](const CallColumn& column) {
        return std::max(m_header->titleWidth(column.column), fontMetrics().horizontalAdvance(column.sample) + 14);
    };
    const auto mostOf = [&](const CallColumn& column) {
        return std::max(fontMetrics().averageCharWidth() * column.most, 2 * firstWidth(column));
    };
    for (const CallColumn& column : m_columns) {
        setColumnWidth(column.column, firstWidth(column));
        if (isColumnHidden(column.column))
            continue;
        room -= firstWidth(column);
        if (column.grows)
            growing.push_back(&column);
        else if (column.growsLater)
            later.push_back(&column);
    }
    for (auto* columns : { &growing, &later }) {
        std::ranges::sort(
            *columns, {}, [&](const CallColumn* column) { return mostOf(*column) - firstWidth(*column); });
        for (std::size_t i = 0; i < columns->size() && room > 0; ++i) { // what one cannot take is left for the others
            const CallColumn& column = *(*columns)[i];
            const int first = firstWidth(column);
            const int width = std::min(first + room / static_cast<int>(columns->size() - i), mostOf(column));
            setColumnWidth(column.column, width);
            room -= width - first;
        }
    }
    m_fitting = false;
}

void CallTable::resizeEvent(QResizeEvent* event)
{
    QTableView::resizeEvent(event);
    fitColumns();
}

void CallTable::setTheme(const Theme& theme)
{
    m_delegate->setTheme(theme);
    viewport()->update();
}

void CallTable::setStale(bool stale)
{
    m_delegate->setStale(stale);
    viewport()->update();
}

std::vector<int> CallTable::shownColumns() const
{
    std::vector<int> columns;
    const QHeaderView* header = horizontalHeader();
    for (int position = 0; position < header->count(); ++position)
        if (const int column = header->logicalIndex(position); !header->isSectionHidden(column))
            columns.push_back(column);
    return columns;
}

namespace {

CallName callAt(const QModelIndex& row)
{
    return { { static_cast<std::uint16_t>(row.data(ProbeRole).toUInt()) }, { row.data(CallKeyRole).toLongLong() } };
}

}

void CallTable::setProbeColumn(int column, bool several)
{
    const bool was = m_notOffered != column;
    m_notOffered = several ? -1 : column;
    if (was == several && isColumnHidden(column) == !several)
        return;
    setColumnHidden(column, !several);
    fitColumns();
}

std::optional<CallName> CallTable::currentCall() const
{
    const QModelIndex index = currentIndex();
    if (!index.isValid())
        return std::nullopt;
    return callAt(index);
}

void CallTable::saveColumns() const
{
    QSettings settings;
    settings.setValue(QStringLiteral("columns/") + objectName(), horizontalHeader()->saveState());
    settings.setValue(QStringLiteral("columnsFit/") + objectName(), m_fits);
}

void CallTable::restoreColumns()
{
    QHeaderView* header = horizontalHeader();
    const QByteArray saved = QSettings().value(QStringLiteral("columns/") + objectName()).toByteArray();
    m_fits = QSettings().value(QStringLiteral("columnsFit/") + objectName(), true).toBool();
    if (!saved.isEmpty() && header->restoreState(saved) && header->isSortIndicatorShown())
        sortByColumn(header->sortIndicatorSection(), header->sortIndicatorOrder());
}

QString CallTable::titleInOneLine(int column) const
{
    QString title = model()->headerData(column, Qt::Horizontal).toString();
    return title.replace(QLatin1String("-\n"), QString()).replace(QLatin1Char('\n'), QLatin1Char(' '));
}

void CallTable::fillSortMenu(QMenu* menu)
{
    const QHeaderView* header = horizontalHeader();
    for (const int column : shownColumns()) {
        const bool sorted = header->isSortIndicatorShown() && header->sortIndicatorSection() == column;
        const bool ascending = header->sortIndicatorOrder() == Qt::AscendingOrder;
        QAction* action = menu->addAction(titleInOneLine(column)
            + (!sorted          ? QString()
                    : ascending ? QStringLiteral("  ▲")
                                : QStringLiteral("  ▼")));
        connect(action, &QAction::triggered, this, [this, column, sorted, ascending] {
            sortByColumn(column, sorted && ascending ? Qt::DescendingOrder : Qt::AscendingOrder);
        });
        if (sorted)
            menu->setActiveAction(action);
    }
}

void CallTable::fillColumnMenu(QMenu* menu)
{
    const QHeaderView* header = horizontalHeader();
    for (int position = 0; position < header->count(); ++position) {
        const int column = header->logicalIndex(position);
        if (column == m_notOffered)
            continue;
        QAction* action = menu->addAction(titleInOneLine(column));
        action->setCheckable(true);
        action->setChecked(!isColumnHidden(column));
        connect(action, &QAction::toggled, this, [this, column](bool shown) {
            if (!shown && shownColumns().size() < 2)
                return; // a list without a column could not be brought back by its header
            setColumnHidden(column, !shown);
            fitColumns();
        });
    }
}

void CallTable::activateRow(int row)
{
    const QModelIndex index = model()->index(row, 0);
    if (index.isValid()) {
        const CallName call = callAt(index);
        emit callActivated(call.key, call.probe);
    }
}

void CallTable::copySelection() const
{
    QStringList lines;
    QModelIndexList rows = selectionModel()->selectedRows();
    std::sort(rows.begin(), rows.end());
    for (const QModelIndex& row : rows) {
        QStringList cells;
        for (const int column : shownColumns())
            cells += row.siblingAtColumn(column).data().toString();
        lines += cells.join(QLatin1Char('\t'));
    }
    if (!lines.isEmpty())
        QApplication::clipboard()->setText(lines.join(QLatin1Char('\n')));
}

void CallTable::keyPressEvent(QKeyEvent* event)
{
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && currentIndex().isValid())
        activateRow(currentIndex().row());
    else if (event->matches(QKeySequence::Copy))
        copySelection();
    else
        QTableView::keyPressEvent(event);
}

// Without a change of the selection (Ctrl and an arrow) the view paints the one cell anew, and the row is in focus.
void CallTable::currentChanged(const QModelIndex& current, const QModelIndex& previous)
{
    QTableView::currentChanged(current, previous);
    viewport()->update();
}

}
