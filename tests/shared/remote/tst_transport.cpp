#include "shared/remote/transport.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace callmon;

namespace {

class TransportTest : public QObject {
    Q_OBJECT

private slots:
    void addressesAreParsed_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("socket"); // empty: refused
        QTest::addColumn<QString>("saying");
        QTest::newRow("path") << "local:/run/callmon/engine.sock"
                              << "/run/callmon/engine.sock"
                              << "";
        QTest::newRow("bare path") << "/tmp/x.sock"
                                   << "/tmp/x.sock"
                                   << "";
        QTest::newRow("escaped") << "local:/tmp/a%20b"
                                 << "/tmp/a b"
                                 << "";
        QTest::newRow("relative") << "local:some/where"
                                  << ""
                                  << "must begin with /";
        QTest::newRow("nothing") << "local:"
                                 << ""
                                 << "needs the path";
        QTest::newRow("tcp") << "tcp://probe:5000"
                             << ""
                             << "raw TCP";
        QTest::newRow("other") << "http://probe/"
                               << ""
                               << "is not an engine's address";
        QTest::newRow("empty") << ""
                               << ""
                               << "is not an engine's address";
        QTest::newRow("longest") << "local:/" + QString(106, 'x') << "/" + QString(106, 'x') << "";
        QTest::newRow("too long") << "local:/" + QString(107, 'x') << ""
                                  << "108 bytes long";
    }
    void addressesAreParsed()
    {
        QFETCH(QString, text);
        QFETCH(QString, socket);
        QFETCH(QString, saying);
        const auto address = parseRemoteUrl(text);
        QCOMPARE(address.has_value(), !socket.isEmpty());
        if (address) {
            QCOMPARE(QString::fromStdString(address.value().socket.string()), socket);
            QCOMPARE(parseRemoteUrl(urlOf(address.value())).value().socket, address.value().socket);
        } else {
            QVERIFY2(QString::fromStdString(address.error().what).contains(saying), address.error().what.c_str());
        }
    }

    void tlsAddressesNameHostPortAndIdentity()
    {
        const auto plain = parseRemoteUrl(QStringLiteral("tls://probe.example"));
        QVERIFY(plain && plain.value().isTls());
        QCOMPARE(plain.value().host, QStringLiteral("probe.example"));
        QCOMPARE(plain.value().port, RemoteAddress::usualPort);
        QVERIFY(plain.value().identity.empty());
        const auto full = parseRemoteUrl(QStringLiteral("tls://[2001:db8::1]:7000?identity=/etc/call%20mon"));
        QVERIFY(full);
        QCOMPARE(full.value().text(), QStringLiteral("[2001:db8::1]:7000"));
        QCOMPARE(full.value().identity, std::filesystem::path("/etc/call mon"));
        const auto again = parseRemoteUrl(urlOf(full.value()));
        QVERIFY(again);
        QCOMPARE(again.value().text(), full.value().text());
        QCOMPARE(again.value().identity, full.value().identity);
        for (const char* wrong : { "tls://", "tls://host/path", "tls://host:0", "tls://host?key=x" })
            QVERIFY2(!parseRemoteUrl(QString::fromLatin1(wrong)), wrong);
        // Else it would be asked for at the usual port.
        for (const QString wrong : { "tls://host:99999", "tls://host:-1", "tls://host:port", "192.0.2.7:5062" }) {
            const auto address = parseRemoteUrl(wrong);
            QVERIFY2(!address, qPrintable(wrong));
            QVERIFY2(address.error().what.find('"' + wrong.toStdString() + '"') == 0, address.error().what.c_str());
            QVERIFY2(!parseRemoteUrl(QUrl(wrong)), qPrintable(wrong));
        }
    }

    void namesGoToThePrivateDirectory()
    {
        const auto address = parseRemoteUrl(QUrl("local:probe2"));
        QVERIFY(address);
        QCOMPARE(address.value().socket, runtimeDirectory() / "probe2");
    }

    void defaultPlaceIsTheUsersOwn()
    {
        QCOMPARE(
            runtimeDirectory({ false, "/run/user/1000", "/home/u" }), std::filesystem::path("/run/user/1000/callmon"));
        QCOMPARE(runtimeDirectory({ true, "/run/user/0", "/root" }), std::filesystem::path("/run/callmon"));
        if (geteuid() != 0 && access("/run/callmon", W_OK) != 0)
            QCOMPARE(runtimeDirectory({ false, {}, "/home/u" }), std::filesystem::path("/home/u/.callmon/run"));
    }

    void clientsFindTheUsersEngineFirst()
    {
        QTemporaryDir runtime;
        const RuntimeUser user { false, runtime.path().toStdString(), "/home/u" };
        QVERIFY(QDir(runtime.path()).mkdir("callmon"));
        QFile(runtime.filePath("callmon/engine.sock")).open(QIODevice::WriteOnly);
        QCOMPARE(defaultEngineUrl(user), QUrl("local:" + runtime.filePath("callmon/engine.sock")));
        QCOMPARE(defaultListenUrl(user), defaultEngineUrl(user));
    }
};

}

QTEST_GUILESS_MAIN(TransportTest)
#include "tst_transport.moc"
