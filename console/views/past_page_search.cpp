// How calls of the past are searched: one query after the other, from the form or for what leads here.
#include "console/models/call_conditions.h"
#include "console/models/search_words.h"
#include "console/views/call_table.h"
#include "console/views/elided_label.h"
#include "console/views/figure_note.h"
#include "console/views/message_bar.h"
#include "console/views/past_page.h"
#include "console/views/search_form.h"

#include <QApplication>
#include <utility>

namespace callmon {

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

}
