// One recording rule to be edited.
#pragma once

#include "shared/calls/recording_rule.h"

#include <QWidget>

class QCheckBox;
class QDoubleSpinBox;
class QLineEdit;

namespace callmon {

class RecordingRuleForm : public QWidget {
    Q_OBJECT

public:
    explicit RecordingRuleForm(QWidget* parent = nullptr);

    void setRule(const RecordingRule& rule, bool isNew); // the name of one that there is stays
    RecordingRule rule() const;
    bool isChanged() const; // since it was set
    void focusName();

signals:
    void changed();

private:
    QLineEdit* field(const QString& name, const QString& example, int longest);

    RecordingRule m_given; // as the fields hold it
    QLineEdit* m_name;
    QCheckBox* m_enabled;
    QDoubleSpinBox* m_percent;
    QLineEdit* m_caller;
    QLineEdit* m_callee;
    QLineEdit* m_number;
    QLineEdit* m_address;
    QLineEdit* m_trunk;
    QLineEdit* m_header;
};

}
