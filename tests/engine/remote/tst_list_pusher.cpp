// The pace at which one client gets a list.
#include "engine/remote/list_pusher.h"

#include <QTest>

using namespace callmon;

class ListPusherTest : public QObject {
    Q_OBJECT

private slots:
    void aClientThatIsLateGetsTheNextStepAsSoonAsItHasTakenTheLast()
    {
        std::uint64_t version = 1; // of the list: every delta is an alarm's, without one
        ListFeed feed([&](std::uint64_t since) { return AlarmDelta { since == 0, since, version, {}, {} }; });
        int sent = 0;
        ListPusher pusher(feed, [&](const QByteArray&) { ++sent; });
        const auto step = [&] {
            ++version;
            feed.nextStep();
            pusher.nextStep();
        };
        pusher.follow(true);
        QCOMPARE(sent, 1);
        pusher.partTaken();
        QCOMPARE(sent, 1); // it is in time, and waits for the next step
        step();
        QCOMPARE(sent, 2);
        step(); // it has not taken that yet
        step();
        QCOMPARE(sent, 2);
        pusher.partTaken();
        QCOMPARE(sent, 3); // what two steps brought, at once and in one
        pusher.partTaken();
        QCOMPARE(sent, 3);
        step();
        QCOMPARE(sent, 4);
        pusher.follow(false);
        pusher.partTaken();
        step();
        QCOMPARE(sent, 4);
    }
};

QTEST_APPLESS_MAIN(ListPusherTest)
#include "tst_list_pusher.moc"
