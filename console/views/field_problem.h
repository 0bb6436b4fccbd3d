// A line under a field that says what is wrong with what stands in it, by a sign, a word and a colour; no line when
// nothing is.
#pragma once

#include "console/views/theme.h"

#include <QLabel>

namespace callmon {

class FieldProblem : public QLabel {
    Q_OBJECT

public:
    explicit FieldProblem(QWidget& field, QWidget* parent = nullptr);

    void say(const QString& problem); // empty: nothing is wrong
    QString problem() const { return m_problem; }
    void setTheme(const Theme& theme);

private:
    QWidget& m_field;
    QString m_problem;
};

}
