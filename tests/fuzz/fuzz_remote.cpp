// What crosses the remote interface, from either side. The first byte chooses the reader: the blobs that clients and
// engines decode, the guard that reads clients' frames, or the pipe that cuts a byte stream into frames.
#include "engine/remote/client_frames.h"
#include "shared/calls/recording_policy.h"
#include "shared/remote/frame_pipe.h"
#include "tests/fuzz/code_seeds.h"
#include "tests/shared/remote/sample_blobs.h"

#include <QMetaType>
#include <cstdlib>

using namespace callmon;

namespace {

class Wire : public QIODevice {
public:
    explicit Wire(QByteArray bytes)
        : m_bytes(std::move(bytes))
    {
        open(QIODevice::ReadWrite | QIODevice::Unbuffered);
    }
    bool isSequential() const override { return true; }
    qint64 bytesAvailable() const override { return m_bytes.size(); }

protected:
    qint64 readData(char* data, qint64 maxSize) override
    {
        const qint64 size = std::min<qint64>(maxSize, m_bytes.size());
        std::copy_n(m_bytes.constData(), size, data);
        m_bytes.remove(0, size);
        return size;
    }
    qint64 writeData(const char*, qint64 size) override { return size; }

private:
    QByteArray m_bytes;
};

const std::vector<RemoteMethods>& methods()
{
    static const std::vector<RemoteMethods> all { { u"Hello", { { QMetaType::UInt, QMetaType::QString } } },
        { u"Session",
            { {}, { QMetaType::Bool }, {}, { QMetaType::ULongLong, QMetaType::QByteArray },
                { QMetaType::ULongLong, QMetaType::LongLong } } } };
    return all;
}

std::optional<QString> judge(Bytes frame)
{
    const auto complaint = complaintAboutFrame(frame, methods());
    return complaint ? std::optional(QString::fromStdString(*complaint)) : std::nullopt;
}

}

// The blobs as they are now, whatever the fields of this version are: each for the reader that takes it.
std::vector<std::vector<std::uint8_t>> codeSeeds()
{
    std::vector<std::vector<std::uint8_t>> seeds;
    for (const QByteArray& blob : sample::blobs())
        for (std::uint8_t reader = 0; reader < 3; ++reader) {
            const bool reads = reader == 0 ? decodeCallQuery(blob) || decodeProbeStatus(blob) || decodeAlarmQuery(blob)
                    || decodeAlarmRule(blob) || decodeServiceQuery(blob) || decodeRecordingRules(blob)
                : reader == 1 ? decodeLiveDeltaPart(blob) || decodeAlarmDeltaPart(blob)
                              : decodeAnswer(blob).has_value();
            if (!reads)
                continue;
            seeds.push_back({ reader });
            seeds.back().insert(seeds.back().end(), blob.begin(), blob.end());
        }
    return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const QByteArray rest(reinterpret_cast<const char*>(data + 1), static_cast<qsizetype>(size - 1));
    switch (data[0] % 4) {
    case 0:
        // What decodes, encodes to the same bytes: the format has one form of everything.
        if (const auto query = decodeCallQuery(rest))
            if (encode(*query) != rest)
                std::abort();
        if (const auto query = decodeServiceQuery(rest))
            if (encode(*query) != rest)
                std::abort();
        if (const auto status = decodeProbeStatus(rest))
            if (encode(*status) != rest)
                std::abort();
        if (const auto query = decodeAlarmQuery(rest))
            if (encode(*query) != rest)
                std::abort();
        if (const auto rule = decodeAlarmRule(rest)) {
            if (encode(*rule) != rest)
                std::abort();
            static_cast<void>(checkRule(*rule));
        }
        if (const auto rules = decodeRecordingRules(rest)) { // those that pass the check can be asked about any call
            if (encode(*rules) != rest)
                std::abort();
            if (checkRecordingRules(rules->rules, {})) {
                RecordedCall call;
                call.caller = std::string_view(reinterpret_cast<const char*>(data), std::min<std::size_t>(size, 127));
                call.complete = true;
                if (!RecordingPolicy(rules->rules, {}).decide(call))
                    std::abort();
            }
        }
        break;
    case 1:
        if (auto part = decodeAlarmDeltaPart(rest)) {
            DeltaAssembler<AlarmDelta> assembler;
            static_cast<void>(assembler.add(std::move(*part)));
        }
        if (auto part = decodeLiveDeltaPart(rest)) {
            DeltaAssembler<LiveDelta> assembler;
            static_cast<void>(assembler.add(std::move(*part)));
        }
        break;
    case 2:
        if (const auto answer = decodeAnswer(rest))
            if (std::visit([](const auto& page) { return encode(page); }, *answer) != rest)
                std::abort();
        break;
    default: {
        static_cast<void>(judge(std::as_bytes(std::span(data + 1, size - 1))));
        FramePipe pipe(std::make_unique<Wire>(rest), FrameRules { 4096, judge });
        QObject::connect(&pipe, &QIODevice::readyRead, &pipe, [&] { pipe.readAll(); });
        pipe.start();
    }
    }
    return 0;
}
