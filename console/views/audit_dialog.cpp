#include "console/views/audit_dialog.h"

#include "console/models/call_words.h"
#include "console/models/figures.h"
#include "console/models/sentence_words.h"
#include "console/views/fetch_line.h"
#include "console/views/message_bar.h"
#include "console/views/plain_table.h"
#include "shared/base/utc_time.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QToolButton>
#include <QVBoxLayout>
#include <array>

namespace callmon {

namespace {

constexpr std::array names { "at", "user", "role", "from", "action", "detail" }; // as callmonctl audit has them

}

AuditDialog::AuditDialog(ProbeDesk& desk, QWidget* parent)
    : QDialog(parent)
    , m_desk(desk)
    , m_model(new PlainRows({ tr("Time, UTC"), tr("User"), tr("Role"), tr("From"), tr("Action"), tr("Of what") }, this))
    , m_shown(new QSortFilterProxyModel(this))
    , m_table(new PlainTable(m_shown, QStringLiteral("audit"), tr("Entries of the audit log"), this))
    , m_error(new MessageBar(this))
    , m_reading(new FetchLine(desk, this))
    , m_filter(new QLineEdit(this))
    , m_most(new QComboBox(this))
    , m_reload(new QPushButton(tr("&Reload"), this))
    , m_export(new ReportButton(*m_shown, this))
    , m_state(new QLabel(this))
{
    setWindowTitle(tr("Audit log"));
    m_shown->setSourceModel(m_model);
    m_shown->setFilterKeyColumn(-1);
    m_shown->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_filter->setPlaceholderText(tr("User, action, number or address"));
    m_filter->setAccessibleName(tr("Filter"));
    m_filter->setClearButtonEnabled(true);
    for (const int most : { 1'000, 5'000, 20'000 })
        m_most->addItem(tr("the newest %1").arg(countText(static_cast<quint64>(most))), most);
    m_most->setAccessibleName(tr("How many entries"));
    m_state->setWordWrap(true);
    auto* close = new QPushButton(tr("Close"), this);
    connect(close, &QPushButton::clicked, this, &QDialog::close);
    for (QPushButton* button : { m_reload, close })
        button->setAutoDefault(false);
    auto* line = new QHBoxLayout;
    line->addWidget(m_filter, 1);
    line->addWidget(m_most);
    line->addWidget(m_reload);
    auto* bottom = new QHBoxLayout;
    bottom->addWidget(m_state, 1);
    bottom->addWidget(m_export);
    bottom->addWidget(close);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_error);
    layout->addLayout(line);
    layout->addWidget(m_reading);
    layout->addWidget(m_table, 1);
    layout->addLayout(bottom);
    resize(1080, 560);
    connect(m_filter, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_shown->setFilterFixedString(text);
        showState();
    });
    connect(m_reading, &FetchLine::stopped, this, &AuditDialog::stopped);
    connect(m_export, &QPushButton::clicked, this, [this] { emit exportWanted(report()); });
    connect(m_most, &QComboBox::currentIndexChanged, this, &AuditDialog::reload);
    connect(m_reload, &QPushButton::clicked, this, &AuditDialog::reload);
    reload();
    m_filter->setFocus();
}

void AuditDialog::setTheme(const Theme& theme)
{
    m_error->setTheme(theme);
}

QAbstractItemModel& AuditDialog::rows()
{
    return *m_shown;
}

QString AuditDialog::state() const
{
    return m_state->text();
}

QString AuditDialog::message() const
{
    return m_error->message();
}

Report AuditDialog::report() const
{
    Report report { QStringLiteral("audit"), names, {}, {} };
    const auto text = [](const std::string& value) { return FieldValue { FieldValue::Kind::Text, value }; };
    for (int row = 0; row < m_shown->rowCount(); ++row) {
        const AuditEntry& entry =
            m_entries[static_cast<std::size_t>(m_shown->mapToSource(m_shown->index(row, 0)).row())];
        report.rows.push_back({ text(toIso8601(entry.at)), text(entry.user), text(entry.role), text(entry.from),
            text(entry.action), text(entry.detail) });
    }
    return report;
}

void AuditDialog::reload()
{
    QObject* const asking =
        m_reading->start(tr("Reading the log, and whether each entry follows on the one before it…"));
    m_reload->setEnabled(false);
    m_whole.clear();
    m_table->sayWhenEmpty({});
    AuditQuery query;
    query.newest = m_most->currentData().toUInt();
    m_desk.audit(query, asking, [this](const Result<AuditPage>& answer) { take(answer); });
    showState();
}

void AuditDialog::stopped()
{
    m_reload->setEnabled(true);
    m_whole = tr("Cancelled: what is shown was read before.");
    if (m_entries.empty()) {
        m_whole.clear();
        m_table->sayWhenEmpty(tr("Reading the log was cancelled. Reload reads it again."));
    }
    showState();
}

void AuditDialog::reject()
{
    if (m_reading->isRunning())
        m_reading->cancelButton().click();
    else
        QDialog::reject();
}

void AuditDialog::take(const Result<AuditPage>& answer)
{
    m_reading->done();
    m_reload->setEnabled(true);
    if (!answer) {
        m_error->say(MessageBar::Kind::Error, wordsOf(answer.error().sentence));
        if (m_entries.empty())
            m_table->sayWhenEmpty(tr("The log could not be read."));
        return showState();
    }
    const AuditPage& page = answer.value();
    m_error->clear();
    m_entries.assign(page.entries.rbegin(), page.entries.rend());
    std::vector<PlainRow> rows;
    for (const AuditEntry& entry : m_entries)
        rows.push_back({ { entry.at, text(entry.user), text(entry.role), text(entry.from), text(entry.action),
                             text(entry.detail) },
            {} });
    m_model->setRows(std::move(rows));
    m_table->fitColumns();
    const QString entries = page.matches == 1
        ? tr("1 entry")
        : tr("%1 entries", nullptr, pluralOf(page.matches)).arg(countText(page.matches));
    const QString count =
        page.entries.size() == page.matches ? entries : tr("%1 of %2").arg(countText(page.entries.size()), entries);
    m_whole = page.brokenLine == 0 ? tr("● %1; each follows on the one before it.").arg(count) : count;
    if (page.brokenLine != 0)
        m_error->say(MessageBar::Kind::Error,
            tr("The audit log was changed: line %1 does not follow on the one before it.")
                .arg(countText(page.brokenLine)));
    m_table->sayWhenEmpty(m_entries.empty() ? tr("The log has no entry yet.") : tr("No entry matches the filter."));
    showState();
}

void AuditDialog::showState()
{
    const auto shown = static_cast<quint64>(m_shown->rowCount());
    m_state->setText(m_whole.isEmpty() || m_filter->text().isEmpty()
            ? m_whole
            : tr("%1 match the filter. %2").arg(countText(shown), m_whole));
}

}
