#include "console/views/stream_table.h"

#include "console/models/call_words.h"
#include "console/models/figures.h"

#include "console/views/figure_delegate.h"
#include "console/views/list_header.h"

#include <QHeaderView>
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
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    fill();
}

void StreamTable::setStreams(const std::vector<StreamRecord>& streams)
{
    m_streams = streams;
    std::stable_sort(m_streams.begin(), m_streams.end(),
        [](const StreamRecord& a, const StreamRecord& b) { return a.direction < b.direction; });
    fill();
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

void StreamTable::fill()
{
    struct Column {
        QString title;
        bool number;
    };
    const std::vector<Column> columns { { tr("Sent by"), false }, { tr("Codec"), false }, { tr("Media"), false },
        { tr("From"), false }, { tr("To"), false }, { tr("Packets"), true }, { tr("Lost"), true },
        { tr("Loss %"), true }, { tr("Dis-\ncarded"), true }, { tr("Lost with\nprobe"), true },
        { tr("Dupli-\ncates"), true }, { tr("Re-\nordered"), true }, { tr("Jitter ms\nmean"), true },
        { tr("Jitter ms\nmax"), true }, { tr("Jitter ms\n±"), true }, { tr("Gap ms\nmax"), true },
        { tr("RTT\nms"), true }, { tr("Far end\nlost %"), true }, { tr("Bound\nby"), false }, { tr("R\nfactor"), true },
        { tr("MOS\nmean"), true }, { tr("MOS\nmin"), true } };
    clear();
    setColumnCount(static_cast<int>(columns.size()));
    setRowCount(static_cast<int>(m_streams.size()));
    for (int c = 0; c < columnCount(); ++c) {
        auto* title = new QTableWidgetItem(columns[static_cast<std::size_t>(c)].title);
        title->setTextAlignment(
            (columns[static_cast<std::size_t>(c)].number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        setHorizontalHeaderItem(c, title);
    }
    for (int row = 0; row < rowCount(); ++row) {
        const StreamRecord& s = m_streams[static_cast<std::size_t>(row)];
        int column = 0;
        const auto cell = [&](const QString& text, const QColor& colour = {}) {
            auto* item = new QTableWidgetItem(text.isEmpty() ? unknownFigure() : text);
            const bool number = columns[static_cast<std::size_t>(column)].number;
            item->setTextAlignment((number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
            if (colour.isValid())
                item->setForeground(colour);
            item->setToolTip(item->text());
            setItem(row, column++, item);
        };
        const auto mos = [&](std::optional<double> value) {
            cell(mosText(value));
            item(row, column - 1)->setData(BandRole, static_cast<int>(bandOf(value)));
            item(row, column - 1)->setToolTip(bandWord(bandOf(value)));
        };
        cell((s.direction == Party::Caller ? QStringLiteral("━ ") : QStringLiteral("┅ ")) + word(s.direction),
            m_theme.of(s.direction));
        cell(text(s.codec));
        cell(text(toText(s.kind)) + (s.secure ? QStringLiteral(" (SRTP)") : QString()));
        cell(endpoint(s.flow.src));
        cell(endpoint(s.flow.dst));
        cell(countText(s.packets));
        cell(countText(s.lost));
        cell(percentText(s.expected > 0 ? std::optional(s.lossPercent) : std::nullopt));
        cell(s.jitterBuffer == JitterBufferKind::None ? QString() : countText(s.discarded));
        item(row, column - 1)
            ->setToolTip(tr("Came too late to be played: for a jitter buffer that is %1, of %2 ms")
                             .arg(text(toText(s.jitterBuffer)), millisecondsText(count(s.jitterBufferDelay))));
        cell(countText(s.lostWithProbe), s.lostWithProbe > 0 ? m_theme.bad : QColor());
        item(row, column - 1)
            ->setToolTip(tr("Missing from seconds in which the probe itself lost frames: not counted as lost"));
        cell(countText(s.duplicates));
        cell(countText(s.reordered));
        cell(millisecondsText(count(s.jitterMean)));
        cell(millisecondsText(count(s.jitterMax)));
        cell(s.jitterError ? finerMillisecondsText(s.jitterError->count()) : QString());
        item(row, column - 1)->setToolTip(tr("How far the jitter may be wrong, for the arrival times are"));
        cell(millisecondsText(count(s.deltaMax)));
        cell(millisecondsText(count(s.rtt)));
        cell(percentText(s.farEndLostPercent));
        item(row, column - 1)->setToolTip(tr("What the receiver itself reports by RTCP"));
        cell(text(toText(s.bindingRule)));
        item(row, column - 1)
            ->setToolTip(
                tr("How the stream was found to belong to this call, with %1 % confidence").arg(s.bindingConfidence));
        cell(millisecondsText(s.rFactor));
        mos(s.mosMean);
        mos(s.mosMin);
    }
    const auto* header = static_cast<const ListHeader*>(horizontalHeader());
    for (int c = 0; c < columnCount(); ++c) {
        int widest = 0;
        for (int row = 0; row < rowCount(); ++row)
            widest = std::max(widest, fontMetrics().horizontalAdvance(item(row, c)->text()));
        const int sign = c >= columnCount() - 2 ? fontMetrics().horizontalAdvance(QStringLiteral("▲")) + 5 : 0;
        setColumnWidth(c, std::max(header->titleWidth(c), widest + sign + 14));
    }
    setVerticalScrollBarPolicy(rowCount() > 4 ? Qt::ScrollBarAsNeeded : Qt::ScrollBarAlwaysOff);
    const int rows = std::clamp(rowCount(), 1, 4); // more than four scroll
    setFixedHeight(header->sizeHint().height() + rows * verticalHeader()->defaultSectionSize()
        + horizontalScrollBar()->sizeHint().height());
}

}
