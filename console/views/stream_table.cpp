#include "console/views/stream_table.h"

#include "console/models/call_words.h"
#include "console/models/figures.h"

#include "console/views/empty_overlay.h"
#include "console/views/figure_delegate.h"
#include "console/views/list_header.h"
#include "console/zone/display_zone.h"

#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLocale>
#include <QPainter>
#include <QScrollBar>
#include <algorithm>

namespace callmon {

namespace {

std::optional<double> count(std::optional<Milliseconds> value)
{
    return value ? std::optional(value->count()) : std::nullopt;
}

QString endpoint(const Endpoint& end)
{
    return QString::fromStdString(toString(end));
}

QString bindingMeaning(BindingRule rule)
{
    switch (rule) {
    case BindingRule::None:
        break;
    case BindingRule::Advertised:
        return StreamTable::tr("Belongs to the call because its destination stands in a session description of it");
    case BindingRule::Symmetric:
        return StreamTable::tr(
            "Belongs to the call because its source stands in a session description of it (RFC 4961)");
    case BindingRule::LearntAddress:
        return StreamTable::tr("Belongs to the call because its destination was seen to send for a party behind a NAT");
    }
    return StreamTable::tr("How it was found to belong to the call is not stored");
}

// Whatever it said, one figure a line.
QString receiverMeaning(const StreamRecord& s)
{
    QStringList lines { StreamTable::tr("What the receiver itself reports by RTCP") };
    const auto add = [&](const std::optional<double>& value, const QString& form, int decimals = 0) {
        if (value)
            lines += form.arg(QLocale().toString(*value, 'f', decimals));
    };
    const auto addTime = [&](const std::optional<Milliseconds>& value, const QString& form) {
        add(value ? std::optional(value->count()) : std::nullopt, form);
    };
    const ReceiverMetrics& xr = s.xr;
    if (xr.lostPercent || s.xrMos)
        lines += StreamTable::tr("Its VoIP metrics (RFC 3611), of all it received:");
    add(s.xrMos, StreamTable::tr("MOS %1"), 1);
    add(xr.rFactor, StreamTable::tr("R %1"));
    add(xr.externalRFactor, StreamTable::tr("R of the network behind it %1"));
    add(xr.lostPercent, StreamTable::tr("lost %1 %"), 1);
    add(xr.discardedPercent, StreamTable::tr("discarded %1 %"), 1);
    add(xr.burstDensityPercent, StreamTable::tr("lost or discarded in bursts %1 %"), 1);
    add(xr.gapDensityPercent, StreamTable::tr("and between them %1 %"), 1);
    add(xr.gapThreshold ? std::optional<double>(*xr.gapThreshold) : std::nullopt,
        StreamTable::tr("its bursts end with %1 packets in a row that arrived (Gmin)"));
    addTime(xr.burstDuration, StreamTable::tr("mean burst %1 ms"));
    addTime(xr.gapDuration, StreamTable::tr("mean gap between bursts %1 ms"));
    addTime(xr.roundTrip, StreamTable::tr("round trip %1 ms"));
    addTime(xr.endSystemDelay, StreamTable::tr("delay within the receiver %1 ms"));
    addTime(xr.jitterBuffer, StreamTable::tr("jitter buffer %1 ms"));
    if (xr.jitterBufferLimits) {
        add(double(xr.jitterBufferLimits->maximumMs), StreamTable::tr("jitter buffer at most %1 ms at that time"));
        add(double(xr.jitterBufferLimits->absoluteMaximumMs),
            StreamTable::tr("jitter buffer at most %1 ms at any time"));
    }
    add(xr.signalLevelDbm0, StreamTable::tr("speech %1 dBm0"));
    add(xr.noiseLevelDbm0, StreamTable::tr("noise %1 dBm0"));
    add(xr.echoReturnLossDb, StreamTable::tr("echo return loss %1 dB"));
    return lines.join(QLatin1Char('\n'));
}

QString dscpMeaning(std::uint8_t dscp, std::uint32_t changes)
{
    QString name = dscp == 46 ? QStringLiteral("EF") : dscp == 0 ? StreamTable::tr("best effort") : QString();
    if (dscp % 8 == 0 && dscp > 0)
        name = QStringLiteral("CS%1").arg(dscp / 8);
    else if (dscp >= 10 && dscp <= 38 && dscp % 2 == 0)
        name = QStringLiteral("AF%1%2").arg(dscp / 8).arg(dscp % 8 / 2);
    QString said = StreamTable::tr("Of the last packet (RFC 2474)");
    if (!name.isEmpty())
        said = name + QStringLiteral(". ") + said;
    if (changes > 0)
        said += StreamTable::tr("; it changed %1 times").arg(changes);
    return said;
}

}

StreamTable::StreamTable(QWidget* parent)
    : QTableWidget(parent)
    , m_delegate(new FigureDelegate(this))
{
    auto* header = new ListHeader(this);
    setHorizontalHeader(header);
    setObjectName(QStringLiteral("streams"));
    setAccessibleName(tr("Figures of each stream"));
    setEditTriggers(NoEditTriggers);
    setSelectionBehavior(SelectRows);
    setTabKeyNavigation(false);
    setShowGrid(false);
    setWordWrap(false);
    setAlternatingRowColors(true);
    setFrameShape(QFrame::NoFrame);
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 9);
    setItemDelegate(m_delegate);
    fill();
    m_empty = new EmptyOverlay(*this, {});
}

void StreamTable::setStreams(const std::vector<StreamRecord>& streams, CaptureTrust trust)
{
    m_streams = streams;
    m_trust = trust;
    std::stable_sort(m_streams.begin(), m_streams.end(),
        [](const StreamRecord& a, const StreamRecord& b) { return a.direction < b.direction; });
    fill();
}

void StreamTable::sayEmpty(const QString& sentence)
{
    m_empty->setText(sentence);
}

void StreamTable::setTheme(const Theme& theme)
{
    m_theme = theme;
    m_delegate->setTheme(theme);
    fill();
}

void StreamTable::paintEvent(QPaintEvent* event)
{
    QTableWidget::paintEvent(event);
    if (!hasFocus()) // no row need be current: a frame tells where the keys go
        return;
    QPainter painter(viewport());
    painter.setPen(QPen(m_theme.accent, 2));
    painter.drawRect(viewport()->rect().adjusted(1, 1, -1, -1));
}

QString StreamTable::tableText() const
{
    QStringList lines;
    const auto line = [&](auto&& cell) {
        QStringList cells;
        for (int c = 0; c < columnCount(); ++c)
            cells += cell(c);
        lines += cells.join(QLatin1Char('\t'));
    };
    line([this](int c) { return horizontalHeaderItem(c)->text().replace(QLatin1Char('\n'), QLatin1Char(' ')); });
    const bool all = selectedItems().isEmpty();
    for (int row = 0; row < rowCount(); ++row)
        if (all || item(row, 0)->isSelected())
            line([this, row](int c) { return item(row, c)->text(); });
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

void StreamTable::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy))
        QApplication::clipboard()->setText(tableText());
    else
        QTableWidget::keyPressEvent(event);
}

void StreamTable::fill()
{
    struct Column {
        QString title;
        bool number;
        QString help {};
    };
    const std::vector<Column> columns { { tr("Sent by"), false }, { tr("Start\ns"), true }, { tr("End\ns"), true },
        { tr("Source"), false }, { tr("Destination"), false }, { tr("SSRC"), false }, { tr("Payload"), false },
        { tr("Packets"), true }, { tr("Lost"), true }, { tr("Loss %"), true }, { tr("Delta ms\nmin"), true },
        { tr("Delta ms\nmean"), true }, { tr("Delta ms\nmax"), true }, { tr("Jitter ms\nmean"), true },
        { tr("Jitter ms\nmax"), true },
        { tr("Jitter ms\n±"), true, tr("Error of the jitter: of the times that this probe gives to packets") },
        { tr("MOS\nmean"), true, tr("Over all seconds with packets (1 to 4.5)") },
        { tr("MOS\nmin"), true, tr("Of the worst 10 seconds (1 to 4.5)") }, { tr("R\nfactor"), true },
        { tr("Dis-\ncarded"), true },
        { tr("Lost with\nprobe"), true,
            tr("Packets that are missing where the probe itself lost frames: no fault of the network's") },
        { tr("Trust"), false }, { tr("Bound by"), false }, { tr("DSCP"), true }, { tr("RTT\nms"), true },
        { tr("Far end\nlost %"), true }, { tr("Dupli-\ncates"), true }, { tr("Re-\nordered"), true },
        { tr("Skew\nppm"), true }, { tr("Gaps\n≥ 1 s"), true }, { tr("Media"), false } };
    constexpr int mosColumn = 16; // and the one after it
    setColumnCount(static_cast<int>(columns.size()));
    setRowCount(static_cast<int>(m_streams.size()));
    for (int c = 0; c < columnCount(); ++c) {
        if (horizontalHeaderItem(c))
            continue;
        auto* title = new QTableWidgetItem(columns[static_cast<std::size_t>(c)].title);
        title->setTextAlignment(
            (columns[static_cast<std::size_t>(c)].number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        title->setToolTip(columns[static_cast<std::size_t>(c)].help);
        setHorizontalHeaderItem(c, title);
    }
    Timestamp first = Timestamp::max();
    for (const StreamRecord& stream : m_streams)
        first = std::min(first, stream.firstPacketAt);
    for (int row = 0; row < rowCount(); ++row) {
        const StreamRecord& s = m_streams[static_cast<std::size_t>(row)];
        int column = 0;
        const auto cell = [&](const QString& text, const QString& tip = {}, const QColor& colour = {}) {
            QTableWidgetItem* shown = item(row, column);
            if (!shown) {
                shown = new QTableWidgetItem;
                const bool number = columns[static_cast<std::size_t>(column)].number;
                shown->setTextAlignment((number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
                setItem(row, column, shown);
            }
            shown->setText(text.isEmpty() ? unknownFigure() : text);
            shown->setToolTip(tip.isEmpty() ? shown->text() : tip);
            shown->setData(Qt::ForegroundRole, colour.isValid() ? QVariant(QBrush(colour)) : QVariant());
            ++column;
        };
        const auto mos = [&](std::optional<double> value) {
            cell(mosText(value), bandWord(bandOf(value)));
            item(row, column - 1)->setData(BandRole, static_cast<int>(bandOf(value)));
        };
        const auto at = [&](Timestamp time) {
            const double seconds = std::chrono::duration<double>(time - first).count();
            cell(QLocale().toString(seconds, 'f', 3),
                withZone(tr("%1 UTC; counted from the first packet of either side")).arg(dateTimeText(time)));
        };
        cell((s.direction == Party::Caller ? QStringLiteral("━ ") : QStringLiteral("┅ ")) + word(s.direction), {},
            m_theme.of(s.direction));
        at(s.firstPacketAt);
        at(s.lastPacketAt);
        cell(endpoint(s.flow.src));
        cell(endpoint(s.flow.dst));
        cell(QStringLiteral("0x%1").arg(s.ssrc.value, 8, 16, QLatin1Char('0')));
        cell(text(s.codec).isEmpty() ? tr("type %1").arg(s.payloadType) : text(s.codec),
            tr("RTP payload type %1, clock %2 Hz").arg(s.payloadType).arg(s.clockRate.value));
        cell(countText(s.packets));
        cell(countText(s.lost), {}, s.lost > 0 ? m_theme.fair : QColor());
        cell(percentText(s.expected > 0 ? std::optional(s.lossPercent) : std::nullopt));
        cell(millisecondsText(count(s.deltaMin)), tr("Shortest time between two packets"));
        cell(millisecondsText(count(s.deltaMean)));
        cell(millisecondsText(count(s.deltaMax)), tr("Longest time between two packets"));
        cell(millisecondsText(count(s.jitterMean)), tr("RFC 3550, over packets, as tshark has it"));
        cell(millisecondsText(count(s.jitterMax)));
        cell(s.jitterError ? finerMillisecondsText(s.jitterError->count()) : QString(),
            tr("How far the jitter may be wrong, for the arrival times are"));
        mos(s.mosMean);
        mos(s.mosMin);
        cell(millisecondsText(s.rFactor));
        cell(s.jitterBuffer == JitterBufferKind::None ? QString() : countText(s.discarded),
            tr("Came too late to be played: for a jitter buffer that is %1, of %2 ms")
                .arg(word(s.jitterBuffer), millisecondsText(count(s.jitterBufferDelay))));
        cell(countText(s.lostWithProbe),
            tr("Missing from seconds in which the probe itself lost frames: not counted as lost"),
            s.lostWithProbe > 0 ? m_theme.bad : QColor());
        cell(glyph(m_trust) + QLatin1Char(' ') + word(m_trust), meaning(m_trust), m_theme.of(tone(m_trust)));
        cell(s.bindingRule == BindingRule::None ? QString()
                                                : tr("%1, %2 %").arg(word(s.bindingRule)).arg(s.bindingConfidence),
            bindingMeaning(s.bindingRule));
        cell(QString::number(s.dscp), dscpMeaning(s.dscp, s.dscpChanges));
        cell(millisecondsText(count(s.rtt)));
        cell(percentText(s.farEndLostPercent), receiverMeaning(s));
        cell(countText(s.duplicates));
        cell(countText(s.reordered));
        cell(s.clockSkewPpm ? QLocale().toString(*s.clockSkewPpm, 'f', 0) : QString(),
            tr("Of the sender's clock against the probe's: positive when it is fast"));
        cell(countText(s.mediaGaps),
            s.mediaGapLongest ? tr("Longest: %1 ms").arg(millisecondsText(count(s.mediaGapLongest))) : QString());
        cell(word(s.kind) + (s.secure ? QStringLiteral(" (SRTP)") : QString()));
    }
    const auto* header = static_cast<const ListHeader*>(horizontalHeader());
    for (int c = 0; c < columnCount(); ++c) {
        int widest = 0;
        for (int row = 0; row < rowCount(); ++row)
            widest = std::max(widest, fontMetrics().horizontalAdvance(item(row, c)->text()));
        const bool mosCell = c == mosColumn || c == mosColumn + 1;
        const int sign = mosCell ? fontMetrics().horizontalAdvance(QStringLiteral("▲")) + 5 : 0;
        setColumnWidth(c, std::max(header->titleWidth(c), widest + sign + 14));
    }
}

}
