// One condition on a field of calls: field, comparison, value.
#pragma once

#include "console/models/call_conditions.h"
#include "shared/base/units.h"

#include <QVariantMap>
#include <QWidget>

class QComboBox;
class QDateTimeEdit;
class QLabel;
class QLineEdit;
class QToolButton;

namespace callmon {

class FieldProblem;
struct Theme;

class ConditionRow : public QWidget {
    Q_OBJECT

public:
    explicit ConditionRow(QWidget* parent = nullptr);

    std::optional<CallCondition> condition() const;
    bool check(); // says what is wrong beside it, and whether nothing is
    QWidget* tabAfter(QWidget* before); // the last in the order of Tab, which begins behind that
    void focusField();
    void focusValue();
    QVariantMap state() const;
    void setState(const QVariantMap& state);
    void setNumber(int number); // among others, for its accessible names
    void showZone();
    void setTheme(const Theme& theme);

signals:
    void changed();
    void searchWanted();
    void removalWanted();

private:
    void fieldChanged();
    void relationChanged();
    void edited();
    const ConditionField* field() const;
    Relation relation() const;
    ConditionDraft draft() const;

    QComboBox* m_field;
    QComboBox* m_relation;
    QLineEdit* m_text;
    QComboBox* m_choice;
    QDateTimeEdit* m_time;
    QLabel* m_unit;
    QToolButton* m_remove;
    FieldProblem* m_problem;
    Timestamp m_instant {}; // what the time means, whatever zone is shown
};

}
