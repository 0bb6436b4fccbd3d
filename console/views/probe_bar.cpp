#include "console/views/probe_bar.h"

#include "console/models/figures.h"
#include "console/models/probe_worries.h"
#include "console/views/elided_label.h"

#include <QHBoxLayout>
#include <QLabel>

namespace callmon {

ProbeBar::ProbeBar(QWidget* parent)
    : QWidget(parent)
    , m_state(new QLabel(this))
    , m_source(new ElidedLabel(Qt::ElideMiddle, this))
    , m_time(new QLabel(this))
    , m_frames(new QLabel(this))
    , m_bits(new QLabel(this))
    , m_calls(new QLabel(this))
    , m_losses(new ElidedLabel(Qt::ElideRight, this))
{
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(8, 2, 8, 2);
    row->setSpacing(18);
    m_source->setToolTip(tr("What the probe reads"));
    m_losses->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    for (QWidget* widget :
        { static_cast<QWidget*>(m_state), static_cast<QWidget*>(m_source), static_cast<QWidget*>(m_time),
            static_cast<QWidget*>(m_frames), static_cast<QWidget*>(m_bits), static_cast<QWidget*>(m_calls) })
        row->addWidget(widget);
    row->addWidget(m_losses, 1);
    // Widths that do not jump from second to second.
    m_frames->setMinimumWidth(fontMetrics().horizontalAdvance(tr("%1 frames/s").arg(countText(1'000'000))));
    m_bits->setMinimumWidth(fontMetrics().horizontalAdvance(bitRateText(1'000'000'000)));
    for (QLabel* label : { m_frames, m_bits })
        label->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    setState(CallSource::State::Disconnected);
}

void ProbeBar::show(const ProbeStatus& status)
{
    m_seen = true;
    m_source->setText(QString::fromStdString(status.source));
    m_time->setText(tr("%1 UTC").arg(dateTimeText(status.now)));
    m_frames->setText(tr("%1 frames/s").arg(countText(status.framesPerSecond)));
    m_bits->setText(bitRateText(status.bitsPerSecond));
    m_calls->setText(status.liveCalls == 1 ? tr("1 live call") : tr("%1 live calls").arg(countText(status.liveCalls)));
    QStringList found;
    for (const NamedCounter& counter : losses(status))
        found += QStringLiteral("%1 %2").arg(QString::fromStdString(counter.name), countText(counter.value));
    m_losing = !found.isEmpty();
    m_losses->setText(
        m_losing ? QStringLiteral("⚠ ") + found.join(QStringLiteral(" · ")) : tr("✓ nothing lost by the probe"));
    style();
}

void ProbeBar::setState(CallSource::State state)
{
    m_current = state;
    switch (state) {
    case CallSource::State::Connected:
        m_state->setText(tr("● connected"));
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
    const bool connected = m_current == CallSource::State::Connected;
    QPalette p = m_theme.palette();
    p.setColor(QPalette::WindowText, connected ? m_theme.good : m_theme.bad);
    m_state->setPalette(p);
    p.setColor(QPalette::WindowText, connected ? m_theme.text : m_theme.quiet);
    for (QLabel* label : { m_time, m_frames, m_bits, m_calls }) {
        label->setPalette(p);
        label->setVisible(m_seen);
    }
    m_source->setColour(connected ? m_theme.text : m_theme.quiet);
    m_losses->setColour(m_losing ? m_theme.bad : m_theme.quiet);
    m_losses->setVisible(m_seen);
}

}
