#include "console/models/call_filter.h"
#include "console/models/filter_words.h"

#include <QtTest>

using namespace callmon;

namespace {

const FilterValues seen { { "PCMA", "G729" }, { "180", "486" }, { "madrid", "new york" }, { "carrier 1", "north" } };

QStringList words(const QString& typed, const FilterValues& values = seen)
{
    QStringList all;
    for (const FilterSuggestion& one : suggestionsFor(typed, values))
        all += one.word;
    return all;
}

}

class TestFilterWords : public QObject {
    Q_OBJECT

private slots:
    void everyFieldThatTheFilterKnowsIsOfferedAlsoWithAMinus()
    {
        QStringList offered;
        for (const FilterSuggestion& one : suggestionsFor({}, { {}, {}, { "madrid" }, { "north" } }))
            offered += one.word;
        for (const QString& word : CallFilter::fieldWords())
            if (!word.endsWith('=')) // a second way to write the one with a colon
                QVERIFY2(std::ranges::any_of(offered, [&](const QString& one) { return one.startsWith(word); }),
                    qPrintable(word));
        const auto minus = suggestionsFor("-trun", { {}, {}, {}, { "north" } });
        QCOMPARE(minus.size(), std::size_t(1));
        QCOMPARE(minus[0].word, QString("-trunk:"));
        QVERIFY(minus[0].what.startsWith("not: "));
        QCOMPARE(suggestionsFor("-codec:g7", { { "g729" }, {}, {} }).at(0).word, QString("-codec:g729"));
    }

    void whatIsTypedIsCompleted_data()
    {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QStringList>("offered");
        const auto row = [](const char* typed, const QStringList& offered) {
            QTest::newRow(typed) << QString(typed) << offered;
        };
        row("co", { "codec:", "code:", "counted>=" });
        row("CODEC", { "codec:" });
        row("codec:", { "codec:PCMA", "codec:G729" });
        row("codec:g", { "codec:G729" });
        row("codec:g729", {}); // it is all there
        row("g72", { "codec:G729" }); // the value is known before its field
        row("lossy", { "trust:lossy" });
        row("ring", { "state:ringing" });
        row("code:", { "code:180", "code:486" });
        row("probe:n", { "probe:\"new york\"" });
        row("probe:\"new", { "probe:\"new york\"" });
        row("trun", { "trunk:" });
        row("trunk:", { "trunk:\"carrier 1\"", "trunk:north" });
        row("nor", { "trunk:north" });
        row("mos", { "mos<" });
        row("mos<", { "mos<3.1", "mos<3.5", "mos<4" });
        row("mos<3", {}); // a number is the user's
        row("is:", { "is:one-way", "is:no-media" });
        row("+3491", {});
        row("from:+34", {});
    }
    void whatIsTypedIsCompleted()
    {
        QFETCH(QString, typed);
        QFETCH(QStringList, offered);
        QCOMPARE(words(typed), offered);
    }

    void nothingTypedOffersEveryFieldThatMakesSense()
    {
        QVERIFY(words({}).contains("from:") && words({}).contains("mos<") && words({}).contains("probe:"));
        QVERIFY(!words({}, {}).contains("probe:")); // there is one only
        QVERIFY(words({}).contains("trunk:") && !words({}, {}).contains("trunk:")); // none is configured
    }

    // Whatever is offered is understood by the filter, but for what still wants a value.
    void everythingOfferedIsAFilter()
    {
        QStringList typed { {} };
        typed += words({});
        for (const QString& one : typed)
            for (const FilterSuggestion& suggestion : suggestionsFor(one, seen)) {
                const CallFilter filter = CallFilter::parse(suggestion.word);
                QVERIFY2(filter.problems().isEmpty() == suggestion.complete, qPrintable(suggestion.word));
                QVERIFY2(filter.empty() != suggestion.complete, qPrintable(suggestion.word));
            }
        for (const QuickFilter& quick : quickFilters()) {
            QVERIFY2(CallFilter::parse(quick.word).problems().isEmpty(), quick.word);
            QVERIFY2(nameOf(quick).contains('&'), quick.name);
        }
    }

    void onlyTheWordAtTheCursorIsReplaced()
    {
        qsizetype cursor = 11; // behind "co"
        const QString text = withSuggestion("ringing  co from:+34*", cursor, { "codec:", {}, false });
        QCOMPARE(text, QString("ringing  codec: from:+34*"));
        QCOMPARE(cursor, 15);
        cursor = 8;
        QCOMPARE(
            withSuggestion("probe:ne", cursor, { "probe:\"new york\"", {}, true }), QString("probe:\"new york\" "));
        QCOMPARE(cursor, 17);
        QCOMPARE(wordAt("a \"b c", 6).text, QString("\"b c")); // a space within quotes ends no word
    }

    void aQuickFilterIsPutInAndTakenOut()
    {
        QCOMPARE(toggled("", "mos<3.1"), QString("mos<3.1"));
        QCOMPARE(toggled("+34 ", "mos<3.1"), QString("+34 mos<3.1"));
        QCOMPARE(toggled("+34 MOS<3.1 ringing", "mos<3.1"), QString("+34 ringing"));
        QVERIFY(!hasWord("minmos<3.1", "mos<3.1"));
    }
};

QTEST_APPLESS_MAIN(TestFilterWords)
#include "tst_filter_words.moc"
