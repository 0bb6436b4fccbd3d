#include "console/models/shared_words.h"

#include "console/models/call_words.h"

#include <QCoreApplication>

namespace callmon {

namespace {

QString translated(const char* context, std::string_view words)
{
    return words.empty() ? QString() : QCoreApplication::translate(context, std::string(words).c_str());
}

constexpr const char* counters = "CounterMeaning";
constexpr const char* alarms = "AlarmKind";
constexpr const char* metrics = "ServiceMetric";

}

QString titleText(const NamedCounter& counter)
{
    const CounterMeaning& meaning = meaningOf(counter.name);
    return meaning.title.empty() || meaning.name.ends_with('*')
        ? QString::fromStdString(counter.name).replace(QLatin1Char('_'), QLatin1Char(' '))
        : translated(counters, meaning.title);
}

QString helpText(const CounterMeaning& meaning)
{
    return translated(counters, meaning.help);
}

QString adviceText(const CounterMeaning& meaning)
{
    return translated(counters, meaning.advice);
}

QString groupText(CounterGroup group)
{
    return translated(counters, toText(group));
}

QString titleText(AlarmKind kind)
{
    return translated(alarms, titleOf(kind));
}

QString adviceText(AlarmKind kind)
{
    return translated(alarms, adviceOf(kind));
}

QString titleText(const ServiceMetric& metric)
{
    return translated(metrics, metric.title);
}

QString titleOfUnit(std::string_view unit)
{
    return translated("Unit", unit);
}

QString metricName(std::string_view metric)
{
    const ServiceMetric* const known = findServiceMetric(metric);
    if (known == nullptr)
        return text(metric);
    const QString title = titleText(*known);
    const qsizetype open = title.lastIndexOf(QLatin1Char('('));
    return open >= 0 && title.endsWith(QLatin1Char(')')) ? title.mid(open + 1).chopped(1) : title;
}

}
