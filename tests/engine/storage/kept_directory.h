// A data directory with a keeper whose clock the test sets; it commits itself, as callmonctl does.
#pragma once

#include "engine/storage/record_keeper.h"
#include "engine/storage/segment_files.h"
#include "tests/engine/storage/test_directory.h"

#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>

namespace callmon::sample {

struct KeptDirectory : Directory {
    std::unique_ptr<RecordKeeper> keeper;
    Timestamp wall = at("2026-03-02T12:00:00Z");
    Nanoseconds steady {};
    std::chrono::milliseconds filesPatience = FolderAnswers::usualPatience;
    std::vector<std::string> said;
    std::function<void()> onClock; // called wherever the keeper looks at its clock

    void openKept(KeepPeriods periods = {}, DirectoryWriter::Tuning tuning = {})
    {
        open(tuning);
        openKeeper(periods);
    }
    void openKeeper(KeepPeriods periods = {}, bool commits = true)
    {
        RecordKeeper::Options options;
        options.periods = periods;
        options.filesPatience = filesPatience;
        options.commits = commits;
        options.clocks = { [this] {
                              if (onClock)
                                  onClock();
                              return wall;
                          },
            [this] { return steady; } };
        options.warn = [this](const std::string& sentence) { said.push_back(sentence); };
        auto opened = RecordKeeper::open(path, *writer, std::move(options));
        if (!opened)
            qFatal("%s", opened.error().what.c_str());
        keeper = std::move(opened.value());
    }
    void pass(std::chrono::hours time)
    {
        wall += time;
        steady += time;
    }
    void closeKept()
    {
        keeper.reset();
        closeWriter();
    }
    int steps(int most = 1000)
    {
        int count = 0;
        while (count < most && keeper->step())
            ++count;
        return count;
    }
    std::uint64_t kept(const char* name)
    {
        for (const NamedCounter& counter : keeper->counters())
            if (counter.name == name)
                return counter.value;
        qFatal("no counter %s", name);
    }
    bool wasSaid(const char* words) const
    {
        for (const std::string& sentence : said)
            if (sentence.find(words) != std::string::npos)
                return true;
        return false;
    }

    // A whole call of two streams, a second of each, `seconds` points, `messages` messages that carry `payload`.
    CallRecord put(Timestamp start, const std::string& callId, const std::string& caller = "+34910000001",
        const std::string& payload = "PAYLOAD", int chunks = 3)
    {
        CallRecord call = ended(sample::call(start, callId));
        call.caller = caller;
        writer->liveCall(call);
        for (int i = 0; i < 4; ++i) {
            MessageHead head;
            head.call = call.key;
            head.arrival = start + i * 1s;
            head.flow = { call.callerAddress, call.calleeAddress };
            const std::string text = "INVITE sip:" + caller + "@host SIP/2.0\r\n" + payload + std::to_string(i);
            head.wireSize = static_cast<std::uint32_t>(text.size());
            writer->message(head, std::as_bytes(std::span(text)));
        }
        for (std::uint32_t index = 0; index < 2; ++index) {
            const StreamRecord stream = sample::stream(call.key, index, start);
            for (int i = 0; i < chunks; ++i) {
                MediaChunk media;
                media.clear(stream.key);
                for (int packet = 0; packet < 40; ++packet) {
                    std::vector<std::byte> datagram(172, std::byte(index + 1));
                    const auto running = static_cast<std::uint32_t>(i * 40 + packet);
                    for (std::size_t b = 0; b < 4; ++b)
                        datagram[b] = std::byte(running >> (8 * b) & 0xff);
                    for (std::size_t b = 0; b < payload.size(); ++b)
                        datagram[16 + b] = std::byte(payload[b]);
                    media.append({ start + i * 800ms + packet * 20ms, 7ns, 172, datagram });
                }
                writer->media(media);
            }
            writer->stream(stream);
            for (int i = 0; i < 70; ++i)
                writer->quality(point(stream.key, start + i * 1s));
        }
        writer->callEnded(call);
        if (!writer->commit())
            qFatal("a commit failed");
        return call;
    }
    void setLastWrite(const std::filesystem::path& file, Timestamp time)
    {
        const timespec times[] { { 0, UTIME_OMIT },
            { std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count(), 0 } };
        if (::utimensat(AT_FDCWD, file.c_str(), times, 0) != 0)
            qFatal("no time could be set");
    }
    // All files whose bytes hold that text, as they lie there.
    std::vector<std::string> filesWith(const std::string& text) const
    {
        std::vector<std::string> files;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
            if (!entry.is_regular_file())
                continue;
            std::ifstream in(entry.path(), std::ios::binary);
            const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
            if (bytes.find(text) != std::string::npos)
                files.push_back(entry.path().string());
        }
        return files;
    }
    std::string firstFileWith(const std::string& text) const
    {
        const auto files = filesWith(text);
        return files.empty() ? std::string() : files.front();
    }
    std::size_t messagesOf(CallKey call, std::string* error = nullptr)
    {
        std::size_t count = 0;
        const auto read = query->messages(call, [&](const CallMessage&) {
            ++count;
            return true;
        });
        if (error)
            *error = read ? "" : read.error().what;
        return count;
    }
    std::size_t packetsOf(StreamKey stream, std::string* error = nullptr)
    {
        std::size_t count = 0;
        const auto read = query->media(stream, [&](Bytes bytes) {
            MediaReader reader(bytes);
            while (reader.next())
                ++count;
            return true;
        });
        if (error)
            *error = read ? "" : read.error().what;
        return count;
    }
};

}
