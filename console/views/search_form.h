// What calls of the past are asked for: the common fields side by side, and conditions on any other below them.
#pragma once

#include "console/models/calls_behind.h"
#include "console/models/probe_id.h"
#include "console/views/theme.h"
#include "shared/calls/call_query.h"

#include <QVariantMap>
#include <QWidget>

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QToolButton;

namespace callmon {

class ConditionList;
class ElidedLabel;
class FieldProblem;
class FlowLayout;
class SearchPeriod;

class SearchForm : public QWidget {
    Q_OBJECT

public:
    explicit SearchForm(QWidget* parent = nullptr);

    CallQuery query() const; // of the fields that make sense
    // Whether all of them do; else each says what is wrong beside it, and the first has the focus.
    bool check();
    std::optional<ProbeId> probe() const; // whose calls; nothing: all probes'
    void setProbes(const ProbeLabels& probes); // to choose from, where there are several
    void searchAll(ProbeId probe); // chooses every call of that one
    void ask(const CallsBehind& figure); // all else is as in an empty form
    void setNumber(const QString& number);
    void setNow(Timestamp now); // packet time of the probe: "last hour" is its last hour
    void setRunning(bool running);
    void focusNumber();
    ConditionList& conditions() { return *m_conditions; }
    void showConditions(bool shown);
    QVariantMap state() const; // all that is chosen, to be kept
    void setState(const QVariantMap& state);
    void showZone(); // times are those of another one from now on
    void setTheme(const Theme& theme);

signals:
    void searchWanted(); // by the user, and every field makes sense
    void cancelWanted();

private:
    QWidget* addField(const QString& title, QWidget* edit, QWidget* end = nullptr);
    void watch(QLineEdit* edit);
    void fillChoices();
    void periodChanged();
    void conditionsChanged();
    void searchIfRight();
    bool checkOne(QWidget& field); // says what is wrong with it
    QString problemOf(const QWidget& field) const;

    struct Checked {
        QWidget* field;
        FieldProblem* problem;
    };

    FlowLayout* m_flow;
    QLineEdit* m_number;
    QComboBox* m_probe;
    QWidget* m_probeField = nullptr;
    SearchPeriod* m_period;
    QWidget* m_between = nullptr;
    QComboBox* m_outcome;
    QDoubleSpinBox* m_minMos;
    QDoubleSpinBox* m_maxMos;
    QComboBox* m_codec;
    QLineEdit* m_code;
    QLineEdit* m_minDuration;
    QLineEdit* m_maxDuration;
    QComboBox* m_endedBy;
    QComboBox* m_trust;
    QComboBox* m_limit;
    QPushButton* m_search;
    QPushButton* m_cancel;
    QToolButton* m_more;
    ElidedLabel* m_moreText; // of the conditions while they are folded up
    ConditionList* m_conditions;
    std::vector<QLabel*> m_titles;
    std::vector<Checked> m_checked; // what can be wrong, in the order of the form
};

}
