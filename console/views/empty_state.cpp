#include "console/views/empty_state.h"

#include <QLabel>
#include <QVBoxLayout>

namespace callmon {

EmptyState::EmptyState(QWidget* parent)
    : QWidget(parent)
    , m_what(new QLabel(this))
    , m_toDo(new QLabel(this))
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
    layout->addStretch(3);
}

void EmptyState::say(const QString& what, const QString& toDo)
{
    m_what->setText(what);
    m_toDo->setText(toDo);
}

}
