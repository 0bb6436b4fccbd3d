// How the blobs of wire.h are written and read: one list of fields per struct serves both ways, `visit(archive, value)`
// with a Writer or a Reader. Internal to shared/remote.
#pragma once

#include "shared/base/sentence.h"
#include "shared/calls/alarm.h"
#include "shared/remote/byte_writer.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>

namespace callmon::wire {

enum class Kind : std::uint8_t {
    LiveDelta = 1,
    CallQuery,
    ProbeStatus,
    FoundCalls,
    StreamPage,
    QualityPage,
    MediaPage,
    MessagePage,
    AlarmDelta,
    AlarmQuery,
    FoundAlarms,
    AlarmRule,
    AlarmRulePage,
    AlarmRuleChangePage,
    RecordingRules,
    // 20 and 21 are those of wire_service.cpp.
    HoldPage = 30,
    DeletionRequest,
    DeletionPage,
    RetentionClock,
    CallNotes = 40,
    TagNamePage,
    RemoteIdentity,
    AuditQuery,
    AuditPage,
    AnswerRemarks,
    Sentence
};
constexpr std::uint8_t blobVersion = 11;

class Writer {
public:
    explicit Writer(Kind kind)
    {
        m_out.u8(static_cast<std::uint8_t>(kind));
        m_out.u8(blobVersion);
    }

    void field(std::uint8_t value) { m_out.u8(value); }
    void field(std::uint16_t value) { m_out.u16(value); }
    void field(std::uint32_t value) { m_out.u32(value); }
    void field(std::uint64_t value) { m_out.u64(value); }
    void field(std::int64_t value) { m_out.i64(value); }
    void field(float value) { m_out.f32(value); }
    void field(double value) { m_out.f64(value); }
    void field(bool value) { m_out.u8(value ? 1 : 0); }
    void field(const std::string& value) { m_out.text(value); }
    void field(Timestamp value) { m_out.i64(nanosecondsSinceEpoch(value)); }
    void field(Nanoseconds value) { m_out.i64(value.count()); }
    void field(Milliseconds value) { m_out.f64(value.count()); }
    void field(const IpAddress& value) { m_out.bytes(value.bytes()); }
    template <std::size_t capacity> void field(const FixedText<capacity>& value) { m_out.text(value.view()); }
    template <typename Enumeration> void enumeration(Enumeration value, Enumeration)
    {
        m_out.u8(static_cast<std::uint8_t>(value));
    }
    template <typename T> void field(const std::optional<T>& value)
    {
        m_out.u8(value ? 1 : 0);
        if (value)
            field(*value);
    }
    template <typename Enumeration> void enumeration(const std::optional<Enumeration>& value, Enumeration)
    {
        m_out.u8(value ? 1 : 0);
        if (value)
            m_out.u8(static_cast<std::uint8_t>(*value));
    }
    void field(const CallKey& value) { m_out.i64(value.value); }
    void field(const AlarmId& value) { m_out.i64(value.value); }
    void field(std::chrono::seconds value) { m_out.i64(value.count()); }
    ByteWriter& out() { return m_out; }

private:
    ByteWriter m_out;
};

class Reader {
public:
    Reader(const QByteArray& blob, Kind kind)
        : m_in(bytesOf(blob))
    {
        if (m_in.u8() != static_cast<std::uint8_t>(kind) || m_in.u8() != blobVersion)
            fail();
    }

    void field(std::uint8_t& value) { value = m_in.u8(); }
    void field(std::uint16_t& value) { value = m_in.u16(); }
    void field(std::uint32_t& value) { value = m_in.u32(); }
    void field(std::uint64_t& value) { value = m_in.u64(); }
    void field(std::int64_t& value) { value = static_cast<std::int64_t>(m_in.u64()); }
    void field(float& value) { value = std::bit_cast<float>(m_in.u32()); }
    void field(double& value) { value = std::bit_cast<double>(m_in.u64()); }
    void field(bool& value)
    {
        const std::uint8_t raw = m_in.u8();
        if (raw > 1)
            fail();
        value = raw == 1;
    }
    void field(std::string& value) { value = text(std::numeric_limits<std::uint16_t>::max()); }
    void field(Timestamp& value) { value = timestampFromNanoseconds(static_cast<std::int64_t>(m_in.u64())); }
    void field(Nanoseconds& value) { value = Nanoseconds(static_cast<std::int64_t>(m_in.u64())); }
    void field(Milliseconds& value) { value = Milliseconds(std::bit_cast<double>(m_in.u64())); }
    void field(IpAddress& value)
    {
        const Bytes raw = m_in.take(16);
        if (raw.size() == 16)
            value = IpAddress::v6(raw.first<16>());
    }
    template <std::size_t capacity> void field(FixedText<capacity>& value) { value = text(capacity); }
    template <typename Enumeration> void enumeration(Enumeration& value, Enumeration last)
    {
        const std::uint8_t raw = m_in.u8();
        if (raw > static_cast<std::uint8_t>(last))
            fail();
        else
            value = static_cast<Enumeration>(raw);
    }
    template <typename T> void field(std::optional<T>& value)
    {
        bool present = false;
        field(present);
        if (present)
            field(value.emplace());
    }
    template <typename Enumeration> void enumeration(std::optional<Enumeration>& value, Enumeration last)
    {
        bool present = false;
        field(present);
        if (present)
            enumeration(value.emplace(), last);
    }
    void field(CallKey& value) { value.value = static_cast<std::int64_t>(m_in.u64()); }
    void field(AlarmId& value) { value.value = static_cast<std::int64_t>(m_in.u64()); }
    void field(std::chrono::seconds& value) { value = std::chrono::seconds(static_cast<std::int64_t>(m_in.u64())); }

    // Empty when what is left cannot hold so many elements of at least so many bytes.
    std::size_t count(std::size_t elementBytes)
    {
        const std::size_t count = m_in.u32();
        if (count <= m_in.left() / elementBytes)
            return count;
        fail();
        return 0;
    }
    Bytes rest() { return m_in.take(m_in.left()); }
    bool ok() const { return m_in.ok(); }
    bool complete() const { return m_in.ok() && m_in.left() == 0; }

    void fail() { m_in.skip(m_in.left() + 1); }

private:
    std::string_view text(std::size_t capacity)
    {
        const std::size_t size = m_in.u16();
        if (size > capacity) {
            fail();
            return {};
        }
        const Bytes raw = m_in.take(size);
        return { reinterpret_cast<const char*>(raw.data()), raw.size() };
    }

    ByteReader m_in;
};

inline std::uint32_t count32(std::size_t count)
{
    return static_cast<std::uint32_t>(count);
}

template <typename T, typename Visit>
bool readList(Reader& in, std::vector<T>& list, std::size_t elementBytes, Visit visitElement)
{
    const std::size_t count = in.count(elementBytes);
    list.reserve(count);
    for (std::size_t i = 0; i < count && in.ok(); ++i)
        visitElement(in, list.emplace_back());
    return in.ok();
}

template <typename T, typename Visit> void writeList(Writer& out, const std::vector<T>& list, Visit visitElement)
{
    out.field(count32(list.size()));
    for (const T& element : list)
        visitElement(out, element);
}

// Sentences are a few words with a few parts: of a deeper or longer one only the English text is sent.
void writeSentence(Writer& out, const Sentence& sentence);
void readSentence(Reader& in, Sentence& sentence);
constexpr std::size_t sentenceMinBytes = 4;

template <typename T, typename Visit> QByteArray writePage(Writer out, const std::vector<T>& list, Visit visitElement)
{
    writeList(out, list, visitElement);
    return out.out().take();
}

// As many of a list, from `next` on, as there is room for.
template <typename T, typename Visit>
void writeSome(Writer& out, const std::vector<T>& list, std::size_t& next, std::size_t messageBytes, Visit visitElement)
{
    const std::size_t countAt = out.out().size();
    out.field(std::uint32_t { 0 });
    const std::size_t first = next;
    for (; next < list.size() && out.out().size() < messageBytes; ++next)
        visitElement(out, list[next]);
    out.out().u32At(countAt, count32(next - first));
}

// A delta in parts of about `messageBytes`: u32 number | u32 parts | snapshot | versions | rows | figures, where it has
// such | keys that went.
inline Writer beginPart(
    Kind kind, std::size_t number, bool snapshot, std::uint64_t fromVersion, std::uint64_t toVersion)
{
    Writer out(kind);
    out.field(count32(number));
    out.field(std::uint32_t { 0 }); // parts in all: known at the end
    out.field(snapshot);
    out.field(fromVersion);
    out.field(toVersion);
    return out;
}

inline void writeNumberOfParts(std::vector<QByteArray>& parts)
{
    constexpr qsizetype partsAt = 6;
    for (QByteArray& part : parts)
        for (int i = 0; i < 4; ++i)
            part[partsAt + i] = static_cast<char>(parts.size() >> (24 - 8 * i) & 0xff);
}

template <typename Delta, typename Visit>
std::vector<QByteArray> encodeParts(Kind kind, const Delta& delta, std::size_t messageBytes, Visit visit)
{
    std::vector<QByteArray> parts;
    std::size_t row = 0;
    [[maybe_unused]] std::size_t figures = 0;
    std::size_t removal = 0;
    const auto isWhole = [&] {
        bool whole = row == delta.changed.size() && removal == delta.removed.size();
        if constexpr (HasFigures<Delta>)
            whole = whole && figures == delta.figures.size();
        return whole;
    };
    do {
        Writer out = beginPart(kind, parts.size(), delta.snapshot, delta.fromVersion, delta.toVersion);
        writeSome(out, delta.changed, row, messageBytes, visit);
        if constexpr (HasFigures<Delta>)
            writeSome(out, delta.figures, figures, messageBytes, visit);
        writeSome(out, delta.removed, removal, messageBytes, [](Writer& w, const auto& key) { w.field(key); });
        parts.push_back(out.out().take());
    } while (!isWhole());
    writeNumberOfParts(parts);
    return parts;
}

template <typename Part, typename Visit>
std::optional<Part> decodePart(const QByteArray& blob, Kind kind, std::size_t rowMinBytes, Visit visit,
    [[maybe_unused]] std::size_t figuresBytes = 0)
{
    constexpr std::size_t keyBytes = 8;
    Reader in(blob, kind);
    Part part;
    in.field(part.number);
    in.field(part.parts);
    in.field(part.delta.snapshot);
    in.field(part.delta.fromVersion);
    in.field(part.delta.toVersion);
    readList(in, part.delta.changed, rowMinBytes, visit);
    if constexpr (HasFigures<decltype(part.delta)>)
        readList(in, part.delta.figures, figuresBytes, visit);
    readList(in, part.delta.removed, keyBytes, [](Reader& r, auto& key) { r.field(key); });
    if (!in.complete() || part.number >= part.parts)
        return std::nullopt;
    return part;
}

}
