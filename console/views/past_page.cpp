#include "console/views/past_page.h"

#include "console/models/call_conditions.h"
#include "console/models/figures.h"
#include "console/models/least_role.h"
#include "console/models/search_words.h"
#include "console/views/call_table.h"
#include "console/views/elided_label.h"
#include "console/views/empty_state.h"
#include "console/views/figure_note.h"
#include "console/views/message_bar.h"
#include "console/views/saved_searches.h"
#include "console/views/search_form.h"

#include <QAction>
#include <QApplication>
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
    connect(
        &source, &CallSource::statusChanged, this, [this](const ProbeStatus& status) { m_form->setNow(status.now); });
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
        if (m_request != request)
            return;
        const QString before = m_error->message();
        m_error->say(MessageBar::Kind::Warning, before.isEmpty() ? message : before + QLatin1Char(' ') + message);
    });
    connect(&source, &CallSource::remarked, this, [this](quint64 request, const QStringList& remarks) {
        if (m_request != request)
            return;
        QStringList said = m_error->message().isEmpty() ? QStringList() : QStringList(m_error->message());
        for (const QString& remark : remarks) // each of several searches lacks the same
            if (said.filter(remark).isEmpty())
                said += remark;
        m_incomplete = true;
        m_error->say(MessageBar::Kind::Warning, said.join(QLatin1Char(' ')));
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

void PastPage::search()
{
    m_wanted.clear();
    if (m_form->check())
        begin({ m_form->query() });
}

void PastPage::searchAll(ProbeId probe)
{
    m_form->searchAll(probe);
    search();
}

void PastPage::searchBehind(const CallsBehind& figure)
{
    m_form->ask(figure);
    m_behind = figure;
    m_behindForm = m_form->state();
    search();
}

// At most how many are listed is no matter.
bool PastPage::asksForFigure() const
{
    const auto withoutLimit = [](QVariantMap state) {
        state.remove(QStringLiteral("limit"));
        return state;
    };
    return m_behind && m_wanted.isEmpty() && !m_form->probe()
        && withoutLimit(m_form->state()) == withoutLimit(m_behindForm);
}

void PastPage::searchFor(const QString& typed)
{
    std::vector<CallQuery> queries = queriesFor(typed);
    if (queries.empty())
        return;
    if (!queries.front().number.empty()) { // the form can say it
        m_form->setNumber(QString::fromStdString(queries.front().number));
        return search();
    }
    m_form->setNumber({});
    const CallQuery form = m_form->query();
    for (CallQuery& query : queries) {
        query.from = form.from;
        query.to = form.to;
        query.limit = form.limit;
        query.newestFirst = form.newestFirst;
    }
    m_wanted = typed.trimmed();
    begin(std::move(queries));
}

void PastPage::begin(std::vector<CallQuery> queries)
{
    if (m_request)
        m_source.cancel(*m_request);
    m_request.reset();
    m_error->clear();
    m_note->clear();
    m_model->clear();
    m_asked->setText(m_wanted.isEmpty() ? textOf(queries.front()) : QString());
    if (m_source.state() != CallSource::State::Connected) {
        m_error->say(MessageBar::Kind::Error, tr("Not connected to an engine: past calls cannot be searched now."));
        m_waitsForEngine = true;
        show(Phase::Failed);
        emit searchEnded();
        return;
    }
    m_waitsForEngine = false;
    m_searched = queries;
    m_next = std::move(queries);
    m_matchesBefore = 0;
    m_incomplete = false;
    askNext();
    show(Phase::Searching);
}

void PastPage::askNext()
{
    const CallQuery query = m_next.front();
    m_next.erase(m_next.begin());
    m_limit = query.limit;
    m_matchesBefore = m_model->matchesInAll();
    const auto probe = m_form->probe();
    m_request = probe ? m_source.searchOf(*probe, query) : m_source.search(query);
}

bool PastPage::cancel()
{
    if (!m_request)
        return false;
    const quint64 request = *m_request;
    m_source.cancel(request);
    ended(request, Phase::Cancelled);
    return true;
}

void PastPage::ended(quint64 request, Phase phase, const QString& message)
{
    if (m_request != request)
        return;
    m_request.reset();
    if (phase == Phase::Done && !m_next.empty())
        return askNext();
    m_next.clear();
    m_model->keepNewest(m_limit);
    if (phase == Phase::Failed)
        m_error->say(MessageBar::Kind::Error, tr("The search failed: %1").arg(message));
    show(phase);
    if (phase == Phase::Done && asksForFigure())
        m_note->showOf(*m_behind, *m_model);
    // Who searched by the form is to read on with the arrow keys, unless the next search is being typed already.
    if (m_form->isAncestorOf(QApplication::focusWidget()) && m_searchedFrom == m_form->state()
        && m_model->rowCount() > 0) {
        m_table->setFocus(Qt::OtherFocusReason);
        m_table->selectRow(0);
    }
    m_searchedFrom.clear();
    emit searchEnded();
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
