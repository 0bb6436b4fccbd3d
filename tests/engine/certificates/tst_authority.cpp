// What callmonctl cert makes, judged by the openssl program.
#include "engine/certificates/authority.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <fstream>
#include <sys/stat.h>

using namespace callmon;

namespace {

struct Said {
    bool good = false;
    QString text;
};

Said openssl(const QStringList& arguments)
{
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(QStringLiteral("openssl"), arguments);
    const bool ended = process.waitForFinished(10'000);
    return { ended && process.exitCode() == 0, QString::fromUtf8(process.readAll()) };
}

QString path(const std::filesystem::path& file)
{
    return QString::fromStdString(file.string());
}

struct Site {
    QTemporaryDir temporary;
    std::filesystem::path directory = std::filesystem::path(temporary.path().toStdString()) / "site";
    Result<Authority> authority = Authority::create(directory, "A site");
};

mode_t rightsOf(const std::filesystem::path& file)
{
    struct stat status { };
    return ::stat(file.c_str(), &status) == 0 ? status.st_mode & 0777 : 0;
}

}

class TestAuthority : public QObject {
    Q_OBJECT

private slots:
    void enginesAreServersUsersAreClientsAndNeitherIsTheOther()
    {
        Site site;
        QVERIFY(site.authority.has_value());
        const auto engine = site.authority.value().issueEngine("probe1", { "probe1.example", "192.0.2.7" });
        const auto user = site.authority.value().issueUser("ada", "reviewer");
        QVERIFY2(engine && user, engine ? "" : engine.error().what.c_str());
        const auto verify = [&](const std::filesystem::path& directory, const char* purpose) {
            return openssl({ "verify", "-x509_strict", "-purpose", purpose, "-CAfile", path(directory / "ca.pem"),
                path(directory / "own.pem") });
        };
        const Said server = verify(engine.value(), "sslserver");
        QVERIFY2(server.good, qPrintable(server.text));
        const Said client = verify(user.value(), "sslclient");
        QVERIFY2(client.good, qPrintable(client.text));
        QVERIFY(!verify(user.value(), "sslserver").good);
        QVERIFY(!verify(engine.value(), "sslclient").good);
        const Said names =
            openssl({ "x509", "-noout", "-in", path(engine.value() / "own.pem"), "-ext", "subjectAltName" });
        QVERIFY2(names.text.contains("DNS:probe1.example, IP Address:192.0.2.7"), qPrintable(names.text));
        const Said subject = openssl({ "x509", "-noout", "-in", path(user.value() / "own.pem"), "-subject" });
        QVERIFY2(subject.text.contains("CN = ada, OU = reviewer"), qPrintable(subject.text));
    }

    void keysAreTheirOwnersAlone()
    {
        Site site;
        const auto user = site.authority.value().issueUser("ada", "viewer");
        QCOMPARE(rightsOf(site.directory), mode_t { 0700 });
        QCOMPARE(rightsOf(site.directory / "ca.key"), mode_t { 0600 });
        QCOMPARE(rightsOf(user.value()), mode_t { 0700 });
        QCOMPARE(rightsOf(user.value() / "own.key"), mode_t { 0600 });
    }

    void whatWasIssuedIsKnownAndRevokedByName()
    {
        Site site;
        auto& authority = site.authority.value();
        QVERIFY(authority.issueUser("ada", "viewer").has_value());
        QVERIFY(authority.issueUser("ada", "admin").has_value());
        const auto bob = authority.issueUser("bob", "operator");
        QVERIFY(bob.has_value());
        QCOMPARE(authority.revoke("ada").value(), std::size_t { 2 });
        QCOMPARE(authority.revoke("ada").value(), std::size_t { 0 });
        QVERIFY(!authority.revoke("eve"));
        const auto reopened = Authority::open(site.directory);
        const auto issued = reopened.value().issued().value();
        QCOMPARE(issued.size(), std::size_t { 3 });
        QVERIFY(issued[0].revoked && issued[1].revoked && !issued[2].revoked);
        QCOMPARE(issued[2].role, std::string("operator"));
        // openssl prints the serial number in capitals, with zeros in front or not.
        const QString serial =
            openssl({ "x509", "-noout", "-in", path(bob.value() / "own.pem"), "-serial" }).text.trimmed().toLower();
        QCOMPARE(serial, "serial=" + QString::fromStdString(issued[2].serial));
    }

    void aSecondAuthorityAndBadNamesAreRefused()
    {
        Site site;
        const auto again = Authority::create(site.directory, "");
        QVERIFY(!again);
        QVERIFY2(again.error().what.find("choose another directory") != std::string::npos, again.error().what.c_str());
        for (const char* name : { "", "../up", "a b", ".hidden", "a\nb" })
            QVERIFY2(!site.authority.value().issueUser(name, "viewer"), name);
        QVERIFY(!site.authority.value().issueEngine("probe", {}));
        QVERIFY(!site.authority.value().issueEngine("probe", { "a,DNS:evil.example" }));
        const auto nowhere = Authority::open(site.directory / "nowhere");
        QVERIFY2(nowhere.error().what.find("callmonctl cert ca") != std::string::npos, nowhere.error().what.c_str());
    }
};

QTEST_GUILESS_MAIN(TestAuthority)
#include "tst_authority.moc"
