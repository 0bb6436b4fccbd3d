#include "console/views/deletion_dialog.h"

#include "console/models/figures.h"
#include "console/models/sentence_words.h"
#include "console/views/fetch_line.h"
#include "console/views/message_bar.h"
#include "console/views/plain_table.h"
#include "shared/base/utc_time.h"
#include "shared/calls/keeping_fields.h"

#include <QCheckBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTextBrowser>
#include <QToolButton>
#include <QVBoxLayout>
#include <map>

namespace callmon {

namespace {

QString word(DeletionState state)
{
    switch (state) {
    case DeletionState::Deleted:
        return DeletionDialog::tr("✕ deleted");
    case DeletionState::WouldGo:
        return DeletionDialog::tr("✕ would go");
    case DeletionState::Held:
        return DeletionDialog::tr("● kept: legal hold");
    case DeletionState::On:
        return DeletionDialog::tr("… kept: still on");
    case DeletionState::Failed:
        return DeletionDialog::tr("⚠ failed");
    }
    return {};
}

}

DeletionDialog::DeletionDialog(ProbeDesk& desk, QWidget* parent)
    : QDialog(parent)
    , m_desk(desk)
    , m_model(new PlainRows({ tr("What becomes of it"), tr("Call began, UTC"), tr("Streams"), tr("Messages"),
                                tr("Sound"), tr("Alarms"), tr("Tags, notes"), tr("Why") },
          this))
    , m_table(new PlainTable(m_model, QStringLiteral("deletion"), tr("Calls of the number"), this))
    , m_error(new MessageBar(this))
    , m_number(new QLineEdit(this))
    , m_since(new QLineEdit(this))
    , m_until(new QLineEdit(this))
    , m_look(new QPushButton(tr("&Look what would go"), this))
    , m_looking(new FetchLine(desk, this))
    , m_export(new ReportButton(*m_model, this))
    , m_summary(new QLabel(this))
    , m_notes(new QTextBrowser(this))
    , m_sure(new QCheckBox(tr("I have seen what goes. It &cannot be taken back."), this))
    , m_delete(new QPushButton(tr("&Delete"), this))
    , m_may(new QLabel(this))
{
    setWindowTitle(tr("Delete the calls of a number"));
    auto* explained = new QLabel(
        tr("All that is stored of the calls whose caller, callee, asserted identity, diversion or transfer target is "
           "this number: records, figures, messages, sound, alarms, tags and notes. The number is taken whole, as it "
           "stands in the records."),
        this);
    explained->setWordWrap(true);
    m_number->setPlaceholderText(tr("+34910123456"));
    m_number->setObjectName(QStringLiteral("deletionNumber"));
    m_since->setPlaceholderText(tr("the beginning; or 2026-11-23, 2026-11-23T06:00:00Z"));
    m_until->setPlaceholderText(tr("now"));
    m_summary->setWordWrap(true);
    m_notes->setMaximumHeight(60);
    m_notes->setFrameShape(QFrame::NoFrame);
    m_notes->setAccessibleName(tr("What is left, and why"));
    m_may->setWordWrap(true);
    auto* close = new QPushButton(tr("Close"), this);
    connect(close, &QPushButton::clicked, this, &QDialog::close);
    for (QPushButton* button : { m_look, m_delete, close })
        button->setAutoDefault(false);
    auto* form = new QFormLayout;
    form->addRow(tr("&Number"), m_number);
    form->addRow(tr("&Since, UTC"), m_since);
    form->addRow(tr("&Until, UTC"), m_until);
    auto* looking = new QHBoxLayout;
    looking->addWidget(m_look);
    looking->addWidget(m_summary, 1);
    auto* deleting = new QHBoxLayout;
    deleting->addWidget(m_sure);
    deleting->addWidget(m_delete);
    deleting->addWidget(m_may, 1);
    deleting->addStretch(0);
    deleting->addWidget(m_export);
    deleting->addWidget(close);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_error);
    layout->addWidget(explained);
    layout->addLayout(form);
    layout->addLayout(looking);
    layout->addWidget(m_looking);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_notes);
    layout->addLayout(deleting);
    resize(980, 600);

    for (QLineEdit* edit : { m_number, m_since, m_until }) {
        connect(edit, &QLineEdit::textChanged, this, &DeletionDialog::forget);
        connect(edit, &QLineEdit::returnPressed, m_look, &QPushButton::click);
    }
    connect(m_sure, &QCheckBox::toggled, this, &DeletionDialog::showState);
    connect(m_look, &QPushButton::clicked, this, [this] { ask(true); });
    connect(m_delete, &QPushButton::clicked, this, [this] { ask(false); });
    connect(m_export, &QPushButton::clicked, this, [this] { emit exportWanted(report()); });
    connect(m_looking, &FetchLine::stopped, this, [this] {
        m_busy = false;
        m_table->sayWhenEmpty(tr("Looking was cancelled; nothing was deleted."));
        showState();
    });
    connect(&desk, &ProbeDesk::roleChanged, this, &DeletionDialog::showState);
    forget();
    m_number->setFocus();
}

void DeletionDialog::setTheme(const Theme& theme)
{
    m_error->setTheme(theme);
}

QString DeletionDialog::summary() const
{
    return m_summary->text();
}

QString DeletionDialog::message() const
{
    return m_error->message();
}

void DeletionDialog::forget()
{
    m_wouldGo = 0;
    m_model->setRows({});
    m_table->sayWhenEmpty(tr("Give a number, then look what would go: nothing is deleted by that."));
    m_summary->clear();
    m_notes->clear();
    m_notes->hide();
    m_sure->setChecked(false);
    showState();
}

std::optional<DeletionRequest> DeletionDialog::request(QString* problem) const
{
    DeletionRequest wanted;
    wanted.number = m_number->text().trimmed().toStdString();
    const auto time = [&](const QLineEdit* field, std::optional<Timestamp>& into) {
        const QString text = field->text().trimmed();
        if (text.isEmpty())
            return true;
        into = parseIso8601(text.toStdString());
        if (!into && problem)
            *problem = tr("“%1” is no time; write 2026-11-23 or 2026-11-23T06:14:55Z.").arg(text);
        return into.has_value();
    };
    if (!time(m_since, wanted.from) || !time(m_until, wanted.to))
        return std::nullopt;
    return wanted;
}

void DeletionDialog::ask(bool dryRun)
{
    QString problem;
    auto wanted = request(&problem);
    if (!wanted)
        return m_error->say(MessageBar::Kind::Error, problem);
    wanted->dryRun = dryRun;
    m_error->clear();
    m_busy = true;
    showState();
    // What is being deleted is not stopped halfway: nobody would know what is left.
    QObject* const asking = dryRun ? m_looking->start(tr("Looking what would go…"))
                                   : m_looking->start(tr("Deleting; this is carried through…"));
    m_looking->cancelButton().setVisible(dryRun);
    m_desk.deleteNumber(*wanted, asking, [this, dryRun](const Result<DeletionReport>& report) {
        m_looking->done();
        m_busy = false;
        if (report)
            showReport(report.value(), dryRun);
        else
            m_error->say(MessageBar::Kind::Error, wordsOf(report.error().sentence));
        showState();
    });
}

Report DeletionDialog::report() const
{
    Report report { QStringLiteral("deletion"), deletedCallFieldNames(), {}, {} };
    for (const DeletedCall& call : m_report.calls)
        report.rows.push_back(deletedCallFields(call));
    return report;
}

void DeletionDialog::showReport(const DeletionReport& report, bool dryRun)
{
    m_report = report;
    std::vector<PlainRow> rows;
    std::map<DeletionState, quint64> calls;
    quint64 bytes = 0;
    for (const DeletedCall& call : report.calls) {
        ++calls[call.state];
        if (call.state == DeletionState::WouldGo || call.state == DeletionState::Deleted)
            bytes += call.mediaBytes;
        rows.push_back(
            { { word(call.state), approximateStart(call.call), quint64(call.streams), quint64(call.messages),
                  PlainBytes { call.mediaBytes }, quint64(call.alarms), quint64(call.notes), wordsOf(call.why) },
                {} });
    }
    m_model->setRows(std::move(rows));
    m_table->fitColumns();
    m_table->sayWhenEmpty(tr("No call of this number is stored in that time."));
    m_wouldGo = dryRun ? calls[DeletionState::WouldGo] : 0;
    m_sure->setChecked(false);
    QStringList parts { (dryRun ? tr("%1 would go, with %2 of sound") : tr("%1 deleted, with %2 of sound"))
                            .arg(callsText(calls[dryRun ? DeletionState::WouldGo : DeletionState::Deleted]),
                                sizeText(bytes)) };
    if (calls[DeletionState::Held] > 0)
        parts << tr("%1 kept by a hold").arg(countText(calls[DeletionState::Held]));
    if (calls[DeletionState::On] > 0)
        parts << tr("%1 still on").arg(countText(calls[DeletionState::On]));
    if (calls[DeletionState::Failed] > 0)
        parts << tr("⚠ %1 failed").arg(countText(calls[DeletionState::Failed]));
    m_summary->setText(report.calls.empty() ? tr("No call of this number is stored in that time.")
                                            : parts.join(QStringLiteral("; ")) + QLatin1Char('.'));
    QStringList notes;
    for (const Sentence& note : report.notes)
        notes << wordsOf(note);
    m_notes->setPlainText(notes.join(QLatin1Char('\n')));
    m_notes->setVisible(!notes.isEmpty());
}

void DeletionDialog::showState()
{
    const bool may = m_desk.may(ProbeDesk::Role::Admin);
    const bool ready = may && !m_busy && !m_number->text().trimmed().isEmpty();
    for (QLineEdit* edit : { m_number, m_since, m_until })
        edit->setEnabled(may && !m_busy);
    m_look->setEnabled(ready);
    m_sure->setEnabled(ready && m_wouldGo > 0);
    m_delete->setEnabled(ready && m_wouldGo > 0 && m_sure->isChecked());
    m_may->setText(m_desk.role() == ProbeDesk::Role::Unknown
            ? tr("Not connected to the engine: nothing can be deleted now.")
            : tr("Only admins delete; your certificate is of another role."));
    m_may->setVisible(!may);
}

}
