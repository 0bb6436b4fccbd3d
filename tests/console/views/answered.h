// Questions that a window asks while something is done with it, answered as somebody would who is there.
#pragma once

#include <QApplication>
#include <QMessageBox>
#include <QPushButton>
#include <QTest>
#include <QTimer>

namespace callmon::test {

// How many came up.
template <typename Act> int answered(QMessageBox::ButtonRole by, Act&& act)
{
    int questions = 0;
    QTimer looks;
    QObject::connect(&looks, &QTimer::timeout, [&] {
        auto* const box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
        if (!box)
            return;
        for (QAbstractButton* button : box->buttons())
            if (box->buttonRole(button) == by) {
                ++questions;
                return button->click();
            }
    });
    looks.start(20);
    act();
    QTest::qWait(120);
    return questions;
}

}
