#include "console/models/condition_fields.h"

#include "console/models/call_words.h"
#include "shared/calls/call_search.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>

namespace callmon {

namespace {

using Kind = ConditionField::Kind;

struct Words { // the context of the translations
    Q_DECLARE_TR_FUNCTIONS(ConditionFields)
};

struct FieldTitle {
    const char* name;
    const char* title;
};

constexpr std::array titles {
    FieldTitle { "call_key", QT_TRANSLATE_NOOP("ConditionFields", "Key") },
    FieldTitle { "call_id", QT_TRANSLATE_NOOP("ConditionFields", "Call-ID") },
    FieldTitle { "signalling", QT_TRANSLATE_NOOP("ConditionFields", "Signalling") },
    FieldTitle { "transport", QT_TRANSLATE_NOOP("ConditionFields", "Transport") },
    FieldTitle { "state", QT_TRANSLATE_NOOP("ConditionFields", "State") },
    FieldTitle { "caller", QT_TRANSLATE_NOOP("ConditionFields", "Caller") },
    FieldTitle { "callee", QT_TRANSLATE_NOOP("ConditionFields", "Callee") },
    FieldTitle { "caller_ip", QT_TRANSLATE_NOOP("ConditionFields", "Caller's address") },
    FieldTitle { "caller_port", QT_TRANSLATE_NOOP("ConditionFields", "Caller's port") },
    FieldTitle { "callee_ip", QT_TRANSLATE_NOOP("ConditionFields", "Callee's address") },
    FieldTitle { "callee_port", QT_TRANSLATE_NOOP("ConditionFields", "Callee's port") },
    FieldTitle { "started_at", QT_TRANSLATE_NOOP("ConditionFields", "Started") },
    FieldTitle { "ringing_at", QT_TRANSLATE_NOOP("ConditionFields", "Ringing since") },
    FieldTitle { "answered_at", QT_TRANSLATE_NOOP("ConditionFields", "Answered") },
    FieldTitle { "ended_at", QT_TRANSLATE_NOOP("ConditionFields", "Ended") },
    FieldTitle { "duration_s", QT_TRANSLATE_NOOP("ConditionFields", "Duration") },
    FieldTitle { "outcome", QT_TRANSLATE_NOOP("ConditionFields", "Outcome") },
    FieldTitle { "final_code", QT_TRANSLATE_NOOP("ConditionFields", "Final code") },
    FieldTitle { "ended_by", QT_TRANSLATE_NOOP("ConditionFields", "Ended by") },
    FieldTitle { "post_dial_delay_ms", QT_TRANSLATE_NOOP("ConditionFields", "Post-dial delay") },
    FieldTitle { "answer_delay_ms", QT_TRANSLATE_NOOP("ConditionFields", "Answer delay") },
    FieldTitle { "signalling_rtt_ms", QT_TRANSLATE_NOOP("ConditionFields", "Signalling RTT") },
    FieldTitle { "mos_mean", QT_TRANSLATE_NOOP("ConditionFields", "Mean MOS") },
    FieldTitle { "mos_min", QT_TRANSLATE_NOOP("ConditionFields", "Lowest MOS") },
    FieldTitle { "streams", QT_TRANSLATE_NOOP("ConditionFields", "Streams") },
    FieldTitle { "messages", QT_TRANSLATE_NOOP("ConditionFields", "SIP messages") },
    FieldTitle { "retransmissions", QT_TRANSLATE_NOOP("ConditionFields", "Retransmissions") },
    FieldTitle { "media_packets_not_stored", QT_TRANSLATE_NOOP("ConditionFields", "Packets not stored") },
    FieldTitle { "probe_frames_lost", QT_TRANSLATE_NOOP("ConditionFields", "Frames lost by the probe") },
    FieldTitle { "poll_gap_longest_ms", QT_TRANSLATE_NOOP("ConditionFields", "Longest poll gap") },
    FieldTitle { "trust", QT_TRANSLATE_NOOP("ConditionFields", "Trust") },
    FieldTitle { "q850_cause", QT_TRANSLATE_NOOP("ConditionFields", "Q.850 cause") },
    FieldTitle { "end_reason", QT_TRANSLATE_NOOP("ConditionFields", "End reason") },
    FieldTitle { "asserted_identity", QT_TRANSLATE_NOOP("ConditionFields", "Asserted identity") },
    FieldTitle { "diversion", QT_TRANSLATE_NOOP("ConditionFields", "Diverted by") },
    FieldTitle { "leg_id", QT_TRANSLATE_NOOP("ConditionFields", "Leg") },
    FieldTitle { "transfer_target", QT_TRANSLATE_NOOP("ConditionFields", "Transferred to") },
    FieldTitle { "replaced_call_id", QT_TRANSLATE_NOOP("ConditionFields", "Replaced Call-ID") },
    FieldTitle { "caller_agent", QT_TRANSLATE_NOOP("ConditionFields", "Caller's device") },
    FieldTitle { "callee_agent", QT_TRANSLATE_NOOP("ConditionFields", "Callee's device") },
    FieldTitle { "session_expires_s", QT_TRANSLATE_NOOP("ConditionFields", "Session expires after") },
    FieldTitle { "branches", QT_TRANSLATE_NOOP("ConditionFields", "Branches") },
    FieldTitle { "offers", QT_TRANSLATE_NOOP("ConditionFields", "New offers") },
    FieldTitle { "holds", QT_TRANSLATE_NOOP("ConditionFields", "Times on hold") },
    FieldTitle { "hold_time_s", QT_TRANSLATE_NOOP("ConditionFields", "Time on hold") },
    FieldTitle { "media_kinds", QT_TRANSLATE_NOOP("ConditionFields", "Media") },
    FieldTitle { "secure_media", QT_TRANSLATE_NOOP("ConditionFields", "Secure media") },
    FieldTitle { "began_before_probe", QT_TRANSLATE_NOOP("ConditionFields", "Began before the probe") },
    FieldTitle { "encapsulation", QT_TRANSLATE_NOOP("ConditionFields", "Encapsulation") },
    FieldTitle { "messages_not_stored", QT_TRANSLATE_NOOP("ConditionFields", "Messages not stored") },
    FieldTitle { "media_after_answer", QT_TRANSLATE_NOOP("ConditionFields", "Audio after the answer") },
    FieldTitle { "media_after_end_ms", QT_TRANSLATE_NOOP("ConditionFields", "Media after the end") },
    FieldTitle { "recorded", QT_TRANSLATE_NOOP("ConditionFields", "Recorded") },
    FieldTitle { "recording_rule", QT_TRANSLATE_NOOP("ConditionFields", "Recording rule") },
    FieldTitle { "caller_trunk", QT_TRANSLATE_NOOP("ConditionFields", "Caller's trunk") },
    FieldTitle { "callee_trunk", QT_TRANSLATE_NOOP("ConditionFields", "Callee's trunk") },
    FieldTitle { "counted_at", QT_TRANSLATE_NOOP("ConditionFields", "Counted as an attempt") },
    FieldTitle { "tags", QT_TRANSLATE_NOOP("ConditionFields", "Tag") },
    FieldTitle { "legal_hold", QT_TRANSLATE_NOOP("ConditionFields", "Legal hold") },
    FieldTitle { "codec", QT_TRANSLATE_NOOP("ConditionFields", "Codec") },
    FieldTitle { "trunk", QT_TRANSLATE_NOOP("ConditionFields", "Trunk") },
};

bool isYesOrNo(std::string_view name)
{
    return name == "secure_media" || name == "began_before_probe";
}

Kind kindOf(const SearchField& field)
{
    const std::string_view name = field.name;
    switch (field.kind) {
    case SearchField::Kind::Text:
        return Kind::Text;
    case SearchField::Kind::Address:
        return Kind::Address;
    case SearchField::Kind::Number:
        return isYesOrNo(name) ? Kind::Choice : name.ends_with("_s") ? Kind::Duration : Kind::Number;
    case SearchField::Kind::Time:
        return Kind::Time;
    case SearchField::Kind::Word:
        return Kind::Choice;
    case SearchField::Kind::Tags:
        return Kind::Tag;
    case SearchField::Kind::LegalHold:
        return Kind::Hold;
    case SearchField::Kind::Codec:
        return Kind::Codec;
    case SearchField::Kind::Trunk:
        return Kind::Trunk;
    }
    return Kind::Text;
}

QString titleOf(std::string_view name)
{
    for (const FieldTitle& field : titles)
        if (field.name == name)
            return Words::tr(field.title);
    return text(name); // a test says that none is missing
}

std::vector<ConditionField> makeFields()
{
    std::vector<ConditionField> fields;
    for (const SearchField& field : searchFields()) {
        const std::string_view name = field.name;
        const Kind kind = kindOf(field);
        const QString unit = kind == Kind::Number && name.ends_with("_ms") ? QStringLiteral("ms") : QString();
        fields.push_back({ text(name), titleOf(name), unit, kind });
    }
    std::ranges::sort(fields, [](const ConditionField& a, const ConditionField& b) {
        return QString::localeAwareCompare(a.title, b.title) < 0;
    });
    return fields;
}

constexpr std::array<const char*, 12> relationNames { "is", "is_not", "begins_with", "ends_with", "contains",
    "contains_not", "less", "at_most", "at_least", "greater", "known", "unknown" };

}

const std::vector<ConditionField>& conditionFields()
{
    static const std::vector<ConditionField> fields = makeFields(); // the language is set before any form is made
    return fields;
}

const ConditionField* conditionField(const QString& name)
{
    const auto& fields = conditionFields();
    const auto found = std::ranges::find(fields, name, &ConditionField::name);
    return found == fields.end() ? nullptr : &*found;
}

std::vector<Relation> relationsOf(Kind kind)
{
    using enum Relation;
    switch (kind) {
    case Kind::Text:
        return { Is, IsNot, BeginsWith, EndsWith, Contains, ContainsNot, Known, Unknown };
    case Kind::Codec:
    case Kind::Tag:
    case Kind::Trunk:
        return { Is, IsNot, Known, Unknown };
    case Kind::Hold:
        return { Known, Unknown, Contains };
    case Kind::Address:
        return { Is, IsNot, BeginsWith, Known, Unknown };
    case Kind::Number:
    case Kind::Duration:
        return { AtLeast, AtMost, Greater, Less, Is, IsNot, Known, Unknown };
    case Kind::Time:
        return { AtLeast, Less, Known, Unknown };
    case Kind::Choice:
        break;
    }
    return { Is, IsNot };
}

QString word(Relation relation, Kind kind)
{
    switch (relation) {
    case Relation::Is:
        if (kind == Kind::Number || kind == Kind::Duration)
            return QStringLiteral("=");
        return kind == Kind::Tag || kind == Kind::Codec || kind == Kind::Trunk ? Words::tr("one is") : Words::tr("is");
    case Relation::IsNot:
        if (kind == Kind::Number || kind == Kind::Duration)
            return QStringLiteral("≠");
        return kind == Kind::Tag || kind == Kind::Codec || kind == Kind::Trunk ? Words::tr("none is")
                                                                               : Words::tr("is not");
    case Relation::BeginsWith:
        return Words::tr("begins with");
    case Relation::EndsWith:
        return Words::tr("ends with");
    case Relation::Contains:
        return Words::tr("contains");
    case Relation::ContainsNot:
        return Words::tr("does not contain");
    case Relation::Less:
        return kind == Kind::Time ? Words::tr("before") : QStringLiteral("<");
    case Relation::AtMost:
        return QStringLiteral("≤");
    case Relation::AtLeast:
        return kind == Kind::Time ? Words::tr("at or after") : QStringLiteral("≥");
    case Relation::Greater:
        return QStringLiteral(">");
    case Relation::Known:
        if (kind == Kind::Tag || kind == Kind::Hold)
            return Words::tr("there is one");
        return kind == Kind::Time ? Words::tr("at some time") : Words::tr("is known");
    case Relation::Unknown:
        if (kind == Kind::Tag || kind == Kind::Hold)
            return Words::tr("there is none");
        return kind == Kind::Time ? Words::tr("never") : Words::tr("is not known");
    }
    return {};
}

QString nameOf(Relation relation)
{
    return QString::fromLatin1(relationNames[static_cast<std::size_t>(relation)]);
}

std::optional<Relation> relationNamed(const QString& name)
{
    for (std::size_t i = 0; i < relationNames.size(); ++i)
        if (name == QLatin1String(relationNames[i]))
            return static_cast<Relation>(i);
    return std::nullopt;
}

std::vector<ConditionChoice> choicesOf(const ConditionField& field)
{
    std::vector<ConditionChoice> choices;
    const auto all = [&]<typename Word>(Word last, auto&& shown) {
        for (int i = 0; i <= static_cast<int>(last); ++i)
            choices.push_back({ text(toText(static_cast<Word>(i))), shown(static_cast<Word>(i)) });
    };
    const auto words = [](auto value) { return word(value); };
    if (field.name == QLatin1String("outcome")) {
        all(CallOutcome::Incomplete, words);
    } else if (field.name == QLatin1String("state")) {
        all(CallState::Ended, words);
    } else if (field.name == QLatin1String("trust")) {
        all(CaptureTrust::Lossy, words);
    } else if (field.name == QLatin1String("transport")) {
        all(Transport::WebSocket, words);
    } else if (field.name == QLatin1String("signalling")) {
        all(Signalling::Skinny, words);
    } else if (field.name == QLatin1String("ended_by")) {
        all(EndedBy::ProbeStopped, words);
        choices.front().word = Words::tr("nobody yet");
    } else if (field.name == QLatin1String("recorded")) {
        all(Recording::Partly, words);
        choices.front().word = Words::tr("not known");
    } else if (field.name == QLatin1String("encapsulation")) {
        all(Encapsulation::L2tp, [](Encapsulation tunnel) { return text(toText(tunnel)).toUpper(); });
        choices.front().word = Words::tr("none");
    } else if (field.name == QLatin1String("media_after_answer")) {
        choices = { { QStringLiteral("both"), Words::tr("of both parties") },
            { QStringLiteral("caller"), Words::tr("of the caller only") },
            { QStringLiteral("callee"), Words::tr("of the callee only") },
            { QStringLiteral("none"), Words::tr("of neither") }, { QString(), Words::tr("not answered") } };
    } else if (field.name == QLatin1String("media_kinds")) { // sets: those with that kind
        choices = { { QStringLiteral("*audio*"), Words::tr("with audio") },
            { QStringLiteral("*video*"), Words::tr("with video") }, { QStringLiteral("*fax*"), Words::tr("with fax") },
            { QStringLiteral("*other*"), Words::tr("with other media") }, { QString(), Words::tr("none") } };
    } else if (field.kind == Kind::Choice) {
        choices = { { QStringLiteral("1"), Words::tr("yes") }, { QStringLiteral("0"), Words::tr("no") } };
    }
    return choices;
}

QStringList knownCodecs()
{
    return { QStringLiteral("PCMA"), QStringLiteral("PCMU"), QStringLiteral("G722"), QStringLiteral("G729"),
        QStringLiteral("G726-32"), QStringLiteral("GSM"), QStringLiteral("L16"), QStringLiteral("opus"),
        QStringLiteral("AMR"), QStringLiteral("AMR-WB"), QStringLiteral("EVS"), QStringLiteral("iLBC"),
        QStringLiteral("speex") };
}

QString valueHint(const ConditionField& field)
{
    switch (field.kind) {
    case Kind::Text:
        return field.name.endsWith(QLatin1String("agent")) ? QStringLiteral("Cisco*") : QStringLiteral("+34*, *1234");
    case Kind::Codec:
        return QStringLiteral("PCMA, G7*");
    case Kind::Tag:
        return QStringLiteral("bad-line, bad-*");
    case Kind::Trunk:
        return Words::tr("a configured name, or other");
    case Kind::Hold:
        return Words::tr("case 17");
    case Kind::Address:
        return QStringLiteral("10.0.0.1, 10.0.*");
    case Kind::Number:
        return field.name.startsWith(QLatin1String("mos")) ? QStringLiteral("3.5") : QStringLiteral("100");
    case Kind::Duration:
        return Words::tr("90, 1:30 or 2 min");
    case Kind::Time:
    case Kind::Choice:
        break;
    }
    return {};
}

}
