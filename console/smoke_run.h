// A walk through the console without hands: for system tests and for the pictures in the manual.
#pragma once

#include "console/models/list_export.h"
#include "console/views/main_window.h"

#include <QDir>
#include <QElapsedTimer>
#include <QTimer>
#include <functional>
#include <vector>

namespace callmon {

// Waits for live calls and for an answered one to end, opens that, loads, saves and plays its sound, writes both lists
// as CSV and every page as PNG in both themes. One step after the other, each with a deadline.
class SmokeRun : public QObject {
    Q_OBJECT

public:
    SmokeRun(MainWindow& window, const QString& folder, QObject* parent = nullptr);
    void start();

signals:
    void ended(int exitCode); // 0, or 1 after a line on standard error that names the step

private:
    struct Step {
        QString name; // "live calls arrive"
        int deadline; // ms
        std::function<void()> begin;
        std::function<bool()> done;
        std::function<QString()> problem = {}; // empty text: none so far
    };

    void addSteps();
    void begin(std::size_t step);
    void poll();
    void fail(const QString& why);
    void grab(const QString& page);
    void exportList(bool live);
    // All of a past call is stored; the longest shows most. `probe`: where it was found.
    const CallRecord* longestHeardCall(ProbeId* probe = nullptr) const;
    void openCall();

    MainWindow& m_window;
    QDir m_folder;
    std::vector<Step> m_steps;
    std::size_t m_step = 0;
    QElapsedTimer m_time;
    QTimer m_poll;
    CallPage* m_page = nullptr;
    qint64 m_askedAt = 0; // ms of the step
    double m_heardFrom = 0;
    QString m_problem;
    ListExport m_export;
};

}
