#include "engine/remote/masking.h"

#include <QTest>

using namespace callmon;

class TestMasking : public QObject {
    Q_OBJECT

private slots:
    void numbersAndNamesAreHidden_data()
    {
        QTest::addColumn<QString>("party");
        QTest::addColumn<QString>("shown");
        QTest::newRow("number") << "+34911234567"
                                << "+34\u2026";
        QTest::newRow("another length") << "+3491"
                                        << "+3\u2026";
        QTest::newRow("extension") << "101"
                                   << "1\u2026";
        QTest::newRow("one sign") << "7"
                                  << "\u2026";
        QTest::newRow("nobody") << ""
                                << "";
        QTest::newRow("not within a character")
            << QString::fromUtf8("J\u00fcrgen") << QString::fromUtf8("J\u00fc\u2026");
        QTest::newRow("nor this one") << QString::fromUtf8("Jo\u00fcrgen") << QString::fromUtf8("Jo\u2026");
    }
    void numbersAndNamesAreHidden()
    {
        QFETCH(QString, party);
        QFETCH(QString, shown);
        LiveDelta delta;
        delta.toVersion = 7;
        delta.changed.resize(1);
        delta.changed[0].key = { 42 };
        delta.changed[0].caller = FixedText<127>(party.toStdString());
        delta.changed[0].callee = FixedText<127>(party.toStdString());
        delta.changed[0].callId = FixedText<254>("34911234567@pbx");
        delta.changed[0].codec = FixedText<30>("PCMA");
        const LiveDelta masked = withoutNumbers(delta);
        const LiveCall& call = masked.changed.at(0);
        QCOMPARE(QString::fromUtf8(call.caller.view().data(), qsizetype(call.caller.view().size())), shown);
        QCOMPARE(call.callee.view(), call.caller.view());
        QVERIFY(call.callId.view().empty());
        QCOMPARE(call.codec.view(), std::string_view("PCMA"));
        QCOMPARE(call.key.value, std::int64_t { 42 });
        QCOMPARE(masked.toVersion, std::uint64_t { 7 });
    }

    void theStatusKeepsItsFiguresAndLosesItsAddresses()
    {
        ProbeStatus status;
        status.source = "net_af_packet0,iface=eth1";
        status.version = "1.2";
        status.liveCalls = 3;
        status.counters = { { "frames_received", 9, 4 } };
        status.unboundFlows.resize(2);
        const ProbeStatus masked = withoutAddresses(status);
        QVERIFY(masked.source.empty());
        QVERIFY(masked.unboundFlows.empty());
        QVERIFY(masked.addressesWithheld);
        QCOMPARE(masked.version, status.version);
        QCOMPARE(masked.liveCalls, status.liveCalls);
        QCOMPARE(masked.counters.size(), std::size_t { 1 });
        QCOMPARE(masked.counters[0].perSecond, std::uint64_t { 4 });
    }
};

QTEST_GUILESS_MAIN(TestMasking)
#include "tst_masking.moc"
