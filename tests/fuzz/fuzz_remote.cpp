// What crosses the remote interface, from either side. The first byte chooses the reader: the blobs that clients and
// engines decode, the guard that reads clients' frames, the pipe that cuts a byte stream into frames, or all of an
// engine's side: pipe, guard, Qt Remote Objects, and the session whose slots it calls. What the guard lets pass, Qt's
// own deserialiser must read to its last byte, as exactly the types that were declared. And no viewer is sent a number.
#include "engine/remote/client_frames.h"
#include "engine/remote/masking.h"
#include "engine/remote/remote_client.h"
#include "engine/remote/remote_session.h"
#include "shared/calls/recording_policy.h"
#include "shared/remote/frame_pipe.h"
#include "tests/fuzz/code_seeds.h"
#include "tests/shared/remote/sample_blobs.h"

#include <QCoreApplication>
#include <QDataStream>
#include <QMetaType>
#include <cstdlib>

using namespace callmon;

namespace {

class Wire : public QIODevice {
public:
    explicit Wire(QByteArray bytes, QByteArray* written = nullptr)
        : m_bytes(std::move(bytes))
        , m_written(written)
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
    qint64 writeData(const char* data, qint64 size) override
    {
        if (m_written != nullptr)
            m_written->append(data, size);
        return size;
    }

private:
    QByteArray m_bytes;
    QByteArray* m_written;
};

enum PacketType : quint16 { AddObject = 4, RemoveObject = 5, Invoke = 6, Ping = 10 };
const QString hello = QStringLiteral("Hello");
const QString session = QStringLiteral("Session");

constexpr const char* secret = "+34910000001"; // which no viewer may be sent, whatever it asks for

LiveDelta oneCall(std::uint64_t since)
{
    LiveDelta delta { { since == 0, since, 1, {}, {} }, {} };
    if (delta.snapshot)
        delta.changed.emplace_back().caller = std::string_view(secret);
    return delta;
}

AlarmDelta oneAlarm(std::uint64_t since)
{
    AlarmDelta delta { since == 0, since, 1, {}, {} };
    if (delta.snapshot)
        delta.changed.emplace_back().text = std::string_view(secret);
    return delta;
}

RemoteFeeds& feeds() // a call is on, and an alarm open
{
    static RemoteFeeds all { ListFeed(oneCall),
        ListFeed([](std::uint64_t since) { return withoutNumbers(oneCall(since)); }), ListFeed(oneAlarm) };
    return all;
}

std::unique_ptr<QueryRunner> makeRunner()
{
    const OpenQuery nothingStored = []() -> Result<std::unique_ptr<RecordQuery>> { return Error { "nothing" }; };
    return std::make_unique<QueryRunner>(nothingStored, nullptr, "ada");
}

RequestGate gateOf(RemoteRole role)
{
    static RemoteAudit audit;
    return RequestGate({ "ada", role, {} }, audit);
}

// As the contract declares them.
const std::vector<RemoteMethods>& methods()
{
    static const std::vector<RemoteMethods> all = [] {
        HelloObject helloObject(1, {}, [](quint32) { return QString(); });
        RemoteSession sessionObject(feeds(), makeRunner(), gateOf(RemoteRole::Admin));
        return std::vector<RemoteMethods> { methodsOf(HelloSourceAPI<HelloSource>(&helloObject)),
            methodsOf(SessionSourceAPI<SessionSource>(&sessionObject, session)) };
    }();
    return all;
}

void requireThatQtReads(Bytes frame)
{
    const QByteArray bytes(reinterpret_cast<const char*>(frame.data()), static_cast<qsizetype>(frame.size()));
    QDataStream in(bytes);
    in.setVersion(QDataStream::Qt_6_2); // what Qt Remote Objects sets
    in.setByteOrder(QDataStream::LittleEndian);
    quint16 type = 0;
    QString name;
    in >> type >> name;
    if (type == AddObject) {
        bool isDynamic = true;
        in >> isDynamic;
        if (isDynamic)
            std::abort();
    } else if (type == Invoke) {
        int call = -1, method = -1, serial = 0, property = 0;
        quint32 count = 0;
        in >> call >> method >> count;
        const auto& parameters = methods()[name == hello ? 0 : 1].parameters.at(static_cast<std::size_t>(method));
        if (call != QMetaObject::InvokeMetaMethod || count != parameters.size())
            std::abort();
        for (const int parameter : parameters) {
            QVariant argument;
            in >> argument;
            if (argument.typeId() != parameter)
                std::abort();
        }
        in >> serial >> property;
    }
    if (in.status() != QDataStream::Ok || !in.atEnd())
        std::abort();
}

std::optional<QString> judge(Bytes frame)
{
    auto objects = methods();
    const auto complaint = complaintAboutFrame(frame, objects);
    if (!complaint)
        requireThatQtReads(frame);
    return complaint ? std::optional(QString::fromStdString(*complaint)) : std::nullopt;
}

// Writes frames as Qt Remote Objects does.
class FrameWriter {
public:
    explicit FrameWriter(PacketType type, const QString& object)
        : m_out(&m_bytes, QIODevice::WriteOnly)
    {
        m_out.setVersion(QDataStream::Qt_6_2);
        m_out.setByteOrder(QDataStream::LittleEndian);
        m_out << quint32 { 0 } << quint16 { type } << object;
    }
    template <typename T> FrameWriter& operator<<(const T& value)
    {
        m_out << value;
        return *this;
    }
    QByteArray frame()
    {
        m_out.device()->seek(0);
        m_out << static_cast<quint32>(m_bytes.size() - 4);
        return m_bytes;
    }

private:
    QByteArray m_bytes;
    QDataStream m_out;
};

QByteArray frameOfCall(const QString& object, int method, const QVariantList& arguments)
{
    FrameWriter out(Invoke, object);
    out << int { QMetaObject::InvokeMetaMethod } << method << static_cast<quint32>(arguments.size());
    for (const QVariant& argument : arguments)
        out << argument;
    return (out << int { -1 } << int { -1 }).frame();
}

QByteArray openingOfSession()
{
    return (FrameWriter(AddObject, hello) << false).frame()
        + frameOfCall(hello, 0, { QVariant(quint32 { 1 }), QVariant(QStringLiteral("1.0")) })
        + (FrameWriter(AddObject, session) << false).frame();
}

// The input as a script of what a client does: most of it calls with the arguments that they take, so that the slots
// behind the guard are reached, and among them frames with a changed byte and bytes that are no frame.
class Script {
public:
    explicit Script(QByteArray bytes)
        : m_bytes(std::move(bytes))
    {
    }
    bool atEnd() const { return m_at >= m_bytes.size(); }
    QByteArray step()
    {
        switch (number(1) % 8) {
        case 0: {
            const QByteArray content = bytes(1);
            QByteArray length;
            for (int shift = 0; shift < 32; shift += 8)
                length += static_cast<char>(content.size() >> shift & 0xff);
            return length + content;
        }
        case 1:
            return bytes(1);
        case 2: {
            constexpr std::array types { AddObject, RemoveObject, Ping };
            const PacketType type = types[number(1) % types.size()];
            FrameWriter out(type, number(1) % 2 == 0 ? hello : session);
            return type == AddObject ? (out << false).frame() : out.frame();
        }
        case 3: {
            QByteArray frame = call();
            frame[static_cast<qsizetype>(number(2) % static_cast<quint64>(frame.size()))] =
                static_cast<char>(number(1));
            return frame;
        }
        default:
            return call();
        }
    }

private:
    quint64 number(int size)
    {
        quint64 value = 0;
        for (; size > 0; --size)
            value = value << 8 | (atEnd() ? 0 : static_cast<std::uint8_t>(m_bytes[m_at++]));
        return value;
    }
    QByteArray bytes(int sizeOfLength)
    {
        const QByteArray taken = m_bytes.mid(m_at, static_cast<qsizetype>(number(sizeOfLength)));
        m_at += taken.size();
        return taken;
    }
    QVariant argument(int type)
    {
        switch (type) {
        case QMetaType::Bool:
            return number(1) % 2 == 1;
        case QMetaType::UInt:
            return static_cast<quint32>(number(4));
        case QMetaType::LongLong:
            return static_cast<qint64>(number(8));
        case QMetaType::ULongLong:
            return number(1); // so that acknowledgements and cancelling meet requests
        case QMetaType::QString:
            return QString::fromLatin1(bytes(1));
        default:
            return bytes(2);
        }
    }
    QByteArray call()
    {
        const auto& parameters = methods()[1].parameters;
        const auto method = static_cast<std::size_t>(number(1)) % parameters.size();
        QVariantList arguments;
        for (const int type : parameters[method])
            arguments += argument(type);
        return frameOfCall(session, static_cast<int>(method), arguments);
    }

    QByteArray m_bytes;
    qsizetype m_at = 0;
};

void beAClient(const QByteArray& input)
{
    static int count = 0;
    static std::array<char*, 1> none {};
    static QCoreApplication application(count, none.data());
    QByteArray conversation = openingOfSession();
    Script script(input);
    for (int steps = 0; !script.atEnd() && steps < 64; ++steps)
        conversation += script.step();
    // By its first step; of the seeds, 7 is an admin, and 4 a viewer.
    const auto role = static_cast<RemoteRole>(input.isEmpty() ? 0 : static_cast<std::uint8_t>(input[0]) % 4);
    QByteArray sent;
    RemoteClient client(std::make_unique<Wire>(conversation, &sent),
        { 1, QStringLiteral("1.0"), 1 << 24, makeRunner, gateOf(role) }, feeds());
    client.start();
    client.everySecond({ secret, "no addresses" });
    client.nextStep();
    QCoreApplication::processEvents();
    if (role == RemoteRole::Viewer && sent.contains(secret))
        std::abort();
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
    // And whole scripts: each method of the session once, those that take a blob with each blob.
    constexpr std::uint8_t client = 4, call = 7;
    const auto& parameters = methods()[1].parameters;
    for (std::size_t method = 0; method < parameters.size(); ++method) {
        const bool takesBlob =
            std::ranges::find(parameters[method], int { QMetaType::QByteArray }) != parameters[method].end();
        for (const QByteArray& blob : takesBlob ? sample::blobs() : std::vector<QByteArray> { QByteArray(20, 'x') }) {
            std::vector<std::uint8_t> seed { client, call, static_cast<std::uint8_t>(method), 1 };
            if (takesBlob) {
                seed.push_back(static_cast<std::uint8_t>(blob.size() >> 8));
                seed.push_back(static_cast<std::uint8_t>(blob.size()));
            }
            seed.insert(seed.end(), blob.begin(), blob.end());
            seeds.push_back(std::move(seed));
        }
    }
    // And a viewer, who follows all there is.
    constexpr std::uint8_t callOfViewer = 4;
    std::vector<std::uint8_t> viewer { client };
    for (std::size_t method = 0; method < parameters.size(); ++method)
        if (parameters[method] == std::vector { int { QMetaType::Bool } })
            for (const std::uint8_t byte : { callOfViewer, static_cast<std::uint8_t>(method), std::uint8_t { 1 } })
                viewer.push_back(byte);
    seeds.push_back(std::move(viewer));
    return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const QByteArray rest(reinterpret_cast<const char*>(data + 1), static_cast<qsizetype>(size - 1));
    switch (data[0] % 5) {
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
        if (const auto why = decodeSentence(rest)) {
            if (encode(*why) != rest || toText(*why).size() > 40'000 + static_cast<std::size_t>(rest.size()))
                std::abort();
        }
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
    case 4:
        beAClient(rest);
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
