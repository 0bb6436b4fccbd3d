#include "engine/storage/alarm_shelf_store.h"

#include "engine/storage/alarm_rows.h"
#include "engine/storage/user_database.h"

namespace callmon {

namespace {

constexpr const char* shelfSql = R"sql(
PRAGMA journal_mode=WAL;
CREATE TABLE IF NOT EXISTS shelvings(
  shelving INTEGER PRIMARY KEY,
  rule TEXT NOT NULL,
  call_key INTEGER,                         -- NULL: of no single call
  call_group TEXT NOT NULL,
  alarm_id INTEGER NOT NULL,                -- of which it was said; it holds for all of this rule, call and group
  shelved_by TEXT NOT NULL,                 -- user of the probe's machine, or name of a certificate
  shelved_at_ns INTEGER NOT NULL,           -- by the machine's clock
  until_ns INTEGER NOT NULL,                -- not later than shelved_at_ns: taken back
  comment TEXT NOT NULL
);
)sql";
constexpr const char* columns = "rule,call_key,call_group,alarm_id,shelved_by,shelved_at_ns,until_ns,comment";

template <typename Shelf, typename Visit> void visitShelfFields(Shelf& shelf, Visit&& visit)
{
    visit(shelf.rule);
    visit(shelf.call);
    visit(shelf.group);
    visit(shelf.shelving.id.value);
    visit(shelf.shelving.by);
    visit(shelf.at);
    visit(shelf.shelving.until);
    visit(shelf.shelving.comment);
}

}

Result<AlarmShelfStore> AlarmShelfStore::open(const std::filesystem::path& directory)
{
    auto opened = openUserDatabase(
        directory / "shelf.sqlite", [](Database& database) { return database.execute(shelfSql); },
        "the list of shelved alarms was damaged; it is kept as ", ", and no alarm is shelved");
    if (!opened)
        return opened.error();
    AlarmShelfStore store(std::move(opened.value().database));
    store.m_note = opened.value().note;
    return store;
}

Result<std::vector<AlarmShelf>> AlarmShelfStore::inForce(Timestamp now)
{
    auto rows = m_database.prepare("SELECT " + std::string(columns)
        + " FROM shelvings WHERE shelving IN (SELECT max(shelving) FROM shelvings GROUP BY rule,call_key,call_group)"
          " AND until_ns>max(?,shelved_at_ns) ORDER BY shelving");
    if (!rows)
        return rows.error();
    rows.value().bind(1, toStored(now));
    std::vector<AlarmShelf> shelves;
    while (rows.value().stepToRow()) {
        AlarmShelf shelf;
        int column = 0;
        bool whole = true;
        visitShelfFields(
            shelf, [&](auto& field) { whole = fromStored(rows.value().column(column++), field) && whole; });
        if (whole)
            shelves.push_back(shelf);
    }
    if (rows.value().failed())
        return m_database.error(TR("Engine", "cannot read"));
    return shelves;
}

Result<void> AlarmShelfStore::put(const AlarmShelf& shelf)
{
    auto insert = m_database.prepare("INSERT INTO shelvings(" + std::string(columns) + ") VALUES(?,?,?,?,?,?,?,?)");
    if (!insert)
        return insert.error();
    int place = 0;
    visitShelfFields(shelf, [&](const auto& field) { insert.value().bind(++place, toStored(field)); });
    if (!insert.value().run())
        return m_database.error(TR("Engine", "cannot write"));
    return {};
}

}
