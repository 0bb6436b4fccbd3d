// A message of the desktop: by its own service (org.freedesktop.Notifications, which needs no icon in a tray), else by
// a tray, where there is one.
#pragma once

#include <QObject>
#include <cstdint>
#include <set>

class QSystemTrayIcon;
class QWidget;

namespace callmon {

class DesktopMessage : public QObject {
    Q_OBJECT

public:
    enum class Urgency : std::uint8_t { Low, Normal, Critical }; // as the service numbers them

    explicit DesktopMessage(QWidget& window);

    void show(const QString& title, const QString& text, Urgency urgency);

signals:
    void clicked();

private slots:
    void actionInvoked(uint message, const QString& action);

private:
    void showByTray(const QString& title, const QString& text, Urgency urgency);

    QWidget& m_window;
    QSystemTrayIcon* m_tray = nullptr; // made when it is needed
    std::set<uint> m_shown; // the service tells everybody of every message
};

}
