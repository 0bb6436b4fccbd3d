#include "console/models/search_words.h"

#include <algorithm>

namespace callmon {

namespace {

// Numbers are short; what is long and mixes letters with digits is an identifier that some device made up.
bool looksLikeCallId(const QString& text)
{
    const auto has = [&](auto what) { return std::any_of(text.begin(), text.end(), what); };
    return text.contains(QLatin1Char('@'))
        || (text.size() >= 16 && has([](QChar c) { return c.isLetter(); }) && has([](QChar c) { return c.isDigit(); }));
}

CallQuery where(std::initializer_list<CallCondition> conditions)
{
    CallQuery query;
    query.conditions = conditions;
    return query;
}

}

std::vector<CallQuery> queriesFor(const QString& typed)
{
    QString text = typed.trimmed();
    if (text.isEmpty())
        return {};
    if (IpAddress::parse(text.toStdString())) {
        const std::string address = text.toStdString();
        return { where({ { "caller_ip", Comparison::Equal, address } }),
            where({ { "callee_ip", Comparison::Equal, address }, { "caller_ip", Comparison::NotEqual, address } }) };
    }
    bool isUri = false;
    for (const QString& scheme : { QStringLiteral("sips:"), QStringLiteral("sip:"), QStringLiteral("tel:") })
        if (text.startsWith(scheme, Qt::CaseInsensitive)) {
            text = text.mid(scheme.size()).section(QLatin1Char('@'), 0, 0).section(QLatin1Char(';'), 0, 0);
            isUri = true;
            break;
        }
    CallQuery query;
    if (isUri || !looksLikeCallId(text))
        query.number = text.toStdString();
    else if (text.contains(QLatin1Char('*')))
        query.conditions = { { "call_id", Comparison::Equal, text.toStdString() } };
    else
        query.callId = text.toStdString();
    return { query };
}

}
