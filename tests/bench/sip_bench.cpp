// What reading one message of a call costs: our parser (views, one pass) against the usual one (strings, split, a map
// of headers) and, where it is installed, libosip2. All are checked to find the same before anything is timed. Then
// hostile messages of 60 kB, in time per byte: a scan that starts again at every byte would show there.
#include "bench_machine.h"
#include "engine/signalling/sdp.h"
#include "engine/signalling/sip_message.h"

#if CALLMON_HAVE_OSIP
#include <osipparser2/osip_parser.h>
#include <osipparser2/sdp_message.h>
#endif

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <numeric>
#include <sstream>
#include <vector>

using namespace callmon;

namespace {

std::string withSdp(std::string headers, const char* address, int port)
{
    std::ostringstream sdp;
    sdp << "v=0\r\no=- 20518 0 IN IP4 " << address << "\r\ns=-\r\nc=IN IP4 " << address << "\r\nt=0 0\r\nm=audio "
        << port
        << " RTP/AVP 8 0 18 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:18 G729/8000\r\n"
           "a=fmtp:18 annexb=no\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 "
           "0-15\r\na=ptime:20\r\na=sendrecv\r\n";
    return headers + "Content-Type: application/sdp\r\nContent-Length: " + std::to_string(sdp.str().size()) + "\r\n\r\n"
        + sdp.str();
}

// The seven messages of an answered call.
std::vector<std::string> callMessages()
{
    const auto common = [](const char* startLine, const char* branch, const char* toTag, const char* cseq) {
        return std::string(startLine) + "\r\nVia: SIP/2.0/UDP 192.0.2.10:5060;branch=" + branch + ";rport=5060\r\n"
            + "Record-Route: <sip:proxy1.example.net;lr>\r\nRecord-Route: <sip:proxy2.example.net;lr>\r\n"
              "Max-Forwards: 69\r\nFrom: \"Alice Example\" <sip:+34910000001@example.net;user=phone>;tag=as58f4201b\r\n"
              "To: <sip:+34910000002@example.net;user=phone>"
            + toTag + "\r\nCall-ID: 2c1d3e0a4b5f6071-9a8b7c6d@192.0.2.10\r\nCSeq: " + cseq
            + "\r\nContact: <sip:+34910000001@192.0.2.10:5060>\r\nUser-Agent: Example PBX 18.9\r\n"
              "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, SUBSCRIBE, NOTIFY, INFO, PUBLISH, MESSAGE\r\n"
              "Supported: replaces, timer, 100rel\r\nP-Asserted-Identity: <sip:+34910000001@example.net>\r\n";
    };
    const char* const end = "Content-Length: 0\r\n\r\n";
    const char* const tag = ";tag=gK0c7a11f2";
    return { withSdp(common("INVITE sip:+34910000002@192.0.2.20 SIP/2.0", "z9hG4bK1", "", "102 INVITE"), "192.0.2.10",
                 11424),
        common("SIP/2.0 100 Trying", "z9hG4bK1", "", "102 INVITE") + end,
        common("SIP/2.0 180 Ringing", "z9hG4bK1", tag, "102 INVITE") + end,
        withSdp(common("SIP/2.0 200 OK", "z9hG4bK1", tag, "102 INVITE"), "192.0.2.20", 20002),
        common("ACK sip:+34910000002@192.0.2.20 SIP/2.0", "z9hG4bK2", tag, "102 ACK") + end,
        common("BYE sip:+34910000002@192.0.2.20 SIP/2.0", "z9hG4bK3", tag, "103 BYE") + end,
        common("SIP/2.0 200 OK", "z9hG4bK3", tag, "103 BYE") + end };
}

struct Facts { // what both parsers find
    std::string callId, fromUser, fromTag, toUser, toTag, branch, cseqMethod, mediaAddress;
    unsigned status = 0, cseq = 0, mediaPort = 0;
    std::size_t codecs = 0;
    bool operator==(const Facts&) const = default;
};

// ---- the usual way

std::string stripped(const std::string& text)
{
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

std::vector<std::string> split(const std::string& text, char separator)
{
    std::vector<std::string> pieces;
    std::istringstream in(text);
    for (std::string piece; std::getline(in, piece, separator);)
        pieces.push_back(stripped(piece));
    return pieces;
}

std::string naiveParameter(const std::string& value, const std::string& name)
{
    for (const std::string& piece : split(value, ';'))
        if (piece.rfind(name + "=", 0) == 0)
            return piece.substr(name.size() + 1);
    return "";
}

std::string naiveUser(const std::string& value)
{
    const std::size_t scheme = value.find("sip:");
    return value.substr(scheme + 4, value.find('@', scheme) - scheme - 4);
}

Facts naive(const std::string& message)
{
    Facts facts;
    const std::size_t blank = message.find("\r\n\r\n");
    const std::vector<std::string> lines = split(message.substr(0, blank), '\n');
    std::map<std::string, std::vector<std::string>> headers;
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const std::size_t colon = lines[i].find(':');
        std::string name = stripped(lines[i].substr(0, colon));
        std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
        headers[name].push_back(stripped(lines[i].substr(colon + 1)));
    }
    const std::vector<std::string> first = split(lines[0], ' ');
    if (first[0] == "SIP/2.0")
        facts.status = static_cast<unsigned>(std::stoul(first[1]));
    const std::string& from = headers["from"][0];
    const std::string& to = headers["to"][0];
    facts.callId = headers["call-id"][0];
    facts.fromUser = naiveUser(from);
    facts.fromTag = naiveParameter(from.substr(from.find('>')), "tag");
    facts.toUser = naiveUser(to);
    facts.toTag = naiveParameter(to.substr(to.find('>')), "tag");
    facts.branch = naiveParameter(headers["via"][0], "branch");
    const std::vector<std::string> cseq = split(headers["cseq"][0], ' ');
    facts.cseq = static_cast<unsigned>(std::stoul(cseq[0]));
    facts.cseqMethod = cseq[1];
    if (headers["content-type"] != std::vector<std::string> { "application/sdp" })
        return facts;
    std::map<std::string, std::string> rtpmap;
    for (const std::string& line : split(message.substr(blank + 4), '\n')) {
        const std::vector<std::string> words = split(line.substr(std::min<std::size_t>(2, line.size())), ' ');
        if (line.rfind("c=", 0) == 0)
            facts.mediaAddress = words[2];
        if (line.rfind("m=", 0) == 0) {
            facts.mediaPort = static_cast<unsigned>(std::stoul(words[1]));
            facts.codecs = words.size() - 3;
        }
        if (line.rfind("a=rtpmap:", 0) == 0)
            rtpmap[split(words[0], ':')[1]] = words[1];
    }
    return facts;
}

// ---- ours

struct Parsed {
    std::optional<SipMessage> message;
    std::optional<SessionDescription> description;

    explicit Parsed(const std::string& text)
        : message(parseSip(text))
        , description(parseSdp(message ? sdpOf(*message) : std::string_view()))
    {
    }
};

Facts ours(const std::string& text)
{
    const Parsed parsed(text);
    const SipMessage& message = parsed.message.value();
    Facts facts { std::string(message.callId), std::string(message.from.user), std::string(message.from.tag),
        std::string(message.to.user), std::string(message.to.tag), std::string(message.viaBranch),
        std::string(toText(message.method)), "", message.status, message.cseq, 0, 0 };
    if (parsed.description) {
        facts.mediaAddress = parsed.description->media[0].address.ip.toString();
        facts.mediaPort = parsed.description->media[0].address.port;
        facts.codecs = parsed.description->media[0].codecs.size();
    }
    return facts;
}

// ---- libosip2: a general SIP stack's parser, every header into structures of its own

#if CALLMON_HAVE_OSIP

struct OsipParsed {
    osip_message_t* message = nullptr;
    sdp_message_t* description = nullptr;

    explicit OsipParsed(const std::string& text)
    {
        osip_message_init(&message);
        if (osip_message_parse(message, text.data(), text.size()) != 0)
            std::exit((std::printf("libosip2 does not read:\n%s\n", text.c_str()), 1));
        osip_body_t* body = nullptr;
        if (osip_message_get_body(message, 0, &body) == 0) {
            sdp_message_init(&description);
            if (sdp_message_parse(description, body->body) != 0)
                std::exit((std::printf("libosip2 does not read the SDP of:\n%s\n", text.c_str()), 1));
        }
    }
    ~OsipParsed()
    {
        if (description)
            sdp_message_free(description);
        osip_message_free(message);
    }
    OsipParsed(const OsipParsed&) = delete;
    OsipParsed& operator=(const OsipParsed&) = delete;
};

std::string text(const char* value)
{
    return value ? value : "";
}

std::string tagOf(osip_from_t* party)
{
    osip_generic_param_t* tag = nullptr;
    return osip_from_get_tag(party, &tag) == 0 ? text(tag->gvalue) : "";
}

Facts osipFacts(const std::string& message)
{
    const OsipParsed parsed(message);
    osip_via_t* via = nullptr;
    osip_generic_param_t* branch = nullptr;
    osip_message_get_via(parsed.message, 0, &via);
    osip_via_param_get_byname(via, const_cast<char*>("branch"), &branch);
    Facts facts { text(parsed.message->call_id->number) + "@" + text(parsed.message->call_id->host),
        text(parsed.message->from->url->username), tagOf(parsed.message->from), text(parsed.message->to->url->username),
        tagOf(parsed.message->to), text(branch->gvalue), text(parsed.message->cseq->method), "",
        static_cast<unsigned>(parsed.message->status_code),
        static_cast<unsigned>(std::stoul(parsed.message->cseq->number)), 0, 0 };
    if (parsed.description) {
        facts.mediaAddress = text(sdp_message_c_addr_get(parsed.description, -1, 0));
        facts.mediaPort = static_cast<unsigned>(std::stoul(sdp_message_m_port_get(parsed.description, 0)));
        while (sdp_message_m_payload_get(parsed.description, 0, static_cast<int>(facts.codecs)))
            ++facts.codecs;
    }
    return facts;
}

#endif

// Nanoseconds per call of `work` over the messages: the median of nine rounds, and the least and the most.
struct Timing {
    double median = 0, least = 0, most = 0;
};

template <typename Work> Timing measure(const std::vector<std::string>& messages, std::size_t repeats, Work work)
{
    std::vector<double> rounds;
    for (int round = 0; round < 9; ++round) {
        const auto begin = std::chrono::steady_clock::now();
        for (std::size_t i = 0; i < repeats; ++i)
            for (const std::string& message : messages)
                work(message);
        const std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - begin;
        rounds.push_back(time.count() / static_cast<double>(repeats * messages.size()));
    }
    std::sort(rounds.begin(), rounds.end());
    return { rounds[4], rounds.front(), rounds.back() };
}

volatile std::size_t sink = 0;

void printTiming(const char* way, const Timing& time, double bytes)
{
    std::printf("  %-15s %7.0f ns a message (%.0f to %.0f)  %6.0f MB/s  %9.0f messages/s\n", way, time.median,
        time.least, time.most, 1000 * bytes / time.median, 1e9 / time.median);
}

void checkAgreement(const std::string& message, const Facts& other, const char* whose)
{
    if (ours(message) == other)
        return;
    std::printf("%s disagrees with ours on:\n%s\n", whose, message.c_str());
    std::exit(1);
}

void benchMessages(const char* what, const std::vector<std::string>& messages)
{
    for (const std::string& message : messages)
        checkAgreement(message, naive(message), "the usual way");
    const std::size_t bytes = std::accumulate(messages.begin(), messages.end(), std::size_t(0),
        [](std::size_t sum, const auto& m) { return sum + m.size(); });
    const double mean = static_cast<double>(bytes) / static_cast<double>(messages.size());
    std::printf("%s of %.0f bytes, SIP and SDP, one thread:\n", what, mean);
    printTiming(
        "views", measure(messages, 5000, [](const std::string& m) { sink = sink + Parsed(m).message->cseq; }), mean);
    printTiming(
        "strings and map", measure(messages, 300, [](const std::string& m) { sink = sink + naive(m).cseq; }), mean);
#if CALLMON_HAVE_OSIP
    parser_init(); // of libosip2: its table of headers
    for (const std::string& message : messages)
        checkAgreement(message, osipFacts(message), "libosip2");
    printTiming("libosip2",
        measure(messages, 300,
            [](const std::string& m) { sink = sink + static_cast<std::size_t>(OsipParsed(m).message->status_code); }),
        mean);
#else
    std::printf("  libosip2 is not installed (libosip2-dev): not compared\n");
#endif
}

void benchHostile()
{
    std::printf("hostile, 60 kB in one header:\n");
    for (const char* name : { "From: ", "Via: ", "Content-Length: " }) {
        for (const char* unit : { ";", "\"", "<", "\r\n ", "\r\nX:", "\r\nl:1" }) {
            std::string value = name;
            while (value.size() < 60'000)
                value += unit;
            std::string message = callMessages()[0];
            message.insert(message.find("\r\nVia:") + 2, value + "\r\n");
            const double time = measure({ message }, 20, [](const std::string& m) {
                sink = sink + Parsed(m).message.has_value();
            }).median;
            std::string shown = unit;
            std::replace(shown.begin(), shown.end(), '\n', '/');
            std::erase(shown, '\r');
            std::printf(
                "  %-16s '%-4s' %6.2f ns a byte\n", name, shown.c_str(), time / static_cast<double>(message.size()));
        }
    }
}

}

int main()
{
    printMachine();
    const std::vector<std::string> messages = callMessages();
    benchMessages("an INVITE", { messages[0] });
    benchMessages("the seven messages of an answered call,", messages);
    benchHostile();
}
