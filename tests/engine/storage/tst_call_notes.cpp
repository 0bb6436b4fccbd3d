// Tags and notes: kept with who and when, found by searches, gone with the record that they are of.
#include "engine/storage/call_note_store.h"
#include "tests/engine/storage/kept_directory.h"

#include <set>

using namespace callmon;
using namespace std::chrono_literals;
using sample::KeptDirectory;

namespace {

const Timestamp start = sample::at("2026-02-20T10:00:00Z");
const std::string number = "+34666123456";

std::unique_ptr<CallNoteKeeper> notesOf(const KeptDirectory& directory)
{
    auto opened = CallNoteKeeper::open(directory.path);
    if (!opened)
        qFatal("%s", opened.error().what.c_str());
    return std::move(opened.value());
}

std::string tagsOf(const KeptDirectory& directory, CallKey call)
{
    return joined(notesOf(directory)->notes(call).value().tags);
}

std::set<std::string> found(
    KeptDirectory& directory, std::vector<std::string> conditions, const std::string& caller = {})
{
    CallQuery query;
    query.caller = caller;
    for (const std::string& condition : conditions)
        query.conditions.push_back(parseCondition(condition).value());
    std::set<std::string> ids;
    std::uint64_t matches = 0;
    for (const CallRecord& call : directory.calls(query, &matches))
        ids.insert(call.callId.str());
    if (matches != ids.size())
        qFatal("the count of matches is wrong");
    return ids;
}

using Ids = std::set<std::string>;

}

class TestCallNotes : public QObject {
    Q_OBJECT

private slots:
    void whatIsSaidIsThereAgainWithWhoAndWhen()
    {
        KeptDirectory directory;
        const auto before = std::chrono::system_clock::now();
        {
            const auto notes = notesOf(directory);
            QVERIFY(notes->addTag({ 5 }, " Bad-Line ", "ada").has_value());
            QVERIFY(notes->addTag({ 5 }, "bad-line", "grace").has_value()); // is there: stays ada's
            QVERIFY(notes->addTag({ 5 }, "escalated", "grace").has_value());
            QVERIFY(notes->addTag({ 6 }, "bad-line", "grace").has_value());
            QVERIFY(notes->addNote({ 5 }, "hört sich selbst\nseit gestern", "ada").has_value());
            QVERIFY(notes->addNote({ 5 }, "called back", "grace").has_value());
        }
        const auto notes = notesOf(directory);
        const CallNotes kept = notes->notes({ 5 }).value();
        QCOMPARE(joined(kept.tags), std::string("bad-line escalated"));
        QCOMPARE(kept.tags[0].addedBy, std::string("ada"));
        QVERIFY(kept.tags[0].addedAt >= std::chrono::time_point_cast<Nanoseconds>(before) - 1s);
        QVERIFY(kept.tags[0].addedAt <= std::chrono::system_clock::now());
        QCOMPARE(kept.notes.size(), 2u);
        QCOMPARE(kept.notes[0].text, std::string("hört sich selbst\nseit gestern"));
        QCOMPARE(kept.notes[0].by, std::string("ada"));
        QCOMPARE(kept.notes[1].by, std::string("grace"));
        const auto names = notes->tagNames().value();
        QCOMPARE(names.size(), 2u);
        QCOMPARE(names[0].name, std::string("bad-line"));
        QCOMPARE(names[0].calls, 2u);

        QVERIFY(notes->removeTag({ 5 }, "bad-line").has_value());
        const auto again = notes->removeTag({ 5 }, "bad-line");
        QVERIFY(!again && again.error().what.find("has no tag bad-line") != std::string::npos);
        QCOMPARE(tagsOf(directory, { 5 }), std::string("escalated"));
        QCOMPARE(tagsOf(directory, { 6 }), std::string("bad-line"));
    }

    void whatIsNoTagOrTooMuchIsRefusedInWords_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("empty") << QByteArray(" ");
        QTest::newRow("two words") << QByteArray("bad line");
        QTest::newRow("pattern") << QByteArray("bad*");
        QTest::newRow("formula") << QByteArray("=1+1");
        QTest::newRow("option") << QByteArray("-x");
        QTest::newRow("long") << QByteArray(41, 'a');
        QTest::newRow("no UTF-8") << QByteArray("caf\xe9");
        QTest::newRow("surrogate") << QByteArray("\xed\xa0\x80");
        QTest::newRow("overlong") << QByteArray("\xc0\xaf");
        QTest::newRow("cut") << QByteArray("\xe2\x82");
        QTest::newRow("control") << QByteArray("a\x01");
    }
    void whatIsNoTagOrTooMuchIsRefusedInWords()
    {
        QFETCH(QByteArray, text);
        const auto tag = tagOf(text.toStdString());
        QVERIFY(!tag && tag.error().what.starts_with("a tag "));
    }

    void tagsAndNotesOfACallAreBounded()
    {
        KeptDirectory directory;
        const auto notes = notesOf(directory);
        for (std::size_t i = 0; i < mostTagsOfCall; ++i)
            QVERIFY(notes->addTag({ 1 }, "t" + std::to_string(i), "ada").has_value());
        QVERIFY(notes->addTag({ 1 }, "t0", "ada").has_value());
        QVERIFY(!notes->addTag({ 1 }, "one-more", "ada"));
        for (std::size_t i = 0; i < mostNotesOfCall; ++i)
            QVERIFY(notes->addNote({ 1 }, "n", "ada").has_value());
        QVERIFY(!notes->addNote({ 1 }, "n", "ada"));
        QVERIFY(!notes->addNote({ 2 }, std::string(longestNote + 1, 'n'), "ada"));
        QVERIFY(!notes->addNote({ 2 }, "a\x1b[2J", "ada"));
        for (std::size_t i = mostTagsOfCall; i < mostTagNames; ++i)
            QVERIFY(notes->addTag({ static_cast<std::int64_t>(i) + 2 }, "t" + std::to_string(i), "ada").has_value());
        QVERIFY(!notes->addTag({ 3 }, "one-more", "ada"));
        QVERIFY(notes->addTag({ 3 }, "t7", "ada").has_value());
    }

    void aDamagedFileIsMovedAsideAndSaid()
    {
        KeptDirectory directory;
        std::ofstream(directory.path / "notes.sqlite") << std::string(10'000, 'x');
        const auto notes = notesOf(directory);
        QVERIFY(notes->note().find("notes.sqlite.corrupt-1") != std::string::npos);
        QVERIFY(notes->addTag({ 1 }, "after", "ada").has_value());
    }

    void searchesFindCallsByTheirTags()
    {
        KeptDirectory directory;
        directory.open();
        std::map<std::string, CallKey> keys;
        for (int day = 0; day < 4; ++day)
            for (int i = 0; i < 5; ++i) {
                const std::string id = std::to_string(day) + "-" + std::to_string(i);
                CallRecord call = sample::ended(sample::call(start + day * 24h + i * 40min, id));
                call.caller = i < 3 ? "100" : "200";
                directory.writer->callEnded(call);
                keys[id] = call.key;
            }
        QVERIFY(directory.writer->commit().has_value());
        directory.openQuery(directory.writer.get());
        QCOMPARE(found(directory, { "tags=bad-line" }), Ids()); // there is no file yet
        QCOMPARE(found(directory, { "tags=" }).size(), 20u);
        const auto notes = notesOf(directory);
        for (const char* id : { "0-1", "0-4", "2-0" })
            QVERIFY(notes->addTag(keys[id], "bad-line", "ada").has_value());
        for (const char* id : { "0-4", "3-3" })
            QVERIFY(notes->addTag(keys[id], "billing", "ada").has_value());
        QVERIFY(notes->addTag({ 77 }, "bad-line", "ada").has_value()); // of no call that is stored

        QCOMPARE(found(directory, { "tags=bad-line" }), Ids({ "0-1", "0-4", "2-0" }));
        QCOMPARE(found(directory, { "tags=Bad-Line" }), Ids({ "0-1", "0-4", "2-0" }));
        QCOMPARE(found(directory, { "tags=b*" }), Ids({ "0-1", "0-4", "2-0", "3-3" }));
        QCOMPARE(found(directory, { "tags=bad-line", "tags=billing" }), Ids({ "0-4" }));
        QCOMPARE(found(directory, { "tags=bad-line", "tags!=billing" }), Ids({ "0-1", "2-0" }));
        QCOMPARE(found(directory, { "tags!=" }), Ids({ "0-1", "0-4", "2-0", "3-3" }));
        QCOMPARE(found(directory, { "tags=" }).size(), 16u);
        QCOMPARE(found(directory, { "tags=nobody-said-so" }), Ids());
        QCOMPARE(found(directory, { "tags=bad-line" }, "200"), Ids({ "0-4" }));
        QCOMPARE(found(directory, { "tags!=bad-line", "call_id=0-*" }), Ids({ "0-0", "0-2", "0-3" }));

        CallQuery sorted;
        sorted.conditions.push_back(parseCondition("tags=bad-line").value());
        sorted.sortBy = "call_id";
        sorted.newestFirst = true;
        sorted.limit = 2;
        std::uint64_t matches = 0;
        const auto some = directory.calls(sorted, &matches);
        QCOMPARE(matches, 3u);
        QCOMPARE(some.at(0).callId.str() + some.at(1).callId.str(), std::string("2-00-4"));
        QCOMPARE(directory.query->tagsOf(keys["0-4"]), std::string("bad-line billing"));
        QCOMPARE(directory.query->tagsOf(keys["0-0"]), std::string());
        sorted.sortBy = "tags";
        const auto refused = directory.query->calls(sorted, [](const CallRecord&) { return true; });
        QVERIFY(!refused && refused.error().what.find("tags=bad-line") != std::string::npos);
        directory.closeWriter();
    }

    void tagsGoWithTheirDayUnlessAHoldKeepsTheCall()
    {
        KeptDirectory directory;
        directory.openKept({ .records = 1h });
        const CallRecord plain = directory.put(start, "plain");
        const CallRecord held = directory.put(start + 1min, "held");
        const CallRecord young = directory.put(directory.wall - 10min, "young");
        const CallKey on { nanosecondsSinceEpoch(directory.wall) }; // its day has no database yet
        for (const CallKey key : { plain.key, held.key, young.key, on }) {
            QVERIFY(notesOf(directory)->addTag(key, "kept", "ada").has_value());
            QVERIFY(
                notesOf(directory)->addNote(key, "DISTINCTIVE-NOTE-" + std::to_string(key.value), "ada").has_value());
        }
        QVERIFY(directory.keeper->hold(held.key, "case 17", "ada").has_value());
        directory.steps();
        QCOMPARE(directory.kept("days_expired"), 1u);
        QCOMPARE(directory.kept("notes_expired"), 2u);
        QCOMPARE(tagsOf(directory, plain.key), std::string());
        QVERIFY(notesOf(directory)->notes(plain.key).value().notes.empty());
        QCOMPARE(directory.firstFileWith("DISTINCTIVE-NOTE-" + std::to_string(plain.key.value)), std::string());
        for (const CallKey key : { held.key, young.key, on })
            QCOMPARE(tagsOf(directory, key), std::string("kept"));
        directory.openQuery(directory.writer.get());
        QCOMPARE(found(directory, { "tags=kept" }), Ids({ "held", "young" }));

        QVERIFY(directory.keeper->release(held.key, "closed", "ada").has_value());
        directory.steps();
        QCOMPARE(tagsOf(directory, held.key), std::string());
        QCOMPARE(tagsOf(directory, young.key), std::string("kept"));
        QCOMPARE(directory.kept("notes_expired"), 4u);
        directory.closeKept();
    }

    void deletionOfANumberTakesWhatWasSaidOfItsCalls()
    {
        KeptDirectory directory;
        directory.openKept();
        const CallRecord theirs = directory.put(start, "theirs", number);
        const CallRecord other = directory.put(start + 1min, "other", "200");
        const std::string words = "DISTINCTIVE-WORDS-4711";
        QVERIFY(notesOf(directory)->addTag(theirs.key, "distinctive-tag-4711", "ada").has_value());
        QVERIFY(notesOf(directory)->addNote(theirs.key, words, "ada").has_value());
        QVERIFY(notesOf(directory)->addNote(other.key, "hears " + number, "ada").has_value());
        const auto dry = directory.keeper->deleteNumber({ number, {}, {}, true });
        QCOMPARE(dry.value().calls.at(0).notes, 2u);
        QCOMPARE(tagsOf(directory, theirs.key), std::string("distinctive-tag-4711"));
        const auto report = directory.keeper->deleteNumber({ number, {}, {}, false });
        QVERIFY2(report.has_value(), report ? "" : report.error().what.c_str());
        QCOMPARE(report.value().calls.at(0).notes, 2u);
        QCOMPARE(report.value().notes.size(), 1u);
        QVERIFY(toText(report.value().notes[0]).find("names the number, and stay") != std::string::npos);
        QCOMPARE(directory.firstFileWith(words), std::string());
        QCOMPARE(directory.firstFileWith("distinctive-tag-4711"), std::string());
        QCOMPARE(notesOf(directory)->notes(other.key).value().notes.size(), 1u);
        directory.closeKept();
    }
};

QTEST_GUILESS_MAIN(TestCallNotes)
#include "tst_call_notes.moc"
