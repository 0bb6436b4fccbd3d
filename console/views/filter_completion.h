// Offers, below a filter's line, what the word that is being typed can become. The line keeps the focus: Down and Up
// choose, Enter or Tab takes, Esc closes the list, Ctrl+Space opens it.
#pragma once

#include "console/models/filter_words.h"
#include "console/views/theme.h"

#include <QListWidget>
#include <functional>

class QLineEdit;

namespace callmon {

class FilterCompletion : public QListWidget {
    Q_OBJECT

public:
    using Values = std::function<FilterValues()>; // asked while something is being typed

    // Stands over the page, which is a parent of the line; the line's keys are watched from then on.
    FilterCompletion(QLineEdit& line, Values values, QWidget* page);

    const std::vector<FilterSuggestion>& offered() const { return m_offered; } // while visible

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void offer(bool evenAll);
    bool key(int key, Qt::KeyboardModifiers modifiers); // true: it was for this list
    void take(int row);
    void place();

    QLineEdit& m_line;
    Values m_values;
    std::vector<FilterSuggestion> m_offered;
};

}
