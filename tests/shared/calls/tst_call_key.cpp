#include "shared/calls/call_key.h"

#include "shared/base/utc_time.h"

#include <QTest>

#include <string>

using namespace callmon;

namespace {

const Timestamp start = timestampFromNanoseconds(1795414495123456789);

}

class CallKeyTest : public QObject {
    Q_OBJECT

private slots:
    void keyTellsWhenTheCallBegan()
    {
        const CallKey key = makeCallKey(start, "a@b", {});
        QVERIFY(std::chrono::abs(approximateStart(key) - start) < Nanoseconds(1024));
        QVERIFY(dayOf(approximateStart(key)) == dayOf(start));
    }

    void sameCallReadAgainHasTheSameKey()
    {
        QVERIFY(makeCallKey(start, "a@b", {}) == makeCallKey(start, "a@b", {}));
        QVERIFY(makeCallKey(start, "a@b", {}) != makeCallKey(start, "a@c", {}));
    }

    void callsOfOneMicrosecondHaveDifferentKeys()
    {
        CallKey last;
        for (int i = 0; i < 3000; ++i) {
            const CallKey key = makeCallKey(start, "call " + std::to_string(i), last);
            QVERIFY(key > last);
            last = key;
        }
        // 3,000 calls at once push the last one three spans of 1,024 values on at most.
        QVERIFY(approximateStart(last) - start < Nanoseconds(4 * 1024));
    }

    void frameSlightlyOutOfOrderStillGetsAKeyOfItsOwn()
    {
        const CallKey first = makeCallKey(start, "a@b", {});
        const CallKey earlier = makeCallKey(start - std::chrono::microseconds(10), "c@d", first);
        QCOMPARE(earlier.value, first.value + 1);
        const CallKey muchEarlier = makeCallKey(start - std::chrono::seconds(1), "c@d", first);
        QVERIFY(muchEarlier < first);
    }
};

QTEST_GUILESS_MAIN(CallKeyTest)
#include "tst_call_key.moc"
