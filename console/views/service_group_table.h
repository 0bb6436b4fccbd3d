// The figures of each group of calls, a row each; as wide as its columns need, and what room is left is shared out.
#pragma once

#include "console/models/service_series.h"
#include "console/views/theme.h"

#include <QTableWidget>
#include <vector>

namespace callmon {

class FigureDelegate;

class ServiceGroupTable : public QTableWidget {
    Q_OBJECT

public:
    explicit ServiceGroupTable(QWidget* parent = nullptr);

    static QString nameOf(const ServiceGroup& group);
    void showGroups(const std::vector<ServiceSeries>& groups);
    void setTheme(const Theme& theme);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void fitColumns();

    FigureDelegate* m_delegate;
    std::vector<int> m_widths; // that the columns need
};

}
