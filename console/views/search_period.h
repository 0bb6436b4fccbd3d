// The time that is searched: one of the usual spans up to now, or between two instants. The fields; whoever lays out
// the form takes them from here.
#pragma once

#include "shared/calls/call_query.h"

#include <QObject>
#include <QVariantMap>

class QComboBox;
class QDateTimeEdit;
class QWidget;

namespace callmon {

class SearchPeriod : public QObject {
    Q_OBJECT

public:
    enum class When { Anytime, LastHour, LastDay, LastWeek, Today, Between };

    explicit SearchPeriod(QWidget* form);

    QComboBox* when() const { return m_when; }
    QDateTimeEdit* from() const { return m_from; } // of Between
    QDateTimeEdit* to() const { return m_to; }
    bool isBetween() const;
    QString problem() const; // of the two instants; empty: none

    void setNow(Timestamp now) { m_now = now; } // packet time of the probe: "last hour" is its last hour
    void putInto(CallQuery& query) const;
    void addTo(QVariantMap& state) const; // of the form, under names of its own
    void setState(const QVariantMap& state);
    static QVariantMap stateBetween(Timestamp from, Timestamp to);
    void showZone(); // times are those of another one from now on

signals:
    void changed();

private:
    void whenChanged();

    QComboBox* m_when;
    QDateTimeEdit* m_from;
    QDateTimeEdit* m_to;
    Timestamp m_now {};
    Timestamp m_fromInstant {}; // what the edits mean, whatever zone is shown
    Timestamp m_toInstant {};
};

}
