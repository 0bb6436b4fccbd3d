#include "console/views/rule_form.h"

#include "console/models/alarm_words.h"
#include "console/models/call_words.h"
#include "console/models/sentence_words.h"
#include "console/models/shared_words.h"
#include "console/views/type_ahead.h"
#include "shared/calls/service_metrics.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QSpinBox>
#include <algorithm>
#include <array>

namespace callmon {

namespace {

QSpinBox* secondsEdit(QWidget* parent)
{
    auto* edit = new QSpinBox(parent);
    edit->setRange(0, 86'400);
    edit->setSuffix(RuleForm::tr(" s"));
    return edit;
}

bool saysTheSame(const AlarmRule& a, const AlarmRule& b)
{
    return a.name == b.name && a.kind == b.kind && a.severity == b.severity && a.enabled == b.enabled
        && a.threshold == b.threshold && a.clearThreshold == b.clearThreshold && a.raiseAfter == b.raiseAfter
        && a.clearAfter == b.clearAfter && a.together == b.together && a.metric == b.metric && a.group == b.group
        && a.windowMinutes == b.windowMinutes && a.leastCalls == b.leastCalls;
}

QDoubleSpinBox* figureEdit(QWidget* parent)
{
    auto* edit = new QDoubleSpinBox(parent);
    edit->setRange(0, 1e9);
    edit->setDecimals(2);
    return edit;
}

}

RuleForm::RuleForm(QWidget* parent)
    : QWidget(parent)
    , m_name(new QLineEdit(this))
    , m_kind(new QComboBox(this))
    , m_severity(new QComboBox(this))
    , m_enabled(new QCheckBox(tr("On: &it raises alarms"), this))
    , m_threshold(figureEdit(this))
    , m_clearThreshold(figureEdit(this))
    , m_raiseAfter(secondsEdit(this))
    , m_clearAfter(secondsEdit(this))
    , m_together(new QSpinBox(this))
    , m_metric(new QComboBox(this))
    , m_group(new QLineEdit(this))
    , m_window(new QComboBox(this))
    , m_leastCalls(new QSpinBox(this))
    , m_problem(new QLabel(this))
{
    m_name->setObjectName(QStringLiteral("ruleName"));
    m_threshold->setObjectName(QStringLiteral("ruleThreshold"));
    m_clearThreshold->setObjectName(QStringLiteral("ruleClearThreshold"));
    m_enabled->setObjectName(QStringLiteral("ruleEnabled"));
    for (std::size_t kind = 0; kind < alarmKindTexts().size(); ++kind)
        m_kind->addItem(titleText(static_cast<AlarmKind>(kind)));
    for (std::size_t severity = 0; severity < alarmSeverityTexts().size(); ++severity)
        m_severity->addItem(glyph(static_cast<AlarmSeverity>(severity)) + QLatin1Char(' ')
            + word(static_cast<AlarmSeverity>(severity)));
    new TypeAhead(*m_severity);
    m_together->setRange(1, 1000);
    m_together->setToolTip(tr("More calls than this at once, or raised within a minute, become one alarm"));
    for (const ServiceMetric& metric : serviceMetrics())
        m_metric->addItem(titleText(metric), text(metric.name));
    m_group->setPlaceholderText(tr("every group; else as in: trunk north"));
    for (const std::uint32_t minutes : serviceWindowMinutes)
        m_window->addItem(tr("%1 min").arg(minutes), minutes);
    m_leastCalls->setRange(1, 1'000'000);
    m_leastCalls->setToolTip(tr("Of fewer calls a ratio or a mean says nothing"));
    m_problem->setWordWrap(true);
    m_problem->setMinimumHeight(2 * fontMetrics().lineSpacing());

    auto* layout = new QFormLayout(this);
    layout->addRow(tr("&Name"), m_name);
    layout->addRow(tr("&Looks at"), m_kind);
    layout->addRow(tr("Me&tric"), m_metric);
    layout->addRow(tr("&Group"), m_group);
    layout->addRow(tr("&Over"), m_window);
    layout->addRow(tr("Calls at l&east"), m_leastCalls);
    layout->addRow(tr("&Severity"), m_severity);
    layout->addRow(tr("Th&reshold"), m_threshold);
    layout->addRow(tr("&Clear threshold"), m_clearThreshold);
    layout->addRow(tr("R&aised after"), m_raiseAfter);
    layout->addRow(tr("Cleare&d after"), m_clearAfter);
    layout->addRow(tr("Calls a&part"), m_together);
    layout->addRow(QString(), m_enabled);
    layout->addRow(m_problem);

    // As they stand below each other.
    const std::array<QWidget*, 13> edits { m_name, m_kind, m_metric, m_group, m_window, m_leastCalls, m_severity,
        m_threshold, m_clearThreshold, m_raiseAfter, m_clearAfter, m_together, m_enabled };
    for (std::size_t i = 1; i < edits.size(); ++i)
        setTabOrder(edits[i - 1], edits[i]);

    connect(m_kind, &QComboBox::activated, this, &RuleForm::takeFiguresOfKind);
    for (QLineEdit* edit : { m_name, m_group })
        connect(edit, &QLineEdit::textChanged, this, &RuleForm::update);
    for (QComboBox* box : { m_kind, m_severity, m_metric, m_window })
        connect(box, &QComboBox::currentIndexChanged, this, &RuleForm::update);
    for (QDoubleSpinBox* box : { m_threshold, m_clearThreshold })
        connect(box, &QDoubleSpinBox::valueChanged, this, &RuleForm::update);
    for (QSpinBox* box : { m_raiseAfter, m_clearAfter, m_together, m_leastCalls })
        connect(box, &QSpinBox::valueChanged, this, &RuleForm::update);
    connect(m_enabled, &QCheckBox::toggled, this, &RuleForm::update);
}

void RuleForm::setRule(const AlarmRule& rule, bool isNew)
{
    {
        const QSignalBlocker quiet(this);
        m_isNew = isNew;
        m_name->setText(text(rule.name));
        m_name->setReadOnly(!isNew);
        m_kind->setCurrentIndex(static_cast<int>(rule.kind));
        m_severity->setCurrentIndex(static_cast<int>(rule.severity));
        m_enabled->setChecked(rule.enabled);
        m_threshold->setValue(rule.threshold);
        m_clearThreshold->setValue(rule.clearThreshold);
        m_raiseAfter->setValue(static_cast<int>(rule.raiseAfter.count()));
        m_clearAfter->setValue(static_cast<int>(rule.clearAfter.count()));
        m_together->setValue(static_cast<int>(rule.together));
        m_metric->setCurrentIndex(std::max(0, m_metric->findData(text(rule.metric))));
        m_group->setText(text(rule.group));
        m_window->setCurrentIndex(std::max(0, m_window->findData(rule.windowMinutes)));
        m_leastCalls->setValue(static_cast<int>(rule.leastCalls));
        m_given = this->rule();
    }
    update();
}

// Those of another kind, in another unit, would make no sense: a new rule begins with what is built in of its own.
void RuleForm::takeFiguresOfKind()
{
    const std::vector<AlarmRule> rules = builtInRules();
    const auto found = std::ranges::find(rules, static_cast<AlarmKind>(m_kind->currentIndex()), &AlarmRule::kind);
    if (!m_isNew || found == rules.end())
        return;
    m_threshold->setValue(found->threshold);
    m_clearThreshold->setValue(found->clearThreshold);
    m_raiseAfter->setValue(static_cast<int>(found->raiseAfter.count()));
    m_clearAfter->setValue(static_cast<int>(found->clearAfter.count()));
}

AlarmRule RuleForm::rule() const
{
    AlarmRule rule;
    rule.name = m_name->text().trimmed().toStdString();
    rule.kind = static_cast<AlarmKind>(m_kind->currentIndex());
    rule.severity = static_cast<AlarmSeverity>(m_severity->currentIndex());
    rule.enabled = m_enabled->isChecked();
    rule.threshold = m_threshold->value();
    rule.clearThreshold = m_clearThreshold->value();
    rule.raiseAfter = std::chrono::seconds(m_raiseAfter->value());
    rule.clearAfter = std::chrono::seconds(m_clearAfter->value());
    rule.together = static_cast<std::uint32_t>(m_together->value());
    if (isOfMetric(rule.kind)) {
        rule.metric = m_metric->currentData().toString().toStdString();
        rule.group = m_group->text().trimmed().toStdString();
        rule.windowMinutes = m_window->currentData().toUInt();
        rule.leastCalls = static_cast<std::uint32_t>(m_leastCalls->value());
    }
    return rule;
}

bool RuleForm::isChanged() const
{
    return !saysTheSame(rule(), m_given);
}

QString RuleForm::problem() const
{
    if (static_cast<std::size_t>(m_group->text().toUtf8().size()) > decltype(AlarmRule::group)::capacity())
        return tr("A group's name has 63 bytes at most.");
    const Result<void> checked = checkRule(rule());
    return checked ? QString() : wordsOf(checked.error().sentence);
}

void RuleForm::update()
{
    const auto kind = static_cast<AlarmKind>(m_kind->currentIndex());
    const QString unitName = unitText(kind, m_metric->currentData().toString().toStdString());
    const QString unit = unitName.isEmpty() ? QString() : QLatin1Char(' ') + unitName;
    for (QDoubleSpinBox* box : { m_threshold, m_clearThreshold }) {
        const QString prefix = isBelow(kind) ? (box == m_threshold ? tr("below ") : tr("from "))
                                             : (box == m_threshold ? tr("above ") : tr("up to "));
        // Either rewrites the whole text, also amid a figure that is being typed.
        if (box->suffix() != unit)
            box->setSuffix(unit);
        if (box->prefix() != prefix)
            box->setPrefix(prefix);
    }
    for (QWidget* edit : std::initializer_list<QWidget*> { m_metric, m_group, m_window, m_leastCalls })
        edit->setEnabled(isOfMetric(kind));
    m_together->setEnabled(isOfCall(kind));
    const QString wrong = problem();
    m_problem->setText(wrong.isEmpty() ? QString() : QStringLiteral("⚠ ") + wrong);
    emit changed();
}

}
