#include "shared/base/result.h"
#include "shared/base/utc_time.h"

#include <QTest>

using namespace callmon;

namespace {

class SentenceTest : public QObject {
    Q_OBJECT

private slots:
    void partsStandWhereThePatternSays()
    {
        const Timestamp at = *parseIso8601("2026-11-29T20:15:00Z");
        QCOMPARE(toText(sentence("%2 of %1 went at %3", "a", 12'345, at)),
            std::string("12345 of a went at 2026-11-29T20:15:00.000000000Z"));
        QCOMPARE(toText(sentence("nothing")), std::string("nothing"));
        QCOMPARE(toText(sentence("100 % of %1%", "all")), std::string("100 % of all%"));
        QCOMPARE(toText(sentence("%1 and %1", "again")), std::string("again and again"));
    }

    void aSentenceOrAnErrorMayBeAPart()
    {
        const Error inner { sentence("cannot read %1", "/data") };
        const Error outer { sentence("Calls of %1 are left out: %2.", "2026-11-02", inner) };
        QCOMPARE(outer.what, std::string("Calls of 2026-11-02 are left out: cannot read /data."));
        QCOMPARE(outer.sentence.parts[1], inner.sentence);
        QCOMPARE(Error { "as it is" }.sentence, plainText("as it is"));
    }

    void aPartIsNeverTakenForAPattern()
    {
        QCOMPARE(toText(sentence("%1 and %2", "/media/%2", "%1")), std::string("/media/%2 and %1"));
        QCOMPARE(toText(plainText("%1 %9 %")), std::string("%1 %9 %"));
        QCOMPARE(filled("%1 %2 %3", { "a" }), std::string("a %2 %3")); // a translation with too many places
    }

    void sentencesThatAreJoinedKeepTheirParts()
    {
        QCOMPARE(toText(joined({})), std::string());
        const Sentence one = sentence("%1 went.", 1);
        QCOMPARE(joined({ one }), one);
        QCOMPARE(joined({ one, plainText("%1") }).parts, (std::vector { one, plainText("%1") }));
        std::vector<Sentence> many;
        std::string expected;
        for (int i = 0; i < 20; ++i) {
            many.push_back(sentence("%1 went.", i));
            expected += (i > 0 ? " " : "") + std::to_string(i) + " went.";
        }
        QCOMPARE(toText(joined(many)), expected);
    }

    void partsOfPartsFillNoMemory()
    {
        std::string again;
        for (int i = 0; i < 20'000; ++i)
            again += "%1";
        Sentence deep = plainText("0123456789");
        for (int i = 0; i < 6; ++i)
            deep = Sentence { Sentence::Sort::Pattern, again, { deep } };
        QVERIFY(toText(deep).size() < 40'000);
    }
};

}

QTEST_GUILESS_MAIN(SentenceTest)
#include "tst_sentence.moc"
