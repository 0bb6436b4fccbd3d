// How users of this machine are named, and that nobody waits for a directory service.
#include "engine/remote/local_users.h"

#include <QTest>
#include <optional>

using namespace callmon;

class TestLocalUsers : public QObject {
    Q_OBJECT

private slots:
    void whoIsInPasswdIsNamedAtOnce()
    {
        LocalUsers users;
        std::optional<std::string> name;
        users.nameOf(0, [&](const std::string& told) { name = told; });
        QVERIFY(name.has_value()); // without an event loop
        QCOMPARE(QString::fromStdString(*name), QString("root"));
    }

    void whoHasNoNameIsToldByNumberLater()
    {
        LocalUsers users;
        std::optional<std::string> name;
        users.nameOf(4'294'900'001, [&](const std::string& told) { name = told; });
        QVERIFY(!name.has_value());
        QTRY_VERIFY(name.has_value());
        QCOMPARE(QString::fromStdString(*name), QString("uid 4294900001"));
        QTest::qWait(1'100); // and is told once
        QCOMPARE(QString::fromStdString(*name), QString("uid 4294900001"));
    }

    void whoHasGoneIsNotTold()
    {
        bool told = false;
        {
            LocalUsers users;
            users.nameOf(4'294'900'002, [&](const std::string&) { told = true; });
        }
        QTest::qWait(1'200);
        QVERIFY(!told);
    }
};

QTEST_GUILESS_MAIN(TestLocalUsers)
#include "tst_local_users.moc"
