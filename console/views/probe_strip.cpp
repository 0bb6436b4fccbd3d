#include "console/views/probe_strip.h"

#include "console/models/figures.h"
#include "console/models/shared_words.h"
#include "console/views/probe_watch.h"

#include <QHBoxLayout>
#include <QToolButton>

namespace callmon {

ProbeStrip::ProbeStrip(const ProbeWatch& watch, QWidget* parent)
    : QWidget(parent)
    , m_watch(watch)
    , m_row(new QHBoxLayout(this))
{
    m_row->setContentsMargins(6, 1, 6, 1);
    m_row->setSpacing(6);
    m_row->addStretch(1);
    connect(&watch, &ProbeWatch::listChanged, this, &ProbeStrip::rebuild);
    connect(&watch, &ProbeWatch::changed, this, &ProbeStrip::refresh);
    rebuild();
}

void ProbeStrip::setTheme(const Theme& theme)
{
    m_theme = theme;
    refresh();
}

void ProbeStrip::rebuild()
{
    for (const auto& [probe, badge] : m_badges)
        badge->deleteLater();
    m_badges.clear();
    int place = 0;
    for (const auto& [probe, entry] : m_watch.entries()) {
        auto* badge = new QToolButton(this);
        badge->setAutoRaise(true);
        badge->setFocusPolicy(Qt::TabFocus);
        connect(badge, &QToolButton::clicked, this, [this, id = probe] { emit probeWanted(id); });
        m_row->insertWidget(place++, badge);
        m_badges[probe] = badge;
    }
    refresh();
}

void ProbeStrip::refresh()
{
    for (const auto& [probe, badge] : m_badges) {
        const auto found = m_watch.entries().find(probe);
        if (found == m_watch.entries().end())
            continue;
        const auto& [of, health] = found->second;
        const ProbeHealth::Grade grade = health.grade(m_watch.now());
        QString text = tr("%1 %2: %3").arg(glyph(grade), of.name, word(grade));
        if (grade == ProbeHealth::Grade::Late)
            text += tr(" %1 s").arg(health.sinceHeard(m_watch.now()).count() / 1000);
        else if (grade == ProbeHealth::Grade::Losing && !health.samples().empty())
            text += tr(" %1/s").arg(countText(static_cast<quint64>(health.samples().back().lostPerSecond)));
        if (grade != ProbeHealth::Grade::Gone && health.status())
            text += tr(" · %1 · %2")
                        .arg(bitRateText(health.status()->bitsPerSecond), callsText(health.status()->liveCalls));
        if (const double waiting = health.chunksBehind().value_or(0); grade != ProbeHealth::Grade::Gone && waiting > 0)
            text += tr(" · %1").arg(diskText(waiting));
        badge->setText(text);
        badge->setAccessibleName(text);
        QString tip = of.message.isEmpty() ? of.name : of.message;
        if (health.status())
            for (const NamedCounter& lost : lossesOf(*health.status()))
                tip += tr("\n%1: %2").arg(titleText(lost), countText(lost.value));
        badge->setToolTip(tip + tr("\nClick for its health over time"));
        QPalette p = m_theme.palette();
        p.setColor(QPalette::ButtonText, m_theme.of(tone(grade)));
        badge->setPalette(p);
    }
}

}
