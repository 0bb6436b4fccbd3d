// Keys that are not to be read again, in each form in which signalling and RTP carry them; and that nothing else
// changes.
#include "engine/records/pressed_keys.h"

#include <QTest>
#include <string>

// after Qt: moc stumbles over <chrono> when it comes first
#include "tests/engine/tracking/sip_script.h"
#include "tests/engine/tracking/skinny_script.h"
#include "tests/replay/lane_run.h"

using namespace callmon;

namespace {

const QString head = "INFO sip:bob@10.0.0.2 SIP/2.0\r\nCSeq: 2 INFO\r\n";

QString blanked(const QString& message)
{
    std::string text = message.toLatin1().toStdString();
    blankKeysOfSip(text);
    return QString::fromLatin1(text);
}

TrackerOptions options(DigitsKept digits)
{
    TrackerOptions options;
    options.maxCalls = 16;
    options.maxStreams = 64;
    options.maxMediaAddresses = 64;
    options.hashSeed = 1;
    options.rtp.digits = digits;
    return options;
}

}

class TestPressedKeys : public QObject {
    Q_OBJECT

private slots:
    void keysInSipBecomeAsterisks_data()
    {
        QTest::addColumn<QString>("message");
        QTest::addColumn<QString>("kept");
        const auto row = [](const char* name, const QString& message, const QString& kept) {
            QTest::newRow(name) << message << kept;
        };
        row("relay", head + "Content-Type: application/dtmf-relay\r\n\r\nSignal=5\r\nDuration=160\r\n",
            head + "Content-Type: application/dtmf-relay\r\n\r\nSignal=*\r\nDuration=160\r\n");
        row("relay with blanks", head + "Content-Type : application/DTMF-Relay\r\n\r\nSignal= 12\r\nDuration = 160",
            head + "Content-Type : application/DTMF-Relay\r\n\r\nSignal= **\r\nDuration = 160");
        row("compact, nothing but keys", head + "c: application/dtmf\r\n\r\n4#",
            head + "c: application/dtmf\r\n\r\n**");
        row("folded", head + "Content-Type:\r\n\tapplication/dtmf\r\n\r\n4",
            head + "Content-Type:\r\n\tapplication/dtmf\r\n\r\n*");
        row("lines that end in LF alone", "INFO sip:b SIP/2.0\nc: audio/telephone-event\n\n7\n",
            "INFO sip:b SIP/2.0\nc: audio/telephone-event\n\n*\n");
        const QString events = "NOTIFY sip:b SIP/2.0\r\nContent-Type: audio/telephone-event\r\n\r\n";
        const auto bytes = [](const char* hex) { return QString::fromLatin1(QByteArray::fromHex(hex)); };
        row("events as in RTP", events + bytes("050a03200910008a"), events + bytes("2a0a03202a10008a"));
        row("the key 9, all of whose bytes are those of text", events + bytes("090a2020"), events + bytes("2a0a2020"));
        row("a hook flash", events + bytes("108a0320"), events + bytes("108a0320"));
        row("events in a part of several",
            head + "c: multipart/mixed;boundary=x\r\n\r\n--x\r\nc: audio/telephone-event\r\n\r\n" + bytes("078a0320")
                + "\r\n--x--\r\n",
            head + "c: multipart/mixed;boundary=x\r\n\r\n--x\r\nc: audio/telephone-event\r\n\r\n" + bytes("2a8a0320")
                + "\r\n--x--\r\n");
        row("a vendor's digits", head + "Content-Type: application/vnd.nortelnetworks.digits\r\n\r\ny=Digits\r\nd=4",
            head + "Content-Type: application/vnd.nortelnetworks.digits\r\n\r\ny=******\r\nd=*");
        row("part of several",
            head
                + "Content-Type: multipart/mixed;boundary=x\r\n\r\n--x\r\nContent-Type: "
                  "text/plain\r\n\r\nSignal=5\r\n--x\r\n"
                  "Content-Type: application/dtmf-relay\r\n\r\nSignal=5\r\n--x--\r\n",
            head
                + "Content-Type: multipart/mixed;boundary=x\r\n\r\n--x\r\nContent-Type: "
                  "text/plain\r\n\r\nSignal=5\r\n--x\r\n"
                  "Content-Type: application/dtmf-relay\r\n\r\nSignal=*\r\n--x--\r\n");
        const QString notify =
            "NOTIFY sip:as@10.0.0.3 SIP/2.0\r\nEvent: kpml\r\nContent-Type: application/kpml-response+xml\r\n\r\n"
            "<?xml version=\"1.0\"?>\r\n<kpml-response version=\"1.0\" code=\"200\"\r\n text=\"OK\" ";
        row("KPML, RFC 4730 section 8", notify + "digits=\"2135551212\"/>", notify + "digits=\"**********\"/>");
        row("KPML, other quotes, over lines", notify + "digits =\r\n'21'\r\ntag=\"4\"/>",
            notify + "digits =\r\n'**'\r\ntag=\"4\"/>");
        row("KPML that the end cuts", notify + "digits=\"21", notify + "digits=\"**");
    }
    void keysInSipBecomeAsterisks()
    {
        QFETCH(QString, message);
        QFETCH(QString, kept);
        QCOMPARE(blanked(message), kept);
        QCOMPARE(blanked(kept).size(), message.size());
    }

    void otherMessagesStayAsTheyAre()
    {
        for (const QString& message : { head + "Content-Type: application/media_control+xml\r\n\r\n<a digits=\"1\"/>",
                 head + "Subject: c: dtmf\r\n\r\nSignal=5",
                 QString("MESSAGE sip:b SIP/2.0\r\nc: application/dtmf\r\n\r\n4"), QString("INFO "),
                 QString("NOTIFY sip:b SIP/2.0\r\nc: application/kpml-response+xml\r\n\r\n<k digits=4 digits"),
                 QString() })
            QCOMPARE(blanked(message), message);
    }

    void aSkinnyButtonBecomesTheStar()
    {
        std::string button("\x10\0\0\0\0\0\0\0\3\0\0\0\7\0\0\0\1\0\0\0\2\0\0\0", 24);
        std::string expected = button;
        expected[12] = 0x0e;
        blankKeysOfSkinny(button);
        QCOMPARE(button, expected);
        std::string cut = expected.substr(0, 15);
        blankKeysOfSkinny(cut);
        QCOMPARE(cut, expected.substr(0, 15));
        for (const char message :
            { '\x82', '\x27', '\x28' }) { // of tshark's names: StartTone, NotifyDtmfTone, SendDtmfTone
            std::string tone("\x10\0\0\0\0\0\0\0\0\1\0\0\7\0\0\0\0\0\0\0", 20);
            tone[8] = message;
            tone[9] = message == '\x82' ? '\0' : '\1';
            std::string dialTone = tone;
            dialTone[12] = '\x21';
            const std::string before = dialTone;
            blankKeysOfSkinny(tone);
            QCOMPARE(tone[12], '\x0e');
            blankKeysOfSkinny(dialTone);
            QCOMPARE(dialTone, before);
        }
        std::string other("\x10\0\0\0\0\0\0\0\4\0\0\0\7\0\0\0", 16);
        blankKeysOfSkinny(other);
        QCOMPARE(other[12], '\7');
    }

    void eventThatTheCaptureCutHoldsNoKey()
    {
        std::string events("\x05\x0a\x03\x20\x10\x0a\x03\x20\x07", 9);
        blankKeysOfEvents(std::as_writable_bytes(std::span(events)));
        QCOMPARE(events, std::string("\x0a\x0a\x03\x20\x10\x0a\x03\x20\x0a", 9));
    }

    void recordedEventsHoldNoKeys_data()
    {
        QTest::addColumn<int>("digits");
        QTest::addColumn<bool>("masked");
        QTest::newRow("count") << int(DigitsKept::Count) << false;
        QTest::newRow("masked") << int(DigitsKept::Masked) << true;
        QTest::newRow("store") << int(DigitsKept::Store) << false;
    }
    void recordedEventsHoldNoKeys()
    {
        QFETCH(int, digits);
        QFETCH(bool, masked);
        const std::string key("\x07\x8a\x03\x20", 4);
        const std::string flash("\x10\x8a\x03\x20", 4);
        TestTraffic traffic;
        traffic.script("0 A>B INVITE 1 sdp=sendrecv");
        traffic.script("50 B>A 200 1 sdp=sendrecv");
        const Endpoint a = scriptHost('A', 10'000);
        const Endpoint b = scriptHost('B', 20'000);
        traffic.talk(60, 10, a, b, 1);
        const auto event = [&](double ms, char sequence, const std::string& payload, char type = '\x65') {
            const std::string header("\x80\x65\0"
                                     "?"
                                     "\0\0\x06\x40\0\0\0\1",
                12);
            std::string packet = header + payload;
            packet[1] = type;
            packet[3] = sequence;
            traffic.add(scriptTime(ms), a, b, packet);
        };
        // RFC 4733 2.3: event 7, end, volume 10, duration 800; and a hook flash (event 16), which is no key
        event(260, 10, key);
        event(280, 11, flash);
        // A number that no description names, as some telephones use: played as a key, so it is one.
        const std::string undescribed("\x03\x8a\x03\x20", 4);
        event(300, 12, undescribed, '\x66');
        traffic.script("1000 A>B BYE 2");
        std::vector<Datagram> all = traffic.list();
        std::ranges::stable_sort(all, {}, &Datagram::arrival);
        const auto run = runLanes(all, options(static_cast<DigitsKept>(digits)), 1, 32);
        QCOMPARE(run->all.recorded.size(), std::size_t { 1 });
        const auto& bytes = run->all.recorded.begin()->second;
        const std::string recorded(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        const auto holds = [&](const std::string& part) { return recorded.find(part) != std::string::npos; };
        QCOMPARE(holds(key), !masked);
        QCOMPARE(holds("\x0a" + key.substr(1)), masked);
        QCOMPARE(holds(undescribed), !masked);
        QVERIFY(holds(flash));
        QVERIFY(holds(std::string(160, '\x55'))); // speech
    }
};

QTEST_APPLESS_MAIN(TestPressedKeys)
#include "tst_pressed_keys.moc"
