// Which alarms the page lists: open or of the past, since when, how bad, and what they are about.
#pragma once

#include "console/models/alarm_model.h"

#include <QWidget>
#include <chrono>
#include <optional>

class QComboBox;
class QLineEdit;

namespace callmon {

class AlarmChoices : public QWidget {
    Q_OBJECT

public:
    enum View { Open, OpenAndShelved, Past };

    explicit AlarmChoices(QWidget* parent = nullptr);

    View view() const;
    void setView(View view);
    AlarmModel::Filter filter() const; // of the open ones
    std::optional<std::chrono::hours> period() const; // of the past ones; none: of any time
    void setFilterText(const QString& text);
    bool clearFilter(); // false when there was none
    void focusFilter();

signals:
    void viewChanged();
    void periodChanged();
    void filterChanged();
    void listWanted(); // Enter in the filter

private:
    QComboBox* m_view;
    QComboBox* m_when;
    QComboBox* m_severity;
    QLineEdit* m_filter;
};

}
