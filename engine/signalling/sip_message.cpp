#include "engine/signalling/sip_message.h"

#include "engine/signalling/text.h"

#include <algorithm>
#include <array>

namespace callmon {

namespace {

constexpr auto npos = std::string_view::npos;

// In the order of SipMethod; the most frequent of call signalling first.
constexpr std::array<std::string_view, 14> methodNames { "INVITE", "ACK", "BYE", "CANCEL", "REGISTER", "OPTIONS",
    "PRACK", "UPDATE", "REFER", "NOTIFY", "SUBSCRIBE", "INFO", "MESSAGE", "PUBLISH" };

SipMethod methodOf(std::string_view name) // case matters (RFC 3261 7.1)
{
    const auto* const found = std::find(methodNames.begin(), methodNames.end(), name);
    return static_cast<SipMethod>(found - methodNames.begin());
}

bool isToken(std::string_view text) // RFC 3261 25.1
{
    const auto inToken = [](char c) {
        return (toLower(c) >= 'a' && toLower(c) <= 'z') || (c >= '0' && c <= '9')
            || std::string_view("-.!%*_+`'~").find(c) != npos;
    };
    return !text.empty() && std::all_of(text.begin(), text.end(), inToken);
}

// "SIP/2.0", and any other version: what the probe cannot know it still can follow. This is what tells SIP from RTSP
// and SSDP, which have methods of the same names.
bool isSipVersion(std::string_view text)
{
    return text.size() >= 7 && startsWithIgnoringCase(text, "sip/") && text[4] >= '0' && text[4] <= '9'
        && text[5] == '.' && decimal<unsigned>(text.substr(6));
}

bool readStatusLine(std::string_view line, SipMessage& message)
{
    if (!isSipVersion(takeWord(line)))
        return false;
    const std::string_view code = takeWord(line);
    const auto status = decimal<std::uint16_t>(code);
    if (!status || code.size() != 3 || *status < 100 || *status > 699)
        return false;
    message.status = *status;
    message.reasonPhrase = trim(line);
    return true;
}

// The URI is what lies between the first word and the last one: blanks inside it (RFC 4475 3.1.2.8) are kept.
bool readRequestLine(std::string_view line, SipMessage& message)
{
    const std::string_view method = takeWord(line);
    line = trim(line);
    std::size_t version = line.size();
    while (version > 0 && line[version - 1] != ' ' && line[version - 1] != '\t')
        --version;
    if (!isToken(method) || version == 0 || !isSipVersion(line.substr(version)))
        return false;
    message.isRequest = true;
    message.method = methodOf(method);
    message.requestUri = trim(line.substr(0, version));
    return true;
}

struct Header {
    std::string_view name;
    std::string_view value; // with its folds (RFC 3261 7.3.1), and with the blanks around it: few are looked at
};

// Takes a header field and its continuation lines off the front. False at the blank line, which is taken too, and at a
// line that the end of the text cuts: what it would have said is not known.
bool takeHeader(std::string_view& text, Header& header)
{
    const auto lineEnd = [text](std::size_t from) {
        const std::size_t length = findAny<'\n'>(text.substr(from));
        return length == npos ? npos : from + length;
    };
    std::size_t end = findAny<'\n'>(text);
    const std::string_view firstLine = text.substr(0, end);
    const bool blankLine = firstLine.empty() || firstLine == "\r";
    while (!blankLine && end != npos && end + 1 < text.size() && (text[end + 1] == ' ' || text[end + 1] == '\t'))
        end = lineEnd(end + 1);
    const std::string_view field = text.substr(0, end);
    text.remove_prefix(end == npos ? text.size() : end + 1);
    if (blankLine || end == npos)
        return false;
    const std::size_t colon = findAny<':'>(firstLine);
    header.name = colon == npos ? std::string_view() : trim(firstLine.substr(0, colon));
    header.value = field.substr(std::min(colon, field.size() - 1) + 1);
    return true;
}

// Of a header that comes again only the first is kept.
void keepFirst(std::string_view& kept, std::string_view value)
{
    if (kept.empty())
        kept = trim(value);
}

struct FieldValues {
    std::string_view callId;
    std::string_view cseq;
    std::string_view from;
    std::string_view to;
    std::string_view via;
    std::string_view contentType;
    std::string_view contentLength;
    bool contentLengthDisputed = false;
    std::string_view server;
};

// The rarer ones go straight where they belong.
void keep(const Header& header, FieldValues& fields, SipMessage& message)
{
    switch (header.name.size()) {
    case 1: // compact forms: RFC 3261 7.3.3
        switch (toLower(header.name[0])) {
        case 'i':
            return keepFirst(fields.callId, header.value);
        case 'f':
            return keepFirst(fields.from, header.value);
        case 't':
            return keepFirst(fields.to, header.value);
        case 'v':
            return keepFirst(fields.via, header.value);
        case 'm':
            return keepFirst(message.contact, header.value);
        case 'c':
            return keepFirst(fields.contentType, header.value);
        case 'l':
            return keep({ "content-length", header.value }, fields, message);
        case 'r':
            return keepFirst(message.referTo, header.value);
        case 'x':
            return keepFirst(message.sessionExpires, header.value);
        default:
            return;
        }
    case 2:
        if (equalsIgnoringCase(header.name, "to"))
            keepFirst(fields.to, header.value);
        return;
    case 3:
        if (equalsIgnoringCase(header.name, "via"))
            keepFirst(fields.via, header.value);
        return;
    case 4:
        if (equalsIgnoringCase(header.name, "from"))
            keepFirst(fields.from, header.value);
        else if (equalsIgnoringCase(header.name, "cseq"))
            keepFirst(fields.cseq, header.value);
        return;
    case 6:
        if (equalsIgnoringCase(header.name, "reason"))
            keepFirst(message.reasons[message.reasons[0].empty() ? 0 : 1], header.value);
        else if (equalsIgnoringCase(header.name, "server"))
            keepFirst(fields.server, header.value);
        return;
    case 7:
        if (equalsIgnoringCase(header.name, "call-id"))
            keepFirst(fields.callId, header.value);
        else if (equalsIgnoringCase(header.name, "contact"))
            keepFirst(message.contact, header.value);
        return;
    case 8:
        if (equalsIgnoringCase(header.name, "refer-to"))
            keepFirst(message.referTo, header.value);
        else if (equalsIgnoringCase(header.name, "replaces"))
            keepFirst(message.replaces, header.value);
        return;
    case 9:
        if (equalsIgnoringCase(header.name, "diversion"))
            keepFirst(message.diversion, header.value);
        return;
    case 10:
        if (equalsIgnoringCase(header.name, "user-agent"))
            keepFirst(message.userAgent, header.value);
        else if (equalsIgnoringCase(header.name, "session-id"))
            keepFirst(message.sessionId, header.value);
        return;
    case 12:
        if (equalsIgnoringCase(header.name, "content-type")) {
            keepFirst(fields.contentType, header.value);
        } else if (equalsIgnoringCase(header.name, "history-info")) {
            message.historyContinues |= !message.historyInfo.empty();
            keepFirst(message.historyInfo, header.value);
        }
        return;
    case 14:
        if (equalsIgnoringCase(header.name, "content-length")) {
            fields.contentLengthDisputed |= !fields.contentLength.empty() && fields.contentLength != trim(header.value);
            keepFirst(fields.contentLength, header.value);
        }
        return;
    case 15:
        if (equalsIgnoringCase(header.name, "session-expires"))
            keepFirst(message.sessionExpires, header.value);
        return;
    case 19:
        if (equalsIgnoringCase(header.name, "p-asserted-identity"))
            keepFirst(message.assertedIdentity, header.value);
        return;
    default:
        return;
    }
}

// "314159 INVITE". The number fits 31 bits (RFC 3261 8.1.1.5); one that fits no 32 cannot be matched with anything.
bool readCseq(std::string_view value, SipMessage& message)
{
    std::string_view rest = value;
    const auto number = decimal<std::uint32_t>(takeWord(rest));
    if (!number)
        return false;
    message.cseq = *number;
    const std::string_view method = trim(rest);
    if (!message.isRequest)
        message.method = methodOf(method);
    return message.isRequest || isToken(method);
}

std::string_view firstBytesAsText(Bytes bytes, std::size_t count)
{
    const Bytes first = bytes.first(std::min(bytes.size(), count));
    return { reinterpret_cast<const char*>(first.data()), first.size() };
}

std::string_view withoutKeepAlive(std::string_view text) // RFC 3261 7.5, RFC 5626 3.5.1
{
    while (!text.empty() && (text.front() == '\r' || text.front() == '\n'))
        text.remove_prefix(1);
    return text;
}

enum class Verdict { Sip, NotSip, OverLimit };

Verdict read(std::string_view text, const SipLimits& limits, SipMessage& message)
{
    text = withoutKeepAlive(text);
    const std::string_view startLine = trim(takeLine(text));
    const bool isResponse = startsWithIgnoringCase(startLine, "sip/");
    if (!(isResponse ? readStatusLine(startLine, message) : readRequestLine(startLine, message)))
        return Verdict::NotSip;

    FieldValues fields;
    const std::string_view headers = text;
    std::uint32_t count = 0;
    Header header;
    for (std::size_t before = text.size(); takeHeader(text, header); before = text.size()) {
        if (++count > limits.headers || before - text.size() > limits.headerBytes)
            return Verdict::OverLimit;
        keep(header, fields, message);
    }
    message.headers = headers.substr(0, headers.size() - text.size());

    if (fields.callId.empty() || fields.from.empty() || fields.to.empty() || !readCseq(fields.cseq, message))
        return Verdict::NotSip;
    message.callId = fields.callId;
    message.from = parseSipAddress(fields.from);
    message.to = parseSipAddress(fields.to);
    message.viaBranch = parameterOf(fields.via, "branch");
    message.contentType = fields.contentType;
    if (!fields.contentLengthDisputed)
        message.contentLength = decimal<std::size_t>(fields.contentLength);
    if (!message.isRequest && !fields.server.empty())
        message.userAgent = fields.server;
    message.body = text.substr(0, message.contentLength.value_or(npos));
    return Verdict::Sip;
}

}

std::string_view toText(SipMethod method)
{
    const auto index = static_cast<std::size_t>(method);
    return index < methodNames.size() ? methodNames[index] : "OTHER";
}

bool looksLikeSip(Bytes payload)
{
    constexpr std::size_t enough = 16; // two CRLFs, the longest method and a space
    const std::string_view text = withoutKeepAlive(firstBytesAsText(payload, enough));
    if (text.starts_with("SIP/2.0 "))
        return true;
    const std::size_t space = text.find(' ');
    return space != npos && methodOf(text.substr(0, space)) != SipMethod::Other;
}

std::optional<SipMessage> parseSip(std::string_view text)
{
    auto message = std::make_optional<SipMessage>();
    if (read(text, {}, *message) != Verdict::Sip)
        message.reset();
    return message;
}

SipReading readSip(std::string_view text, const SipLimits& limits)
{
    SipReading reading;
    const Verdict verdict = read(text, limits, reading.message.emplace());
    if (verdict != Verdict::Sip)
        reading.message.reset();
    reading.overLimit = verdict == Verdict::OverLimit;
    return reading;
}

std::string_view headerValue(const SipMessage& message, std::string_view lowerCaseName)
{
    std::string_view text = message.headers;
    Header header;
    while (takeHeader(text, header)) {
        if (equalsIgnoringCase(header.name, lowerCaseName))
            return trim(header.value);
    }
    return {};
}

}
