// TLS between an engine and its clients: who gets in, and what the others are told.
#include "engine/certificates/authority.h"
#include "engine/remote/tls_listener.h"
#include "shared/remote/connector.h"
#include "shared/remote/frame_pipe.h"
#include "shared/remote/tls_identity.h"

#include <QFile>
#include <QProcess>
#include <QSignalSpy>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslSocket>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

using namespace callmon;

namespace {

constexpr int soon = 5000;

QByteArray contentOf(const std::filesystem::path& path)
{
    QFile file(QString::fromStdString(path.string()));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

// Without our own checks: what a client may show that is not ours.
QSslConfiguration anyIdentity(const std::filesystem::path& directory)
{
    QSslConfiguration configuration;
    configuration.setProtocol(QSsl::TlsV1_3OrLater);
    configuration.setLocalCertificate(QSslCertificate(contentOf(directory / certificateFile)));
    configuration.setPrivateKey(QSslKey(contentOf(directory / keyFile), QSsl::Ec));
    configuration.setPeerVerifyMode(QSslSocket::VerifyNone);
    return configuration;
}

struct Site {
    QTemporaryDir temporary;
    std::filesystem::path root = temporary.path().toStdString();
    Authority authority = std::move(Authority::create(root / "site", "Ours").value());
    Authority foreign = std::move(Authority::create(root / "other", "Theirs").value());
    std::filesystem::path engine = authority.issueEngine("probe", { "127.0.0.1" }).value();
};

RemoteAddress addressOf(const char* host, std::uint16_t port, const std::filesystem::path& identity)
{
    RemoteAddress address;
    address.host = host;
    address.port = port;
    address.identity = identity;
    return address;
}

struct Outcome {
    bool connected = false;
    QString failure;
    std::optional<TlsListener::Connection> taken; // by the engine
    QStringList refused; // why, by the engine
    bool closed = false; // by the engine, afterwards
};

struct Engine {
    Site site;
    TlsListener listener;
    QSignalSpy news { &listener, &TlsListener::newConnection };
    QSignalSpy refusals { &listener, &TlsListener::refused };

    Result<void> listen() { return listener.listen(addressOf("127.0.0.1", 0, site.engine)); }

    Outcome connectWith(const std::filesystem::path& identity, const char* host = "127.0.0.1")
    {
        Connector connector(addressOf(host, listener.address().port, identity));
        QSignalSpy connected(&connector, &Connector::connected);
        QSignalSpy failed(&connector, &Connector::failed);
        connector.start();
        Outcome outcome;
        (void)QTest::qWaitFor([&] { return !connected.isEmpty() || !failed.isEmpty(); }, soon);
        outcome.connected = !connected.isEmpty();
        if (!failed.isEmpty())
            outcome.failure = QString::fromStdString(toText(failed.front().front().value<Sentence>()));
        std::unique_ptr<QIODevice> device;
        if (outcome.connected)
            device = connector.take();
        settle(outcome, device.get());
        return outcome;
    }
    Outcome connectWith(const QSslConfiguration& configuration)
    {
        QSslSocket socket;
        socket.setSslConfiguration(configuration);
        socket.connectToHostEncrypted(QStringLiteral("127.0.0.1"), listener.address().port);
        Outcome outcome;
        (void)QTest::qWaitFor(
            [&] { return socket.isEncrypted() || socket.state() == QAbstractSocket::UnconnectedState; }, soon);
        outcome.connected = socket.isEncrypted();
        settle(outcome, &socket);
        return outcome;
    }
    // So many connections from so many addresses, 127.0.0.2 and up, none of which begins a handshake. Fewer when an
    // address cannot be had.
    std::vector<std::unique_ptr<QTcpSocket>> silentPeers(int count, int addresses)
    {
        std::vector<std::unique_ptr<QTcpSocket>> peers;
        for (int i = 0; i < count; ++i) {
            auto peer = std::make_unique<QTcpSocket>();
            if (!peer->bind(QHostAddress(QStringLiteral("127.0.0.%1").arg(2 + i % addresses))))
                break;
            peer->connectToHost(QHostAddress(QStringLiteral("127.0.0.1")), listener.address().port);
            peers.push_back(std::move(peer));
        }
        return peers;
    }

private:
    // Others may be refused meanwhile.
    void settle(Outcome& outcome, QIODevice* client)
    {
        auto* const socket = qobject_cast<QSslSocket*>(client);
        const bool known = socket != nullptr && socket->localPort() != 0;
        const QString mine = known ? QStringLiteral(" port %1").arg(socket->localPort()) : QString();
        const auto isRefused = [&] {
            return std::any_of(
                refusals.begin(), refusals.end(), [&](const auto& one) { return one.at(0).toString().endsWith(mine); });
        };
        if (outcome.connected)
            (void)QTest::qWaitFor([&] { return !news.isEmpty() || isRefused(); }, soon);
        outcome.taken = listener.nextConnection();
        for (const auto& refusal : refusals)
            outcome.refused << refusal.at(1).toString();
        if (socket != nullptr && !outcome.taken)
            outcome.closed =
                QTest::qWaitFor([&] { return socket->state() == QAbstractSocket::UnconnectedState; }, soon);
        news.clear();
        refusals.clear();
    }
};

}

class TestTls : public QObject {
    Q_OBJECT

private slots:
    void aUserOfTheSiteGetsInWithNameAndRole()
    {
        Engine engine;
        const auto listening = engine.listen();
        QVERIFY2(listening, listening ? "" : listening.error().what.c_str());
        const auto ada = engine.site.authority.issueUser("ada", "reviewer").value();
        const Outcome outcome = engine.connectWith(ada);
        QVERIFY2(outcome.connected, qPrintable(outcome.failure));
        QVERIFY(outcome.taken.has_value());
        QCOMPARE(outcome.taken->user.name, std::string("ada"));
        QCOMPARE(outcome.taken->user.role, RemoteRole::Reviewer);
        QCOMPARE(outcome.taken->user.from, std::string("127.0.0.1"));
    }

    void whoIsRevokedIsRefusedFromThenOn()
    {
        Engine engine;
        QVERIFY(engine.listen().has_value());
        const auto ada = engine.site.authority.issueUser("ada", "admin").value();
        const auto bob = engine.site.authority.issueUser("bob", "admin").value();
        QVERIFY(engine.connectWith(ada).taken.has_value());
        QCOMPARE(engine.site.authority.revoke("ada").value(), std::size_t { 1 });
        std::filesystem::copy_file(engine.site.authority.revokedList(), engine.site.engine / "revoked");
        const Outcome revoked = engine.connectWith(ada);
        QVERIFY(!revoked.taken && revoked.closed);
        QVERIFY2(revoked.refused.join(' ').contains("ada is revoked"), qPrintable(revoked.refused.join(' ')));
        QVERIFY(engine.connectWith(bob).taken.has_value());
    }

    // As an administrator leaves it who edits it elsewhere, or copies it as root.
    void aListWithAByteOrderMarkRevokesAndOneThatCannotBeReadSaysSo()
    {
        Engine engine;
        QVERIFY(engine.listen().has_value());
        const auto ada = engine.site.authority.issueUser("ada", "admin").value();
        QCOMPARE(engine.site.authority.revoke("ada").value(), std::size_t { 1 });
        const auto list = engine.site.engine / "revoked";
        QFile file(QString::fromStdString(list.string()));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("\xef\xbb\xbf" + contentOf(engine.site.authority.revokedList()).toUpper().replace("\n", "\r\n"));
        file.close();
        QVERIFY(!engine.connectWith(ada).taken);
        const auto bob = engine.site.authority.issueUser("bob", "admin").value();
        QVERIFY(engine.connectWith(bob).taken.has_value());
        QVERIFY(file.remove());
        QVERIFY(std::filesystem::create_directory(list)); // which root cannot read either
        const Outcome outcome = engine.connectWith(bob);
        QVERIFY(!outcome.taken && outcome.closed);
        const QString told = outcome.refused.join(' ');
        QVERIFY2(told.contains("cannot be read") && told.contains(file.fileName()), qPrintable(told));
    }

    // Who has stolen a probe could else hear what consoles ask, with the certificate that was in it.
    void aRevokedEngineIsRefusedByItsClients()
    {
        Engine engine;
        QVERIFY(engine.listen().has_value());
        const auto ada = engine.site.authority.issueUser("ada", "admin").value();
        QVERIFY(engine.connectWith(ada).connected);
        QCOMPARE(engine.site.authority.revoke("probe").value(), std::size_t { 1 });
        std::filesystem::copy_file(engine.site.authority.revokedList(), ada / "revoked");
        const Outcome revoked = engine.connectWith(ada);
        QVERIFY(!revoked.connected);
        QVERIFY2(revoked.failure.contains("was revoked"), qPrintable(revoked.failure));
        const auto another = engine.site.authority.issueEngine("another", { "127.0.0.1" }).value();
        QVERIFY(engine.listener.listen(addressOf("127.0.0.1", 0, another)).has_value());
        QVERIFY(engine.connectWith(ada).connected);
    }

    void certificatesThatAreNotOursAreRefused()
    {
        Engine engine;
        QVERIFY(engine.listen().has_value());
        auto& site = engine.site;
        const QSslConfiguration ours = anyIdentity(site.authority.issueUser("ada", "admin").value());
        QVERIFY(engine.connectWith(ours).taken.has_value()); // the way is open
        QSslConfiguration none = ours;
        none.setLocalCertificate(QSslCertificate());
        none.setPrivateKey(QSslKey());
        QSslConfiguration old = ours;
        old.setProtocol(QSsl::TlsV1_2);
        const std::pair<const char*, QSslConfiguration> strangers[] {
            { "another site's", anyIdentity(site.foreign.issueUser("ada", "admin").value()) },
            { "expired", anyIdentity(site.authority.issueUser("late", "admin", std::chrono::days(-2)).value()) },
            { "an engine's", anyIdentity(site.engine) },
            { "without a role", anyIdentity(site.authority.issueUser("odd", "emperor").value()) },
            { "none", none },
            { "TLS 1.2", old },
        };
        const QString roleless = engine.connectWith(strangers[3].second).refused.join(' ');
        QVERIFY2(roleless.contains("CN odd") && roleless.contains("OU emperor"), qPrintable(roleless));
        for (const auto& [name, identity] : strangers) {
            const Outcome outcome = engine.connectWith(identity);
            QVERIFY2(!outcome.taken, name);
            QVERIFY2(!outcome.connected || outcome.closed, name);
        }
        QVERIFY(engine.connectWith(ours).taken.has_value());
    }

    void aClientTellsWhatIsWrongWithTheEngine()
    {
        Engine engine;
        QVERIFY(engine.listen().has_value());
        const auto ours = engine.site.authority.issueUser("ada", "viewer").value();
        const auto theirs = engine.site.foreign.issueUser("ada", "viewer").value();
        const QString other = engine.connectWith(theirs).failure;
        QVERIFY2(other.contains("not of the authority that is trusted here"), qPrintable(other));
        const QString host = engine.connectWith(ours, "localhost").failure;
        QVERIFY2(host.contains("is for another host"), qPrintable(host));
        const auto late = engine.site.authority.issueUser("late", "viewer", std::chrono::days(-2)).value();
        const QString expired = engine.connectWith(late).failure;
        QVERIFY2(expired.contains("expired on") && expired.contains("callmonctl cert"), qPrintable(expired));
        const QString nothing = engine.connectWith(engine.site.root / "nothing").failure;
        QVERIFY2(nothing.contains("ca.pem") && nothing.contains("callmonctl cert"), qPrintable(nothing));
        engine.listener.close();
        const QString gone = engine.connectWith(ours).failure;
        QVERIFY2(gone.contains("No engine listens at 127.0.0.1:"), qPrintable(gone));
    }

    void whoSpeaksNoTlsIsRefusedAndNobodyWaitsForThem()
    {
        Engine engine;
        QVERIFY(engine.listen().has_value());
        std::vector<std::unique_ptr<QTcpSocket>> sockets;
        for (int i = 0; i < 20; ++i) {
            sockets.push_back(std::make_unique<QTcpSocket>());
            sockets.back()->connectToHost(QStringLiteral("127.0.0.1"), engine.listener.address().port);
            if (i % 2 == 0)
                sockets.back()->write(QByteArray(64, char(i)));
        }
        QVERIFY(engine.connectWith(engine.site.authority.issueUser("ada", "viewer").value()).taken.has_value());
        (void)QTest::qWaitFor(
            [&] {
                return std::all_of(sockets.begin(), sockets.end(), [n = 0](const auto& socket) mutable {
                    return n++ % 2 == 1 || socket->state() == QAbstractSocket::UnconnectedState;
                });
            },
            soon);
        for (std::size_t i = 0; i < sockets.size(); i += 2)
            QCOMPARE(sockets[i]->state(), QAbstractSocket::UnconnectedState);
    }

    void whoSaysNothingIsToldByItsAddressAndWhyItWasClosed()
    {
        Engine engine;
        QVERIFY(engine.listen());
        QTcpSocket silent;
        silent.connectToHost(QHostAddress(QStringLiteral("127.0.0.1")), engine.listener.address().port);
        QVERIFY(silent.waitForConnected(soon));
        const QString peer = QStringLiteral("127.0.0.1 port %1").arg(silent.localPort());
        QTRY_COMPARE_WITH_TIMEOUT(engine.refusals.count(), 1, 4 * soon);
        QCOMPARE(engine.refusals[0][0].toString(), peer);
        QCOMPARE(engine.refusals[0][1].toString(), QStringLiteral("its handshake was not done within 5 s"));
    }

    // They would hold every place for the five seconds that a handshake may take.
    void whoHasNoCertificateDoesNotTakeThePlacesOfOthers()
    {
        Engine engine;
        QVERIFY(engine.listen());
        auto silent = engine.silentPeers(80, 1);
        QCOMPARE(silent.size(), std::size_t(80));
        QTRY_COMPARE_WITH_TIMEOUT(engine.refusals.count(), 48, soon); // of 80, 32 may try
        QVERIFY(engine.refusals[0][0].toString().contains(QLatin1String("127.0.0.2")));
        const auto identity = engine.site.authority.issueUser("ada", "operator");
        engine.refusals.clear(); // told
        QElapsedTimer waited;
        waited.start();
        const Outcome outcome = engine.connectWith(identity.value());
        QVERIFY2(outcome.connected, qPrintable(outcome.failure));
        QVERIFY(outcome.taken.has_value());
        QVERIFY2(waited.elapsed() < 4'000, qPrintable(QString::number(waited.elapsed()))); // not their five seconds
        silent.clear(); // and once they are gone, who comes from there is asked in again
        QTest::qWait(300);
        const auto again = std::make_unique<QTcpSocket>();
        QVERIFY(again->bind(QHostAddress(QStringLiteral("127.0.0.2"))));
        again->connectToHost(QHostAddress(QStringLiteral("127.0.0.1")), engine.listener.address().port);
        QVERIFY(again->waitForConnected(soon));
        QTest::qWait(300);
        QCOMPARE(again->state(), QAbstractSocket::ConnectedState);
    }

    // Who has two addresses, or a whole network of them, would else take all places again and again.
    void whoNeverEndsAHandshakeGivesWayToWhoDoes()
    {
        Engine engine;
        QVERIFY(engine.listen());
        const auto identity = engine.site.authority.issueUser("ada", "operator");
        const auto silent = engine.silentPeers(160, 4);
        QCOMPARE(silent.size(), std::size_t(160));
        // 64 of 160 are under way at a time; each of the others was sent away, or takes a place from one that has
        // waited longer.
        QTRY_VERIFY_WITH_TIMEOUT(engine.refusals.count() >= 96, 4 * soon);
        QVERIFY(std::ranges::any_of(
            engine.refusals, [](const auto& one) { return one.at(1).toString().contains("gave way"); }));
        engine.refusals.clear(); // told
        QElapsedTimer waited;
        waited.start();
        const Outcome outcome = engine.connectWith(identity.value());
        QVERIFY2(outcome.connected, qPrintable(outcome.failure));
        QVERIFY(outcome.taken.has_value());
        QVERIFY2(waited.elapsed() < 4'000, qPrintable(QString::number(waited.elapsed()))); // not their five seconds
    }

    void whoComesAgainAndAgainIsAlwaysLetIn() // a place is given back when its handshake is done
    {
        Engine engine;
        QVERIFY(engine.listen());
        const auto identity = engine.site.authority.issueUser("ada", "operator");
        for (int i = 0; i < 40; ++i) {
            const Outcome outcome = engine.connectWith(identity.value());
            QVERIFY2(outcome.taken.has_value(), qPrintable(outcome.failure));
        }
    }

    // What is encrypted is not sent yet, and new seconds are encrypted all the time.
    void whoTakesNothingIsNoticedWhateverIsWrittenMeanwhile()
    {
        Engine engine;
        QVERIFY(engine.listen());
        QSslSocket lazy;
        lazy.setSslConfiguration(anyIdentity(engine.site.authority.issueUser("ada", "viewer").value()));
        lazy.connectToHostEncrypted(QStringLiteral("127.0.0.1"), engine.listener.address().port);
        std::optional<TlsListener::Connection> taken;
        QVERIFY(QTest::qWaitFor([&] { return (taken = engine.listener.nextConnection()).has_value(); }, soon));
        lazy.setReadBufferSize(1);
        FramePipe pipe(std::move(taken->transport), {});
        pipe.start();
        pipe.write(QByteArray(32'000'000, 'x')); // more than the system takes for a program that does not read
        const bool noticed = QTest::qWaitFor(
            [&] {
                pipe.write("x");
                return pipe.millisecondsStalled() > 1'000;
            },
            4 * soon);
        QVERIFY(noticed);
    }

    void anEngineSaysWhyItCannotListen()
    {
        Engine engine;
        const auto name = engine.listener.listen(addressOf("probe.example", 0, engine.site.engine));
        QVERIFY2(
            name.error().what.find("at an address, not at a name") != std::string::npos, name.error().what.c_str());
        const auto identity = engine.listener.listen(addressOf("127.0.0.1", 0, engine.site.root));
        QVERIFY2(identity.error().what.find("callmonctl cert") != std::string::npos, identity.error().what.c_str());
        const auto user =
            engine.listener.listen(addressOf("127.0.0.1", 0, engine.site.authority.issueUser("ada", "admin").value()));
        QVERIFY(!user.has_value());
        QVERIFY2(user.error().what.find("cert engine") != std::string::npos, user.error().what.c_str());
        QTcpServer other;
        QVERIFY(other.listen(QHostAddress::LocalHost));
        const auto taken = engine.listener.listen(addressOf("127.0.0.1", other.serverPort(), engine.site.engine));
        QVERIFY(!taken.has_value());
        QVERIFY2(taken.error().what.find("ss -ltnp") != std::string::npos, taken.error().what.c_str());
        QFile key(QString::fromStdString((engine.site.engine / keyFile).string()));
        QVERIFY(key.resize(10));
        const auto broken = engine.listener.listen(addressOf("127.0.0.1", 0, engine.site.engine));
        QVERIFY2(broken.error().what.find("no private key") != std::string::npos, broken.error().what.c_str());
    }

    // Else it would listen, and every handshake would fail.
    void aKeyOfAnotherCertificateIsRefused_data()
    {
        QTest::addColumn<QString>("algorithm");
        QTest::newRow("EC") << QString();
        QTest::newRow("RSA") << QStringLiteral("rsa");
    }

    void aKeyOfAnotherCertificateIsRefused()
    {
        QFETCH(QString, algorithm);
        Site site;
        if (!algorithm.isEmpty()) { // as another authority may have made it, of both sorts' keys the one that fits
            const QString folder = QString::fromStdString(site.engine.string());
            QProcess openssl;
            openssl.setWorkingDirectory(folder);
            openssl.start("openssl",
                { "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", keyFile, "-out", certificateFile, "-days",
                    "2", "-subj", "/CN=probe" });
            if (!openssl.waitForStarted())
                QSKIP("no openssl");
            QVERIFY(openssl.waitForFinished());
            QCOMPARE(openssl.exitCode(), 0);
            QVERIFY(QFile::remove(folder + '/' + authorityFile));
            QVERIFY(QFile::copy(folder + '/' + certificateFile, folder + '/' + authorityFile));
        }
        const auto fitting = loadIdentity(site.engine);
        QVERIFY2(fitting.has_value(), fitting.has_value() ? "" : fitting.error().what.c_str());
        const std::filesystem::path another = site.authority.issueEngine("another", { "127.0.0.1" }).value();
        std::filesystem::copy_file(
            another / keyFile, site.engine / keyFile, std::filesystem::copy_options::overwrite_existing);
        const auto mixed = loadIdentity(site.engine);
        QVERIFY(!mixed.has_value());
        QVERIFY2(mixed.error().what.find("not the key of") != std::string::npos, mixed.error().what.c_str());
    }
};

QTEST_GUILESS_MAIN(TestTls)
#include "tst_tls.moc"
