// What calls of the past are asked for: number, times, outcome, MOS range, how many at most.
#pragma once

#include "console/models/probe_id.h"
#include "shared/calls/call_query.h"

#include <QVariantMap>
#include <QWidget>

class QComboBox;
class QDateTimeEdit;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace callmon {

class SearchForm : public QWidget {
    Q_OBJECT

public:
    explicit SearchForm(QWidget* parent = nullptr);

    CallQuery query() const;
    std::optional<ProbeId> probe() const; // whose calls; nothing: all probes'
    void setProbes(const ProbeLabels& probes); // to choose from, where there are several
    void searchAll(ProbeId probe); // chooses every call of that one
    void setNumber(const QString& number);
    void setNow(Timestamp now) { m_now = now; } // packet time of the probe: "last hour" is its last hour
    void setRunning(bool running);
    void focusNumber();
    QVariantMap state() const; // all that is chosen, to be kept
    void setState(const QVariantMap& state);
    void showZone(); // times are those of another one from now on

signals:
    void searchWanted();
    void cancelWanted();

private:
    enum class When { Anytime, LastHour, LastDay, LastWeek, Today, Between };

    void whenChanged();

    QLineEdit* m_number;
    QComboBox* m_probe;
    QWidget* m_probeTitle = nullptr;
    int m_numberWidth = 0; // pixels, where there is room
    QComboBox* m_when;
    QDateTimeEdit* m_from;
    QDateTimeEdit* m_to;
    QComboBox* m_outcome;
    QComboBox* m_trust;
    QDoubleSpinBox* m_minMos;
    QDoubleSpinBox* m_maxMos;
    QComboBox* m_limit;
    QPushButton* m_search;
    QPushButton* m_cancel;
    Timestamp m_now {};
    Timestamp m_fromInstant {}; // what the edits mean, whatever zone is shown
    Timestamp m_toInstant {};
    std::vector<QLabel*> m_titles;
};

}
