#include "engine/storage/sqlite.h"

#include "engine/storage/storage_error.h"

#include <cerrno>

namespace callmon {

namespace {

// SQLite has codes of its own for what the system refused.
const char* adviceForDatabase(sqlite3* handle)
{
    switch (sqlite3_errcode(handle)) {
    case SQLITE_FULL:
        return adviceFor(ENOSPC);
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return adviceFor(EACCES);
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
        return adviceFor(sqlite3_system_errno(handle));
    case SQLITE_BUSY:
        return TR("Engine", "; another program holds it: close that one");
    default:
        return "";
    }
}

}

void Statement::bind(int parameter, const StoredValue& value)
{
    sqlite3_stmt* statement = m_statement.get();
    switch (value.kind) {
    case StoredValue::Kind::Null:
        sqlite3_bind_null(statement, parameter);
        break;
    case StoredValue::Kind::Integer:
        sqlite3_bind_int64(statement, parameter, value.integer);
        break;
    case StoredValue::Kind::Real:
        sqlite3_bind_double(statement, parameter, value.real);
        break;
    case StoredValue::Kind::Text:
        sqlite3_bind_text(
            statement, parameter, value.text.data(), static_cast<int>(value.text.size()), SQLITE_TRANSIENT);
        break;
    }
}

void Statement::bindInPlace(int parameter, std::string_view text)
{
    sqlite3_bind_text(m_statement.get(), parameter, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
}

void Statement::bindBlob(int parameter, Bytes bytes)
{
    sqlite3_bind_blob(m_statement.get(), parameter, bytes.data(), static_cast<int>(bytes.size()), SQLITE_TRANSIENT);
}

bool Statement::stepToRow()
{
    m_code = sqlite3_step(m_statement.get());
    return m_code == SQLITE_ROW;
}

bool Statement::run()
{
    stepToRow();
    reset();
    return !failed();
}

StoredValue Statement::column(int index) const
{
    sqlite3_stmt* statement = m_statement.get();
    switch (sqlite3_column_type(statement, index)) {
    case SQLITE_INTEGER:
        return toStored(std::int64_t { sqlite3_column_int64(statement, index) });
    case SQLITE_FLOAT:
        return toStored(sqlite3_column_double(statement, index));
    case SQLITE_TEXT: {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, index));
        const int size = sqlite3_column_bytes(statement, index);
        return toStored(text ? std::string_view(text, static_cast<std::size_t>(size)) : std::string_view());
    }
    default:
        return {};
    }
}

Bytes Statement::blob(int index) const
{
    const void* data = sqlite3_column_blob(m_statement.get(), index);
    const int size = sqlite3_column_bytes(m_statement.get(), index);
    return { static_cast<const std::byte*>(data), static_cast<std::size_t>(size) };
}

Result<Database> Database::open(const std::filesystem::path& file, Mode mode)
{
    Database database;
    database.m_file = file;
    std::string name = file.string();
    int flags = SQLITE_OPEN_NOMUTEX;
    flags |= mode == Mode::ReadWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    if (mode == Mode::Immutable) {
        flags |= SQLITE_OPEN_URI;
        std::string escaped;
        for (const char c : name) {
            if (c == '%' || c == '?' || c == '#') {
                constexpr const char* digits = "0123456789ABCDEF";
                escaped += { '%', digits[c >> 4 & 15], digits[c & 15] };
            } else {
                escaped += c;
            }
        }
        name = "file:" + escaped + "?immutable=1";
    }
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(name.c_str(), &handle, flags, nullptr);
    database.m_handle.reset(handle);
    if (code != SQLITE_OK)
        return database.error(TR("Engine", "cannot open"));
    sqlite3_busy_timeout(handle, 2000);
    return database;
}

Result<Database> Database::openToRead(const std::filesystem::path& file)
{
    auto opened = open(file, Mode::ReadOnly);
    if (!opened || opened.value().execute("SELECT 1 FROM sqlite_master LIMIT 1"))
        return opened;
    const int code = opened.value().code() & 0xff;
    if (code != SQLITE_CANTOPEN && code != SQLITE_READONLY) // else the lock file cannot be made
        return opened;
    const std::filesystem::path log = file.string() + "-wal";
    std::error_code missing;
    if (const auto size = std::filesystem::file_size(log, missing); !missing && size > 0)
        return Error { sentence(TR("Engine",
                                    "cannot read %1 where nobody may write, for its latest changes lie in %2; copy the "
                                    "directory to where you may, and read the copy"),
            file.string(), log.filename().string()) };
    return open(file, Mode::Immutable);
}

bool Database::execute(const char* sql)
{
    return sqlite3_exec(m_handle.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK;
}

Result<Statement> Database::prepare(const std::string& sql)
{
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(
        m_handle.get(), sql.c_str(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK)
        return error("cannot read");
    return Statement(statement);
}

bool Database::isDamaged() const
{
    const int primary = sqlite3_errcode(m_handle.get());
    return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB;
}

Error Database::error(std::string_view what) const
{
    if (!m_handle)
        return { sentence(TR("Engine", "%1 %2: out of memory"), markedText(what), m_file.string()) };
    return { sentence(TR("Engine", "%1 %2: %3%4"), markedText(what), m_file.string(), sqlite3_errmsg(m_handle.get()),
        markedText(adviceForDatabase(m_handle.get()))) };
}

}
