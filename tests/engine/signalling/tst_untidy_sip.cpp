// Messages of the kinds that RFC 4475 and RFC 5118 describe, written anew after their text: other bytes than the
// RFCs' own (tst_torture), the same difficulties.
#include "engine/signalling/sip_message.h"

#include <QTest>
#include <array>

using namespace callmon;

namespace {

std::string text(QByteArray lines)
{
    return lines.replace("\n", "\r\n").toStdString();
}

class UntidySipTest : public QObject {
    Q_OBJECT

private slots:
    void isRead_data()
    {
        QTest::addColumn<QByteArray>("message");
        QTest::addColumn<QString>("found"); // Call-ID, CSeq, From's user, To's tag, Via's branch, size of the body
        const auto row = [](const char* section, const char* message, const char* found) {
            QTest::newRow(section) << QByteArray(message) << QString(found);
        };
        row("4475 3.1.1.1: folds, any case, blanks around, unknown and empty fields",
            "INVITE sip:vivekg@chair-dnrc.example.com;unknown-param SIP/2.0\ntO :\n sip:p@h.example ;\n   tAG    = "
            "19h\n"
            "fRoM   : \"J Rosenberg \\\\\\\"\"       <sip:jdr@example.com>\n  ;\n  tag = 98as\nMaX-fOrWaRdS: 0068\n"
            "cALl-iD: folded.99@192.0.2.1\nCseQ: 0009\n  INVITE\nvIA  : SIP  /   2.0\n /UDP\n    "
            "192.0.2.2;branch=390s\n"
            "s :\nNewField: newvalue;\n  secondline ; more=\"a\\\"b\"\nl:0\n\n",
            "folded.99@192.0.2.1 9 jdr 19h 390s 0");
        row("4475 3.1.1.2: every mark that a token may have",
            "!inv-meth.%*_+`'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@example.com SIP/2.0\n"
            "f: =?<sip:x@example.com>;tag=_tok.%!~*`+'-\nt: <sip:y@example.com>\n"
            "i: wor%ZK-!.*_+'@word`~)(><:\\/\"][?}{\nCSeq: 139122385 !inv-meth.%*_+`'~\nv: SIP/2.0/UDP "
            "h;branch=z-.!%\n\n",
            "wor%ZK-!.*_+'@word`~)(><:\\/\"][?}{ 139122385 x - z-.!% 0");
        row("4475 3.1.1.6: no blank between display name and bracket",
            "OPTIONS sip:user@example.com SIP/2.0\nTo: sip:u@example.com\nFrom: Caller<sip:caller@example.net>;tag=3\n"
            "Call-ID: lwsdisp.2\nCSeq: 60 OPTIONS\nVia: SIP/2.0/UDP h;branch=b\n\n",
            "lwsdisp.2 60 caller - b 0");
        row("4475 3.1.1.9: semicolons in the user part",
            "OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0\nTo: sip:j_user@example.com\n"
            "From: <sip:caller;who=me@example.org>;tag=33\nCall-ID: semi.1\nCSeq: 8 OPTIONS\nVia: SIP/2.0/UDP "
            "h;branch=b\n\n",
            "semi.1 8 caller - b 0");
        row("4475 3.1.2.1: parameters that nothing parts from the URI",
            "INVITE sip:a@b SIP/2.0\nTo: \"Joe\" <sip:joe@x>;;,;,,\nFrom: <sip:c@d>;tag=1;;,;\nCall-ID: badpar.7\n"
            "CSeq: 1 INVITE\nVia: SIP/2.0/UDP h;;,;,,;branch=b\n\n",
            "badpar.7 1 c - - 0");
        row("4475 3.1.2.2: Content-Length beyond the message",
            "INVITE sip:a@b SIP/2.0\nTo: <sip:e@f>\nFrom: <sip:c@d>;tag=1\nCall-ID: clerr.1\nCSeq: 1 INVITE\n"
            "Via: SIP/2.0/UDP h;branch=b\nContent-Length: 9999\n\nv=0\n",
            "clerr.1 1 c - b 5");
        row("4475 3.1.2.3: negative Content-Length",
            "INVITE sip:a@b SIP/2.0\nTo: <sip:e@f>\nFrom: <sip:c@d>;tag=1\nCall-ID: ncl.1\nCSeq: 1 INVITE\n"
            "Via: SIP/2.0/UDP h;branch=b\nContent-Length: -999\n\nv=0\n",
            "ncl.1 1 c - b 5");
        row("4475 3.1.2.6: quote that is never closed",
            "INVITE sip:a@b SIP/2.0\nTo: \"Mr. J. User <sip:j@example.com>\nFrom: <sip:c@d>;tag=1\nCall-ID: quotbal.1\n"
            "CSeq: 1 INVITE\nVia: SIP/2.0/UDP h;branch=b\n\n",
            "quotbal.1 1 c - b 0");
        row("5118 4.1: IPv6 reference",
            "REGISTER sip:[2001:db8::10] SIP/2.0\nTo: sip:user@[2001:db8::1]:5060\nFrom: <sip:u6@[2001:db8::2]>;tag=6\n"
            "Call-ID: six@[2001:db8::1]\nCSeq: 9 REGISTER\nVia: SIP/2.0/UDP [2001:db8::9:1];branch=z9\n\n",
            "six@[2001:db8::1] 9 u6 - z9 0");
        row("5118 4.2: no brackets where there must be",
            "REGISTER sip:2001:db8::10 SIP/2.0\nTo: sip:user@example.com\nFrom: <sip:u6@2001:db8::2>;tag=6\nCall-ID: "
            "i6\n"
            "CSeq: 9 REGISTER\nVia: SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9\n\n",
            "i6 9 u6 - z9 0");
        row("compact forms, LF alone and UTF-8",
            "BYE sip:a@b SIP/2.0\nt: \xc3\x89tienne <sip:e@f>;tag=t\nf: \"\xe9\x9b\xbb\xe8\xa9\xb1\" <sip:c@d>;tag=1\n"
            "i: c.1\nCSeq: 2 BYE\nv: SIP/2.0/TCP h;branch=b, SIP/2.0/UDP g;branch=second\n\n",
            "c.1 2 c t b 0");

        // What the other messages of the two RFCs are about.
        row("4475 3.1.1.4: an escaped zero ends nothing",
            "REGISTER sip:h.example SIP/2.0\nTo: sip:a%00b@h.example\nFrom: <sip:null%00user@h.example>;tag=%00n\n"
            "Call-ID: zero.4\nCSeq: 71 REGISTER\nVia: SIP/2.0/UDP h;branch=b\nl: 0\n\n",
            "zero.4 71 null%00user - b 0");
        row("4475 3.1.1.8: another request behind the end of the body",
            "REGISTER sip:h.example SIP/2.0\nt: <sip:e@f>\nf: <sip:c@d>;tag=1\ni: twice.8\nCSeq: 8 REGISTER\n"
            "v: SIP/2.0/UDP h;branch=b\nl: 2\n\nxyINVITE sip:a@b SIP/2.0\ni: other.8\nCSeq: 9 INVITE\n\n",
            "twice.8 8 c - b 2");
        row("4475 3.1.1.10: transports that nobody knows, Vias in one field and in others",
            "OPTIONS sip:a@b SIP/2.0\nt: <sip:e@f>\nf: <sip:c@d>;tag=1\ni: via.10\nCSeq: 10 OPTIONS\n"
            "v: SIP/2.0/PIGEON h;branch=top,SIP/2.0/SCTP g;branch=next\nVia: SIP/2.0/TLS-SCTP k;branch=last\n\n",
            "via.10 10 c - top 0");
        row("4475 3.1.1.12: any characters in the reason phrase",
            "SIP/2.0 200 = 3**3 & (\xd0\x94\xd0\xb0) \"ok\nt: <sip:e@f>;tag=t\nf: <sip:c@d>;tag=1\ni: phrase.12\n"
            "CSeq: 12 INVITE\nv: SIP/2.0/UDP h;branch=b\n\n",
            "phrase.12 12 c t b 0");
        row("4475 3.1.2.7: brackets about the Request-URI",
            "INVITE <sip:a@b> SIP/2.0\nt: <sip:e@f>\nf: <sip:c@d>;tag=1\ni: bracket.7\nCSeq: 7 INVITE\n"
            "v: SIP/2.0/UDP h;branch=b\n\n",
            "bracket.7 7 c - b 0");
        row("4475 3.1.2.9: more than one blank in the request line",
            "INVITE  sip:a@b \t SIP/2.0\nt: <sip:e@f>\nf: <sip:c@d>;tag=1\ni: wide.9\nCSeq:\t9   INVITE\n"
            "v: SIP/2.0/UDP h;branch=b\n\n",
            "wide.9 9 c - b 0");
        row("4475 3.1.2.13: headers behind a Contact without brackets",
            "REGISTER sip:h.example SIP/2.0\nt: sip:u@h.example\nf: sip:u@h.example;tag=998332\ni: ct.13\n"
            "CSeq: 13 REGISTER\nm: sip:u@h.example?Route=%3Csip:p.example%3E\nv: SIP/2.0/UDP h;branch=b\nl:0\n\n",
            "ct.13 13 u - b 0");
        row("4475 3.1.2.15: a display name that needed quotes",
            "OPTIONS sip:a@b SIP/2.0\nt: \"x <sip:no@no>;tag=no\" <sip:e@f>;tag=yes\nf: Bell, A. (Lab) "
            "<sip:a.g@d>;tag=1\n"
            "i: name.15\nCSeq: 15 OPTIONS\nv: SIP/2.0/UDP h;branch=b\n\n",
            "name.15 15 a.g yes b 0");
        row("4475 3.1.2.17: another method in the CSeq",
            "OPTIONS sip:a@b SIP/2.0\nt: <sip:e@f>\nf: <sip:c@d>;tag=1\ni: other.17\nCSeq: 17 INVITE\n"
            "v: SIP/2.0/UDP h;branch=b\n\n",
            "other.17 17 c - b 0");
        row("4475 3.2.1: nothing behind the magic cookie",
            "OPTIONS sip:a@b SIP/2.0\nt: <sip:e@f>\nf: <sip:c@d>;tag=1\ni: cookie.1\nCSeq: 1 OPTIONS\n"
            "v: SIP/2.0/UDP h;branch=z9hG4bK\n\n",
            "cookie.1 1 c - z9hG4bK 0");
        row("4475 3.3.2: a scheme that nobody knows",
            "OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0\nt: <sip:e@f>\nf: <sip:c@d>;tag=384\ni: unk.2\n"
            "CSeq: 2 OPTIONS\nv: SIP/2.0/TCP h;branch=b\nl: 0\n\n",
            "unk.2 2 c - b 0");
        row("4475 3.3.4: schemes of another world",
            "OPTIONS soap.beep://h.example/ SIP/2.0\nt: <isbn:0-123456-47-9>;tag=t\nf: <name:Ada%20B>;tag=1\ni: "
            "scheme.4\n"
            "CSeq: 4 OPTIONS\nv: SIP/2.0/UDP h;branch=b\n\n",
            "scheme.4 4 Ada%20B t b 0");
        row("4475 3.3.6: a body that nobody knows",
            "INVITE sip:a@b SIP/2.0\nt: <sip:e@f>\nf: <sip:c@d>;tag=8\ni: body.6\nCSeq: 6 INVITE\n"
            "v: SIP/2.0/UDP h;branch=b\nContent-Type: application/unknownformat\nContent-Length: 8\n\n<audio/>",
            "body.6 6 c - b 8");
        row("4475 3.3.8: fields twice that may come once",
            "OPTIONS sip:a@b SIP/2.0\nt: <sip:e@f>;tag=t\nf: <sip:c@d>;tag=1\ni: first.8\nCSeq: 8 OPTIONS\n"
            "v: SIP/2.0/UDP h;branch=b\nTo: <sip:k@l>;tag=u\nFrom: <sip:m@n>;tag=2\nCall-ID: second.8\nCSeq: 9 "
            "INVITE\n\n",
            "first.8 8 c t b 0");
        row("4475 3.3.10: a response that was sent to everybody",
            "SIP/2.0 200 OK\nt: <sip:e@f>;tag=t\nf: <sip:c@d>;tag=1\ni: all.10\nCSeq: 10 INVITE\n"
            "v: SIP/2.0/UDP 192.0.2.1;branch=mine\nv: SIP/2.0/UDP 255.255.255.255;branch=yours\n\n",
            "all.10 10 c t mine 0");
        row("4475 3.3.12: a parameter that may be the Contact's or its URI's",
            "REGISTER sip:h.example SIP/2.0\nt: sip:w@h.example\nf: sip:w@h.example;tag=DkfVgjkrtMwaerKKpe\ni: par.12\n"
            "CSeq: 12 REGISTER\nm: sip:+19725552222@g.example;unknownparam\nv: SIP/2.0/UDP h;branch=b\nl: 0\n\n",
            "par.12 12 w - b 0");
        row("4475 3.3.14: an escaped Route inside the Contact",
            "REGISTER sip:h.example SIP/2.0\nt: sip:u@h.example\nf: sip:u@h.example;tag=8\ni: esc.14\nCSeq: 14 "
            "REGISTER\n"
            "m: <sip:u@h.example?Route=%3Csip:p.example%3E>\nv: SIP/2.0/UDP h;branch=b\nl: 0\n\n",
            "esc.14 14 u - b 0");
        row("4475 3.4.1: RFC 2543 knew no branch, and tags could be left out",
            "INVITE sip:a@b SIP/2.0\nt: <sip:e@f>\nf: <sip:c@d>\ni: old.1\nCSeq: 1 INVITE\nv: SIP/2.0/UDP h\n"
            "c: application/sdp\n\nv=0\n",
            "old.1 1 c - - 5");
        row("5118 4.4: a port behind the brackets",
            "REGISTER sip:[2001:db8::10]:5070 SIP/2.0\nt: sip:e@f\nf: <sip:u6@[2001:db8::2]:5070>;tag=6\n"
            "i: port6\nCSeq: 4 REGISTER\nv: SIP/2.0/UDP [2001:db8::9:1]:5070;received=2001:db8::9:255;branch=z9\n\n",
            "port6 4 u6 - z9 0");
        row("5118 4.7: IPv4 and IPv6 in one message",
            "BYE sip:a@h.example SIP/2.0\nt: <sip:e@h.example>;tag=bd76ya\nf: <sip:u6@[2001:db8::2]>;tag=6\n"
            "i: both@[2001:db8::2]\nCSeq: 7 BYE\nv: SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9\n"
            "v: SIP/2.0/UDP 192.0.2.1;branch=last\nl: 0\n\n",
            "both@[2001:db8::2] 7 u6 bd76ya z9 0");
        row("5118 4.9: IPv4 addresses mapped to IPv6",
            "INVITE sip:a@[::ffff:192.0.2.10] SIP/2.0\nt: <sip:e@[::ffff:192.0.2.10]>\nf: "
            "<sip:u4@[::ffff:192.0.2.2]>;tag=6\n"
            "i: map@[::ffff:192.0.2.2]\nCSeq: 9 INVITE\nv: SIP/2.0/UDP [::ffff:192.0.2.2];branch=z9\n\n",
            "map@[::ffff:192.0.2.2] 9 u4 - z9 0");
    }
    void isRead()
    {
        QFETCH(QByteArray, message);
        QFETCH(QString, found);
        const std::string bytes = text(message);
        const auto sip = parseSip(bytes);
        QVERIFY(sip);
        const auto orDash = [](std::string_view value) {
            return value.empty() ? QString("-") : QString::fromUtf8(value.data(), static_cast<qsizetype>(value.size()));
        };
        QCOMPARE(QStringList({ orDash(sip->callId), QString::number(sip->cseq), orDash(sip->from.user),
                                 orDash(sip->to.tag), orDash(sip->viaBranch), QString::number(sip->body.size()) })
                     .join(' '),
            found);
    }

    void isNoSip_data()
    {
        QTest::addColumn<QByteArray>("message");
        const QByteArray rest = "\nTo: <sip:e@f>\nFrom: <sip:c@d>;tag=1\nCall-ID: x.1\nCSeq: 1 INVITE\n"
                                "Via: SIP/2.0/UDP h;branch=b\n\n";
        QTest::newRow("4475 3.1.2.4: CSeq of 33 bits")
            << QByteArray("INVITE sip:a@b SIP/2.0") + QByteArray(rest).replace("CSeq: 1 ", "CSeq: 4294967296 ");
        QTest::newRow("4475 3.1.2.4: Call-ID missing")
            << QByteArray("INVITE sip:a@b SIP/2.0") + QByteArray(rest).replace("Call-ID", "Call-IF");
        QTest::newRow("4475 3.1.2.19: status above 699") << QByteArray("SIP/2.0 4294967301 better not") + rest;
        QTest::newRow("status of two digits") << QByteArray("SIP/2.0 99 early") + rest;
        QTest::newRow("4475 3.1.2.5: CSeq of 73 bits in a response")
            << QByteArray("SIP/2.0 503 Busy") + QByteArray(rest).replace("CSeq: 1 ", "CSeq: 9223372036854775807999 ");
        QTest::newRow("4475 3.3.1: From missing")
            << QByteArray("INVITE sip:a@b SIP/2.0") + QByteArray(rest).replace("From", "Form");
        QTest::newRow("no method in the CSeq of a response")
            << QByteArray("SIP/2.0 200 OK") + QByteArray(rest).replace(" INVITE", "");
        QTest::newRow("status of four digits") << QByteArray("SIP/2.0 2000 OK") + rest;
        QTest::newRow("a method that is no token") << QByteArray("IN(VITE sip:a@b SIP/2.0") + rest;
        QTest::newRow("a method and a version only") << QByteArray("INVITE SIP/2.0") + rest;
        QTest::newRow("a return where a blank parts URI and version") << QByteArray("INVITE sip:a@b\rSIP/2.0") + rest;
        QTest::newRow("another protocol's NOTIFY (SSDP)") << QByteArray("NOTIFY * HTTP/1.1") + rest;
        QTest::newRow("cut in the middle of its Call-ID")
            << QByteArray("INVITE sip:a@b SIP/2.0\nTo: <sip:e@f>\nFrom: <sip:c@d>\nCSeq: 1 INVITE\nCall-ID: hal");
    }
    void isNoSip()
    {
        QFETCH(QByteArray, message);
        QVERIFY(!parseSip(text(message)));
    }

    void limitsAreOfFieldsAndOfTheirSize()
    {
        const std::string head = "BYE sip:a@b SIP/2.0\r\nt: <sip:e@f>;tag=t\r\nf: <sip:c@d>;tag=1\r\ni: c.1\r\n"
                                 "CSeq: 2 BYE\r\n";
        QVERIFY(readSip(head + "\r\n", { 4, 30 }).message);
        const SipReading tooMany = readSip(head + "x: 1\r\n\r\n", { 4, 30 });
        QVERIFY(!tooMany.message && tooMany.overLimit);
        const SipReading tooLong = readSip(head + "y: " + std::string(30, 'y') + "\r\n\r\n", { 8, 30 });
        QVERIFY(!tooLong.message && tooLong.overLimit);
        const SipReading folded = readSip(head + "y: yyyyyyyyyy\r\n yyyyyyyyyy\r\n yyyyyyyyyy\r\n\r\n", { 8, 30 });
        QVERIFY(!folded.message && folded.overLimit);
        QVERIFY(!readSip("no SIP at all", { 4, 30 }).overLimit);
    }

    void escapesAreUndoneOnce_data()
    {
        QTest::addColumn<QString>("escaped");
        QTest::addColumn<QString>("plain");
        QTest::newRow("none") << "+34910"
                              << "+34910";
        QTest::newRow("plus") << "%2b34910"
                              << "+34910";
        QTest::newRow("percent itself") << "a%252b"
                                        << "a%2b";
        QTest::newRow("control characters stay") << "a%00%0d%7f"
                                                 << "a%00%0d%7f";
        QTest::newRow("no digits") << "100%zz%4"
                                   << "100%zz%4";
        QTest::newRow("at the end") << "a%"
                                    << "a%";
        QTest::newRow("UTF-8") << "%C3%89"
                               << "\u00c9";
        QTest::newRow("longer than the memory") << "%31234567890"
                                                << "12345678";
    }
    void escapesAreUndoneOnce()
    {
        QFETCH(QString, escaped);
        QFETCH(QString, plain);
        std::array<char, 10> memory;
        const std::string text = escaped.toStdString();
        const auto result = unescaped(text, std::span(memory).first(escaped.size() > 10 ? 8 : 10));
        QCOMPARE(QString::fromUtf8(result.data(), static_cast<qsizetype>(result.size())), plain);
    }

    void elementsArePartedByCommasOutsideQuotesAndBrackets()
    {
        QStringList found;
        forEachElement("\"a,\\\"b\" <sip:x,y@h>;p=1, <sip:z@h>,,q=\"open,", [&](std::string_view element) {
            found += QString::fromUtf8(element.data(), static_cast<qsizetype>(element.size()));
        });
        QCOMPARE(found, QStringList({ "\"a,\\\"b\" <sip:x,y@h>;p=1", " <sip:z@h>", "", "q=\"open," }));
    }
};

}

QTEST_GUILESS_MAIN(UntidySipTest)
#include "tst_untidy_sip.moc"
