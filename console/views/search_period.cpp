#include "console/views/search_period.h"

#include "console/views/zoned_time_edit.h"
#include "console/zone/display_zone.h"

#include <QComboBox>
#include <QDateTimeEdit>
#include <algorithm>

namespace callmon {

namespace {

QVariant instantState(Timestamp instant)
{
    return qlonglong(nanosecondsSinceEpoch(instant));
}

Timestamp clockNow()
{
    return std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now());
}

}

SearchPeriod::SearchPeriod(QWidget* form)
    : QObject(form)
    , m_when(new QComboBox(form))
    , m_from(makeZonedTimeEdit(form))
    , m_to(makeZonedTimeEdit(form))
{
    m_when->addItem(tr("any time"), static_cast<int>(When::Anytime));
    m_when->addItem(tr("last hour"), static_cast<int>(When::LastHour));
    m_when->addItem(tr("last 24 hours"), static_cast<int>(When::LastDay));
    m_when->addItem(tr("last 7 days"), static_cast<int>(When::LastWeek));
    m_when->addItem(tr("today (UTC)"), static_cast<int>(When::Today));
    m_when->addItem(tr("between"), static_cast<int>(When::Between));
    for (QDateTimeEdit* edit : { m_from, m_to })
        connect(edit, &QDateTimeEdit::dateTimeChanged, this, [this, edit] {
            (edit == m_from ? m_fromInstant : m_toInstant) = instantOf(*edit);
            emit changed();
        });
    const Timestamp now = clockNow();
    showInstant(*m_from, now - std::chrono::hours(24));
    showInstant(*m_to, now);
    connect(m_when, &QComboBox::currentIndexChanged, this, &SearchPeriod::whenChanged);
}

bool SearchPeriod::isBetween() const
{
    return m_when->currentData().toInt() == static_cast<int>(When::Between);
}

QString SearchPeriod::problem() const
{
    return isBetween() && m_fromInstant >= m_toInstant ? tr("This ends before it begins.") : QString();
}

void SearchPeriod::whenChanged()
{
    if (isBetween() && m_now != Timestamp {} && m_toInstant < m_now) {
        showInstant(*m_to, m_now);
        showInstant(*m_from, m_now - std::chrono::hours(1));
    }
    emit changed();
}

void SearchPeriod::putInto(CallQuery& query) const
{
    const Timestamp now = m_now != Timestamp {} ? m_now : clockNow();
    switch (static_cast<When>(m_when->currentData().toInt())) {
    case When::Anytime:
        break;
    case When::LastHour:
        query.from = now - std::chrono::hours(1);
        break;
    case When::LastDay:
        query.from = now - std::chrono::hours(24);
        break;
    case When::LastWeek:
        query.from = now - std::chrono::hours(24 * 7);
        break;
    case When::Today:
        query.from = timestampFromNanoseconds(
            inDisplayZone(nanosecondsSinceEpoch(now) / 1'000'000).date().startOfDay(displayZone()).toMSecsSinceEpoch()
            * 1'000'000);
        break;
    case When::Between:
        query.from = m_fromInstant;
        query.to = m_toInstant;
        break;
    }
}

void SearchPeriod::addTo(QVariantMap& state) const
{
    state.insert(QStringLiteral("when"), m_when->currentData());
    state.insert(QStringLiteral("from"), instantState(m_fromInstant));
    state.insert(QStringLiteral("to"), instantState(m_toInstant));
}

void SearchPeriod::setState(const QVariantMap& state)
{
    const QVariant when = state.value(QStringLiteral("when"));
    m_when->setCurrentIndex(when.isValid() ? std::max(0, m_when->findData(when)) : 0);
    for (const auto& [edit, name] : { std::pair(m_from, "from"), std::pair(m_to, "to") })
        if (const QVariant instant = state.value(QLatin1String(name)); instant.isValid())
            showInstant(*edit, timestampFromNanoseconds(instant.toLongLong()));
}

QVariantMap SearchPeriod::stateBetween(Timestamp from, Timestamp to)
{
    return { { QStringLiteral("when"), static_cast<int>(When::Between) },
        { QStringLiteral("from"), instantState(from) }, { QStringLiteral("to"), instantState(to) } };
}

void SearchPeriod::showZone()
{
    m_when->setItemText(m_when->findData(static_cast<int>(When::Today)), withZone(tr("today (UTC)")));
    for (QDateTimeEdit* edit : { m_from, m_to }) {
        const Timestamp same = edit == m_from ? m_fromInstant : m_toInstant;
        showInstant(*edit, same);
    }
}

}
