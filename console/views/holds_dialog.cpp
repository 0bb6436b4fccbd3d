#include "console/views/holds_dialog.h"

#include "console/models/call_words.h"
#include "console/models/figures.h"
#include "console/models/sentence_words.h"
#include "console/views/fetch_line.h"
#include "console/views/message_bar.h"
#include "console/views/plain_table.h"
#include "shared/calls/keeping_fields.h"

#include <QHBoxLayout>
#include <QItemSelectionModel>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

namespace callmon {

namespace {

QString stateText(const Hold& hold)
{
    switch (hold.state) {
    case HoldState::Waiting:
        return HoldsDialog::tr("… waits for the call's end");
    case HoldState::Held:
        return hold.missing.empty() ? HoldsDialog::tr("● held") : HoldsDialog::tr("⚠ held in part");
    case HoldState::Released:
        return HoldsDialog::tr("○ released");
    }
    return {};
}

PlainCell cell(const std::string& value)
{
    return value.empty() ? PlainCell() : PlainCell(text(value));
}

}

HoldsDialog::HoldsDialog(ProbeDesk& desk, std::optional<CallKey> call, const QString& title, QWidget* parent)
    : EditorDialog(parent)
    , m_desk(desk)
    , m_call(call)
    , m_model(new PlainRows({ tr("State"), tr("Call began, UTC"), tr("Caller"), tr("Callee"), tr("Reason"),
                                tr("Set, UTC"), tr("By"), tr("Released, UTC"), tr("By"), tr("Reason of the release") },
          this))
    , m_table(new PlainTable(m_model, QStringLiteral("holds"), tr("Legal holds"), this))
    , m_error(new MessageBar(this))
    , m_fetching(new FetchLine(desk, this))
    , m_which(new QLabel(this))
    , m_reason(new QLineEdit(this))
    , m_hold(new QPushButton(tr("&Hold the call"), this))
    , m_release(new QPushButton(tr("Re&lease the chosen"), this))
    , m_open(new QPushButton(tr("&Open the call"), this))
    , m_export(new ReportButton(*m_model, this))
    , m_may(new QLabel(this))
{
    setWindowTitle(tr("Legal holds"));
    auto* explained = new QLabel(
        tr("A call under hold is kept with its sound and its messages, whatever expires or is to be deleted, until it "
           "is released."),
        this);
    explained->setWordWrap(true);
    m_which->setText(
        m_call ? tr("Call: %1").arg(title) : tr("To hold a call, choose it in a list or open its page first."));
    m_reason->setPlaceholderText(tr("Reason, as in: case 17; it is kept with your name and the time"));
    m_reason->setAccessibleName(tr("Reason"));
    m_reason->setMaxLength(static_cast<int>(longestReason));
    m_may->setWordWrap(true);
    auto* close = new QPushButton(tr("Close"), this);
    connect(close, &QPushButton::clicked, this, &QDialog::close);
    for (QPushButton* button : { m_hold, m_release, m_open, close })
        button->setAutoDefault(false);
    auto* line = new QHBoxLayout;
    line->addWidget(m_reason, 1);
    line->addWidget(m_hold);
    line->addWidget(m_release);
    auto* bottom = new QHBoxLayout;
    bottom->addWidget(m_open);
    bottom->addWidget(m_may, 1);
    bottom->addStretch(0);
    bottom->addWidget(m_export);
    bottom->addWidget(close);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_error);
    layout->addWidget(explained);
    layout->addWidget(m_fetching);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_which);
    layout->addLayout(line);
    layout->addLayout(bottom);
    resize(1080, 480);

    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &HoldsDialog::showState);
    connect(m_reason, &QLineEdit::textChanged, this, &HoldsDialog::showState);
    connect(m_hold, &QPushButton::clicked, this, &HoldsDialog::hold);
    connect(m_release, &QPushButton::clicked, this, &HoldsDialog::release);
    connect(m_open, &QPushButton::clicked, this, [this] {
        if (const Hold* one = chosen())
            emit callActivated(one->call);
    });
    connect(m_export, &QPushButton::clicked, this, [this] { emit exportWanted(report()); });
    connect(m_fetching, &FetchLine::stopped, this, [this] {
        m_table->sayWhenEmpty(tr("Fetching the holds was cancelled. Close and open this window to try again."));
    });
    connect(&desk, &ProbeDesk::roleChanged, this, &HoldsDialog::showState);
    reload();
    m_call ? m_reason->setFocus() : m_table->setFocus();
}

void HoldsDialog::setTheme(const Theme& theme)
{
    m_error->setTheme(theme);
}

QTableView& HoldsDialog::table()
{
    return *m_table;
}

QString HoldsDialog::message() const
{
    return m_error->message();
}

const Hold* HoldsDialog::chosen() const
{
    const int row = m_table->currentIndex().row();
    return row >= 0 && row < static_cast<int>(m_holds.size()) ? &m_holds[static_cast<std::size_t>(row)] : nullptr;
}

Report HoldsDialog::report() const
{
    Report report { QStringLiteral("holds"), holdFieldNames(), {}, {} };
    for (const Hold& hold : m_holds)
        report.rows.push_back(holdFields(hold));
    return report;
}

QString HoldsDialog::unsaved() const
{
    return m_busy || m_reason->text().trimmed().isEmpty() ? QString()
                                                          : tr("The reason that you wrote is of no hold yet.");
}

void HoldsDialog::reload()
{
    m_desk.holds(m_fetching->start(tr("Fetching the holds…")), [this](const Result<std::vector<Hold>>& holds) {
        m_fetching->done();
        if (!holds) {
            m_error->say(MessageBar::Kind::Error, wordsOf(holds.error().sentence));
            m_table->sayWhenEmpty(tr("The holds could not be fetched."));
            return showState();
        }
        m_holds = holds.value();
        std::ranges::reverse(m_holds);
        std::vector<PlainRow> rows;
        for (const Hold& hold : m_holds)
            rows.push_back({ { stateText(hold), approximateStart(hold.call), cell(hold.caller), cell(hold.callee),
                                 cell(hold.reason), hold.setAt, cell(hold.setBy),
                                 hold.releasedAt ? PlainCell(*hold.releasedAt) : PlainCell(), cell(hold.releasedBy),
                                 cell(hold.releaseReason) },
                wordsOf(joined(hold.missing)) });
        m_model->setRows(std::move(rows));
        m_table->sayWhenEmpty(tr("No call is under hold, and none ever was."));
        m_table->fitColumns();
        if (!m_holds.empty())
            m_table->selectRow(0);
        showState();
    });
    showState();
}

void HoldsDialog::hold()
{
    m_busy = true;
    showState();
    m_desk.addHold(*m_call, m_reason->text().trimmed(), this,
        [this, call = *m_call](const Result<std::vector<Hold>>& answer) { done(call, answer); });
}

void HoldsDialog::release()
{
    const Hold* const one = chosen();
    if (!one)
        return;
    m_busy = true;
    showState();
    m_desk.releaseHold(one->call, m_reason->text().trimmed(), this,
        [this, call = one->call](const Result<std::vector<Hold>>& answer) { done(call, answer); });
}

void HoldsDialog::done(CallKey call, const Result<std::vector<Hold>>& answer)
{
    m_busy = false;
    if (answer) {
        m_error->clear();
        m_reason->clear();
        emit holdChanged(call);
    } else {
        m_error->say(MessageBar::Kind::Error, wordsOf(answer.error().sentence));
    }
    reload();
}

void HoldsDialog::showState()
{
    const bool may = m_desk.may(ProbeDesk::Role::Admin);
    const bool ready = may && !m_busy && !m_reason->text().trimmed().isEmpty();
    const Hold* const one = chosen();
    const bool heldAlready = m_call && std::ranges::any_of(m_holds, [this](const Hold& hold) {
        return hold.call == *m_call && hold.state != HoldState::Released;
    });
    m_reason->setEnabled(may);
    m_hold->setEnabled(ready && m_call && !heldAlready);
    m_hold->setToolTip(heldAlready ? tr("This call is held already") : QString());
    m_release->setEnabled(ready && one && one->state != HoldState::Released);
    m_open->setEnabled(one != nullptr);
    m_may->setText(m_desk.role() == ProbeDesk::Role::Unknown
            ? tr("Not connected to the engine: holds cannot be changed now.")
            : tr("Only admins set and release holds; your certificate is of another role."));
    m_may->setVisible(!may);
}

}
