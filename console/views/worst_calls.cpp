#include "console/views/worst_calls.h"

#include "console/models/call_words.h"
#include "console/models/figures.h"
#include "console/models/operations.h"
#include "console/views/empty_overlay.h"
#include "console/views/figure_delegate.h"
#include "console/views/list_header.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <algorithm>

namespace callmon {

namespace {

enum Column { Mos, Caller, Callee, Codec, Loss, Duration, ColumnCount };

}

WorstCalls::WorstCalls(const LiveCallModel& live, QWidget* parent)
    : QTableWidget(0, ColumnCount, parent)
    , m_live(live)
    , m_delegate(new FigureDelegate(this))
{
    setObjectName(QStringLiteral("worstCalls"));
    setAccessibleName(tr("Worst calls now"));
    setHorizontalHeader(new ListHeader(this));
    setHorizontalHeaderLabels({ tr("MOS"), tr("Caller"), tr("Callee"), tr("Codec"), tr("Loss %"), tr("Duration") });
    for (const int column : { int(Loss), int(Duration) })
        horizontalHeaderItem(column)->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    horizontalHeader()->setSectionResizeMode(Caller, QHeaderView::Stretch);
    horizontalHeader()->setSectionResizeMode(Callee, QHeaderView::Stretch);
    const int character = fontMetrics().averageCharWidth();
    setColumnWidth(Mos, character * 11);
    setColumnWidth(Codec, character * 9);
    setColumnWidth(Loss, character * 9);
    setColumnWidth(Duration, character * 11);
    setItemDelegate(m_delegate);
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 7);
    setEditTriggers(NoEditTriggers);
    setSelectionBehavior(SelectRows);
    setSelectionMode(SingleSelection);
    new EmptyOverlay(*this, tr("No call that is on has a MOS below 4."));
    setTabKeyNavigation(false);
    setShowGrid(false);
    setWordWrap(false);
    setFrameShape(QFrame::NoFrame);
    connect(this, &QTableWidget::cellDoubleClicked, this, [this](int row) { activate(row); });
    connect(&m_timer, &QTimer::timeout, this, [this] {
        if (isVisible())
            refresh();
    });
    connect(&m_live, &LiveCallModel::countChanged, this, [this] {
        if (isVisible() && rowCount() == 0) // it says that there is none, which must be true at once
            refresh();
    });
    m_timer.start(std::chrono::seconds(2));
}

void WorstCalls::refresh()
{
    struct One {
        double mos;
        CallName name;
    };
    std::vector<One> worst; // a heap of the worst, the best of them on top
    const auto better = [](const One& a, const One& b) { return a.mos < b.mos; };
    m_live.forEach([&](const LiveCall& call, ProbeId probe) {
        const auto mos = call.endedAt ? std::nullopt : worseMosNow(call);
        if (!mos || bandOf(mos) == MosBand::Good || (worst.size() == most && *mos >= worst.front().mos))
            return true;
        if (worst.size() == most) {
            std::ranges::pop_heap(worst, better);
            worst.pop_back();
        }
        worst.push_back({ *mos, { probe, call.key } });
        std::ranges::push_heap(worst, better);
        return true;
    });
    std::ranges::sort(worst, better);
    const QTableWidgetItem* chosen = currentRow() >= 0 ? item(currentRow(), Mos) : nullptr;
    const CallName before = chosen == nullptr
        ? CallName {}
        : CallName { { static_cast<std::uint16_t>(chosen->data(ProbeRole).toUInt()) },
              { chosen->data(CallKeyRole).toLongLong() } };
    setRowCount(static_cast<int>(worst.size()));
    for (int row = 0; row < rowCount(); ++row) {
        const One& one = worst[static_cast<std::size_t>(row)];
        const LiveCall& call = *m_live.find(one.name.key, one.name.probe);
        const float loss = std::max(call.sent[0].lossPercent, call.sent[1].lossPercent);
        const Timestamp now = m_live.now(one.name.probe);
        const QStringList texts { mosText(one.mos), callmon::text(call.caller), callmon::text(call.callee),
            callmon::text(call.codec), percentText(static_cast<double>(loss)),
            durationText(call.answeredAt ? std::optional(Milliseconds(now - *call.answeredAt)) : std::nullopt) };
        for (int column = 0; column < ColumnCount; ++column) {
            if (item(row, column) == nullptr) {
                setItem(row, column, new QTableWidgetItem);
                if (column == Loss || column == Duration)
                    item(row, column)->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            }
            item(row, column)->setText(texts[column]);
            item(row, column)->setToolTip(texts[column]);
        }
        item(row, Mos)->setData(BandRole, static_cast<int>(bandOf(one.mos)));
        item(row, Mos)->setData(CallKeyRole, QVariant::fromValue<qint64>(one.name.key.value));
        item(row, Mos)->setData(ProbeRole, int(one.name.probe.value));
        if (chosen != nullptr && one.name == before)
            setCurrentCell(row, Mos);
    }
}

void WorstCalls::activate(int row)
{
    if (const QTableWidgetItem* of = item(row, Mos))
        emit callActivated(
            { of->data(CallKeyRole).toLongLong() }, { static_cast<std::uint16_t>(of->data(ProbeRole).toUInt()) });
}

void WorstCalls::keyPressEvent(QKeyEvent* event)
{
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && currentRow() >= 0)
        activate(currentRow());
    else
        QTableWidget::keyPressEvent(event);
}

void WorstCalls::setTheme(const Theme& theme)
{
    m_delegate->setTheme(theme);
    viewport()->update();
}

}
