#include "engine/ctl/remote_source.h"

#include "shared/remote/remote_probe.h"
#include "shared/remote/transport.h"

#include <QEventLoop>
#include <QTimer>
#include <algorithm>
#include <map>

namespace callmon {

namespace {

using namespace std::chrono_literals;

constexpr auto updateInterval = 1s; // live() hands something on at least so often

class RemoteSource : public CallSource {
public:
    Result<void> connectTo(const QUrl& url)
    {
        QEventLoop loop;
        QObject::connect(&m_probe, &RemoteProbe::stateChanged, &m_context,
            [this](RemoteProbe::State state) { stateChanged(state); });
        QObject::connect(&m_probe, &RemoteProbe::tagsFound, &m_context, [this](quint64, const auto& tags) {
            m_tags.clear();
            for (const TagsOfCall& of : tags)
                m_tags[of.call] = of;
        });
        QObject::connect(
            &m_probe, &RemoteProbe::remarked, &m_context, [this](quint64, const std::vector<Sentence>& remarks) {
                for (const Sentence& remark : remarks)
                    m_remarks.push_back(toText(remark));
            });
        QObject::connect(&m_probe, &RemoteProbe::stateChanged, &loop, [&] {
            if (m_lost || m_probe.state() == RemoteProbe::State::Connected)
                loop.quit();
        });
        m_probe.open(url);
        loop.exec();
        return m_lost ? Result<void>(*m_lost) : Result<void>();
    }

    Result<std::uint64_t> calls(const CallQuery& query, const std::function<bool(const CallRecord&)>& sink) override
    {
        std::uint64_t all = 0;
        m_tags.clear();
        const auto done = request([&] { return m_probe.search(query); }, &RemoteProbe::callsFound,
            [&](const std::vector<CallRecord>& calls, quint64 matches) {
                all = matches;
                return std::all_of(calls.begin(), calls.end(), sink);
            });
        return done ? Result<std::uint64_t>(all) : done.error();
    }

    std::string tagsOf(CallKey call) override
    {
        const auto found = m_tags.find(call);
        return found == m_tags.end() ? std::string() : found->second.tags;
    }

    std::string legalHoldOf(CallKey call) override
    {
        const auto found = m_tags.find(call);
        return found == m_tags.end() ? std::string() : toText(found->second.legalHold);
    }

    Result<CallNotes> callNotes(CallKey call) override
    {
        return notes([&] { return m_probe.callNotes(call); });
    }

    Result<std::vector<TagUse>> tagNames() override
    {
        return list([&] { return m_probe.tagNames(); }, &RemoteProbe::tagNamesFound);
    }

    Result<CallNotes> addTag(CallKey call, const std::string& tag) override
    {
        return notes([&] { return m_probe.addTag(call, QString::fromStdString(tag)); });
    }

    Result<CallNotes> removeTag(CallKey call, const std::string& tag) override
    {
        return notes([&] { return m_probe.removeTag(call, QString::fromStdString(tag)); });
    }

    Result<CallNotes> addNote(CallKey call, const std::string& text) override
    {
        return notes([&] { return m_probe.addNote(call, QString::fromStdString(text)); });
    }

    Result<void> noteExport(const std::string& what) override
    {
        return change([&] { return m_probe.noteExport(QString::fromStdString(what)); });
    }

    Result<std::vector<StreamRecord>> streams(CallKey call) override
    {
        return list([&] { return m_probe.streams(call); }, &RemoteProbe::streamsFound);
    }

    Result<std::vector<QualityPoint>> quality(CallKey call) override
    {
        return list([&] { return m_probe.quality(call); }, &RemoteProbe::qualityFound);
    }

    Result<std::uint64_t> alarms(const AlarmQuery& query, const std::function<bool(const Alarm&)>& sink) override
    {
        std::uint64_t all = 0;
        const auto done = request([&] { return m_probe.alarms(query); }, &RemoteProbe::alarmsFound,
            [&](const std::vector<Alarm>& alarms, quint64 matches) {
                all = matches;
                return std::ranges::all_of(alarms, sink);
            });
        return done ? Result<std::uint64_t>(all) : done.error();
    }

    Result<void> acknowledgeAlarm(AlarmId alarm, const std::string& comment) override
    {
        return change([&] { return m_probe.acknowledgeAlarm(alarm, QString::fromStdString(comment)); });
    }

    Result<void> shelveAlarm(AlarmId alarm, std::chrono::seconds time, const std::string& comment) override
    {
        return change([&] { return m_probe.shelveAlarm(alarm, time, QString::fromStdString(comment)); });
    }

    Result<std::vector<AlarmRule>> alarmRules() override
    {
        return list([&] { return m_probe.alarmRules(); }, &RemoteProbe::alarmRulesFound);
    }

    Result<std::vector<AlarmRuleChange>> alarmRuleChanges() override
    {
        return list([&] { return m_probe.alarmRuleChanges(); }, &RemoteProbe::alarmRuleChangesFound);
    }

    Result<void> putAlarmRule(const AlarmRule& rule) override
    {
        return change([&] { return m_probe.putAlarmRule(rule); });
    }

    Result<void> removeAlarmRule(const std::string& name) override
    {
        return change([&] { return m_probe.removeAlarmRule(QString::fromStdString(name)); });
    }

    Result<RecordingRules> recordingRules() override
    {
        RecordingRules found;
        const auto done = request([&] { return m_probe.recordingRules(); }, &RemoteProbe::recordingRulesFound,
            [&](const RecordingRules& rules) {
                found = rules;
                return true;
            });
        return done ? Result<RecordingRules>(std::move(found)) : done.error();
    }

    Result<void> putRecordingRules(const RecordingRules& rules) override
    {
        return change([&] { return m_probe.putRecordingRules(rules); });
    }

    Result<std::vector<Hold>> holds() override
    {
        return list([&] { return m_probe.holds(); }, &RemoteProbe::holdsFound);
    }

    Result<Hold> addHold(CallKey call, const std::string& reason) override
    {
        return changedHold([&] { return m_probe.addHold(call, QString::fromStdString(reason)); });
    }

    Result<Hold> releaseHold(CallKey call, const std::string& reason) override
    {
        return changedHold([&] { return m_probe.releaseHold(call, QString::fromStdString(reason)); });
    }

    Result<AuditPage> audit(const AuditQuery& query, const std::function<bool(const AuditEntry&)>& sink) override
    {
        AuditPage told;
        const auto done = request([&] { return m_probe.audit(query); }, &RemoteProbe::auditFound,
            [&](const AuditPage& part) {
                told.matches = part.matches;
                told.brokenLine = part.brokenLine;
                told.newestHash = part.newestHash;
                return std::ranges::all_of(part.entries, sink);
            });
        return done ? Result<AuditPage>(std::move(told)) : done.error();
    }

    Result<RetentionClock> retentionClock() override
    {
        return clock([&] { return m_probe.retentionClock(); });
    }

    Result<RetentionClock> confirmClock() override
    {
        return clock([&] { return m_probe.confirmClock(); });
    }

    std::vector<std::string> takeNotes() override { return std::exchange(m_remarks, {}); }

    Result<DeletionReport> deleteNumber(const DeletionRequest& wanted) override
    {
        DeletionReport report;
        const auto done = request([&] { return m_probe.deleteNumber(wanted); }, &RemoteProbe::deletionReported,
            [&](const DeletionReport& part) {
                report.calls.insert(report.calls.end(), part.calls.begin(), part.calls.end());
                report.notes.insert(report.notes.end(), part.notes.begin(), part.notes.end());
                return true;
            });
        return done ? Result<DeletionReport>(std::move(report)) : done.error();
    }

    Result<void> messages(CallKey call, const std::function<bool(const CallMessage&)>& sink) override
    {
        return request([&] { return m_probe.messages(call); }, &RemoteProbe::messagesFound,
            [&](const std::vector<CallMessage>& messages) { return std::ranges::all_of(messages, sink); });
    }

    Result<void> serviceHistory(const ServiceQuery& query, const std::function<bool(const ServiceRow&)>& sink) override
    {
        return request([&] { return m_probe.serviceHistory(query); }, &RemoteProbe::serviceFound,
            [&](const std::vector<ServiceRow>& rows) { return std::ranges::all_of(rows, sink); });
    }

    Result<std::vector<ServiceRow>> serviceWindows() override
    {
        std::vector<ServiceRow> found;
        const auto done = request([&] { return m_probe.serviceWindows(); }, &RemoteProbe::serviceFound,
            [&](const std::vector<ServiceRow>& rows) {
                found.insert(found.end(), rows.begin(), rows.end());
                return true;
            });
        return done ? Result<std::vector<ServiceRow>>(std::move(found)) : done.error();
    }

    Result<void> media(CallKey call, const std::function<bool(StreamKey, Bytes)>& sink) override
    {
        return request([&] { return m_probe.media(call); }, &RemoteProbe::mediaArrived,
            [&](StreamKey stream, const QByteArray& bytes) {
                return sink(
                    stream, std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size()))));
            });
    }

    Result<void> listen(CallKey call, bool fromStart, const std::function<void(const StreamRecord&)>& begins,
        const std::function<void(std::span<const QualityPoint>)>& blind,
        const std::function<bool(StreamKey, Bytes)>& sink) override
    {
        QObject context; // no other request is under way
        QObject::connect(&m_probe, &RemoteProbe::streamsFound, &context,
            [&](quint64, const std::vector<StreamRecord>& streams) { std::ranges::for_each(streams, begins); });
        QObject::connect(&m_probe, &RemoteProbe::qualityFound, &context,
            [&](quint64, const std::vector<QualityPoint>& points) { blind(points); });
        return request([&] { return m_probe.listen(call, fromStart); }, &RemoteProbe::mediaArrived,
            [&](StreamKey stream, const QByteArray& bytes) {
                return sink(
                    stream, std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size()))));
            });
    }

    Result<void> live(const std::function<bool(const LiveUpdate&)>& sink) override
    {
        if (m_lost)
            return *m_lost;
        if (!m_status) // a list without its time and rates would be no list
            if (const auto first = status(); !first)
                return first.error();
        QEventLoop loop;
        LiveUpdate update;
        bool begun = false;
        bool stopped = false;
        QTimer idle; // an update without change, when the engine has none to tell
        const auto handOn = [&] {
            if (stopped)
                return;
            stopped = !sink(update);
            if (stopped)
                loop.quit();
            const std::uint64_t version = update.delta.toVersion;
            update.delta = LiveDelta {};
            update.delta.fromVersion = version;
            update.delta.toVersion = version;
            idle.start(updateInterval);
        };
        QObject::connect(
            &m_probe, &RemoteProbe::statusChanged, &loop, [&](const ProbeStatus& status) { update.status = status; });
        QObject::connect(&m_probe, &RemoteProbe::liveChanged, &loop, [&](const LiveDelta& delta) {
            begun = begun || delta.snapshot;
            update.delta = delta;
            if (begun)
                handOn();
        });
        QObject::connect(&idle, &QTimer::timeout, &loop, handOn);
        quitWhenLost(loop);
        update.status = *m_status;
        m_probe.followLive(true); // begins with a snapshot, the second time too
        loop.exec();
        m_probe.followLive(false);
        return m_lost && !stopped ? Result<void>(*m_lost) : Result<void>();
    }

    Result<ProbeStatus> status() override
    {
        if (m_lost)
            return *m_lost;
        QEventLoop loop;
        m_status.reset(); // the next one is at most a second away
        QObject::connect(&m_probe, &RemoteProbe::statusChanged, &loop, [&](const ProbeStatus& status) {
            m_status = status;
            loop.quit();
        });
        quitWhenLost(loop);
        loop.exec();
        return m_status ? Result<ProbeStatus>(*m_status) : *m_lost;
    }

private:
    void stateChanged(RemoteProbe::State state)
    {
        // The first word is only that it is being tried. After that anything but Connected is the end.
        const bool first = !std::exchange(m_tried, true);
        if (m_lost || state == RemoteProbe::State::Connected || (first && state == RemoteProbe::State::Connecting))
            return;
        m_lost = Error { m_probe.reason() };
        m_probe.close();
    }

    void quitWhenLost(QEventLoop& loop)
    {
        QObject::connect(&m_probe, &RemoteProbe::stateChanged, &loop, [&] {
            if (m_lost)
                loop.quit();
        });
    }

    // What comes in several answers, as one.
    template <typename Start, typename Element>
    Result<std::vector<Element>> list(Start start, void (RemoteProbe::*found)(quint64, const std::vector<Element>&))
    {
        std::vector<Element> all;
        const auto done = request(start, found, [&](const std::vector<Element>& some) {
            all.insert(all.end(), some.begin(), some.end());
            return true;
        });
        return done ? Result<std::vector<Element>>(std::move(all)) : done.error();
    }

    template <typename Start> Result<CallNotes> notes(Start start)
    {
        CallNotes found;
        const auto done = request(start, &RemoteProbe::callNotesFound, [&](const CallNotes& notes) {
            found = notes;
            return true;
        });
        return done ? Result<CallNotes>(std::move(found)) : done.error();
    }

    template <typename Start> Result<RetentionClock> clock(Start start)
    {
        std::optional<RetentionClock> found;
        const auto done = request(start, &RemoteProbe::retentionClockFound, [&](const RetentionClock& clock) {
            found = clock;
            return true;
        });
        if (!done)
            return done.error();
        return found ? Result<RetentionClock>(*found) : Error { "the engine did not tell its clock" };
    }

    template <typename Start> Result<Hold> changedHold(Start start)
    {
        auto holds = list(start, &RemoteProbe::holdsFound);
        if (!holds)
            return holds.error();
        if (holds.value().empty())
            return Error { "the engine did not tell what became of the hold" };
        return std::move(holds.value().front());
    }

    // What is answered by its end alone; of which signal of answers nothing comes does not matter.
    template <typename Start> Result<void> change(Start start)
    {
        return request(start, &RemoteProbe::alarmRulesFound, [](const std::vector<AlarmRule>&) { return true; });
    }

    template <typename Start, typename... Found, typename Take>
    Result<void> request(Start start, void (RemoteProbe::*found)(quint64, Found...), Take take)
    {
        if (m_lost)
            return *m_lost;
        QEventLoop loop;
        quint64 number = 0;
        bool stopped = false;
        Result<void> result;
        QObject::connect(&m_probe, found, &loop, [&](quint64 request, Found... what) {
            if (request != number || stopped || take(what...))
                return;
            stopped = true;
            m_probe.cancel(number);
            loop.quit();
        });
        QObject::connect(&m_probe, &RemoteProbe::finished, &loop, [&](quint64 request) {
            if (request == number)
                loop.quit();
        });
        QObject::connect(&m_probe, &RemoteProbe::failed, &loop, [&](quint64 request, const Sentence& why) {
            if (request != number)
                return;
            result = m_lost ? *m_lost : Error { why };
            loop.quit();
        });
        number = start();
        loop.exec();
        return result;
    }

    RemoteProbe m_probe { RemoteProbeOptions { .followLive = false, .followAlarms = false } };
    QObject m_context; // ends the connections before the members go
    bool m_tried = false;
    std::optional<Error> m_lost;
    std::optional<ProbeStatus> m_status;
    std::map<CallKey, TagsOfCall> m_tags; // of the page of calls that comes next
    std::vector<std::string> m_remarks; // since they were taken
};

}

Result<std::unique_ptr<CallSource>> openRemoteSource(const std::string& url)
{
    const auto address = parseRemoteUrl(url.empty() ? defaultEngineUrl().toString() : QString::fromStdString(url));
    if (!address)
        return address.error();
    auto source = std::make_unique<RemoteSource>();
    if (const auto connected = source->connectTo(urlOf(address.value())); !connected)
        return connected.error();
    return std::unique_ptr<CallSource>(std::move(source));
}

}
