// What reassembly costs, in cycles of the time stamp counter: a fragment, a TCP segment and an SCTP chunk, in order and
// in disorder, beside the usual way of writing it (std::map of pieces, std::string for what is joined). Both are
// checked to give the same messages before anything is timed.
#include "bench_machine.h"
#include "tests/engine/reassembly/pieces.h"

#include <x86intrin.h>

#include <functional>
#include <map>

using namespace callmon;
using namespace callmon::pieces;

namespace {

constexpr int rounds = 15;

struct Packet {
    std::uint8_t protocol;
    std::uint32_t flow; // number: the source's address and port follow from it
    std::string payload;
    std::uint32_t fragmentId = 0;
    std::uint16_t fragmentOffset = 0;
    bool moreFragments = false;
};

FlowKey flowOf(std::uint32_t number)
{
    return { { v4Address(number % 200), static_cast<std::uint16_t>(10'000 + number / 200) }, { v4Address(250), 5060 } };
}

// What comes out, in count and bytes and order of bytes.
struct Outcome {
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
    std::uint64_t sum = 0;
    void add(std::string_view text)
    {
        ++messages;
        bytes += text.size();
        sum += static_cast<unsigned char>(text[text.size() / 2]) * messages;
    }
    bool operator==(const Outcome&) const = default;
};

struct Sink : SignallingSink {
    Outcome outcome;
    void message(const SignallingMessage& m) override { add(m.payload); }
    void datagram(const WholeDatagram& d) override { add(d.packet.payload); }
    void add(Bytes b) { outcome.add({ reinterpret_cast<const char*>(b.data()), b.size() }); }
};

Outcome ourWay(Reassembler& reassembler, Sink& sink, const std::vector<Packet>& packets, Timestamp& now)
{
    sink.outcome = {};
    for (const Packet& p : packets) {
        IpPacket ip = packet(flowOf(p.flow), p.protocol, p.payload);
        ip.fragmentId = p.fragmentId;
        ip.fragmentOffset = p.fragmentOffset;
        ip.moreFragments = p.moreFragments;
        now += std::chrono::microseconds(1);
        reassembler.add(ip, { now });
    }
    return sink.outcome;
}

// Maps and strings, as found in many a tool. No timeouts, limits, overlaps or holes: what is timed is the least it
// does.
struct NaiveWay {
    struct TcpStream {
        std::uint32_t next = 0;
        bool started = false;
        std::map<std::uint32_t, std::string> early;
        std::string buffer;
    };
    using FragmentKey = std::pair<std::uint32_t, std::uint32_t>;
    std::map<std::pair<Endpoint, Endpoint>, TcpStream> streams;
    std::map<FragmentKey, std::map<std::uint16_t, std::string>> datagrams;
    std::map<FragmentKey, std::size_t> ends;
    std::map<std::pair<Endpoint, Endpoint>, std::map<std::uint32_t, std::pair<unsigned, std::string>>> associations;
    Outcome outcome;

    void add(const Packet& p)
    {
        if (p.moreFragments || p.fragmentOffset != 0)
            addFragment(p);
        else if (p.protocol == 6)
            addSegment(p);
        else
            addChunk(p);
    }
    void addFragment(const Packet& p)
    {
        const FragmentKey key { p.flow, p.fragmentId };
        auto& pieces = datagrams[key];
        pieces[p.fragmentOffset] = p.payload;
        if (!p.moreFragments)
            ends[key] = p.fragmentOffset + p.payload.size();
        const auto end = ends.find(key);
        std::string whole;
        for (const auto& [offset, piece] : pieces) {
            if (offset != whole.size())
                return;
            whole += piece;
        }
        if (end == ends.end() || end->second != whole.size())
            return;
        outcome.add(whole);
        datagrams.erase(key);
        ends.erase(key);
    }
    void addSegment(const Packet& p)
    {
        const FlowKey flow = flowOf(p.flow);
        TcpStream& stream = streams[{ flow.src, flow.dst }];
        const auto segment = *parseTcp(bytesOf(p.payload), p.payload.size());
        if (segment.syn) {
            stream = {};
            stream.next = segment.sequence + 1;
            return;
        }
        stream.early[segment.sequence] = textOf(segment.payload);
        for (auto first = stream.early.find(stream.next); first != stream.early.end();
             first = stream.early.find(stream.next)) {
            stream.buffer += first->second;
            stream.next += static_cast<std::uint32_t>(first->second.size());
            stream.early.erase(first);
        }
        for (;;) {
            const std::size_t end = stream.buffer.find("\r\n\r\n");
            if (end == std::string::npos)
                return;
            const std::size_t length = std::stoul(stream.buffer.substr(stream.buffer.find("Content-Length:") + 15));
            if (stream.buffer.size() < end + 4 + length)
                return;
            outcome.add(stream.buffer.substr(0, end + 4 + length));
            stream.buffer.erase(0, end + 4 + length);
        }
    }
    void addChunk(const Packet& p)
    {
        const FlowKey flow = flowOf(p.flow);
        auto& chunks = associations[{ flow.src, flow.dst }];
        auto sctp = *SctpPacket::parse(bytesOf(p.payload));
        while (const auto chunk = sctp.nextChunk()) {
            const auto data = *sctpDataOf(*chunk);
            chunks[data.tsn] = { (data.isFirst ? 2u : 0u) | (data.isLast ? 1u : 0u), textOf(data.payload) };
            auto first = chunks.find(data.tsn);
            while (first != chunks.begin() && (first->second.first & 2) == 0
                && std::prev(first)->first == first->first - 1)
                --first;
            std::string whole;
            auto last = first;
            for (std::uint32_t tsn = first->first;
                 (first->second.first & 2) != 0 && last != chunks.end() && last->first == tsn; ++tsn, ++last) {
                whole += last->second.second;
                if ((last->second.first & 1) != 0) {
                    outcome.add(whole);
                    chunks.erase(first, std::next(last));
                    break;
                }
            }
        }
    }
};

void print(const char* name, std::size_t packets, std::vector<double>& ours, std::vector<double>& naive)
{
    const auto line = [&](const char* way, std::vector<double>& cycles) {
        std::sort(cycles.begin(), cycles.end());
        const auto each = [&](std::size_t i) { return cycles[i] / static_cast<double>(packets); };
        std::printf("  %-26s %-10s %8.0f cycles (%.0f to %.0f)\n", name, way, each(cycles.size() / 2), each(0),
            each(cycles.size() - 1));
        return each(cycles.size() / 2);
    };
    const double our = line("tables", ours);
    const double their = line("std::map", naive);
    std::printf("  %-26s %-10s %8.2f\n", "", "ratio", their / our);
}

void measure(const char* name, const std::vector<Packet>& packets)
{
    Sink sink;
    ReassemblerOptions options;
    options.fragments.rememberComplete = Nanoseconds(0); // rounds repeat the same identifications
    Reassembler reassembler(sink, options);
    Timestamp now {};
    NaiveWay naiveWay;
    std::vector<double> ours;
    std::vector<double> naive;
    for (int round = 0; round <= rounds; ++round) { // the first fills caches and maps pages
        const std::uint64_t start = __rdtsc();
        const Outcome our = ourWay(reassembler, sink, packets, now);
        const std::uint64_t between = __rdtsc();
        naiveWay.outcome = {};
        for (const Packet& p : packets)
            naiveWay.add(p);
        const std::uint64_t end = __rdtsc();
        if (!(our == naiveWay.outcome) || our.messages == 0) {
            std::printf("%s: %lu messages of %lu bytes, naively %lu of %lu\n", name, our.messages, our.bytes,
                naiveWay.outcome.messages, naiveWay.outcome.bytes);
            std::exit(1);
        }
        if (round > 0) {
            ours.push_back(static_cast<double>(between - start));
            naive.push_back(static_cast<double>(end - between));
        }
        now += std::chrono::hours(2); // all that is left of the round leaves
        reassembler.advance(now, 0);
        naiveWay.streams.clear();
        naiveWay.associations.clear();
    }
    print(name, packets.size(), ours, naive);
}

// Takes from 500 flows in turn, so that the next packet is seldom of the flow before.
template <typename Make> std::vector<Packet> interleaved(bool isDisordered, Make make)
{
    constexpr std::uint32_t flows = 500;
    std::vector<std::vector<Packet>> perFlow;
    for (std::uint32_t number = 0; number < flows; ++number) {
        perFlow.push_back(make(number));
        if (isDisordered) // neighbours change places, the first stays where it is
            for (std::size_t i = 1; i + 1 < perFlow.back().size(); i += 2)
                std::swap(perFlow.back()[i], perFlow.back()[i + 1]);
    }
    std::vector<Packet> all;
    for (std::size_t i = 0; i < perFlow[0].size(); ++i)
        for (const auto& packets : perFlow)
            all.push_back(packets[i]);
    return all;
}

std::vector<Packet> fragmentsOf(std::uint32_t number)
{
    std::vector<Packet> all;
    for (std::uint32_t id = 8 * number; id < 8 * (number + 1); ++id) {
        const std::string text = sipMessage(static_cast<int>(id % 8), 3800); // in three
        for (const IpPacket& f : fragments(text, 1480))
            all.push_back({ 17, number, textOf(f.payload), id, f.fragmentOffset, f.moreFragments });
    }
    return all;
}

std::vector<Packet> segmentsOf(std::uint32_t number, std::size_t messageSize)
{
    std::vector<Packet> all { { 6, number, Segment { 0, "", "S" }.text(flowOf(number)) } };
    std::string stream;
    for (int m = 0; m < 16; ++m)
        stream += sipMessage(m % 10, messageSize);
    // A message of the short kind goes in a segment of its own, as senders write them; long ones take several.
    const std::size_t size = messageSize < 1000 ? sipMessage(0, messageSize).size() : 1460;
    for (std::size_t done = 0; done < stream.size(); done += size)
        all.push_back({ 6, number,
            Segment { static_cast<std::uint32_t>(done + 1), stream.substr(done, size) }.text(flowOf(number)) });
    return all;
}

std::vector<Packet> chunksOf(std::uint32_t number, std::size_t messageSize)
{
    std::vector<Packet> all;
    std::uint32_t tsn = 1;
    for (int m = 0; m < 16; ++m) {
        const std::string text = sipMessage(m % 10, messageSize);
        for (std::size_t done = 0; done < text.size(); done += 1400) {
            const unsigned flags = (done == 0 ? 2u : 0u) | (done + 1400 >= text.size() ? 1u : 0u);
            all.push_back(
                { 132, number, sctpPacket(flowOf(number), dataChunk(tsn++, flags, text.substr(done, 1400))) });
        }
    }
    return all;
}

}

int main()
{
    printMachine();
    std::printf("500 flows in turn, median of %d rounds, per packet:\n", rounds);
    using namespace std::placeholders;
    measure("fragment", interleaved(false, fragmentsOf));
    measure("fragment, disordered", interleaved(true, fragmentsOf));
    measure("segment, a message each", interleaved(false, std::bind(segmentsOf, _1, 600)));
    measure("segment, long messages", interleaved(false, std::bind(segmentsOf, _1, 3000)));
    measure("segment, disordered", interleaved(true, std::bind(segmentsOf, _1, 3000)));
    measure("SCTP chunk, a message each", interleaved(false, std::bind(chunksOf, _1, 600)));
    measure("SCTP chunk, fragmented", interleaved(false, std::bind(chunksOf, _1, 3000)));
    measure("SCTP chunk, disordered", interleaved(true, std::bind(chunksOf, _1, 3000)));
}
