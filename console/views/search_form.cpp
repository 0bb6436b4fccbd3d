#include "console/views/search_form.h"

#include "console/models/call_words.h"
#include "console/models/figures.h"
#include "console/zone/display_zone.h"

#include <QComboBox>
#include <QDateTimeEdit>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace callmon {

namespace {

QDateTimeEdit* timeEdit(QWidget* parent)
{
    auto* edit = new QDateTimeEdit(parent);
    edit->setTimeSpec(Qt::UTC); // what it holds is a date and a time of day, read in the zone that is shown
    edit->setDisplayFormat(QStringLiteral("yyyy-MM-dd HH:mm:ss"));
    edit->setCalendarPopup(true);
    return edit;
}

QDoubleSpinBox* mosEdit(const QString& none, QWidget* parent)
{
    auto* edit = new QDoubleSpinBox(parent);
    edit->setRange(0.9, 4.5); // the lowest step means "any": MOS begins at 1
    edit->setSingleStep(0.1);
    edit->setDecimals(1);
    edit->setSpecialValueText(none);
    edit->setValue(0.9);
    return edit;
}

Timestamp instantOf(const QDateTimeEdit& edit)
{
    return timestampFromNanoseconds(QDateTime(edit.date(), edit.time(), displayZone()).toMSecsSinceEpoch() * 1'000'000);
}

QDateTime dateTimeOf(Timestamp time)
{
    const QDateTime shown = inDisplayZone(nanosecondsSinceEpoch(time) / 1'000'000);
    return QDateTime(shown.date(), shown.time(), Qt::UTC);
}

}

SearchForm::SearchForm(QWidget* parent)
    : QWidget(parent)
    , m_number(new QLineEdit(this))
    , m_probe(new QComboBox(this))
    , m_when(new QComboBox(this))
    , m_from(timeEdit(this))
    , m_to(timeEdit(this))
    , m_outcome(new QComboBox(this))
    , m_trust(new QComboBox(this))
    , m_minMos(mosEdit(tr("any"), this))
    , m_maxMos(mosEdit(tr("any"), this))
    , m_limit(new QComboBox(this))
    , m_search(new QPushButton(tr("Search"), this))
    , m_cancel(new QPushButton(tr("Cancel"), this))
{
    m_number->setObjectName(QStringLiteral("pastNumber"));
    m_number->setPlaceholderText(tr("+34*, *1234 or tag:bad-line"));
    m_number->setToolTip(
        tr("Caller or callee, * for any digits; tag:bad-line finds calls with that tag, tag:b* with one "
           "that fits; both together those that have both"));
    m_number->setClearButtonEnabled(true);
    m_numberWidth = fontMetrics().horizontalAdvance(m_number->placeholderText()) + 24;
    m_when->addItem(tr("any time"), static_cast<int>(When::Anytime));
    m_when->addItem(tr("last hour"), static_cast<int>(When::LastHour));
    m_when->addItem(tr("last 24 hours"), static_cast<int>(When::LastDay));
    m_when->addItem(tr("last 7 days"), static_cast<int>(When::LastWeek));
    m_when->addItem(tr("today (UTC)"), static_cast<int>(When::Today));
    m_when->addItem(tr("between"), static_cast<int>(When::Between));
    m_outcome->addItem(tr("any outcome"), -1);
    for (int i = 0; i <= static_cast<int>(CallOutcome::Incomplete); ++i)
        m_outcome->addItem(
            glyph(static_cast<CallOutcome>(i)) + QLatin1Char(' ') + word(static_cast<CallOutcome>(i)), i);
    m_trust->addItem(tr("any trust"), -1);
    for (int i = 0; i <= static_cast<int>(CaptureTrust::Lossy); ++i) {
        m_trust->addItem(
            glyph(static_cast<CaptureTrust>(i)) + QLatin1Char(' ') + word(static_cast<CaptureTrust>(i)), i);
        m_trust->setItemData(i + 1, meaning(static_cast<CaptureTrust>(i)), Qt::ToolTipRole);
    }
    for (const int limit : { 1'000, 10'000, 100'000 })
        m_limit->addItem(countText(static_cast<quint64>(limit)), limit);
    m_limit->addItem(tr("all"), 0);
    for (QPushButton* button : { m_search, m_cancel })
        button->setAutoDefault(true); // Enter presses them too; a default one looks focused always
    m_cancel->setEnabled(false);
    m_cancel->setToolTip(tr("Stop the search and keep what it has found"));

    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(10, 8, 10, 6);
    row->setSpacing(8);
    const auto field = [&](const QString& title, QWidget* edit) {
        auto* column = new QVBoxLayout;
        column->setSpacing(2);
        auto* label = new QLabel(title, this);
        label->setProperty("title", title);
        m_titles.push_back(label);
        label->setForegroundRole(QPalette::PlaceholderText);
        label->setBuddy(edit);
        column->addWidget(label);
        column->addWidget(edit);
        row->addLayout(column);
        return label;
    };
    field(tr("&Number"), m_number);
    m_probeTitle = field(tr("Prob&e"), m_probe);
    m_probe->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_probe->setMinimumContentsLength(6);
    setProbes({});
    field(tr("&When"), m_when);
    field(tr("From, UTC"), m_from);
    field(tr("To, UTC"), m_to);
    field(tr("&Outcome"), m_outcome);
    field(tr("T&rust"), m_trust);
    field(tr("&MOS from"), m_minMos);
    field(tr("to"), m_maxMos);
    field(tr("At mos&t"), m_limit);
    row->addStretch(1);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_search);
    buttons->addWidget(m_cancel);
    auto* buttonColumn = new QVBoxLayout;
    buttonColumn->addStretch(1);
    buttonColumn->addLayout(buttons);
    row->addLayout(buttonColumn);

    const QDateTime now = QDateTime::currentDateTimeUtc();
    m_from->setDateTime(now.addDays(-1));
    m_to->setDateTime(now);
    connect(m_when, &QComboBox::currentIndexChanged, this, &SearchForm::whenChanged);
    connect(m_number, &QLineEdit::returnPressed, this, &SearchForm::searchWanted);
    connect(m_search, &QPushButton::clicked, this, &SearchForm::searchWanted);
    connect(m_cancel, &QPushButton::clicked, this, &SearchForm::cancelWanted);
    for (QDateTimeEdit* edit : { m_from, m_to })
        connect(edit, &QDateTimeEdit::dateTimeChanged, this,
            [this, edit] { (edit == m_from ? m_fromInstant : m_toInstant) = instantOf(*edit); });
    m_fromInstant = instantOf(*m_from);
    m_toInstant = instantOf(*m_to);
    whenChanged();
}

void SearchForm::showZone()
{
    for (QLabel* title : m_titles)
        title->setText(withZone(title->property("title").toString()));
    m_when->setItemText(m_when->findData(static_cast<int>(When::Today)), withZone(tr("today (UTC)")));
    for (QDateTimeEdit* edit : { m_from, m_to }) {
        const Timestamp same = edit == m_from ? m_fromInstant : m_toInstant;
        edit->setDateTime(dateTimeOf(same));
    }
}

void SearchForm::whenChanged()
{
    const bool between = m_when->currentData().toInt() == static_cast<int>(When::Between);
    for (QDateTimeEdit* edit : { m_from, m_to })
        edit->setEnabled(between);
    if (between && m_now != Timestamp {} && instantOf(*m_to) < m_now) {
        m_to->setDateTime(dateTimeOf(m_now));
        m_from->setDateTime(dateTimeOf(m_now).addSecs(-3600));
    }
}

CallQuery SearchForm::query() const
{
    CallQuery query;
    for (const QString& word : m_number->text().split(QLatin1Char(' '), Qt::SkipEmptyParts))
        if (word.startsWith(QLatin1String("tag:"), Qt::CaseInsensitive))
            query.conditions.push_back({ "tags", Comparison::Equal, word.mid(4).toLower().toStdString() });
        else
            query.number += (query.number.empty() ? "" : " ") + word.toStdString();
    const Timestamp now =
        m_now != Timestamp {} ? m_now : std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now());
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
        query.from = instantOf(*m_from);
        query.to = instantOf(*m_to);
        break;
    }
    if (const int outcome = m_outcome->currentData().toInt(); outcome >= 0)
        query.outcome = static_cast<CallOutcome>(outcome);
    if (const int trust = m_trust->currentData().toInt(); trust >= 0)
        query.trust = static_cast<CaptureTrust>(trust);
    if (m_minMos->value() >= 1)
        query.minMos = m_minMos->value();
    if (m_maxMos->value() >= 1)
        query.maxMos = m_maxMos->value();
    query.limit = m_limit->currentData().toULongLong();
    query.newestFirst = true;
    return query;
}

QVariantMap SearchForm::state() const
{
    return { { QStringLiteral("number"), m_number->text() }, { QStringLiteral("when"), m_when->currentData() },
        { QStringLiteral("from"), qlonglong(nanosecondsSinceEpoch(m_fromInstant)) },
        { QStringLiteral("to"), qlonglong(nanosecondsSinceEpoch(m_toInstant)) },
        { QStringLiteral("outcome"), m_outcome->currentData() }, { QStringLiteral("trust"), m_trust->currentData() },
        { QStringLiteral("minMos"), m_minMos->value() }, { QStringLiteral("maxMos"), m_maxMos->value() },
        { QStringLiteral("limit"), m_limit->currentData() } };
}

void SearchForm::setState(const QVariantMap& state)
{
    const auto choose = [&](QComboBox* box, const char* name) {
        box->setCurrentIndex(std::max(0, box->findData(state.value(QLatin1String(name)))));
    };
    m_number->setText(state.value(QStringLiteral("number")).toString());
    choose(m_when, "when");
    for (const auto& [edit, name] : { std::pair(m_from, "from"), std::pair(m_to, "to") })
        edit->setDateTime(dateTimeOf(timestampFromNanoseconds(state.value(QLatin1String(name)).toLongLong())));
    choose(m_outcome, "outcome");
    choose(m_trust, "trust");
    m_minMos->setValue(state.value(QStringLiteral("minMos")).toDouble());
    m_maxMos->setValue(state.value(QStringLiteral("maxMos")).toDouble());
    choose(m_limit, "limit");
}

std::optional<ProbeId> SearchForm::probe() const
{
    const int chosen = m_probe->currentData().toInt();
    return m_probe->count() > 1 && chosen >= 0 ? std::optional(ProbeId { static_cast<std::uint16_t>(chosen) })
                                               : std::nullopt;
}

void SearchForm::setProbes(const ProbeLabels& probes)
{
    const auto chosen = probe();
    m_probe->clear();
    m_probe->addItem(tr("all probes"), -1);
    if (probes.size() > 1)
        for (const auto& [id, label] : probes) {
            m_probe->addItem(label.name, int(id.value));
            m_probe->setItemData(m_probe->count() - 1, label.name, Qt::ToolTipRole); // it may be longer than the box
        }
    m_probe->setCurrentIndex(chosen ? std::max(0, m_probe->findData(int(chosen->value))) : 0);
    m_probe->setVisible(probes.size() > 1);
    const int room = probes.size() > 1 ? fontMetrics().averageCharWidth() * 12 : m_numberWidth; // 1280 pixels for all
    m_number->setMinimumWidth(room);
    m_probeTitle->setVisible(probes.size() > 1);
}

void SearchForm::searchAll(ProbeId probe)
{
    setState({ { QStringLiteral("limit"), m_limit->currentData() } });
    m_probe->setCurrentIndex(std::max(0, m_probe->findData(int(probe.value))));
}

void SearchForm::setNumber(const QString& number)
{
    m_number->setText(number);
}

void SearchForm::setRunning(bool running)
{
    m_search->setEnabled(!running);
    m_cancel->setEnabled(running);
}

void SearchForm::focusNumber()
{
    m_number->setFocus(Qt::ShortcutFocusReason);
    m_number->selectAll();
}

}
