// Rows read from the pages of a database file are those that SQLite reads: its own answer is the truth here.
#include "engine/storage/row_cells.h"
#include "engine/storage/row_test.h"
#include "engine/storage/table_pages.h"

#include <QTemporaryDir>
#include <QTest>
#include <atomic>
#include <bit>
#include <cmath>
#include <random>
#include <sys/stat.h>
#include <thread>

using namespace callmon;

namespace {

constexpr std::size_t columns = 4; // id, a, b, c

struct Scanned {
    std::vector<std::string> rows;
    TablePages::Ended ended = TablePages::Ended::AtEnd;
};

std::string words(const RowCell& cell)
{
    switch (cell.kind) {
    case RowCell::Kind::Null:
        return "null";
    case RowCell::Kind::Integer:
        return "int " + std::to_string(cell.integer);
    case RowCell::Kind::Real:
        return "real " + std::to_string(std::bit_cast<std::int64_t>(cell.real));
    case RowCell::Kind::Text:
        return "text " + std::string(cell.text);
    case RowCell::Kind::Blob:
        return "blob";
    }
    return {};
}

std::string words(sqlite3_stmt* row, int column) // column c is without type: what is stored is what is given
{
    switch (sqlite3_column_type(row, column)) {
    case SQLITE_NULL:
        return "null";
    case SQLITE_INTEGER:
        return "int " + std::to_string(sqlite3_column_int64(row, column));
    case SQLITE_FLOAT:
        return "real " + std::to_string(std::bit_cast<std::int64_t>(sqlite3_column_double(row, column)));
    case SQLITE_TEXT:
        return "text "
            + std::string(reinterpret_cast<const char*>(sqlite3_column_text(row, column)),
                static_cast<std::size_t>(sqlite3_column_bytes(row, column)));
    default:
        return "blob";
    }
}

class TestTablePages : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_directory;
    int m_files = 0;

    std::filesystem::path newFile()
    {
        return m_directory.filePath(QString::number(++m_files) + ".sqlite").toStdString();
    }
    static Database open(const std::filesystem::path& file, Database::Mode mode = Database::Mode::ReadWrite)
    {
        auto database = Database::open(file, mode);
        if (!database)
            qFatal("%s", database.error().what.c_str());
        return std::move(database.value());
    }
    static void execute(Database& database, const std::string& sql)
    {
        if (!database.execute(sql.c_str()))
            qFatal("%s", database.error(sql).what.c_str());
    }
    static std::uint32_t root(Database& database)
    {
        auto row = database.prepare("SELECT rootpage FROM sqlite_master WHERE name='t'");
        row.value().stepToRow();
        return static_cast<std::uint32_t>(row.value().integer(0));
    }
    static Scanned scanned(PageSource pages, std::uint32_t root, std::int64_t first, std::int64_t end, bool descending,
        std::size_t most = SIZE_MAX)
    {
        Scanned found;
        TablePages table(std::move(pages), root);
        RowCells cells;
        found.ended = table.scan(first, end, descending, [&](const TablePages::Row& row) {
            if (!cells.read(row.id, row.record, 0, columns))
                return false;
            std::string text;
            for (std::size_t i = 0; i < columns; ++i)
                text += words(cells.at(i)) + '|';
            found.rows.push_back(text);
            return found.rows.size() < most;
        });
        return found;
    }
    static std::vector<std::string> selected(Database& database, std::int64_t first, std::int64_t end, bool descending)
    {
        std::vector<std::string> rows;
        sqlite3_stmt* row = nullptr;
        const std::string sql =
            "SELECT id, a, b, c FROM t WHERE id>=? AND id<? ORDER BY id" + std::string(descending ? " DESC" : "");
        if (sqlite3_prepare_v2(database.handle(), sql.c_str(), -1, &row, nullptr) != SQLITE_OK)
            qFatal("%s", sqlite3_errmsg(database.handle()));
        sqlite3_bind_int64(row, 1, first);
        sqlite3_bind_int64(row, 2, end);
        while (sqlite3_step(row) == SQLITE_ROW) {
            std::string text;
            for (int i = 0; i < int(columns); ++i)
                text += words(row, i) + '|';
            rows.push_back(text);
        }
        sqlite3_finalize(row);
        return rows;
    }
    // 3,000 rows of every type and size, of which every seventh was deleted again.
    void fill(Database& database, int pageSize, std::size_t longest)
    {
        execute(database,
            "PRAGMA page_size=" + std::to_string(pageSize)
                + "; PRAGMA journal_mode=WAL; "
                  "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b INTEGER, c); CREATE INDEX i ON t(a)");
        std::mt19937_64 random(static_cast<std::uint64_t>(pageSize));
        auto row = database.prepare("INSERT OR REPLACE INTO t VALUES(?,?,?,?)");
        execute(database, "BEGIN");
        for (int i = 0; i < 3000; ++i) {
            row.value().bind(1, static_cast<std::int64_t>(random() >> (1 + random() % 40)) * (random() % 2 ? 1 : -1));
            row.value().bind(2, std::string_view(std::string(random() % longest, 'x')));
            row.value().bind(3, static_cast<std::int64_t>(random()) >> random() % 64);
            switch (random() % 4) {
            case 0:
                row.value().bind(4, StoredValue {});
                break;
            case 1:
                row.value().bind(4, toStored(std::ldexp(static_cast<double>(random()), int(random() % 100) - 90)));
                break;
            case 2:
                row.value().bind(4, std::string_view("Jos\xc3\xa9"));
                break;
            default:
                row.value().bind(4, static_cast<std::int64_t>(random() % 2));
            }
            QVERIFY(row.value().run());
        }
        execute(database, "COMMIT; DELETE FROM t WHERE id % 7 = 0");
    }

private slots:
    void rowsAreThoseOfSqlite_data()
    {
        QTest::addColumn<int>("pageSize");
        for (const int size : { 512, 1024, 4096, 65536 })
            QTest::addRow("pages of %d", size) << size;
    }
    void rowsAreThoseOfSqlite()
    {
        QFETCH(const int, pageSize);
        const auto file = newFile();
        {
            Database writer = open(file);
            fill(writer, pageSize, 150);
        }
        Database reader = open(file, Database::Mode::ReadOnly);
        execute(reader, "BEGIN");
        const std::uint32_t at = root(reader);
        const auto pages = pagesOf(reader);
        QVERIFY(pages.has_value());
        QCOMPARE(pages->size, std::uint32_t(pageSize));
        const std::int64_t least = INT64_MIN, most = INT64_MAX;
        std::vector<std::int64_t> ids;
        auto id = reader.prepare("SELECT id FROM t");
        while (id.value().stepToRow())
            ids.push_back(id.value().integer(0));
        std::mt19937_64 random(3);
        const auto bound = [&] { return ids[random() % ids.size()] + static_cast<std::int64_t>(random() % 3) - 1; };
        for (int i = 0; i < 60; ++i) {
            const std::int64_t first = i == 0 ? least : bound();
            const std::int64_t end = i < 2 ? most : bound();
            for (const bool descending : { false, true }) {
                const Scanned found = scanned(*pages, at, first, end, descending);
                QVERIFY(found.ended == TablePages::Ended::AtEnd);
                QCOMPARE(found.rows, selected(reader, first, end, descending));
            }
        }
        QVERIFY(scanned(*pages, at, least, most, false).rows.size() > 2000);
        const Scanned three = scanned(*pages, at, least, most, true, 3);
        QVERIFY(three.ended == TablePages::Ended::Stopped);
        QCOMPARE(three.rows.size(), 3u);
    }

    void rowsInTheLogAreThoseOfSqlite_data() { rowsAreThoseOfSqlite_data(); }
    void rowsInTheLogAreThoseOfSqlite()
    {
        QFETCH(const int, pageSize);
        const auto file = newFile();
        Database writer = open(file);
        execute(writer, "PRAGMA wal_autocheckpoint=0");
        fill(writer, pageSize, 150); // all of it is in the log
        Database reader = open(file, Database::Mode::ReadOnly);
        const auto compare = [&](std::size_t least) {
            auto snapshot = LogSnapshot::beginRead(reader);
            QVERIFY(snapshot.has_value() && snapshot->mapPages());
            execute(writer, "DELETE FROM t WHERE id % 5 = 0; PRAGMA wal_checkpoint(PASSIVE)"); // not of this state
            const auto pages = pagesOf(reader, &*snapshot);
            QVERIFY(pages.has_value());
            QCOMPARE(pages->size, std::uint32_t(pageSize));
            const Scanned found = scanned(*pages, root(reader), INT64_MIN, INT64_MAX, false);
            QVERIFY(found.ended == TablePages::Ended::AtEnd);
            QVERIFY(found.rows.size() > least);
            QCOMPARE(found.rows, selected(reader, INT64_MIN, INT64_MAX, false));
            execute(reader, "COMMIT");
        };
        compare(2000);
        execute(writer, "PRAGMA wal_checkpoint(PASSIVE)"); // the log stays, and the file has all of it
        compare(1000);
        execute(writer, "UPDATE t SET b=b+1 WHERE id % 3 = 0; INSERT INTO t(a) VALUES('begins the log again')");
        compare(1000);
        execute(writer, "PRAGMA wal_checkpoint(TRUNCATE)");
        compare(1000);
    }

    void rowsAreThoseOfSqliteWhileOthersWriteAndMoveTheLog()
    {
        const auto file = newFile();
        {
            Database writer = open(file);
            fill(writer, 4096, 150);
        }
        std::atomic<bool> over = false;
        std::thread writing([&] {
            Database writer = open(file);
            execute(writer, "PRAGMA synchronous=OFF; PRAGMA wal_autocheckpoint=20; PRAGMA busy_timeout=0");
            std::mt19937_64 random(11);
            auto add = writer.prepare("INSERT OR REPLACE INTO t VALUES(?,?,?,NULL)");
            auto take = writer.prepare("DELETE FROM t WHERE id BETWEEN ?1 AND ?1+40");
            while (!over) {
                (void)writer.execute("BEGIN");
                for (int i = 0; i < 20; ++i) {
                    add.value().bind(1, static_cast<std::int64_t>(random() % 100'000));
                    add.value().bind(2, std::string_view(std::string(random() % 150, 'y')));
                    add.value().bind(3, static_cast<std::int64_t>(random()));
                    (void)add.value().run();
                }
                take.value().bind(1, static_cast<std::int64_t>(random() % 100'000));
                (void)take.value().run();
                (void)writer.execute("COMMIT");
                const char* const modes[] { "PASSIVE", "RESTART", "TRUNCATE" };
                if (const auto which = random() % 12; which < 3)
                    (void)writer.execute((std::string("PRAGMA wal_checkpoint(") + modes[which] + ')').c_str());
                std::this_thread::sleep_for(std::chrono::microseconds(random() % 2000));
            }
        });
        Database reader = open(file, Database::Mode::ReadOnly);
        int told = 0, fromLog = 0;
        std::vector<std::string> wrong;
        for (int i = 0; i < 200 && wrong.empty(); ++i) {
            auto snapshot = LogSnapshot::beginRead(reader);
            if (snapshot && snapshot->mapPages()) {
                ++told;
                const auto pages = pagesOf(reader, &*snapshot);
                if (pages) {
                    ++fromLog;
                    const Scanned found = scanned(*pages, root(reader), INT64_MIN, INT64_MAX, i % 2 == 0);
                    if (found.ended != TablePages::Ended::AtEnd
                        || found.rows != selected(reader, INT64_MIN, INT64_MAX, i % 2 == 0))
                        wrong.push_back(std::to_string(i));
                }
            }
            execute(reader, "COMMIT");
        }
        over = true;
        writing.join();
        QVERIFY2(wrong.empty(), wrong.empty() ? "" : wrong.front().c_str());
        QVERIFY2(told > 150 && fromLog > 150, qPrintable(QString("%1 %2").arg(told).arg(fromLog)));
    }

    // Whatever lies before the first row that goes on elsewhere is given, so that others go on behind it.
    void aRowOfSeveralPagesIsNotUnderstood()
    {
        const auto file = newFile();
        {
            Database writer = open(file);
            fill(writer, 512, 700);
        }
        Database reader = open(file, Database::Mode::ReadOnly);
        execute(reader, "BEGIN");
        const std::uint32_t at = root(reader);
        const auto pages = pagesOf(reader);
        QVERIFY(pages.has_value());
        for (const bool descending : { false, true }) {
            const Scanned found = scanned(*pages, at, INT64_MIN, INT64_MAX, descending);
            QVERIFY(found.ended == TablePages::Ended::NotUnderstood);
            auto all = selected(reader, INT64_MIN, INT64_MAX, descending);
            QVERIFY(found.rows.size() < all.size());
            all.resize(found.rows.size());
            QCOMPARE(found.rows, all);
        }
    }

    // As long as the page, but only its first bytes lie here (section 1.6: beyond the usable bytes less 35).
    void aRowThatWouldFitButIsSplitIsNotUnderstood()
    {
        for (const int size : { 477, 478 }) {
            PageSource pages;
            pages.size = pages.usable = 512;
            pages.count = 2;
            pages.read = [size](std::uint32_t, std::span<std::byte> page) {
                std::ranges::fill(page, std::byte { 0 });
                const std::uint8_t leaf[] { 13, 0, 0, 0, 1, 0, 0, 0, 0, 10, 0x83,
                    static_cast<std::uint8_t>(size & 0x7f), 1 };
                std::ranges::copy(std::as_bytes(std::span(leaf)), page.begin());
                return true;
            };
            std::size_t bytes = 0;
            const auto ended = TablePages(pages, 2).scan(0, 9, false, [&](const TablePages::Row& row) {
                bytes = row.record.size();
                return true;
            });
            QCOMPARE(ended, size == 477 ? TablePages::Ended::AtEnd : TablePages::Ended::NotUnderstood);
            QCOMPARE(bytes, size == 477 ? 477u : 0u);
        }
    }

    void rowsFromBeforeAColumnWasAddedAreSaid()
    {
        const auto file = newFile();
        Database database = open(file);
        execute(database,
            "CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); INSERT INTO t VALUES(1, 'x', 2); "
            "ALTER TABLE t ADD COLUMN c DEFAULT 7; PRAGMA wal_checkpoint(TRUNCATE); BEGIN");
        const std::uint32_t at = root(database);
        const auto pages = pagesOf(database);
        QVERIFY(pages.has_value());
        QVERIFY(scanned(*pages, at, 0, 9, false).ended == TablePages::Ended::Stopped);
    }

    // Newer pages in the log: the file alone does not tell.
    void pagesAreReadOnlyWhileTheLogIsEmpty()
    {
        const auto file = newFile();
        Database writer = open(file);
        execute(writer,
            "PRAGMA journal_mode=WAL; CREATE TABLE t(id INTEGER PRIMARY KEY, a, b, c); "
            "PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO t VALUES(1,'only in the log',0,0)");
        Database reader = open(file, Database::Mode::ReadOnly);
        execute(reader, "BEGIN");
        QVERIFY(root(reader) != 0);
        QVERIFY(!pagesOf(reader));
        execute(reader, "COMMIT");
        execute(writer, "PRAGMA wal_checkpoint(TRUNCATE)");
        execute(reader, "BEGIN");
        QVERIFY(root(reader) != 0);
        QVERIFY(pagesOf(reader).has_value());
    }

    // What is written meanwhile stays out of the file until the reader's transaction ends.
    void theFileDoesNotChangeUnderATransaction()
    {
        const auto file = newFile();
        Database writer = open(file);
        execute(writer,
            "PRAGMA journal_mode=WAL; CREATE TABLE t(id INTEGER PRIMARY KEY, a, b, c); "
            "INSERT INTO t VALUES(1,'old',0,0); PRAGMA wal_checkpoint(TRUNCATE)");
        Database reader = open(file, Database::Mode::ReadOnly);
        execute(reader, "BEGIN");
        const std::uint32_t at = root(reader);
        const auto pages = pagesOf(reader);
        QVERIFY(pages.has_value());
        execute(writer, "UPDATE t SET a='new'; INSERT INTO t VALUES(2,'new',0,0)");
        int inLog = 0, moved = 0;
        sqlite3_wal_checkpoint_v2(writer.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &inLog, &moved);
        QVERIFY(inLog > 0);
        QCOMPARE(moved, 0);
        QCOMPARE(scanned(*pages, at, 0, 9, false).rows, std::vector<std::string> { "int 1|text old|int 0|int 0|" });
        execute(reader, "COMMIT");
        sqlite3_wal_checkpoint_v2(writer.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, &inLog, &moved);
        execute(reader, "BEGIN");
        QVERIFY(root(reader) != 0);
        QCOMPARE(scanned(*pagesOf(reader), at, 0, 9, false).rows.size(), 2u);
    }

    // The lock that all connections of this process have on the file together is gone as soon as anybody closes it.
    void noLockIsLost()
    {
        const auto file = newFile();
        Database writer = open(file);
        execute(writer,
            "PRAGMA journal_mode=WAL; CREATE TABLE t(id INTEGER PRIMARY KEY, a, b, c); PRAGMA "
            "wal_checkpoint(TRUNCATE)");
        {
            Database reader = open(file, Database::Mode::ReadOnly);
            execute(reader, "BEGIN");
            const std::uint32_t at = root(reader);
            scanned(*pagesOf(reader), at, 0, 9, false);
        }
        // Of each locked range /proc/locks has a line with the file's inode.
        struct stat status { };
        QCOMPARE(::stat(file.c_str(), &status), 0);
        QFile locks("/proc/locks");
        QVERIFY(locks.open(QIODevice::ReadOnly));
        QVERIFY(locks.readAll().contains(":" + QByteArray::number(qulonglong(status.st_ino)) + " "));
    }

    void aFileOfAnotherTextEncodingIsLeftToSqlite()
    {
        const auto file = newFile();
        Database database = open(file);
        execute(database,
            "PRAGMA encoding='UTF-16'; CREATE TABLE t(id INTEGER PRIMARY KEY, a, b, c); "
            "PRAGMA wal_checkpoint(TRUNCATE); BEGIN");
        QVERIFY(root(database) != 0);
        QVERIFY(!pagesOf(database));
    }

    // A tree that leads back to itself, or up and down, ends.
    void aTreeThatIsNoneEnds()
    {
        PageSource pages;
        pages.size = pages.usable = 512;
        pages.count = 50;
        pages.read = [](std::uint32_t number, std::span<std::byte> page) {
            std::ranges::fill(page, std::byte { 0 });
            page[number == 1 ? 100 : 0] = std::byte { 5 }; // inner, without cells: one child
            page[number == 1 ? 111 : 11] = std::byte { 2 };
            return true;
        };
        const Scanned found = scanned(pages, 1, INT64_MIN, INT64_MAX, false);
        QVERIFY(found.ended == TablePages::Ended::NotUnderstood);
        QVERIFY(found.rows.empty());
    }

    void wholeNumbersAndRealsCompareAsInSqlite()
    {
        Database database = open(newFile());
        auto row = database.prepare("SELECT CASE WHEN ?1<?2 THEN -1 ELSE ?1>?2 END");
        const std::vector<std::int64_t> wholes { INT64_MIN, INT64_MIN + 1, -(1LL << 53) - 1, -1, 0, 1, (1LL << 53) + 1,
            INT64_MAX - 1, INT64_MAX };
        const std::vector<double> reals { -std::numeric_limits<double>::infinity(), -9.3e18, -9223372036854775808.0,
            -9007199254740992.0, -0.5, 0, 0.5, 9007199254740992.0, 9007199254740994.0, 9223372036854774784.0,
            9223372036854775808.0, 1e300 };
        for (const std::int64_t whole : wholes)
            for (const double real : reals) {
                row.value().reset();
                row.value().bind(1, whole);
                row.value().bind(2, toStored(real));
                QVERIFY(row.value().stepToRow());
                QCOMPARE(orderOf(whole, real), int(row.value().integer(0)));
            }
    }
};

}

QTEST_GUILESS_MAIN(TestTablePages)
#include "tst_table_pages.moc"
