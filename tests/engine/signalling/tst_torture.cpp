// The messages of RFC 4475 and RFC 5118, which lie beside the captures (torture/<rfc>/<name>). Expected values are
// those that tshark 4.0.17 reads from the same bytes sent as UDP; where it reads nothing (From and To of wsinv, all of
// lwsruri, trws, badvers; the SDP of ncl) or another Via than the topmost (longreq), they are the text of the RFC.
#include "engine/signalling/sdp.h"
#include "engine/signalling/sip_message.h"
#include "tests/test_folders.h"

#include <QFile>
#include <QTest>

#include <string>
#include <vector>

using namespace callmon;

namespace {

struct Party {
    const char* user;
    const char* host;
    const char* tag;
};

struct Taken {
    const char* file;
    const char* section;
    const char* why; // what an observer lets pass that an element need not; empty for plain messages
    const char* method; // of the start line; of a response that of its CSeq
    unsigned status;
    const char* callId;
    std::uint32_t cseq;
    Party from;
    Party to;
    const char* branch;
    const char* contact;
    const char* media; // where the first media of the SDP goes; empty without SDP
};

const std::vector<Taken> taken {
    { "rfc4475/wsinv.dat", "3.1.1.1 valid", "", "INVITE", 0, "wsinv.ndaksdj@192.0.2.1", 9,
        { "jdrosen", "example.com", "98asjd8" }, { "vivekg", "chair-dnrc.example.com", "1918181833n" }, "390skdjuw",
        "sip:jdrosen@example.com", "192.0.2.4:49217" },
    { "rfc4475/esc01.dat", "3.1.1.3 valid", "", "INVITE", 0, "esc01.239409asdfakjkn23onasd0-3234", 234234,
        { "I%20have%20spaces", "example.net", "938" }, { "%75se%72", "example.com", "" }, "z9hG4bKkdjuw",
        "sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31", "192.0.2.1:49217" },
    { "rfc4475/esc02.dat", "3.1.1.5 valid", "", "RE%47IST%45R", 0, "esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf", 29344,
        { "resource", "example.com", "f232jadfj23" }, { "resource", "example.com", "" }, "z9hG4bK209%fzsnel234",
        "sip:alias1@host1.example.com", "" },
    { "rfc4475/longreq.dat", "3.1.1.7 valid", "", "INVITE", 0,
        "longreq."
        "onereallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreall"
        "yreallyreallylongcallid",
        3882340,
        { "amazinglylongcallernameamazinglylongcallernameamazinglylongcallernameamazinglylongcallernameamazinglylongcal"
          "lername",
            "example.net",
            "1298298298298298298298298298298298298298298298298298298298298298298298298298298298298298298298298298298298"
            "2982982982982982982982982982982982982982982982424" },
        { "user", "example.com", "" }, "",
        "sip:"
        "amazinglylongcallernameamazinglylongcallernameamazinglylongcallernameamazinglylongcallernameamazinglylongcalle"
        "rname@host5.example.net",
        "192.0.2.1:49217" },
    { "rfc4475/semiuri.dat", "3.1.1.9 valid", "", "OPTIONS", 0, "semiuri.0ha0isndaksdj", 8,
        { "caller", "example.org", "33242" }, { "j_user", "example.com", "" }, "z9hG4bKkdjuw", "", "" },
    { "rfc4475/mpart01.dat", "3.1.1.11 valid", "", "MESSAGE", 0, "3d9485ad0c49859b@Zmx1ZmZ5LW1hYy0xNi5sb2NhbA..", 1,
        { "fluffy", "example.com", "2fb0dcc9" }, { "kumiko", "example.org", "" },
        "z9hG4bK-d87543-4dade06d0bdb11ee-1--d87543-", "sip:fluffy@127.0.0.1:5070", "" },
    { "rfc4475/noreason.dat", "3.1.1.13 valid", "", "INVITE", 100, "noreason.asndj203insdf99223ndf", 35,
        { "user", "example.com", "39ansfi3" }, { "user", "example.edu", "902jndnke3" }, "z9hG4bK2398ndaoe",
        "sip:user@host105.example.com", "" },
    { "rfc4475/ncl.dat", "3.1.2.3 invalid", "a negative Content-Length says nothing: the datagram bounds the body",
        "INVITE", 0, "ncl.0ha0isndaksdj2193423r542w35", 0, { "caller", "example.net", "32394234" },
        { "j.user", "example.com", "" }, "z9hG4bKkdjuw", "sip:caller@example53.example.net", "192.0.2.53:49217" },
    { "rfc4475/lwsruri.dat", "3.1.2.8 invalid", "blanks inside the Request-URI: the rest names the call", "INVITE", 0,
        "lwsruri.asdfasdoeoi2323-asdfwrn23-asd834rk423", 2130706432, { "caller", "example.net", "231413434" },
        { "user", "example.com", "3xfe-9921883-z9f" }, "z9hG4bKkdjuw2395", "sip:caller@host1.example.net",
        "192.0.2.1:49217" },
    { "rfc4475/trws.dat", "3.1.2.10 invalid", "blanks after SIP/2.0: 3.1.2.10 allows to be liberal", "OPTIONS", 0,
        "trws.oicu34958239neffasdhr2345r", 238923, { "local-resource", "example.com", "329429089" },
        { "remote-target", "example.com", "" }, "z9hG4bK299342093", "", "" },
    { "rfc4475/badinv01.dat", "3.1.2.1 invalid", "empty parameters are skipped", "INVITE", 0,
        "badinv01.0ha0isndaksdjasdf3234nas", 8, { "caller", "example.net", "134161461246" },
        { "j.user", "example.com", "" }, "", "sip:joe@example.org", "192.0.2.15:49217" },
    { "rfc4475/baddate.dat", "3.1.2.12 invalid", "Date is not read", "INVITE", 0,
        "baddate.239423mnsadf3j23lj42--sedfnm234", 1392934, { "caller", "example.net", "2234923" },
        { "user", "example.com", "" }, "z9hG4bKkdjuw", "sip:caller@host5.example.net", "192.0.2.5:49217" },
    { "rfc4475/badaspec.dat", "3.1.2.14 invalid", "blanks inside <> are no part of the URI", "OPTIONS", 0,
        "badaspec.sdf0234n2nds0a099u23h3hnnw009cdkne3", 3923239, { "a.g.bell", "example.com", "433423" },
        { "t.watson", "example.org", "" }, "z9hG4bKkdju43234", "", "" },
    { "rfc4475/badvers.dat", "3.1.2.16 invalid", "another version: answered 505 on the wire, the attempt is there",
        "OPTIONS", 0, "badvers.31417@c.example.com", 1, { "a.g.bell", "example.com", "qweoiqpe" },
        { "t.watson", "example.org", "" }, "z9hG4bKkdjuw", "", "" },
    { "rfc4475/escruri.dat", "3.1.2.11 invalid", "headers in the Request-URI are not read", "INVITE", 0,
        "escruri.23940-asdfhj-aje3br-234q098w-fawerh2q-h4n5", 149209342, { "caller", "example.net", "341518" },
        { "user", "example.com", "" }, "z9hG4bKkdjuw", "sip:caller@host39923.example.net", "192.0.2.1:49217" },
    { "rfc4475/mismatch02.dat", "3.1.2.18 invalid", "the start line says what it is, not the CSeq", "NEWMETHOD", 0,
        "mismatch02.dj0234sxdfl3", 8, { "caller", "example.net", "34525" }, { "j.user", "example.com", "" },
        "z9hG4bKkdjuw", "sip:caller@host.example.net", "192.0.2.1:49217" },
    { "rfc4475/novelsc.dat", "3.3.3 application-layer", "", "OPTIONS", 0, "novelsc.asdfasser0q239nwsdfasdkl34", 3923423,
        { "caller", "example.net", "384" }, { "user", "example.com", "" }, "z9hG4bKkdjuw39234", "", "" },
    { "rfc4475/bext01.dat", "3.3.5 application-layer", "", "OPTIONS", 0, "bext01.0ha0isndaksdj", 8,
        { "caller", "example.net", "242etr" }, { "j_user", "example.com", "" }, "z9hG4bKkdjuw", "", "" },
    { "rfc4475/regaut01.dat", "3.3.7 application-layer", "", "REGISTER", 0, "regaut01.0ha0isndaksdj", 9338,
        { "j.user", "example.com", "87321hj23128" }, { "j.user", "example.com", "" }, "z9hG4bKkdjuw", "", "" },
    { "rfc4475/mcl01.dat", "3.3.9 application-layer", "Content-Lengths that differ say nothing", "OPTIONS", 0,
        "mcl01.fhn2323orihawfdoa3o4r52o3irsdf", 15932, { "other", "example.net", "3923942" },
        { "user", "example.com", "" }, "z9hG4bK293423", "", "" },
    { "rfc4475/zeromf.dat", "3.3.11 application-layer", "", "OPTIONS", 0, "zeromf.jfasdlfnm2o2l43r5u0asdfas", 39234321,
        { "caller", "example.net", "3ghsd41" }, { "user", "example.com", "" }, "z9hG4bKkdjuw2349i", "", "" },
    { "rfc4475/cparam02.dat", "3.3.13 application-layer", "", "REGISTER", 0, "cparam02.70710@saturn.example.com", 3,
        { "watson", "example.com", "838293" }, { "watson", "example.com", "" }, "z9hG4bKkdjuw",
        "sip:+19725552222@gw1.example.net;unknownparam", "" },
    { "rfc4475/sdp01.dat", "3.3.15 application-layer", "", "INVITE", 0, "sdp01.ndaksdj9342dasdd", 8,
        { "caller", "example.net", "234" }, { "j_user", "example.com", "" }, "z9hG4bKkdjuw",
        "sip:caller@host15.example.net", "192.0.2.5:49217" },
    { "rfc5118/ipv6-good", "4.1", "", "REGISTER", 0, "SSG9559905523997077@hlau_4100", 98176,
        { "user", "example.com", "81x2" }, { "user", "example.com", "" }, "z9hG4bKas3-111", "sip:caller@[2001:db8::1]",
        "" },
    { "rfc5118/port-ambiguous", "4.3", "", "REGISTER", 0, "SSG9559905523997077@hlau_4100", 98176,
        { "user", "example.com", "81x2" }, { "user", "example.com", "" }, "z9hG4bKas3-111", "sip:caller@[2001:db8::1]",
        "" },
    { "rfc5118/via-received-param-with-delim", "4.5", "", "BYE", 0, "SSG9559905523997077@hlau_4100", 321,
        { "user", "example.com", "81x2" }, { "user", "example.com", "bd76ya" }, "z9hG4bKas3-111", "", "" },
    { "rfc5118/ipv6-in-sdp", "4.6", "", "INVITE", 0, "SSG9559905523997077@hlau_4100", 8612,
        { "user", "example.com", "81x2" }, { "user", "2001:db8::10", "" }, "z9hG4bKas3-111",
        "sip:caller@[2001:db8::20]", "[2001:db8::20]:6000" },
    { "rfc5118/mult-ip-in-sdp", "4.8", "", "INVITE", 0, "SSG9559905523997077@hlau_4100", 8912,
        { "user", "example.com", "81x2" }, { "user", "2001:db8::10", "" }, "z9hG4bKas3-111",
        "sip:caller@[2001:db8::9:1]", "192.0.2.1:22334" },
    { "rfc5118/ipv6-bug-abnf-3-colons", "4.10", "the host is text: it is not resolved", "OPTIONS", 0,
        "G9559905523997077@hlau_4100", 689, { "user", "example.com", "810x2" }, { "user", "2001:db8:::192.0.2.1", "" },
        "z9hG4bKas3-111", "", "" },
};

struct Refused {
    const char* file;
    const char* section;
    const char* why;
};

const std::vector<Refused> refused {
    { "rfc4475/scalarlg.dat", "3.1.2.5 invalid",
        "a CSeq beyond 32 bits matches no request: an element discards it too" },
    { "rfc4475/insuf.dat", "3.3.1 application-layer", "no Call-ID: it belongs to no call" },
    { "rfc4475/test.dat", "- unreferenced", "no SIP version in the start line, no CSeq" },
};

QString tortureFolder()
{
    return captureFolder() + "/../torture/";
}

// In a buffer of its own size, so that the address sanitizer sees a read beyond it.
std::vector<char> readMessage(const char* file)
{
    QFile in(tortureFolder() + file);
    if (!in.open(QIODevice::ReadOnly))
        return {};
    const QByteArray bytes = in.readAll();
    return { bytes.begin(), bytes.end() };
}

std::string text(std::string_view view)
{
    return std::string(view);
}

SipMethod methodNamed(const char* name)
{
    for (int i = 0; i < static_cast<int>(SipMethod::Other); ++i)
        if (toText(static_cast<SipMethod>(i)) == name)
            return static_cast<SipMethod>(i);
    return SipMethod::Other;
}

void compare(const SipAddress& address, const Party& expected)
{
    QCOMPARE(text(address.user), std::string(expected.user));
    QCOMPARE(text(address.host), std::string(expected.host));
    QCOMPARE(text(address.tag), std::string(expected.tag));
}

std::vector<std::string_view> viewsOf(const SipMessage& message)
{
    std::vector<std::string_view> views { message.requestUri, message.callId, message.viaBranch, message.contact,
        message.contentType, message.body, sdpOf(message) };
    for (const SipAddress* address : { &message.from, &message.to })
        views.insert(views.end(), { address->displayName, address->uri, address->user, address->host, address->tag });
    if (const auto description = parseSdp(sdpOf(message)))
        for (const SdpMedia& media : description->media)
            for (const SdpCodec& codec : media.codecs)
                if (standardSpelling(std::string(codec.name)).data() != codec.name.data()) // not a name of our own
                    views.push_back(codec.name);
    return views;
}

// Views reach no byte outside the message, and a copy of each can be made.
bool viewsStayInside(const SipMessage& message, std::string_view bytes)
{
    for (const std::string_view view : viewsOf(message))
        if (!view.empty() && (view.data() < bytes.data() || view.data() + view.size() > bytes.data() + bytes.size()))
            return false;
    return true;
}

}

class TortureTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        if (!QFile::exists(tortureFolder()))
            QSKIP("no torture messages beside the captures (CALLMON_CAPTURES)");
    }

    void everyMessageIsInOneOfTheTables()
    {
        for (const QString rfc : { "rfc4475", "rfc5118" }) {
            QFile verdicts(tortureFolder() + rfc + "/verdicts.csv");
            QVERIFY(verdicts.open(QIODevice::ReadOnly));
            verdicts.readLine();
            while (!verdicts.atEnd()) {
                const QString file = rfc + "/" + QString::fromUtf8(verdicts.readLine()).section(',', 0, 0);
                const auto isFile = [&file](const auto& row) { return file == row.file; };
                QVERIFY2(std::any_of(taken.begin(), taken.end(), isFile)
                        || std::any_of(refused.begin(), refused.end(), isFile),
                    qPrintable(file));
            }
        }
    }

    void messageIsReadAsItsSectionSays_data()
    {
        QTest::addColumn<int>("row");
        for (std::size_t i = 0; i < taken.size(); ++i)
            QTest::addRow("%s %s %s", taken[i].file, taken[i].section, taken[i].why) << static_cast<int>(i);
    }

    void messageIsReadAsItsSectionSays()
    {
        QFETCH(int, row);
        const Taken& expected = taken[static_cast<std::size_t>(row)];
        const auto bytes = readMessage(expected.file);
        const auto message = parseSip({ bytes.data(), bytes.size() });
        QVERIFY(message);
        QCOMPARE(message->isRequest, expected.status == 0);
        QCOMPARE(unsigned(message->status), expected.status);
        QCOMPARE(message->method, methodNamed(expected.method));
        QCOMPARE(text(message->callId), std::string(expected.callId));
        QCOMPARE(message->cseq, expected.cseq);
        compare(message->from, expected.from);
        compare(message->to, expected.to);
        QCOMPARE(text(message->viaBranch), std::string(expected.branch));
        QCOMPARE(text(parseSipAddress(message->contact).uri), std::string(expected.contact));
        const auto description = parseSdp(sdpOf(*message));
        QCOMPARE(description.has_value(), *expected.media != 0);
        if (description)
            QCOMPARE(toString(description->media[0].address), std::string(expected.media));
    }

    void messageThatNamesNoCallIsRefused_data()
    {
        QTest::addColumn<QByteArray>("file");
        for (const Refused& row : refused)
            QTest::addRow("%s %s %s", row.file, row.section, row.why) << QByteArray(row.file);
    }

    void messageThatNamesNoCallIsRefused()
    {
        QFETCH(QByteArray, file);
        const auto bytes = readMessage(file.constData());
        QVERIFY(!bytes.empty());
        QVERIFY(!parseSip({ bytes.data(), bytes.size() }));
    }

    void messageCutAnywhereNamesTheSameCallOrNone()
    {
        for (const Taken& row : taken) {
            const auto whole = readMessage(row.file);
            for (std::size_t size = 0; size < whole.size(); ++size) {
                const std::vector<char> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
                const auto message = parseSip({ cut.data(), cut.size() });
                if (!message)
                    continue;
                QVERIFY2(message->callId == row.callId && message->cseq == row.cseq, row.file);
                QVERIFY2(viewsStayInside(*message, { cut.data(), cut.size() }), row.file);
            }
        }
    }

    void messageWithAnyByteReplacedIsReadWithinItsBounds()
    {
        for (const Taken& row : taken) {
            std::vector<char> bytes = readMessage(row.file);
            for (std::size_t i = 0; i < bytes.size(); ++i) {
                const char original = bytes[i];
                for (const char replacement : { '\0', '\n', '"', '<', ';', ',', ':', '\xff' }) {
                    bytes[i] = replacement;
                    if (const auto message = parseSip({ bytes.data(), bytes.size() }))
                        QVERIFY2(viewsStayInside(*message, { bytes.data(), bytes.size() }), row.file);
                }
                bytes[i] = original;
            }
        }
    }
};

QTEST_GUILESS_MAIN(TortureTest)
#include "tst_torture.moc"
