#include "console/models/call_filter.h"

#include "console/models/call_words.h"
#include "shared/base/pattern.h"
#include "shared/base/telephone_number.h"
#include "shared/base/utc_time.h"
#include "shared/calls/call_groups.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <algorithm>

namespace callmon {

namespace {

constexpr QLatin1String oneWay("one-way");
constexpr QLatin1String noMedia("no-media");
constexpr const char* texts = "from|to|id|codec|state|code|trust|trunk|probe|is"; // behind each a colon
constexpr const char* wholeTexts = "from|to|id|codec|code|trunk|probe"; // behind each =
constexpr const char* figures = "mos|minmos|loss|jitter|duration";
constexpr const char* times = "counted";
constexpr std::chrono::seconds firstMedia(5); // after the answer: until then a silent side says little

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool contains(std::string_view text, std::string_view lowerCase)
{
    return std::search(text.begin(), text.end(), lowerCase.begin(), lowerCase.end(),
               [](char a, char b) { return lower(a) == b; })
        != text.end()
        || lowerCase.empty();
}

bool isSame(std::string_view text, std::string_view lowerCase)
{
    return std::ranges::equal(text, lowerCase, [](char a, char b) { return lower(a) == b; });
}

// Words, and "phrases in quotes" which may also follow a field name; an open quote runs to the end. In quotes "" is a
// quote.
QStringList splitTerms(const QString& text)
{
    QStringList terms;
    QString term;
    bool quoted = false;
    bool any = false;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text[i];
        if (quoted && c == QLatin1Char('"') && i + 1 < text.size() && text[i + 1] == c) {
            term += c;
            ++i;
        } else if (c == QLatin1Char('"')) {
            quoted = !quoted;
            any = true;
        } else if (c.isSpace() && !quoted) {
            if (any)
                terms += term;
            term.clear();
            any = false;
        } else {
            term += c;
            any = true;
        }
    }
    if (any)
        terms += term;
    terms.removeAll(QString());
    return terms;
}

// The worse of both directions; empty when neither is known.
template <typename Better, typename Value> std::optional<double> worse(const LiveCall& call, Better better, Value value)
{
    std::optional<double> worst;
    for (const LiveDirection& direction : call.sent)
        if (const std::optional<double> figure = value(direction); figure && (!worst || better(*worst, *figure)))
            worst = figure;
    return worst;
}

}

QStringList CallFilter::fieldWords()
{
    QStringList words;
    const auto add = [&words](const char* names, const char* sign) {
        for (const QString& name : QString::fromLatin1(names).split(QLatin1Char('|')))
            words += name + QLatin1String(sign);
    };
    add(texts, ":");
    add(wholeTexts, "=");
    add(figures, "");
    add(times, "");
    return words;
}

CallFilter::Test CallFilter::testOf(const QString& comparison)
{
    return comparison == QLatin1String("<") ? Test::Less
        : comparison == QLatin1String("<=") ? Test::LessOrEqual
        : comparison == QLatin1String(">")  ? Test::Greater
        : comparison == QLatin1String(">=") ? Test::GreaterOrEqual
                                            : Test::Equal;
}

CallFilter CallFilter::parse(const QString& text)
{
    CallFilter filter;
    for (std::size_t i = 0; i < filter.m_stateWords.size(); ++i) {
        const auto state = static_cast<CallState>(i);
        filter.m_stateWords[i] = std::string(toText(state)) + ' ' + word(state).toLower().toStdString();
    }
    for (std::size_t i = 0; i < filter.m_trustWords.size(); ++i) {
        const auto trust = static_cast<CaptureTrust>(i);
        filter.m_trustWords[i] = std::string(toText(trust)) + ' ' + word(trust).toLower().toStdString();
    }
    for (const QString& term : splitTerms(text)) {
        const bool isNot = term.startsWith(QLatin1Char('-'));
        const QString said = isNot ? term.mid(1) : term;
        if (!filter.addTimeTerm(said, isNot) && !filter.addNumberTerm(said, isNot)
            && !filter.addFieldTerm(said, isNot)) // a minus alone may begin a Call-ID
            filter.m_terms.push_back({ Field::Anything, Test::Contains, term.toLower().toStdString(),
                wantedWithoutSeparators(term.toStdString()).value_or(std::string()) });
    }
    return filter;
}

bool CallFilter::addTimeTerm(const QString& text, bool isNot)
{
    static const QRegularExpression shape(
        QStringLiteral("^(?:%1)(<=|>=|<|>)(.*)$").arg(QLatin1String(times)), QRegularExpression::CaseInsensitiveOption);
    const QRegularExpressionMatch match = shape.match(text);
    if (!match.hasMatch())
        return false;
    const auto time = parseIso8601(match.captured(2).toUpper().toStdString());
    if (!time) {
        m_problems += QCoreApplication::translate("CallFilter", "counted%1 needs a time in UTC, as in counted%1%2")
                          .arg(match.captured(1), QStringLiteral("2026-11-23T06:14"));
        return true;
    }
    Term term;
    term.field = Field::Counted;
    term.test = testOf(match.captured(1));
    term.time = *time;
    term.isNot = isNot;
    m_terms.push_back(term);
    return true;
}

bool CallFilter::addNumberTerm(const QString& text, bool isNot)
{
    static const QRegularExpression shape(QStringLiteral("^(%1)(<=|>=|<|>|=)(.*)$").arg(QLatin1String(figures)),
        QRegularExpression::CaseInsensitiveOption);
    const QRegularExpressionMatch match = shape.match(text);
    if (!match.hasMatch()) {
        static const QRegularExpression misspelt(
            QStringLiteral("^([a-z_]+)(<|>)"), QRegularExpression::CaseInsensitiveOption);
        const QRegularExpressionMatch other =
            misspelt.match(text); // neither sign is part of a number or a Call-ID in use
        if (!other.hasMatch())
            return false;
        m_problems += QCoreApplication::translate(
            "CallFilter", "there is no figure “%1”; what is compared is mos, minmos, loss, jitter or duration")
                          .arg(other.captured(1));
        return true;
    }
    const QString name = match.captured(1).toLower();
    const QString comparison = match.captured(2);
    bool isNumber = false;
    QString digits = match.captured(3);
    const double number = digits.replace(QLatin1Char(','), QLatin1Char('.')).toDouble(&isNumber);
    if (!isNumber) {
        m_problems += QCoreApplication::translate("CallFilter", "%1%2 needs a number, as in %1%2%3")
                          .arg(name, comparison,
                              name.endsWith(QLatin1String("mos")) ? QStringLiteral("3.5") : QStringLiteral("20"));
        return true;
    }
    Term term;
    term.field = name == QLatin1String("mos") ? Field::Mos
        : name == QLatin1String("minmos")     ? Field::MinMos
        : name == QLatin1String("loss")       ? Field::Loss
        : name == QLatin1String("jitter")     ? Field::Jitter
                                              : Field::Duration;
    term.test = testOf(comparison);
    term.number = number;
    term.isNot = isNot;
    m_terms.push_back(term);
    return true;
}

bool CallFilter::addFieldTerm(const QString& text, bool isNot)
{
    static const QRegularExpression shape(
        QStringLiteral("^(?:(%1):|(%2)=)(.*)$").arg(QLatin1String(texts), QLatin1String(wholeTexts)),
        QRegularExpression::CaseInsensitiveOption);
    const QRegularExpressionMatch match = shape.match(text);
    if (!match.hasMatch())
        return false;
    const bool whole = match.captured(1).isEmpty();
    const QString name = match.captured(whole ? 2 : 1).toLower();
    const QString typed = match.captured(3);
    const QString value = typed.toLower();
    if (value.isEmpty()) {
        m_problems += whole ? QCoreApplication::translate("CallFilter", "%1= needs a text after the sign").arg(name)
                            : QCoreApplication::translate("CallFilter", "%1: needs a text after the colon").arg(name);
        return true;
    }
    if (name == QLatin1String("is") && value != oneWay && value != noMedia) {
        m_problems += QCoreApplication::translate("CallFilter", "is: knows %1 and %2").arg(oneWay, noMedia);
        return true;
    }
    Term term;
    term.field = name == QLatin1String("is") ? Field::Is
        : name == QLatin1String("from")      ? Field::From
        : name == QLatin1String("to")        ? Field::To
        : name == QLatin1String("id")        ? Field::Id
        : name == QLatin1String("codec")     ? Field::Codec
        : name == QLatin1String("state")     ? Field::State
        : name == QLatin1String("trust")     ? Field::Trust
        : name == QLatin1String("trunk")     ? Field::Trunk
        : name == QLatin1String("probe")     ? Field::Probe
                                             : Field::Code;
    term.test = whole ? Test::Equal : value.contains(QLatin1Char('*')) ? Test::Like : Test::Contains;
    term.text = (whole && term.field == Field::Trunk ? typed : value).toStdString();
    if (term.field == Field::From || term.field == Field::To)
        term.bare = wantedWithoutSeparators(term.text).value_or(std::string());
    term.isNot = isNot;
    m_terms.push_back(term);
    return true;
}

bool CallFilter::matches(const LiveCall& call, Timestamp now, std::string_view probe) const
{
    return std::all_of(
        m_terms.begin(), m_terms.end(), [&](const Term& term) { return holds(term, call, now, probe) != term.isNot; });
}

bool CallFilter::holds(const Term& term, const LiveCall& call, Timestamp now, std::string_view probe) const
{
    const std::string& state = m_stateWords[static_cast<std::size_t>(call.state)];
    const auto fitsText = [&](std::string_view text, const std::string& wanted) {
        return term.test == Test::Like ? fitsPattern(text, wanted, lower)
            : term.test == Test::Equal ? isSame(text, wanted)
                                       : contains(text, wanted);
    };
    const auto fits = [&](std::string_view text) { return fitsText(text, term.text); };
    const auto fitsNumber = [&](std::string_view text) {
        return fits(text) || (!term.bare.empty() && fitsText(text, term.bare));
    };
    const auto comparesWith = [&](const auto& figure, const auto& limit) {
        if (!figure)
            return false;
        switch (term.test) {
        case Test::Less:
            return *figure < limit;
        case Test::LessOrEqual:
            return *figure <= limit;
        case Test::Greater:
            return *figure > limit;
        case Test::GreaterOrEqual:
            return *figure >= limit;
        default:
            return *figure == limit;
        }
    };
    const auto compares = [&](std::optional<double> figure) { return comparesWith(figure, term.number); };
    const auto known = [](float mos) {
        return mos > 0 ? std::optional<double>(static_cast<double>(mos)) : std::nullopt;
    };
    const auto ifSeen = [](const LiveDirection& direction, float figure) {
        return direction.seen ? std::optional<double>(static_cast<double>(figure)) : std::nullopt;
    };
    switch (term.field) {
    case Field::Anything:
        return fitsNumber(call.caller) || fitsNumber(call.callee) || fits(call.callId) || fits(call.codec) || fits(state);
    case Field::From:
        return fitsNumber(call.caller);
    case Field::To:
        return fitsNumber(call.callee);
    case Field::Id:
        return fits(call.callId);
    case Field::Codec:
        return fits(call.codec);
    case Field::State:
        return fits(state);
    case Field::Trust:
        return fits(m_trustWords[static_cast<std::size_t>(call.trust)]);
    case Field::Trunk:
        return std::ranges::any_of(trunksOf(call.callerTrunk, call.calleeTrunk), [&](std::string_view trunk) {
            return !trunk.empty() && (term.test == Test::Equal ? trunk == term.text : fits(trunk));
        });
    case Field::Probe:
        return fits(probe);
    case Field::Is: {
        if (call.state != CallState::Answered || !call.answeredAt || now - *call.answeredAt <= firstMedia)
            return false;
        const int sending = int(call.sent[0].seen) + int(call.sent[1].seen);
        return sending == (term.text == oneWay.latin1() ? 1 : 0);
    }
    case Field::Code:
        return call.lastCode != 0 && fits(std::to_string(call.lastCode));
    case Field::Mos:
        return compares(worse(call, std::greater<>(), [&](const LiveDirection& d) { return known(d.mosNow); }));
    case Field::MinMos:
        return compares(worse(call, std::greater<>(), [&](const LiveDirection& d) { return known(d.mosMin); }));
    case Field::Loss:
        return compares(worse(call, std::less<>(), [&](const LiveDirection& d) { return ifSeen(d, d.lossPercent); }));
    case Field::Jitter:
        return compares(worse(call, std::less<>(), [&](const LiveDirection& d) { return ifSeen(d, d.jitterMs); }));
    case Field::Counted:
        return comparesWith(call.countedAt, term.time);
    case Field::Duration:
        if (!call.answeredAt)
            return false;
        return compares(std::chrono::duration<double>(call.endedAt.value_or(now) - *call.answeredAt).count());
    }
    return false;
}

}
