// callmonctl tag and note, searches and exports by tag, and the signs of csv.
#include "engine/audit/audit_log.h"
#include "engine/ctl/commands.h"
#include "engine/storage/record_writer.h"
#include "tests/shared/calls/sample_records.h"

#include <QTemporaryDir>
#include <QTest>
#include <sstream>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

struct Answer {
    int status = 0;
    QString out; // without its byte order mark
    QString err;
    bool marked = false; // with a byte order mark
};

class TestCtlNotes : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        m_temporary = std::make_unique<QTemporaryDir>();
        auto writer = RecordWriter::open(m_temporary->path().toStdString());
        QVERIFY(writer.has_value());
        for (int i = 0; i < 3; ++i) {
            CallRecord call =
                sample::ended(sample::call(sample::at("2026-03-29T00:30:00Z") + i * 1h, "call-" + std::to_string(i)));
            call.mosMean = 3.25;
            writer.value()->callEnded(call);
        }
        QVERIFY(writer.value()->close().has_value());
    }

    void tagsAreAddedListedSearchedExportedAndRemoved()
    {
        QCOMPARE(run({ "tag", "call-1", "add", "Bad-Line", "billing" }).status, 0);
        QCOMPARE(run({ "tag", "call-2", "add", "bad-line" }).status, 0);
        const QString tags = run({ "tag", "call-1", "--format", "csv" }).out;
        QVERIFY2(tags.startsWith("call_key,tag,added_at,added_by\r\n"), qPrintable(tags));
        QVERIFY(tags.contains(",bad-line,20") && tags.contains(",billing,20"));
        QCOMPARE(run({ "tag", "--format", "csv" }).out, QString("tag,calls\r\nbad-line,2\r\nbilling,1\r\n"));

        QCOMPARE(callsFound({ "--tag", "bad-line" }), QStringList({ "call-1", "call-2" }));
        QCOMPARE(callsFound({ "--tag", "bad-line", "--tag", "bill*" }), QStringList({ "call-1" }));
        QCOMPARE(callsFound({ "--where", "tags=" }), QStringList({ "call-0" }));
        const QString csv = run({ "calls", "--format", "csv" }).out;
        QVERIFY(csv.section("\r\n", 0, 0).endsWith(",tags,legal_hold"));
        QVERIFY(csv.section("\r\n", 1, 1).endsWith(","));
        QVERIFY(csv.section("\r\n", 2, 2).endsWith(",bad-line billing,"));

        QCOMPARE(run({ "tag", "call-1", "remove", "bad-line" }).status, 0);
        QCOMPARE(callsFound({ "--tag", "bad-line" }), QStringList({ "call-2" }));
        const Answer gone = run({ "tag", "call-1", "remove", "bad-line" });
        QVERIFY(gone.status == 1 && gone.err.contains("has no tag bad-line"));
    }

    void notesAreKeptInTheirOrderAndTheAuditLogTellsWhoseButNotWhat()
    {
        QCOMPARE(run({ "note", "call-0", "add", "hears", "+34910000001" }).status, 0);
        QCOMPARE(run({ "note", "call-0", "add", "called back" }).status, 0);
        const QString notes = run({ "note", "call-0", "--format", "csv" }).out;
        QVERIFY2(notes.section("\r\n", 1, 1).endsWith(",hears +34910000001"), qPrintable(notes));
        QVERIFY(notes.section("\r\n", 2, 2).endsWith(",called back"));
        QCOMPARE(run({ "note", "call-1", "--format", "csv" }).out, QString("call_key,at,by,note\r\n"));
        std::vector<std::string> actions;
        const auto read = readAudit(m_temporary->path().toStdString(), [&](const AuditEntry& entry) {
            actions.push_back(entry.action);
            return entry.detail.find("910000001") == std::string::npos;
        });
        QVERIFY(read.has_value());
        QCOMPARE(actions.size(), 2u); // the first one did not stop it
        QCOMPARE(actions[0], std::string("add note"));
    }

    void whatIsWrongIsToldInWords_data()
    {
        QTest::addColumn<QStringList>("words");
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("told");
        QTest::newRow("no tag") << QStringList { "tag", "call-1", "add", "two words" } << 1 << "one word of letters";
        QTest::newRow("which tag") << QStringList { "tag", "call-1", "add" } << 2 << "which tag?";
        QTest::newRow("no action") << QStringList { "tag", "call-1", "put", "x" } << 2 << "list, add, remove";
        QTest::newRow("no call") << QStringList { "tag", "nobody", "add", "x" } << 1 << "there is no call";
        QTest::newRow("no note") << QStringList { "note", "call-1", "add" } << 2 << "what is to be noted?";
        QTest::newRow("search") << QStringList { "calls", "--tag", "a b" } << 2 << "one word of letters";
        QTest::newRow("order") << QStringList { "calls", "--where", "tags<b" } << 2 << "tags=bad-line";
        QTest::newRow("sort") << QStringList { "calls", "--sort", "tags" } << 1 << "cannot be sorted by their tags";
        QTest::newRow("zone") << QStringList { "calls", "--time-zone", "Europe/Nowhere" } << 2 << "is no time zone";
        QTest::newRow("separator") << QStringList { "calls", "--separator", "x" } << 2 << "semicolon";
    }
    void whatIsWrongIsToldInWords()
    {
        QFETCH(QStringList, words);
        QFETCH(int, status);
        QFETCH(QString, told);
        const Answer answer = run(words);
        QCOMPARE(answer.status, status);
        QVERIFY2(answer.err.contains(told), qPrintable(answer.err));
    }

    // Europe's clocks went from +01:00 to +02:00 at 01:00 UTC on that day.
    void csvIsWrittenWithTheSignsThatWereAskedFor()
    {
        const QStringList base { "calls", "--format", "csv", "--limit", "2" };
        const QString plain = run(base).out;
        QVERIFY(plain.startsWith("call_key,call_id,"));
        QVERIFY(plain.contains(",2026-03-29T00:30:00.000000000Z,"));
        QVERIFY(plain.contains(",3.250,"));
        const Answer marked = run(base + QStringList { "--decimal", "comma", "--bom", "--time-zone", "Europe/Berlin" });
        QVERIFY(marked.marked && !run(base).marked);
        const QString& german = marked.out;
        QVERIFY(german.startsWith("call_key;call_id;"));
        QVERIFY2(german.contains(";2026-03-29T01:30:00.000000000+01:00;"), qPrintable(german));
        QVERIFY(german.contains(";2026-03-29T03:30:00.000000000+02:00;"));
        QVERIFY(german.contains(";3,250;"));
        QVERIFY(run(base + QStringList { "--decimal", "comma", "--separator", "comma" }).out.contains(",\"3,250\","));
        QVERIFY(run(base + QStringList { "--separator", "tab" }).out.startsWith("call_key\tcall_id\t"));
        const QString json =
            run({ "calls", "--format", "json", "--time-zone", "Europe/Berlin", "--decimal", "comma" }).out;
        QVERIFY(json.contains("\"mos_mean\":3.250") && json.contains("T01:30:00.000000000+01:00"));
    }

private:
    Answer run(QStringList words)
    {
        words << "--data" << m_temporary->path();
        std::vector<std::string> arguments;
        for (const QString& word : words)
            arguments.push_back(word.toStdString());
        std::ostringstream out, err;
        const int status = runCtl(arguments,
            [](const std::string&) -> Result<std::unique_ptr<CallSource>> { return Error { "nobody answers" }; },
            { out, err, false });
        return { status, QString::fromStdString(out.str()), QString::fromStdString(err.str()),
            out.str().starts_with("\xef\xbb\xbf") };
    }

    QStringList callsFound(const QStringList& options)
    {
        QStringList ids;
        const QString csv = run(QStringList { "calls", "--format", "csv" } + options).out;
        for (const QString& line : csv.split("\r\n", Qt::SkipEmptyParts).mid(1))
            ids << line.section(',', 1, 1);
        return ids;
    }

    std::unique_ptr<QTemporaryDir> m_temporary;
};

}

QTEST_GUILESS_MAIN(TestCtlNotes)
#include "tst_notes.moc"
