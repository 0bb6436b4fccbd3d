// One line of text that is cut with … where room is short; the whole is in the tooltip and can be copied.
#pragma once

#include <QFrame>
#include <QString>

namespace callmon {

class ElidedLabel : public QFrame {
    Q_OBJECT

public:
    explicit ElidedLabel(Qt::TextElideMode mode = Qt::ElideRight, QWidget* parent = nullptr);
    void setText(const QString& text);
    QString text() const { return m_text; }
    void setColour(const QColor& colour); // an invalid one: the palette's
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

private:
    QString m_text;
    QColor m_colour;
    Qt::TextElideMode m_mode;
};

}
