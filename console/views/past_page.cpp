#include "console/views/past_page.h"

#include "console/models/figures.h"
#include "console/models/least_role.h"
#include "console/views/call_table.h"
#include "console/views/elided_label.h"
#include "console/views/empty_state.h"
#include "console/views/figure_note.h"
#include "console/views/message_bar.h"
#include "console/views/saved_searches.h"
#include "console/views/search_form.h"

#include <QAction>
#include <QHBoxLayout>
#include <QMenu>
#include <QProgressBar>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <utility>

namespace callmon {

namespace {

std::vector<CallColumn> firstColumns()
{
    using M = PastCallModel;
    const QString party = QStringLiteral("+34910123456789");
    const QString time = QStringLiteral("0000-00-00 00:00:00+2"); // where a clock shows it twice
    const QString mos = QStringLiteral("▲ 0.00 0");
    const QString ms = QStringLiteral("00,000.0");
    const QString count = QStringLiteral("00,000");
    return { { M::Outcome, QStringLiteral("● incomplete0"), true }, { M::StartedAt, time, true },
        { M::Duration, QStringLiteral("00:00:00"), true }, { M::Caller, party, true, true },
        { M::Callee, party, true, true }, { M::FinalCode, QStringLiteral("0000"), true },
        { M::EndedBy_, QStringLiteral("probe stopped"), true }, { M::PostDialDelay, ms, true },
        { M::AnswerDelay, ms, true }, { M::MosMean, mos, true }, { M::MosMin, mos, true },
        { M::Trust, QStringLiteral("⚠ delayed0"), true }, { M::Tags, QStringLiteral("bad-line esc"), true },
        { M::Streams, count, true }, { M::CallId, QStringLiteral("a84b4c76e6"), true, true },
        { M::CallerIp, QStringLiteral("100.100.100.100"), false }, { M::CallerPort, QStringLiteral("00000"), false },
        { M::CalleeIp, QStringLiteral("100.100.100.100"), false }, { M::CalleePort, QStringLiteral("00000"), false },
        { M::RingingAt, time, false }, { M::AnsweredAt, time, false }, { M::EndedAt, time, false },
        { M::State, QStringLiteral("● answered0"), false }, { M::Signalling_, QStringLiteral("Skinny"), false },
        { M::Transport_, QStringLiteral("SCTP"), false }, { M::SignallingRtt, ms, false },
        { M::Messages, count, false }, { M::Retransmissions, count, false }, { M::MediaNotStored, count, false },
        { M::Recorded, QStringLiteral("partly00"), false },
        { M::LegalHold, QStringLiteral("kept by hold, ada"), false },
        { M::RecordingRule_, QStringLiteral("default-rule"), false },
        { M::CallerTrunk, QStringLiteral("carrier-1"), false }, { M::CalleeTrunk, QStringLiteral("carrier-1"), false },
        { M::CountedAt, time, false }, { M::ProbeFramesLost, count, false }, { M::PollGapLongest, ms, false },
        { M::Key, QStringLiteral("0000000000000000000"), false }, { M::Probe, QStringLiteral("madrid-1000"), false } };
}

}

PastPage::PastPage(CallSource& source, QWidget* parent)
    : QWidget(parent)
    , m_source(source)
    , m_model(new PastCallModel(this))
    , m_form(new SearchForm(this))
    , m_error(new MessageBar(this))
    , m_note(new FigureNote(this))
    , m_count(new ElidedLabel(Qt::ElideRight, this))
    , m_asked(new ElidedLabel(Qt::ElideRight, this))
    , m_progress(new QProgressBar(this))
    , m_saved(new SavedSearches([this] { return m_form->state(); }, this))
    , m_columns(new QToolButton(this))
    , m_export(new QToolButton(this))
    , m_stack(new QStackedWidget(this))
    , m_table(new CallTable(QStringLiteral("pastCalls"), this))
    , m_empty(new EmptyState(this))
{
    m_asked->setForegroundRole(QPalette::PlaceholderText);
    m_asked->setObjectName(QStringLiteral("pastAsked"));
    m_progress->setRange(0, 0);
    m_progress->setTextVisible(false);
    m_progress->setFixedHeight(8);
    m_progress->setMaximumWidth(160);
    m_columns->setText(tr("Columns ▾"));
    m_columns->setFocusPolicy(Qt::TabFocus);
    connect(m_columns, &QToolButton::clicked, this, [this] {
        QMenu menu(this);
        m_table->fillColumnMenu(&menu);
        menu.exec(m_columns->mapToGlobal(QPoint(0, m_columns->height())));
    });
    m_export->setFocusPolicy(Qt::TabFocus);

    auto* row = new QHBoxLayout;
    row->setContentsMargins(10, 4, 10, 6);
    row->setSpacing(8);
    row->addWidget(m_count);
    row->addWidget(m_progress);
    row->addWidget(m_asked, 1);
    row->addWidget(m_saved);
    row->addWidget(m_columns);
    row->addWidget(m_export);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_form);
    layout->addWidget(m_error);
    layout->addLayout(row);
    layout->addWidget(m_note);
    layout->addWidget(m_stack, 1);
    m_stack->addWidget(m_table);
    m_stack->addWidget(m_empty);

    m_table->setList(m_model, firstColumns());
    m_table->setAccessibleName(tr("Past calls"));
    m_table->sortByColumn(PastCallModel::StartedAt, Qt::DescendingOrder);
    m_table->restoreColumns();

    connect(m_saved, &SavedSearches::recalled, this, [this](const QVariantMap& search) {
        m_form->setState(search);
        this->search();
    });
    connect(m_form, &SearchForm::searchWanted, this, [this] {
        m_searchedFrom = m_form->state();
        search();
    });
    connect(m_form, &SearchForm::cancelWanted, this, &PastPage::cancel);
    connect(m_table, &CallTable::callActivated, this, &PastPage::callActivated);
    connect(&source, &CallSource::statusChanged, this,
        [this](const ProbeStatus& status, ProbeId probe) { m_form->setNow(m_clocks.take(m_source, status, probe)); });
    connect(&source, &CallSource::tagsFound, this,
        [this](quint64 request, const std::vector<TagsOfCall>& tags, ProbeId probe) {
            if (m_request == request || m_beside == request)
                m_model->setBesideRecord(tags, probe);
        });
    connect(&source, &CallSource::callsFound, this,
        [this](quint64 request, const std::vector<CallRecord>& calls, quint64 matchesInAll, ProbeId probe) {
            if (m_request != request)
                return;
            m_model->append(calls, m_matchesBefore + matchesInAll, probe);
            show(m_phase);
        });
    connect(&source, &CallSource::finished, this, [this](quint64 request) { ended(request, Phase::Done); });
    connect(&source, &CallSource::failed, this,
        [this](quint64 request, const QString& message) { ended(request, Phase::Failed, message); });
    connect(&source, &CallSource::partMissing, this, [this](quint64 request, const QString& message) {
        if (m_request == request)
            m_error->add(message);
    });
    connect(&source, &CallSource::remarked, this, [this](quint64 request, const QStringList& remarks) {
        if (m_request != request)
            return;
        for (const QString& remark : remarks) // each of several searches lacks the same
            m_error->add(remark);
        m_incomplete = true;
    });
    connect(&source, &CallSource::probesChanged, this, &PastPage::showProbes);
    connect(&source, &CallSource::stateChanged, this, [this](CallSource::State state) {
        if (state != CallSource::State::Connected || !std::exchange(m_waitsForEngine, false))
            return;
        m_error->clear(); // it can be searched now
        m_asked->setText({});
        show(Phase::Before);
    });
    showProbes();
    show(Phase::Before);
}

void PastPage::showProbes()
{
    const ProbeLabels probes = labelsOf(m_source);
    m_model->setProbes(probes);
    m_form->setProbes(probes);
    m_table->setProbeColumn(PastCallModel::Probe, probes.size() > 1);
    followRoles(m_source, this, &PastPage::showRole);
    showRole();
}

void PastPage::showRole()
{
    if (m_phase == Phase::Before)
        show(m_phase);
}

void PastPage::addExportAction(QAction* action)
{
    m_export->setDefaultAction(action);
}

QString PastPage::lastError() const
{
    return m_error->message();
}

const CallRecord* PastPage::find(CallKey key, ProbeId probe) const
{
    for (int row = 0; row < m_model->rowCount(); ++row)
        if (const CallRecord* call = m_model->callAt(row); call->key == key && m_model->probeAt(row) == probe)
            return call;
    return nullptr;
}

void PastPage::refreshBesideRecord(CallKey call, ProbeId probe)
{
    if (!find(call, probe))
        return;
    CallQuery query;
    query.key = call;
    m_beside = m_source.searchOf(probe, query);
}

void PastPage::show(Phase phase)
{
    m_phase = phase;
    const auto found = static_cast<quint64>(m_model->rowCount());
    m_form->setRunning(phase == Phase::Searching);
    m_progress->setVisible(phase == Phase::Searching);
    QString count;
    switch (phase) {
    case Phase::Before:
        break;
    case Phase::Searching:
        count = tr("Searching: %1 so far").arg(callsText(found));
        break;
    case Phase::Cancelled:
        count = tr("Cancelled: %1 of %2").arg(countText(found), callsText(m_model->matchesInAll()));
        break;
    case Phase::Failed:
        if (found == 0)
            break;
        [[fallthrough]];
    case Phase::Done:
        count = m_model->matchesInAll() > found
            ? tr("%1 of %2, newest first. Narrow the search or raise “at most” to see the rest.")
                  .arg(countText(found), callsText(m_model->matchesInAll()))
            : callsText(found);
    }
    if (m_incomplete && phase == Phase::Done)
        count = m_model->matchesInAll() > found
            ? tr("%1 of %2. Not everything could be read: see above.")
                  .arg(countText(found), callsText(m_model->matchesInAll()))
            : tr("%1. Not everything could be read: see above.").arg(callsText(found));
    m_count->setText(m_wanted.isEmpty() || count.isEmpty() ? count : tr("“%1”: %2").arg(m_wanted, count));
    m_count->setVisible(!m_count->text().isEmpty()); // or what was asked for would stand indented
    m_stack->setCurrentWidget(found > 0 ? static_cast<QWidget*>(m_table) : m_empty);
    switch (phase) {
    case Phase::Before:
        if (isNowhereAllowed(m_source, ProbeDesk::Role::Operator))
            m_empty->say(tr("Calls of the past are for operators"),
                tr("Your certificate says viewer, and their records name the parties. Ask whoever keeps the "
                   "certificates for one of an operator."));
        else
            m_empty->say(tr("Search calls of the past"),
                tr("Give a number, a time or any other condition and press Enter; with nothing given, every call is "
                   "found."));
        break;
    case Phase::Searching:
        m_empty->say(tr("Searching…"), tr("Press Esc to cancel."));
        break;
    case Phase::Done:
        if (m_incomplete)
            m_empty->say(tr("No call matches in what could be read"),
                tr("The message above says what is left out. Mend it as the engine's log says, then search again."));
        else if (const QString whole = wholeNumber(); !whole.isEmpty())
            m_empty->say(tr("No call matches"),
                tr("The number is compared as a whole: %1* finds those that begin with it, *%1 those that end in it. "
                   "Or widen the time or a range, or take a condition out.")
                    .arg(whole));
        else
            m_empty->say(tr("No call matches"),
                tr("Widen the time or a range, take a condition out, or use * for any digits: *1234."));
        break;
    case Phase::Cancelled:
        m_empty->say(tr("Search cancelled"), tr("Nothing had been found yet."));
        break;
    case Phase::Failed:
        m_empty->say(tr("The search gave no answer"), tr("See the message above, then search again."));
        break;
    }
}

// The number that was asked for, when no part of one was.
QString PastPage::wholeNumber() const
{
    const std::string number = m_searched.empty() ? std::string() : m_searched.front().number;
    return number.find('*') == std::string::npos ? QString::fromStdString(number) : QString();
}

void PastPage::setTheme(const Theme& theme)
{
    m_form->setTheme(theme);
    m_table->setTheme(theme);
    m_error->setTheme(theme);
    m_note->setTheme(theme);
}

}
