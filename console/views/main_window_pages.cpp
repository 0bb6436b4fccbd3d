// From page to page: what leads where.
#include "console/views/alarm_page.h"
#include "console/views/call_page.h"
#include "console/views/call_table.h"
#include "console/views/live_page.h"
#include "console/views/main_window.h"
#include "console/views/operations_bar.h"
#include "console/views/past_page.h"
#include "console/views/player_bar.h"
#include "console/views/probe_page.h"
#include "console/views/search_form.h"
#include "console/views/service_page.h"

#include <QTabBar>
#include <QTabWidget>
#include <QToolButton>

namespace callmon {

CallPage* MainWindow::currentCall() const
{
    return qobject_cast<CallPage*>(m_pages->currentWidget());
}

void MainWindow::showLive()
{
    m_pages->setCurrentWidget(m_live);
    m_live->focusList();
}

void MainWindow::showPast()
{
    m_pages->setCurrentWidget(m_past);
    m_past->form().focusNumber();
}

void MainWindow::showAlarms()
{
    m_pages->setCurrentWidget(m_alarms);
    m_alarms->focusList();
}

CallTable* MainWindow::currentTable() const
{
    const QWidget* page = m_pages->currentWidget();
    return page == m_live  ? &m_live->table()
        : page == m_past   ? &m_past->table()
        : page == m_alarms ? &m_alarms->table()
                           : nullptr;
}

void MainWindow::showService()
{
    m_pages->setCurrentWidget(m_service);
    m_service->focusGroups();
}

void MainWindow::showProbe()
{
    m_pages->setCurrentWidget(m_probePage);
    m_probePage->focusList();
}

void MainWindow::showProbe(ProbeId probe)
{
    m_probePage->choose(probe);
    showProbe();
}

void MainWindow::search(const QString& typed)
{
    if (typed.trimmed().isEmpty())
        return;
    m_pages->setCurrentWidget(m_past);
    m_past->searchFor(typed);
    m_past->table().setFocus(Qt::OtherFocusReason);
}

void MainWindow::followFigure(OperationsFigure figure)
{
    switch (figure) {
    case OperationsFigure::Calls:
    case OperationsFigure::NewCalls:
        m_live->setFilterText(figure == OperationsFigure::Calls ? QStringLiteral("-state:ended") : QString());
        if (figure == OperationsFigure::NewCalls)
            m_live->table().sortByColumn(LiveCallModel::Start, Qt::DescendingOrder);
        return m_live->focusList();
    case OperationsFigure::Mos:
        m_live->setFilterText(QStringLiteral("mos<3.1 -state:ended"));
        m_live->table().sortByColumn(LiveCallModel::CallerMosNow, Qt::AscendingOrder);
        return m_live->focusList();
    case OperationsFigure::Asr:
    case OperationsFigure::Ner:
    case OperationsFigure::Acd: {
        if (m_now == Timestamp {})
            return showService();
        constexpr std::chrono::minutes window(5); // that these figures are of; it moves every ten seconds
        constexpr std::chrono::seconds move(10);
        const Timestamp to { std::chrono::floor<std::chrono::seconds>(m_now.time_since_epoch()) / move * move };
        using By = CallsBehind::By;
        showCallsBehind({ to - window, to, figure == OperationsFigure::Acd ? By::Ends : By::Attempts });
        if (figure == OperationsFigure::Acd)
            return m_past->table().sortByColumn(PastCallModel::Duration, Qt::DescendingOrder);
        return m_past->table().sortByColumn(PastCallModel::FinalCode, Qt::DescendingOrder); // what failed comes first
    }
    case OperationsFigure::Megabits:
    case OperationsFigure::Lost:
        return showProbe();
    }
}

void MainWindow::showCallsBehind(const CallsBehind& figure)
{
    m_pages->setCurrentWidget(m_past);
    m_past->searchBehind(figure);
    m_past->table().setFocus(Qt::OtherFocusReason);
}

CallPage* MainWindow::openCall(CallKey call, ProbeId probe)
{
    if (!currentCall())
        m_returnTo = m_pages->currentWidget();
    for (int i = 0; i < m_pages->count(); ++i)
        if (auto* page = qobject_cast<CallPage*>(m_pages->widget(i));
            page && page->call() == call && page->probe() == probe) {
            m_pages->setCurrentIndex(i);
            return page;
        }
    auto* page = new CallPage(m_source.of(probe), m_live->model(), { probe, call }, m_past->find(call, probe), this);
    page->setTheme(themeOf(m_theme));
    page->setNow(m_live->model().now(probe));
    const int index = m_pages->addTab(page, page->title());
    auto* close = new QToolButton(m_pages->tabBar()); // Fusion's own is a red spot
    close->setText(QStringLiteral("✕"));
    close->setAutoRaise(true);
    close->setToolTip(tr("Close (Ctrl+W)"));
    close->setAccessibleName(tr("Close the call's page"));
    close->setFocusPolicy(Qt::NoFocus);
    connect(close, &QToolButton::clicked, this, [this, page] { closePage(m_pages->indexOf(page)); });
    m_pages->tabBar()->setTabButton(index, QTabBar::RightSide, close);
    const auto name = [this, page] {
        m_pages->setTabText(m_pages->indexOf(page), page->title());
        const std::vector<CallSource::Probe> probes = m_source.probes();
        const auto of = std::ranges::find(probes, page->probe(), &CallSource::Probe::id);
        m_pages->setTabToolTip(m_pages->indexOf(page),
            probes.size() > 1 && of != probes.end() ? tr("%1, probe %2").arg(page->title(), of->name) : page->title());
    };
    connect(page, &CallPage::titleChanged, this, name);
    connect(page, &CallPage::reportChanged, this, [this, page] {
        if (page == currentCall())
            showExport();
    });
    connect(&page->player(), &PlayerBar::canPlayChanged, this, [this, page] {
        if (page == currentCall())
            m_play->setEnabled(page->player().canPlay());
    });
    connect(page, &CallPage::tagsChanged, this,
        [this, page](const TagsOfCall& tags) { m_past->model().setTags(tags.call, tags.tags, page->probe()); });
    m_pages->setCurrentIndex(index);
    page->setFocus();
    return page;
}

void MainWindow::closePage(int index)
{
    auto* page = qobject_cast<CallPage*>(m_pages->widget(index));
    if (!page || !page->mayLeave())
        return;
    page->player().stop();
    const bool current = m_pages->currentIndex() == index;
    m_pages->removeTab(index);
    page->deleteLater();
    if (current)
        goBack();
}

// Esc: first what is under way or typed, then the page itself; a call page stays open as a tab.
void MainWindow::goBack()
{
    QWidget* page = m_pages->currentWidget();
    if (page == m_live) {
        m_live->clearFilter();
        m_live->focusList();
    } else if (page == m_past) {
        if (!m_past->cancel())
            m_past->form().focusNumber();
    } else if (page == m_service) {
        m_service->cancel();
    } else if (page == m_alarms) {
        if (m_alarms->cancel())
            return;
        m_alarms->clearFilter();
        m_alarms->focusList();
    } else if (currentCall()) {
        QWidget* back = m_returnTo ? m_returnTo : m_live;
        m_pages->setCurrentWidget(back);
        if (back == m_live)
            m_live->focusList();
        else if (back == m_service)
            m_service->focusGroups();
        else if (back == m_probePage)
            m_probePage->focusList();
        else if (CallTable* table = currentTable())
            table->setFocus();
    }
}

}
