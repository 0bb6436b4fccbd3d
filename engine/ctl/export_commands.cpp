// callmonctl wav and callmonctl pcap.
#include "engine/ctl/commands.h"
#include "engine/ctl/media_pcap.h"
#include "engine/ctl/output_file.h"
#include "shared/base/utc_time.h"
#include "shared/codecs/call_audio.h"

#include <map>

namespace callmon {

namespace {

Result<std::vector<StreamMedia>> mediaOf(CallSource& source, const CallRecord& call, CtlOutput output)
{
    const auto streams = source.streams(call.key);
    if (!streams)
        return streams.error();
    std::vector<StreamMedia> media;
    std::map<StreamKey, std::size_t> places;
    for (const StreamRecord& stream : streams.value()) {
        places[stream.key] = media.size();
        media.push_back({ stream, {} });
    }
    bool any = false;
    const auto read = source.media(call.key, [&](StreamKey stream, Bytes bytes) {
        if (const auto place = places.find(stream); place != places.end()) {
            auto& into = media[place->second].bytes;
            into.insert(into.end(), bytes.begin(), bytes.end());
            any = any || !bytes.empty();
        }
        return true;
    });
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
    return media;
}

}

int exportWav(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    const auto call = theCall(source, options, output);
    if (!call)
        return fail(output, call.error());
    if (auto noted = source.noteExport("wav of call_key " + std::to_string(call.value().key.value)); !noted)
        return fail(output, noted.error());
    const auto media = mediaOf(source, call.value(), output);
    if (!media)
        return fail(output, media.error());
    const auto written = writeWhole(options.output, [&](const std::string& path) -> Result<void> {
        const Hearing hearing = options.heard ? Hearing::AsHeard : Hearing::AsSent;
        const CallAudio audio = assembleCallAudio(media.value(), Timestamp::max(), hearing);
        for (const std::string& note : audio.notes)
            output.err << "callmonctl: " << note << '\n';
        if (audio.caller.empty() && audio.callee.empty())
            return Error { "nothing of call " + call.value().callId.str()
                + " can be decoded; callmonctl pcap writes its media as captured" };
        return writeWav(audio, path, options.channels);
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
    const auto media = mediaOf(source, call.value(), output);
    if (!media && messages.value().empty())
        return fail(output, media.error());
    if (!media) // the signalling is still worth having
        output.err << "callmonctl: " << media.error().what << '\n';
    MediaPcap pcap;
    for (const CallMessage& message : messages.value())
        pcap.add(message);
    if (media)
        for (const StreamMedia& stream : media.value())
            pcap.add(stream.stream, stream.bytes);
    if (pcap.damaged())
        output.err << "callmonctl: a recorded chunk ended in the middle of a packet; the rest of it is left out\n";
    const auto written = writeWhole(options.output, [&](const std::string& path) { return pcap.write(path); });
    return written ? 0 : fail(output, written.error());
}

}
