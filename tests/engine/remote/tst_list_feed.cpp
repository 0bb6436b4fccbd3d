// What a list's followers get, however late and however many they are: the same rows as somebody who looks at the
// table itself, from deltas that were encoded once.
#include "engine/remote/list_pusher.h"
#include "engine/remote/live_table.h"
#include "shared/remote/list_follower.h"

#include <QTest>
#include <random>

using namespace callmon;

namespace {

CallRecord call(std::int64_t key, const char* callee)
{
    CallRecord record;
    record.key = { key };
    record.callee = callee;
    return record;
}

// A table, the feed of it, and how often a delta of it was made.
struct FedTable {
    LiveTable table;
    int made = 0;
    ListFeed feed { [this](std::uint64_t since) {
        ++made;
        return table.delta(since);
    } };

    void nextStep(auto&... clients)
    {
        feed.nextStep();
        (clients.nextStep(), ...);
    }
    template <typename Client> void nextStepOf(const std::vector<std::unique_ptr<Client>>& clients)
    {
        feed.nextStep();
        for (const auto& client : clients)
            client->nextStep();
    }
};

// A client behind a pusher, as slow as it is asked to be.
class Client {
public:
    explicit Client(ListFeed& feed)
        : m_pusher(feed, [this](const QByteArray& part) { m_sent.push_back(part); })
    {
        m_follower.begin(true);
        m_pusher.follow(true);
    }

    void nextStep() { m_pusher.nextStep(); }
    void take(std::size_t parts)
    {
        for (; parts > 0 && !m_sent.empty(); --parts) {
            const auto step = m_follower.take(decodeLiveDeltaPart(m_sent.front()));
            m_all.push_back(m_sent.front());
            m_sent.pop_front();
            QVERIFY(!step.broken);
            if (step.delta)
                apply(*step.delta);
            m_pusher.partTaken();
        }
    }
    const std::map<std::int64_t, std::string>& rows() const { return m_rows; }
    const std::vector<QByteArray>& received() const { return m_all; }
    int snapshots() const { return m_snapshots; }

private:
    void apply(const LiveDelta& delta)
    {
        if (delta.snapshot) {
            ++m_snapshots;
            m_rows.clear();
        }
        for (const LiveCall& row : delta.changed)
            m_rows[row.key.value] = row.callee.str();
        for (const LiveFigures& row : delta.figures)
            QVERIFY(m_rows.contains(row.key.value));
        for (const CallKey key : delta.removed)
            m_rows.erase(key.value);
    }

    std::deque<QByteArray> m_sent;
    std::vector<QByteArray> m_all;
    std::map<std::int64_t, std::string> m_rows;
    ListFollower<LiveDelta> m_follower;
    int m_snapshots = 0;
    ListPusher m_pusher;
};

class ListFeedTest : public QObject {
    Q_OBJECT

private slots:
    void snapshotsAreAskedForWhereAListHasSuchOfItsOwn()
    {
        LiveTable table;
        table.update(call(1, "a"));
        std::vector<std::uint64_t> asked; // for snapshots
        ListFeed feed(
            [&](std::uint64_t since) {
                Q_ASSERT(since != 0);
                return table.delta(since);
            },
            [&](std::uint64_t version) {
                asked.push_back(version);
                const LiveDelta all = table.snapshot();
                return ListFeed::Update { version != 0 ? version : all.toVersion, encode(all) };
            });
        const std::uint64_t first = table.version();
        QCOMPARE(feed.since(0).toVersion, first);
        table.update(call(2, "b"));
        QCOMPARE(feed.since(0).toVersion, first); // who comes later in a step is told what that step is of
        feed.nextStep();
        QCOMPARE(feed.since(first).toVersion, table.version());
        table.update(call(3, "c"));
        QCOMPARE(feed.since(0).toVersion, table.version() - 1);
        QCOMPARE(asked, (std::vector<std::uint64_t> { 0, first + 1 }));
    }

    void clientsOfAnyPaceSeeTheTableAsItIs()
    {
        FedTable fed;
        std::mt19937 random(7);
        const auto below = [&](int end) { return static_cast<int>(random() % static_cast<unsigned>(end)); };
        std::map<std::int64_t, std::string> rows;
        const auto change = [&](int changes) {
            for (int i = 0; i < changes; ++i) {
                const int key = 1 + below(40);
                if (below(4) == 0) {
                    fed.table.remove({ key });
                    rows.erase(key);
                } else if (below(3) == 0) {
                    QualityPoint point;
                    point.stream.call = { key };
                    point.mos = 3;
                    fed.table.update(point);
                } else {
                    const std::string callee = std::to_string(random());
                    fed.table.update(call(key, callee.c_str()));
                    rows[key] = callee;
                }
            }
        };
        change(30);
        std::vector<std::unique_ptr<Client>> clients;
        for (int step = 0; step < 400; ++step) {
            if (step % 50 == 0)
                clients.push_back(std::make_unique<Client>(fed.feed)); // amid a step
            change(below(8));
            for (std::size_t i = 0; i < clients.size(); ++i)
                if (i == 0 || below(static_cast<int>(3 * i)) == 0) // the first is quick, the last takes seconds
                    clients[i]->take(100);
            change(below(3));
            fed.nextStepOf(clients);
        }
        for (int step = 0; step < 3; ++step) { // nothing changes any more, and everybody is quick
            for (const auto& client : clients)
                client->take(1000);
            fed.nextStepOf(clients);
        }
        for (const auto& client : clients) {
            client->take(1000);
            QVERIFY(client->rows() == rows);
            QCOMPARE(client->snapshots(), 1);
        }
        QVERIFY(fed.made > 400);
    }

    // Encoding is what a step costs the engine: 20 consoles may not cost twenty of it because each is late otherwise.
    void clientsThatAreLateGetTheStepsThatOthersHad()
    {
        FedTable fed;
        fed.table.update(call(1, "one"));
        Client quick(fed.feed);
        fed.table.update(call(1, "begun amid a step"));
        Client late(fed.feed);
        quick.take(1);
        late.take(1);
        QVERIFY(late.received() == quick.received());
        fed.nextStep(quick, late);
        quick.take(1);
        fed.table.update(call(1, "and again"));
        Client later(fed.feed);
        later.take(1);
        fed.made = 0;
        for (int step = 0; step < 4; ++step) {
            fed.table.update(call(2 + step, "more"));
            fed.nextStep(quick, late, later);
            quick.take(1);
            later.take(step == 2 ? 3 : 0);
            fed.table.update(call(2 + step, "amid a step"));
        }
        late.take(10);
        later.take(10);
        QCOMPARE(fed.made, 4);
        QVERIFY(later.rows() == quick.rows());
        const auto& all = quick.received();
        QVERIFY(late.received() == all);
        for (std::size_t i = 0; i < all.size(); ++i) // not copies, either
            QVERIFY(late.received()[i].constData() == all[i].constData());
    }

    void whoIsTooLateGetsOneDeltaOfAllHeMissed()
    {
        FedTable fed;
        fed.table.update(call(1, "one"));
        Client quick(fed.feed), late(fed.feed);
        quick.take(1);
        late.take(1);
        for (int step = 0; step < 20; ++step) {
            fed.table.update(call(1, std::to_string(step).c_str()));
            fed.nextStep(quick, late);
            quick.take(1);
        }
        late.take(10);
        QCOMPARE(quick.received().size(), 21u);
        QCOMPARE(late.received().size(), 3u); // the snapshot, the step that it did not take, all the others
        QVERIFY(late.rows() == quick.rows());
    }

    void clientsThatBeginTogetherGetTheirSnapshotsSomeInEachStep()
    {
        FedTable fed;
        fed.table.update(call(1, "one"));
        std::vector<std::unique_ptr<Client>> clients;
        for (int i = 0; i < 20; ++i)
            clients.push_back(std::make_unique<Client>(fed.feed));
        std::size_t there = 0;
        for (int step = 0; there < clients.size(); ++step) {
            QVERIFY(step < 20);
            std::size_t now = 0;
            for (const auto& client : clients) {
                client->take(10);
                now += client->snapshots() > 0 ? 1 : 0;
            }
            QVERIFY(now > there && now <= there + 4);
            there = now;
            fed.nextStepOf(clients);
        }
        for (const auto& client : clients)
            QCOMPARE(client->snapshots(), 1);
    }

    void aListThatNobodyFollowsIsNotEncoded()
    {
        FedTable fed;
        fed.table.update(call(1, "one"));
        {
            Client client(fed.feed);
        }
        fed.made = 0;
        for (int step = 0; step < 20; ++step) {
            fed.table.update(call(2 + step, "more"));
            fed.nextStep();
        }
        QCOMPARE(fed.made, 0);
        Client again(fed.feed);
        again.take(10);
        QCOMPARE(fed.made, 1); // nor what happened meanwhile
        QCOMPARE(again.rows().size(), 21u);
    }
};

}

QTEST_APPLESS_MAIN(ListFeedTest)
#include "tst_list_feed.moc"
