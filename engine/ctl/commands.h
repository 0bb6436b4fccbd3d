// The subcommands of callmonctl. Each returns the exit status: 0 done, 1 failed, 2 wrong usage or configuration.
#pragma once

#include "engine/ctl/call_source.h"
#include "engine/ctl/ctl_options.h"

#include <ostream>

namespace callmon {

struct CtlOutput {
    std::ostream& out;
    std::ostream& err; // one sentence a line, for the user
    bool terminal = false; // out is one
};

// Everything: parses, opens the source and runs the command.
int runCtl(const std::vector<std::string>& arguments, const OpenEngine& openEngine, CtlOutput output);

int listCalls(CallSource& source, const CtlOptions& options, CtlOutput output);
int listStreams(CallSource& source, const CtlOptions& options, CtlOutput output);
int reportService(CallSource& source, const CtlOptions& options, CtlOutput output);
int listQuality(CallSource& source, const CtlOptions& options, CtlOutput output);
int listAlarms(CallSource& source, const CtlOptions& options, CtlOutput output);
int acknowledgeAlarm(CallSource& source, const CtlOptions& options, CtlOutput output);
int shelveAlarm(CallSource& source, const CtlOptions& options, CtlOutput output);
int editRules(CallSource& source, const CtlOptions& options, CtlOutput output);
int editRecording(CallSource& source, const CtlOptions& options, CtlOutput output);
int exportWav(CallSource& source, const CtlOptions& options, CtlOutput output);
int listenToCall(CallSource& source, const CtlOptions& options, CtlOutput output);
int exportPcap(CallSource& source, const CtlOptions& options, CtlOutput output);
int showFlow(CallSource& source, const CtlOptions& options, CtlOutput output);
int showLive(CallSource& source, const CtlOptions& options, CtlOutput output);
int listUnbound(CallSource& source, const CtlOptions& options, CtlOutput output);
int listAudit(CallSource& source, const CtlOptions& options, CtlOutput output);
int manageCertificates(const CertOptions& options, CtlOutput output);
int showStatus(CallSource& source, const CtlOptions& options, CtlOutput output);

int editHolds(CallSource& source, const CtlOptions& options, CtlOutput output);
int deleteNumber(CallSource& source, const CtlOptions& options, CtlOutput output);
int editTags(CallSource& source, const CtlOptions& options, CtlOutput output);
int editNotes(CallSource& source, const CtlOptions& options, CtlOutput output);
int showRetention(CallSource& source, const CtlOptions& options, CtlOutput output);

int fail(CtlOutput output, const Error& error); // says it; 1

// The call that was meant: of several under one Call-ID the newest, said on output.err.
Result<CallRecord> theCall(CallSource& source, const CtlOptions& options, CtlOutput output);

// The call's messages; what of them is missing is said on output.err.
Result<std::vector<CallMessage>> messagesOf(CallSource& source, CallKey call, CtlOutput output);

// Each call with its streams, in the order of the query; the sink returns false to stop early. Of a source that answers
// nothing while it tells calls these are fetched by the thousand.
Result<void> callsWithStreams(CallSource& source, CallQuery query,
    const std::function<bool(const CallRecord&, const std::vector<StreamRecord>&)>& sink);

// `call` is a Call-ID, or the call_key of a call that there is: narrows the query to it.
Result<void> narrowTo(CallSource& source, const std::string& call, CallQuery& query);

}
