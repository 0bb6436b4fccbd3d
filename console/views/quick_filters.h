// The filters that are wanted most, a button each: pressed, its word stands in the filter's line, and goes from it when
// it is pressed again. The line is all there is: what is typed there is shown here.
#pragma once

#include <QWidget>
#include <vector>

class QLineEdit;
class QToolButton;

namespace callmon {

class QuickFilters : public QWidget {
    Q_OBJECT

public:
    explicit QuickFilters(QLineEdit& line, QWidget* parent = nullptr);

    QToolButton* button(const QString& word) const; // of "mos<3.1"; null: there is none

private:
    void show();

    QLineEdit& m_line;
    std::vector<QToolButton*> m_buttons; // as quickFilters()
};

}
