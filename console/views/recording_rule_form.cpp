#include "console/views/recording_rule_form.h"

#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLineEdit>

namespace callmon {

namespace {

QString shown(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

std::string typed(const QLineEdit* field)
{
    return field->text().trimmed().toStdString();
}

}

RecordingRuleForm::RecordingRuleForm(QWidget* parent)
    : QWidget(parent)
    , m_name(field(QStringLiteral("recordingRuleName"), tr("board-members"), 47))
    , m_enabled(new QCheckBox(tr("&On"), this))
    , m_percent(new QDoubleSpinBox(this))
    , m_caller(field(QStringLiteral("recordingRuleCaller"), tr("any; 3491*"), 63))
    , m_callee(field(QStringLiteral("recordingRuleCallee"), tr("any"), 63))
    , m_number(field(QStringLiteral("recordingRuleNumber"), tr("any; of either party"), 63))
    , m_address(field(QStringLiteral("recordingRuleAddress"), tr("any; 10.0.0.0/8"), 49))
    , m_trunk(field(QStringLiteral("recordingRuleTrunk"), tr("any; a configured name"), 47))
    , m_header(field(QStringLiteral("recordingRuleHeader"), tr("any; X-Record: yes"), 127))
{
    m_percent->setObjectName(QStringLiteral("recordingRulePercent"));
    m_percent->setRange(0, 100);
    m_percent->setDecimals(1);
    m_percent->setSuffix(tr(" %"));
    m_percent->setToolTip(tr("Of the calls that the rule fits so many are recorded: 0 none, 100 all"));
    m_percent->setAccessibleName(tr("Share of calls that is recorded"));
    auto* form = new QFormLayout(this);
    form->setContentsMargins(0, 0, 0, 0);
    form->addRow(tr("Na&me"), m_name);
    form->addRow(QString(), m_enabled);
    form->addRow(tr("&Record"), m_percent);
    form->addRow(tr("&Caller"), m_caller);
    form->addRow(tr("Ca&llee"), m_callee);
    form->addRow(tr("N&umber"), m_number);
    form->addRow(tr("&Address"), m_address);
    form->addRow(tr("&Trunk"), m_trunk);
    form->addRow(tr("&Header"), m_header);
    connect(m_enabled, &QCheckBox::toggled, this, &RecordingRuleForm::changed);
    connect(m_percent, &QDoubleSpinBox::valueChanged, this, &RecordingRuleForm::changed);
}

QLineEdit* RecordingRuleForm::field(const QString& name, const QString& example, int longest)
{
    auto* edit = new QLineEdit(this);
    edit->setObjectName(name);
    edit->setPlaceholderText(example);
    edit->setMaxLength(longest);
    connect(edit, &QLineEdit::textChanged, this, &RecordingRuleForm::changed);
    return edit;
}

void RecordingRuleForm::setRule(const RecordingRule& rule, bool isNew)
{
    const QSignalBlocker blocker(this);
    const bool isDefault = !isNew && rule.name == defaultRecordingRule;
    m_name->setText(shown(rule.name));
    m_name->setReadOnly(!isNew);
    m_enabled->setChecked(rule.enabled);
    m_percent->setValue(rule.percent);
    m_caller->setText(shown(rule.caller));
    m_callee->setText(shown(rule.callee));
    m_number->setText(shown(rule.number));
    m_address->setText(shown(rule.address));
    m_trunk->setText(shown(rule.trunk));
    m_header->setText(shown(rule.header));
    for (QLineEdit* edit : { m_name, m_caller, m_callee, m_number, m_address, m_trunk, m_header })
        edit->setCursorPosition(0); // the beginning of what is long
    m_enabled->setEnabled(!isDefault); // the last one fits every call
    for (QLineEdit* criterion : { m_caller, m_callee, m_number, m_address, m_trunk, m_header })
        criterion->setEnabled(!isDefault);
    m_given = this->rule();
}

RecordingRule RecordingRuleForm::rule() const
{
    RecordingRule rule;
    rule.name = typed(m_name);
    rule.enabled = m_enabled->isChecked();
    rule.percent = m_percent->value();
    rule.caller = typed(m_caller);
    rule.callee = typed(m_callee);
    rule.number = typed(m_number);
    rule.address = typed(m_address);
    rule.trunk = typed(m_trunk);
    rule.header = typed(m_header);
    return rule;
}

bool RecordingRuleForm::isChanged() const
{
    return !saysTheSame(rule(), m_given);
}

void RecordingRuleForm::focusName()
{
    m_name->setFocus();
}

}
