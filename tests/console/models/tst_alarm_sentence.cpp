// What an alarm says in the console, of every kind, and in another language and number format.
#include "console/models/alarm_sentence.h"
#include "shared/calls/service_metrics.h"
#include "tests/console/spoken.h"

#include <QTest>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

Alarm alarmOf(AlarmKind kind, double figure, double threshold, std::chrono::seconds raiseAfter = 0s)
{
    Alarm alarm;
    alarm.kind = kind;
    alarm.figure = figure;
    alarm.threshold = threshold;
    alarm.raiseAfter = raiseAfter;
    alarm.text = "the engine's own";
    return alarm;
}

Alarm of(Party direction, Alarm alarm)
{
    alarm.direction = direction;
    return alarm;
}

Alarm about(std::string_view part, Alarm alarm)
{
    alarm.part = part;
    return alarm;
}

Alarm metricOf(std::string_view metric, std::string_view group, Alarm alarm)
{
    alarm.metric = metric;
    alarm.group = group;
    alarm.windowMinutes = 5;
    return alarm;
}

Alarm stormOf(AlarmKind kind, double callThreshold)
{
    Alarm alarm = alarmOf(kind, 21, 20, 10s);
    alarm.calls = 1412;
    alarm.callThreshold = callThreshold;
    return alarm;
}

class AlarmSentenceTest : public QObject {
    Q_OBJECT

private slots:
    void cleanup() { QLocale::setDefault(QLocale::c()); }

    void everyKindSaysWhatItIsAbout_data()
    {
        using K = AlarmKind;
        QTest::addColumn<Alarm>("alarm");
        QTest::addColumn<QString>("sentence");
        const auto row = [](const char* sentence, const Alarm& alarm) {
            QTest::newRow(sentence) << alarm << QString::fromUtf8(sentence);
        };
        row("MOS of the caller's media 2.41, below 3.10 for 10 s",
            of(Party::Caller, alarmOf(K::MosLow, 2.414, 3.1, 10s)));
        row("MOS of the callee's media 2.41, below 3.10 for 0:01:30",
            of(Party::Callee, alarmOf(K::MosLow, 2.414, 3.1, 90s)));
        row("MOS 2.41, below 3.10", alarmOf(K::MosLow, 2.414, 3.1));
        row("Loss of the caller's media 7.3 %, above 5 % for 10 s",
            of(Party::Caller, alarmOf(K::LossHigh, 7.26, 5, 10s)));
        row("Loss of the callee's media 7.3 %, above 5 %", of(Party::Callee, alarmOf(K::LossHigh, 7.26, 5)));
        row("Loss 7.3 %, above 5 %", alarmOf(K::LossHigh, 7.26, 5));
        row("Jitter of the caller's media 163 ms, above 50 ms", of(Party::Caller, alarmOf(K::JitterHigh, 163.4, 50)));
        row("Jitter of the callee's media 63 ms, above 50 ms for 10 s",
            of(Party::Callee, alarmOf(K::JitterHigh, 63, 50, 10s)));
        row("Jitter 63 ms, above 50 ms", alarmOf(K::JitterHigh, 63, 50));
        row("Nothing heard from the caller for 21 s while the callee sends, more than 20 s",
            of(Party::Caller, alarmOf(K::OneWayAudio, 21, 20)));
        row("Nothing heard from the callee for 0:01:01 while the caller sends, more than 0:01:00",
            of(Party::Callee, alarmOf(K::OneWayAudio, 61, 60)));
        row("No media 11 s after the answer, more than 10 s for 5 s", alarmOf(K::NoMedia, 11, 10, 5s));
        row("Media of the caller go on 40 s after the BYE, more than 30 s",
            of(Party::Caller, alarmOf(K::MediaAfterBye, 40, 30)));
        row("Media of the callee go on 40 s after the BYE, more than 30 s",
            of(Party::Callee, alarmOf(K::MediaAfterBye, 40, 30)));
        row("The call has lasted 4:00:01, more than 4:00:00", alarmOf(K::LongCall, 14'401, 14'400));
        row("Frames lost: 1,000 frames/s, above 0 frames/s for 2 s (Missed by the port)",
            about("Missed by the port", alarmOf(K::FramesLost, 1000, 0, 2s)));
        row("Poll gap of 65 ms, above 50 ms", alarmOf(K::PollGap, 65, 50));
        row("Buffer nearly full: 92 %, above 80 % for 3 s (packet buffers of the port)",
            about("packet buffers of the port", alarmOf(K::BufferNearlyFull, 92, 80, 3s)));
        row("Records lost: 3/s, above 0/s", alarmOf(K::RecordsLost, 3, 0));
        row("Disk late: 2.5 packets/s, above 0 packets/s", alarmOf(K::DiskLate, 2.5, 0));
        row("Disk nearly full: 96.4 %, above 95 % for 10 s (/media/one)",
            about("/media/one", alarmOf(K::DiskNearlyFull, 96.4, 95, 10s)));
        row("No frame for 0:01:01, more than 0:01:00", alarmOf(K::NoTraffic, 61, 60));
        row("Answered (ASR) of trunk north over 5 min: 62.5 %, below 80 % for 0:01:00",
            metricOf("asr", "trunk north", alarmOf(K::MetricLow, 62.5, 80, 60s)));
        row("MOS below 3.10 on 1,412 calls at once", stormOf(K::MosLow, 3.1));
        row("Loss above 5 % on 1,412 calls at once", stormOf(K::LossHigh, 5));
        Alarm site = stormOf(K::OneWayAudio, 20);
        site.part = "10.20.7.0/24";
        site.partCalls = 1300;
        row("One-way audio for more than 20 s on 1,412 calls at once, most with 10.20.7.0/24 (1,300)", site);
    }
    void everyKindSaysWhatItIsAbout()
    {
        QFETCH(Alarm, alarm);
        QFETCH(QString, sentence);
        QCOMPARE(sentenceOf(alarm), sentence);
    }

    void everyMetricHasItsNameAndUnit()
    {
        for (const ServiceMetric& metric : serviceMetrics()) {
            const QString unit =
                metric.unit.empty() ? QString() : ' ' + QString::fromStdString(std::string(metric.unit));
            const QString title = QString::fromStdString(std::string(metric.title));
            QCOMPARE(sentenceOf(metricOf(metric.name, "total", alarmOf(AlarmKind::MetricHigh, 62.5, 50))),
                QString("%1 of all calls over 5 min: 62.5%2, above 50%2").arg(title, unit));
        }
        const Alarm other = alarmOf(AlarmKind::MetricHigh, 62.5, 50);
        QVERIFY(sentenceOf(metricOf("asr", "prefix +34", other)).contains("of prefix +34 over"));
        QVERIFY(sentenceOf(metricOf("asr", "codec none", other)).contains("of codec none over"));
        QVERIFY(sentenceOf(metricOf("asr", "of another age", other)).contains("of of another age over"));
        QVERIFY(sentenceOf(metricOf("later", "total", other)).startsWith("later of all calls over"));
    }

    // Of a day that an engine of before stored.
    void anAlarmWithoutItsValuesSaysWhatItsEngineSaid()
    {
        Alarm old = alarmOf(AlarmKind::JitterHigh, 63, 50);
        old.raiseAfter.reset();
        QCOMPARE(sentenceOf(old), QString("the engine's own"));
    }

    void figuresAreThoseOfTheUsersLanguage()
    {
        QLocale::setDefault(QLocale(QLocale::German));
        QCOMPARE(sentenceOf(alarmOf(AlarmKind::MosLow, 2.414, 3.1)), QString("MOS 2,41, below 3,10"));
        QCOMPARE(sentenceOf(alarmOf(AlarmKind::LossHigh, 7.26, 5)), QString("Loss 7,3 %, above 5 %"));
        QCOMPARE(sentenceOf(alarmOf(AlarmKind::FramesLost, 12'000, 0)),
            QString("Frames lost: 12.000 frames/s, above 0 frames/s"));
    }

    void everyPartOfASentenceIsTranslated()
    {
        const Spoken german({ { "Frames lost: %1", "Rahmen verloren: %1" },
            { "%1, above %2 for %3", "%1, über %2 seit %3" }, { "frames/s", "Rahmen/s" }, { "s", "Sek." },
            { "Missed by the port", "Am Anschluss verpasst" },
            { "%1 of %2 over %3 min: %4", "%1 von %2 in %3 Min.: %4" }, { "trunk %1", "Bündel %1" },
            { "Answered (ASR)", "Beantwortet (ASR)" },
            { "Jitter of the caller's media %1", "Schwankung beim Anrufer %1" },
            { "packet buffers of the port", "Paketpuffer" }, { "Buffer nearly full: %1", "Puffer fast voll: %1" } });
        QCOMPARE(sentenceOf(about("Missed by the port", alarmOf(AlarmKind::FramesLost, 35, 0, 2s))),
            QString("Rahmen verloren: 35 Rahmen/s, über 0 Rahmen/s seit 2 Sek. (Am Anschluss verpasst)"));
        QCOMPARE(sentenceOf(about("packet buffers of the port", alarmOf(AlarmKind::BufferNearlyFull, 92, 80, 2s))),
            QString("Puffer fast voll: 92 %, über 80 % seit 2 Sek. (Paketpuffer)"));
        QCOMPARE(sentenceOf(metricOf("asr", "trunk north", alarmOf(AlarmKind::MetricHigh, 62, 50, 10s))),
            QString("Beantwortet (ASR) von Bündel north in 5 Min.: 62 %, über 50 % seit 10 Sek."));
        QCOMPARE(sentenceOf(of(Party::Caller, alarmOf(AlarmKind::JitterHigh, 63, 50, 10s))),
            QString("Schwankung beim Anrufer 63 ms, über 50 ms seit 10 Sek."));
    }

    // Names come from outside: what looks like a placeholder in one stays what it is.
    void aPercentSignInANameIsNoPlaceholder()
    {
        QVERIFY(sentenceOf(metricOf("asr", "trunk %4%1", alarmOf(AlarmKind::MetricLow, 62, 80)))
                    .contains("of trunk %4%1 over 5 min: 62 %"));
        QCOMPARE(sentenceOf(about("/media/%1 %2", alarmOf(AlarmKind::DiskNearlyFull, 97, 95))),
            QString("Disk nearly full: 97 %, above 95 % (/media/%1 %2)"));
    }
};

}

QTEST_GUILESS_MAIN(AlarmSentenceTest)
#include "tst_alarm_sentence.moc"
