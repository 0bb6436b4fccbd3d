#include "console/views/probe_bar.h"

#include "console/models/figures.h"
#include "console/models/shared_words.h"
#include "console/views/elided_label.h"
#include "console/zone/display_zone.h"

#include <QHBoxLayout>
#include <QLabel>

namespace callmon {

namespace {

// "ring full 1,204 (3/s)"
QString lossText(const NamedCounter& counter)
{
    const QString title = titleText(counter);
    QString text = title.left(1).toLower() + title.mid(1) + QLatin1Char(' ') + countText(counter.value);
    if (counter.perSecond > 0)
        text += QStringLiteral(" (%1/s)").arg(countText(counter.perSecond));
    return text;
}

// What was lost, why, and what helps; then the frames of which received = handed on + drops.
QString details(const ProbeStatus& status)
{
    QString html;
    for (const NamedCounter& counter : lossesOf(status)) {
        const CounterMeaning& meaning = meaningOf(counter.name);
        html += ProbeBar::tr("<p><b>⚠ %1: %2</b>, %3 in the last second. %4.<br>What helps: %5.</p>")
                    .arg(titleText(counter).toHtmlEscaped(), countText(counter.value), countText(counter.perSecond),
                        helpText(meaning).toHtmlEscaped(), adviceText(meaning).toHtmlEscaped());
    }
    html += QStringLiteral("<table>");
    html += ProbeBar::tr("<tr><td></td><td align=right>total</td><td align=right>&nbsp;per second</td></tr>");
    for (const NamedCounter& counter : status.counters) {
        const CounterMeaning& meaning = meaningOf(counter.name);
        if (meaning.title.empty() || meaning.group > CounterGroup::Times)
            continue;
        html += QStringLiteral("<tr><td>%1&nbsp;</td><td align=right>%2</td><td align=right>%3</td></tr>")
                    .arg(titleText(counter).toHtmlEscaped(), countText(counter.value),
                        meaning.kind == CounterKind::Level ? QString() : countText(counter.perSecond));
    }
    html += QStringLiteral("</table>");
    const FrameBalance balance = balanceOf(status);
    if (balance.received > 0)
        html += ProbeBar::tr("<p>received %1 = handed on %2 + not telephony %3 + dropped %4 + on their way %5</p>")
                    .arg(countText(balance.received), countText(balance.handedOn), countText(balance.unwanted),
                        countText(balance.dropped))
                    .arg(balance.onTheirWay());
    return html;
}

}

ProbeBar::ProbeBar(QWidget* parent)
    : QWidget(parent)
    , m_state(new QLabel(this))
    , m_source(new ElidedLabel(Qt::ElideMiddle, this))
    , m_time(new QLabel(this))
    , m_frames(new QLabel(this))
    , m_bits(new QLabel(this))
    , m_calls(new QLabel(this))
    , m_disk(new QLabel(this))
    , m_losses(new ElidedLabel(Qt::ElideRight, this))
{
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(8, 2, 8, 2);
    row->setSpacing(18);
    setCursor(Qt::PointingHandCursor);
    setAccessibleDescription(tr("Click, or press Ctrl+5, for the probe's health over time"));
    m_source->setToolTip(tr("What the probe reads"));
    m_losses->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    for (QWidget* widget : { static_cast<QWidget*>(m_state), static_cast<QWidget*>(m_source),
             static_cast<QWidget*>(m_time), static_cast<QWidget*>(m_frames), static_cast<QWidget*>(m_bits),
             static_cast<QWidget*>(m_calls), static_cast<QWidget*>(m_disk) })
        row->addWidget(widget);
    row->addWidget(m_losses, 1);
    // Widths that do not jump from second to second.
    m_frames->setMinimumWidth(fontMetrics().horizontalAdvance(tr("%1 frames/s").arg(countText(1'000'000))));
    m_bits->setMinimumWidth(fontMetrics().horizontalAdvance(bitRateText(1'000'000'000)));
    for (QLabel* label : { m_frames, m_bits })
        label->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    setState(CallSource::State::Disconnected);
}

void ProbeBar::mouseReleaseEvent(QMouseEvent* event)
{
    QWidget::mouseReleaseEvent(event);
    emit clicked();
}

void ProbeBar::show(const ProbeStatus& status)
{
    m_seen = true;
    m_source->setText(QString::fromStdString(status.source));
    m_now = status.now;
    m_frames->setText(tr("%1 frames/s").arg(countText(status.framesPerSecond)));
    m_bits->setText(bitRateText(status.bitsPerSecond));
    m_calls->setText(status.liveCalls == 1
            ? tr("1 call followed")
            : tr("%1 calls followed", nullptr, pluralOf(status.liveCalls)).arg(countText(status.liveCalls)));
    m_calls->setToolTip(
        tr("Calls that are on, and those that ended within half a minute, of which late media may come"));
    const std::vector<NamedCounter> lost = lossesOf(status);
    m_losing = !lost.empty();
    QStringList found;
    for (const NamedCounter& counter : lost)
        found += lossText(counter);
    m_losses->setText(
        m_losing ? tr("⚠ lost: %1").arg(found.join(QStringLiteral(" · "))) : tr("✓ nothing lost by the probe"));
    m_losses->setToolTip(details(status));
    style();
}

void ProbeBar::setState(CallSource::State state)
{
    m_current = state;
    m_late.reset();
    showState();
}

void ProbeBar::setHealth(const ProbeHealth& health, std::chrono::milliseconds now)
{
    m_late.reset();
    if (health.grade(now) == ProbeHealth::Grade::Late)
        m_late = std::chrono::duration_cast<std::chrono::seconds>(health.sinceHeard(now));
    const std::optional<double> waiting = health.chunksBehind();
    m_diskWaits = waiting.value_or(0) > 0;
    m_disk->setText(!waiting ? QString() : m_diskWaits ? tr("⚠ %1").arg(diskText(*waiting)) : diskText(0));
    showState();
}

void ProbeBar::showState()
{
    switch (m_current) {
    case CallSource::State::Connected:
        m_state->setText(m_late ? tr("◐ late %1 s").arg(m_late->count()) : tr("● connected"));
        break;
    case CallSource::State::Connecting:
        m_state->setText(tr("◐ connecting"));
        break;
    case CallSource::State::Disconnected:
        m_state->setText(tr("○ disconnected"));
        break;
    case CallSource::State::Incompatible:
        m_state->setText(tr("✕ other version"));
        break;
    }
    style();
}

void ProbeBar::setTheme(const Theme& theme)
{
    m_theme = theme;
    style();
}

void ProbeBar::style()
{
    const bool connected = m_current == CallSource::State::Connected && !m_late;
    QPalette p = m_theme.palette();
    p.setColor(QPalette::WindowText, connected ? m_theme.good : m_late ? m_theme.fair : m_theme.bad);
    m_state->setPalette(p);
    p.setColor(QPalette::WindowText, connected ? m_theme.text : m_theme.quiet);
    for (QLabel* label : { m_time, m_frames, m_bits, m_calls }) {
        label->setPalette(p);
        label->setVisible(m_seen);
    }
    p.setColor(QPalette::WindowText, m_diskWaits && connected ? m_theme.fair : m_theme.quiet);
    m_disk->setPalette(p);
    m_disk->setVisible(m_seen && !m_disk->text().isEmpty());
    // Figures that stand still say of when they are, and nobody promises that nothing is lost since.
    const QString time = dateTimeText(m_now) + QLatin1Char(' ') + zoneOf(m_now);
    m_time->setText(connected ? time : tr("last heard %1").arg(time));
    m_source->setColour(connected ? m_theme.text : m_theme.quiet);
    m_losses->setColour(m_losing ? m_theme.bad : m_theme.quiet);
    m_losses->setVisible(m_seen && (connected || m_losing));
}

}
