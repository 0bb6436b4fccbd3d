#include "shared/calls/call_ladder.h"

#include "shared/base/ascii.h"
#include "shared/calls/skinny_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <string_view>

namespace callmon {

namespace {

// Cuts what stands before `end`, and `end`, off the front.
std::string_view takeUntil(std::string_view& text, char end)
{
    const std::size_t at = text.find(end);
    const std::string_view taken = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    return taken;
}

struct MediaLine { // of an SDP (RFC 4566)
    std::string kind, port, address, direction;
    std::vector<std::pair<std::string, std::string>> codecs; // payload type, name once it is known
};

std::string textOf(const MediaLine& media)
{
    std::string text = media.kind;
    if (media.port == "0")
        return text + " refused";
    const bool v6 = media.address.find(':') != std::string::npos;
    text += ' ' + (v6 ? '[' + media.address + ']' : media.address) + ':' + media.port;
    for (const auto& [type, name] : media.codecs)
        text += ' ' + (name.empty() ? type : name);
    return text + (media.direction.empty() ? "" : ' ' + media.direction);
}

// RFC 3551 table 4: what needs no rtpmap.
std::string staticCodec(std::string_view type)
{
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> names { { { "0", "PCMU" },
        { "3", "GSM" }, { "4", "G723" }, { "8", "PCMA" }, { "9", "G722" }, { "13", "CN" }, { "15", "G728" },
        { "18", "G729" } } };
    const auto found = std::ranges::find(names, type, &std::pair<std::string_view, std::string_view>::first);
    return found == names.end() ? std::string() : std::string(found->second);
}

class Description { // line by line; lenient, for the eye
public:
    void line(std::string_view line)
    {
        if (line.size() < 2 || line[1] != '=')
            return;
        std::string_view value = line.substr(2);
        if (line[0] == 'm' && m_media.size() < mostMedia)
            begin(value);
        else if (line[0] == 'c')
            (m_media.empty() ? m_address : m_media.back().address) = connection(value);
        else if (line[0] == 'a')
            attribute(value);
    }
    std::string text() const
    {
        std::string text;
        for (const MediaLine& media : m_media)
            text += (text.empty() ? "" : "; ") + textOf(media);
        return text;
    }

private:
    static constexpr std::size_t mostMedia = 8;
    static constexpr std::size_t mostCodecs = 16;

    void begin(std::string_view value)
    {
        MediaLine media;
        media.kind = takeUntil(value, ' ');
        media.port = takeUntil(value, ' ');
        takeUntil(value, ' ');
        media.address = m_address;
        media.direction = m_direction;
        while (!value.empty() && media.codecs.size() < mostCodecs) {
            const std::string_view type = takeUntil(value, ' ');
            media.codecs.emplace_back(type, staticCodec(type));
        }
        m_media.push_back(std::move(media));
    }
    static std::string connection(std::string_view value)
    {
        takeUntil(value, ' ');
        takeUntil(value, ' ');
        return std::string(takeUntil(value, '/'));
    }
    void attribute(std::string_view value)
    {
        if (value == "sendonly" || value == "recvonly" || value == "inactive" || value == "sendrecv") {
            (m_media.empty() ? m_direction : m_media.back().direction) = value == "sendrecv" ? "" : value;
            return;
        }
        if (m_media.empty() || takeUntil(value, ':') != "rtpmap")
            return;
        const std::string_view type = takeUntil(value, ' ');
        for (auto& [known, name] : m_media.back().codecs)
            if (known == type)
                name = takeUntil(value, '/');
    }

    std::vector<MediaLine> m_media;
    std::string m_address, m_direction; // of the session
};

}

std::string MessageSummary::label() const
{
    constexpr std::string_view version = "SIP/2.0 ";
    if (status != 0 && firstLine.starts_with(version))
        return firstLine.substr(version.size());
    return status == 0 && !method.empty() ? method : firstLine;
}

MessageSummary summaryOf(const CallMessage& message)
{
    MessageSummary summary;
    if (message.head.signalling == Signalling::Skinny) {
        SkinnyText said = skinnyText(std::as_bytes(std::span(message.text)));
        summary.firstLine = std::move(said.line);
        summary.media = std::move(said.media);
        return summary;
    }
    std::string_view rest = message.text;
    summary.firstLine = trim(takeUntil(rest, '\n'));
    std::ranges::replace(summary.firstLine, '\r', ' ');
    std::string_view start = summary.firstLine;
    const std::string_view first = takeUntil(start, ' ');
    if (first == "SIP/2.0")
        std::from_chars(start.data(), start.data() + start.size(), summary.status);
    else
        summary.method = first;
    bool header = true;
    Description description;
    while (!rest.empty()) {
        std::string_view line = trim(takeUntil(rest, '\n'));
        if (header && line.empty())
            header = false;
        if (!header) {
            description.line(line);
            continue;
        }
        const std::string_view name = trim(takeUntil(line, ':'));
        if (!equalsIgnoringCase(name, "cseq") || !summary.cseq.empty())
            continue;
        summary.cseq = trim(line);
        if (summary.status != 0)
            if (const std::size_t blank = summary.cseq.find_last_of(" \t"); blank != std::string::npos)
                summary.method = summary.cseq.substr(blank + 1);
    }
    summary.media = description.text();
    return summary;
}

std::string readableText(const CallMessage& message)
{
    return message.head.signalling == Signalling::Skinny ? hexDump(std::as_bytes(std::span(message.text)))
                                                         : message.text;
}

CallLadder ladderOf(std::span<const CallMessage> messages)
{
    CallLadder ladder;
    struct Invites {
        bool sent = false, received = false;
    };
    std::vector<Invites> invites; // by column
    const auto columnOf = [&](const Endpoint& endpoint) {
        const auto found = std::ranges::find(ladder.columns, endpoint, &LadderColumn::endpoint);
        const auto column = static_cast<std::size_t>(found - ladder.columns.begin());
        if (found == ladder.columns.end()) {
            ladder.columns.push_back({ endpoint, {} });
            invites.emplace_back();
        }
        return column;
    };
    std::map<std::string, std::size_t> newest; // arrow of each text between each two
    std::optional<std::size_t> caller; // who sent the first INVITE: one of the callee's later on is no other call
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const MessageHead& head = messages[i].head;
        LadderArrow arrow { i, columnOf(head.flow.src), columnOf(head.flow.dst), 1, summaryOf(messages[i]) };
        const auto [known, first] = newest.try_emplace(
            toString(head.flow.src) + ' ' + toString(head.flow.dst) + ' ' + messages[i].text, ladder.arrows.size());
        if (head.repeated && !first) {
            ++ladder.arrows[known->second].copies;
            continue;
        }
        known->second = ladder.arrows.size();
        if (arrow.summary.status == 0 && arrow.summary.method == "INVITE") {
            if (!caller)
                caller = arrow.from;
            if (arrow.to != *caller) {
                invites[arrow.from].sent = true;
                invites[arrow.to].received = true;
            }
        }
        ladder.arrows.push_back(std::move(arrow));
    }
    for (std::size_t i = 0; i < ladder.columns.size(); ++i)
        ladder.columns[i].role = caller == i ? "caller"
            : invites[i].received            ? (invites[i].sent ? "proxy" : "callee")
                                             : "";
    return ladder;
}

}
