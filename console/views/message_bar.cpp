#include "console/views/message_bar.h"

#include "console/models/figures.h"

#include <QDialog>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace callmon {

namespace {

constexpr int longEnough = 30'000; // ms, to read and to copy a note
constexpr qsizetype mostShown = 3; // sentences, or the list below has no room
constexpr qsizetype longestShown = 600; // characters

}

MessageBar::MessageBar(QWidget* parent)
    : QFrame(parent)
    , m_sign(new QLabel(this))
    , m_text(new QLabel(this))
    , m_all(new QPushButton(tr("Show all…"), this))
{
    setAutoFillBackground(true);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 6, 12, 6);
    layout->addWidget(m_sign);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_all);
    QFont bold = font();
    bold.setBold(true);
    m_sign->setFont(bold);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_all->setAutoDefault(false);
    m_all->hide();
    connect(m_all, &QPushButton::clicked, this, &MessageBar::showAll);
    m_noteEnds.setSingleShot(true);
    m_noteEnds.setInterval(longEnough);
    connect(&m_noteEnds, &QTimer::timeout, this, &MessageBar::clear);
    setVisible(false);
}

void MessageBar::say(Kind kind, const QString& message)
{
    m_kind = kind;
    m_said = message.isEmpty() ? QStringList() : QStringList(message);
    showSaid();
}

void MessageBar::add(const QString& warning)
{
    if (m_said.contains(warning))
        return;
    if (m_said.isEmpty() || m_kind == Kind::Note)
        m_kind = Kind::Warning;
    m_said += warning;
    showSaid();
}

void MessageBar::showSaid()
{
    const QString all = message();
    QString shown = m_said.mid(0, mostShown).join(QLatin1Char(' '));
    if (m_said.size() > mostShown)
        shown = tr("%1 And %2 more.").arg(shown, countText(static_cast<quint64>(m_said.size() - mostShown)));
    if (shown.size() > longestShown)
        shown = shown.left(longestShown) + QStringLiteral("…");
    m_text->setText(shown);
    m_all->setVisible(shown != all);
    m_sign->setText(m_kind == Kind::Error ? QStringLiteral("✕")
            : m_kind == Kind::Warning     ? QStringLiteral("⚠")
                                          : QStringLiteral("ℹ"));
    setAccessibleName(shown);
    style();
    setVisible(!all.isEmpty());
    if (m_kind == Kind::Note && !all.isEmpty())
        m_noteEnds.start();
    else
        m_noteEnds.stop();
}

QString MessageBar::message() const
{
    return m_said.join(QLatin1Char(' '));
}

void MessageBar::showAll()
{
    auto* const dialog = new QDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("All that is said"));
    dialog->setPalette(m_theme.palette());
    auto* const text = new QPlainTextEdit(m_said.join(QStringLiteral("\n\n")), dialog);
    text->setReadOnly(true);
    text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    text->setAccessibleName(dialog->windowTitle());
    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Close, dialog);
    connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    auto* const layout = new QVBoxLayout(dialog);
    layout->addWidget(text, 1);
    layout->addWidget(buttons);
    dialog->resize(760, 420);
    dialog->open();
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
