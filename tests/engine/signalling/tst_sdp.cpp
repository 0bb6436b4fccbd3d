// Offers and answers as their RFCs print them: RFC 4317 (examples), 3264 (hold, refusal), 3605 (a=rtcp), 4566, 3551,
// 4568 and 5763 (SRTP), 8839 and 8840 (ICE), 9143 (bundles), ITU-T T.38 annex D.
#include "engine/signalling/sdp.h"

#include <QTest>

#include <string>

using namespace callmon;

namespace {

std::string text(std::string_view view)
{
    return std::string(view);
}

// The session part of RFC 4317 2.1, with the address of Alice's offer.
const std::string alice = "v=0\r\n"
                          "o=alice 2890844526 2890844526 IN IP4 host.atlanta.example.com\r\n"
                          "s= \r\n"
                          "c=IN IP4 192.0.2.101\r\n"
                          "t=0 0\r\n";

// The first media of a description that consists of the given lines; kept so that its views live.
SdpMedia mediaOf(const std::string& lines)
{
    static std::string body;
    body = lines;
    const auto description = parseSdp(body);
    return description && description->media.size() > 0 ? description->media[0] : SdpMedia {};
}

std::string codecsOf(const SdpMedia& media)
{
    std::string all;
    for (const SdpCodec& codec : media.codecs) {
        all += (all.empty() ? "" : " ") + std::to_string(codec.payloadType) + "=" + text(codec.name) + "/"
            + std::to_string(codec.clockRate.value);
        if (codec.channels != 1)
            all += "/" + std::to_string(codec.channels);
    }
    return all;
}

}

Q_DECLARE_METATYPE(MediaDirection)

class SdpTest : public QObject {
    Q_OBJECT

private slots:
    void offerWithAudioAndVideoIsReadWhole() // RFC 4317 2.1, Alice's offer
    {
        const std::string body = alice
            + "m=audio 49170 RTP/AVP 0 8 97\r\n"
              "a=rtpmap:0 PCMU/8000\r\n"
              "a=rtpmap:8 PCMA/8000\r\n"
              "a=rtpmap:97 iLBC/8000\r\n"
              "m=video 51372 RTP/AVP 31 32\r\n"
              "a=rtpmap:31 H261/90000\r\n"
              "a=rtpmap:32 MPV/90000\r\n";
        const auto description = parseSdp(body);
        QVERIFY(description);
        QCOMPARE(description->media.size(), std::size_t(2));
        const SdpMedia& audio = description->media[0];
        QCOMPARE(audio.kind, MediaKind::Audio);
        QCOMPARE(toString(audio.address), std::string("192.0.2.101:49170"));
        QCOMPARE(codecsOf(audio), std::string("0=PCMU/8000 8=PCMA/8000 97=iLBC/8000"));
        QVERIFY(!audio.rejected && !audio.secure && !audio.rtcpMux && !audio.ptimeMs);
        QCOMPARE(toString(audio.rtcpAddress), std::string("192.0.2.101:49171"));
        QCOMPARE(audio.keying, SdpKeying::None);
        QCOMPARE(audio.candidates.size(), std::size_t(0));
        QCOMPARE(audio.direction, MediaDirection::SendReceive);
        const SdpMedia& video = description->media[1];
        QCOMPARE(video.kind, MediaKind::Video);
        QCOMPARE(toString(video.address), std::string("192.0.2.101:51372"));
        QCOMPARE(codecsOf(video), std::string("31=H261/90000 32=MPV/90000"));
    }

    void refusedMediaKeepsItsPlace() // RFC 4317 2.3: the answer refuses the first audio
    {
        const std::string body = alice
            + "m=audio 0 RTP/AVP 0\r\nm=audio 49174 RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000\r\n"
              "m=video 4917O RTP/AVP 31\r\nm=image 49176 udptl t38\r\n";
        const auto description = parseSdp(body);
        QVERIFY(description);
        QCOMPARE(description->media.size(), std::size_t(4));
        QVERIFY(description->media[0].rejected);
        QVERIFY(!description->media[1].rejected);
        QCOMPARE(codecsOf(description->media[1]), std::string("101=telephone-event/8000"));
        QVERIFY(description->media[2].rejected); // a letter O in the port: unreadable, and still the third line
        QCOMPARE(description->media[3].kind, MediaKind::Image);
        QCOMPARE(description->media[3].codecs.size(), std::size_t(0));
        QCOMPARE(int(description->media[3].address.port), 49176);
    }

    void mediaLineIsRead_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<int>("port");
        QTest::addColumn<bool>("secure");
        QTest::addColumn<QByteArray>("codecs");
        const auto row = [](const char* line, int port, bool secure, const char* codecs) {
            QTest::newRow(line) << QByteArray(line) << port << secure << QByteArray(codecs);
        };
        row("audio 49170/2 RTP/AVP 0", 49170, false, "0=PCMU/8000");
        row("audio 49170 RTP/SAVP 8", 49170, true, "8=PCMA/8000");
        row("audio 49170 RTP/SAVPF 8", 49170, true, "8=PCMA/8000");
        row("audio 49170 UDP/TLS/RTP/SAVPF 8", 49170, true, "8=PCMA/8000");
        row("audio 49170 RTP/AVPF 18 13 4 9", 49170, false, "18=G729/8000 13=CN/8000 4=G723/8000 9=G722/8000");
        row("audio  49170   RTP/AVP  0  8 ", 49170, false, "0=PCMU/8000 8=PCMA/8000");
        row("audio 49170 RTP/AVP 0 x 128 -1 256 8", 49170, false, "0=PCMU/8000 8=PCMA/8000");
        row("audio 49170 RTP/AVP", 49170, false, "");
        row("audio 65536 RTP/AVP 0", 0, false, "0=PCMU/8000");
        row("audio 70000 RTP/AVP 0", 0, false, "0=PCMU/8000");
        row("audio -1 RTP/AVP 0", 0, false, "0=PCMU/8000");
        row("audio", 0, false, "");
        row("application 9 TCP/MRCPv2 1", 9, false, "");
        row("audio 49170 RTP/AVP 10 96", 49170, false, "10=L16/44100/2 96=/0");
    }

    void mediaLineIsRead()
    {
        QFETCH(QByteArray, line);
        QFETCH(int, port);
        QFETCH(bool, secure);
        QFETCH(QByteArray, codecs);
        const SdpMedia media = mediaOf(alice + "m=" + line.toStdString() + "\r\n");
        QCOMPARE(int(media.address.port), port);
        QCOMPARE(media.rejected, port == 0);
        QCOMPARE(media.secure, secure);
        QCOMPARE(codecsOf(media), codecs.toStdString());
    }

    void rtpmapNamesThePayloadType_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<QByteArray>("codecs"); // of "m=audio 9 RTP/AVP 0 96"
        const auto row = [](const char* line, const char* codecs) {
            QTest::newRow(line) << QByteArray(line) << QByteArray(codecs);
        };
        row("96 opus/48000/2", "0=PCMU/8000 96=opus/48000/2");
        row("96 AMR-WB/16000", "0=PCMU/8000 96=AMR-WB/16000");
        row("96  G726-32/8000/1 ", "0=PCMU/8000 96=G726-32/8000");
        row(" 96 G726-32/8000", "0=PCMU/8000 96=G726-32/8000");
        row("96 TELEPHONE-Event/8000", "0=PCMU/8000 96=telephone-event/8000"); // RFC 4855 3: the same in any case
        row("0 pcmu/8000", "0=PCMU/8000 96=/0");
        row("96 g729/8000", "0=PCMU/8000 96=G729/8000");
        row("96 x-Own/8000", "0=PCMU/8000 96=x-Own/8000");
        row("0 PCMU/16000", "0=PCMU/8000 96=/0"); // the clock of a static type is not open to change
        row("0 LPC", "0=PCMU/8000 96=/0"); // no clock rate: RFC 3551 knows better
        row("96 iLBC", "0=PCMU/8000 96=iLBC/0");
        row("96 iLBC/fast", "0=PCMU/8000 96=iLBC/0");
        row("97 iLBC/8000", "0=PCMU/8000 96=/0"); // not offered
        row("352 iLBC/8000", "0=PCMU/8000 96=/0"); // 352 is 96 in eight bits
        row("96 /8000", "0=PCMU/8000 96=/0");
        row("96", "0=PCMU/8000 96=/0");
        row("", "0=PCMU/8000 96=/0");
    }

    void rtpmapNamesThePayloadType()
    {
        QFETCH(QByteArray, line);
        QFETCH(QByteArray, codecs);
        const SdpMedia media = mediaOf(alice + "m=audio 9 RTP/AVP 0 96\r\na=rtpmap:" + line.toStdString() + "\r\n");
        QCOMPARE(codecsOf(media), codecs.toStdString());
    }

    void addressIsThatOfTheMediaElseOfTheSession_data()
    {
        QTest::addColumn<QByteArray>("session");
        QTest::addColumn<QByteArray>("media");
        QTest::addColumn<QByteArray>("address");
        const auto row = [](const char* session, const char* media, const char* address) {
            QTest::addRow("session %s media %s", QByteArray(session).simplified().constData(),
                QByteArray(media).simplified().constData())
                << QByteArray(session) << QByteArray(media) << QByteArray(address);
        };
        row("c=IN IP4 192.0.2.1\r\n", "", "192.0.2.1:9");
        row("c=IN IP4 192.0.2.1\r\n", "c=IN IP4 192.0.2.2\r\n", "192.0.2.2:9");
        row("", "c=IN IP4 192.0.2.2\r\n", "192.0.2.2:9");
        row("c=IN IP6 2001:db8::20\r\n", "", "[2001:db8::20]:9");
        row("c=IN IP6 2001:db8::20\r\n", "c=IN IP4 192.0.2.2\r\n", "192.0.2.2:9");
        row("c=IN IP4 224.2.36.42/127/3\r\n", "", "224.2.36.42:9");
        row("c=IN IP6 FF15::101/3\r\n", "", "[ff15::101]:9");
        row("", "c=IN IP4 224.2.1.1/127\r\nc=IN IP4 224.2.1.2/127\r\n", "224.2.1.1:9");
        row("", "", "[::]:9");
        row("c=IN IP4 host.example.com\r\n", "", "[::]:9");
        row("c=IN IP4\r\n", "", "[::]:9");
        row("c=ATM NSAP 47.0091\r\n", "", "[::]:9");
        row("c=IN IP4 192.0.2.1\r\n", "c=IN IP4\r\n", "192.0.2.1:9");
        row("C=IN IP4 192.0.2.1\r\nc IN IP4 192.0.2.2\r\nc\r\n\r\n", "", "[::]:9");
    }

    void addressIsThatOfTheMediaElseOfTheSession()
    {
        QFETCH(QByteArray, session);
        QFETCH(QByteArray, media);
        QFETCH(QByteArray, address);
        const SdpMedia first =
            mediaOf("v=0\r\n" + session.toStdString() + "m=audio 9 RTP/AVP 0\r\n" + media.toStdString());
        QCOMPARE(toString(first.address), address.toStdString());
    }

    void everyMediaHasItsOwnAddress() // RFC 5118 4.8, and one without
    {
        const std::string body = alice
            + "m=audio 9 RTP/AVP 0\r\nc=IN IP4 192.0.2.2\r\nm=video 11 RTP/AVP 31\r\nc=IN IP6 2001:db8::1\r\n"
              "m=audio 13 RTP/AVP 0\r\n";
        const auto description = parseSdp(body);
        QVERIFY(description);
        QCOMPARE(toString(description->media[0].address), std::string("192.0.2.2:9"));
        QCOMPARE(toString(description->media[1].address), std::string("[2001:db8::1]:11"));
        QCOMPARE(toString(description->media[2].address), std::string("192.0.2.101:13"));
    }

    void directionSaysWhoSends_data()
    {
        QTest::addColumn<QByteArray>("session");
        QTest::addColumn<QByteArray>("media");
        QTest::addColumn<MediaDirection>("direction");
        const auto row = [](const char* session, const char* media, MediaDirection direction) {
            QTest::addRow("session %s media %s", session, media)
                << QByteArray(session) << QByteArray(media) << direction;
        };
        row("", "", MediaDirection::SendReceive);
        row("", "a=sendonly", MediaDirection::SendOnly); // RFC 3264 8.4: the other side is on hold
        row("", "a=recvonly", MediaDirection::ReceiveOnly);
        row("", "a=inactive", MediaDirection::Inactive);
        row("a=sendonly", "", MediaDirection::SendOnly);
        row("a=inactive", "a=sendrecv", MediaDirection::SendReceive);
        row("c=IN IP4 0.0.0.0", "", MediaDirection::SendOnly); // RFC 2543 B.5
        row("", "c=IN IP4 0.0.0.0", MediaDirection::SendOnly);
        row("", "c=IN IP6 ::", MediaDirection::SendOnly);
        row("c=IN IP4 0.0.0.0", "a=sendrecv", MediaDirection::SendOnly);
        row("c=IN IP4 0.0.0.0", "a=recvonly", MediaDirection::Inactive);
        row("c=IN IP4 0.0.0.0", "a=inactive", MediaDirection::Inactive);
        row("c=IN IP4 0.0.0.0", "c=IN IP4 192.0.2.1", MediaDirection::SendReceive);
        row("", "a=sendonlyish", MediaDirection::SendReceive);
        row("", "a= sendonly ", MediaDirection::SendOnly);
    }

    void directionSaysWhoSends()
    {
        QFETCH(QByteArray, session);
        QFETCH(QByteArray, media);
        QFETCH(MediaDirection, direction);
        const SdpMedia first =
            mediaOf("v=0\r\n" + session.toStdString() + "\r\nm=audio 9 RTP/AVP 0\r\n" + media.toStdString() + "\r\n");
        QCOMPARE(first.direction, direction);
    }

    void attributesOfAMediaAreRead()
    {
        const SdpMedia media = mediaOf(
            alice + "m=audio 49170 RTP/AVP 0\r\na=rtcp:53020 IN IP4 126.16.64.4\r\na=rtcp-mux\r\na=ptime:30\r\n");
        QVERIFY(media.rtcpMux);
        QCOMPARE(int(media.ptimeMs.value_or(0)), 30);
        QVERIFY(!media.maxPtimeMs);
        const SdpMedia odd =
            mediaOf(alice + "a=ptime:20\r\nm=audio 49170 RTP/AVP 0\r\na=ptime:0\r\na=maxptime:150\r\n");
        QVERIFY(!odd.rtcpMux);
        QCOMPARE(int(odd.ptimeMs.value_or(0)), 20);
        QCOMPARE(int(odd.maxPtimeMs.value_or(0)), 150);
    }

    void rtcpGoesToItsOwnAddressElseThePortAbove_data() // RFC 3605 2.1, RFC 3550 11
    {
        QTest::addColumn<QByteArray>("lines"); // after m=audio 49170
        QTest::addColumn<QByteArray>("address");
        const auto row = [](const char* lines, const char* address) {
            QTest::newRow(QByteArray(lines).simplified()) << QByteArray(lines) << QByteArray(address);
        };
        row("a=sendrecv", "192.0.2.101:49171");
        row("a=rtcp:53020", "192.0.2.101:53020");
        row("a=rtcp:53020 IN IP4 126.16.64.4", "126.16.64.4:53020");
        row("a=rtcp:53020 IN IP6 2001:2345:6789:ABCD:EF01:2345:6789:ABCD",
            "[2001:2345:6789:abcd:ef01:2345:6789:abcd]:53020");
        row("a=rtcp:53020 IN IP4 126.16.64.4\r\nc=IN IP4 192.0.2.7", "126.16.64.4:53020");
        row("a=rtcp:53020\r\nc=IN IP4 192.0.2.7", "192.0.2.7:53020"); // whatever the order
        row("a=rtcp:53020 IN IP4 host.example.com", "192.0.2.101:53020");
        row("a=rtcp:0", "192.0.2.101:49171");
        row("a=rtcp:x", "192.0.2.101:49171");
    }

    void rtcpGoesToItsOwnAddressElseThePortAbove()
    {
        QFETCH(QByteArray, lines);
        QFETCH(QByteArray, address);
        const SdpMedia media =
            mediaOf(alice + "m=audio 49170 RTP/AVP 0\r\n" + lines.toStdString() + "\r\nm=audio 9 RTP/AVP 0\r\n");
        QCOMPARE(toString(media.rtcpAddress), address.toStdString());
        QCOMPARE(int(mediaOf(alice + "m=audio 0 RTP/AVP 0\r\n" + lines.toStdString() + "\r\n").rtcpAddress.port), 0);
    }

    void parametersOfAPayloadTypeAreKeptAsTheyStand() // RFC 4733 2.4.1, RFC 7587 7
    {
        const SdpMedia media = mediaOf(alice
            + "m=audio 49170 RTP/AVP 97 101\r\na=rtpmap:97 opus/48000/2\r\na=fmtp:97 useinbandfec=1; maxptime=60 \r\n"
              "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15,66,70\r\na=fmtp:98 x\r\n");
        QCOMPARE(text(media.codecs[0].parameters), std::string("useinbandfec=1; maxptime=60"));
        QCOMPARE(text(media.codecs[1].parameters), std::string("0-15,66,70"));
    }

    void candidatesAreAddressesOfUdp() // RFC 8839 5.1, and what it says of other transports and names
    {
        const SdpMedia media = mediaOf(alice
            + "m=audio 45664 RTP/AVP 0\r\n"
              "a=candidate:1 1 UDP 2130706431 2001:db8::6676:baff:fe9c:ee4a 8998 typ host\r\n"
              "a=candidate:2 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 203.0.113.141 rport 8998\r\n"
              "a=candidate:2 2 udp 1694498814 192.0.2.3 45665 typ srflx raddr 203.0.113.141 rport 8999\r\n"
              "a=candidate:3 1 TCP 2105458943 192.0.2.156 9 typ host tcptype active\r\n"
              "a=candidate:4 1 UDP 2130706431 1f4712db-ea17-4bcf-a596-105139dfd8bf.local 54596 typ host\r\n"
              "a=candidate:5 3 UDP 1 192.0.2.3 4 typ host\r\n"
              "a=candidate:6 1 UDP 1 192.0.2.3 0 typ host\r\n"
              "a=candidate:7\r\n"
              "a=candidate:8 1 UDP 16777215 198.51.100.7 30000 typ relay raddr 192.0.2.3 rport 45664\r\n");
        QCOMPARE(media.candidates.size(), std::size_t(4));
        QCOMPARE(toString(media.candidates[0].address), std::string("[2001:db8::6676:baff:fe9c:ee4a]:8998"));
        QCOMPARE(toString(media.candidates[1].address), std::string("192.0.2.3:45664"));
        QCOMPARE(int(media.candidates[1].component), 1);
        QCOMPARE(toString(media.candidates[2].address), std::string("192.0.2.3:45665"));
        QCOMPARE(int(media.candidates[2].component), 2);
        QCOMPARE(toString(media.candidates[3].address), std::string("198.51.100.7:30000"));
    }

    void addressThatIsYetToComeIsNoHold() // RFC 8840 4.1.1: trickled, the first offer says 0.0.0.0
    {
        const std::string none = "v=0\r\nc=IN IP4 0.0.0.0\r\n";
        QCOMPARE(mediaOf(none + "m=audio 9 RTP/AVP 0\r\na=ice-ufrag:8hhY\r\n").direction, MediaDirection::SendReceive);
        QCOMPARE(
            mediaOf(none + "a=ice-options:trickle\r\nm=audio 9 RTP/AVP 0\r\n").direction, MediaDirection::SendReceive);
        QCOMPARE(mediaOf(none + "m=audio 9 RTP/AVP 0\r\na=candidate:1 1 UDP 1 192.0.2.3 4 typ host\r\n").direction,
            MediaDirection::SendReceive);
        QCOMPARE(mediaOf(none + "m=audio 9 RTP/AVP 0\r\n").direction, MediaDirection::SendOnly);
    }

    void keyingIsNamed_data()
    {
        QTest::addColumn<QByteArray>("session");
        QTest::addColumn<QByteArray>("media");
        QTest::addColumn<bool>("secure");
        QTest::addColumn<int>("keying");
        const auto row = [](const char* name, const char* session, const char* media, bool secure, SdpKeying keying) {
            QTest::newRow(name) << QByteArray(session) << QByteArray(media) << secure << static_cast<int>(keying);
        };
        const char* const crypto = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 "
                                   "inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4\r\n"; // RFC 4568 9.1
        const char* const fingerprint = "a=setup:actpass\r\na=fingerprint:SHA-1 "
                                        "4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB\r\n"; // RFC 8122
        const QByteArray savp = "m=audio 51372 RTP/SAVP 0\r\n";
        row("SDES", "", (savp + crypto).constData(), true, SdpKeying::Sdes);
        row("DTLS", "", (QByteArray("m=audio 6056 UDP/TLS/RTP/SAVP 0\r\n") + fingerprint).constData(), true,
            SdpKeying::Dtls);
        row("DTLS for all media", fingerprint, "m=audio 6056 UDP/TLS/RTP/SAVPF 0\r\n", true, SdpKeying::Dtls);
        row("offered without asking for it (RFC 8643)", "",
            (QByteArray("m=audio 6056 RTP/AVP 0\r\n") + crypto).constData(), false, SdpKeying::Sdes);
        row("none", "", "m=audio 6056 RTP/AVP 0\r\n", false, SdpKeying::None);
    }

    void keyingIsNamed()
    {
        QFETCH(QByteArray, session);
        QFETCH(QByteArray, media);
        QFETCH(bool, secure);
        QFETCH(int, keying);
        const SdpMedia first = mediaOf(alice + session.toStdString() + media.toStdString());
        QCOMPARE(first.secure, secure);
        QCOMPARE(static_cast<int>(first.keying), keying);
    }

    void bundledMediaShareTheAddressOfTheFirst() // RFC 9143 7.2.1 and 17.1
    {
        const std::string body = alice
            + "a=group:BUNDLE zen foo bar\r\n"
              "m=audio 10000 RTP/AVP 0 8 97\r\na=mid:foo\r\na=rtcp-mux\r\n"
              "m=audio 20000 RTP/AVP 0\r\na=mid:zen\r\na=rtcp:20005\r\n"
              "m=video 0 RTP/AVP 31 32\r\na=bundle-only\r\na=mid:bar\r\n"
              "m=video 0 RTP/AVP 31\r\na=bundle-only\r\na=mid:other\r\n"
              "m=video 0 RTP/AVP 31\r\na=mid:bar\r\n";
        const auto description = parseSdp(body);
        QVERIFY(description);
        QCOMPARE(toString(description->media[0].address), std::string("192.0.2.101:10000"));
        QCOMPARE(text(description->media[0].mid), std::string("foo"));
        QVERIFY(!description->media[2].rejected);
        QCOMPARE(toString(description->media[2].address), std::string("192.0.2.101:20000"));
        QCOMPARE(toString(description->media[2].rtcpAddress), std::string("192.0.2.101:20005"));
        QVERIFY(description->media[3].rejected); // of no group
        QVERIFY(description->media[4].rejected); // refused
        QVERIFY(parseSdp(alice + "a=group:BUNDLE a\r\nm=audio 0 RTP/AVP 0\r\na=mid:a\r\na=bundle-only\r\n")
                    ->media[0]
                    .rejected); // the first of the group itself
    }

    void faxIsAnImageOverUdptl() // ITU-T T.38 D.2.3
    {
        const SdpMedia media =
            mediaOf(alice + "m=image 49170 udptl t38\r\na=T38FaxVersion:0\r\na=T38MaxBitRate:14400\r\n");
        QCOMPARE(media.kind, MediaKind::Image);
        QCOMPARE(int(media.address.port), 49170);
        QCOMPARE(media.codecs.size(), std::size_t(0));
    }

    void lineEndsMayBeBareAndTheLastOneMissing()
    {
        std::string body = alice + "m=audio 49170 RTP/AVP 97\r\na=rtpmap:97 iLBC/8000";
        std::erase(body, '\r');
        const SdpMedia media = mediaOf(body);
        QCOMPARE(toString(media.address), std::string("192.0.2.101:49170"));
        QCOMPARE(codecsOf(media), std::string("97=iLBC/8000"));
    }

    void descriptionBeginsWithItsVersion()
    {
        QVERIFY(parseSdp("v=0"));
        QVERIFY(parseSdp("\r\nv=0\r\n"));
        for (const char* body : { "", "v", "v=1\r\n", "v=00\r\n", "o=- 1 1 IN IP4 a\r\nv=0\r\n", "{\"v=0\":1}" })
            QVERIFY2(!parseSdp(body), body);
    }

    void whatExceedsTheTablesIsLeftOut()
    {
        std::string body = alice + "m=audio 49170 RTP/AVP";
        for (int type = 0; type < 128; ++type)
            body += " " + std::to_string(type);
        body += "\r\n";
        for (int i = 0; i < 20; ++i)
            body += "m=audio " + std::to_string(1000 + i) + " RTP/AVP 0\r\n";
        body += "c=IN IP4 192.0.2.99\r\na=inactive\r\n"; // of the last one, which is not kept
        const auto description = parseSdp(body);
        QVERIFY(description);
        QCOMPARE(description->media.size(), std::size_t(SessionDescription::maxMedia));
        QCOMPARE(description->media[0].codecs.size(), std::size_t(SdpMedia::maxCodecs));
        const SdpMedia& last = description->media[description->media.size() - 1];
        QCOMPARE(toString(last.address), std::string("192.0.2.101:1006"));
        QCOMPARE(last.direction, MediaDirection::SendReceive);
        QCOMPARE(description->excess.media, std::uint64_t(13));
        QCOMPARE(description->excess.payloadTypes, std::uint64_t(104));
        QCOMPARE(description->excess.lines, std::uint64_t(0));
        QCOMPARE(description->excess.candidates, std::uint64_t(0));
    }

    void linesAndCandidatesBeyondTheLimitsAreCounted()
    {
        std::string body = alice + "m=audio 49170 RTP/AVP 0\r\n"; // six lines
        for (std::size_t i = 0; i < SdpMedia::maxCandidates + 3; ++i)
            body += "a=candidate:1 1 UDP 1 192.0.2.3 " + std::to_string(1000 + i) + " typ host\r\n";
        for (std::size_t i = 6 + SdpMedia::maxCandidates + 3; i < SessionDescription::usualMaxLines; ++i)
            body += "a=x\r\n";
        const auto whole = parseSdp(body);
        QCOMPARE(whole->excess.candidates, std::uint64_t(3));
        QCOMPARE(whole->excess.lines, std::uint64_t(0));
        body += "m=audio 1 RTP/AVP 0\r\nm=audio 2 RTP/AVP 0";
        QCOMPARE(parseSdp(body)->media.size(), std::size_t(1));
        QCOMPARE(parseSdp(body)->excess.lines, std::uint64_t(2));
    }

    void staticTypesAreThoseOfRfc3551_data()
    {
        QTest::addColumn<int>("type");
        QTest::addColumn<QByteArray>("codec");
        const auto row = [](int type, const char* codec) { QTest::addRow("%d", type) << type << QByteArray(codec); };
        row(0, "PCMU/8000/1");
        row(3, "GSM/8000/1");
        row(4, "G723/8000/1");
        row(5, "DVI4/8000/1");
        row(6, "DVI4/16000/1");
        row(7, "LPC/8000/1");
        row(8, "PCMA/8000/1");
        row(9, "G722/8000/1"); // 4.5.2: 8000 for historical reasons
        row(10, "L16/44100/2");
        row(11, "L16/44100/1");
        row(12, "QCELP/8000/1");
        row(13, "CN/8000/1");
        row(14, "MPA/90000/1");
        row(15, "G728/8000/1");
        row(16, "DVI4/11025/1");
        row(17, "DVI4/22050/1");
        row(18, "G729/8000/1");
        row(25, "CelB/90000/1");
        row(26, "JPEG/90000/1");
        row(28, "nv/90000/1");
        row(31, "H261/90000/1");
        row(32, "MPV/90000/1");
        row(33, "MP2T/90000/1");
        row(34, "H263/90000/1");
        for (const int type : { 1, 2, 19, 20, 24, 27, 29, 30, 35, 72, 95, 96, 127, 255 })
            row(type, "/0/1");
    }

    void staticTypesAreThoseOfRfc3551()
    {
        QFETCH(int, type);
        QFETCH(QByteArray, codec);
        const SdpCodec known = staticCodec(static_cast<std::uint8_t>(type));
        QCOMPARE(int(known.payloadType), type);
        QCOMPARE(text(known.name) + "/" + std::to_string(known.clockRate.value) + "/" + std::to_string(known.channels),
            codec.toStdString());
    }

    void rtpmapChangesNoStaticClock()
    {
        const std::string media = "m=audio 4000 RTP/AVP 9 0 97\r\n";
        QCOMPARE(codecsOf(mediaOf(alice + media + "a=rtpmap:9 G722/16000\r\na=rtpmap:0 PCMU/16000\r\n")),
            std::string("9=G722/8000 0=PCMU/8000 97=/0"));
    }

    void rtpmapIsReadInAnyCase()
    {
        QCOMPARE(codecsOf(mediaOf(alice + "m=audio 4000 RTP/AVP 97\r\na=RTPMAP:97 AMR-WB/16000\r\n")),
            std::string("97=AMR-WB/16000"));
    }

    // A scan that starts again at every byte would take hours over a megabyte, and this test has two minutes.
    void hostileMegabyteIsReadInLinearTime_data()
    {
        QTest::addColumn<QByteArray>("unit");
        for (const char* unit :
            { " ", "0 ", "x ", "/", ":", "\r\n", "\r\n\r\nc=", "\r\nm=", "\r\na=rtpmap:0 x/1", "a=", "=" })
            QTest::newRow(QByteArray(unit).toPercentEncoding()) << QByteArray(unit);
    }

    void hostileMegabyteIsReadInLinearTime()
    {
        QFETCH(QByteArray, unit);
        for (const char* before : { "m=audio 9 RTP/AVP ", "c=IN IP4 ", "m=audio 9 RTP/AVP 0\r\na=rtpmap:", "m=" }) {
            std::string body = alice + before;
            while (body.size() < 1'000'000)
                body += unit.toStdString();
            QVERIFY(parseSdp(body));
        }
    }
};

QTEST_GUILESS_MAIN(SdpTest)
#include "tst_sdp.moc"
