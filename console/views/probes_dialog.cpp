#include "console/views/probes_dialog.h"

#include "console/views/list_header.h"
#include "console/views/message_bar.h"
#include "console/views/theme.h"

#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>

namespace callmon {

namespace {

enum Column { Name, Address, ColumnCount };

}

ProbesDialog::ProbesDialog(ProbeRegistry& registry, QWidget* parent)
    : EditorDialog(parent)
    , m_registry(registry)
    , m_table(new QTableWidget(0, ColumnCount, this))
    , m_message(new MessageBar(this))
    , m_add(new QPushButton(tr("&Add"), this))
    , m_remove(new QPushButton(tr("&Remove"), this))
    , m_buttons(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this))
{
    setWindowTitle(tr("Probes"));
    m_table->setAccessibleName(tr("Probes"));
    m_table->setHorizontalHeader(new ListHeader(m_table));
    m_table->setHorizontalHeaderLabels({ tr("Name"), tr("Address") });
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 12);
    m_table->setSelectionBehavior(QTableWidget::SelectRows);
    m_table->setSelectionMode(QTableWidget::SingleSelection);
    m_table->setTabKeyNavigation(false);
    m_table->setWordWrap(false); // a long name is cut at its end, not at its last hyphen
    auto* hint =
        new QLabel(tr("An address is local:/path/engine.sock on this machine, or tls://host[:port] elsewhere; then "
                      "your certificate is in ~/.config/callmon. F2 changes a cell, Space on a name switches the "
                      "probe on or off: what is off keeps its place and is not connected."),
            this);
    hint->setWordWrap(true);
    hint->setForegroundRole(QPalette::PlaceholderText);
    for (QPushButton* button : { m_add, m_remove })
        button->setAutoDefault(false);
    auto* row = new QHBoxLayout;
    row->addWidget(m_add);
    row->addWidget(m_remove);
    row->addStretch(1);
    row->addWidget(m_buttons);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(hint);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_message);
    layout->addLayout(row);
    resize(820, 380);
    connect(m_add, &QPushButton::clicked, this, &ProbesDialog::add);
    connect(m_remove, &QPushButton::clicked, this, &ProbesDialog::remove);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &ProbesDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, [this] { done(Rejected); }); // which is what Cancel says
    // A run that was given its engines or captures has not connected the stored ones. OK stores what stands here, so
    // they stand here, too.
    std::vector<ProbeAddress> shown = registry.addresses();
    for (ProbeAddress& probe : storedProbes())
        if (std::ranges::find(shown, probe.address, &ProbeAddress::address) == shown.end()) {
            probe.name = freeName(probe.name, shown);
            shown.push_back(std::move(probe));
        }
    for (const ProbeAddress& probe : shown)
        addRow(probe);
    m_given = listed();
    const int character = fontMetrics().averageCharWidth();
    m_table->resizeColumnToContents(Name);
    m_table->setColumnWidth(Name, std::clamp(m_table->columnWidth(Name) + 8, character * 24, character * 48));
    if (m_table->rowCount() > 0)
        m_table->setCurrentCell(0, Name);
    m_table->setFocus();
}

void ProbesDialog::setTheme(const Theme& theme)
{
    m_message->setTheme(theme);
}

QString ProbesDialog::complaint() const
{
    return m_message->message();
}

void ProbesDialog::addRow(const ProbeAddress& probe)
{
    const int row = m_table->rowCount();
    m_table->insertRow(row);
    auto* name = new QTableWidgetItem(probe.name);
    name->setFlags(name->flags() | Qt::ItemIsUserCheckable);
    name->setCheckState(probe.enabled ? Qt::Checked : Qt::Unchecked);
    m_table->setItem(row, Name, name);
    m_table->setItem(row, Address, new QTableWidgetItem(probe.address));
}

void ProbesDialog::add()
{
    addRow({ {}, QStringLiteral("tls://"), true, false });
    m_table->setCurrentCell(m_table->rowCount() - 1, Address);
    m_table->setFocus();
    m_table->editItem(m_table->currentItem());
}

void ProbesDialog::remove()
{
    if (m_table->currentRow() >= 0)
        m_table->removeRow(m_table->currentRow());
    m_table->setFocus();
}

std::vector<ProbeAddress> ProbesDialog::listed() const
{
    std::vector<ProbeAddress> probes;
    for (int row = 0; row < m_table->rowCount(); ++row) {
        const QTableWidgetItem* name = m_table->item(row, Name);
        const QString address = m_table->item(row, Address)->text().trimmed();
        const auto before = m_registry.addresses();
        const auto same = std::ranges::find(before, address, &ProbeAddress::address);
        ProbeAddress probe { name->text().trimmed(), address, name->checkState() == Qt::Checked,
            same != before.end() && same->temporary };
        if (probe.name.isEmpty())
            probe.name = nameForAddress(probe.address, probes);
        probes.push_back(probe);
    }
    return probes;
}

QString ProbesDialog::unsaved() const
{
    return listed() == m_given ? QString() : tr("What you changed of the list of probes is not saved.");
}

void ProbesDialog::accept()
{
    const std::vector<ProbeAddress> probes = listed();
    QString wrong = complaintAbout(probes);
    for (const ProbeAddress& probe : probes)
        if (const QString why = m_registry.complaintAboutAddress(probe.address); wrong.isEmpty() && !why.isEmpty())
            wrong = tr("%1: %2").arg(probe.name, why);
    if (!wrong.isEmpty()) {
        m_message->say(MessageBar::Kind::Error, wrong);
        return;
    }
    storeProbes(probes);
    m_registry.setAddresses(probes);
    QDialog::accept();
}

}
