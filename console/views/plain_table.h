// A list in a dialog: whole rows, one at a time, by keyboard; where there is none, a sentence stands in its place.
#pragma once

#include <QTableView>

namespace callmon {

class PlainTable : public QTableView {
    Q_OBJECT

public:
    PlainTable(QAbstractItemModel* model, const QString& name, const QString& accessibleName, QWidget* parent);

    void sayWhenEmpty(const QString& text);
    void fitColumns(); // to what they show

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_whenEmpty;
};

}
