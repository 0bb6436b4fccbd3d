// Calls of the past: the search, and what it found.
#pragma once

#include "console/models/call_source.h"
#include "console/models/calls_behind.h"
#include "console/models/past_call_model.h"
#include "console/models/probe_clocks.h"
#include "console/views/theme.h"

#include <QWidget>

class QAction;
class QProgressBar;
class QStackedWidget;
class QToolButton;

namespace callmon {

class CallTable;
class ElidedLabel;
class EmptyState;
class FigureNote;
class SavedSearches;
class SearchForm;
class MessageBar;

class PastPage : public QWidget {
    Q_OBJECT

public:
    PastPage(CallSource& source, QWidget* parent = nullptr);

    PastCallModel& model() { return *m_model; }
    CallTable& table() { return *m_table; }
    SearchForm& form() { return *m_form; }
    FigureNote& figureNote() { return *m_note; }
    SavedSearches& saved() { return *m_saved; }
    bool isSearching() const { return m_request.has_value(); }
    QString lastError() const;
    const CallRecord* find(CallKey key, ProbeId probe = {}) const;
    void search();
    void refreshBesideRecord(CallKey call, ProbeId probe); // tags and holds, of a call that is listed
    void searchAll(ProbeId probe); // every call of that one
    void searchBehind(const CallsBehind& figure);
    void searchFor(const QString& typed); // whatever it is; for all of the time that is chosen in the form
    const std::vector<CallQuery>& searched() const { return m_searched; } // last: what was asked, one after the other
    bool cancel(); // false when no search was running
    void setTheme(const Theme& theme);
    void addExportAction(QAction* action);

signals:
    void callActivated(callmon::CallKey call, callmon::ProbeId probe);
    void searchEnded();

private:
    enum class Phase { Before, Searching, Done, Cancelled, Failed };

    void showProbes();
    void showRole();
    QString wholeNumber() const;
    void begin(std::vector<CallQuery> queries);
    void askNext();
    bool asksForFigure() const;
    void show(Phase phase);
    void ended(quint64 request, Phase phase, const QString& message = {});

    CallSource& m_source;
    ProbeClocks m_clocks;
    PastCallModel* m_model;
    SearchForm* m_form;
    MessageBar* m_error;
    FigureNote* m_note;
    ElidedLabel* m_count;
    ElidedLabel* m_asked; // what for, in words
    QProgressBar* m_progress;
    SavedSearches* m_saved;
    QToolButton* m_columns;
    QToolButton* m_export;
    QStackedWidget* m_stack;
    CallTable* m_table;
    EmptyState* m_empty;
    std::optional<quint64> m_request;
    std::optional<quint64> m_beside; // asks for what is kept beside one record
    std::optional<CallsBehind> m_behind; // whose calls the form asks for
    QVariantMap m_behindForm; // as it says that
    QVariantMap m_searchedFrom; // what the form said when it asked; empty: it did not
    std::vector<CallQuery> m_searched;
    std::vector<CallQuery> m_next; // to be asked when this one has ended
    quint64 m_matchesBefore = 0; // of those that have
    QString m_wanted; // what was typed into the search box
    std::size_t m_limit = 0; // rows of the search that runs or ran; 0: all
    bool m_waitsForEngine = false; // it was asked while there was none
    bool m_incomplete = false; // an engine said what its answer lacks
    Phase m_phase = Phase::Before;
};

}
