// One alarm in full: the sentence, its figures and times, the call it belongs to, what helps, who acknowledged it.
#pragma once

#include "shared/calls/alarm.h"

#include <QFrame>

class QLabel;

namespace callmon {

class AlarmDetail : public QFrame {
    Q_OBJECT

public:
    explicit AlarmDetail(QWidget* parent = nullptr);
    void show(const Alarm* alarm); // null: none is chosen

private:
    QLabel* m_title;
    QLabel* m_facts;
    QLabel* m_advice;
};

}
