// What 52,000 live calls cost the console, each row changed each second, and what a plot of 100,000 points costs it:
// the program's own window, fed through the interface that the probes feed, offscreen. Beside it, in the same run, the
// way Qt offers first: QStandardItemModel, QSortFilterProxyModel and QTableView for the list, every point painted for
// the plot. Each part is a process of its own, so that memory and start are told apart.
#include "bench_machine.h"
#include "console/models/list_export.h"
#include "console/models/past_call_model.h"
#include "console/plots/call_timeline.h"
#include "console/plots/time_series_plot.h"
#include "console/views/call_table.h"
#include "console/views/live_page.h"
#include "console/views/main_window.h"
#include "console/views/timeline_content.h"
#include "shared/remote/wire.h"
#include "tests/console/views/demo_source.h"

#include <QApplication>
#include <QEventLoop>
#include <QFile>
#include <QKeyEvent>
#include <QPainter>
#include <QProcess>
#include <QSettings>
#include <QSortFilterProxyModel>
#include <QStandardItemModel>
#include <QTableView>
#include <QTemporaryDir>
#include <QTimer>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numbers>
#include <numeric>
#include <sys/resource.h>
#include <thread>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

constexpr int calls = 52'000;
constexpr int churn = 442; // calls that start, and as many that end, each second
constexpr int versions = 4; // of the changes, one after the other and again
constexpr QSize windowSize(1920, 1080);

double millisecondsSince(Clock::time_point begin)
{
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

double cpuSeconds()
{
    rusage usage {};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) { return double(t.tv_sec) + double(t.tv_usec) / 1e6; };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double megabytesOf(const char* what) // VmRSS or VmHWM
{
    std::ifstream file("/proc/self/status");
    for (std::string line; std::getline(file, line);)
        if (line.rfind(what, 0) == 0)
            return std::stod(line.substr(line.find(':') + 1)) * 1024 / 1e6;
    return 0;
}

void say(const char* who, const char* what, double value, const char* unit, double goal = 0)
{
    std::printf("%-8s %-58s %9.2f %-3s", who, what, value, unit);
    if (goal > 0)
        std::printf("  goal <= %g%s", goal, value <= goal ? "" : "  MISSED");
    std::printf("\n");
    std::fflush(stdout);
}

// ---- the feed: what a probe's connection hands to the console, part by part

constexpr int stepsPerSecond = 4; // RemoteServiceOptions::step
constexpr int secondsPerReport = 60; // an engine tells a call that stays as it is in all its fields once a minute

// Calls of group (version - 1) come back, those of group version go: as many begin and end, and the next round is right
// again. Of these changes of a second one step's.
LiveDelta changesOf(const std::vector<LiveCall>& all, int version, int step)
{
    LiveDelta delta;
    delta.fromVersion = delta.toVersion = 1;
    for (int i = step; i < calls; i += stepsPerSecond) {
        if (i / churn == version) {
            delta.removed.push_back(all[static_cast<std::size_t>(i)].key);
            continue;
        }
        LiveCall call = all[static_cast<std::size_t>(i)];
        const LiveCall other = all[static_cast<std::size_t>((i + 1 + version * 7919) % calls)];
        for (std::size_t side = 0; side < 2; ++side) {
            call.sent[side].mosNow = other.sent[side].mosNow;
            call.sent[side].jitterMs = other.sent[side].jitterMs + 0.1F * static_cast<float>(version);
            call.sent[side].lossPercent = other.sent[side].lossPercent;
        }
        const bool comesBack = i / churn == (version + versions - 1) % versions;
        if (!comesBack && i % secondsPerReport != version % secondsPerReport) {
            delta.figures.push_back({ call.key, call.sent });
            continue;
        }
        call.lastCode = static_cast<std::uint16_t>(180 + version);
        delta.changed.push_back(call);
    }
    return delta;
}

QString fileOf(const QString& folder, std::size_t delta, std::size_t part) // 0: the snapshot
{
    return QStringLiteral("%1/%2-%3").arg(folder).arg(delta).arg(part);
}

bool writeFeed(const QString& folder)
{
    const DemoSource demo;
    std::vector<LiveCall> all;
    for (int i = 0; i < calls; ++i)
        all.push_back(demo.liveCall(i));
    for (std::size_t which = 0; which <= versions * stepsPerSecond; ++which) {
        LiveDelta delta;
        if (which == 0) {
            delta.snapshot = true;
            delta.toVersion = 1;
            delta.changed = all;
        } else {
            const int step = static_cast<int>(which) - 1;
            delta = changesOf(all, step / stepsPerSecond, step % stepsPerSecond);
        }
        const std::vector<QByteArray> parts = encode(delta);
        for (std::size_t part = 0; part < parts.size(); ++part) {
            QFile file(fileOf(folder, which, part));
            if (!file.open(QIODevice::WriteOnly) || file.write(parts[part]) != parts[part].size())
                return false;
        }
    }
    return true;
}

class Feed : public DemoSource {
public:
    explicit Feed(const QString& folder)
        : m_folder(folder)
    {
        m_parts[0] = read(0);
        connect(&m_step, &QTimer::timeout, this, &Feed::step);
        connect(&m_next, &QTimer::timeout, this, &Feed::part);
    }

    void connectWithCalls()
    {
        connectNow(0);
        send(0);
    }

    void start() // each second all of it changes
    {
        if (m_parts[1].empty())
            for (std::size_t which = 1; which < m_parts.size(); ++which)
                m_parts[which] = read(which);
        m_step.start(1'000ms / stepsPerSecond);
    }
    void stop() { m_step.stop(); }
    double seconds() const { return static_cast<double>(m_steps) / stepsPerSecond; }

private:
    std::vector<QByteArray> read(std::size_t which) const
    {
        std::vector<QByteArray> parts;
        for (QFile file(fileOf(m_folder, which, 0)); file.open(QIODevice::ReadOnly);
             file.setFileName(fileOf(m_folder, which, parts.size()))) {
            parts.push_back(file.readAll());
            file.close();
        }
        return parts;
    }

    void step()
    {
        if (m_steps % stepsPerSecond == 0) {
            ProbeStatus now = status(calls);
            now.now += std::chrono::seconds(1 + m_steps / stepsPerSecond);
            sendStatus(now);
        }
        send(1 + m_steps++ % (m_parts.size() - 1));
    }

    void send(std::size_t which)
    {
        m_sending = which;
        m_sent = 0;
        m_next.start(0);
    }

    // One for each round of the event loop: a socket's buffer holds little more.
    void part()
    {
        if (m_sent == m_parts[m_sending].size())
            return m_next.stop();
        if (auto part = decodeLiveDeltaPart(m_parts[m_sending][m_sent++]))
            if (const auto delta = m_assembler.add(std::move(*part)))
                emit liveChanged(*delta);
    }

    QString m_folder;
    std::array<std::vector<QByteArray>, versions * stepsPerSecond + 1> m_parts;
    DeltaAssembler<LiveDelta> m_assembler;
    QTimer m_step;
    QTimer m_next;
    std::size_t m_steps = 0;
    std::size_t m_sending = 0;
    std::size_t m_sent = 0;
};

// ---- the event loop, watched

// An event sent every 2 ms while none is on its way: how long the last one took is what a key press would have waited.
class StallWatch : public QObject {
public:
    StallWatch()
        : m_thread([this] {
            while (!m_ended) {
                if (!m_onItsWay.exchange(true)) {
                    m_sent = Clock::now();
                    QCoreApplication::postEvent(this, new QEvent(QEvent::User));
                }
                std::this_thread::sleep_for(2ms);
            }
        })
    {
    }
    ~StallWatch() override
    {
        m_ended = true;
        m_thread.join();
    }
    double longest() const { return m_longest; } // ms

protected:
    bool event(QEvent* event) override
    {
        if (event->type() != QEvent::User)
            return QObject::event(event);
        m_longest = std::max(m_longest, millisecondsSince(m_sent));
        m_onItsWay = false;
        return true;
    }

private:
    std::atomic<bool> m_ended = false;
    std::atomic<bool> m_onItsWay = false;
    Clock::time_point m_sent;
    double m_longest = 0;
    std::thread m_thread;
};

class Application : public QApplication {
public:
    using QApplication::QApplication;

    const QWidget* watched = nullptr; // the list's viewport
    std::function<bool()> hasRows;
    std::optional<Clock::time_point> firstRows; // when they had been painted

    bool notify(QObject* receiver, QEvent* event) override
    {
        const bool result = QApplication::notify(receiver, event);
        if (!firstRows && receiver == watched && event->type() == QEvent::Paint && hasRows())
            firstRows = Clock::now();
        return result;
    }
};

void runFor(std::chrono::milliseconds time)
{
    QEventLoop loop;
    QTimer::singleShot(time, Qt::PreciseTimer, &loop, &QEventLoop::quit);
    loop.exec();
}

void settle() // everything that waits, painting too
{
    QCoreApplication::sendPostedEvents();
    QCoreApplication::processEvents();
}

// Until it is seen: the system's own repaint would wait for its turn.
double timed(QAbstractItemView& list, const std::function<void()>& action)
{
    runFor(30ms);
    const auto begin = Clock::now();
    action();
    settle();
    list.viewport()->repaint();
    return millisecondsSince(begin);
}

struct Frames {
    double mean = 0;
    double longest = 0;
};

enum class Paints { Now, ByItself };

Frames framesOf(QWidget& widget, int count, const std::function<void(int frame)>& step, Paints paints = Paints::Now)
{
    Frames frames;
    for (int i = -3; i < count; ++i) { // the first ones fill caches
        const auto begin = Clock::now();
        step(i + 3);
        if (paints == Paints::Now)
            widget.repaint();
        else
            settle();
        const double took = millisecondsSince(begin);
        if (i < 0)
            continue;
        frames.mean += took / count;
        frames.longest = std::max(frames.longest, took);
    }
    return frames;
}

// ---- the console

int runConsole(Application& application, const QString& folder, Clock::time_point begin)
{
    QTemporaryDir settings;
    QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, settings.path());
    Feed feed(folder);
    MainWindow window(feed, ThemeName::Light);
    LivePage& live = window.live();
    application.watched = live.table().viewport();
    application.hasRows = [&] { return live.model().rowCount() > 0; };
    window.resize(windowSize);
    window.show();
    {
        StallWatch watch;
        feed.connectWithCalls();
        for (int i = 0; i < 50 && !application.firstRows; ++i)
            runFor(100ms);
        runFor(1s);
        say("console", "start to first rows",
            std::chrono::duration<double>(application.firstRows.value_or(Clock::now()) - begin).count(), "s", 1);
        say("console", "longest stall of the event loop while the list fills", watch.longest(), "ms", 50);
    }
    feed.start();
    runFor(2s);
    const double cpu = cpuSeconds();
    const auto since = Clock::now();
    runFor(6s);
    say("console", "processor, each row changed each second",
        (cpuSeconds() - cpu) / (millisecondsSince(since) / 1000) * 100, "%", 10);
    {
        StallWatch watch;
        runFor(4s);
        say("console", "longest stall of the event loop, each row changed", watch.longest(), "ms", 50);
    }
    say("console", "memory at most, the feed's 12 MB among it", megabytesOf("VmHWM"), "MB", 300);
    feed.stop();
    runFor(700ms); // what was gathered is shown

    double sort = 0;
    for (const int column : { LiveCallModel::Caller, LiveCallModel::CallerMosNow, LiveCallModel::CallId,
             LiveCallModel::Duration, LiveCallModel::Start })
        for (const Qt::SortOrder order : { Qt::DescendingOrder, Qt::AscendingOrder }) {
            const double took = timed(live.table(), [&] { live.table().sortByColumn(column, order); });
            sort = std::max(sort, took);
            std::printf("           sort by %s: %.2f ms\n",
                LiveCallModel().headerData(column, Qt::Horizontal, ExportRole).toString().toUtf8().constData(), took);
        }
    say("console", "sort, the longest of 5 columns both ways", sort, "ms", 50);
    double filter = 0;
    for (const char* text : { "3", "34", "349", "349 mos<3.5", "from:*7 codec:pcma", "anna", "" }) {
        const double took = timed(live.table(), [&] { live.setFilterText(QString::fromLatin1(text)); });
        filter = std::max(filter, took);
        std::printf("           filter \"%s\": %.2f ms, %d rows\n", text, took, live.model().rowCount());
    }
    say("console", "filter, the longest of 7", filter, "ms", 50);

    PastCallModel past;
    std::vector<CallRecord> found(calls);
    for (std::size_t i = 0; i < found.size(); ++i) {
        found[i].key = { static_cast<std::int64_t>(i) + 1 };
        found[i].callId = "3c26700c1adb-" + std::to_string(i) + "@pbx.example.net";
        found[i].mosMean = 4.1;
    }
    past.append(found, calls);
    std::vector<int> columns(PastCallModel::ColumnCount);
    std::iota(columns.begin(), columns.end(), 0);
    const auto written = Clock::now();
    const std::size_t bytes = csvOf(past, columns).size();
    say("console", "past calls as CSV, all columns, thousand rows a second", calls / millisecondsSince(written), "k");
    constexpr int some = 1'000;
    std::size_t cells = 0;
    const auto begun = Clock::now();
    for (int row = 0; row < some; ++row)
        for (const int column : columns)
            cells += static_cast<std::size_t>(past.index(row, column).data(ExportRole).toString().size());
    say("naive", "the same, each cell asked for by itself", some / millisecondsSince(begun), "k");
    if (cells == 0)
        return 1;
    std::printf("           %.1f MB of CSV\n", double(bytes) / 1e6);
    return 0;
}

// ---- the same list as Qt offers it first

class Naive {
public:
    Naive()
        : m_model(0, LiveCallModel::ColumnCount)
    {
        m_proxy.setSourceModel(&m_model);
        m_proxy.setSortRole(Qt::UserRole);
        m_proxy.setFilterKeyColumn(-1);
        m_proxy.setFilterCaseSensitivity(Qt::CaseInsensitive);
        m_view.setModel(&m_proxy);
        m_view.setSortingEnabled(true);
        m_view.sortByColumn(LiveCallModel::Start, Qt::AscendingOrder);
        m_view.resize(windowSize);
        m_view.show();
    }

    void apply(const LiveDelta& delta)
    {
        const bool fills = m_items.empty(); // row by row into a sorted proxy would take minutes
        if (fills)
            m_proxy.setSourceModel(nullptr);
        for (const LiveCall& call : delta.changed) {
            const auto known = m_items.find(call.key.value);
            if (known != m_items.end()) {
                for (int column = 0; column < LiveCallModel::ColumnCount; ++column)
                    fill(*m_model.item(known->second->row(), column), call, column);
                continue;
            }
            QList<QStandardItem*> row;
            for (int column = 0; column < LiveCallModel::ColumnCount; ++column) {
                row += new QStandardItem;
                fill(*row.back(), call, column);
            }
            m_items[call.key.value] = row.front();
            m_model.appendRow(row);
        }
        for (const LiveFigures& figures : delta.figures) {
            LiveCall call;
            call.sent = figures.sent;
            if (const auto known = m_items.find(figures.key.value); known != m_items.end())
                for (int column = LiveCallModel::CallerMosNow; column <= LiveCallModel::CalleeJitter; ++column)
                    fill(*m_model.item(known->second->row(), column), call, column);
        }
        for (const CallKey key : delta.removed)
            if (const auto known = m_items.find(key.value); known != m_items.end()) {
                m_model.removeRow(known->second->row());
                m_items.erase(known);
            }
        if (fills)
            m_proxy.setSourceModel(&m_model);
    }

    QTableView& view() { return m_view; }
    QSortFilterProxyModel& proxy() { return m_proxy; }

private:
    static void fill(QStandardItem& item, const LiveCall& call, int column)
    {
        const auto put = [&](const QString& text, const QVariant& value) {
            if (item.data(Qt::UserRole) == value)
                return;
            item.setText(text);
            item.setData(value, Qt::UserRole);
        };
        const auto number = [&](float value, int decimals) {
            put(QString::number(static_cast<double>(value), 'f', decimals), static_cast<double>(value));
        };
        const auto words = [&](std::string_view text) {
            const QString word = QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
            put(word, word);
        };
        using M = LiveCallModel;
        switch (column) {
        case M::Start:
            return put(QDateTime::fromMSecsSinceEpoch(nanosecondsSinceEpoch(call.startedAt) / 1'000'000, Qt::UTC)
                           .toString(QStringLiteral("HH:mm:ss")),
                qint64(nanosecondsSinceEpoch(call.startedAt)));
        case M::State:
            return put(QString::number(static_cast<int>(call.state)), static_cast<int>(call.state));
        case M::Caller:
            return words(call.caller);
        case M::Callee:
            return words(call.callee);
        case M::Codec:
            return words(call.codec);
        case M::CallId:
            return words(call.callId);
        case M::CallerMosNow:
            return number(call.sent[0].mosNow, 2);
        case M::CallerMosMin:
            return number(call.sent[0].mosMin, 2);
        case M::CalleeMosNow:
            return number(call.sent[1].mosNow, 2);
        case M::CalleeMosMin:
            return number(call.sent[1].mosMin, 2);
        case M::CallerLoss:
            return number(call.sent[0].lossPercent, 2);
        case M::CalleeLoss:
            return number(call.sent[1].lossPercent, 2);
        case M::CallerJitter:
            return number(call.sent[0].jitterMs, 1);
        case M::CalleeJitter:
            return number(call.sent[1].jitterMs, 1);
        case M::LastCode:
            return put(QString::number(call.lastCode), call.lastCode);
        case M::Trust:
            return put(QString::number(static_cast<int>(call.trust)), static_cast<int>(call.trust));
        default:
            return;
        }
    }

    QStandardItemModel m_model;
    QSortFilterProxyModel m_proxy;
    QTableView m_view;
    std::unordered_map<std::int64_t, QStandardItem*> m_items;
};

int runNaive(Application& application, const QString& folder, Clock::time_point begin)
{
    Feed feed(folder);
    Naive naive;
    application.watched = naive.view().viewport();
    application.hasRows = [&] { return naive.proxy().rowCount() > 0; };
    double apply = 0;
    QObject::connect(&feed, &CallSource::liveChanged, [&](const LiveDelta& delta) {
        const auto from = Clock::now();
        naive.apply(delta);
        apply = std::max(apply, millisecondsSince(from));
    });
    feed.connectWithCalls();
    for (int i = 0; i < 100 && !application.firstRows; ++i)
        runFor(100ms);
    say("naive", "start to first rows",
        std::chrono::duration<double>(application.firstRows.value_or(Clock::now()) - begin).count(), "s");
    apply = 0;
    feed.start();
    const double cpu = cpuSeconds();
    const auto since = Clock::now();
    StallWatch watch;
    runFor(1500ms);
    feed.stop();
    say("naive", "processor while seconds of changes are applied",
        (cpuSeconds() - cpu) / (millisecondsSince(since) / 1000) * 100, "%");
    say("naive", "seconds of changes that were applied in 1.5 s", feed.seconds(), "");
    say("naive", "one second's changes take", apply, "ms");
    say("naive", "longest stall of the event loop, each row changed", watch.longest(), "ms");
    say("naive", "memory at most, the feed's 12 MB among it", megabytesOf("VmHWM"), "MB");
    double sort = 0;
    for (const int column : { LiveCallModel::Caller, LiveCallModel::CallerMosNow, LiveCallModel::Start })
        sort = std::max(sort, timed(naive.view(), [&] { naive.view().sortByColumn(column, Qt::DescendingOrder); }));
    say("naive", "sort, the longest of 3 columns", sort, "ms");
    double filter = 0;
    for (const char* text : { "349", "anna", "" })
        filter = std::max(
            filter, timed(naive.view(), [&] { naive.proxy().setFilterFixedString(QString::fromLatin1(text)); }));
    say("naive", "filter, the longest of 3", filter, "ms");
    return 0;
}

// ---- plots

std::vector<double> walk(int points, double from, double amount)
{
    std::mt19937 random(7);
    std::vector<double> values;
    for (int i = 0; i < points; ++i)
        values.push_back(from + amount * (std::sin(i * std::numbers::pi / 500) + double(random() % 1000) / 1000));
    return values;
}

std::vector<double> timesOf(int points)
{
    std::vector<double> times;
    for (int i = 0; i < points; ++i)
        times.push_back(i);
    return times;
}

// Zoomed in once, so that there is somewhere to go: two thirds of the points are in sight.
Frames panOf(CallTimeline& timeline)
{
    timeline.setLook(timelineLook(themeOf(ThemeName::Light)));
    timeline.resize(windowSize);
    timeline.show();
    settle();
    const auto press = [&](int key, Qt::KeyboardModifiers modifiers) {
        QKeyEvent event(QEvent::KeyPress, key, modifiers);
        QCoreApplication::sendEvent(&timeline, &event);
    };
    press(Qt::Key_Plus, Qt::NoModifier);
    return framesOf(
        timeline, 60, [&](int frame) { press(frame / 2 % 2 ? Qt::Key_Left : Qt::Key_Right, Qt::ShiftModifier); });
}

class NaivePlot : public QWidget {
public:
    explicit NaivePlot(std::vector<double> values)
        : m_values(std::move(values))
    {
        resize(windowSize);
    }
    double from = 0;

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        painter.fillRect(rect(), Qt::white);
        painter.setPen(QPen(Qt::blue, 1)); // of 2, as plots have it, a frame takes minutes: its outline is computed
        const auto begin = static_cast<std::size_t>(from);
        const std::size_t shown = m_values.size() * 2 / 3;
        QPolygonF line;
        for (std::size_t i = begin; i < begin + shown && i < m_values.size(); ++i)
            line += QPointF(double(i - begin) * width() / double(shown), height() * (1 - m_values[i] / 5));
        painter.drawPolyline(line);
    }

private:
    std::vector<double> m_values;
};

int runPlots()
{
    constexpr int points = 100'000;
    {
        CallTimeline timeline;
        TimelineData data;
        data.duration = points;
        data.strips.push_back(
            { "MOS", {}, 1, 4.5, 2, { 1, 2, 3, 4.5 }, { { 0, timesOf(points), walk(points, 3, 0.7) } } });
        timeline.setData(std::move(data));
        const Frames pan = panOf(timeline);
        say("console", "pan of the timeline, one line of 100,000, a frame", pan.mean, "ms", 5);
        say("console", "  the longest frame of 60", pan.longest, "ms");
    }
    {
        CallTimeline timeline; // as of a call of three and a half hours: jitter with its error, loss, delta, MOS
        TimelineData data;
        constexpr int each = points / 8;
        data.duration = each;
        for (const char* name : { "Jitter", "Loss", "Delta", "MOS" }) {
            TimelineStrip strip { name, "ms", 0, 5, 1 };
            for (std::size_t side = 0; side < 2; ++side) {
                TimelineLine line { side, timesOf(each), walk(each, 2, 0.7 + double(side) / 5) };
                if (name == std::string_view("Jitter"))
                    line.errors.assign(each, 0.3);
                strip.lines.push_back(std::move(line));
            }
            data.strips.push_back(std::move(strip));
        }
        timeline.setData(std::move(data));
        const Frames pan = panOf(timeline);
        say("console", "pan of the timeline, 8 lines in 4 strips, a frame", pan.mean, "ms", 5);
        say("console", "  the longest frame of 60", pan.longest, "ms");
    }
    {
        TimeSeriesPlot plot({ { "Calls", 0, 5, 0, {} } });
        plot.setKinds({ { "calls", Qt::blue, Qt::SolidLine } });
        plot.setColours({ Qt::white, Qt::black, Qt::gray, Qt::lightGray });
        plot.setDuration(points);
        plot.setLines(0, { { 0, timesOf(points), walk(points, 2, 0.7) } });
        plot.resize(windowSize);
        plot.show();
        settle();
        const Frames move = framesOf(
            plot, 20, [&](int frame) { plot.placeCursor(frame * 2'000); }, Paints::ByItself);
        say("console", "time series of 100,000, its cursor moved, a frame", move.mean, "ms", 5);
        say("console", "  the longest frame of 20", move.longest, "ms");
    }
    {
        NaivePlot plot(walk(points, 2, 0.7));
        plot.show();
        settle();
        const Frames pan = framesOf(plot, 5, [&](int frame) { plot.from = frame * 1000; });
        say("naive", "pan, every point of 100,000 painted, a frame", pan.mean, "ms");
    }
    return 0;
}

}

int main(int argc, char** argv)
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    qputenv("QT_LOGGING_RULES", "qt.qpa.*=false");
    const auto begin = argc > 3 ? Clock::time_point(Clock::duration(std::stoll(argv[3]))) : Clock::now();
    if (argc < 2) {
        QCoreApplication application(argc, argv);
        printMachine();
        std::printf("window of %d x %d offscreen, %d calls, each changed each second, %d begin and end each second\n",
            windowSize.width(), windowSize.height(), calls, churn);
        QTemporaryDir folder;
        if (!folder.isValid() || !writeFeed(folder.path())) {
            std::fprintf(stderr, "console_bench: the feed can't be written into %s: is the disk full?\n",
                qPrintable(QDir::tempPath()));
            return 1;
        }
        std::fflush(stdout);
        for (const char* part : { "console", "naive", "plots" }) {
            QProcess process;
            process.setProcessChannelMode(QProcess::ForwardedChannels);
            process.start(QCoreApplication::applicationFilePath(),
                { QString::fromLatin1(part), folder.path(), QString::number(Clock::now().time_since_epoch().count()) });
            if (!process.waitForFinished(60'000) || process.exitCode() != 0) {
                std::fprintf(stderr, "console_bench: part \"%s\" failed\n", part);
                return 1;
            }
        }
        return 0;
    }
    Application application(argc, argv);
    QCoreApplication::setOrganizationName("VoIPCallMon");
    QCoreApplication::setApplicationName("console-bench");
    const std::string_view part = argv[1];
    if (part == "plots")
        return runPlots();
    if (argc != 4 || (part != "console" && part != "naive")) {
        std::fprintf(stderr, "usage: console_bench (its parts are started by itself)\n");
        return 2;
    }
    const QString folder = QString::fromLocal8Bit(argv[2]);
    return part == "console" ? runConsole(application, folder, begin) : runNaive(application, folder, begin);
}
