// The menu of what is kept of calls: recording rules, legal holds, deletion, the audit log. Each engine keeps its own:
// where there are several, the dialog says whose it shows and changes to another. Only what the user's role at an
// engine allows is offered.
#pragma once

#include "console/models/call_source.h"
#include "console/models/probe_desk.h"
#include "console/views/theme.h"

#include <QDialog>
#include <QPointer>
#include <set>

class QAction;
class QComboBox;
class QMenu;
class QMenuBar;

namespace callmon {

class DeskMenu : public QObject {
    Q_OBJECT

public:
    struct Call { // that a hold would be of
        CallName name;
        QString title;
    };
    using ChosenCall = std::function<std::optional<Call>()>;

    DeskMenu(CallSource& source, QMenuBar& bar, ChosenCall chosen, QWidget* window);

    void setTheme(const Theme& theme); // of the dialogs, too, that are open
    QMenu* menu() const { return m_menu; }

    void showRecordingRules() { show(Kind::RecordingRules); }
    void showHolds() { show(Kind::Holds); }
    void showDeletion() { show(Kind::Deletion); }
    void showAudit() { show(Kind::Audit); }
    QDialog* openDialog() const { return m_dialog; }
    QComboBox* probeChoice() const; // of the open dialog; null: there is one probe

signals:
    void callActivated(callmon::CallKey call, callmon::ProbeId probe);
    void holdChanged(callmon::CallKey call, callmon::ProbeId probe); // set or released

private:
    enum class Kind { RecordingRules, Holds, Deletion, Audit };
    struct Desk {
        CallSource::Probe probe;
        ProbeDesk* desk;
    };

    void add(const QString& text, const QString& statusTip, Kind kind);
    static ProbeDesk::Role least(Kind kind);
    std::vector<Desk> desks() const;
    void show(Kind kind); // of the probe that the chosen call is of, or that was chosen last, if it may be
    void show(Kind kind, const Desk& of);
    bool mayLeaveDialog(); // which gives way to another
    template <typename Dialog> void open(Dialog* dialog, const Desk& of);
    void addProbeChoice(QDialog& dialog);
    void fillProbeChoice();
    void showRole();

    CallSource& m_source;
    ChosenCall m_chosen;
    QWidget* m_window;
    QMenu* m_menu;
    std::vector<std::pair<QAction*, Kind>> m_actions;
    std::set<ProbeDesk*> m_followed;
    std::optional<Call> m_call; // chosen when the dialog was opened
    Kind m_kind = Kind::Holds;
    ProbeId m_probe; // whose dialog is shown
    QPointer<QDialog> m_dialog; // one at a time
    std::function<void(const Theme&)> m_themeDialog;
    Theme m_theme = themeOf(ThemeName::Light);
};

}
