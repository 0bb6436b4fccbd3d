// A data directory of a test, its writer and its reader.
#pragma once

#include "engine/storage/directory_writer.h"
#include "engine/storage/record_query.h"
#include "tests/shared/calls/sample_records.h"

#include <QTemporaryDir>
#include <QTest>
#include <cstring>

namespace callmon::sample {

template <typename Record> QString described(const Record& record)
{
    QString text;
    const auto add = [&](const char* name, const auto& field) {
        const StoredValue value = toStored(field);
        text += QString("%1=%2|%3|%4|%5;")
                    .arg(name)
                    .arg(static_cast<int>(value.kind))
                    .arg(value.integer)
                    .arg(value.real, 0, 'g', 17)
                    .arg(QString::fromStdString(value.text));
    };
    if constexpr (std::is_same_v<Record, CallRecord>)
        visitCallFields(record, add);
    else
        visitStreamFields(record, add);
    return text;
}

struct Directory {
    QTemporaryDir temporary;
    std::filesystem::path path = temporary.path().toStdString();
    std::unique_ptr<DirectoryWriter> writer;
    std::unique_ptr<RecordQuery> query;

    void open(DirectoryWriter::Tuning tuning = {}, std::unique_ptr<MediaDisk> disk = {})
    {
        auto opened = DirectoryWriter::open(path, tuning, std::move(disk));
        if (!opened)
            qFatal("%s", opened.error().what.c_str());
        writer = std::move(opened.value());
    }
    void openQuery(const RecordWriter* of = nullptr)
    {
        auto opened = RecordQuery::open(path, of);
        if (!opened)
            qFatal("%s", opened.error().what.c_str());
        query = std::move(opened.value());
    }
    void closeWriter()
    {
        const auto closed = writer->close();
        if (!closed)
            qFatal("%s", closed.error().what.c_str());
        writer.reset();
    }
    std::vector<CallRecord> calls(const CallQuery& asked = {}, std::uint64_t* matches = nullptr)
    {
        std::vector<CallRecord> found;
        const auto result = query->calls(asked, [&](const CallRecord& call) {
            found.push_back(call);
            return true;
        });
        if (!result)
            qFatal("%s", result.error().what.c_str());
        if (matches)
            *matches = result.value();
        return found;
    }
    std::vector<std::uint32_t> packetNumbers(StreamKey stream)
    {
        std::vector<std::uint32_t> numbers;
        const auto result = query->media(stream, [&](Bytes bytes) {
            MediaReader reader(bytes);
            while (const auto packet = reader.next()) {
                std::uint32_t number = 0;
                std::memcpy(&number, packet->datagram.data(), 4);
                numbers.push_back(packet->datagram[4] == std::byte(stream.index + 1) ? number : UINT32_MAX);
            }
            return true;
        });
        if (!result)
            qFatal("%s", result.error().what.c_str());
        return numbers;
    }
    // The directory as it would be had the process been killed now.
    std::filesystem::path copyAsKilled()
    {
        const std::filesystem::path copy = m_copies.path().toStdString() + "/" + std::to_string(m_copyCount++);
        std::filesystem::copy(path, copy, std::filesystem::copy_options::recursive);
        return copy;
    }
    std::uint64_t counter(const char* name)
    {
        for (const NamedCounter& counter : writer->counters())
            if (counter.name == name)
                return counter.value;
        qFatal("no counter %s", name);
    }

private:
    QTemporaryDir m_copies;
    int m_copyCount = 0;
};

inline std::vector<std::uint32_t> upTo(std::uint32_t count)
{
    std::vector<std::uint32_t> numbers(count);
    for (std::uint32_t i = 0; i < count; ++i)
        numbers[i] = i;
    return numbers;
}

}
