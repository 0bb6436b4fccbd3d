#include "console/models/mos_breakdown.h"

#include "console/models/call_words.h"
#include "console/models/figures.h"
#include "shared/quality/e_model.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>

namespace callmon {

namespace {

struct Words { // the context of the translations
    Q_DECLARE_TR_FUNCTIONS(MosBreakdown)
};

QString plain(double value, int decimals)
{
    return QLocale().toString(value, 'f', decimals);
}

QString codecInput(const StreamRecord& stream)
{
    const auto impairment = impairmentOf(stream.codec.view());
    return impairment ? Words::tr("%1: Ie %2, Bpl %3 (ITU-T G.113)")
                            .arg(text(stream.codec), plain(impairment->ie, 0), plain(impairment->bpl, 1))
                      : text(stream.codec);
}

QString discardInput(const StreamRecord& stream)
{
    if (stream.jitterBuffer == JitterBufferKind::None)
        return Words::tr("no jitter buffer assumed");
    const QString depth =
        stream.jitterBufferDelay ? millisecondsText(stream.jitterBufferDelay->count()) : unknownFigure();
    const QString late = stream.discarded == 1
        ? Words::tr("1 packet")
        : Words::tr("%1 packets", nullptr, pluralOf(stream.discarded)).arg(countText(stream.discarded));
    return Words::tr("%1 too late for the assumed %2 jitter buffer of %3 ms", "packets")
        .arg(late, word(stream.jitterBuffer), depth);
}

QString burstInput(const StreamRecord& stream)
{
    return stream.burstRatio
        ? Words::tr("BurstR %1, %2")
              .arg(plain(*stream.burstRatio, 2),
                  stream.lossRuns == 1
                      ? Words::tr("1 run")
                      : Words::tr("%1 runs", nullptr, pluralOf(stream.lossRuns)).arg(countText(stream.lossRuns)))
        : Words::tr("nothing lost");
}

QString delayInput(const StreamRecord& stream)
{
    if (!stream.oneWayDelay)
        return unknownFigure();
    const QString delay = millisecondsText(stream.oneWayDelay->count());
    switch (stream.delaySource) {
    case DelaySource::None:
        break;
    case DelaySource::Assumed:
        return Words::tr("%1 ms one way; round trip of %2 ms assumed").arg(delay, plain(assumedRtt.count(), 0));
    case DelaySource::Signalling:
        return Words::tr("%1 ms one way; round trip taken from the signalling").arg(delay);
    case DelaySource::Rtcp:
        return Words::tr("%1 ms one way; round trip measured by RTCP").arg(delay);
    }
    return Words::tr("%1 ms one way").arg(delay);
}

}

MosBreakdown breakdownOf(const StreamRecord& stream)
{
    MosBreakdown breakdown;
    breakdown.direction = stream.direction;
    breakdown.codec = text(stream.codec);
    breakdown.best = mosOfR(93.2); // R of G.107 with all its defaults
    breakdown.mos = breakdown.best;
    if (breakdown.codec.isEmpty())
        breakdown.whyNot = Words::tr("No MOS: the codec is unknown, as its description was not seen.");
    else if (!impairmentOf(stream.codec.view()))
        breakdown.whyNot =
            Words::tr("No MOS: ITU-T G.113 publishes no impairment of %1, and none is guessed.").arg(breakdown.codec);
    else if (!stream.mosLostToCodec)
        breakdown.whyNot = stream.rFactor ? Words::tr("MOS %1; what took the rest was not stored with this call.")
                                                .arg(mosText(mosOfR(*stream.rFactor)))
                                          : Words::tr("No MOS: too few packets to tell.");
    if (!breakdown.whyNot.isEmpty())
        return breakdown;
    const auto step = [&](const QString& cause, const QString& input, std::optional<double> taken) {
        breakdown.mos -= taken.value_or(0);
        breakdown.steps.push_back({ cause, input, taken.value_or(0), breakdown.mos });
    };
    step(Words::tr("codec"), codecInput(stream), stream.mosLostToCodec);
    step(Words::tr("loss"), Words::tr("%1 % of packets lost").arg(percentText(stream.lossPercent)),
        stream.mosLostToLoss);
    step(Words::tr("discards"), discardInput(stream), stream.mosLostToDiscards);
    step(Words::tr("bursts"), burstInput(stream), stream.mosLostToBursts);
    step(Words::tr("delay"), delayInput(stream), stream.mosLostToDelay);
    return breakdown;
}

QString MosBreakdown::words() const
{
    const QString who = Words::tr("%1's media").arg(word(direction));
    if (!whyNot.isEmpty())
        return who + QStringLiteral(": ") + whyNot;
    QStringList parts { Words::tr("best %1").arg(mosText(best)) };
    for (const MosStep& step : steps)
        parts += Words::tr("%1 −%2 (%3)").arg(step.cause, plain(step.taken, 2), step.input);
    parts += Words::tr("MOS %1").arg(mosText(mos));
    return who + QStringLiteral(": ") + parts.join(QStringLiteral(", "));
}

}
