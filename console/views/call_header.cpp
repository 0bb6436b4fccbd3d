#include "console/views/call_header.h"

#include "console/models/call_story.h"
#include "console/models/call_words.h"
#include "console/models/figures.h"
#include "console/views/elided_label.h"
#include "console/zone/display_zone.h"
#include "shared/calls/call_groups.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>
#include <utility>

namespace callmon {

namespace {

QString orDash(std::string_view value)
{
    return value.empty() ? unknownFigure() : text(value);
}

QString optionalTime(std::optional<Timestamp> time, Timestamp day)
{
    if (!time)
        return unknownFigure();
    return dateText(*time) == dateText(day) ? clockText(*time) : dateTimeText(*time);
}

QString withTrunk(const Endpoint& address, std::string_view trunk)
{
    const QString plain = QString::fromStdString(toString(address));
    if (trunk.empty())
        return plain;
    return QStringLiteral("%1 (%2)").arg(plain, trunk == otherTrunk ? CallHeader::tr("no trunk") : text(trunk));
}

QString delay(std::optional<Milliseconds> value)
{
    return value ? millisecondsText(value->count()) : unknownFigure();
}

}

CallHeader::CallHeader(QWidget* parent)
    : QWidget(parent)
    , m_caller(new ElidedLabel(Qt::ElideMiddle, this))
    , m_callee(new ElidedLabel(Qt::ElideMiddle, this))
    , m_outcome(new ElidedLabel(Qt::ElideRight, this))
    , m_story(new ElidedLabel(Qt::ElideRight, this))
    , m_trust(new ElidedLabel(Qt::ElideRight, this))
{
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.5);
    large.setBold(true);
    auto* arrow = new QLabel(QStringLiteral("→"), this);
    for (QWidget* widget :
        { static_cast<QWidget*>(m_caller), static_cast<QWidget*>(m_callee), static_cast<QWidget*>(arrow) })
        widget->setFont(large);
    QFont medium = font();
    medium.setPointSizeF(medium.pointSizeF() * 1.15);
    m_outcome->setFont(medium);
    auto* parties = new QHBoxLayout;
    parties->setSpacing(10);
    parties->addWidget(m_caller);
    parties->addWidget(arrow);
    parties->addWidget(m_callee);
    parties->addStretch(1);
    parties->addWidget(m_outcome);

    const QStringList titles { tr("Started, UTC"), tr("Answered, UTC"), tr("Ended, UTC"), tr("Duration"),
        tr("Final code"), tr("Ended by"), tr("Codec"), tr("MOS mean"), tr("MOS min (10 s)"), tr("Post-dial delay, ms"),
        tr("Answer delay, ms"), tr("Call-ID"), tr("Caller address"), tr("Callee address"), tr("Signalling"),
        tr("Recorded, by rule") };
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(16);
    grid->setVerticalSpacing(0);
    constexpr int columns = 11;
    for (int i = 0; i < FactCount; ++i) {
        auto* title = new QLabel(titles.at(i), this);
        title->setProperty("title", titles.at(i));
        m_titles.push_back(title);
        title->setForegroundRole(QPalette::PlaceholderText);
        QFont small = font();
        small.setPointSizeF(small.pointSizeF() * 0.9);
        title->setFont(small);
        auto* value = new ElidedLabel(i == CallId ? Qt::ElideMiddle : Qt::ElideRight, this);
        value->setObjectName(titles.at(i));
        m_facts.push_back(value);
        if (i == Started) // the one that says which day it was
            value->setMinimumWidth(value->fontMetrics().horizontalAdvance(QStringLiteral("0000-00-00 00:00:00")) + 2);
        // The second row's texts are long: three columns for the first, two for each of the others.
        const bool first = i < columns;
        const int column = first ? i : i == CallId ? 0 : 3 + (i - CallerAddress) * 2;
        const int span = first ? 1 : i == CallId ? 3 : 2;
        grid->addWidget(title, first ? 0 : 3, column, 1, span);
        grid->addWidget(value, first ? 1 : 4, column, 1, span);
    }
    grid->setRowMinimumHeight(2, 6);
    grid->setColumnStretch(columns, 1);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 6, 12, 5);
    layout->setSpacing(4);
    layout->addLayout(parties);
    layout->addLayout(grid);
    auto* sentences = new QHBoxLayout;
    sentences->setSpacing(18);
    sentences->addWidget(m_story);
    sentences->addWidget(m_trust, 1);
    layout->addLayout(sentences);
    m_story->setObjectName(QStringLiteral("story"));
    m_story->hide();
    m_trust->setObjectName(QStringLiteral("trust"));
}

void CallHeader::setParties(std::string_view caller, std::string_view callee)
{
    m_caller->setText(orDash(caller));
    m_callee->setText(orDash(callee));
}

void CallHeader::setFact(Fact fact, const QString& value, const QColor& colour)
{
    m_facts[fact]->setText(value);
    m_facts[fact]->setColour(colour);
}

void CallHeader::setMos(Fact fact, std::optional<double> mos)
{
    const MosBand band = bandOf(mos);
    setFact(fact,
        mos ? bandGlyph(band) + QLatin1Char(' ') + mosText(mos) + QLatin1Char(' ') + bandWord(band) : unknownFigure(),
        m_theme.of(band));
}

void CallHeader::setTrust(CaptureTrust trust, const QString& meaning)
{
    m_trustShown = trust;
    m_trust->setText(glyph(trust) + QLatin1Char(' ') + tr("Trust: %1.").arg(word(trust)) + QLatin1Char(' ') + meaning);
    m_trust->setColour(m_theme.of(tone(trust)));
}

void CallHeader::show(const CallRecord& call, const QString& codec, const QString& legalHold)
{
    setParties(call.caller, call.callee);
    const bool ended = call.state == CallState::Ended;
    m_tone = ended ? tone(call.outcome) : tone(call.state);
    m_outcome->setText(ended ? glyph(call.outcome) + QLatin1Char(' ') + word(call.outcome)
                             : glyph(call.state) + QLatin1Char(' ') + word(call.state));
    m_outcome->setColour(m_theme.of(m_tone));
    m_outcome->setMinimumWidth(m_outcome->sizeHint().width()); // names have what room it leaves
    setTrust(call.trust, meaning(call));
    m_story->setText(storyOf(call));
    m_story->show();
    m_mosMean = call.mosMean;
    m_mosMin = call.mosMin;
    if (std::exchange(m_startedAt, call.startedAt) != call.startedAt)
        showZone();
    setFact(Started, dateTimeText(call.startedAt));
    setFact(Answered, optionalTime(call.answeredAt, call.startedAt));
    setFact(Ended, optionalTime(call.endedAt, call.startedAt));
    setFact(Duration, durationText(durationOf(call)));
    setFact(Code, codeMeaning(call.finalCode));
    setFact(EndedBy_, word(call.endedBy));
    setFact(Codec, codec.isEmpty() ? unknownFigure() : codec);
    setMos(MosMean, m_mosMean);
    setMos(MosMin, m_mosMin);
    setFact(PostDial, delay(call.postDialDelay));
    setFact(AnswerDelay, delay(call.answerDelay));
    setFact(CallId, orDash(call.callId));
    setFact(CallerAddress, withTrunk(call.callerAddress, call.callerTrunk));
    setFact(CalleeAddress, withTrunk(call.calleeAddress, call.calleeTrunk));
    setFact(Signalling_, word(call.signalling) + QLatin1Char('/') + word(call.transport));
    setFact(Recorded_,
        word(call.recorded) + (call.recordingRule.empty() ? QString() : QStringLiteral(", ") + text(call.recordingRule))
            + (legalHold.isEmpty() ? QString() : QStringLiteral("; ") + legalHold));
}

void CallHeader::show(const LiveCall& call, Timestamp now, std::optional<double> mosMean)
{
    setParties(call.caller, call.callee);
    m_tone = tone(call.state);
    m_outcome->setText(glyph(call.state) + QLatin1Char(' ') + word(call.state));
    m_outcome->setColour(m_theme.of(m_tone));
    m_outcome->setMinimumWidth(m_outcome->sizeHint().width()); // names have what room it leaves
    if (call.trust != m_trustShown || m_trust->text().isEmpty()) // what the record says of it, with figures, may stand
        setTrust(call.trust, meaning(call.trust));
    if (std::exchange(m_startedAt, call.startedAt) != call.startedAt)
        showZone();
    setFact(Started, dateTimeText(call.startedAt));
    setFact(Answered, optionalTime(call.answeredAt, call.startedAt));
    setFact(Ended, optionalTime(call.endedAt, call.startedAt));
    setFact(Duration,
        call.answeredAt && now != Timestamp {} ? durationText(call.endedAt.value_or(now) - *call.answeredAt)
                                               : unknownFigure());
    setFact(Code, codeMeaning(call.lastCode));
    setFact(EndedBy_, unknownFigure());
    setFact(Codec, orDash(call.codec));
    std::optional<double> worst;
    for (const LiveDirection& direction : call.sent)
        if (const auto mos = knownMos(direction.mosMin); mos && (!worst || *mos < *worst))
            worst = mos;
    m_mosMean = mosMean;
    m_mosMin = worst;
    setMos(MosMean, m_mosMean);
    setMos(MosMin, m_mosMin);
    setFact(CallId, orDash(call.callId));
    for (const Fact fact : { PostDial, AnswerDelay, CallerAddress, CalleeAddress, Signalling_, Recorded_ })
        if (m_facts[fact]->text().isEmpty())
            setFact(fact, unknownFigure());
}

void CallHeader::showZone()
{
    const qint64 ms = std::chrono::floor<std::chrono::milliseconds>(m_startedAt).time_since_epoch().count();
    for (QLabel* title : m_titles)
        title->setText(withZoneAt(title->property("title").toString(), ms));
}

void CallHeader::setTheme(const Theme& theme)
{
    m_theme = theme;
    m_outcome->setColour(m_theme.of(m_tone));
    m_trust->setColour(m_theme.of(tone(m_trustShown)));
    setMos(MosMean, m_mosMean);
    setMos(MosMin, m_mosMin);
}

}
