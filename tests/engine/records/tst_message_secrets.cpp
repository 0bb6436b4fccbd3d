// What is overwritten in a stored message, and that nothing else is. The lines are those of the RFCs' examples.
#include "engine/records/message_secrets.h"

#include <QTest>
#include <string>

using namespace callmon;

namespace {

std::string blanked(std::string text)
{
    blankSecrets(text);
    return text;
}

}

class TestMessageSecrets : public QObject {
    Q_OBJECT

private slots:
    void secretsBecomeAsterisksOfTheSameLength_data()
    {
        QTest::addColumn<QString>("message");
        QTest::addColumn<QString>("kept");
        const auto row = [](const char* name, const char* message, const char* kept) {
            QTest::newRow(name) << QString(message) << QString(kept);
        };
        row("SDES, RFC 4568 section 10.1",
            "v=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGw|2^20|1:4 FEC_ORDER=FEC_SRTP\r\n",
            "v=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:***************|2^20|1:4 FEC_ORDER=FEC_SRTP\r\n");
        row("two keys in one attribute", "a=crypto:2 F8_128 inline:MTIz|1:4;inline:QUJj|2:4\n",
            "a=crypto:2 F8_128 inline:****|1:4;inline:****|2:4\n");
        row("a key that the end cuts", "a=crypto:1 S inline:WVNf", "a=crypto:1 S inline:****");
        row("lines that end in CR alone", "v=0\ra=crypto:1 S inline:WVNf\rt=0 0\r",
            "v=0\ra=crypto:1 S inline:****\rt=0 0\r");
        row("MIKEY, RFC 4567 section 3.1", "a=key-mgmt:mikey AQAFgM0X\r\nm=audio 1 RTP/SAVP 0\r\n",
            "a=key-mgmt:mikey ********\r\nm=audio 1 RTP/SAVP 0\r\n");
        row("offered as capabilities, RFC 5939 section 3.4.1",
            "a=acap:1 crypto:1 AES_CM_128_HMAC_SHA1_32 inline:NzB4d1BI|2^20|1:4\r\na=acap:2 key-mgmt:mikey AQAF gM\r\n"
            "a=pcfg:1 t=1 a=1\r\n",
            "a=acap:1 crypto:1 AES_CM_128_HMAC_SHA1_32 inline:********|2^20|1:4\r\na=acap:2 key-mgmt:mikey *******\r\n"
            "a=pcfg:1 t=1 a=1\r\n");
        row("k=, RFC 4566 section 5.12", "k=base64:QUJD\r\nk=prompt\r\n", "k=base64:****\r\nk=prompt\r\n");
        row("Digest, RFC 3261 section 22.4",
            "Authorization: Digest username=\"bob\", nonce=\"dcd98b\", response=\"6629fae4\", opaque=\"5ccc\"\r\nTo: "
            "b\r\n",
            "Authorization: Digest username=\"bob\", nonce=\"dcd98b\", response=\"********\", opaque=\"5ccc\"\r\nTo: "
            "b\r\n");
        row("folded, spaces, no quotes, capitals",
            "PROXY-AUTHORIZATION :digest realm=\"a\"\r\n ,RESPONSE = 6629,\r\n\tqop=auth\r\nTo: response=1\r\n",
            "PROXY-AUTHORIZATION :digest realm=\"a\"\r\n ,RESPONSE = ****,\r\n\tqop=auth\r\nTo: response=1\r\n");
        row("another scheme", "Authorization: Bearer eyJh.bGci\r\n x=1\r\nTo: b\r\n",
            "Authorization: Bearer *********\r\n ***\r\nTo: b\r\n");
        row("what the server proves", "Authentication-Info: qop=auth, rspauth=\"7734\"\r\n",
            "Authentication-Info: qop=auth, rspauth=\"****\"\r\n");
    }
    void secretsBecomeAsterisksOfTheSameLength()
    {
        QFETCH(QString, message);
        QFETCH(QString, kept);
        QCOMPARE(QString::fromStdString(blanked(message.toStdString())), kept);
    }

    void everythingElseStaysAsItWas()
    {
        const std::string message = "INVITE sip:bob@biloxi.com SIP/2.0\r\n"
                                    "Subject: a=crypto:1 S inline:WVNf and response=\"6629\"\r\n"
                                    "WWW-Authenticate: Digest realm=\"a\", nonce=\"1\"\r\n"
                                    "Allow: PRACK\r\nAccept: application/sdp\r\n\r\n"
                                    "v=0\r\np=+44\r\na=rtpmap:0 PCMU/8000\r\na=fingerprint:sha-1 4A:AD\r\n";
        QCOMPARE(blanked(message), message);
        QCOMPARE(blanked(""), std::string());
        QCOMPARE(blanked("Authorization:"), std::string("Authorization:"));
    }
};

QTEST_APPLESS_MAIN(TestMessageSecrets)
#include "tst_message_secrets.moc"
