// The window: pages, menu, connection line, status line. Arranges and connects; what is shown lives in the pages.
#pragma once

#include "console/models/call_source.h"
#include "console/models/calls_behind.h"
#include "console/models/operations.h" // lupdate loses its way at an enum that is declared only
#include "console/models/probe_clocks.h"
#include "console/views/theme.h"

#include <QMainWindow>

class QActionGroup;
class QDockWidget;
class QLineEdit;
class QTabWidget;

namespace callmon {

class AlarmPage;
class CallPage;
class CallTable;
class CallsOverTime;
class DeskMenu;
class EmptyOverlay;
class LivePage;
class MessageBar;
class PastPage;
class FigureDelegate;
class ProbeBar;
class ProbePage;
class ProbeRegistry;
class ProbeStrip;
class ProbeWatch;
class ProgressLine;
class ServicePage;
class WorstCalls;
struct Command;

class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    explicit MainWindow(CallSource& source, ThemeName theme, QWidget* parent = nullptr);
    ~MainWindow() override;

    LivePage& live() { return *m_live; }
    PastPage& past() { return *m_past; }
    AlarmPage& alarms() { return *m_alarms; }
    ServicePage& service() { return *m_service; }
    ProbePage& probe() { return *m_probePage; }
    DeskMenu& desk() { return *m_desk; }
    CallPage* currentCall() const; // null when another page is in front
    void showLive();
    void showPast();
    void showAlarms();
    void showService();
    void showProbe(ProbeId probe);
    void showProbe(); // as it was chosen last
    void search(const QString& typed); // a number, Call-ID or address
    std::vector<Command> commands() const; // that make sense now
    void setProbeRegistry(ProbeRegistry* registry); // the list of probes that the user may change
    CallPage* openCall(CallKey call, ProbeId probe = {});
    void setTheme(ThemeName theme);
    ThemeName theme() const { return m_theme; }
    bool setZone(const QString& name); // "UTC", "local", "Europe/Madrid"; false: there is none of that name
    // Captures (capturesWanted): which are being read (empty: none any more), how far, and what became of them.
    void showCapturesReading(const QStringList& titles);
    void showCaptureProgress(double done);
    void showCaptureRead(const QString& probe); // its calls, as soon as its probe answers
    void showCaptureComplaint(const QString& title, const QString& message, bool partIsRead);
    const ProgressLine& captureProgress() const { return *m_reading; }
    void restore(); // geometry from the last time
    void endUnasked(); // the machine goes down, say: nobody is there to be asked about what is not saved

signals:
    void capturesWanted(const QStringList& files); // to be read, as one capture
    void capturesUnwanted(); // those that are open
    void capturesCancelled(); // those that are being read

protected:
    void dragEnterEvent(QDragEnterEvent* event) override; // main_window_captures.cpp
    void dropEvent(QDropEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void showEvent(QShowEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void buildMenu(); // main_window_menu.cpp
    void buildDesk();
    void buildZoneMenu(QMenu& menu); // main_window_zone.cpp
    void buildCaptureMenu(QMenu& menu); // main_window_captures.cpp
    void askForCapture();
    void searchCapture();
    void askForZone();
    void askForOrder();
    void showCommands();
    void showProbes();
    void buildDocks(); // main_window_layout.cpp
    void showRole(); // what it keeps from being shown
    void switchLayout();
    void resetLayout();
    QString layoutName() const;
    QString guidePage() const;
    void showHealth();
    void followFigure(OperationsFigure figure);
    void showCallsBehind(const CallsBehind& figure);
    void showConnection(CallSource::State state, const QString& message);
    void countAlarms();
    CallTable* currentTable() const; // null on a call's page
    void exportList();
    void exportReportOfPage();
    std::vector<const QAbstractItemModel*> exportedRows() const; // of all pages but those of calls
    void followRows(const QAbstractItemModel& rows); // whether there is anything to export
    void showExport();
    void goBack();
    void closePage(int index);
    bool mayLeave();
    void keepArrangement(); // for the next time
    void showShortcuts();
    void showAbout();

    CallSource& m_source;
    MessageBar* m_connection;
    QTabWidget* m_pages;
    LivePage* m_live;
    PastPage* m_past;
    AlarmPage* m_alarms;
    ServicePage* m_service;
    ProbeWatch* m_watch;
    ProbePage* m_probePage;
    ProbeBar* m_probe; // where there is one probe
    ProbeStrip* m_strip; // where there are several
    QLineEdit* m_search;
    WorstCalls* m_worst = nullptr;
    FigureDelegate* m_alarmDelegate = nullptr;
    CallsOverTime* m_overTime = nullptr;
    QDockWidget* m_overTimeDock = nullptr;
    QDockWidget* m_worstDock = nullptr;
    QDockWidget* m_alarmDock = nullptr;
    EmptyOverlay* m_noAlarms = nullptr;
    std::map<QString, QByteArray> m_layouts; // by page
    QString m_layout; // of the page in front
    ProbeRegistry* m_registry = nullptr;
    QAction* m_probesAction = nullptr;
    QAction* m_openCapture = nullptr;
    QAction* m_closeCaptures = nullptr;
    QAction* m_tagsAndNotes = nullptr;
    QAction* m_closeCall = nullptr;
    QAction* m_sort = nullptr;
    QList<QAction*> m_playerActions;
    ProgressLine* m_reading; // of captures
    QString m_captureRead; // the probe's name, until it answers
    QActionGroup* m_zones = nullptr;
    QString m_zone; // by its name in the settings
    DeskMenu* m_desk = nullptr;
    QAction* m_export;
    QAction* m_play;
    QAction* m_reload;
    QAction* m_saveSound;
    QAction* m_exportCapture;
    QWidget* m_returnTo = nullptr; // where Esc on a call page leads
    ProbeClocks m_clocks;
    Timestamp m_now {}; // the newest of all probes'
    ThemeName m_theme;
    bool m_wasConnected = false;
};

}
