#include "console/views/message_bar.h"

#include <QHBoxLayout>
#include <QLabel>

namespace callmon {

namespace {

constexpr int longEnough = 30'000; // ms, to read and to copy a note

}

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
    m_noteEnds.setSingleShot(true);
    m_noteEnds.setInterval(longEnough);
    connect(&m_noteEnds, &QTimer::timeout, this, &MessageBar::clear);
    setVisible(false);
}

void MessageBar::say(Kind kind, const QString& message)
{
    m_kind = kind;
    m_text->setText(message);
    m_sign->setText(kind == Kind::Error ? QStringLiteral("✕")
            : kind == Kind::Warning     ? QStringLiteral("⚠")
                                        : QStringLiteral("ℹ"));
    setAccessibleName(message);
    style();
    setVisible(!message.isEmpty());
    if (kind == Kind::Note && !message.isEmpty())
        m_noteEnds.start();
    else
        m_noteEnds.stop();
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
    p.setColor(QPalette::Window,
        m_kind == Kind::Error         ? m_theme.errorBack
            : m_kind == Kind::Warning ? m_theme.warningBack
                                      : m_theme.palette().color(QPalette::AlternateBase));
    setPalette(p);
    QPalette sign = p;
    sign.setColor(QPalette::WindowText,
        m_kind == Kind::Error         ? m_theme.bad
            : m_kind == Kind::Warning ? m_theme.fair
                                      : m_theme.quiet);
    m_sign->setPalette(sign);
}

}
