#include "console/views/recording_rules_dialog.h"

#include "console/models/figures.h"
#include "console/models/sentence_words.h"
#include "console/views/fetch_line.h"
#include "console/views/message_bar.h"
#include "console/views/plain_table.h"
#include "console/views/recording_rule_form.h"
#include "shared/calls/recording_fields.h"

#include <QHBoxLayout>
#include <QItemSelectionModel>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

namespace callmon {

namespace {

QString shown(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString shareText(double percent)
{
    return percent <= 0  ? RecordingRulesDialog::tr("no")
        : percent >= 100 ? RecordingRulesDialog::tr("yes")
                         : RecordingRulesDialog::tr("%1 %").arg(QLocale().toString(percent));
}

}

RecordingRulesDialog::RecordingRulesDialog(ProbeDesk& desk, QWidget* parent)
    : EditorDialog(parent)
    , m_desk(desk)
    , m_model(new PlainRows(
          { tr("#"), tr("Rule"), tr("On"), tr("Record"), tr("Fits"), tr("Changed, UTC"), tr("By") }, this))
    , m_table(new PlainTable(m_model, QStringLiteral("recordingRules"), tr("Recording rules"), this))
    , m_form(new RecordingRuleForm(this))
    , m_error(new MessageBar(this))
    , m_fetching(new FetchLine(desk, this))
    , m_may(new QLabel(this))
    , m_begin(
          button(tr("Ne&w"), tr("A rule of its own, in front of the one that is chosen"), &RecordingRulesDialog::begin))
    , m_save(button(tr("Sa&ve"), tr("For the calls that begin from now on"), &RecordingRulesDialog::save))
    , m_remove(button(tr("&Delete rule"), {}, &RecordingRulesDialog::remove))
    , m_up(button(tr("▲ Earlier"), tr("The first rule that fits a call decides"), &RecordingRulesDialog::moveUp))
    , m_down(button(tr("▼ Later"), tr("The first rule that fits a call decides"), &RecordingRulesDialog::moveDown))
    , m_reset(button(tr("As con&figured"),
          tr("Throw away what users changed: the rules of the configuration hold again"), &RecordingRulesDialog::reset))
    , m_export(new ReportButton(*m_model, this))
{
    setWindowTitle(tr("Recording rules"));
    auto* explained = new QLabel(
        tr("The first rule that fits a call decides whether its sound is kept. A change holds for calls that begin "
           "after it, and is kept with your name and the time."),
        this);
    explained->setWordWrap(true);
    m_may->setWordWrap(true);
    auto* order = new QHBoxLayout;
    for (QPushButton* one : { m_up, m_down, m_begin, m_remove })
        order->addWidget(one);
    order->addStretch(1);
    order->addWidget(m_reset);
    auto* left = new QVBoxLayout;
    left->addWidget(m_table, 1);
    left->addLayout(order);
    auto* saving = new QHBoxLayout;
    saving->addStretch(1);
    saving->addWidget(m_save);
    auto* right = new QVBoxLayout;
    right->addWidget(m_form);
    right->addStretch(1);
    right->addLayout(saving);
    m_form->setFixedWidth(300);
    auto* middle = new QHBoxLayout;
    middle->addLayout(left, 1);
    middle->addLayout(right);
    auto* close = new QPushButton(tr("Close"), this);
    close->setAutoDefault(false);
    connect(close, &QPushButton::clicked, this, &QDialog::close);
    auto* bottom = new QHBoxLayout;
    bottom->addWidget(m_may, 1);
    bottom->addStretch(0);
    bottom->addWidget(m_export);
    bottom->addWidget(close);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_error);
    layout->addWidget(explained);
    layout->addWidget(m_fetching);
    layout->addLayout(middle, 1);
    layout->addLayout(bottom);
    resize(1080, 540);

    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
        [this](const QModelIndex&, const QModelIndex& from) { leaveRow(*m_table, from, [this] { choose(); }); });
    connect(m_form, &RecordingRuleForm::changed, this, &RecordingRulesDialog::showState);
    connect(m_export, &QPushButton::clicked, this, [this] { emit exportWanted(report()); });
    connect(m_fetching, &FetchLine::stopped, this, [this] {
        m_table->sayWhenEmpty(tr("Fetching the rules was cancelled. Close and open this window to try again."));
    });
    connect(&desk, &ProbeDesk::roleChanged, this, &RecordingRulesDialog::showState);
    reload();
    m_table->setFocus();
}

QPushButton* RecordingRulesDialog::button(
    const QString& text, const QString& toolTip, void (RecordingRulesDialog::*pressed)())
{
    auto* made = new QPushButton(text, this);
    made->setToolTip(toolTip);
    made->setAutoDefault(false);
    connect(made, &QPushButton::clicked, this, pressed);
    return made;
}

void RecordingRulesDialog::setTheme(const Theme& theme)
{
    m_error->setTheme(theme);
}

QTableView& RecordingRulesDialog::table()
{
    return *m_table;
}

QString RecordingRulesDialog::message() const
{
    return m_error->message();
}

int RecordingRulesDialog::chosen() const
{
    const int row = m_new ? -1 : m_table->currentIndex().row();
    return row < static_cast<int>(m_rules.rules.size()) ? row : -1;
}

void RecordingRulesDialog::reload()
{
    m_desk.recordingRules(m_fetching->start(tr("Fetching the rules…")), [this](const Result<RecordingRules>& rules) {
        m_fetching->done();
        if (rules) {
            m_rules = rules.value();
            m_new = false;
            m_listing = true;
            showRules();
            m_listing = false;
        } else {
            m_error->say(MessageBar::Kind::Error, wordsOf(rules.error().sentence));
            m_table->sayWhenEmpty(tr("The rules could not be fetched."));
        }
        showState();
    });
    showState();
}

Report RecordingRulesDialog::report() const
{
    Report report { QStringLiteral("recording-rules"), recordingRuleFieldNames(), {}, {} };
    for (const RecordingRule& rule : m_rules.rules)
        report.rows.push_back(recordingRuleFields(rule));
    return report;
}

void RecordingRulesDialog::showRules()
{
    std::vector<PlainRow> rows;
    int wanted = 0;
    for (const RecordingRule& rule : m_rules.rules) {
        if (shown(rule.name) == m_wanted)
            wanted = static_cast<int>(rows.size());
        rows.push_back({ { quint64(rows.size() + 1), shown(rule.name), rule.enabled ? tr("● on") : tr("○ off"),
                             shareText(rule.percent), QString::fromStdString(criteriaText(rule)),
                             rule.changedAt == Timestamp {} ? PlainCell() : PlainCell(rule.changedAt),
                             rule.changedBy.empty() ? PlainCell() : PlainCell(shown(rule.changedBy)) },
            {} });
    }
    m_model->setRows(std::move(rows));
    m_table->fitColumns();
    m_table->selectRow(wanted);
    choose();
}

QString RecordingRulesDialog::unsaved() const
{
    if (m_busy || m_listing || !m_form->isChanged())
        return {};
    return m_new ? tr("The new rule is not saved.") : tr("What you changed of the rule %1 is not saved.").arg(m_wanted);
}

void RecordingRulesDialog::choose()
{
    m_new = false;
    if (const int row = chosen(); row >= 0) {
        m_wanted = shown(m_rules.rules[static_cast<std::size_t>(row)].name);
        m_form->setRule(m_rules.rules[static_cast<std::size_t>(row)], false);
    }
    showState();
}

void RecordingRulesDialog::begin()
{
    if (!mayLeave())
        return;
    m_new = true;
    RecordingRule rule;
    m_form->setRule(rule, true);
    m_form->focusName();
    showState();
}

void RecordingRulesDialog::save()
{
    std::vector<RecordingRule> rules = m_rules.rules;
    const RecordingRule rule = m_form->rule();
    RecordingRule* const same = findRule(rules, rule.name);
    if (m_new && same != nullptr)
        return m_error->say(MessageBar::Kind::Error, tr("There is a rule of this name already."));
    if (same != nullptr)
        *same = rule;
    else // in front of the one that is chosen, and never behind the last, which fits every call
        rules.insert(rules.begin()
                + std::clamp<std::ptrdiff_t>(
                    m_table->currentIndex().row(), 0, std::max<std::ptrdiff_t>(std::ssize(rules) - 1, 0)),
            rule);
    m_wanted = shown(rule.name);
    put(std::move(rules));
}

void RecordingRulesDialog::remove()
{
    std::vector<RecordingRule> rules = m_rules.rules;
    if (const int row = chosen(); row >= 0)
        rules.erase(rules.begin() + row);
    put(std::move(rules));
}

void RecordingRulesDialog::moveBy(int places)
{
    if (!mayLeave())
        return;
    std::vector<RecordingRule> rules = m_rules.rules;
    const int row = chosen();
    std::swap(rules[static_cast<std::size_t>(row)], rules[static_cast<std::size_t>(row + places)]);
    put(std::move(rules));
}

void RecordingRulesDialog::reset()
{
    if (mayLeave())
        put({});
}

void RecordingRulesDialog::put(std::vector<RecordingRule> rules)
{
    m_error->clear();
    m_busy = true;
    showState();
    m_desk.putRecordingRules({ m_rules.version, std::move(rules) }, this, [this](const Result<void>& done) {
        m_busy = false;
        if (!done) { // what was typed stays
            m_error->say(MessageBar::Kind::Error, wordsOf(done.error().sentence));
            return showState();
        }
        reload();
    });
}

void RecordingRulesDialog::showState()
{
    const bool may = m_desk.may(ProbeDesk::Role::Admin);
    const bool ready = may && !m_busy && !m_rules.rules.empty();
    const int row = chosen();
    const int last = static_cast<int>(m_rules.rules.size()) - 1; // "default" stays there
    m_form->setEnabled(may);
    m_begin->setEnabled(ready);
    m_save->setEnabled(ready
        && (m_new ? !m_form->rule().name.empty()
                  : row >= 0 && !saysTheSame(m_form->rule(), m_rules.rules[static_cast<std::size_t>(row)])));
    m_remove->setEnabled(ready && row >= 0 && row < last);
    m_up->setEnabled(ready && row > 0 && row < last);
    m_down->setEnabled(ready && row >= 0 && row < last - 1);
    m_reset->setEnabled(ready && m_rules.version > 0);
    m_may->setText(m_desk.role() == ProbeDesk::Role::Unknown
            ? tr("Not connected to the engine: rules cannot be changed now.")
            : tr("Only admins change these rules; your certificate is of another role."));
    m_may->setVisible(!may);
}

}
