// The figures of a call's streams, a row each.
#pragma once

#include "console/views/theme.h"
#include "shared/calls/stream_record.h"

#include <QTableWidget>
#include <vector>

namespace callmon {

class FigureDelegate;

class StreamTable : public QTableWidget {
    Q_OBJECT

public:
    explicit StreamTable(QWidget* parent = nullptr);
    void setStreams(const std::vector<StreamRecord>& streams);
    void setTheme(const Theme& theme);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void fill();

    FigureDelegate* m_delegate;
    std::vector<StreamRecord> m_streams;
    Theme m_theme = themeOf(ThemeName::Light);
};

}
