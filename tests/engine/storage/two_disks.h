// A recording log of two folders, whose disks do what plans say.
#pragma once

#include "engine/storage/media_log_reader.h"
#include "engine/storage/media_log_writer.h"
#include "tests/engine/storage/failing_disk.h"
#include "tests/shared/calls/sample_records.h"

#include <QTemporaryDir>
#include <cstring>
#include <map>

namespace callmon::sample {

inline std::vector<std::filesystem::path> foldersOf(const std::filesystem::path& directory, std::size_t count)
{
    std::vector<std::filesystem::path> paths;
    for (std::size_t i = 1; i <= count; ++i)
        paths.push_back(directory / ("disk" + std::to_string(i)));
    return paths;
}

struct TwoDisks : ChunkOwner {
    QTemporaryDir temporary;
    std::filesystem::path path = temporary.path().toStdString();
    std::vector<std::filesystem::path> folders = foldersOf(path, 2);
    FailingDisk::Plan first, second;
    std::unique_ptr<MediaLogWriter> writer;
    std::size_t out = 0;
    std::map<StreamKey, MediaLocation> last;
    std::map<StreamKey, std::vector<std::uint32_t>> given, stored, refused; // first packet numbers of chunks

    void open(MediaPatience patience = {}, std::uint64_t segmentSize = 8u << 20, std::uint64_t mostBytes = 0)
    {
        writer.reset();
        MediaLogWriter::Options options;
        options.segmentSize = segmentSize;
        options.mostBytes = mostBytes;
        options.folders = folders;
        options.patience = patience;
        options.disks.push_back(std::make_unique<FailingDisk>(first));
        options.disks.push_back(std::make_unique<FailingDisk>(second));
        auto opened = MediaLogWriter::open(path, false, std::move(options));
        if (!opened)
            qFatal("%s", opened.error().what.c_str());
        writer = std::move(opened.value());
    }
    void giveBack(MediaChunk* chunk) override
    {
        --out;
        delete chunk;
    }
    void append(std::uint32_t firstStream, std::uint32_t streams, int rounds = 1)
    {
        for (int round = 0; round < rounds; ++round)
            for (std::uint32_t i = firstStream; i < firstStream + streams; ++i) {
                const StreamKey stream { { 1000 + i / 2 }, i % 2 };
                const auto number = static_cast<std::uint32_t>(40 * given[stream].size());
                given[stream].push_back(number);
                const OwnedChunk owned {
                    new MediaChunk(
                        chunk(stream, at("2026-02-20T10:00:00Z") + number * std::chrono::milliseconds(20), 40, number)),
                    this
                };
                ++out;
                writer->append({ &owned, 1 }, false);
            }
        take();
    }
    void take()
    {
        std::vector<MediaLogWriter::Settled> settled;
        writer->takeSettled(settled);
        for (const auto& chunk : settled) {
            (chunk.place ? stored : refused)[chunk.stream].push_back(given[chunk.stream][m_next[chunk.stream]++]);
            if (chunk.place)
                last[chunk.stream] = chunk.place;
        }
    }
    void flush()
    {
        writer->flush();
        take();
    }
    std::size_t refusedChunks() const
    {
        std::size_t count = 0;
        for (const auto& [stream, chunks] : refused)
            count += chunks.size();
        return count;
    }
    std::uint64_t gauge(const char* name) const
    {
        for (const NamedCounter& gauge : writer->gauges())
            if (gauge.name == name)
                return gauge.value;
        qFatal("no gauge %s", name);
    }
    // Whether what is told to be stored, and no more, is read back in order.
    bool allIsReadBack() const
    {
        MediaLogReader reader(path);
        for (const auto& [stream, chunks] : stored) {
            std::vector<std::uint32_t> numbers;
            const auto read = reader.read(stream, last.at(stream), [&](Bytes bytes) {
                std::uint32_t number = 0;
                MediaReader packets(bytes);
                if (const auto packet = packets.next())
                    std::memcpy(&number, packet->datagram.data(), sizeof number);
                numbers.push_back(number);
                return true;
            });
            if (!read || numbers != chunks) {
                qWarning("stream %lld/%u: %zu of %zu chunks, %s", static_cast<long long>(stream.call.value),
                    stream.index, numbers.size(), chunks.size(), read ? "" : read.error().what.c_str());
                return false;
            }
        }
        return true;
    }
    std::size_t segmentsOf(std::size_t folder) const { return segmentsIn(folders[folder]).size(); }

private:
    std::map<StreamKey, std::size_t> m_next;
};

}
