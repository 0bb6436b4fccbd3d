#include "console/models/call_conditions.h"
#include "console/models/condition_values.h"
#include "console/zone/display_zone.h"

#include <QtTest>

using namespace callmon;
using enum Relation;

class TestCallConditions : public QObject {
    Q_OBJECT

private slots:
    void everyFieldOfASearchHasATitleAndWhatItIsComparedBy()
    {
        QCOMPARE(conditionFields().size(), searchFields().size());
        QStringList titles;
        for (const ConditionField& field : conditionFields()) {
            QVERIFY2(field.title != field.name, qPrintable(field.name));
            QVERIFY2(!titles.contains(field.title), qPrintable(field.title));
            titles += field.title;
            QVERIFY(!relationsOf(field.kind).empty());
            for (const Relation relation : relationsOf(field.kind)) {
                QVERIFY(!word(relation, field.kind).isEmpty());
                QCOMPARE(relationNamed(nameOf(relation)), std::optional(relation));
            }
            QCOMPARE(choicesOf(field).empty(), field.kind != ConditionField::Kind::Choice);
        }
    }

    // Every condition that can be put together is one that an engine takes, and is said in words.
    void everyComparisonOfEveryFieldMakesACondition()
    {
        using Kind = ConditionField::Kind;
        for (const ConditionField& field : conditionFields())
            for (const Relation relation : relationsOf(field.kind)) {
                QStringList values { "7" };
                if (field.kind == Kind::Address)
                    values = QStringList { relation == BeginsWith ? "10.0." : "10.0.0.1" };
                else if (field.kind == Kind::Choice) {
                    values.clear();
                    for (const ConditionChoice& choice : choicesOf(field))
                        values += choice.value;
                }
                for (const QString& value : values) {
                    QString problem;
                    const auto condition = conditionOf({ field.name, relation, value }, problem);
                    QVERIFY2(condition, qPrintable(field.name + ' ' + nameOf(relation) + ": " + problem));
                    QVERIFY(operandOf(*condition));
                    const QString words = textOf(*condition);
                    QVERIFY2(words.startsWith(field.title + ' ' + word(relation, field.kind)) || relation == BeginsWith
                            || relation == EndsWith,
                        qPrintable(words));
                }
            }
    }

    void whatIsWrittenBecomesWhatCallmonctlTakes_data()
    {
        QTest::addColumn<QString>("field");
        QTest::addColumn<int>("relation");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("condition"); // as callmonctl --where takes it
        QTest::addColumn<QString>("words");
        const auto row = [](const char* field, Relation relation, const char* value, const char* condition,
                             const char* words) {
            QTest::newRow(condition) << field << static_cast<int>(relation) << value << condition << words;
        };
        row("mos_min", Less, "3.5", "mos_min<3.5", "Lowest MOS < 3.5");
        row("post_dial_delay_ms", AtLeast, " 1,500 ", "post_dial_delay_ms>=1500", "Post-dial delay ≥ 1500 ms");
        row("duration_s", AtMost, "1:30", "duration_s<=90", "Duration ≤ 0:01:30");
        row("hold_time_s", Greater, "2 min", "hold_time_s>120", "Time on hold > 0:02:00");
        row("final_code", Is, "486", "final_code=486", "Final code = 486");
        row("final_code", Unknown, "", "final_code=", "Final code is not known");
        row("caller_agent", Contains, "IOS", "caller_agent=*IOS*", "Caller's device contains IOS");
        row("callee", BeginsWith, "+34", "callee=+34*", "Callee is +34*");
        row("callee", IsNot, "*9", "callee!=*9", "Callee is not *9");
        row("diversion", Known, "", "diversion!=", "Diverted by is known");
        row("codec", Is, "G7*", "codec=G7*", "Codec one is G7*");
        row("codec", IsNot, "PCMA", "codec!=PCMA", "Codec none is PCMA");
        row("ended_by", Is, "probe_stopped", "ended_by=probe_stopped", "Ended by is probe stopped");
        row("ended_by", Is, "", "ended_by=", "Ended by is nobody yet");
        row("media_kinds", Is, "*video*", "media_kinds=*video*", "Media is with video");
        row("secure_media", Is, "1", "secure_media=1", "Secure media is yes");
        row("caller_ip", BeginsWith, "10.1.", "caller_ip=10.1.*", "Caller's address is 10.1.*");
        row("answered_at", AtLeast, "1772366400000000000", "answered_at>=2026-03-01T12:00:00.000000000Z",
            "Answered at or after 2026-03-01 12:00:00 UTC");
        row("ringing_at", Unknown, "", "ringing_at=", "Ringing since never");
        row("tags", Unknown, "", "tags=", "Tag there is none");
        row("tags", Is, "Bad-Line", "tags=bad-line", "Tag one is bad-line");
        row("legal_hold", Contains, "case 17", "legal_hold=*case 17*", "Legal hold contains case 17");
        row("call_key", Is, "1772366400000000123", "call_key=1772366400000000123", "Key = 1772366400000000123");
    }
    void whatIsWrittenBecomesWhatCallmonctlTakes()
    {
        QFETCH(const QString, field);
        QFETCH(const int, relation);
        QFETCH(const QString, value);
        QFETCH(const QString, condition);
        QFETCH(const QString, words);
        QString problem;
        const auto made = conditionOf({ field, static_cast<Relation>(relation), value }, problem);
        QVERIFY2(made, qPrintable(problem));
        QVERIFY2(*made == parseCondition(condition.toStdString()).value(), toText(*made).c_str());
        QCOMPARE(textOf(*made), words);
    }

    void whatMakesNoSenseIsSaid_data()
    {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("says");
        QTest::newRow("nothing") << "caller"
                                 << " "
                                 << "Give a value";
        QTest::newRow("a word for a number") << "mos_mean"
                                             << "good"
                                             << "no number";
        QTest::newRow("too many points") << "mos_mean"
                                         << "3.5.1"
                                         << "no number";
        QTest::newRow("infinite") << "mos_mean"
                                  << "inf"
                                  << "no number";
        QTest::newRow("a span") << "duration_s"
                                << "long"
                                << "1:30";
        QTest::newRow("a negative span") << "duration_s"
                                         << "-1"
                                         << "no time span";
        QTest::newRow("a name for an address") << "caller_ip"
                                               << "gateway"
                                               << "no address";
        QTest::newRow("two words for a tag") << "tags"
                                             << "bad line"
                                             << "one word";
        QTest::newRow("a field of another version") << "colour"
                                                    << "red"
                                                    << "no such field";
    }
    void whatMakesNoSenseIsSaid()
    {
        QFETCH(const QString, field);
        QFETCH(const QString, value);
        QFETCH(const QString, says);
        QString problem;
        QVERIFY(!conditionOf({ field, Is, value }, problem));
        QVERIFY2(problem.contains(says), qPrintable(problem));
    }

    void spansAreReadAsPeopleWriteThem_data()
    {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<double>("seconds"); // below zero: it is none
        QTest::newRow("seconds") << "90" << 90.0;
        QTest::newRow("of a second") << "0.5" << 0.5;
        QTest::newRow("with the unit") << " 90 s" << 90.0;
        QTest::newRow("clock") << "1:30" << 90.0;
        QTest::newRow("with hours") << "1:02:03" << 3723.0;
        QTest::newRow("minutes") << "2min" << 120.0;
        QTest::newRow("both") << "1 h 30 min" << 5400.0;
        QTest::newRow("half an hour") << "0.5 H" << 1800.0;
        QTest::newRow("one digit of seconds") << "1:3" << -1.0;
        QTest::newRow("days") << "2 d" << -1.0;
        QTest::newRow("nothing") << "" << -1.0;
        QTest::newRow("a unit") << "min" << -1.0;
    }
    void spansAreReadAsPeopleWriteThem()
    {
        QFETCH(const QString, typed);
        QFETCH(const double, seconds);
        QCOMPARE(secondsOf(typed).value_or(-1), seconds);
    }

    void codesAreOneOrAClassOrARange()
    {
        const auto read = [](const char* typed) {
            const auto codes = codesOf(typed);
            return codes ? QString("%1-%2").arg(codes->first).arg(codes->last) : QString();
        };
        QCOMPARE(read(" 486 "), QString("486-486"));
        QCOMPARE(read("4xx"), QString("400-499"));
        QCOMPARE(read("5XX"), QString("500-599"));
        QCOMPARE(read("480-488"), QString("480-488"));
        QCOMPARE(read("480 – 488"), QString("480-488"));
        for (const char* none : { "", "48", "4860", "700", "7xx", "488-480", "4*", "busy" })
            QCOMPARE(read(none), QString());
    }

    void aWholeSearchIsSaidInTheZoneThatIsShown()
    {
        CallQuery query;
        QCOMPARE(textOf(query), QString());
        query.number = "+34*";
        query.from = timestampFromNanoseconds(1'772'366'400'000'000'000);
        query.outcome = CallOutcome::NoAnswer;
        query.minMos = 3.1;
        query.conditions = { parseCondition("final_code>=400").value(), parseCondition("codec=G729").value() };
        QCOMPARE(textOf(query),
            QString("Number +34* · From 2026-03-01 12:00:00 UTC · Outcome is no answer · Mean MOS ≥ 3.1 · "
                    "Final code ≥ 400 · Codec one is G729"));
        setDisplayZone(QTimeZone("Asia/Kathmandu"));
        QVERIFY2(textOf(query).contains("From 2026-03-01 17:45:00"), qPrintable(textOf(query)));
        setDisplayZone(QTimeZone::utc());
    }
};

QTEST_GUILESS_MAIN(TestCallConditions)
#include "tst_call_conditions.moc"
