// callmonctl recording.
#include "engine/ctl/commands.h"
#include "shared/calls/recording_fields.h"

#include <array>

namespace callmon {

namespace {

constexpr std::array recordingTable {
    TableColumn { "rule", "rule", 30 },
    TableColumn { "record", "record" },
    TableColumn { "enabled", "on" },
    TableColumn { "caller", "caller" },
    TableColumn { "callee", "callee" },
    TableColumn { "number", "number" },
    TableColumn { "address", "address", 43 },
    TableColumn { "trunk", "trunk" },
    TableColumn { "header", "header", 30 },
    TableColumn { "changed_by", "changed by", 16 },
    TableColumn { "changed_at", "changed (UTC)" },
};

}

int editRecording(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    auto rules = source.recordingRules();
    if (!rules)
        return fail(output, rules.error());
    if (options.recordingEdit.action == RecordingEdit::Action::List) {
        const auto rows =
            makeRowOutput(options.format, recordingRuleFieldNames(), recordingTable, output.out, options.signs());
        for (const RecordingRule& rule : rules.value().rules)
            rows->row(recordingRuleFields(rule));
        rows->end();
        return 0;
    }
    if (const auto applied = apply(options.recordingEdit, rules.value().rules); !applied)
        return fail(output, applied.error());
    const auto done = source.putRecordingRules(rules.value());
    return done ? 0 : fail(output, done.error());
}

}
