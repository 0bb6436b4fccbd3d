// What is in the audit log stays what it was, or it shows.
#include "engine/audit/audit_log.h"
#include "shared/base/utc_time.h"

#include <QProcess>
#include <QScopeGuard>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <fstream>
#include <sstream>
#include <sys/resource.h>

using namespace callmon;

namespace {

struct Directory {
    QTemporaryDir temporary;
    std::filesystem::path path = temporary.path().toStdString();
    std::filesystem::path file = path / "audit.log";

    std::string content() const
    {
        std::ostringstream all;
        all << std::ifstream(file, std::ios::binary).rdbuf();
        return all.str();
    }
    void write(const std::string& text) const { std::ofstream(file, std::ios::binary | std::ios::trunc) << text; }
};

AuditEntry entry(const std::string& action, const std::string& detail = {})
{
    return { *parseIso8601("2026-03-01T10:00:00.5Z"), "ada", "reviewer", "192.0.2.7", action, detail };
}

void fill(const Directory& directory, int count)
{
    auto log = AuditLog::open(directory.path);
    QVERIFY(log.has_value());
    for (int i = 0; i < count; ++i)
        QVERIFY(log.value().add(entry("search", "caller " + std::to_string(i))));
}

AuditReading reading(const Directory& directory, std::vector<AuditEntry>* entries = nullptr)
{
    const auto read = readAudit(directory.path, [&](const AuditEntry& one) {
        if (entries != nullptr)
            entries->push_back(one);
        return true;
    });
    return read ? read.value() : AuditReading {};
}

}

class TestAuditLog : public QObject {
    Q_OBJECT

private slots:
    void aSecondWriterIsRefusedForItWouldBreakTheChain()
    {
        QTemporaryDir directory;
        const std::filesystem::path path = directory.path().toStdString();
        {
            auto engine = AuditLog::open(path);
            QVERIFY(engine && engine.value().add({ {}, "ada", "admin", "local", "search", "" }));
            const auto second = AuditLog::open(path);
            QVERIFY(!second);
            QVERIFY2(second.error().what.find("--engine") != std::string::npos, second.error().what.c_str());
            QVERIFY(engine.value().add({ {}, "ada", "admin", "local", "search", "" }));
        }
        auto next = AuditLog::open(path);
        QVERIFY(next && next.value().add({ {}, "ada", "files", "local", "set hold", "" }));
        const auto read = readAudit(path, [](const AuditEntry&) { return true; });
        QVERIFY(read);
        QCOMPARE(read.value().entries, 3u);
        QCOMPARE(read.value().brokenLine, 0u);
    }

    void entriesComeBackAsTheyWereAndTheChainGoesOnAfterARestart()
    {
        const Directory directory;
        fill(directory, 3);
        fill(directory, 2);
        std::vector<AuditEntry> entries;
        const AuditReading read = reading(directory, &entries);
        QCOMPARE(read.entries, std::uint64_t { 5 });
        QCOMPARE(read.brokenLine, std::uint64_t { 0 });
        QCOMPARE(entries[3].user, std::string("ada"));
        QCOMPARE(entries[3].role, std::string("reviewer"));
        QCOMPARE(entries[3].from, std::string("192.0.2.7"));
        QCOMPARE(entries[3].detail, std::string("caller 0"));
        QCOMPARE(entries[3].at, *parseIso8601("2026-03-01T10:00:00.5Z"));
    }

    void theFirstHashIsWhatSha256sumSays()
    {
        const Directory directory;
        fill(directory, 1);
        const std::string line = directory.content();
        const std::size_t tab = line.rfind('\t');
        QProcess sum;
        sum.start(QStringLiteral("sha256sum"), {});
        QVERIFY(sum.waitForStarted());
        sum.write(line.data(), static_cast<qint64>(tab));
        sum.closeWriteChannel();
        QVERIFY(sum.waitForFinished());
        QCOMPARE(line.substr(tab + 1, 64), sum.readAll().left(64).toStdString());
    }

    void aLineChangedRemovedOrAddedShows()
    {
        const Directory directory;
        fill(directory, 5);
        const std::string whole = directory.content();
        std::string changed = whole;
        changed.replace(changed.find("caller 2"), 8, "caller 9");
        directory.write(changed);
        QCOMPARE(reading(directory).brokenLine, std::uint64_t { 3 });

        std::vector<std::size_t> begins { 0 };
        for (std::size_t at = whole.find('\n'); at != std::string::npos; at = whole.find('\n', at + 1))
            begins.push_back(at + 1);
        directory.write(whole.substr(0, begins[1]) + whole.substr(begins[2]));
        QCOMPARE(reading(directory).brokenLine, std::uint64_t { 2 });
        directory.write(whole.substr(0, begins[2]) + whole.substr(begins[0], begins[1]) + whole.substr(begins[2]));
        QCOMPARE(reading(directory).brokenLine, std::uint64_t { 3 });
        directory.write(whole.substr(0, begins[2]) + "anything\n" + whole.substr(begins[2]));
        QCOMPARE(reading(directory).brokenLine, std::uint64_t { 4 });
    }

    void aLineThatAKillCutOffBreaksNothing()
    {
        const Directory directory;
        fill(directory, 3);
        const std::string whole = directory.content();
        for (const std::size_t cut : { 1u, 2u, 30u, 66u, 80u }) {
            directory.write(whole.substr(0, whole.size() - cut));
            fill(directory, 1);
            const AuditReading read = reading(directory);
            QCOMPARE(read.brokenLine, std::uint64_t { 0 });
            QCOMPARE(read.entries, std::uint64_t { cut == 1 ? 4u : 3u }); // one byte: only the end of the line
            QCOMPARE(read.cutLines, std::uint64_t { cut == 1 ? 0u : 1u });
            QCOMPARE(remarksOn(read).size(), std::size_t { cut == 1 ? 0u : 1u });
        }
    }

    // What a file system has room for of a line is written, and the rest is not.
    void aLineThatFindsNoRoomBreaksNothing()
    {
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit before {};
        getrlimit(RLIMIT_FSIZE, &before);
        const auto restore = qScopeGuard([&] { setrlimit(RLIMIT_FSIZE, &before); });
        constexpr rlim_t lineBytes = 135;
        for (rlim_t room = 0; room <= lineBytes + 5; ++room) {
            const Directory directory;
            fill(directory, 2);
            QCOMPARE(directory.content().size(), 2 * lineBytes);
            auto log = AuditLog::open(directory.path);
            QVERIFY(log);
            const rlimit full { directory.content().size() + room, before.rlim_max };
            setrlimit(RLIMIT_FSIZE, &full);
            const bool fits = log.value().add(entry("search", "caller 7")).has_value();
            QCOMPARE(fits, room >= lineBytes);
            QVERIFY(fits || !log.value().add(entry("search", "caller 8")));
            const rlimit more { full.rlim_cur + 40, before.rlim_max }; // the next one finds no room for itself, either
            setrlimit(RLIMIT_FSIZE, &more);
            (void)log.value().add(entry("search", "caller 9")).has_value();
            setrlimit(RLIMIT_FSIZE, &before);
            for (int i = 0; i < 2; ++i)
                QVERIFY(log.value().add(entry("search", "room again")));
            std::vector<AuditEntry> entries;
            const AuditReading read = reading(directory, &entries);
            QVERIFY2(read.brokenLine == 0, qPrintable(QString::number(room)));
            QCOMPARE(entries.back().detail, std::string("room again"));
            QCOMPARE(entries[entries.size() - 2].detail, std::string("room again"));
            log = Error { "closed" };
            fill(directory, 1); // and after a restart
            QCOMPARE(reading(directory).brokenLine, std::uint64_t { 0 });
        }
    }

    // As logrotate does, or somebody who wants it out of the way: what is noted goes where it is looked for.
    void aLogThatIsMovedOrRemovedIsBegunAnewAndSaysSo()
    {
        const Directory directory;
        const Directory kept;
        auto log = AuditLog::open(directory.path);
        QVERIFY(log && log.value().add(entry("search", "caller 1")));
        std::filesystem::rename(directory.file, kept.file);
        for (int i = 2; i < 4; ++i)
            QVERIFY(log.value().add(entry("search", "caller " + std::to_string(i))));
        const std::string newest = reading(kept).newestHash;
        QCOMPARE(newest.size(), std::size_t { 64 });
        std::vector<AuditEntry> entries;
        QCOMPARE(reading(directory, &entries).brokenLine, std::uint64_t { 0 });
        QCOMPARE(entries.size(), std::size_t { 3 });
        QCOMPARE(entries[0].user, std::string("engine"));
        QCOMPARE(entries[0].action, std::string("audit log begun anew"));
        QVERIFY(entries[0].detail.ends_with(newest));
        QCOMPARE(entries[2].detail, std::string("caller 3"));

        std::filesystem::remove(directory.file);
        QVERIFY(log.value().add(entry("search", "caller 4")));
        entries.clear();
        QCOMPARE(reading(directory, &entries).brokenLine, std::uint64_t { 0 });
        QCOMPARE(entries.size(), std::size_t { 2 });
        QVERIFY(!AuditLog::open(directory.path)); // it is this one's
        QVERIFY(AuditLog::open(kept.path));
    }

    void theEndOfALongLogIsFoundWithoutReadingItAll()
    {
        const Directory directory;
        fill(directory, 1000); // more than is looked at
        const std::string whole = directory.content();
        QVERIFY(whole.size() > 2 * 64 * 1024);
        directory.write(whole.substr(0, whole.size() - 30));
        fill(directory, 2);
        const AuditReading read = reading(directory);
        QCOMPARE(read.brokenLine, std::uint64_t { 0 });
        QCOMPARE(read.entries, std::uint64_t { 1001 });
        directory.write(whole + std::string(70'000, 'x')); // nothing whole in what is looked at
        fill(directory, 1);
        QCOMPARE(reading(directory).brokenLine, std::uint64_t { 0 });
    }

    void whatClientsSendMakesNoLines()
    {
        const Directory directory;
        {
            auto log = AuditLog::open(directory.path);
            QVERIFY(log.value().add(entry("search", "a\nb\tc\rd" + std::string(5000, 'x'))));
        }
        std::vector<AuditEntry> entries;
        QCOMPARE(reading(directory, &entries).entries, std::uint64_t { 1 });
        QVERIFY(entries[0].detail.starts_with("a b c d"));
        QVERIFY(directory.content().size() < mostAuditDetail + 300);
    }

    void noLogIsSaid()
    {
        const Directory directory;
        const auto read = readAudit(directory.path, [](const AuditEntry&) { return true; });
        QVERIFY(!read);
        QVERIFY(read.error().what.find("audit.log") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestAuditLog)
#include "tst_audit_log.moc"
