// A call list on the screen: rows by keyboard and mouse, columns to choose, move, size and export as shown.
#pragma once

#include "console/models/probe_id.h"
#include "console/views/theme.h"

#include <QTableView>

class QMenu;

namespace callmon {

class FigureDelegate;
class ListHeader;

struct CallColumn {
    int column = 0;
    QString sample; // a text as wide as the column starts
    bool shown = true;
    bool grows = false; // takes a share of the room that is left, until the user sizes columns
    int most = 48; // characters that it grows to
    bool growsLater = false; // of what those leave that grow
};

class CallTable : public QTableView {
    Q_OBJECT

public:
    explicit CallTable(const QString& name, QWidget* parent = nullptr); // name: objectName and settings key

    // Columns in their first order; those not given are hidden.
    void setList(QAbstractItemModel* list, const std::vector<CallColumn>& columns);
    void setTheme(const Theme& theme);
    void setStale(bool stale);
    std::vector<int> shownColumns() const; // as shown, left to right
    std::optional<CallName> currentCall() const;
    // The column that tells the probe makes sense where there are several: without, it is neither shown nor offered.
    void setProbeColumn(int column, bool several);

    void saveColumns() const;
    void restoreColumns();
    void fillColumnMenu(QMenu* menu);
    void fillSortMenu(QMenu* menu); // what a click on a title does, by keys

signals:
    void callActivated(callmon::CallKey call, callmon::ProbeId probe); // Enter or double click

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void activateRow(int row);
    QString titleInOneLine(int column) const;
    void copySelection() const;
    void fitColumns();

    FigureDelegate* m_delegate;
    ListHeader* m_header;
    std::vector<CallColumn> m_columns;
    int m_notOffered = -1; // a column
    bool m_fits = true; // column widths follow the window
    bool m_fitting = false;
};

}
