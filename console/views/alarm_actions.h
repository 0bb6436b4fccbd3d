// What can be done about the chosen alarms: acknowledge, shelve, bring back from the shelf; each asks for a comment,
// and tells the alarms' engines.
#pragma once

#include "console/models/alarm_model.h"
#include "console/models/call_source.h"

#include <QObject>
#include <functional>
#include <vector>

class QAction;
class QWidget;

namespace callmon {

class AlarmChanges;

class AlarmActions : public QObject {
    Q_OBJECT

public:
    using Chosen = std::function<std::vector<ProbeAlarm>()>;

    AlarmActions(CallSource& source, Chosen chosen, QWidget& page); // dialogs are the page's

    QAction* acknowledgeAction() const { return m_acknowledge; }
    QAction* shelveAction() const { return m_shelve; }
    void show(const std::vector<ProbeAlarm>& chosen, bool connected, bool past); // what can be done about them

signals:
    void asked(); // what was refused before is no matter any more
    void done();
    void refused(const QString& sentence);

private:
    void askForComment();
    void shelve();

    CallSource& m_source;
    Chosen m_chosen;
    QWidget& m_page;
    QAction* m_acknowledge;
    QAction* m_shelve;
    AlarmChanges* m_changes;
};

}
