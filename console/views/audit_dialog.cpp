#include "console/views/audit_dialog.h"

#include "console/models/figures.h"
#include "console/views/message_bar.h"
#include "console/views/plain_table.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QVBoxLayout>

namespace callmon {

AuditDialog::AuditDialog(ProbeDesk& desk, QWidget* parent)
    : QDialog(parent)
    , m_desk(desk)
    , m_model(new PlainRows({ tr("Time, UTC"), tr("User"), tr("Role"), tr("From"), tr("Action"), tr("Of what") }, this))
    , m_shown(new QSortFilterProxyModel(this))
    , m_table(new PlainTable(m_shown, QStringLiteral("audit"), tr("Entries of the audit log"), this))
    , m_error(new MessageBar(this))
    , m_filter(new QLineEdit(this))
    , m_most(new QComboBox(this))
    , m_reload(new QPushButton(tr("&Reload"), this))
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
    bottom->addWidget(close);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_error);
    layout->addLayout(line);
    layout->addWidget(m_table, 1);
    layout->addLayout(bottom);
    resize(1080, 560);
    connect(m_filter, &QLineEdit::textChanged, m_shown, &QSortFilterProxyModel::setFilterFixedString);
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

void AuditDialog::reload()
{
    m_reload->setEnabled(false);
    m_state->setText(tr("Reading the log, and whether each entry follows on the one before it…"));
    AuditQuery query;
    query.newest = m_most->currentData().toUInt();
    m_desk.audit(query, this, [this](const Result<AuditPage>& answer) {
        m_reload->setEnabled(true);
        m_state->clear();
        if (!answer)
            return m_error->say(MessageBar::Kind::Error, QString::fromStdString(answer.error().what));
        const AuditPage& page = answer.value();
        m_error->clear();
        std::vector<PlainRow> rows;
        for (auto entry = page.entries.rbegin(); entry != page.entries.rend(); ++entry)
            rows.push_back({ { entry->at, QString::fromStdString(entry->user), QString::fromStdString(entry->role),
                                 QString::fromStdString(entry->from), QString::fromStdString(entry->action),
                                 QString::fromStdString(entry->detail) },
                {} });
        m_model->setRows(std::move(rows));
        m_table->fitColumns();
        m_table->sayWhenEmpty(tr("No entry matches."));
        const QString count = tr("%1 of %2 entries").arg(countText(page.entries.size()), countText(page.matches));
        m_state->setText(page.brokenLine == 0 ? tr("● %1; each follows on the one before it.").arg(count) : count);
        if (page.brokenLine != 0)
            m_error->say(MessageBar::Kind::Error,
                tr("The audit log was changed: line %1 does not follow on the one before it.")
                    .arg(countText(page.brokenLine)));
    });
}

}
