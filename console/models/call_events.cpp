#include "console/models/call_events.h"

#include "console/models/alarm_sentence.h"
#include "console/models/call_words.h"
#include "shared/base/ascii.h"
#include "shared/base/rtp_redundancy.h"
#include "shared/base/telephone_event.h"
#include "shared/calls/media_chunk.h"

#include <QCoreApplication>
#include <algorithm>
#include <map>
#include <optional>

namespace callmon {

namespace {

struct Words { // the context of the translations
    Q_DECLARE_TR_FUNCTIONS(CallEvents)
};

double secondsBetween(Timestamp from, Timestamp to)
{
    return std::chrono::duration<double>(to - from).count();
}

bool holds(const std::string& media)
{
    const std::string first = media.substr(0, media.find(';')); // the audio, as a rule
    for (const std::string_view word : { " sendonly", " recvonly", " inactive", " 0.0.0.0:", " [::]:" })
        if (first.find(word) != std::string::npos)
            return true;
    return false;
}

class Holds {
public:
    void turn(bool held, double at)
    {
        if (held && !m_since)
            m_since = at;
        else if (!held && m_since)
            end(at, false);
    }
    void end(double at, bool open)
    {
        if (!m_since)
            return;
        spans.push_back({ *m_since, std::max(*m_since, at), Words::tr("on hold"), open });
        m_since.reset();
    }
    std::vector<CallSpan> spans;

private:
    std::optional<double> m_since;
};

}

std::vector<CallEvent> messageEvents(const std::vector<CallMessage>& messages, Timestamp epoch)
{
    std::vector<CallEvent> events;
    for (const LadderArrow& arrow : ladderOf(messages).arrows) {
        const std::uint16_t status = arrow.summary.status;
        CallEvent event;
        event.seconds = std::max(0.0, secondsBetween(epoch, messages[arrow.message].head.arrival));
        event.sort = status >= 400 ? CallEvent::Sort::Failure
            : status > 0           ? CallEvent::Sort::Response
                                   : CallEvent::Sort::Request;
        event.label = text(arrow.summary.label());
        if (arrow.copies > 1)
            event.label += QStringLiteral(" ×%1").arg(arrow.copies);
        event.message = arrow.message;
        events.push_back(std::move(event));
    }
    std::stable_sort(
        events.begin(), events.end(), [](const CallEvent& a, const CallEvent& b) { return a.seconds < b.seconds; });
    return events;
}

std::vector<CallSpan> holdSpans(const std::vector<CallMessage>& messages, Timestamp epoch, double end, bool callIsOn)
{
    Holds holding;
    std::map<std::string, bool> offers; // by CSeq: whether it would hold
    for (const CallMessage& message : messages) {
        const MessageSummary said = summaryOf(message);
        const double at = secondsBetween(epoch, message.head.arrival);
        if (message.head.signalling == Signalling::Skinny) {
            if (said.firstLine == "CallState Hold" || said.firstLine == "CallState RemoteHold")
                holding.turn(true, at);
            else if (said.firstLine == "CallState Connected")
                holding.turn(false, at);
        } else if (said.status == 0 && (said.method == "INVITE" || said.method == "UPDATE")) {
            if (!said.media.empty())
                offers[said.cseq] = holds(said.media);
        } else if (said.status >= 200 && said.status < 300 && !said.media.empty()) {
            if (const auto offer = offers.find(said.cseq); offer != offers.end())
                holding.turn(offer->second || holds(said.media), at);
        }
    }
    holding.end(end, callIsOn);
    return std::move(holding.spans);
}

std::vector<CallSpan> alarmSpans(std::vector<Alarm> alarms, Timestamp epoch, double end)
{
    std::sort(alarms.begin(), alarms.end(), [](const Alarm& a, const Alarm& b) { return a.raisedAt < b.raisedAt; });
    std::vector<CallSpan> spans;
    for (const Alarm& alarm : alarms) {
        CallSpan span;
        span.begin = secondsBetween(epoch, alarm.raisedAt);
        span.end = alarm.clearedAt ? secondsBetween(epoch, *alarm.clearedAt) : std::max(span.begin, end);
        span.open = alarm.isOpen();
        span.label = QStringLiteral("⚠ ") + sentenceOf(alarm);
        spans.push_back(std::move(span));
    }
    return spans;
}

std::vector<CallEvent> keyEvents(
    const StreamRecord& stream, std::span<const Bytes> recorded, Timestamp epoch, const std::function<void()>& forget)
{
    constexpr std::size_t forgottenAtOnce = std::size_t { 4 } << 20; // bytes
    std::size_t looked = 0;
    std::vector<CallEvent> events;
    std::vector<std::uint32_t> seen; // timestamps: all packets of one press have that of its beginning
    const auto add = [&](std::uint8_t type, Bytes payload, std::uint32_t sent, Timestamp arrival) {
        if (!looksLikeTelephoneEvent(type, payload))
            return;
        const bool ownCodec = type == stream.payloadType && !stream.codec.empty();
        if (ownCodec && !equalsIgnoringCase(stream.codec.view(), "telephone-event"))
            return;
        if (std::to_integer<unsigned>(payload[0]) > 15) // hook flash, tones of a modem
            return;
        if (std::find(seen.begin(), seen.end(), sent) != seen.end())
            return;
        seen.push_back(sent);
        const std::string_view kept = stream.dtmf;
        const std::size_t index = events.size();
        CallEvent event;
        event.seconds = secondsBetween(epoch, arrival);
        event.sort = CallEvent::Sort::Key;
        event.label = index < kept.size() ? QString(QLatin1Char(kept[index])) : QStringLiteral("•");
        event.by = stream.direction;
        events.push_back(std::move(event));
    };
    for (const Bytes piece : recorded) {
        looked += piece.size();
        if (forget && looked >= forgottenAtOnce) {
            forget();
            looked = 0;
        }
        MediaReader reader(piece);
        while (const std::optional<RecordedPacket> packet = reader.next()) {
            const auto rtp = parseRtpHeader(packet->datagram);
            if (!rtp)
                continue;
            const PayloadUse* const use = stream.payloads.meaningAt(rtp->payloadType, packet->arrival);
            if (use != nullptr && !stream.secure && equalsIgnoringCase(use->codec.view(), "red")) {
                const auto blocks = parseRedundancy(rtp->payload);
                for (const RedundantBlock& block : blocks ? blocks->redundant() : std::span<const RedundantBlock>())
                    add(block.payloadType, block.payload, rtp->sent.count - block.behind, packet->arrival);
                if (blocks)
                    add(blocks->primary().payloadType, blocks->primary().payload, rtp->sent.count, packet->arrival);
            } else {
                add(rtp->payloadType, rtp->payload, rtp->sent.count, packet->arrival);
            }
        }
    }
    return events;
}

}
