// A call's messages as a ladder: endpoints side by side, an arrow for each message, copies as one that says how many.
#pragma once

#include "console/views/theme.h"
#include "shared/calls/call_ladder.h"

#include <QAbstractScrollArea>
#include <vector>

namespace callmon {

class LadderView : public QAbstractScrollArea {
    Q_OBJECT

public:
    explicit LadderView(QWidget* parent = nullptr);

    void setMessages(const std::vector<CallMessage>& messages); // the selected one stays, and so does what is seen
    int count() const { return static_cast<int>(m_rows.size()); }
    int selected() const { return m_selected; } // row; -1 without rows
    void select(int row);
    std::size_t messageOf(int row) const { return m_ladder.arrows[static_cast<std::size_t>(row)].message; }
    int rowOf(std::size_t message) const; // the arrow that it is, or is a copy of; -1 without rows
    QString rowText(int row) const; // all that its arrow says, in words
    QString ladderText() const; // all of it, a line for each arrow, for a ticket
    void setTheme(const Theme& theme);

signals:
    void selectionChanged(int row); // by select(), a key or a click

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool viewportEvent(QEvent* event) override; // tool tips: what was elided

private:
    struct Row {
        QString time; // after the first message
        QString label;
        QString media;
    };

    int rowHeight() const;
    int headHeight() const;
    int columnWidth() const;
    int timeWidth() const;
    int barOf(std::size_t column) const; // x in the viewport
    int rowAt(int y) const; // -1: none
    void layOut();
    void paintHead(QPainter& painter) const;
    void paintRow(QPainter& painter, int row, int top) const;

    CallLadder m_ladder;
    std::vector<Row> m_rows; // as m_ladder.arrows
    int m_selected = -1;
    Theme m_theme = themeOf(ThemeName::Light);
};

}
