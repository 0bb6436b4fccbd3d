// callmonctl wav and callmonctl pcap.
#include "engine/ctl/commands.h"
#include "shared/base/utc_time.h"
#include "shared/codecs/call_sound.h"
#include "shared/codecs/fetched_media.h"
#include "shared/export/call_pcap.h"
#include "shared/export/whole_file.h"

namespace callmon {

namespace {

Result<std::vector<RecordedStream>> mediaOf(
    CallSource& source, const CallRecord& call, const std::filesystem::path& folder, CtlOutput output)
{
    const auto streams = source.streams(call.key);
    if (!streams)
        return streams.error();
    auto media = FetchedMedia::in(folder, streams.value());
    if (!media)
        return media.error();
    Result<void> written;
    const auto read = source.media(call.key, [&](StreamKey stream, Bytes bytes) {
        written = media.value().add(stream, bytes);
        return written.has_value();
    });
    if (!written)
        return written.error();
    const bool any = media.value().size() > 0;
    if (!read && !any)
        return read.error();
    if (!read) // what there is, is still worth having
        output.err << "callmonctl: " << read.error().what << '\n';
    if (!any && call.recorded == Recording::No)
        return Error { "call " + call.callId.str() + " was not recorded (rule " + call.recordingRule.str()
            + "); its figures are in callmonctl streams --call" };
    if (!any)
        return Error { "no media of call " + call.callId.str()
            + " was recorded; its figures are in callmonctl streams --call" };
    if (call.recorded == Recording::Partly)
        output.err
            << "callmonctl: the first packets of this call are missing: they came before it was decided that it is "
               "recorded (rule "
            << call.recordingRule.view() << ")\n";
    return media.value().streams();
}

}

int exportWav(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    const auto call = theCall(source, options, output);
    if (!call)
        return fail(output, call.error());
    if (auto noted = source.noteExport("wav of call_key " + std::to_string(call.value().key.value)); !noted)
        return fail(output, noted.error());
    const auto folder = scratchFolderFor(options.output);
    const auto written = writeWhole(options.output, [&](const std::string& path) -> Result<void> {
        auto media = mediaOf(source, call.value(), folder, output);
        if (!media)
            return media.error();
        const auto points = source.quality(call.value().key);
        if (!points)
            output.err << "callmonctl: " << points.error().what
                       << "; where packets are missing, it is not known whether the probe lost them\n";
        for (RecordedStream& stream : media.value())
            stream.facts = recordingFactsOf(call.value().answeredAt, stream.stream.key,
                points ? std::span<const QualityPoint>(points.value()) : std::span<const QualityPoint>());
        std::vector<Sentence> notes;
        const auto wav = writeCallWav(media.value(), options.heard ? Hearing::AsHeard : Hearing::AsSent, path,
            options.channels, folder,
            "nothing of call " + call.value().callId.str()
                + " can be decoded; callmonctl pcap writes its media as captured",
            notes);
        for (const Sentence& note : notes)
            output.err << "callmonctl: " << toText(note) << '\n';
        return wav;
    });
    return written ? 0 : fail(output, written.error());
}

int exportPcap(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    const auto call = theCall(source, options, output);
    if (!call)
        return fail(output, call.error());
    if (auto noted = source.noteExport("pcap of call_key " + std::to_string(call.value().key.value)); !noted)
        return fail(output, noted.error());
    const auto messages = messagesOf(source, call.value().key, output);
    if (!messages)
        return fail(output, messages.error());
    const auto written = writeWhole(options.output, [&](const std::string& path) -> Result<void> {
        auto media = mediaOf(source, call.value(), scratchFolderFor(options.output), output);
        if (!media && messages.value().empty())
            return media.error();
        if (!media) // the signalling is still worth having
            output.err << "callmonctl: " << media.error().what << '\n';
        const auto pcap = writeCallPcap(messages.value(),
            media ? std::span<const RecordedStream>(media.value()) : std::span<const RecordedStream>(), path);
        if (!pcap)
            return pcap.error();
        if (pcap.value().damaged)
            output.err << "callmonctl: a recorded chunk ended in the middle of a packet; the rest of it is left out\n";
        return {};
    });
    return written ? 0 : fail(output, written.error());
}

}
