// The figures of a call's streams, a row each; first the columns of tshark's `rtp,streams`, under its names.
#pragma once

#include "console/views/theme.h"
#include "shared/calls/stream_record.h"

#include <QTableWidget>
#include <vector>

namespace callmon {

class EmptyOverlay;
class FigureDelegate;

class StreamTable : public QTableWidget {
    Q_OBJECT

public:
    explicit StreamTable(QWidget* parent = nullptr);
    // The trust is the call's: what the probe missed while it was on. What is selected and scrolled to stays.
    void setStreams(const std::vector<StreamRecord>& streams, CaptureTrust trust = CaptureTrust::Whole);
    QString tableText() const; // selected rows, or all, tab-separated under their titles
    void sayEmpty(const QString& sentence); // where no stream is shown
    void setTheme(const Theme& theme);

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void fill();

    FigureDelegate* m_delegate;
    EmptyOverlay* m_empty = nullptr;
    std::vector<StreamRecord> m_streams;
    CaptureTrust m_trust = CaptureTrust::Whole;
    Theme m_theme = themeOf(ThemeName::Light);
};

}
