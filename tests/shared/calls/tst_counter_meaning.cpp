// What is a loss, what belongs to the sum of frames, and that every loss says what helps.
#include "shared/calls/counter_meaning.h"

#include <QTest>

using namespace callmon;

class CounterMeaningTest : public QObject {
    Q_OBJECT

private slots:
    void everyLossSaysWhatItIsAndWhatHelps_data()
    {
        QTest::addColumn<QByteArray>("name");
        for (const char* name : { "ring_full_dropped", "nic_missed", "nic_no_buffers", "nic_errors",
                 "port_oversized_frames", "calls_refused_pool_full", "rtp_refused", "fragments_refused", "tcp_refused",
                 "rtcp_sources_refused", "media_addresses_refused", "media_chunks_refused",
                 "media_packets_not_recorded", "media_packets_not_written", "records_dropped", "records_refused" })
            QTest::newRow(name) << QByteArray(name);
    }

    void everyLossSaysWhatItIsAndWhatHelps()
    {
        QFETCH(const QByteArray, name);
        ProbeStatus status;
        status.counters = { { name.toStdString(), 1 } };
        QCOMPARE(lossesOf(status).size(), 1u);
        status.counters[0].value = 0;
        QVERIFY(lossesOf(status).empty());
        const CounterMeaning& meaning = meaningOf(name.toStdString());
        QVERIFY(!meaning.title.empty() && !meaning.help.empty() && !meaning.advice.empty());
    }

    void whatIsNoLossIsNone()
    {
        ProbeStatus status;
        for (const char* name : { "frames_received", "frames_handed_on", "not_udp", "calls_ended", "media_bytes_stored",
                 "poll_gap_longest_us", "remote_clients_dropped", "a_counter_of_tomorrow" })
            status.counters.push_back({ name, 7 });
        QVERIFY(lossesOf(status).empty());
        QVERIFY(meaningOf("a_counter_of_tomorrow").kind == CounterKind::Count);
    }

    void aFamilyYieldsToItsOwnMember()
    {
        QVERIFY(meaningOf("media_packets_not_written").kind == CounterKind::Missed);
        QVERIFY(meaningOf("media_packets_stored").kind == CounterKind::Count);
        QVERIFY(meaningOf("media_packets_stored").group == CounterGroup::Disk);
    }

    void theSumTakesFramesAloneAndTellsThoseOnTheirWay()
    {
        ProbeStatus status;
        status.counters = { { "nic_missed", 40 }, { "frames_received", 100 }, { "frames_handed_on", 90 },
            { "ring_full_dropped", 8 }, { "sip_messages", 5 } };
        const FrameBalance balance = balanceOf(status);
        QCOMPARE(balance.received, 100u);
        QCOMPARE(balance.handedOn, 90u);
        QCOMPARE(balance.dropped, 8u);
        QCOMPARE(balance.onTheirWay(), 2);
    }
};

QTEST_GUILESS_MAIN(CounterMeaningTest)
#include "tst_counter_meaning.moc"
