// The desktop's message, told to a service of its own on a bus of its own.
#include "console/views/desktop_message.h"

#include <QDBusConnection>
#include <QLabel>
#include <QProcess>
#include <QStandardPaths>
#include <QtTest>

using namespace callmon;

namespace {

// What a desktop has for them, as the Desktop Notifications Specification 1.2 has it.
class Notifications : public QObject {
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.Notifications")

public:
    struct Told {
        QString program, title, text;
        QStringList actions;
        int urgency;
    };
    std::vector<Told> told;

public slots:
    uint Notify(const QString& program, uint, const QString&, const QString& title, const QString& text,
        const QStringList& actions, const QVariantMap& hints, int)
    {
        told.push_back({ program, title, text, actions, hints.value("urgency").toInt() });
        return static_cast<uint>(40 + told.size());
    }

signals:
    void ActionInvoked(uint message, const QString& action);
};

}

class TestDesktopMessage : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        const QString daemon = QStandardPaths::findExecutable("dbus-daemon");
        if (daemon.isEmpty())
            QSKIP("dbus-daemon is missing: apt-get install dbus-daemon");
        m_bus.start(daemon, { "--session", "--nofork", "--print-address" });
        QVERIFY(m_bus.waitForReadyRead(10'000));
        const QByteArray address = m_bus.readLine().trimmed();
        qputenv("DBUS_SESSION_BUS_ADDRESS", address); // before anybody asks for the session's bus
        QDBusConnection desktop = QDBusConnection::connectToBus(QString::fromLatin1(address), "desktop");
        QVERIFY(desktop.registerObject("/org/freedesktop/Notifications", &m_service,
            QDBusConnection::ExportAllSlots | QDBusConnection::ExportAllSignals));
        QVERIFY(desktop.registerService("org.freedesktop.Notifications"));
    }
    void cleanupTestCase()
    {
        QDBusConnection::disconnectFromBus("desktop");
        m_bus.kill();
        m_bus.waitForFinished();
    }

    void itIsToldWithoutATrayAndItsNamesAreNoMarkup()
    {
        QLabel window;
        window.setWindowTitle("VoIPCallMon");
        DesktopMessage message(window);
        message.show("critical", "ASR of trunk <b>north & south</b>: 12 %", DesktopMessage::Urgency::Critical);
        message.show("major", "No media", DesktopMessage::Urgency::Normal);
        QTRY_COMPARE(m_service.told.size(), 2U);
        QCOMPARE(m_service.told[0].program, QString("VoIPCallMon"));
        QCOMPARE(m_service.told[0].title, QString("critical"));
        QCOMPARE(m_service.told[0].text, QString("ASR of trunk &lt;b&gt;north &amp; south&lt;/b&gt;: 12 %"));
        QCOMPARE(m_service.told[0].urgency, 2);
        QCOMPARE(m_service.told[1].urgency, 1);
    }

    void aClickOnItLeadsBackAndThatOfAnotherProgramDoesNot()
    {
        QLabel window;
        DesktopMessage message(window);
        QSignalSpy clicked(&message, &DesktopMessage::clicked);
        message.show("major", "No media", DesktopMessage::Urgency::Normal);
        QTRY_VERIFY(m_service.told.size() == 3 && m_service.told[2].actions.contains("default"));
        QTest::qWait(100); // the answer with its number
        emit m_service.ActionInvoked(7, "default");
        QTest::qWait(100);
        QCOMPARE(clicked.count(), 0);
        emit m_service.ActionInvoked(43, "default");
        QTRY_COMPARE(clicked.count(), 1);
    }

private:
    QProcess m_bus;
    Notifications m_service;
};

QTEST_MAIN(TestDesktopMessage)
#include "tst_desktop_message.moc"
