#include "../views/demo_source.h"
#include "console/models/alarm_model.h"
#include "console/models/live_call_model.h"
#include "console/models/past_call_model.h"
#include "console/source/probe_group.h"

#include <QSignalSpy>
#include <QtTest>

using namespace callmon;

namespace {

class FakeEngine : public DemoSource {
public:
    quint64 search(const CallQuery& query) override
    {
        ++searches;
        return lastSearch = silent ? ++m_own : DemoSource::search(query);
    }
    void cancel(quint64) override { ++cancelled; }
    quint64 serviceWindows() override
    {
        const quint64 id = --m_own; // none that DemoSource gives
        QTimer::singleShot(0, this, [this, id] {
            emit serviceFound(id, windows);
            emit finished(id);
        });
        return id;
    }
    std::vector<ServiceRow> windows;
    bool silent = false; // takes a question and never says a word
    int searches = 0;
    quint64 lastSearch = 0;
    int cancelled = 0;

private:
    quint64 m_own = 1'000'000;
};

}

// Every engine of these tests has the very same calls and alarms, with the same keys.
class TestProbeGroup : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        m_engines.clear();
        m_group = std::make_unique<ProbeGroup>([this](const QString& address) {
            auto engine = std::make_unique<FakeEngine>();
            m_engines[address] = engine.get();
            return engine;
        });
        m_group->setPatience(std::chrono::milliseconds(150));
        m_group->setAddresses({ { "madrid", "a", true }, { "rome", "b", true }, { "oslo", "c", false } });
        m_madrid = m_group->probes().at(0).id;
        m_rome = m_group->probes().at(1).id;
    }

    void aProbeThatIsSwitchedOffIsNotAsked()
    {
        QCOMPARE(m_engines.size(), std::size_t(2));
        QCOMPARE(m_group->probes().size(), std::size_t(2));
    }

    void whatAnAnswerLacksIsSaidWithTheNameOfItsProbe()
    {
        QSignalSpy remarked(m_group.get(), &CallSource::remarked);
        QSignalSpy finished(m_group.get(), &CallSource::finished);
        engine("a").connectNow(1);
        engine("b").connectNow(1);
        engine("b").remarks = QStringList { "Calls of 2026-11-03 are left out." };
        const quint64 search = m_group->search({});
        QTRY_COMPARE(finished.size(), 1);
        QCOMPARE(remarked.size(), 1);
        QCOMPARE(remarked[0][0].toULongLong(), search);
        QCOMPARE(remarked[0][1].toStringList(), QStringList { "rome: Calls of 2026-11-03 are left out." });
    }

    void callsOfTheSameKeyInTwoProbesAreTwoRows()
    {
        LiveCallModel live;
        const auto count = [&](const QString& filter) {
            live.setFilter(CallFilter::parse(filter));
            return live.rowCount();
        };
        follow(live);
        engine("a").connectNow(20);
        engine("b").connectNow(30);
        QTRY_COMPARE(live.rowCount(), 50);
        QCOMPARE(count("probe:madrid"), 20);
        QCOMPARE(count("probe:ro*"), 30);
        QCOMPARE(count("probe:nowhere"), 0);
        QCOMPARE(count(""), 50);
        const CallKey key = engine("a").liveCall(3).key;
        QVERIFY(live.rowOf(key, m_madrid) != live.rowOf(key, m_rome));

        // One probe's call ends: the other's, of the same key, stays.
        LiveDelta delta;
        delta.removed = { key };
        emit engine("a").liveChanged(delta);
        QTRY_COMPARE(live.rowCount(), 49);
        QVERIFY(live.find(key, m_madrid) == nullptr);
        QVERIFY(live.find(key, m_rome) != nullptr);
        // Nor does a snapshot of one touch the other's.
        delta = {};
        delta.snapshot = true;
        emit engine("b").liveChanged(delta);
        QTRY_COMPARE(live.rowCount(), 19);
    }

    void durationsTickWithEachProbesOwnTime()
    {
        LiveCallModel live;
        follow(live);
        engine("a").connectNow(20);
        engine("b").connectNow(20);
        QTRY_COMPARE(live.rowCount(), 40);
        ProbeStatus later = engine("b").status(20);
        later.now = later.now + std::chrono::hours(1);
        engine("b").sendStatus(later);
        const auto shown = [&](const LiveCall& call, ProbeId probe) {
            return live.index(live.rowOf(call.key, probe), LiveCallModel::Duration).data().toString();
        };
        LiveCall talking;
        for (int i = 0; i < 20 && !talking.answeredAt; ++i)
            talking = engine("a").liveCall(i);
        QVERIFY(talking.answeredAt);
        QTRY_VERIFY(shown(talking, m_rome).startsWith("1:"));
        QVERIFY(shown(talking, m_madrid).startsWith("0:"));
    }

    void aProbeThatDiesIsNamedAndItsRowsSayIt()
    {
        LiveCallModel live;
        follow(live);
        engine("a").connectNow(10);
        QCOMPARE(m_group->state(), CallSource::State::Connected);
        QSignalSpy said(m_group.get(), &CallSource::stateChanged);
        engine("b").loseConnection(); // it never was there
        QVERIFY2(said.back().at(1).toString().contains("rome does not answer: its calls are not in this list"),
            qPrintable(said.back().at(1).toString()));
        QCOMPARE(m_group->state(), CallSource::State::Connected);
        engine("b").connectNow(10);
        QVERIFY(said.back().at(1).toString().isEmpty());
        QTRY_COMPARE(live.rowCount(), 20);
        engine("b").loseConnection();
        QVERIFY(said.back().at(1).toString().contains("rome does not answer: what is shown of it"));
        const CallKey key = engine("a").liveCall(3).key;
        const auto cell = [&](ProbeId probe) { return live.index(live.rowOf(key, probe), LiveCallModel::Probe); };
        QCOMPARE(cell(m_rome).data().toString(), QString("rome: no answer"));
        QVERIFY(cell(m_rome).data(StaleRole).toBool());
        QCOMPARE(cell(m_madrid).data().toString(), QString("madrid"));
        QVERIFY(!cell(m_madrid).data(StaleRole).toBool());
    }

    void aSearchIsAnsweredByAllAndCountedAcross()
    {
        engine("a").connectNow(1);
        engine("b").connectNow(1);
        const Answer answer = search(1'000);
        QVERIFY(answer.finished);
        QVERIFY(answer.missing.isEmpty());
        QCOMPARE(answer.matches, quint64(2 * 48'213)); // as each of them says
        QCOMPARE(answer.calls.rowCount(), 1'000);
        // The newest of both: every key is there twice, so the 1,000 newest are the 500 newest of each.
        std::map<std::int64_t, int> keys;
        std::int64_t last = std::numeric_limits<std::int64_t>::max();
        answer.calls.sort(PastCallModel::StartedAt, Qt::DescendingOrder);
        for (int row = 0; row < 1'000; ++row) {
            const CallRecord* call = answer.calls.callAt(row);
            ++keys[call->key.value];
            QVERIFY(nanosecondsSinceEpoch(call->startedAt) <= last);
            last = nanosecondsSinceEpoch(call->startedAt);
        }
        QCOMPARE(keys.size(), std::size_t(500));
    }

    void tagsComeWithTheProbeThatTheirCallsAreOf()
    {
        engine("a").connectNow(1);
        engine("b").connectNow(1);
        PastCallModel calls;
        connect(m_group.get(), &CallSource::tagsFound, &calls,
            [&](quint64, const std::vector<TagsOfCall>& tags, ProbeId probe) { calls.setBesideRecord(tags, probe); });
        connect(m_group.get(), &CallSource::callsFound, &calls,
            [&](quint64, const std::vector<CallRecord>& found, quint64 matches, ProbeId probe) {
                calls.append(found, matches, probe);
            });
        m_group->search({});
        const CallKey key = engine("b").record(7).key; // there is one in each
        emit engine("b").tagsFound(engine("b").lastSearch, { { key, "bad-line" } });
        QTRY_COMPARE(calls.rowCount(), 2'000);
        QStringList tagged;
        for (int row = 0; row < calls.rowCount(); ++row)
            if (calls.callAt(row)->key == key)
                tagged += QString::number(calls.probeAt(row).value) + ' '
                    + calls.index(row, PastCallModel::Tags).data(ExportRole).toString();
        tagged.sort();
        QCOMPARE(tagged,
            QStringList({ QString::number(m_madrid.value) + ' ', QString::number(m_rome.value) + " bad-line" }));
    }

    void aDeadProbeDelaysNoSearchAndIsSaidToBeMissing()
    {
        engine("a").connectNow(1);
        m_group->setPatience(std::chrono::hours(1));
        const Answer answer = search(0);
        QVERIFY(answer.finished);
        QCOMPARE(answer.calls.rowCount(), 1'000);
        QCOMPARE(answer.missing.size(), 1);
        QVERIFY2(answer.missing.front().startsWith("rome does not answer"), qPrintable(answer.missing.front()));
        QCOMPARE(engine("b").searches, 0);
    }

    void whatTheOthersFoundIsThereWhileOneIsSilentWhichIsGivenUp()
    {
        engine("a").connectNow(1);
        engine("b").connectNow(1);
        engine("b").silent = true;
        m_group->setPatience(std::chrono::milliseconds(400));
        PastCallModel calls;
        bool finished = false;
        QStringList missing;
        connect(m_group.get(), &CallSource::callsFound, &calls,
            [&](quint64, const std::vector<CallRecord>& found, quint64 matches, ProbeId probe) {
                calls.append(found, matches, probe);
            });
        connect(m_group.get(), &CallSource::finished, &calls, [&] { finished = true; });
        connect(m_group.get(), &CallSource::partMissing, &calls,
            [&](quint64, const QString& message) { missing += message; });
        m_group->search({});
        QTRY_COMPARE_WITH_TIMEOUT(calls.rowCount(), 1'000, 300);
        QVERIFY(!finished);
        QTRY_VERIFY(finished);
        QCOMPARE(missing.size(), 1);
        QVERIFY2(missing.front().startsWith("rome has not answered"), qPrintable(missing.front()));
        QCOMPARE(engine("b").cancelled, 1);
    }

    void aSearchThatNobodyCanAnswerFailsWithASentence()
    {
        const Answer answer = search(0);
        QVERIFY(!answer.finished);
        QVERIFY2(answer.failure.contains("madrid does not answer") && answer.failure.contains("rome does not answer"),
            qPrintable(answer.failure));
    }

    void aSearchThatFailsInOneProbeIsAnsweredByTheOther()
    {
        engine("a").connectNow(1);
        engine("b").connectNow(1);
        QSignalSpy missing(m_group.get(), &CallSource::partMissing);
        QSignalSpy finished(m_group.get(), &CallSource::finished);
        m_group->search({});
        m_group->setAddresses({ { "madrid", "a", true } }); // rome goes while it is asked
        QTRY_COMPARE(finished.count(), 1);
        QCOMPARE(missing.count(), 1);
        QVERIFY(missing.front().at(1).toString().contains("rome"));
    }

    void aCancelledSearchSaysNothingMore()
    {
        engine("a").connectNow(1);
        engine("b").connectNow(1);
        QSignalSpy found(m_group.get(), &CallSource::callsFound);
        QSignalSpy finished(m_group.get(), &CallSource::finished);
        m_group->cancel(m_group->search({}));
        QTest::qWait(100);
        QCOMPARE(found.count(), 0);
        QCOMPARE(finished.count(), 0);
        QCOMPARE(engine("a").cancelled, 1);
    }

    void alarmsOfTheSameIdAreTwoAndEachIsAcknowledgedWhereItIs()
    {
        AlarmModel model;
        connect(m_group.get(), &CallSource::alarmsChanged, &model, &AlarmModel::apply);
        engine("a").connectNow(1);
        engine("b").connectNow(1);
        engine("a").openAlarms(engine("a").alarmsOf(3));
        engine("b").openAlarms(engine("b").alarmsOf(3));
        QCOMPARE(model.rowCount(), 6);

        QSignalSpy finished(m_group.get(), &CallSource::finished);
        const AlarmId alarm = engine("b").alarmsOf(3).front().id;
        const quint64 request = m_group->acknowledgeAlarmOf(m_rome, alarm, "told them");
        QTRY_COMPARE(finished.count(), 1);
        QCOMPARE(finished.front().front().toULongLong(), request);
        QCOMPARE(engine("b").acknowledged.size(), std::size_t(1));
        QVERIFY(engine("a").acknowledged.empty());

        engine("a").openAlarms({});
        QCOMPARE(model.total(), std::size_t(3));
    }

    void metricsAreAddedUpAndRatesAreThoseOfAll()
    {
        engine("a").connectNow(1);
        engine("b").connectNow(1);
        const auto row = [](std::uint64_t attempts, std::uint64_t seconds, Timestamp to, std::uint32_t peak) {
            ServiceRow one;
            one.to = to;
            one.from = to - std::chrono::minutes(5);
            one.sums.figures.attempts = attempts;
            one.sums.seconds = seconds;
            one.peaks.concurrentCalls = peak;
            one.concurrentCalls = peak;
            return one;
        };
        const Timestamp now = engine("a").now();
        engine("a").windows = { row(100, 300, now, 7) };
        engine("b").windows = { row(50, 240, now - std::chrono::seconds(2), 4) }; // it was started a minute ago
        std::vector<ServiceRow> rows;
        connect(m_group.get(), &CallSource::serviceFound, this,
            [&](quint64, const std::vector<ServiceRow>& found) { rows = found; });
        m_group->serviceWindows();
        QTRY_COMPARE(rows.size(), std::size_t(1));
        QCOMPARE(rows[0].sums.figures.attempts, std::uint64_t(150));
        QCOMPARE(rows[0].sums.seconds, std::uint64_t(300));
        QCOMPARE(rows[0].concurrentCalls, 11U);
    }

    void whatBelongsToOneCallIsAskedOfItsProbeAlone()
    {
        engine("a").connectNow(1);
        engine("b").connectNow(1);
        QVERIFY(&m_group->of(m_rome) == &engine("b"));
        QSignalSpy failed(m_group.get(), &CallSource::failed);
        m_group->streams({ 7 }); // of which?
        QTRY_COMPARE(failed.count(), 1);
        QVERIFY(failed.front().at(1).toString().contains("choose one"));
    }

    void aProbeTakenOffTheListLeavesTheListsAndItsOpenPagesKeepTheirSource()
    {
        LiveCallModel live;
        follow(live);
        engine("a").connectNow(10);
        engine("b").connectNow(10);
        QTRY_COMPARE(live.rowCount(), 20);
        CallSource* rome = &m_group->of(m_rome);
        m_group->setAddresses({ { "madrid", "a", true } });
        QTRY_COMPARE(live.rowCount(), 10);
        QVERIFY(&m_group->of(m_rome) == rome);
        QCOMPARE(m_group->probes().size(), std::size_t(1));
        // Back again it is another one: with that address, but nothing of before.
        m_group->setAddresses({ { "madrid", "a", true }, { "rome", "b", true } });
        QVERIFY(m_group->probes().at(1).id != m_rome);
        QVERIFY(m_group->probes().at(0).id == m_madrid);
    }

    void namesAreMadeOfAddressesAndWrongOnesAreRefused()
    {
        QCOMPARE(nameForAddress("tls://probe7.example.com:5062", {}), QString("probe7.example.com"));
        QCOMPARE(nameForAddress("local:/run/callmon/engine.sock", {}), QString("local"));
        QCOMPARE(nameForAddress("local:/srv/rome/engine.sock", {}), QString("rome"));
        QCOMPARE(nameForAddress("local:/x/rome/engine.sock", { { "rome", "b", true } }), QString("rome-2"));
        QVERIFY(complaintAbout({ { "a", "x", true }, { "b", "y", true } }).isEmpty());
        QVERIFY(!complaintAbout({ { "a", "x", true }, { "A", "y", true } }).isEmpty());
        QVERIFY(!complaintAbout({ { "", "x", true } }).isEmpty());
        QVERIFY(!complaintAbout({ { "a b", "x", true } }).isEmpty());
        QVERIFY(m_group->complaintAboutAddress("tls://probe7").isEmpty());
        QVERIFY(!m_group->complaintAboutAddress("tcp://probe7").isEmpty());
    }

private:
    struct Answer {
        PastCallModel& calls;
        quint64 matches = 0;
        QStringList missing;
        QString failure;
        bool finished = false;
    };

    FakeEngine& engine(const QString& address) { return *m_engines.at(address); }
    void follow(LiveCallModel& live)
    {
        connect(m_group.get(), &CallSource::liveChanged, &live, &LiveCallModel::apply);
        connect(m_group.get(), &CallSource::statusChanged, &live,
            [&live](const ProbeStatus& status, ProbeId probe) { live.setNow(status.now, probe); });
        connect(m_group.get(), &CallSource::probesChanged, &live, [&] { live.setProbes(labelsOf(*m_group)); });
        live.setProbes(labelsOf(*m_group));
    }
    Answer search(std::uint64_t limit)
    {
        m_calls = std::make_unique<PastCallModel>();
        Answer answer { *m_calls, 0, {}, {}, false };
        QObject context;
        connect(m_group.get(), &CallSource::callsFound, &context,
            [&](quint64, const std::vector<CallRecord>& found, quint64 matches, ProbeId probe) {
                answer.calls.append(found, matches, probe);
                answer.matches = matches;
            });
        connect(m_group.get(), &CallSource::partMissing, &context,
            [&](quint64, const QString& message) { answer.missing += message; });
        connect(m_group.get(), &CallSource::finished, &context, [&] { answer.finished = true; });
        connect(m_group.get(), &CallSource::failed, &context,
            [&](quint64, const QString& message) { answer.failure = message; });
        CallQuery query;
        query.limit = limit;
        query.newestFirst = true;
        m_group->search(query);
        (void)QTest::qWaitFor([&] { return answer.finished || !answer.failure.isEmpty(); }, 3'000);
        answer.calls.keepNewest(limit);
        return answer;
    }

    std::map<QString, FakeEngine*> m_engines; // by address; the group owns them
    std::unique_ptr<ProbeGroup> m_group;
    std::unique_ptr<PastCallModel> m_calls;
    ProbeId m_madrid;
    ProbeId m_rome;
};

QTEST_MAIN(TestProbeGroup)
#include "tst_probe_group.moc"
