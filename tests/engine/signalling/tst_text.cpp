// Words, numbers and bytes of protocol text, against the library's slower ways of the same.
#include "engine/signalling/text.h"

#include <QtTest>

#include <cctype>
#include <charconv>
#include <string>

using namespace callmon;

class TextTest : public QObject {
    Q_OBJECT

private slots:
    void everyCharacterIsComparedAsTheCLocaleLowersIt();
    void theFirstWantedCharacterIsFoundAtEveryPlace();
    void numbersAreReadAsTheLibraryReadsThem_data();
    void numbersAreReadAsTheLibraryReadsThem();
};

void TextTest::everyCharacterIsComparedAsTheCLocaleLowersIt()
{
    const std::string longest =
        "p-asserted-identity"; // and every beginning of it: words of eight, what is left of them
    for (std::size_t i = 0; i < longest.size() * longest.size(); ++i) {
        const std::string lower = longest.substr(0, 1 + i / longest.size());
        const std::size_t at = i % longest.size();
        for (int c = 0; c < 256 && at < lower.size(); ++c) {
            std::string text = lower;
            text[at] = static_cast<char>(c);
            const bool same = std::tolower(c) == static_cast<unsigned char>(lower[at]);
            QVERIFY2(equalsIgnoringCase(text, lower) == same, qPrintable(QString("%1 at %2").arg(c).arg(at)));
        }
    }
}

void TextTest::theFirstWantedCharacterIsFoundAtEveryPlace()
{
    for (std::size_t size = 0; size < 50; ++size) {
        for (std::size_t first = 0; first <= size; ++first) {
            std::string text(size, 'x');
            text.replace(first, std::string::npos, size - first, ';'); // itself, and all behind it
            if (first + 1 < size)
                text[first + 1] = ':';
            QCOMPARE((findAny<':', ';'>(text)), text.find_first_of(":;"));
            QCOMPARE((findAny<'\n'>(text)), std::string::npos);
        }
    }
}

void TextTest::numbersAreReadAsTheLibraryReadsThem_data()
{
    QTest::addColumn<std::string>("text");
    for (const char* text : { "", "0", "7", "007", "255", "256", "260", "0000000255", "999", "25 ", " 25", "+25", "-25",
             "25x", "\xb2", "4294967295", "18446744073709551616" })
        QTest::addRow("'%s'", text) << std::string(text);
}

void TextTest::numbersAreReadAsTheLibraryReadsThem()
{
    QFETCH(std::string, text);
    std::uint8_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    const auto read = decimal<std::uint8_t>(text);
    QCOMPARE(read.has_value(), whole);
    if (whole)
        QCOMPARE(*read, value);
}

QTEST_GUILESS_MAIN(TextTest)
#include "tst_text.moc"
