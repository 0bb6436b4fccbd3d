#include "engine/remote/local_listener.h"

#include <QFile>
#include <QLocalSocket>
#include <QTemporaryDir>
#include <QTest>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace callmon;

namespace {

unsigned rightsOf(const QString& path)
{
    struct stat status { };
    return lstat(qPrintable(path), &status) == 0 ? status.st_mode & 0777U : 0;
}

// What an engine leaves behind that was killed: a socket file that nobody listens at.
void leaveStaleSocket(const QString& path)
{
    sockaddr_un address {};
    address.sun_family = AF_UNIX;
    qstrncpy(address.sun_path, qPrintable(path), sizeof address.sun_path);
    const int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
    QCOMPARE(bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    close(descriptor);
}

class LocalListenerTest : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        m_directory = std::make_unique<QTemporaryDir>();
        m_path = m_directory->filePath("run/engine.sock");
    }

    void directoryAndSocketArePrivate()
    {
        const mode_t before = umask(0);
        LocalListener listener;
        const auto listening = listener.listen(m_path.toStdString());
        umask(before);
        QVERIFY(listening);
        const bool root = geteuid() == 0;
        QCOMPARE(rightsOf(m_directory->filePath("run")), root ? 0750U : 0700U);
        QCOMPARE(rightsOf(m_path), root ? 0660U : 0600U);
    }

    // As systemd makes it for a service: the group may go in, so it may ask.
    void theGroupGetsInWhereTheDirectoryWasOpenedToItAlone_data()
    {
        QTest::addColumn<unsigned>("directory");
        QTest::addColumn<unsigned>("socket");
        QTest::newRow("to the group") << 0750U << 0660U;
        QTest::newRow("to all") << 0755U << 0600U;
        QTest::newRow("to nobody") << 0700U << 0600U;
    }

    void theGroupGetsInWhereTheDirectoryWasOpenedToItAlone()
    {
        QFETCH(unsigned, directory);
        QFETCH(unsigned, socket);
        const QString run = m_directory->filePath("run");
        QVERIFY(QDir(m_directory->path()).mkdir("run"));
        QCOMPARE(chmod(qPrintable(run), directory), 0);
        const bool root = geteuid() == 0;
        if (root) { // whose sockets are the group's anyway
            QCOMPARE(chmod(qPrintable(m_directory->path()), 0755), 0);
            QCOMPARE(chown(qPrintable(run), 65534, 65534), 0);
            QCOMPARE(seteuid(65534), 0);
        }
        LocalListener listener;
        const auto listening = listener.listen(m_path.toStdString());
        const unsigned rights = rightsOf(m_path);
        if (root)
            QCOMPARE(seteuid(0), 0);
        QVERIFY(listening);
        QCOMPARE(rights, socket);
    }

    void socketOfADeadEngineIsReplaced()
    {
        QVERIFY(QDir(m_directory->path()).mkdir("run"));
        leaveStaleSocket(m_path);
        LocalListener listener;
        QVERIFY(listener.listen(m_path.toStdString()));
        QLocalSocket client;
        client.connectToServer(m_path);
        QVERIFY(client.waitForConnected(1'000));
    }

    void livingEngineIsLeftAlone()
    {
        LocalListener first;
        QVERIFY(first.listen(m_path.toStdString()));
        {
            LocalListener second;
            const auto refused = second.listen(m_path.toStdString());
            QVERIFY(!refused);
            QVERIFY(refused.error().what.starts_with("another engine listens at " + m_path.toStdString()));
        }
        QLocalSocket client;
        client.connectToServer(m_path);
        QVERIFY(client.waitForConnected(1'000)); // closing the second took nothing from the first
    }

    void otherFilesAreNotRemoved()
    {
        QVERIFY(QDir(m_directory->path()).mkdir("run"));
        QFile file(m_path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        LocalListener listener;
        const auto refused = listener.listen(m_path.toStdString());
        QVERIFY(!refused);
        QVERIFY(refused.error().what.find("is not a socket") != std::string::npos);
        QVERIFY(file.exists());
    }

    void directoryOfAnotherUserIsRefused()
    {
        if (geteuid() != 0)
            QSKIP("only root can make one");
        QVERIFY(QDir(m_directory->path()).mkdir("run"));
        QCOMPARE(chown(qPrintable(m_directory->filePath("run")), 65534, 65534), 0);
        LocalListener listener;
        const auto refused = listener.listen(m_path.toStdString());
        QVERIFY(!refused);
        QVERIFY(refused.error().what.find("belongs to another user") != std::string::npos);
    }

    void directoryThatEverybodyMayWriteInIsRefused()
    {
        const std::filesystem::path directory = m_directory->filePath("open").toStdString();
        std::filesystem::create_directory(directory);
        QCOMPARE(chmod(directory.c_str(), 0777), 0);
        LocalListener listener;
        const auto refused = listener.listen(directory / "engine.sock");
        QVERIFY(!refused.has_value());
        QVERIFY2(refused.error().what.find("chmod o-w") != std::string::npos, refused.error().what.c_str());
        QCOMPARE(chmod(directory.c_str(), 01777), 0); // as /tmp: nobody can replace another's
        QVERIFY(listener.listen(directory / "engine.sock").has_value());
    }

    void closingRemovesTheSocket()
    {
        LocalListener listener;
        QVERIFY(listener.listen(m_path.toStdString()));
        listener.close();
        QVERIFY(!QFile::exists(m_path));
        QVERIFY(listener.listen(m_path.toStdString()));
    }

private:
    std::unique_ptr<QTemporaryDir> m_directory;
    QString m_path;
};

}

QTEST_GUILESS_MAIN(LocalListenerTest)
#include "tst_local_listener.moc"
