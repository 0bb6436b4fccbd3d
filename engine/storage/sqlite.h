// SQLite held by values: a connection and its prepared statements.
#pragma once

#include "engine/storage/record_fields.h"
#include "shared/base/byte_reader.h"
#include "shared/base/result.h"

#include <filesystem>
#include <memory>
#include <sqlite3.h>

namespace callmon {

class Statement {
public:
    Statement() = default;
    explicit Statement(sqlite3_stmt* statement)
        : m_statement(statement)
    {
    }

    // Parameters from 1, columns from 0, as in SQLite. Binding begins anew after each reset().
    void bind(int parameter, const StoredValue& value);
    void bind(int parameter, std::int64_t value) { bind(parameter, toStored(value)); }
    void bind(int parameter, std::string_view text) { bind(parameter, toStored(text)); }
    // Of a field that stays where it is until the statement has run: its text is not copied.
    template <typename Field> void bindField(int parameter, const Field& field) { bind(parameter, toStored(field)); }
    template <std::size_t Capacity> void bindField(int parameter, const FixedText<Capacity>& text)
    {
        bindInPlace(parameter, text.view());
    }
    void bindField(int parameter, const std::string& text) { bindInPlace(parameter, text); }
    void bindBlob(int parameter, Bytes bytes); // copied
    bool stepToRow(); // false at the end and on an error: look at failed()
    bool run(); // for statements without rows; resets
    bool failed() const { return m_code != SQLITE_DONE && m_code != SQLITE_ROW; }
    void reset() { sqlite3_reset(m_statement.get()); }

    StoredValue column(int index) const;
    std::int64_t integer(int index) const { return sqlite3_column_int64(m_statement.get(), index); }
    Bytes blob(int index) const; // valid until the next step

private:
    void bindInPlace(int parameter, std::string_view text);

    struct Finalize {
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };
    std::unique_ptr<sqlite3_stmt, Finalize> m_statement;
    int m_code = SQLITE_DONE;
};

class Database {
public:
    enum class Mode {
        ReadWrite, // created when missing
        ReadOnly,
        Immutable, // a file that nobody can be writing, in a directory where no lock file can be made
    };
    static Result<Database> open(const std::filesystem::path& file, Mode mode);
    // Read-only, also where nobody may write; an error there when its latest changes lie in SQLite's log alone, which
    // SQLite then cannot read.
    static Result<Database> openToRead(const std::filesystem::path& file);

    bool execute(const char* sql);
    Result<Statement> prepare(const std::string& sql);
    bool isDamaged() const; // the last error says that the file is no (whole) SQLite database
    int code() const { return sqlite3_extended_errcode(m_handle.get()); }
    Error error(std::string_view what) const; // "what FILE: SQLite's words; what to do"; of TR()
    const std::filesystem::path& file() const { return m_file; }
    sqlite3* handle() const { return m_handle.get(); }

private:
    struct Close {
        void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    };
    std::filesystem::path m_file;
    std::unique_ptr<sqlite3, Close> m_handle;
};

}
