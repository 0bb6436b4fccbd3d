// What was asked of callmonctl.
#pragma once

#include "engine/ctl/cert_options.h"
#include "engine/ctl/csv_options.h"
#include "engine/ctl/keeping_options.h"
#include "engine/ctl/note_options.h"
#include "engine/ctl/recording_edit.h"
#include "engine/ctl/row_output.h"
#include "engine/ctl/rule_edit.h"
#include "engine/ctl/stream_filter.h"
#include "shared/calls/alarm.h"
#include "shared/calls/call_groups.h"
#include "shared/calls/call_query.h"
#include "shared/codecs/call_audio.h"

#include <string>
#include <variant>
#include <vector>

namespace callmon {

enum class ReportBy {
    Total,
    Trunk,
    Prefix,
    Codec,
    Caller,
    Callee,
    CallerAddress,
    CalleeAddress,
    Hour,
    Day,
    Outcome,
    OutcomeCode
};
enum class ReportOf { Calls, History, Windows };

struct CtlOptions {
    enum class Command {
        Calls,
        Streams,
        Report,
        Quality,
        Flow,
        Wav,
        Listen,
        Pcap,
        Live,
        Status,
        Unbound,
        Alarms,
        Rules,
        Recording,
        Cert,
        Audit,
        Hold,
        Delete,
        Retention,
        Tag,
        Note,
    };
    Command command = Command::Calls;
    std::string data; // directory; else
    std::string engine; // URL; both empty: the engine at its usual place
    CallQuery query;
    AlarmQuery alarms; // but for what it has in common with query
    std::optional<AlarmId> acknowledge; // alarms: this one, instead of a list
    std::optional<AlarmId> shelve; // alarms: likewise
    std::optional<AlarmId> unshelve;
    std::chrono::seconds shelfTime { 0 };
    std::string comment;
    RuleEdit ruleEdit; // rules
    RecordingEdit recordingEdit; // recording
    std::string call; // Call-ID or call_key; empty: any
    StreamFilter streams; // streams: those alone
    Format format = Format::Table;
    CsvOptions csv;
    ExportFormat signs() const { return formatOf(csv); }
    std::string output; // file, of wav, pcap and listen (empty or "-": standard output)
    WavChannels channels = WavChannels::Stereo; // wav, listen
    bool fromStart = false; // listen: else from now on
    std::chrono::seconds listenFor { 0 }; // listen: so much sound at most; 0: any
    bool heard = false; // wav: through the jitter buffer
    ReportBy reportBy = ReportBy::Total;
    std::vector<Trunk> trunks; // report by trunk
    std::vector<std::string> prefixes; // report by prefix: of the callee, the longest that fits
    std::size_t mostGroups = 100; // report: those with most attempts; 0: all
    ReportOf reportOf = ReportOf::Calls;
    std::uint32_t stepMinutes = 0; // report --history; 0: not said, an hour
    bool messages = false; // flow: their text, too
    CertOptions cert;
    KeepingCommand keeping; // hold, delete, retention
    NoteCommand notes; // tag, note
    bool once = false; // live: one snapshot
};

struct CtlMessage { // said instead of doing anything: help, version, or what is wrong with the command line
    int exitCode = 0; // 2: wrong
    std::string text;
};

std::variant<CtlOptions, CtlMessage> parseCtlOptions(const std::vector<std::string>& arguments);

}
