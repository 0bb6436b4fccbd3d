// The grammar of RFC 3261 as an observer meets it. Call flow: RFC 3665 3.1.
#include "engine/signalling/sip_message.h"

#include <QTest>

#include <string>

using namespace callmon;

namespace {

std::string text(std::string_view view)
{
    return std::string(view);
}

std::string replaced(std::string in, std::string_view what, std::string_view with)
{
    const std::size_t at = in.find(what);
    Q_ASSERT(at != std::string::npos);
    return in.replace(at, what.size(), with);
}

const std::string plainInvite = "INVITE sip:bob@biloxi.example.com SIP/2.0\r\n"
                                "Via: SIP/2.0/UDP client.atlanta.example.com:5060;branch=z9hG4bK74bf9\r\n"
                                "From: Alice <sip:alice@atlanta.example.com>;tag=9fxced76sl\r\n"
                                "To: Bob <sip:bob@biloxi.example.com>\r\n"
                                "Call-ID: 3848276298220188511@atlanta.example.com\r\n"
                                "CSeq: 1 INVITE\r\n"
                                "\r\n";

std::string withBody(const std::string& headers, const std::string& body)
{
    return replaced(plainInvite, "\r\n\r\n", "\r\n" + headers + "\r\n" + body);
}

SipAddress fromOf(const std::string& value)
{
    static std::string message; // the views outlive this call
    message = replaced(plainInvite, "Alice <sip:alice@atlanta.example.com>;tag=9fxced76sl", value);
    const auto parsed = parseSip(message);
    return parsed ? parsed->from : SipAddress {};
}

}

class SipMessageTest : public QObject {
    Q_OBJECT

private slots:
    void everyMessageOfASimpleCallIsRead_data()
    {
        QTest::addColumn<QByteArray>("message");
        QTest::addColumn<QByteArray>("method");
        QTest::addColumn<int>("status");
        QTest::addColumn<int>("cseq");
        QTest::addColumn<QByteArray>("fromTag");
        QTest::addColumn<QByteArray>("toTag");
        QTest::addColumn<QByteArray>("branch");
        QTest::addColumn<QByteArray>("contact");
        QTest::addColumn<int>("bodySize");

        QTest::newRow("F1 INVITE") << QByteArray(
            "INVITE sip:bob@biloxi.example.com SIP/2.0\r\n"
            "Via: SIP/2.0/TCP client.atlanta.example.com:5060;branch=z9hG4bK74bf9\r\n"
            "Max-Forwards: 70\r\n"
            "From: Alice <sip:alice@atlanta.example.com>;tag=9fxced76sl\r\n"
            "To: Bob <sip:bob@biloxi.example.com>\r\n"
            "Call-ID: 3848276298220188511@atlanta.example.com\r\n"
            "CSeq: 1 INVITE\r\n"
            "Contact: <sip:alice@client.atlanta.example.com;transport=tcp>\r\n"
            "Content-Type: application/sdp\r\n"
            "Content-Length: 151\r\n"
            "\r\n"
            "v=0\r\n"
            "o=alice 2890844526 2890844526 IN IP4 client.atlanta.example.com\r\n"
            "s=-\r\n"
            "c=IN IP4 192.0.2.101\r\n"
            "t=0 0\r\n"
            "m=audio 49172 RTP/AVP 0\r\n"
            "a=rtpmap:0 PCMU/8000\r\n")
                                   << QByteArray("INVITE") << 0 << 1 << QByteArray("9fxced76sl") << QByteArray()
                                   << QByteArray("z9hG4bK74bf9")
                                   << QByteArray("sip:alice@client.atlanta.example.com;transport=tcp") << 151;
        QTest::newRow("F2 180") << QByteArray("SIP/2.0 180 Ringing\r\n"
                                              "Via: SIP/2.0/TCP client.atlanta.example.com:5060;branch=z9hG4bK74bf9\r\n"
                                              " ;received=192.0.2.101\r\n"
                                              "From: Alice <sip:alice@atlanta.example.com>;tag=9fxced76sl\r\n"
                                              "To: Bob <sip:bob@biloxi.example.com>;tag=8321234356\r\n"
                                              "Call-ID: 3848276298220188511@atlanta.example.com\r\n"
                                              "CSeq: 1 INVITE\r\n"
                                              "Contact: <sip:bob@client.biloxi.example.com;transport=tcp>\r\n"
                                              "Content-Length: 0\r\n"
                                              "\r\n")
                                << QByteArray("INVITE") << 180 << 1 << QByteArray("9fxced76sl")
                                << QByteArray("8321234356") << QByteArray("z9hG4bK74bf9")
                                << QByteArray("sip:bob@client.biloxi.example.com;transport=tcp") << 0;
        QTest::newRow("F5 BYE") << QByteArray(
            "BYE sip:alice@client.atlanta.example.com;transport=tcp SIP/2.0\r\n"
            "Via: SIP/2.0/TCP client.biloxi.example.com:5060;branch=z9hG4bKnashds7\r\n"
            "Max-Forwards: 70\r\n"
            "From: Bob <sip:bob@biloxi.example.com>;tag=8321234356\r\n"
            "To: Alice <sip:alice@atlanta.example.com>;tag=9fxced76sl\r\n"
            "Call-ID: 3848276298220188511@atlanta.example.com\r\n"
            "CSeq: 1 BYE\r\n"
            "Content-Length: 0\r\n"
            "\r\n") << QByteArray("BYE")
                                << 0 << 1 << QByteArray("8321234356") << QByteArray("9fxced76sl")
                                << QByteArray("z9hG4bKnashds7") << QByteArray() << 0;
        QTest::newRow("F6 200 to BYE") << QByteArray(
            "SIP/2.0 200 OK\r\n"
            "Via: SIP/2.0/TCP client.biloxi.example.com:5060;branch=z9hG4bKnashds7\r\n"
            "From: Bob <sip:bob@biloxi.example.com>;tag=8321234356\r\n"
            "To: Alice <sip:alice@atlanta.example.com>;tag=9fxced76sl\r\n"
            "Call-ID: 3848276298220188511@atlanta.example.com\r\n"
            "CSeq: 1 BYE\r\n"
            "Content-Length: 0\r\n"
            "\r\n") << QByteArray("BYE")
                                       << 200 << 1 << QByteArray("8321234356") << QByteArray("9fxced76sl")
                                       << QByteArray("z9hG4bKnashds7") << QByteArray() << 0;
    }

    void everyMessageOfASimpleCallIsRead()
    {
        QFETCH(QByteArray, message);
        QFETCH(QByteArray, method);
        QFETCH(int, status);
        QFETCH(int, cseq);
        QFETCH(QByteArray, fromTag);
        QFETCH(QByteArray, toTag);
        QFETCH(QByteArray, branch);
        QFETCH(QByteArray, contact);
        QFETCH(int, bodySize);
        const auto sip = parseSip({ message.constData(), std::size_t(message.size()) });
        QVERIFY(sip);
        QCOMPARE(sip->isRequest, status == 0);
        QCOMPARE(int(sip->status), status);
        QCOMPARE(text(toText(sip->method)), method.toStdString());
        QCOMPARE(text(sip->callId), std::string("3848276298220188511@atlanta.example.com"));
        QCOMPARE(int(sip->cseq), cseq);
        QCOMPARE(text(sip->from.tag), fromTag.toStdString());
        QCOMPARE(text(sip->to.tag), toTag.toStdString());
        QCOMPARE(text(sip->viaBranch), branch.toStdString());
        QCOMPARE(text(parseSipAddress(sip->contact).uri), contact.toStdString());
        QCOMPARE(int(sip->body.size()), bodySize);
    }

    void startLineDecidesWhatIsSip_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<bool>("taken");
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("method");
        const auto row = [](const char* line, bool taken, int status = 0, const char* method = "INVITE") {
            QTest::newRow(line) << QByteArray(line) << taken << status << QByteArray(method);
        };
        row("SIP/2.0 100 Trying", true, 100);
        row("SIP/2.0 699 Last", true, 699);
        row("SIP/2.0 200", true, 200);
        row("sip/2.0 200 OK", true, 200);
        row("SIP/2.0  200  OK", true, 200);
        row("SIP/2.0 099 Early", false);
        row("SIP/2.0 700 Late", false);
        row("SIP/2.0 2000 Long", false);
        row("SIP/2.0 65736 Wraps to 200 in 16 bits", false);
        row("SIP/2.0 +20 Sign", false);
        row("SIP/2.0 20", false);
        row("SIP/2.0", false);
        row("SIP/2.0200 OK", false);
        row("UPDATE sip:bob@192.0.2.4 SIP/2.0", true, 0, "UPDATE");
        row("PUBLISH sip:collector@192.0.2.4 SIP/2.0", true, 0, "PUBLISH");
        row("PING sip:bob@192.0.2.4 SIP/2.0", true, 0, "OTHER");
        row("invite sip:bob@192.0.2.4 SIP/2.0", true, 0, "OTHER"); // 7.1: methods are case-sensitive
        row("INVITE tel:+34914971234 SIP/2.0", true);
        row("INVITE  sip:bob@192.0.2.4  SIP/2.0", true);
        row("INVITE SIP/2.0", false);
        row("INVITE sip:bob@192.0.2.4", false);
        row("IN\"VITE sip:bob@192.0.2.4 SIP/2.0", false);
        row("NOTIFY * HTTP/1.1", false); // SSDP
        row("OPTIONS rtsp://192.0.2.4/a RTSP/1.0", false); // RFC 2326
        row("", false);
    }

    void startLineDecidesWhatIsSip()
    {
        QFETCH(QByteArray, line);
        QFETCH(bool, taken);
        QFETCH(int, status);
        QFETCH(QByteArray, method);
        const std::string message =
            replaced(plainInvite, "INVITE sip:bob@biloxi.example.com SIP/2.0", line.toStdString());
        const auto sip = parseSip(message);
        QCOMPARE(sip.has_value(), taken);
        if (!taken)
            return;
        QCOMPARE(int(sip->status), status);
        QCOMPARE(text(toText(sip->method)), method.toStdString());
    }

    void headerIsFoundInEveryForm_data()
    {
        QTest::addColumn<QByteArray>("plain");
        QTest::addColumn<QByteArray>("form");
        const auto row = [](const char* plain, const char* form) {
            QTest::newRow(QByteArray(form).toPercentEncoding(" :")) << QByteArray(plain) << QByteArray(form);
        };
        for (const char* form : { "i:", "I:", "i :", "CALL-ID:", "call-id\t:", "Call-ID  :\r\n \t ", "Call-ID:\r\n " })
            row("Call-ID: ", form);
        for (const char* form : { "f:", "F :", "FROM:", "from:", "From:\r\n\t" })
            row("From: ", form);
        for (const char* form : { "t:", "T:", "TO:", "to :", "To:\n " })
            row("To: ", form);
        for (const char* form : { "v:", "V:", "VIA:", "via:" })
            row("Via: ", form);
        for (const char* form : { "cseq:", "CSEQ:", "CSeq :" })
            row("CSeq: ", form);
    }

    void headerIsFoundInEveryForm()
    {
        QFETCH(QByteArray, plain);
        QFETCH(QByteArray, form);
        const std::string message = replaced(plainInvite, plain.toStdString(), form.toStdString());
        const auto sip = parseSip(message);
        QVERIFY(sip);
        QCOMPARE(text(sip->callId), std::string("3848276298220188511@atlanta.example.com"));
        QCOMPARE(text(sip->from.uri), std::string("sip:alice@atlanta.example.com"));
        QCOMPARE(text(sip->to.uri), std::string("sip:bob@biloxi.example.com"));
        QCOMPARE(text(sip->viaBranch), std::string("z9hG4bK74bf9"));
        QCOMPARE(sip->cseq, 1U);
    }

    void messageWithoutAMandatoryHeaderIsRefused_data()
    {
        QTest::addColumn<QByteArray>("header");
        for (const char* header : { "From", "To", "Call-ID", "CSeq" })
            QTest::newRow(header) << QByteArray(header);
    }

    void messageWithoutAMandatoryHeaderIsRefused()
    {
        QFETCH(QByteArray, header);
        const std::string name = "\r\n" + header.toStdString() + ":";
        QVERIFY(parseSip(plainInvite));
        QVERIFY(!parseSip(replaced(plainInvite, name, "\r\nX-Other:")));
        std::string empty = plainInvite;
        const std::size_t at = empty.find(name) + name.size();
        empty.erase(at, empty.find("\r\n", at) - at);
        QVERIFY(!parseSip(empty));
    }

    void lineEndsMayBeBare()
    {
        std::string message = withBody("Content-Length: 3\r\n", "v=0");
        std::erase(message, '\r');
        const auto sip = parseSip(message);
        QVERIFY(sip);
        QCOMPARE(text(sip->callId), std::string("3848276298220188511@atlanta.example.com"));
        QCOMPARE(text(sip->body), std::string("v=0"));
    }

    void keepAliveBeforeTheStartLineIsSkipped()
    {
        QVERIFY(parseSip("\r\n\r\n" + plainInvite));
        QVERIFY(!parseSip("\r\n\r\n"));
        QVERIFY(!parseSip(""));
    }

    void firstOfRepeatedHeadersCounts()
    {
        const std::string message = replaced(plainInvite, "CSeq:",
            "Call-ID: other\r\nFrom: <sip:mallory@example.com>;tag=x\r\nVia: SIP/2.0/UDP "
            "b;branch=z9hG4bKsecond\r\nCSeq:");
        const auto sip = parseSip(message);
        QVERIFY(sip);
        QCOMPARE(text(sip->callId), std::string("3848276298220188511@atlanta.example.com"));
        QCOMPARE(text(sip->from.user), std::string("alice"));
        QCOMPARE(text(sip->viaBranch), std::string("z9hG4bK74bf9"));
    }

    void branchIsThatOfTheTopmostVia()
    {
        const auto branchOf = [](const std::string& via) {
            static std::string message;
            message = replaced(plainInvite, "SIP/2.0/UDP client.atlanta.example.com:5060;branch=z9hG4bK74bf9", via);
            return text(parseSip(message).value().viaBranch);
        };
        QCOMPARE(branchOf("SIP/2.0/UDP a, SIP/2.0/UDP b;branch=z9hG4bKb"), std::string());
        QCOMPARE(branchOf("SIP/2.0/UDP a;branch=z9hG4bKa, SIP/2.0/UDP b;branch=z9hG4bKb"), std::string("z9hG4bKa"));
        QCOMPARE(branchOf("SIP/2.0/UDP [2001:db8::9:1]:5060;received=[2001:db8::9:255];BRANCH = z9hG4bKa"),
            std::string("z9hG4bKa"));
    }

    void cseqOfAResponseNamesItsMethod_data()
    {
        QTest::addColumn<QByteArray>("cseq");
        QTest::addColumn<bool>("taken");
        QTest::addColumn<QByteArray>("method");
        QTest::newRow("plain") << QByteArray("1 BYE") << true << QByteArray("BYE");
        QTest::newRow("folded") << QByteArray("1\r\n  CANCEL") << true << QByteArray("CANCEL");
        QTest::newRow("unknown") << QByteArray("1 WAVE") << true << QByteArray("OTHER");
        QTest::newRow("leading zeros") << QByteArray("0001 ACK") << true << QByteArray("ACK");
        QTest::newRow("no method") << QByteArray("1") << false << QByteArray();
        QTest::newRow("no number") << QByteArray("INVITE") << false << QByteArray();
        QTest::newRow("negative") << QByteArray("-1 INVITE") << false << QByteArray();
        QTest::newRow("beyond 32 bits") << QByteArray("4294967297 INVITE") << false << QByteArray();
    }

    void cseqOfAResponseNamesItsMethod()
    {
        QFETCH(QByteArray, cseq);
        QFETCH(bool, taken);
        QFETCH(QByteArray, method);
        const std::string message =
            replaced(replaced(plainInvite, "INVITE sip:bob@biloxi.example.com SIP/2.0", "SIP/2.0 200 OK"), "1 INVITE",
                cseq.toStdString());
        const auto sip = parseSip(message);
        QCOMPARE(sip.has_value(), taken);
        if (taken) {
            QCOMPARE(text(toText(sip->method)), method.toStdString());
            QCOMPARE(sip->cseq, 1U);
        }
    }

    void addressIsTakenApart_data()
    {
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QByteArrayList>("parts"); // display name, uri, user, host, tag
        const auto row = [](const char* value, QByteArrayList parts) {
            QTest::newRow(QByteArray(value).simplified()) << QByteArray(value) << parts;
        };
        row("sip:+12125551212@phone2net.com;tag=887s",
            { "", "sip:+12125551212@phone2net.com", "+12125551212", "phone2net.com", "887s" });
        row("\"A. G. Bell\" <sip:agb@bell-telephone.com> ;tag=a48s",
            { "A. G. Bell", "sip:agb@bell-telephone.com", "agb", "bell-telephone.com", "a48s" });
        row("Anonymous <sip:c8oqz84zk7z@privacy.org>;tag=hyh8",
            { "Anonymous", "sip:c8oqz84zk7z@privacy.org", "c8oqz84zk7z", "privacy.org", "hyh8" });
        row("\"<sip:fake@x>\\\";tag=no\" <sip:real@y>;tag=yes",
            { "<sip:fake@x>\\\";tag=no", "sip:real@y", "real", "y", "yes" });
        row("\"back\\\\\" <sip:a@b>;tag=1", { "back\\\\", "sip:a@b", "a", "b", "1" });
        row("Doe, John <sip:a@b>;tag=1", { "Doe, John", "sip:a@b", "a", "b", "1" });
        row("J\xc3\xb6rg <sip:a@b>", { "J\xc3\xb6rg", "sip:a@b", "a", "b", "" });
        row("<sip:a@b;tag=inner>;x=y;TAG=outer", { "", "sip:a@b;tag=inner", "a", "b", "outer" });
        row("<sip:a@b>;x=\";tag=no\";tag=yes", { "", "sip:a@b", "a", "b", "yes" });
        row("<sip:a@b>;tagged=no", { "", "sip:a@b", "a", "b", "" });
        row("<sip:a@b>\r\n ; tag\r\n = folded", { "", "sip:a@b", "a", "b", "folded" });
        row("<sips:a:secret@b:5061>", { "", "sips:a:secret@b:5061", "a", "b", "" });
        row("<sip:+1-212;phone-context=x@gw.example;user=phone>",
            { "", "sip:+1-212;phone-context=x@gw.example;user=phone", "+1-212", "gw.example", "" });
        row("<sip:a%40b@c>", { "", "sip:a%40b@c", "a%40b", "c", "" });
        row("<sip:192.0.2.4:5080>", { "", "sip:192.0.2.4:5080", "", "192.0.2.4", "" });
        row("<sip:[2001:db8::10]:5070>;tag=6", { "", "sip:[2001:db8::10]:5070", "", "2001:db8::10", "6" });
        row("<sip:a@[2001:db8::10];x>", { "", "sip:a@[2001:db8::10];x", "a", "2001:db8::10", "" });
        row("<sip:a@[2001:db8::10>", { "", "sip:a@[2001:db8::10", "a", "2001:db8::10", "" });
        row("<SIP:a@b?Subject=x>", { "", "SIP:a@b?Subject=x", "a", "b", "" });
        row("<tel:+34-914-97;phone-context=+34>;tag=t",
            { "", "tel:+34-914-97;phone-context=+34", "+34-914-97", "", "t" });
        row("tel:+34914971234;tag=t", { "", "tel:+34914971234", "+34914971234", "", "t" });
        row("<urn:service:sos>", { "", "urn:service:sos", "service:sos", "", "" });
        row("<pres:bob@biloxi.example>", { "", "pres:bob@biloxi.example", "bob", "biloxi.example", "" });
        row("< sip:a@b >;tag=1", { "", "sip:a@b", "a", "b", "1" });
        row("<sip:a@b;tag=open", { "", "sip:a@b", "a", "b", "open" });
        row("\"open <sip:a@b>;tag=1", { "\"open", "sip:a@b", "a", "b", "1" });
        row("<>;tag=1", { "", "", "", "", "1" });
        row("*", { "", "*", "*", "", "" });
    }

    void addressIsTakenApart()
    {
        QFETCH(QByteArray, value);
        QFETCH(QByteArrayList, parts);
        const SipAddress from = fromOf(value.toStdString());
        QCOMPARE((QByteArrayList { QByteArray::fromStdString(text(from.displayName)),
                     QByteArray::fromStdString(text(from.uri)), QByteArray::fromStdString(text(from.user)),
                     QByteArray::fromStdString(text(from.host)), QByteArray::fromStdString(text(from.tag)) }),
            parts);
    }

    void contactIsTheFirstOfAList()
    {
        const auto contactOf = [](const std::string& value) {
            static std::string message;
            message = withBody("Contact: " + value + "\r\n", "");
            return text(parseSipAddress(parseSip(message).value().contact).uri);
        };
        QCOMPARE(contactOf("\"Mr. Watson\" <sip:watson@worcester.com>;q=0.7, \"Mr. Watson\" <mailto:w@bell.com>"),
            std::string("sip:watson@worcester.com"));
        QCOMPARE(
            contactOf("sip:watson@worcester.com;q=0.7, <sip:other@bell.com>"), std::string("sip:watson@worcester.com"));
    }

    void bodyIsWhatContentLengthSaysOfWhatIsThere_data()
    {
        QTest::addColumn<QByteArray>("headers");
        QTest::addColumn<QByteArray>("body");
        const auto row = [](const char* headers, const char* body) {
            QTest::newRow(QByteArray(headers).simplified()) << QByteArray(headers) << QByteArray(body);
        };
        row("", "0123456789");
        row("Content-Length: 4\r\n", "0123");
        row("l:4\r\n", "0123");
        row("Content-Length:\r\n 0004\r\n", "0123");
        row("Content-Length: 0\r\n", "");
        row("Content-Length: 11\r\n", "0123456789");
        row("Content-Length: 99999999999999999999999\r\n", "0123456789");
        row("Content-Length: -4\r\n", "0123456789");
        row("Content-Length: four\r\n", "0123456789");
        row("Content-Length: 4\r\nl: 4\r\n", "0123");
        row("Content-Length: 4\r\nl: 5\r\n", "0123456789");
    }

    void bodyIsWhatContentLengthSaysOfWhatIsThere()
    {
        QFETCH(QByteArray, headers);
        QFETCH(QByteArray, body);
        const std::string message = withBody(headers.toStdString(), "0123456789");
        const auto sip = parseSip(message);
        QVERIFY(sip);
        QCOMPARE(text(sip->body), body.toStdString());
    }

    void sdpIsFoundInTheBody_data()
    {
        QTest::addColumn<QByteArray>("contentType");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QByteArray>("sdp");
        const auto row = [](const char* name, const char* type, const char* body, const char* sdp) {
            QTest::newRow(name) << QByteArray(type) << QByteArray(body) << QByteArray(sdp);
        };
        const char* const parts = "preamble\r\n--b1\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
                                  "--b1\r\nContent-ID: <1>\r\nContent-Type: application/SDP; x=y\r\n\r\nv=0\r\ns=-\r\n"
                                  "--b1--\r\nepilogue";
        row("alone", "Content-Type: application/sdp\r\n", "v=0", "v=0");
        row("alone, compact and parameters", "c: Application/SDP ; charset=utf-8\r\n", "v=0", "v=0");
        row("type forgotten", "", "v=0", "v=0");
        row("other type", "Content-Type: text/plain\r\n", "v=0", "");
        row("no body", "Content-Type: application/sdp\r\n", "", "");
        row("second part", "Content-Type: multipart/mixed;boundary=b1\r\n", parts, "v=0\r\ns=-\r\n");
        row("quoted boundary", "Content-Type: multipart/mixed; boundary=\"b1\"\r\n", parts, "v=0\r\ns=-\r\n");
        row("of another multipart", "Content-Type: multipart/related;type=\"a;b\";boundary=b1\r\n", parts,
            "v=0\r\ns=-\r\n");
        row("other boundary", "Content-Type: multipart/mixed;boundary=b2\r\n", parts, "");
        row("no boundary", "Content-Type: multipart/mixed\r\n", parts, "");
        row("cut by the capture", "Content-Type: multipart/mixed;boundary=b1\r\n",
            "--b1\nContent-Type: application/sdp\n\nv=0\ns", "v=0\ns");
        row("no such part", "Content-Type: multipart/mixed;boundary=b1\r\n",
            "--b1\r\nContent-Type: application/isup\r\n\r\nv=0\r\n--b1--\r\n", "");
    }

    void sdpIsFoundInTheBody()
    {
        QFETCH(QByteArray, contentType);
        QFETCH(QByteArray, body);
        QFETCH(QByteArray, sdp);
        const std::string message = withBody(contentType.toStdString(), body.toStdString());
        const auto sip = parseSip(message);
        QVERIFY(sip);
        QCOMPARE(text(sdpOf(*sip)), sdp.toStdString());
    }

    void firstBytesTellSipApart_data()
    {
        QTest::addColumn<QByteArray>("payload");
        QTest::addColumn<bool>("sip");
        for (const char* payload : { "INVITE sip:", "SUBSCRIBE sip:a", "SIP/2.0 200 OK", "\r\n\r\nBYE sip:", "ACK s" })
            QTest::newRow(QByteArray(payload).simplified()) << QByteArray(payload) << true;
        for (const char* payload :
            { "", "INVITE", "INVITED sip:", "\r\n\r\n", "SIP/2.0", "GET / HTTP/1.1", "\x80\x08" })
            QTest::newRow(QByteArray(payload).simplified()) << QByteArray(payload) << false;
    }

    void firstBytesTellSipApart()
    {
        QFETCH(QByteArray, payload);
        QFETCH(bool, sip);
        QCOMPARE(looksLikeSip(std::as_bytes(std::span(payload.constData(), std::size_t(payload.size())))), sip);
    }

    // A scan that starts again at every byte would take hours over a megabyte, and this test has two minutes.
    void hostileMegabyteIsReadInLinearTime_data()
    {
        QTest::addColumn<QByteArray>("unit");
        QTest::addColumn<QByteArray>("before");
        const auto row = [](const char* before, const char* unit) {
            QTest::addRow(
                "%s %s", QByteArray(before).simplified().constData(), QByteArray(unit).toPercentEncoding().constData())
                << QByteArray(unit) << QByteArray(before);
        };
        for (const char* before : { "From: ", "Via: ", "Contact: ", "CSeq: ", "Content-Length: ", "X" })
            for (const char* unit : { ";", "\"", "\\", "<", "=", ";a=\"", " ", "\r\n ", "\r\nv", "\r\n", "\r\nl:1" })
                row(before, unit);
        for (const char* unit : { "--", "\r\n--", "--b", "\r\n--b1\r\n", "\r\n--b1\r\n:" })
            row("Content-Type: multipart/mixed;boundary=b1\r\n\r\n", unit);
    }

    void hostileMegabyteIsReadInLinearTime()
    {
        QFETCH(QByteArray, unit);
        QFETCH(QByteArray, before);
        std::string hostile =
            before.toStdString(); // ahead of the others: the first of its name is the one that is read
        while (hostile.size() < 1'000'000)
            hostile += unit.toStdString();
        const bool inBody = before.contains("\r\n\r\n");
        const std::string message = inBody ? replaced(plainInvite, "\r\n\r\n", "\r\n" + hostile)
                                           : replaced(plainInvite, "\r\nVia:", "\r\n" + hostile + "\r\nVia:");
        const auto sip = parseSip(message);
        if (sip)
            sdpOf(*sip);
        QVERIFY(!sip || sip->body.size() <= message.size());
    }
};

QTEST_GUILESS_MAIN(SipMessageTest)
#include "tst_sip_message.moc"
