#include "console/views/message_bar.h"

#include <QHBoxLayout>
#include <QLabel>

namespace callmon {

MessageBar::MessageBar(QWidget* parent)
    : QFrame(parent)
    , m_sign(new QLabel(this))
    , m_text(new QLabel(this))
{
    setAutoFillBackground(true);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 6, 12, 6);
    layout->addWidget(m_sign);
    layout->addWidget(m_text, 1);
    QFont bold = font();
    bold.setBold(true);
    m_sign->setFont(bold);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    setVisible(false);
}

void MessageBar::say(Kind kind, const QString& message)
{
    m_kind = kind;
    m_text->setText(message);
    m_sign->setText(kind == Kind::Error ? QStringLiteral("✕") : QStringLiteral("⚠"));
    setAccessibleName(message);
    style();
    setVisible(!message.isEmpty());
}

QString MessageBar::message() const
{
    return m_text->text();
}

void MessageBar::setTheme(const Theme& theme)
{
    m_theme = theme;
    style();
}

void MessageBar::style()
{
    QPalette p = m_theme.palette();
    p.setColor(QPalette::Window, m_kind == Kind::Error ? m_theme.errorBack : m_theme.warningBack);
    setPalette(p);
    QPalette sign = p;
    sign.setColor(QPalette::WindowText, m_kind == Kind::Error ? m_theme.bad : m_theme.fair);
    m_sign->setPalette(sign);
}

}
