#include "console/views/empty_state.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

namespace callmon {

EmptyState::EmptyState(QWidget* parent)
    : QWidget(parent)
    , m_what(new QLabel(this))
    , m_toDo(new QLabel(this))
    , m_help(new QWidget(this))
{
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.4);
    m_what->setFont(large);
    for (QLabel* label : { m_what, m_toDo }) {
        label->setAlignment(Qt::AlignCenter);
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    m_toDo->setForegroundRole(QPalette::PlaceholderText);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(40, 40, 40, 40);
    layout->addStretch(2);
    layout->addWidget(m_what);
    layout->addSpacing(6);
    layout->addWidget(m_toDo);
    auto* buttons = new QHBoxLayout(m_help);
    buttons->setSpacing(8);
    buttons->setContentsMargins(0, 14, 0, 0);
    layout->addWidget(m_help, 0, Qt::AlignHCenter);
    m_help->setVisible(false);
    layout->addStretch(3);
}

void EmptyState::say(const QString& what, const QString& toDo)
{
    m_what->setText(what);
    m_toDo->setText(toDo);
}

void EmptyState::addHelp(QAction* action)
{
    auto* button = new QToolButton(m_help);
    button->setDefaultAction(action);
    button->setFocusPolicy(Qt::StrongFocus);
    m_help->layout()->addWidget(button);
}

void EmptyState::offerHelp(bool offered)
{
    m_help->setVisible(offered && !m_help->layout()->isEmpty());
}

}
