// What alarms are called and how their figures read.
#include "shared/calls/alarm_fields.h"

#include <QTest>

using namespace callmon;

namespace {

class AlarmFieldsTest : public QObject {
    Q_OBJECT

private slots:
    void figuresReadWithTheirUnit()
    {
        QCOMPARE(alarmFigureText(AlarmKind::MosLow, 2.414), std::string("2.41"));
        QCOMPARE(alarmFigureText(AlarmKind::LossHigh, 7.26), std::string("7.3 %"));
        QCOMPARE(alarmFigureText(AlarmKind::JitterHigh, 163.4), std::string("163 ms"));
        QCOMPARE(alarmFigureText(AlarmKind::OneWayAudio, 21), std::string("21 s"));
        QCOMPARE(alarmFigureText(AlarmKind::LongCall, 14'461), std::string("4:01:01"));
        QCOMPARE(alarmFigureText(AlarmKind::RecordsLost, 3), std::string("3/s"));
    }

    void everyKindHasItsWordTitleAndAdvice()
    {
        for (const std::string_view word : alarmKindTexts()) {
            const auto kind = parseAlarmKind(word);
            QVERIFY(kind && toText(*kind) == word);
            QVERIFY(!titleOf(*kind).empty() && adviceOf(*kind).ends_with('.'));
        }
        QVERIFY(!parseAlarmKind("mos"));
        QCOMPARE(alarmKindTexts().size(), static_cast<std::size_t>(AlarmKind::MetricHigh) + 1);
        QVERIFY(parseAlarmSeverity("critical") < parseAlarmSeverity("warning"));
    }

    void metricsHaveTheUnitOfTheirMetric()
    {
        Alarm alarm;
        alarm.kind = AlarmKind::MetricLow;
        const auto unitOfAlarm = [&](const char* metric) {
            alarm.metric = std::string_view(metric);
            const auto names = alarmFieldNames();
            const auto column = std::ranges::find(names, std::string_view("unit")) - names.begin();
            return alarmFields(alarm)[static_cast<std::size_t>(column)].text;
        };
        QCOMPARE(unitOfAlarm("asr"), std::string("%"));
        QCOMPARE(unitOfAlarm("acd"), std::string("s"));
        QCOMPARE(unitOfAlarm("new_calls_per_s"), std::string("calls/s"));
        QCOMPARE(unitOfAlarm("mos"), std::string());
        QCOMPARE(unitOf(AlarmKind::JitterHigh, ""), std::string_view("ms"));
    }

    void everyColumnHasItsField() { QCOMPARE(alarmFields(Alarm {}).size(), alarmFieldNames().size()); }
};

}

QTEST_APPLESS_MAIN(AlarmFieldsTest)
#include "tst_alarm_fields.moc"
