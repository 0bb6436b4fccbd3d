#include "console/views/rules_dialog.h"

#include "console/models/call_words.h"
#include "console/models/probe_desk.h"
#include "console/views/message_bar.h"
#include "console/views/plain_table.h"
#include "console/views/progress_line.h"
#include "console/views/rule_form.h"
#include "shared/calls/alarm_fields.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTabWidget>
#include <QVBoxLayout>

namespace callmon {

RulesDialog::RulesDialog(CallSource& source, QWidget* parent)
    : EditorDialog(parent)
    , m_source(source)
    , m_rules(new RuleModel(this))
    , m_changes(new RuleModel(this))
    , m_table(new PlainTable(m_rules, QStringLiteral("rules"), tr("Alarm rules"), this))
    , m_form(new RuleForm(this))
    , m_error(new MessageBar(this))
    , m_fetching(new ProgressLine(this))
    , m_tabs(new QTabWidget(this))
    , m_new(new QPushButton(tr("Ne&w"), this))
    , m_save(new QPushButton(tr("Sa&ve"), this))
    , m_remove(new QPushButton(tr("Take &back"), this))
    , m_may(new QLabel(tr("Only admins change these rules; your certificate is of another role."), this))
{
    setWindowTitle(tr("Alarm rules"));
    for (const int column : { RuleModel::Change, RuleModel::ChangedAt })
        m_table->setColumnHidden(column, true);
    m_table->horizontalHeader()->moveSection(RuleModel::ChangedBy, RuleModel::ColumnCount - 1);
    auto* history = new PlainTable(m_changes, QStringLiteral("ruleChanges"), tr("Changes of alarm rules"), this);
    history->horizontalHeader()->moveSection(RuleModel::ChangedBy, RuleModel::ColumnCount - 1);
    m_new->setToolTip(tr("A rule like the one that is chosen, under a name of its own"));
    m_remove->setToolTip(tr("Take back what users made of the rule: it is gone, or again as configured"));
    for (QPushButton* button : { m_new, m_save, m_remove })
        button->setAutoDefault(false);

    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_new);
    buttons->addWidget(m_remove);
    buttons->addStretch(1);
    buttons->addWidget(m_save);
    auto* side = new QVBoxLayout;
    side->addWidget(m_form);
    side->addStretch(1);
    m_may->setWordWrap(true);
    side->addWidget(m_may);
    side->addLayout(buttons);
    auto* page = new QWidget(this);
    auto* row = new QHBoxLayout(page);
    row->addWidget(m_table, 1);
    row->addLayout(side);
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(page, tr("R&ules"));
    m_tabs->addTab(history, tr("&History"));
    auto* exportRules = new ReportButton(*m_rules, this);
    auto* exportHistory = new ReportButton(*m_changes, this);
    const auto showButton = [this, exportRules, exportHistory] {
        exportRules->setVisible(m_tabs->currentIndex() == 0);
        exportHistory->setVisible(m_tabs->currentIndex() == 1);
    };
    connect(m_tabs, &QTabWidget::currentChanged, this, showButton);
    showButton();
    for (ReportButton* one : { exportRules, exportHistory })
        connect(one, &QPushButton::clicked, this, [this] { exportReport(m_source, report(), m_theme, this); });
    auto* close = new QPushButton(tr("Close"), this);
    close->setAutoDefault(false);
    connect(close, &QPushButton::clicked, this, &QDialog::close);
    auto* bottom = new QHBoxLayout;
    bottom->addStretch(1);
    bottom->addWidget(exportRules);
    bottom->addWidget(exportHistory);
    bottom->addWidget(close);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_error);
    layout->addWidget(m_fetching);
    layout->addWidget(m_tabs, 1);
    layout->addLayout(bottom);
    resize(1200, 560);

    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
        [this](const QModelIndex&, const QModelIndex& from) { leaveRow(*m_table, from, [this] { choose(); }); });
    connect(m_form, &RuleForm::changed, this, &RulesDialog::showState);
    connect(m_save, &QPushButton::clicked, this, &RulesDialog::save);
    connect(m_remove, &QPushButton::clicked, this, &RulesDialog::remove);
    connect(m_new, &QPushButton::clicked, this, [this] {
        AlarmRule rule = m_form->rule();
        rule.name = std::string_view();
        rule.changedAt = {};
        begin(rule);
    });
    connect(&source, &CallSource::alarmRulesFound, this, [this](quint64 request, const std::vector<AlarmRule>& rules) {
        if (m_listing != request)
            return;
        m_rules->setRules(rules);
        const int chosen = m_rules->rowOf(m_chosen.toStdString());
        m_table->selectRow(std::max(chosen, 0));
        m_table->fitColumns();
    });
    connect(&source, &CallSource::alarmRuleChangesFound, this,
        [this](quint64 request, const std::vector<AlarmRuleChange>& changes) {
            if (m_history == request)
                m_historyRows.insert(m_historyRows.end(), changes.begin(), changes.end());
        });
    connect(m_fetching, &ProgressLine::cancelled, this, [this] {
        for (std::optional<quint64>* one : { &m_listing, &m_history })
            if (*one)
                m_source.cancel(*std::exchange(*one, std::nullopt));
        m_table->sayWhenEmpty(tr("Fetching the rules was cancelled. Close and open this window to try again."));
        showState();
    });
    connect(&source, &CallSource::finished, this, [this, history](quint64 request) {
        if (m_history == request) {
            m_changes->setChanges(std::exchange(m_historyRows, {}));
            history->fitColumns();
            history->sayWhenEmpty(tr("No rule was changed: all are as configured."));
            m_history.reset();
        }
        if (m_listing == request)
            m_listing.reset();
        showState();
        if (m_change == request) {
            m_change.reset();
            reload();
        }
    });
    connect(&source, &CallSource::failed, this, [this](quint64 request, const QString& message) {
        if (request != m_listing && request != m_history && request != m_change)
            return;
        for (std::optional<quint64>* one : { &m_listing, &m_history, &m_change })
            if (*one == request)
                one->reset();
        m_error->say(MessageBar::Kind::Error, message);
        showState();
    });
    if (const ProbeDesk* const desk = source.desk())
        connect(desk, &ProbeDesk::roleChanged, this, &RulesDialog::showState);
    reload();
    m_table->setFocus();
}

QTableView& RulesDialog::table()
{
    return *m_table;
}

void RulesDialog::setTheme(const Theme& theme)
{
    m_theme = theme;
    m_error->setTheme(theme);
}

Report RulesDialog::report() const
{
    const bool history = m_tabs->currentIndex() == 1;
    Report report { history ? QStringLiteral("alarm-rule-changes") : QStringLiteral("alarm-rules"),
        history ? alarmRuleChangeFieldNames() : alarmRuleFieldNames(), {}, { ProbeId {} } };
    if (history)
        for (int row = 0; row < m_changes->rowCount(); ++row)
            report.rows.push_back(alarmRuleChangeFields(*m_changes->changeAt(row)));
    else
        for (int row = 0; row < m_rules->rowCount(); ++row)
            report.rows.push_back(alarmRuleFields(*m_rules->ruleAt(row)));
    return report;
}

void RulesDialog::reload()
{
    m_listing = m_source.alarmRules();
    m_history = m_source.alarmRuleChanges();
    showState();
}

// What the engine was asked to keep is no more at risk, nor is anything while its rules are listed anew.
QString RulesDialog::unsaved() const
{
    if (m_change || m_listing || !m_form->isChanged())
        return {};
    return m_chosen.isEmpty() ? tr("The new rule is not saved.")
                              : tr("What you changed of the rule %1 is not saved.").arg(m_chosen);
}

void RulesDialog::choose()
{
    const AlarmRule* rule = m_rules->ruleAt(m_table->currentIndex().row());
    if (rule == nullptr)
        return;
    m_chosen = text(rule->name);
    m_form->setRule(*rule, false);
}

void RulesDialog::begin(const AlarmRule& rule)
{
    m_form->setRule(rule, true); // with what was changed of the other
    m_chosen.clear();
    m_table->setCurrentIndex({}); // it is none of those in the list
    m_form->findChild<QWidget*>(QStringLiteral("ruleName"))->setFocus();
}

void RulesDialog::save()
{
    const AlarmRule rule = m_form->rule();
    if (m_chosen.isEmpty() && m_rules->rowOf(rule.name) >= 0) {
        m_error->say(MessageBar::Kind::Error, tr("There is a rule of this name already."));
        return;
    }
    m_error->clear();
    m_chosen = text(rule.name);
    m_change = m_source.putAlarmRule(rule);
    showState();
}

void RulesDialog::remove()
{
    m_error->clear();
    m_change = m_source.removeAlarmRule(m_chosen);
    showState();
}

void RulesDialog::showState()
{
    const int row = m_chosen.isEmpty() ? -1 : m_rules->rowOf(m_chosen.toStdString());
    const AlarmRule* rule = m_rules->ruleAt(row);
    if (m_listing || m_history)
        m_fetching->begin(tr("Fetching the rules…"));
    else
        m_fetching->end();
    const ProbeDesk* const desk = m_source.desk();
    const bool may = !desk || desk->role() == ProbeDesk::Role::Unknown || desk->may(ProbeDesk::Role::Admin);
    m_may->setVisible(!may);
    m_form->setEnabled(may);
    m_new->setEnabled(may);
    m_save->setEnabled(may && m_form->problem().isEmpty() && !m_change);
    m_remove->setEnabled(may && rule != nullptr && rule->changedAt != Timestamp {} && !m_change);
}

}
