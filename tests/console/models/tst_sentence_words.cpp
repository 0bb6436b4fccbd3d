// What an engine says, said in another language, time zone and number format.
#include "console/models/sentence_words.h"
#include "console/zone/display_zone.h"
#include "shared/base/utc_time.h"
#include "shared/calls/alarm_rule.h"
#include "shared/calls/kept_no_more.h"
#include "tests/console/spoken.h"
#include "tests/test_folders.h"

#include <QDirIterator>
#include <QLocale>
#include <QTest>

using namespace callmon;

namespace {

const Timestamp at = *parseIso8601("2026-11-29T20:15:00Z");

class SentenceWordsTest : public QObject {
    Q_OBJECT

private slots:
    void withoutATranslationItIsEnglish()
    {
        const Spoken nothing({});
        QCOMPARE(wordsOf(sentence("Calls of %1 are left out: %2.", "2026-11-02", plainText("it is damaged"))),
            QString("Calls of 2026-11-02 are left out: it is damaged."));
        QCOMPARE(wordsOf(sentence(kept_no_more::deleted, "7", at)),
            QString("the call was deleted on request at 2026-11-29 20:15:00"));
        QCOMPARE(wordsOf(sentence("there are more than %1 recording rules", 12'000)),
            QString("there are more than 12,000 recording rules"));
        QCOMPARE(wordsOf(markedText("")), QString());
    }

    // Whoever looks at a call in a window knows it by its parties, and has no command line.
    void neitherTheNumberOfACallNorACommandIsSaidHere()
    {
        const Spoken nothing({});
        const std::string number = "1795413720123456789";
        for (const Reworded& one : rewordedSentences()) {
            const Sentence said { Sentence::Sort::Pattern, std::string(one.pattern),
                { plainText(number), plainText("ada") } };
            const QString words = wordsOf(said);
            QVERIFY2(!words.contains("callmonctl"), qPrintable(words));
            QVERIFY2(
                one.pattern.starts_with("a tag") || !words.contains(QString::fromStdString(number)), qPrintable(words));
        }
        QCOMPARE(wordsOf(sentence("call %1 is held already, by %2 since %3", number, "ada", at)),
            QString("the call is held already, by ada since 2026-11-29 20:15:00"));
    }

    void whatIsWordedAnewIsWhatTheEngineSays()
    {
        QByteArray sources;
        for (const char* folder : { "engine", "shared" }) {
            QDirIterator files(
                projectSource() + '/' + folder, { "*.cpp", "*.h" }, QDir::Files, QDirIterator::Subdirectories);
            while (files.hasNext()) {
                QFile file(files.next());
                QVERIFY(file.open(QIODevice::ReadOnly));
                sources += file.readAll();
            }
        }
        for (const Reworded& one : rewordedSentences())
            QVERIFY2(
                sources.contains('"' + QByteArray(one.pattern.data(), qsizetype(one.pattern.size())) + '"'), one.words);
    }

    void everyPatternIsTranslatedAndNoNameIs()
    {
        const Spoken german({ { "Calls of %1 are left out: %2.", "Ohne die Gespräche vom %1: %2." },
            { "%1 %2: %3%4", "%2 %1 (%3)%4" }, { "cannot read", "ist nicht lesbar" },
            { "; is the path right?", "; stimmt der Pfad?" }, { "/data/one", "ein Name ist kein Text" } });
        const Sentence cannot = sentence("%1 %2: %3%4", markedText("cannot read"), "/data/one",
            "No such file or directory", markedText("; is the path right?"));
        QCOMPARE(wordsOf(sentence("Calls of %1 are left out: %2.", "2026-11-02", cannot)),
            QString("Ohne die Gespräche vom 2026-11-02: /data/one ist nicht lesbar (No such file or directory); stimmt "
                    "der Pfad?."));
    }

    void whatIsWrongWithARuleIsTranslated()
    {
        const Spoken german({ { "alarm rule '%1': %2", "Alarmregel „%1“: %2" },
            { "MOS is 4.5 at most", "der MOS reicht nur bis 4,5" } });
        AlarmRule rule = builtInRules().front();
        rule.threshold = 4.6;
        rule.clearThreshold = 4.7;
        const auto checked = checkRule(rule);
        QVERIFY(!checked);
        QCOMPARE(wordsOf(checked.error().sentence), QString("Alarmregel „mos-low“: der MOS reicht nur bis 4,5"));
        QCOMPARE(checked.error().what, std::string("alarm rule 'mos-low': MOS is 4.5 at most"));
    }

    void figuresAreThoseOfTheUser()
    {
        QLocale::setDefault(QLocale(QLocale::German));
        QCOMPARE(wordsOf(sentence("%1 calls", 52'000)), QString("52.000 calls"));
        QLocale::setDefault(QLocale::c());
    }

    // A hostile engine's.
    void nonsenseIsShownAsItIs()
    {
        QCOMPARE(wordsOf({ Sentence::Sort::Time, "tomorrow" }), QString("tomorrow"));
        QCOMPARE(wordsOf({ Sentence::Sort::Count, "-3 %1" }), QString("-3 %1"));
        QCOMPARE(wordsOf({ Sentence::Sort::Pattern, "%1 %2 %s %n", { plainText("%2") } }), QString("%2 %2 %s %n"));
    }

    void whatIsKeptNoMoreIsKnownByItsPatternHoweverDeep()
    {
        QVERIFY(isKeptNoMore(
            sentence("The recording of stream %1 is incomplete: %2.", 0, sentence(kept_no_more::overwritten, at))));
        QVERIFY(!isKeptNoMore(plainText(kept_no_more::overwritten)));
        QVERIFY(!isKeptNoMore(sentence("there is no call %1", "7")));
    }
};

}

QTEST_GUILESS_MAIN(SentenceWordsTest)
#include "tst_sentence_words.moc"
