#include "console/models/operations.h"

#include "shared/calls/counter_meaning.h"

#include <QCoreApplication>
#include <QLocale>

namespace callmon {

namespace {

struct Words { // the context of the translations
    Q_DECLARE_TR_FUNCTIONS(Operations)
};

QString decimals(double value, int digits)
{
    const QLocale locale;
    return (locale.language() == QLocale::C ? QLocale(QLocale::English) : locale).toString(value, 'f', digits);
}

const ServiceRow* windowOf(const std::vector<ServiceRow>& windows, std::chrono::minutes length)
{
    for (const ServiceRow& row : windows)
        if (row.group.grouping == ServiceGrouping::Total
            && std::chrono::round<std::chrono::minutes>(row.to - row.from) == length)
            return &row;
    return nullptr;
}

}

std::optional<double> worseMosNow(const LiveCall& call)
{
    std::optional<double> worst;
    for (const LiveDirection& direction : call.sent)
        if (const auto mos = knownMos(direction.mosNow); mos && (!worst || *mos < *worst))
            worst = mos;
    return worst;
}

void Operations::setStatus(const ProbeStatus& status, ProbeId probe)
{
    Traffic& traffic = m_traffic[probe];
    traffic = { static_cast<double>(status.bitsPerSecond) / 1e6, 0 };
    for (const NamedCounter& counter : lossesOf(status))
        traffic.lost += static_cast<double>(counter.perSecond);
}

void Operations::forget(ProbeId probe)
{
    m_traffic.erase(probe);
}

void Operations::setService(const std::vector<ServiceRow>& windows)
{
    const auto keep = [&](std::optional<ServiceRow>& row, std::chrono::minutes length) {
        const ServiceRow* found = windowOf(windows, length);
        row = found == nullptr ? std::nullopt : std::optional(*found);
    };
    keep(m_minute, std::chrono::minutes(1));
    keep(m_fiveMinutes, std::chrono::minutes(5));
}

void Operations::forgetService()
{
    m_minute.reset();
    m_fiveMinutes.reset();
}

void Operations::sample(const LiveCallModel& live)
{
    OperationsSample one;
    const auto set = [&one](OperationsFigure figure, std::optional<double> value) {
        one.values[static_cast<std::size_t>(figure)] = value;
    };
    double sum = 0;
    int known = 0;
    int on = 0;
    if (!m_traffic.empty()) // else nobody is connected: what the list still shows is not of now
        live.forEach([&](const LiveCall& call, ProbeId probe) {
            // One that ended is listed for as long as late media of it may come; of a probe that is gone all are.
            if (call.state == CallState::Ended || !m_traffic.contains(probe))
                return true;
            ++on;
            const auto mos = worseMosNow(call);
            ++one.bands[static_cast<std::size_t>(bandOf(mos))];
            if (mos) {
                sum += *mos;
                ++known;
            }
            return true;
        });
    if (!m_traffic.empty()) { // else nobody is connected: a zero would be an assertion
        set(OperationsFigure::Calls, on);
        double megabits = 0;
        double lost = 0;
        for (const auto& [probe, traffic] : m_traffic) {
            megabits += traffic.megabits;
            lost += traffic.lost;
        }
        set(OperationsFigure::Megabits, megabits);
        set(OperationsFigure::Lost, lost);
    }
    if (known > 0)
        set(OperationsFigure::Mos, sum / known);
    if (hasService())
        set(OperationsFigure::NewCalls, double(m_minute->sums.newCalls) / double(m_minute->sums.seconds));
    if (m_fiveMinutes) {
        const ServiceFigures& figures = m_fiveMinutes->sums.figures;
        set(OperationsFigure::Asr, answerSeizureRatio(figures));
        set(OperationsFigure::Ner, networkEffectiveness(figures));
        if (const auto mean = averageCallDuration(figures))
            set(OperationsFigure::Acd, mean->count() / 1000);
    }
    m_samples.push_back(one);
    if (m_samples.size() > most)
        m_samples.pop_front();
}

QString operationsTitle(OperationsFigure figure)
{
    switch (figure) {
    case OperationsFigure::Calls:
        return Words::tr("Calls now");
    case OperationsFigure::NewCalls:
        return Words::tr("New calls/s");
    case OperationsFigure::Asr:
        return Words::tr("ASR %");
    case OperationsFigure::Ner:
        return Words::tr("NER %");
    case OperationsFigure::Acd:
        return Words::tr("ACD");
    case OperationsFigure::Mos:
        return Words::tr("MOS now");
    case OperationsFigure::Megabits:
        return Words::tr("Mb/s");
    case OperationsFigure::Lost:
        return Words::tr("Probe losses/s");
    }
    return {};
}

QString operationsHelp(OperationsFigure figure)
{
    switch (figure) {
    case OperationsFigure::Calls:
        return Words::tr("Calls that are on, from first message to end. Click: all of them.");
    case OperationsFigure::NewCalls:
        return Words::tr("Calls that began, a second, over the last minute. Click: the newest first.");
    case OperationsFigure::Asr:
        return Words::tr(
            "Answered of all attempts (E.425) over the last 5 minutes. Click: those calls, the failed first.");
    case OperationsFigure::Ner:
        return Words::tr(
            "Attempts for which the network did its part (E.425) over the last 5 minutes. Click: those calls, the "
            "failed first.");
    case OperationsFigure::Acd:
        return Words::tr("Mean duration of the answered calls that ended within the last 5 minutes. Click: those "
                         "calls, the longest first.");
    case OperationsFigure::Mos:
        return Words::tr("Mean over the calls that are on of the worse direction's MOS of the last second; below it "
                         "how many calls are "
                         "good (▲ from 4.0), fair (■) and bad (▼ below 3.1). Click: the bad ones, the worst first.");
    case OperationsFigure::Megabits:
        return Words::tr("What the probes receive. Click: their health over time.");
    case OperationsFigure::Lost:
        return Words::tr(
            "Packets and records that the probes themselves lost in the last second. Click: where, and what helps.");
    }
    return {};
}

QString operationsText(OperationsFigure figure, const OperationsSample& sample)
{
    const auto value = sample.values[static_cast<std::size_t>(figure)];
    if (!value)
        return unknownFigure();
    switch (figure) {
    case OperationsFigure::Calls:
        return countText(static_cast<quint64>(*value));
    case OperationsFigure::Lost:
        return *value > 0 ? QStringLiteral("⚠ ") + countText(static_cast<quint64>(*value)) : Words::tr("✓ 0");
    case OperationsFigure::Acd:
        return durationText(Milliseconds(*value * 1000));
    case OperationsFigure::Mos:
        return bandGlyph(bandOf(value)) + QLatin1Char(' ') + mosText(value);
    default:
        return decimals(*value, 1);
    }
}

}
