// The live calls that sound worst now, for a dock beside whatever else is looked at.
#pragma once

#include "console/models/live_call_model.h"
#include "console/views/theme.h"

#include <QTableWidget>
#include <QTimer>

namespace callmon {

class FigureDelegate;

class WorstCalls : public QTableWidget {
    Q_OBJECT

public:
    explicit WorstCalls(const LiveCallModel& live, QWidget* parent = nullptr);
    void refresh(); // every two seconds, by itself
    void setTheme(const Theme& theme);

    static constexpr std::size_t most = 20;

signals:
    void callActivated(callmon::CallKey call, callmon::ProbeId probe);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void activate(int row);

    const LiveCallModel& m_live;
    FigureDelegate* m_delegate;
    QTimer m_timer;
};

}
