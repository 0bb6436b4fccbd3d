#include "console/models/call_conditions.h"

#include "console/models/call_words.h"
#include "console/models/figures.h"
#include "console/zone/display_zone.h"
#include "shared/base/utc_time.h"
#include "shared/calls/call_notes.h"

#include <QCoreApplication>
#include <QLocale>
#include <QRegularExpression>
#include <algorithm>
#include <array>
#include <cmath>

namespace callmon {

namespace {

using Kind = ConditionField::Kind;

struct Words { // the context of the translations
    Q_DECLARE_TR_FUNCTIONS(CallConditions)
};

struct FieldTitle {
    const char* name;
    const char* title;
};

constexpr std::array titles {
    FieldTitle { "call_key", QT_TRANSLATE_NOOP("CallConditions", "Key") },
    FieldTitle { "call_id", QT_TRANSLATE_NOOP("CallConditions", "Call-ID") },
    FieldTitle { "signalling", QT_TRANSLATE_NOOP("CallConditions", "Signalling") },
    FieldTitle { "transport", QT_TRANSLATE_NOOP("CallConditions", "Transport") },
    FieldTitle { "state", QT_TRANSLATE_NOOP("CallConditions", "State") },
    FieldTitle { "caller", QT_TRANSLATE_NOOP("CallConditions", "Caller") },
    FieldTitle { "callee", QT_TRANSLATE_NOOP("CallConditions", "Callee") },
    FieldTitle { "caller_ip", QT_TRANSLATE_NOOP("CallConditions", "Caller's address") },
    FieldTitle { "caller_port", QT_TRANSLATE_NOOP("CallConditions", "Caller's port") },
    FieldTitle { "callee_ip", QT_TRANSLATE_NOOP("CallConditions", "Callee's address") },
    FieldTitle { "callee_port", QT_TRANSLATE_NOOP("CallConditions", "Callee's port") },
    FieldTitle { "started_at", QT_TRANSLATE_NOOP("CallConditions", "Started") },
    FieldTitle { "ringing_at", QT_TRANSLATE_NOOP("CallConditions", "Ringing since") },
    FieldTitle { "answered_at", QT_TRANSLATE_NOOP("CallConditions", "Answered") },
    FieldTitle { "ended_at", QT_TRANSLATE_NOOP("CallConditions", "Ended") },
    FieldTitle { "duration_s", QT_TRANSLATE_NOOP("CallConditions", "Duration") },
    FieldTitle { "outcome", QT_TRANSLATE_NOOP("CallConditions", "Outcome") },
    FieldTitle { "final_code", QT_TRANSLATE_NOOP("CallConditions", "Final code") },
    FieldTitle { "ended_by", QT_TRANSLATE_NOOP("CallConditions", "Ended by") },
    FieldTitle { "post_dial_delay_ms", QT_TRANSLATE_NOOP("CallConditions", "Post-dial delay") },
    FieldTitle { "answer_delay_ms", QT_TRANSLATE_NOOP("CallConditions", "Answer delay") },
    FieldTitle { "signalling_rtt_ms", QT_TRANSLATE_NOOP("CallConditions", "Signalling RTT") },
    FieldTitle { "mos_mean", QT_TRANSLATE_NOOP("CallConditions", "Mean MOS") },
    FieldTitle { "mos_min", QT_TRANSLATE_NOOP("CallConditions", "Lowest MOS") },
    FieldTitle { "streams", QT_TRANSLATE_NOOP("CallConditions", "Streams") },
    FieldTitle { "messages", QT_TRANSLATE_NOOP("CallConditions", "SIP messages") },
    FieldTitle { "retransmissions", QT_TRANSLATE_NOOP("CallConditions", "Retransmissions") },
    FieldTitle { "media_packets_not_stored", QT_TRANSLATE_NOOP("CallConditions", "Packets not stored") },
    FieldTitle { "probe_frames_lost", QT_TRANSLATE_NOOP("CallConditions", "Frames lost by the probe") },
    FieldTitle { "poll_gap_longest_ms", QT_TRANSLATE_NOOP("CallConditions", "Longest poll gap") },
    FieldTitle { "trust", QT_TRANSLATE_NOOP("CallConditions", "Trust") },
    FieldTitle { "q850_cause", QT_TRANSLATE_NOOP("CallConditions", "Q.850 cause") },
    FieldTitle { "end_reason", QT_TRANSLATE_NOOP("CallConditions", "End reason") },
    FieldTitle { "asserted_identity", QT_TRANSLATE_NOOP("CallConditions", "Asserted identity") },
    FieldTitle { "diversion", QT_TRANSLATE_NOOP("CallConditions", "Diverted by") },
    FieldTitle { "leg_id", QT_TRANSLATE_NOOP("CallConditions", "Leg") },
    FieldTitle { "transfer_target", QT_TRANSLATE_NOOP("CallConditions", "Transferred to") },
    FieldTitle { "replaced_call_id", QT_TRANSLATE_NOOP("CallConditions", "Replaced Call-ID") },
    FieldTitle { "caller_agent", QT_TRANSLATE_NOOP("CallConditions", "Caller's device") },
    FieldTitle { "callee_agent", QT_TRANSLATE_NOOP("CallConditions", "Callee's device") },
    FieldTitle { "session_expires_s", QT_TRANSLATE_NOOP("CallConditions", "Session expires after") },
    FieldTitle { "branches", QT_TRANSLATE_NOOP("CallConditions", "Branches") },
    FieldTitle { "offers", QT_TRANSLATE_NOOP("CallConditions", "New offers") },
    FieldTitle { "holds", QT_TRANSLATE_NOOP("CallConditions", "Times on hold") },
    FieldTitle { "hold_time_s", QT_TRANSLATE_NOOP("CallConditions", "Time on hold") },
    FieldTitle { "media_kinds", QT_TRANSLATE_NOOP("CallConditions", "Media") },
    FieldTitle { "secure_media", QT_TRANSLATE_NOOP("CallConditions", "Secure media") },
    FieldTitle { "began_before_probe", QT_TRANSLATE_NOOP("CallConditions", "Began before the probe") },
    FieldTitle { "encapsulation", QT_TRANSLATE_NOOP("CallConditions", "Encapsulation") },
    FieldTitle { "messages_not_stored", QT_TRANSLATE_NOOP("CallConditions", "Messages not stored") },
    FieldTitle { "media_after_answer", QT_TRANSLATE_NOOP("CallConditions", "Audio after the answer") },
    FieldTitle { "media_after_end_ms", QT_TRANSLATE_NOOP("CallConditions", "Media after the end") },
    FieldTitle { "recorded", QT_TRANSLATE_NOOP("CallConditions", "Recorded") },
    FieldTitle { "recording_rule", QT_TRANSLATE_NOOP("CallConditions", "Recording rule") },
    FieldTitle { "tags", QT_TRANSLATE_NOOP("CallConditions", "Tag") },
    FieldTitle { "legal_hold", QT_TRANSLATE_NOOP("CallConditions", "Legal hold") },
    FieldTitle { "codec", QT_TRANSLATE_NOOP("CallConditions", "Codec") },
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

// Digits as the user's language groups them, or as programs write them.
std::optional<double> numberOf(const QString& text)
{
    bool good = false;
    double number = text.toDouble(&good);
    if (!good)
        number = QLocale().toDouble(text, &good);
    return good && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

QString plainNumber(double number)
{
    return QString::number(number, 'g', 15);
}

QString instantText(Timestamp time)
{
    return dateTimeText(time) + QLatin1Char(' ') + zoneLabel();
}

Comparison comparisonOf(Relation relation)
{
    switch (relation) {
    case Relation::IsNot:
    case Relation::ContainsNot:
    case Relation::Known:
        return Comparison::NotEqual;
    case Relation::Less:
        return Comparison::Less;
    case Relation::AtMost:
        return Comparison::AtMost;
    case Relation::AtLeast:
        return Comparison::AtLeast;
    case Relation::Greater:
        return Comparison::Greater;
    default:
        return Comparison::Equal;
    }
}

QString withStars(const QString& value, Relation relation)
{
    const QString star = QStringLiteral("*");
    switch (relation) {
    case Relation::BeginsWith:
        return value + star;
    case Relation::EndsWith:
        return star + value;
    case Relation::Contains:
    case Relation::ContainsNot:
        return star + value + star;
    default:
        return value;
    }
}

QString choiceWord(const ConditionField& field, const QString& value)
{
    for (const ConditionChoice& choice : choicesOf(field))
        if (choice.value == value)
            return choice.word;
    return value;
}

// The field's value in the contract's form; empty: it is none, and `problem` says why.
QString valueOf(const ConditionField& field, const ConditionDraft& draft, QString& problem)
{
    const QString value = draft.value.trimmed();
    if (value.isEmpty() && field.kind != Kind::Choice) {
        problem = Words::tr("Give a value.");
        return {};
    }
    switch (field.kind) {
    case Kind::Number: {
        bool whole = false;
        const qlonglong digits = value.toLongLong(&whole); // a key has more than a double keeps
        if (whole)
            return QString::number(digits);
        if (const auto number = numberOf(value))
            return plainNumber(*number);
    }
        problem = Words::tr("That is no number; write %1").arg(valueHint(field));
        return {};
    case Kind::Duration:
        if (const auto seconds = secondsOf(value))
            return plainNumber(*seconds);
        problem = Words::tr("That is no time span; write %1").arg(valueHint(field));
        return {};
    case Kind::Time:
        return QString::fromStdString(toIso8601(timestampFromNanoseconds(value.toLongLong())));
    case Kind::Address:
        if (!value.contains(QLatin1Char('*')) && draft.relation <= Relation::IsNot
            && !IpAddress::parse(value.toStdString())) {
            problem = Words::tr("That is no address; write %1").arg(valueHint(field));
            return {};
        }
        return withStars(value, draft.relation);
    case Kind::Tag:
        if (!value.contains(QLatin1Char('*')) && !tagOf(value.toStdString())) {
            problem = Words::tr("A tag is one word; write %1").arg(valueHint(field));
            return {};
        }
        return value.toLower();
    default:
        return withStars(value, draft.relation);
    }
}

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
        return kind == Kind::Tag || kind == Kind::Codec ? Words::tr("one is") : Words::tr("is");
    case Relation::IsNot:
        if (kind == Kind::Number || kind == Kind::Duration)
            return QStringLiteral("≠");
        return kind == Kind::Tag || kind == Kind::Codec ? Words::tr("none is") : Words::tr("is not");
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

std::optional<CallCondition> conditionOf(const ConditionDraft& draft, QString& problem)
{
    problem.clear();
    const ConditionField* const field = conditionField(draft.field);
    if (field == nullptr) {
        problem = Words::tr("Calls have no such field."); // kept by another version
        return std::nullopt;
    }
    CallCondition condition { draft.field.toStdString(), comparisonOf(draft.relation), {} };
    if (takesValue(draft.relation)) {
        condition.value = valueOf(*field, draft, problem).toStdString();
        if (!problem.isEmpty())
            return std::nullopt;
    }
    if (const auto operand = operandOf(condition); !operand) {
        problem = QString::fromStdString(operand.error().what);
        return std::nullopt;
    }
    return condition;
}

std::optional<double> secondsOf(const QString& text)
{
    const QString plain = text.trimmed().toLower();
    static const QRegularExpression clock(QStringLiteral("^(?:(\\d{1,4}):)?(\\d{1,4}):(\\d{2})$"));
    if (const auto match = clock.match(plain); match.hasMatch())
        return match.captured(1).toInt() * 3600.0 + match.captured(2).toInt() * 60.0 + match.captured(3).toInt();
    if (const auto number = numberOf(plain))
        return *number >= 0 ? number : std::nullopt;
    static const QRegularExpression whole(QStringLiteral("^(?:[\\d.,]+\\s*(?:h|min|m|s)\\s*)+$"));
    static const QRegularExpression part(QStringLiteral("([\\d.,]+)\\s*(h|min|m|s)"));
    if (!whole.match(plain).hasMatch())
        return std::nullopt;
    double seconds = 0;
    for (auto matches = part.globalMatch(plain); matches.hasNext();) {
        const auto match = matches.next();
        const auto number = numberOf(match.captured(1));
        if (!number)
            return std::nullopt;
        const QChar unit = match.captured(2).front();
        seconds += *number * (unit == QLatin1Char('h') ? 3600 : unit == QLatin1Char('m') ? 60 : 1);
    }
    return seconds;
}

QString secondsText(double seconds)
{
    if (seconds < 60 || std::floor(seconds) != seconds)
        return Words::tr("%1 s").arg(plainNumber(seconds));
    return durationText(Milliseconds(seconds * 1000));
}

std::optional<CodeRange> codesOf(const QString& text)
{
    static const QRegularExpression one(QStringLiteral("^[1-6]\\d\\d$"));
    static const QRegularExpression ofClass(QStringLiteral("^([1-6])xx$"), QRegularExpression::CaseInsensitiveOption);
    static const QRegularExpression range(QStringLiteral("^([1-6]\\d\\d)\\s*[-–]\\s*([1-6]\\d\\d)$"));
    const QString plain = text.trimmed();
    if (one.match(plain).hasMatch())
        return CodeRange { plain.toInt(), plain.toInt() };
    if (const auto match = ofClass.match(plain); match.hasMatch())
        return CodeRange { match.captured(1).toInt() * 100, match.captured(1).toInt() * 100 + 99 };
    if (const auto match = range.match(plain); match.hasMatch()) {
        const CodeRange codes { match.captured(1).toInt(), match.captured(2).toInt() };
        if (codes.first <= codes.last)
            return codes;
    }
    return std::nullopt;
}

QString textOf(const CallCondition& condition)
{
    const ConditionField* const field = conditionField(text(condition.field));
    if (field == nullptr)
        return QString::fromStdString(toText(condition));
    const bool equality = condition.comparison == Comparison::Equal || condition.comparison == Comparison::NotEqual;
    const bool equal = condition.comparison == Comparison::Equal;
    Relation relation = equal ? Relation::Is : Relation::IsNot;
    QString value = text(condition.value);
    if (equality && value.isEmpty() && field->kind != Kind::Choice) {
        relation = equal ? Relation::Unknown : Relation::Known;
    } else if (!equality) {
        constexpr std::array ordered { Relation::Less, Relation::AtMost, Relation::AtLeast, Relation::Greater };
        relation = ordered[static_cast<std::size_t>(condition.comparison) - 2];
    } else if (field->kind == Kind::Text || field->kind == Kind::Hold) { // as the form would say it
        const QString inner = value.mid(1, value.size() - 2);
        if (value.size() > 2 && value.startsWith(QLatin1Char('*')) && value.endsWith(QLatin1Char('*'))
            && !inner.contains(QLatin1Char('*'))) {
            relation = equal ? Relation::Contains : Relation::ContainsNot;
            value = inner;
        }
    }
    switch (field->kind) {
    case Kind::Time:
        if (const auto time = parseIso8601(condition.value))
            value = instantText(*time);
        break;
    case Kind::Duration:
        if (const auto seconds = numberOf(value))
            value = secondsText(*seconds);
        break;
    case Kind::Choice:
        value = choiceWord(*field, value);
        break;
    default:
        if (!field->unit.isEmpty())
            value += QLatin1Char(' ') + field->unit;
    }
    QString all = field->title + QLatin1Char(' ') + word(relation, field->kind);
    if (takesValue(relation))
        all += QLatin1Char(' ') + value;
    return all;
}

QString textOf(const CallQuery& query)
{
    QStringList parts;
    if (!query.number.empty())
        parts += Words::tr("Number %1").arg(text(query.number));
    if (query.from)
        parts += Words::tr("From %1").arg(instantText(*query.from));
    if (query.to)
        parts += Words::tr("To %1").arg(instantText(*query.to));
    std::vector<CallCondition> conditions;
    if (query.outcome)
        conditions.push_back({ "outcome", Comparison::Equal, std::string(toText(*query.outcome)) });
    if (query.trust)
        conditions.push_back({ "trust", Comparison::Equal, std::string(toText(*query.trust)) });
    if (query.minMos)
        conditions.push_back({ "mos_mean", Comparison::AtLeast, plainNumber(*query.minMos).toStdString() });
    if (query.maxMos)
        conditions.push_back({ "mos_mean", Comparison::AtMost, plainNumber(*query.maxMos).toStdString() });
    conditions.insert(conditions.end(), query.conditions.begin(), query.conditions.end());
    for (const CallCondition& condition : conditions)
        parts += textOf(condition);
    return parts.join(QStringLiteral(" · "));
}

}
