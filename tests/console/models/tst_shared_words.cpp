#include "console/models/alarm_words.h"
#include "console/models/call_words.h"
#include "console/models/rule_model.h"
#include "console/models/shared_words.h"

#include <QTranslator>
#include <QtTest>

using namespace callmon;

namespace {

// Puts what is looked up in brackets, with its context.
class Brackets : public QTranslator {
public:
    bool isEmpty() const override { return false; }
    QString translate(const char* context, const char* source, const char*, int) const override
    {
        return QStringLiteral("[%1: %2]").arg(QLatin1String(context), QString::fromUtf8(source));
    }
};

}

class TestSharedWords : public QObject {
    Q_OBJECT

private slots:
    void aNameCannotPassForAnotherBySignsThatNobodySees()
    {
        QCOMPARE(text("+34\u202e91\u2066\u200b0"), QString::fromUtf8("+34\ufffd91\ufffd\ufffd0"));
        for (const char* name : { "+34910000001", "Zoë – Müller", "علی\u200cرضا", "שרה", "☎" })
            QCOMPARE(text(name), QString::fromUtf8(name));
    }

    void whatTheConsoleShowsOfSharedTablesIsLookedUp()
    {
        const NamedCounter counter { "ring_full_dropped", 1, 0 };
        const CounterMeaning& meaning = meaningOf(counter.name);
        QCOMPARE(titleText(counter), QString("Ring full"));
        QCOMPARE(titleText(AlarmKind::PollGap), QString("Poll gap"));
        Brackets translator;
        QVERIFY(QCoreApplication::installTranslator(&translator));
        QCOMPARE(titleText(counter), QString("[CounterMeaning: Ring full]"));
        QVERIFY(helpText(meaning).startsWith("[CounterMeaning: The processing core"));
        QVERIFY(adviceText(meaning).startsWith("[CounterMeaning: raise --ring-batches"));
        QVERIFY(groupText(meaning.group).startsWith("[CounterMeaning: "));
        QCOMPARE(titleText(AlarmKind::PollGap), QString("[AlarmKind: Poll gap]"));
        QVERIFY(adviceText(AlarmKind::NoTraffic).startsWith("[AlarmKind: Look at the cable"));
        QCOMPARE(titleText(*findServiceMetric("acd")), QString("[ServiceMetric: Mean duration (ACD)]"));
        QCoreApplication::removeTranslator(&translator);
        QCOMPARE(titleText({ "pool_empty_queue_3", 1, 0 }), QString("pool empty queue 3"));
        QCOMPARE(titleText({ "of_a_later_engine", 1, 0 }), QString("of a later engine"));
        QVERIFY(helpText(meaningOf("of_a_later_engine")).isEmpty());
    }

    void aRuleOnAMetricIsReadInTheTermsOfTheMetric()
    {
        AlarmRule rule;
        rule.name = "ner-low";
        rule.kind = AlarmKind::MetricLow;
        rule.metric = "ner";
        rule.threshold = 80;
        rule.clearThreshold = 90;
        RuleModel rules;
        rules.setRules({ rule });
        const auto cell = [&](int column) { return rules.index(0, column).data().toString(); };
        QCOMPARE(cell(RuleModel::Kind), QString("NER"));
        QCOMPARE(cell(RuleModel::Condition), QString("below 80 %"));
        QCOMPARE(cell(RuleModel::Clears), QString("90 %"));
        rule.group = "trunk north";
        rule.metric = "mos";
        rules.setRules({ rule });
        QCOMPARE(cell(RuleModel::Kind), QString("MOS, trunk north"));
        QCOMPARE(cell(RuleModel::Condition), QString("below 80"));
        rule.kind = AlarmKind::JitterHigh;
        rule.metric = "";
        rule.group = "";
        rules.setRules({ rule });
        QCOMPARE(cell(RuleModel::Kind), QString("Jitter"));
        QCOMPARE(cell(RuleModel::Condition), QString("above 80 ms"));
        QCOMPARE(metricName("of_a_later_engine"), QString("of_a_later_engine"));
        QCOMPARE(metricName("post_dial_delay"), QString("Post-dial delay"));
    }
};

QTEST_GUILESS_MAIN(TestSharedWords)
#include "tst_shared_words.moc"
