#include "console/models/fuzzy_match.h"
#include "console/models/search_words.h"

#include <QtTest>

using namespace callmon;

class TestSearchWords : public QObject {
    Q_OBJECT

private slots:
    void whatIsTypedIsTakenForWhatItIs_data()
    {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("number");
        QTest::addColumn<QString>("callId");
        QTest::newRow("number") << "+34910000001"
                                << "+34910000001"
                                << "";
        QTest::newRow("its end") << " *0001 "
                                 << "*0001"
                                 << "";
        QTest::newRow("a user's name") << "anna.weiss"
                                       << "anna.weiss"
                                       << "";
        QTest::newRow("SIP address") << "sip:+34910000001@example.com;transport=tcp"
                                     << "+34910000001"
                                     << "";
        QTest::newRow("tel") << "tel:+34910000001"
                             << "+34910000001"
                             << "";
        QTest::newRow("Call-ID with a host") << "77@10.20.0.1"
                                             << ""
                                             << "77@10.20.0.1";
        QTest::newRow("Call-ID without") << "a84b4c76e66710ff3d"
                                         << ""
                                         << "a84b4c76e66710ff3d";
        QTest::newRow("E.164 of 15 digits") << "123456789012345"
                                            << "123456789012345"
                                            << "";
    }
    void whatIsTypedIsTakenForWhatItIs()
    {
        QFETCH(QString, typed);
        QFETCH(QString, number);
        QFETCH(QString, callId);
        const auto queries = queriesFor(typed);
        QCOMPARE(queries.size(), std::size_t(1));
        QCOMPARE(QString::fromStdString(queries[0].number), number);
        QCOMPARE(QString::fromStdString(queries[0].callId), callId);
    }

    // The call's two addresses are two fields: what both questions find together is found once.
    void anAddressIsLookedForOnBothSidesAndNoCallIsFoundTwice()
    {
        for (const QString& address : { QStringLiteral("10.20.0.1"), QStringLiteral("2001:db8::1") }) {
            const auto queries = queriesFor(address);
            QCOMPARE(queries.size(), std::size_t(2));
            for (const CallQuery& query : queries)
                for (const CallCondition& condition : query.conditions) {
                    QVERIFY2(searchField(condition.field) != nullptr, condition.field.c_str());
                    QVERIFY(operandOf(condition));
                }
            QCOMPARE(queries[0].conditions.size(), std::size_t(1));
            QCOMPARE(queries[1].conditions.size(), std::size_t(2));
            QVERIFY(queries[1].conditions[1].field == queries[0].conditions[0].field);
            QVERIFY(queries[1].conditions[1].comparison == Comparison::NotEqual);
        }
    }

    void nothingTypedAsksNothing() { QVERIFY(queriesFor("  ").empty()); }

    void aCommandIsFoundByTheBeginningsOfItsWords()
    {
        const QStringList names { "View: Live calls", "View: Alarms", "Alarm: Acknowledge…", "File: Export CSV…" };
        const auto best = [&](const QString& typed) {
            QString found;
            int most = -1;
            for (const QString& name : names)
                if (const auto score = fuzzyScore(typed, name); score && *score > most) {
                    most = *score;
                    found = name;
                }
            return found;
        };
        QCOMPARE(best("live"), QString("View: Live calls"));
        QCOMPARE(best("lc"), QString("View: Live calls"));
        QCOMPARE(best("va"), QString("View: Alarms"));
        QCOMPARE(best("ack"), QString("Alarm: Acknowledge…"));
        QCOMPARE(best("CSV"), QString("File: Export CSV…"));
        QVERIFY(!fuzzyScore("xyz", names[0]));
        QVERIFY(!fuzzyScore("evil", "live")); // in their order
        QVERIFY(!fuzzyScore("ll", "live")); // each letter once
        QCOMPARE(fuzzyScore(" ", "live").value_or(-1), 0);
    }
};

QTEST_GUILESS_MAIN(TestSearchWords)
#include "tst_search_words.moc"
