// Service metrics on the wire: there and back, and nothing that does not fit is believed.
#include "shared/remote/wire.h"

#include <QTest>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

ServiceRow fullRow()
{
    ServiceRow row;
    row.group = { ServiceGrouping::Trunk, std::string_view("north") };
    row.from = Timestamp(1'795'413'600s);
    row.to = row.from + 60s;
    ServiceCounts counts {};
    for (std::size_t i = 0; i < counts.size(); ++i)
        counts[i] = (std::uint64_t { 1 } << (2 * i)) + 5;
    row.sums = sumsOf(counts);
    row.peaks = { 0xfffffffe, 12 };
    row.concurrentCalls = 77;
    return row;
}

}

class TestWireService : public QObject {
    Q_OBJECT

private slots:
    void rowsComeBackWhole()
    {
        ServiceRow empty;
        const auto answer = decodeAnswer(encode(ServiceRowPage { { fullRow(), empty } }));
        QVERIFY(answer);
        const auto& rows = std::get<ServiceRowPage>(*answer).rows;
        QCOMPARE(rows.size(), std::size_t { 2 });
        const ServiceRow expected = fullRow();
        QCOMPARE(rows[0].group, expected.group);
        QCOMPARE(rows[0].from, expected.from);
        QCOMPARE(rows[0].to, expected.to);
        QCOMPARE(rows[0].sums, expected.sums);
        QCOMPARE(rows[0].peaks, expected.peaks);
        QCOMPARE(rows[0].concurrentCalls, expected.concurrentCalls);
        QVERIFY(rows[1].isEmpty());
    }

    void queriesComeBackWhole()
    {
        ServiceQuery query;
        query.from = Timestamp(5s);
        query.grouping = ServiceGrouping::Codec;
        query.stepMinutes = 1440;
        const auto back = decodeServiceQuery(encode(query));
        QVERIFY(back);
        QCOMPARE(back->from, query.from);
        QVERIFY(!back->to);
        QCOMPARE(back->grouping, query.grouping);
        QCOMPARE(back->stepMinutes, 1440U);
    }

    void whatIsCutOrContradictsItselfIsRefused()
    {
        const QByteArray page = encode(ServiceRowPage { { fullRow() } });
        for (qsizetype size = 0; size < page.size(); ++size)
            QVERIFY(!decodeAnswer(page.first(size)));
        QVERIFY(!decodeAnswer(page + '\0'));
        QByteArray other = page;
        other[6] = 4; // no such grouping
        QVERIFY(!decodeAnswer(other));
        other = page;
        other[2] = 0x7f; // so many rows cannot be there
        QVERIFY(!decodeAnswer(other));
        other = page;
        other[8] = 48; // a longer name than a group has
        QVERIFY(!decodeAnswer(other));
        ServiceQuery query;
        for (const std::uint32_t step : { 0U, 1441U }) {
            query.stepMinutes = step;
            QVERIFY(!decodeServiceQuery(encode(query)));
        }
        query.stepMinutes = 1;
        const QByteArray asked = encode(query);
        for (qsizetype size = 0; size < asked.size(); ++size)
            QVERIFY(!decodeServiceQuery(asked.first(size)));
    }
};

QTEST_GUILESS_MAIN(TestWireService)
#include "tst_wire_service.moc"
