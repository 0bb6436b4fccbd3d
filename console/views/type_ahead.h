// Letters choose in a box by the words of its entries where these begin with a sign: "cr" is "■ critical".
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QString>

class QComboBox;

namespace callmon {

class TypeAhead : public QObject {
public:
    explicit TypeAhead(QComboBox& box); // which owns it

protected:
    bool eventFilter(QObject* watched, QEvent* event) override; // of the box and of its open list

private:
    int found(int from) const; // -1: no entry begins so

    QComboBox& m_box;
    QString m_typed;
    QElapsedTimer m_sinceLast;
};

}
