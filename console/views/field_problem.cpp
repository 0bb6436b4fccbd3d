#include "console/views/field_problem.h"

namespace callmon {

FieldProblem::FieldProblem(QWidget& field, QWidget* parent)
    : QLabel(parent)
    , m_field(field)
{
    setTextFormat(Qt::PlainText);
    setTheme(themeOf(ThemeName::Light));
    hide();
}

void FieldProblem::say(const QString& problem)
{
    m_problem = problem;
    setText(problem.isEmpty() ? QString() : QStringLiteral("✕ ") + problem);
    setVisible(!problem.isEmpty());
    m_field.setAccessibleDescription(problem); // read out with the field
}

void FieldProblem::setTheme(const Theme& theme)
{
    QPalette colours = palette();
    colours.setColor(QPalette::WindowText, theme.bad);
    setPalette(colours);
}

}
