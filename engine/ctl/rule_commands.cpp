// callmonctl rules.
#include "engine/ctl/commands.h"
#include "shared/calls/alarm_fields.h"

#include <array>

namespace callmon {

namespace {

using Action = RuleEdit::Action;

constexpr std::array ruleTable {
    TableColumn { "rule", "rule", 30 },
    TableColumn { "enabled", "on" },
    TableColumn { "severity", "severity" },
    TableColumn { "kind", "kind" },
    TableColumn { "metric", "metric" },
    TableColumn { "group", "group" },
    TableColumn { "window_min", "window min" },
    TableColumn { "threshold", "threshold" },
    TableColumn { "clear_threshold", "clear" },
    TableColumn { "unit", "unit" },
    TableColumn { "raise_after_s", "raise s" },
    TableColumn { "clear_after_s", "clear s" },
    TableColumn { "changed_by", "changed by", 16 },
    TableColumn { "changed_at", "changed (UTC)" },
};

constexpr std::array changeTable {
    TableColumn { "changed_at", "changed (UTC)" },
    TableColumn { "changed_by", "by", 16 },
    TableColumn { "change", "change" },
    TableColumn { "rule", "rule", 30 },
    TableColumn { "enabled", "on" },
    TableColumn { "severity", "severity" },
    TableColumn { "kind", "kind" },
    TableColumn { "metric", "metric" },
    TableColumn { "group", "group" },
    TableColumn { "window_min", "window min" },
    TableColumn { "threshold", "threshold" },
    TableColumn { "clear_threshold", "clear" },
    TableColumn { "unit", "unit" },
    TableColumn { "raise_after_s", "raise s" },
    TableColumn { "clear_after_s", "clear s" },
};

template <typename Records, typename Fields>
int print(const Result<Records>& records, RowOutput& rows, CtlOutput output, Fields fields)
{
    if (!records)
        return fail(output, records.error());
    for (const auto& record : records.value())
        rows.row(fields(record));
    rows.end();
    return 0;
}

Result<void> change(CallSource& source, const RuleEdit& edit)
{
    const auto rules = source.alarmRules();
    if (!rules)
        return rules.error();
    const AlarmRule* const there = findRule(rules.value(), edit.name);
    if (edit.action == Action::Add && there != nullptr)
        return Error { "there is a rule '" + edit.name + "' already; rules change alters it" };
    if (edit.action != Action::Add && there == nullptr)
        return Error { "there is no alarm rule '" + edit.name + "'; callmonctl rules lists those there are" };
    const AlarmRule rule = edited(there != nullptr ? *there : AlarmRule {}, edit);
    if (rule.name.wasCut() || rule.metric.wasCut() || rule.group.wasCut())
        return Error { "a rule's name has 47 bytes at most, its metric 31, its group 63" };
    return source.putAlarmRule(rule);
}

}

int editRules(CallSource& source, const CtlOptions& options, CtlOutput output)
{
    const RuleEdit& edit = options.ruleEdit;
    if (edit.action == Action::List)
        return print(source.alarmRules(),
            *makeRowOutput(options.format, alarmRuleFieldNames(), ruleTable, output.out, options.signs()), output,
            alarmRuleFields);
    if (edit.action == Action::History)
        return print(source.alarmRuleChanges(),
            *makeRowOutput(options.format, alarmRuleChangeFieldNames(), changeTable, output.out, options.signs()),
            output, alarmRuleChangeFields);
    const auto done = edit.action == Action::Remove ? source.removeAlarmRule(edit.name) : change(source, edit);
    return done ? 0 : fail(output, done.error());
}

}
