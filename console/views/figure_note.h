// Below a search for the calls of a figure: how many of them are still on, with a way to them in the live list, or what
// the search goes by where that is not quite what the figure counts. Hidden when there is nothing to say.
#pragma once

#include "console/models/call_filter.h"
#include "console/models/calls_behind.h"
#include "console/models/live_call_model.h"
#include "console/views/theme.h"

#include <QFrame>
#include <QPointer>

class QLabel;
class QPushButton;

namespace callmon {

class PastCallModel;

class FigureNote : public QFrame {
    Q_OBJECT

public:
    explicit FigureNote(QWidget* parent = nullptr);

    void setLiveCalls(const LiveCallModel& calls);
    void showOf(const CallsBehind& figure, const PastCallModel& found); // when the search has ended
    void clear();
    QString text() const;
    QPushButton& button() { return *m_button; } // shown while some are on
    void setTheme(const Theme& theme);

signals:
    void liveWanted(const QString& filter);

private:
    int callsOn() const;
    void say();

    QLabel* m_text;
    QPushButton* m_button;
    QPointer<const LiveCallModel> m_calls;
    QString m_filterText; // of the live list; empty: no call that is on counts
    CallFilter m_filter;
    std::unordered_set<CallName, CallNameHash> m_found; // it may be in both lists for a moment
    int m_wereOn = 0; // when the search had ended
};

}
