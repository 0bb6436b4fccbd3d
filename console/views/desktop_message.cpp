#include "console/views/desktop_message.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QStyle>
#include <QSystemTrayIcon>
#include <QWidget>

namespace callmon {

namespace {

const QString service = QStringLiteral("org.freedesktop.Notifications");
const QString path = QStringLiteral("/org/freedesktop/Notifications");
constexpr int shownFor = 10'000; // ms

}

DesktopMessage::DesktopMessage(QWidget& window)
    : QObject(&window)
    , m_window(window)
{
    QDBusConnection::sessionBus().connect(
        service, path, service, QStringLiteral("ActionInvoked"), this, SLOT(actionInvoked(uint, QString)));
}

// Desktop Notifications Specification 1.2. The text is markup to many services, so that names in it are escaped.
void DesktopMessage::show(const QString& title, const QString& text, Urgency urgency)
{
    QDBusMessage call = QDBusMessage::createMethodCall(service, path, service, QStringLiteral("Notify"));
    const QVariantMap hints { { QStringLiteral("urgency"), QVariant::fromValue(static_cast<uchar>(urgency)) },
        { QStringLiteral("desktop-entry"), QStringLiteral("callmon-console") } };
    call << m_window.windowTitle() << uint(0) << QStringLiteral("callmon-console") << title << text.toHtmlEscaped()
         << QStringList { QStringLiteral("default"), tr("Show the alarms") } << hints << shownFor;
    auto* answer = new QDBusPendingCallWatcher(QDBusConnection::sessionBus().asyncCall(call), this);
    connect(answer, &QDBusPendingCallWatcher::finished, this, [this, answer, title, text, urgency] {
        const QDBusPendingReply<uint> reply = *answer;
        if (reply.isError())
            showByTray(title, text, urgency);
        else
            m_shown.insert(reply.value());
        answer->deleteLater();
    });
}

void DesktopMessage::actionInvoked(uint message, const QString& action)
{
    if (action == QLatin1String("default") && m_shown.contains(message))
        emit clicked();
}

void DesktopMessage::showByTray(const QString& title, const QString& text, Urgency urgency)
{
    if (!QSystemTrayIcon::isSystemTrayAvailable() || !QSystemTrayIcon::supportsMessages())
        return;
    if (!m_tray) {
        m_tray = new QSystemTrayIcon(m_window.style()->standardIcon(QStyle::SP_MessageBoxWarning), this);
        m_tray->setToolTip(m_window.windowTitle());
        connect(m_tray, &QSystemTrayIcon::messageClicked, this, &DesktopMessage::clicked);
        connect(m_tray, &QSystemTrayIcon::activated, this, &DesktopMessage::clicked);
        m_tray->show();
    }
    m_tray->showMessage(
        title, text, urgency == Urgency::Critical ? QSystemTrayIcon::Critical : QSystemTrayIcon::Warning, shownFor);
}

}
