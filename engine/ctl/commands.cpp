#include "engine/ctl/commands.h"

#include "engine/ctl/data_directory_source.h"
#include "engine/ctl/option_words.h"
#include "shared/base/utc_time.h"
#include "shared/remote/transport.h"

#include <algorithm>

namespace callmon {

namespace {

std::optional<CallKey> parseKey(const std::string& text)
{
    CallKey key;
    return readNumber(text, key.value) ? std::optional(key) : std::nullopt;
}

int runCommand(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    switch (options.command) {
    case CtlOptions::Command::Calls:
        return listCalls(source, options, output);
    case CtlOptions::Command::Streams:
        return listStreams(source, options, output);
    case CtlOptions::Command::Report:
        return reportService(source, options, output);
    case CtlOptions::Command::Flow:
        return showFlow(source, options, output);
    case CtlOptions::Command::Quality:
        return listQuality(source, options, output);
    case CtlOptions::Command::Alarms:
        if (options.shelve || options.unshelve)
            return shelveAlarm(source, options, output);
        return options.acknowledge ? acknowledgeAlarm(source, options, output) : listAlarms(source, options, output);
    case CtlOptions::Command::Rules:
        return editRules(source, options, output);
    case CtlOptions::Command::Recording:
        return editRecording(source, options, output);
    case CtlOptions::Command::Wav:
        return exportWav(source, options, output);
    case CtlOptions::Command::Listen:
        return listenToCall(source, options, output);
    case CtlOptions::Command::Pcap:
        return exportPcap(source, options, output);
    case CtlOptions::Command::Live:
        return showLive(source, options, output);
    case CtlOptions::Command::Status:
        return showStatus(source, options, output);
    case CtlOptions::Command::Unbound:
        return listUnbound(source, options, output);
    case CtlOptions::Command::Hold:
        return editHolds(source, options, output);
    case CtlOptions::Command::Delete:
        return deleteNumber(source, options, output);
    case CtlOptions::Command::Tag:
        return editTags(source, options, output);
    case CtlOptions::Command::Note:
        return editNotes(source, options, output);
    case CtlOptions::Command::Audit:
        return listAudit(source, options, output);
    case CtlOptions::Command::Retention:
        return showRetention(source, options, output);
    case CtlOptions::Command::Cert:
        break; // needs no source
    }
    return 2;
}

void say(CallSource& source, CtlOutput output)
{
    for (const std::string& note : source.takeNotes())
        output.err << "callmonctl: " << note << '\n';
}

}

int fail(CtlOutput output, const Error& error)
{
    output.err << "callmonctl: " << error.what << '\n';
    return 1;
}

Result<void> narrowTo(CallSource& source, const std::string& call, CallQuery& query)
{
    if (call.empty())
        return {};
    const auto key = parseKey(call);
    if (key) { // Call-IDs of digits alone exist too, so a key counts when there is a call under it
        CallQuery byKey;
        byKey.key = key;
        const auto found = source.calls(byKey, [](const CallRecord&) { return true; });
        if (!found)
            return found.error();
        if (found.value() > 0) {
            query.key = key;
            return {};
        }
    }
    query.callId = call;
    return {};
}

Result<CallRecord> theCall(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    CallQuery query;
    if (const auto narrowed = narrowTo(source, options.call, query); !narrowed)
        return narrowed.error();
    query.newestFirst = true;
    query.limit = 1;
    std::optional<CallRecord> newest;
    const auto found = source.calls(query, [&](const CallRecord& call) {
        newest = call;
        return true;
    });
    if (!found)
        return found.error();
    if (!newest)
        return Error { "there is no call with the Call-ID or call_key " + options.call
            + "; callmonctl calls lists those there are" };
    if (found.value() > 1)
        output.err << "callmonctl: " << found.value() << " calls have this Call-ID; taking the newest, of "
                   << toIso8601(newest->startedAt) << " (call_key " << newest->key.value << ")\n";
    return *newest;
}

Result<void> callsWithStreams(CallSource& source, CallQuery query,
    const std::function<bool(const CallRecord&, const std::vector<StreamRecord>&)>& sink)
{
    constexpr std::uint64_t callsAtOnce = 1000;
    Result<void> result;
    const auto show = [&](const CallRecord& call) {
        const auto streams = source.streams(call.key);
        if (!streams)
            result = streams.error();
        return streams && sink(call, streams.value());
    };
    query.count = false;
    if (source.answersWithinSink()) {
        const auto found = source.calls(query, show);
        return found ? result : Result<void>(found.error());
    }
    const std::uint64_t wanted = query.limit;
    std::vector<CallRecord> some;
    for (std::uint64_t shown = 0; wanted == 0 || shown < wanted; shown += some.size()) {
        query.limit = wanted == 0 ? callsAtOnce : std::min(callsAtOnce, wanted - shown);
        some.clear();
        const auto found = source.calls(query, [&](const CallRecord& call) {
            some.push_back(call);
            return true;
        });
        if (!found)
            return found.error();
        if (!std::ranges::all_of(some, show) || some.size() < query.limit)
            return result;
        query.after = cursorAt(some.back(), query.sortBy);
    }
    return result;
}

int runCtl(const std::vector<std::string>& arguments, const OpenEngine& openEngine, CtlOutput output)
{
    const auto parsed = parseCtlOptions(arguments);
    if (const auto* message = std::get_if<CtlMessage>(&parsed)) {
        (message->exitCode == 0 ? output.out : output.err) << message->text;
        return message->exitCode;
    }
    const auto& options = std::get<CtlOptions>(parsed);
    if (options.command == CtlOptions::Command::Cert)
        return manageCertificates(options.cert, output);
    const bool fromDirectory = !options.data.empty();
    const std::string url = options.engine.empty() ? defaultEngineUrl().toString().toStdString() : options.engine;
    auto source = fromDirectory ? DataDirectorySource::open(options.data) : openEngine(url);
    if (!source) {
        fail(output,
            fromDirectory || !options.engine.empty()
                ? source.error()
                : Error { source.error().what
                    + " Is callmon-engine running here? --engine URL asks another one, --data DIR reads what one has "
                      "kept." });
        return fromDirectory ? 2 : 1;
    }
    say(*source.value(), output);
    const int status = runCommand(*source.value(), options, output);
    say(*source.value(), output);
    output.out.flush();
    if (!output.out && status == 0)
        return fail(
            output, { "the output cannot be written to its end; is there room, and is its reader still there?" });
    return status;
}

}
