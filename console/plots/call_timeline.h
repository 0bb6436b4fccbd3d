// All of a call over one time axis: messages, keys, holds and alarms, what both parties said, and its figures. Zoomed
// and panned as one; a cursor reads every value of its time.
#pragma once

#include "console/plots/time_window.h"
#include "console/plots/timeline_data.h"

#include <QImage>
#include <QWidget>

namespace callmon {

struct TimelineLayout;

class CallTimeline : public QWidget {
    Q_OBJECT

public:
    explicit CallTimeline(QWidget* parent = nullptr);

    void setData(TimelineData data); // zoom, cursor and selection stay
    const TimelineData& data() const { return m_data; }
    void setSound(std::size_t side, TimelineSound sound);
    void setLook(const TimelineLook& look);
    void setPlayhead(std::optional<double> seconds);
    void selectEvent(std::optional<std::size_t> id); // marks it; moves nothing
    void moveCursor(double seconds); // as if by key, but without a signal; into sight
    std::optional<double> cursor() const { return m_cursor; }
    const TimeWindow& window() const { return m_window; }
    // "0:37.0, 06:42:40.0 UTC. MOS: caller 4.21, callee –. Loss…": what the read-out shows, in words.
    QString readOut(double seconds) const;

    QImage picture(QSize size) const; // of what is shown
    QByteArray drawing(QSize size) const; // the same as an SVG document
    void askForPicture(); // where to

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

signals:
    void cursorMoved(double seconds); // by the user
    void seekRequested(double seconds);
    void playRequested(double seconds);
    void eventActivated(std::size_t id); // a message's mark was clicked or reached by key
    void pictureWanted(const QString& path); // picture() or drawing(), by the name's end

protected:
    bool event(QEvent* event) override; // what the user does: call_timeline_input.cpp
    bool eventFilter(QObject* watched, QEvent* event) override;
    void moveEvent(QMoveEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

private:
    TimelineLayout layoutFor(QSize size) const;
    std::optional<int> axisInSight(const TimelineLayout& layout) const; // its top, where its own place is not seen
    void redraw(); // the lanes, too
    void placeCursor(double seconds);
    void toEvent(int direction);
    const TimelineEvent* eventAt(QPoint position) const;
    const TimelineEvent* selectedEvent() const;
    double cursorStep() const;
    void paintAll(QPainter& painter, QSize size) const; // for a picture: without hover and focus

    TimelineData m_data;
    TimelineLook m_look;
    TimeWindow m_window;
    std::optional<double> m_cursor; // by key or click
    std::optional<double> m_hover;
    std::optional<double> m_playhead;
    std::optional<std::size_t> m_selected;
    QImage m_lanes;
    bool m_lanesValid = false;
    QPoint m_pressedAt;
    double m_pressedBegin = 0; // of the window
    bool m_dragging = false;
};

}
