// The window: pages, menu, connection line, status line. Arranges and connects; what is shown lives in the pages.
#pragma once

#include "console/models/call_source.h"
#include "console/views/theme.h"

#include <QMainWindow>

class QTabWidget;

namespace callmon {

class AlarmPage;
class CallPage;
class CallTable;
class LivePage;
class MessageBar;
class PastPage;
class ProbeBar;
class ServicePage;

class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    explicit MainWindow(CallSource& source, ThemeName theme, QWidget* parent = nullptr);
    ~MainWindow() override;

    LivePage& live() { return *m_live; }
    PastPage& past() { return *m_past; }
    AlarmPage& alarms() { return *m_alarms; }
    ServicePage& service() { return *m_service; }
    CallPage* currentCall() const; // null when another page is in front
    void showLive();
    void showPast();
    void showAlarms();
    void showService();
    CallPage* openCall(CallKey call, ProbeId probe = {});
    void setTheme(ThemeName theme);
    ThemeName theme() const { return m_theme; }
    void restore(); // geometry from the last time

protected:
    void closeEvent(QCloseEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void buildMenu();
    void showConnection(CallSource::State state, const QString& message);
    void countAlarms();
    CallTable* currentTable() const; // null on a call's page
    void exportList();
    void goBack();
    void closePage(int index);
    void showShortcuts();
    void showAbout();

    CallSource& m_source;
    MessageBar* m_connection;
    QTabWidget* m_pages;
    LivePage* m_live;
    PastPage* m_past;
    AlarmPage* m_alarms;
    ServicePage* m_service;
    ProbeBar* m_probe;
    QAction* m_export;
    QAction* m_play;
    QAction* m_reload;
    QWidget* m_returnTo = nullptr; // where Esc on a call page leads
    Timestamp m_now {};
    ThemeName m_theme;
    bool m_wasConnected = false;
};

}
