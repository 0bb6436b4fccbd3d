// Big numbers above the live list: how many calls, how they are answered, how they sound, and whether the probes see
// all.
#pragma once

#include "console/models/operations.h"
#include "console/views/theme.h"

#include <QTimer>
#include <QWidget>
#include <vector>

namespace callmon {

class FigureTile;

class OperationsBar : public QWidget {
    Q_OBJECT

public:
    OperationsBar(CallSource& source, const LiveCallModel& live, QWidget* parent = nullptr);
    FigureTile& tile(OperationsFigure figure) { return *m_tiles[static_cast<std::size_t>(figure)]; }
    void sample(); // once a second, by itself
    void setTheme(const Theme& theme);

signals:
    void figureChosen(callmon::OperationsFigure figure);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void askService();
    void show();

    CallSource& m_source;
    const LiveCallModel& m_live;
    Operations m_operations;
    std::vector<FigureTile*> m_tiles;
    QTimer m_second;
    int m_seconds = 0;
    std::optional<quint64> m_request;
    std::vector<ServiceRow> m_rows;
};

}
