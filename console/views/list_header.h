// Header of every table: titles in line with their cells, the sorted column marked without covering its title.
#pragma once

#include <QHeaderView>

namespace callmon {

class ListHeader : public QHeaderView {
    Q_OBJECT

public:
    explicit ListHeader(QWidget* parent = nullptr);
    int titleWidth(int section) const; // with its margins, bold as when it is sorted by

protected:
    void paintSection(QPainter* painter, const QRect& area, int section) const override;
    void paintEvent(QPaintEvent* event) override;
    QSize sectionSizeFromContents(int section) const override;
};

}
