#include "console/views/export_dialog.h"

#include "console/models/figures.h"
#include "console/models/list_roles.h"
#include "console/models/probe_desk.h"
#include "console/models/sentence_words.h"
#include "console/views/message_bar.h"
#include "console/zone/display_zone.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSettings>
#include <QVBoxLayout>
#include <memory>
#include <set>

namespace callmon {

namespace {

QString rowsText(quint64 rows)
{
    return rows == 1 ? ExportDialog::tr("1 row")
                     : ExportDialog::tr("%1 rows", nullptr, pluralOf(rows)).arg(countText(rows));
}

void keep(QComboBox* box, const QString& key)
{
    box->setCurrentIndex(std::max(0, box->findData(QSettings().value(key, box->itemData(0)))));
    QObject::connect(
        box, &QComboBox::currentIndexChanged, box, [box, key] { QSettings().setValue(key, box->currentData()); });
}

}

ExportDialog::ExportDialog(CallSource& source, List list, QWidget* parent)
    : QDialog(parent)
    , m_source(source)
    , m_list(std::move(list))
    , m_export(source)
    , m_error(new MessageBar(this))
    , m_separator(new QComboBox(this))
    , m_decimal(new QComboBox(this))
    , m_zone(new QComboBox(this))
    , m_mark(new QCheckBox(tr("&Byte order mark in front, by which some spreadsheets know UTF-8"), this))
    , m_all(new QCheckBox(this))
    , m_path(new QLineEdit(this))
    , m_browse(new QPushButton(tr("&Choose…"), this))
    , m_progress(new QProgressBar(this))
    , m_result(new QLabel(this))
    , m_write(new QPushButton(tr("&Write"), this))
    , m_close(new QPushButton(this))
{
    setWindowTitle(tr("Export CSV"));
    m_separator->addItem(tr("comma"), QStringLiteral(","));
    m_separator->addItem(tr("semicolon"), QStringLiteral(";"));
    m_separator->addItem(tr("tab"), QStringLiteral("\t"));
    m_decimal->addItem(tr("point: 3.5"), QStringLiteral("."));
    m_decimal->addItem(tr("comma: 3,5"), QStringLiteral(","));
    m_zone->addItem(tr("UTC, as the engine has them"), QStringLiteral("utc"));
    if (!displaysUtc()) // first: as the list shows them
        m_zone->insertItem(0, tr("%1, as shown").arg(QString::fromLatin1(displayZone().id())), QStringLiteral("shown"));
    keep(m_separator, QStringLiteral("export/separator"));
    keep(m_decimal, QStringLiteral("export/decimal"));
    keep(m_zone, QStringLiteral("export/zone"));
    m_mark->setChecked(QSettings().value(QStringLiteral("export/mark"), false).toBool());
    connect(
        m_mark, &QCheckBox::toggled, this, [](bool on) { QSettings().setValue(QStringLiteral("export/mark"), on); });
    const auto shown = static_cast<quint64>(m_list.model->rowCount());
    const bool more = !m_list.searched.empty() && m_list.matchesInAll > shown;
    m_all->setText(
        tr("&All %1 that match, not only the %2 in the list").arg(countText(m_list.matchesInAll), countText(shown)));
    m_all->setVisible(more);
    m_all->setChecked(more);
    m_path->setText(QDir::home().filePath(m_list.name + QStringLiteral(".csv")));
    m_progress->setFixedHeight(8);
    m_progress->setTextVisible(false);
    m_result->setWordWrap(true);

    auto* file = new QHBoxLayout;
    file->addWidget(m_path, 1);
    file->addWidget(m_browse);
    auto* form = new QFormLayout;
    form->addRow(tr("&Fields are separated by"), m_separator);
    form->addRow(tr("&Decimal sign"), m_decimal);
    form->addRow(tr("&Times in"), m_zone);
    form->addRow(QString(), m_mark);
    form->addRow(QString(), m_all);
    auto* fileLabel = new QLabel(tr("F&ile"), this);
    fileLabel->setBuddy(m_path);
    form->addRow(fileLabel, file);
    auto* bottom = new QHBoxLayout;
    bottom->addWidget(m_result, 1);
    bottom->addWidget(m_write);
    bottom->addWidget(m_close);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_error);
    layout->addLayout(form);
    layout->addWidget(m_progress);
    layout->addLayout(bottom);
    resize(620, sizeHint().height());
    m_close->setAutoDefault(false);
    m_browse->setAutoDefault(false);

    connect(m_browse, &QPushButton::clicked, this, &ExportDialog::choosePath);
    connect(m_path, &QLineEdit::textChanged, this, &ExportDialog::showState);
    connect(m_write, &QPushButton::clicked, this, &ExportDialog::write);
    connect(m_close, &QPushButton::clicked, this, &ExportDialog::reject);
    connect(&m_export, &CallExport::progressed, this, [this](quint64 written, quint64 all) {
        showProgress(written, all, tr("%1 of %2").arg(countText(written), callsText(all)));
    });
    connect(&m_shown, &ListExport::progressed, this, [this](quint64 written, quint64 all) {
        showProgress(written, all, tr("%1 of %2").arg(countText(written), rowsText(all)));
    });
    connect(&m_shown, &ListExport::ended, this, &ExportDialog::done);
    connect(&m_export, &CallExport::ended, this, &ExportDialog::done);
    showState();
}

void ExportDialog::setTheme(const Theme& theme)
{
    m_error->setTheme(theme);
}

QString ExportDialog::message() const
{
    return m_error->message();
}

QString ExportDialog::result() const
{
    return m_result->text();
}

ExportFormat ExportDialog::format() const
{
    ExportFormat format;
    format.style.separator = m_separator->currentData().toString().at(0).toLatin1();
    format.style.decimal = m_decimal->currentData().toString().at(0).toLatin1();
    format.byteOrderMark = m_mark->isChecked();
    if (m_zone->currentData().toString() == QLatin1String("shown"))
        format.utcOffset = shownFormat().utcOffset;
    return format;
}

void ExportDialog::choosePath()
{
    const QString path = QFileDialog::getSaveFileName(this, tr("Export the list"), m_path->text(), tr("CSV (*.csv)"));
    if (!path.isEmpty())
        m_path->setText(path);
}

void ExportDialog::write()
{
    m_error->clear();
    m_result->clear();
    m_busy = true;
    m_progress->setRange(0, 0);
    showState();
    const bool all = m_all->isChecked();
    const auto go = [this, all] {
        if (all)
            m_export.start(m_list.searched, m_list.columns, format(), m_path->text(), m_list.matchesInAll);
        else
            writeShown();
    };
    const QString what = tr("%1 as csv, %2").arg(m_list.name, all ? tr("all that match") : tr("as shown"));
    note(what, all, go);
}

// First into the audit log of each engine whose rows are written; who may not, is told so.
void ExportDialog::note(const QString& what, bool all, const std::function<void()>& go)
{
    std::set<ProbeId> inList(m_list.probes.begin(), m_list.probes.end());
    if (!all && inList.empty())
        for (int row = 0; row < m_list.model->rowCount(); ++row)
            inList.insert({ static_cast<std::uint16_t>(m_list.model->index(row, 0).data(ProbeRole).toUInt()) });
    struct Noting {
        int left = 0;
        QString refusal;
    };
    const auto noting = std::make_shared<Noting>();
    const std::vector<CallSource::Probe> probes = m_source.probes();
    for (const CallSource::Probe& probe : probes) {
        if (all ? probe.state != CallSource::State::Connected : !inList.contains(probe.id))
            continue;
        ProbeDesk* const desk = m_source.of(probe.id).desk();
        if (!desk)
            continue;
        ++noting->left;
        const QString prefix = probes.size() > 1 ? tr("%1: ").arg(probe.name) : QString();
        desk->noteExport(what, this, [this, noting, prefix, go](const Result<void>& noted) {
            if (!noted && noting->refusal.isEmpty())
                noting->refusal = prefix + wordsOf(noted.error().sentence);
            if (--noting->left > 0)
                return;
            if (noting->refusal.isEmpty())
                go();
            else
                done(0, noting->refusal);
        });
    }
    if (noting->left == 0)
        go();
}

void ExportDialog::writeShown()
{
    if (m_list.hold)
        m_list.hold(true);
    m_shown.start(*m_list.model, m_list.columns, m_path->text(), format());
}

void ExportDialog::showProgress(quint64 written, quint64 all, const QString& said)
{
    constexpr int steps = 1000;
    m_progress->setRange(0, steps);
    m_progress->setValue(static_cast<int>(steps * written / std::max<quint64>(all, 1)));
    m_result->setText(said);
}

void ExportDialog::done(quint64 rows, const QString& error)
{
    m_busy = false;
    if (m_list.hold)
        m_list.hold(false);
    if (error.isEmpty()) {
        QStringList lacks = m_all->isChecked() ? m_export.remarks() : QStringList();
        if (m_all->isChecked() && !m_export.missing().isEmpty())
            lacks += tr("calls of %1, which did not answer.").arg(m_export.missing().join(QStringLiteral(", ")));
        const QString written = tr("%1 written to %2").arg(rowsText(rows), m_path->text());
        m_result->setText(
            lacks.isEmpty() ? written : tr("%1. Not in it: %2").arg(written, lacks.join(QLatin1Char(' '))));
    } else {
        m_result->clear();
        m_error->say(MessageBar::Kind::Error, error);
    }
    showState();
}

void ExportDialog::reject()
{
    if (m_export.isRunning())
        m_export.cancel();
    else if (m_shown.isRunning())
        m_shown.cancel();
    else
        QDialog::reject();
}

void ExportDialog::showState()
{
    for (QWidget* one :
        std::initializer_list<QWidget*> { m_separator, m_decimal, m_zone, m_mark, m_all, m_path, m_browse })
        one->setEnabled(!m_busy);
    m_write->setEnabled(!m_busy && !m_path->text().trimmed().isEmpty());
    m_progress->setVisible(m_busy);
    m_close->setText(m_busy ? tr("Cancel") : tr("Close"));
}

}
