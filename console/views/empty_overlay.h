// A sentence in the middle of a list for as long as the list has no row.
#pragma once

#include <QLabel>

class QAbstractItemView;

namespace callmon {

class EmptyOverlay : public QLabel {
    Q_OBJECT

public:
    EmptyOverlay(QAbstractItemView& view, const QString& sentence); // of a view that has its model; belongs to it

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void follow();

    QAbstractItemView& m_view;
};

}
