// Names of stored Skinny messages, and their bytes. The bytes are made by hand from the layouts of Wireshark's
// packet-skinny.
#include "shared/calls/call_ladder.h"
#include "shared/calls/skinny_text.h"

#include <QtTest>

using namespace callmon;

class SkinnyTextTest : public QObject {
    Q_OBJECT

private slots:
    void messagesAreNamed_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("line");
        QTest::addColumn<QString>("media");
        const auto row = [](const char* name, const char* hex, const char* line, const char* media = "") {
            QTest::newRow(name) << QByteArray::fromHex(hex) << QString(line) << QString(media);
        };
        row("state", "14000000 11000000 11010000 04000000 01000000 07000000", "CallState RingIn");
        row("the first state beyond those known", "14000000 11000000 11010000 12000000", "CallState");
        row("button", "14000000 11000000 05000000 04000000 01000000 09000000 00000000", "Stimulus Transfer");
        row("state beyond those known", "14000000 11000000 11010000 63000000", "CallState");
        row("digit", "10000000 00000000 03000000 07000000", "KeypadButton 7");
        row("pound", "10000000 00000000 03000000 0f000000", "KeypadButton #");
        row("soft key", "10000000 00000000 26000000 09000000 01000000", "SoftKeyEvent EndCall");
        row("receives, version 0", "14000000 00000000 22000000 00000000 0a000005 204e0000 01000000",
            "OpenReceiveChannelAck", "audio 10.0.0.5:20000");
        row("receives, version 17, IPv6",
            "24000000 11000000 22000000 00000000 01000000 20010db8000000000000000000000001 204e0000",
            "OpenReceiveChannelAck", "audio [2001:db8::1]:20000");
        row("shall send", "20000000 00000000 8a000000 01000000 02000000 0a000006 224e0000 14000000",
            "StartMediaTransmission", "audio 10.0.0.6:20002");
        row("keys left out", "80000000 00000000 8a000000", "StartMediaTransmission");
        row("not known", "04000000 00000000 99090000", "Skinny 0x0999");
        row("cut in its header", "0400", "Skinny 0x0000");
    }

    void messagesAreNamed()
    {
        QFETCH(const QByteArray, bytes);
        QFETCH(const QString, line);
        QFETCH(const QString, media);
        const SkinnyText text = skinnyText(std::as_bytes(std::span(bytes.constData(), std::size_t(bytes.size()))));
        QCOMPARE(QString::fromStdString(text.line), line);
        QCOMPARE(QString::fromStdString(text.media), media);
    }

    void aLadderHasTheNameAndATextTheBytes()
    {
        CallMessage message;
        message.head.signalling = Signalling::Skinny;
        message.head.transport = Transport::Tcp;
        const QByteArray bytes = QByteArray::fromHex("1000000000000000030000000700000041");
        message.text = bytes.toStdString();
        const CallLadder ladder = ladderOf({ &message, 1 });
        QCOMPARE(ladder.arrows.at(0).summary.label(), std::string("KeypadButton 7"));
        QCOMPARE(readableText(message),
            std::string("0000  10 00 00 00 00 00 00 00 03 00 00 00 07 00 00 00  ................\n"
                        "0010  41                                               A\n"));
    }
};

QTEST_GUILESS_MAIN(SkinnyTextTest)
#include "tst_skinny_text.moc"
