// One alarm rule to be edited, and what is wrong with it.
#pragma once

#include "shared/calls/alarm_rule.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QSpinBox;

namespace callmon {

class RuleForm : public QWidget {
    Q_OBJECT

public:
    explicit RuleForm(QWidget* parent = nullptr);

    void setRule(const AlarmRule& rule, bool isNew); // the name of one that there is stays
    AlarmRule rule() const;
    bool isChanged() const; // since it was set
    QString problem() const; // a sentence; empty when the rule can be used

signals:
    void changed();

private:
    void update();
    void takeFiguresOfKind();

    bool m_isNew = false;
    AlarmRule m_given; // as the fields hold it: rounded
    QLineEdit* m_name;
    QComboBox* m_kind;
    QComboBox* m_severity;
    QCheckBox* m_enabled;
    QDoubleSpinBox* m_threshold;
    QDoubleSpinBox* m_clearThreshold;
    QSpinBox* m_raiseAfter;
    QSpinBox* m_clearAfter;
    QSpinBox* m_together;
    QComboBox* m_metric;
    QLineEdit* m_group;
    QComboBox* m_window;
    QSpinBox* m_leastCalls;
    QLabel* m_problem;
};

}
