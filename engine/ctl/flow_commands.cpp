// callmonctl flow: the messages of a call.
#include "engine/ctl/commands.h"
#include "engine/ctl/counted.h"
#include "engine/ctl/ladder_text.h"
#include "engine/ctl/text_width.h"
#include "shared/base/utc_time.h"

#include <array>
#include <sstream>

namespace callmon {

namespace {

constexpr std::array messageNames { "call_key", "call_id", "number", "at", "src_ip", "src_port", "dst_ip", "dst_port",
    "signalling", "transport", "repeated", "method", "status", "cseq", "first_line", "media", "size_bytes",
    "stored_bytes", "message" };

std::vector<FieldValue> messageFields(const CallRecord& call, std::size_t number, const CallMessage& message)
{
    using Kind = FieldValue::Kind;
    const auto text = [](std::string value) { return FieldValue { value.empty() ? Kind::Absent : Kind::Text, value }; };
    const auto count = [](std::uint64_t value) { return FieldValue { Kind::Number, std::to_string(value) }; };
    const MessageHead& head = message.head;
    const MessageSummary summary = summaryOf(message);
    return { { Kind::Number, std::to_string(call.key.value) }, text(call.callId.str()), count(number),
        text(toIso8601(head.arrival)), text(head.flow.src.ip.toString()), count(head.flow.src.port),
        text(head.flow.dst.ip.toString()), count(head.flow.dst.port), text(std::string(toText(head.signalling))),
        text(std::string(toText(head.transport))), count(head.repeated), text(summary.method),
        summary.status ? count(summary.status) : FieldValue {}, text(summary.cseq), text(summary.firstLine),
        text(summary.media), count(head.wireSize), count(message.text.size()), text(readableText(message)) };
}

// Line by line as it is, but for what would move a terminal's cursor.
void printText(const CallMessage& message, std::ostream& out)
{
    const std::string whole = readableText(message);
    std::string_view rest = whole;
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        out << "    " << fitted(line, textWidth(line)) << '\n';
    }
    if (message.isCut())
        out << "    [" << message.head.wireSize - message.text.size() << " bytes more were not kept]\n";
}

void printMessages(std::span<const CallMessage> messages, std::ostream& out)
{
    for (const CallMessage& message : messages) {
        const MessageHead& head = message.head;
        out << '\n'
            << toIso8601(head.arrival) << ' ' << toString(head.flow.src) << " > " << toString(head.flow.dst) << ' '
            << toText(head.transport) << (head.repeated ? " repeated" : "") << '\n';
        printText(message, out);
    }
}

}

Result<std::vector<CallMessage>> messagesOf(CallSource& source, CallKey call, CtlOutput output)
{
    std::vector<CallMessage> messages;
    const auto read = source.messages(call, [&](const CallMessage& message) {
        messages.push_back(message);
        return true;
    });
    if (!read && messages.empty())
        return read.error();
    if (!read) // what there is, is still worth having
        output.err << "callmonctl: " << read.error().what << '\n';
    return messages;
}

int showFlow(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    const auto call = theCall(source, options, output);
    if (!call)
        return fail(output, call.error());
    const auto messages = messagesOf(source, call.value().key, output);
    if (!messages)
        return fail(output, messages.error());
    if (options.format != Format::Table) {
        const auto rows = makeRowOutput(options.format, messageNames, {}, output.out, options.signs());
        std::size_t number = 0;
        for (const CallMessage& message : messages.value())
            rows->row(messageFields(call.value(), ++number, message));
        rows->end();
        return 0;
    }
    if (messages.value().empty()) {
        output.err << "callmonctl: no messages of call " << call.value().callId.str()
                   << " are stored: it ended before this engine kept them, or their retention period is over\n";
        return 0;
    }
    std::ostringstream text;
    printLadder(messages.value(), text);
    if (options.messages)
        printMessages(messages.value(), text);
    output.out << (output.terminal && !terminalTakesUtf8() ? asciiOnly(text.str()) : text.str());
    if (call.value().messagesNotStored > 0)
        output.err << "callmonctl: " << counted(call.value().messagesNotStored, "message", "messages")
                   << " of this call not stored\n";
    return 0;
}

}
