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
#include <algorithm>
#include <array>
#include <utility>

namespace callmon {

namespace {

constexpr int shortFacts = 11; // before the Call-ID

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
    , m_grid(new QGridLayout)
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
    m_grid->setHorizontalSpacing(16);
    m_grid->setVerticalSpacing(0);
    for (int i = 0; i < FactCount; ++i) {
        auto* title = new ElidedLabel(Qt::ElideRight, this);
        title->setProperty("title", titles.at(i));
        m_titles.push_back(title);
        title->setForegroundRole(QPalette::PlaceholderText);
        QFont small = font();
        small.setPointSizeF(small.pointSizeF() * 0.9);
        title->setFont(small);
        title->setText(titles.at(i));
        auto* value = new ElidedLabel(i == CallId ? Qt::ElideMiddle : Qt::ElideRight, this);
        value->setObjectName(titles.at(i));
        if (i >= CallId) // long: it has the room that the figures above it take, and takes none from them
            value->setSizePolicy(QSizePolicy::Ignored, value->sizePolicy().verticalPolicy());
        m_facts.push_back(value);
        if (i == Started) // the one that says which day it was
            value->setMinimumWidth(value->fontMetrics().horizontalAdvance(QStringLiteral("0000-00-00 00:00:00")) + 2);
    }
    placeFacts(shortFacts);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 6, 12, 5);
    layout->setSpacing(4);
    layout->addLayout(parties);
    layout->addLayout(m_grid);
    auto* sentences = new QHBoxLayout;
    sentences->setSpacing(18);
    sentences->addWidget(m_story);
    sentences->addWidget(m_trust, 1);
    layout->addLayout(sentences);
    m_story->setObjectName(QStringLiteral("story"));
    m_story->hide();
    m_trust->setObjectName(QStringLiteral("trust"));
}

// The short ones first, row by row. The others' texts are long: as much room as two of the first.
void CallHeader::placeFacts(int columns)
{
    if (std::exchange(m_columns, columns) == columns)
        return;
    for (int row = 0; row < m_grid->rowCount(); ++row)
        m_grid->setRowMinimumHeight(row, 0);
    int row = 0;
    int column = 0;
    for (int i = 0; i < FactCount; ++i) {
        const int span = i < CallId ? 1 : i == CallId ? 3 : 2;
        if ((i == CallId && columns == shortFacts) || column + span > columns) {
            row += i == 0 ? 0 : 3;
            m_grid->setRowMinimumHeight(row - 1, 6);
            column = 0;
        }
        m_grid->addWidget(m_titles[static_cast<std::size_t>(i)], row, column, 1, span);
        m_grid->addWidget(m_facts[static_cast<std::size_t>(i)], row + 1, column, 1, span);
        column += span;
    }
}

// Who reads at a larger font has fewer of them beside each other.
void CallHeader::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    int needed = m_facts[Started]->minimumWidth();
    for (int i = Answered; i < shortFacts; ++i)
        needed += m_titles[static_cast<std::size_t>(i)]->sizeHint().width() + m_grid->horizontalSpacing();
    constexpr std::array fewer { shortFacts, 8, 6, 4 };
    const auto enough = std::ranges::find_if(
        fewer, [&](int columns) { return columns * needed <= shortFacts * contentsRect().width(); });
    placeFacts(enough == fewer.end() ? fewer.back() : *enough);
    // In a wide window the columns share the room, so that what is long is seen whole; else it is left beside them.
    const bool wide = 2 * contentsRect().width() > 3 * needed;
    for (int column = 0; column <= shortFacts; ++column)
        m_grid->setColumnStretch(column, wide ? column < m_columns : column == m_columns);
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
    const QString grade = glyph(trust) + QLatin1Char(' ') + tr("Trust: %1.").arg(word(trust));
    m_trust->setText(grade + QLatin1Char(' ') + meaning);
    m_trust->setMinimumWidth(fontMetrics().horizontalAdvance(grade + QStringLiteral(" …"))); // however long the story
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
    for (ElidedLabel* title : m_titles)
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
