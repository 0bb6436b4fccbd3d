#include "console/smoke_run.h"

#include "console/views/alarm_page.h"
#include "console/views/audit_dialog.h"
#include "console/views/call_exports.h"
#include "console/views/call_page.h"
#include "console/views/call_table.h"
#include "console/views/desk_menu.h"
#include "console/views/live_page.h"
#include "console/views/messages_panel.h"
#include "console/views/past_page.h"
#include "console/views/player_bar.h"
#include "console/views/probe_page.h"
#include "console/views/recording_rules_dialog.h"
#include "console/views/rules_dialog.h"
#include "console/views/service_page.h"

#include <QAction>
#include <QApplication>
#include <QMenu>
#include <QTableView>
#include <QTableWidget>
#include <cstdio>

namespace callmon {

namespace {

constexpr std::chrono::seconds wantedLength(4);
constexpr int patience = 45'000; // ms; of the step's 60 s

}

SmokeRun::SmokeRun(MainWindow& window, const QString& folder, QObject* parent)
    : QObject(parent)
    , m_window(window)
    , m_folder(folder)
{
    m_poll.setInterval(50);
    connect(&m_poll, &QTimer::timeout, this, &SmokeRun::poll);
    connect(&m_export, &ListExport::ended, this, [this](quint64 written, const QString& error) {
        m_problem = written == 0 && error.isEmpty() ? QStringLiteral("a list was exported without rows") : error;
    });
    addSteps();
}

void SmokeRun::start()
{
    if (!m_folder.mkpath(QStringLiteral("."))) {
        fail(QStringLiteral("cannot make the folder ") + m_folder.path());
        return;
    }
    m_poll.start();
    begin(0);
}

void SmokeRun::addSteps()
{
    const auto problem = [this] { return m_problem; };
    m_steps.push_back({ QStringLiteral("live calls arrive"), 30'000, [] {},
        [this] {
            const LiveCallModel& calls = m_window.live().model();
            return calls.rowCount() > 0 && calls.now() != Timestamp {};
        } });
    // A call that has been talking for a while shows more than one that has just begun.
    m_steps.push_back({ QStringLiteral("a live call is answered and has quality figures"), 30'000, [] {},
        [this] {
            const LiveCallModel& calls = m_window.live().model();
            for (int row = 0; row < calls.rowCount(); ++row)
                if (const LiveCall* call = calls.callAt(row);
                    call->state == CallState::Answered && call->sent[0].mosNow > 0)
                    return true;
            return false;
        } });
    m_steps.push_back({ QStringLiteral("live page is drawn and exported"), 5'000,
        [this] {
            m_window.showLive();
            grab(QStringLiteral("live"));
            exportList(true);
        },
        [this] { return !m_export.isRunning(); }, problem });
    m_steps.push_back({ QStringLiteral("a call that is on shows its messages and its last seconds"), 20'000,
        [this] {
            m_problem.clear();
            const LiveCallModel& calls = m_window.live().model();
            m_page = nullptr;
            for (int row = 0; row < calls.rowCount() && !m_page; ++row)
                if (const LiveCall* call = calls.callAt(row);
                    call->state == CallState::Answered && call->sent[0].mosNow > 0)
                    m_page = m_window.openCall(call->key, calls.probeAt(row));
        },
        [this] {
            return !m_page // it has just ended
                || (m_page->hasSeries() && m_page->messages().ladder().count() > 0 && m_time.elapsed() > 3'000);
        } });
    m_steps.push_back({ QStringLiteral("page of a call that is on is drawn"), 5'000,
        [this] {
            if (m_page)
                grab(QStringLiteral("call-live"));
            m_page = nullptr;
        },
        [] { return true; }, problem });
    m_steps.push_back({ QStringLiteral("an answered call of some length has ended and is found"), 60'000,
        [this] {
            m_window.showPast();
            m_window.past().search();
            m_askedAt = 0;
        },
        [this] {
            if (m_window.past().isSearching())
                return false;
            // A call of a second or two shows little: wait for a longer one, but not for ever.
            const CallRecord* call = longestHeardCall();
            if (call && (durationOf(*call) >= wantedLength || m_time.elapsed() > patience))
                return true;
            if (m_time.elapsed() - m_askedAt > 500) {
                m_askedAt = m_time.elapsed();
                m_window.past().search();
            }
            return false;
        },
        [this] { return m_window.past().lastError(); } });
    m_steps.push_back({ QStringLiteral("past page is drawn and exported"), 5'000,
        [this] {
            grab(QStringLiteral("past"));
            exportList(false);
        },
        [this] { return !m_export.isRunning(); }, problem });
    m_steps.push_back({ QStringLiteral("alarms of the past are searched and the rules are listed"), 20'000,
        [this] {
            m_window.showAlarms();
            m_window.alarms().showPast(true);
            m_window.alarms().rulesAction()->trigger();
            // Of several probes it asks whose. A display that grants no grab has no active popup, but the menu is
            // there.
            if (auto* menu = m_window.alarms().findChild<QMenu*>(QStringLiteral("rulesOfWhichProbe"))) {
                menu->actions().front()->trigger();
                menu->close();
            }
        },
        [this] {
            auto* rules = m_window.alarms().findChild<RulesDialog*>();
            return rules && rules->rules().rowCount() > 0 && !m_window.alarms().isSearching();
        },
        [this] { return m_window.alarms().lastError(); } });
    m_steps.push_back({ QStringLiteral("alarms page is drawn"), 5'000,
        [this] {
            m_window.alarms().findChild<RulesDialog*>()->close();
            m_window.alarms().showPast(false);
            grab(QStringLiteral("alarms"));
        },
        [] { return true; }, problem });
    m_steps.push_back({ QStringLiteral("recording rules and audit log are read, where the role allows it"), 20'000,
        [this] { m_window.desk().showRecordingRules(); },
        [this] {
            if (auto* rules = qobject_cast<RecordingRulesDialog*>(m_window.desk().openDialog())) {
                const bool denied = !m_window.desk().menu()->actions().front()->isEnabled();
                if (!denied && rules->table().model()->rowCount() == 0)
                    return false;
                rules->grab().save(m_folder.filePath(QStringLiteral("recording-rules.png")));
                if (denied || !m_window.desk().menu()->actions().back()->isEnabled()) {
                    rules->close();
                    return true;
                }
                m_window.desk().showAudit(); // takes its place
                return false;
            }
            auto* audit = qobject_cast<AuditDialog*>(m_window.desk().openDialog());
            if (!audit)
                return true;
            if (!audit->message().isEmpty())
                m_problem = audit->message();
            if (audit->rows().rowCount() == 0)
                return false;
            audit->grab().save(m_folder.filePath(QStringLiteral("audit.png")));
            audit->close();
            return true;
        },
        problem });
    m_steps.push_back({ QStringLiteral("the probe tells of its health"), 20'000, [this] { m_window.showProbe(); },
        [this] { return m_window.probe().counters().rowCount() > 0 && m_time.elapsed() > 3'000; } });
    m_steps.push_back({ QStringLiteral("probe page is drawn"), 5'000, [this] { grab(QStringLiteral("probe")); },
        [] { return true; }, problem });
    m_steps.push_back({ QStringLiteral("service metrics are fetched"), 20'000, [this] { m_window.showService(); },
        [this] { return !m_window.service().isLoading() && m_time.elapsed() > 500; },
        [this] { return m_window.service().lastError(); } });
    m_steps.push_back({ QStringLiteral("service page is drawn"), 5'000, [this] { grab(QStringLiteral("service")); },
        [] { return true; }, problem });
    m_steps.push_back({ QStringLiteral("call page shows figures and series"), 20'000, [this] { openCall(); },
        [this] { return m_page && m_page->hasFigures() && m_page->hasSeries(); }, problem });
    m_steps.push_back({ QStringLiteral("the sound of the call is loaded"), 30'000,
        [this] {
            if (!m_page->player().hasAudio())
                m_page->loadSound();
        },
        [this] { return m_page->player().hasAudio(); } });
    m_steps.push_back(
        { QStringLiteral("the sound plays for two seconds or to its end, or there is no sound device"), 15'000,
            [this] {
                m_page->player().play();
                m_heardFrom = m_page->player().position();
            },
            [this] {
                // Two seconds of the clock: a device that only records is through the whole call by then.
                const PlayerBar& player = m_page->player();
                const bool twoSeconds = m_time.elapsed() >= 2000 && player.position() - m_heardFrom >= 1.0;
                return twoSeconds || !player.isPlaying() || player.hasDeviceProblem();
            } });
    m_steps.push_back({ QStringLiteral("call page is drawn"), 5'000,
        [this] {
            m_page->player().stop();
            grab(QStringLiteral("call"));
        },
        [] { return true; }, problem });
    m_steps.push_back({ QStringLiteral("the sound is saved"), 15'000,
        [this] { m_page->saveSound(m_folder.filePath(QStringLiteral("played.wav"))); },
        [this] { return !m_page->exports().isSavingSound(); } });
    m_steps.push_back({ QStringLiteral("live page is drawn again, with what has gathered"), 5'000,
        [this] {
            m_window.showLive();
            grab(QStringLiteral("live"));
        },
        [] { return true; }, problem });
}

const CallRecord* SmokeRun::longestHeardCall(ProbeId* probe) const
{
    const PastCallModel& past = m_window.past().model();
    const CallRecord* best = nullptr;
    for (int row = 0; row < past.rowCount(); ++row)
        if (const CallRecord* call = past.callAt(row); call->answeredAt && call->mosMean && call->streamCount > 0
            && (!best || durationOf(*best) < durationOf(*call))) {
            best = call;
            if (probe)
                *probe = past.probeAt(row);
        }
    return best;
}

void SmokeRun::openCall()
{
    m_problem.clear();
    ProbeId probe;
    const CallRecord* call = longestHeardCall(&probe);
    if (!call) {
        m_problem = QStringLiteral("the answered call is gone from the list");
        return;
    }
    m_page = m_window.openCall(call->key, probe);
    std::fprintf(stdout, "smoke: call %lld\n", static_cast<long long>(call->key.value));
}

void SmokeRun::begin(std::size_t step)
{
    m_step = step;
    if (step == m_steps.size()) {
        m_poll.stop();
        std::fprintf(stdout, "smoke: all %zu steps passed\n", m_steps.size());
        std::fflush(stdout);
        emit ended(0);
        return;
    }
    m_time.start();
    m_steps[step].begin();
}

void SmokeRun::poll()
{
    if (m_step >= m_steps.size())
        return;
    const Step& step = m_steps[m_step];
    if (step.problem) {
        const QString problem = step.problem();
        if (!problem.isEmpty()) {
            fail(problem);
            return;
        }
    }
    if (step.done()) {
        std::fprintf(stdout, "smoke: %s (%lld ms)\n", qPrintable(step.name), static_cast<long long>(m_time.elapsed()));
        std::fflush(stdout);
        begin(m_step + 1);
    } else if (m_time.elapsed() > step.deadline) {
        fail(QStringLiteral("not within %1 s").arg(step.deadline / 1000));
    }
}

void SmokeRun::fail(const QString& why)
{
    m_poll.stop();
    const QString name = m_step < m_steps.size() ? m_steps[m_step].name : QString();
    std::fprintf(stderr, "smoke: failed at step \"%s\": %s\n", qPrintable(name), qPrintable(why));
    grab(QStringLiteral("failed"));
    m_step = m_steps.size();
    emit ended(1);
}

void SmokeRun::grab(const QString& page)
{
    const ThemeName before = m_window.theme();
    for (const ThemeName theme : { ThemeName::Light, ThemeName::Dark }) {
        m_window.setTheme(theme);
        QCoreApplication::sendPostedEvents(nullptr, QEvent::LayoutRequest);
        QCoreApplication::processEvents(QEventLoop::ExcludeUserInputEvents, 100);
        const QString file = m_folder.filePath(page + QLatin1Char('-') + nameOf(theme) + QStringLiteral(".png"));
        if (!m_window.grab().save(file))
            m_problem = QStringLiteral("cannot write ") + file;
    }
    m_window.setTheme(before);
}

void SmokeRun::exportList(bool live)
{
    const QString file = m_folder.filePath(live ? QStringLiteral("live-calls.csv") : QStringLiteral("past-calls.csv"));
    const CallTable& table = live ? m_window.live().table() : m_window.past().table();
    m_export.start(*table.model(), table.shownColumns(), file, shownFormat());
}

}
