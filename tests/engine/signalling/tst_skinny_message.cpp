// Bytes as Wireshark's packet-skinny names them, field by field, for the versions whose layouts differ.
#include "engine/signalling/skinny_message.h"

#include <QTest>

#include <string>

using namespace callmon;

namespace {

// A message field by field; version and id in its header.
class Message {
public:
    Message(std::uint32_t version, std::uint32_t id)
        : m_version(version)
        , m_id(id)
    {
    }
    Message& u32(std::uint32_t value)
    {
        for (int i = 0; i < 4; ++i)
            m_body += static_cast<char>(value >> 8 * i & 0xff);
        return *this;
    }
    Message& words(std::initializer_list<std::uint32_t> values)
    {
        for (const std::uint32_t value : values)
            u32(value);
        return *this;
    }
    Message& text(std::string_view text, std::size_t size)
    {
        m_body += text;
        m_body.append(size - text.size(), '\0');
        return *this;
    }
    Message& bytes(std::initializer_list<unsigned> values)
    {
        for (const unsigned value : values)
            m_body += static_cast<char>(value);
        return *this;
    }
    Message& zeros(std::size_t count) { return text({}, count); }
    std::string whole() const
    {
        Message header(0, 0);
        header.words({ static_cast<std::uint32_t>(m_body.size() + 4), m_version, m_id });
        return header.m_body + m_body;
    }

private:
    std::uint32_t m_version;
    std::uint32_t m_id;
    std::string m_body;
};

std::optional<SkinnyMessage> parse(const std::string& whole)
{
    return parseSkinny(std::as_bytes(std::span(whole)));
}

// The body; the message is kept so that its views live.
template <typename Body> Body bodyOf(const Message& message)
{
    static std::string whole;
    whole = message.whole();
    const auto parsed = parse(whole);
    if (!parsed || !std::holds_alternative<Body>(parsed->body)) {
        qWarning("another message, or none");
        return {};
    }
    return std::get<Body>(parsed->body);
}

bool isFromPhone(const Message& message)
{
    const auto parsed = parse(message.whole());
    return parsed && parsed->fromPhone;
}

std::string text(std::string_view view)
{
    return std::string(view);
}

const std::initializer_list<unsigned> address4 { 10, 22, 100, 102 };
const std::initializer_list<unsigned> address6 { 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7 };

Endpoint endpoint(const char* address, std::uint16_t port)
{
    return { *IpAddress::parse(address), port };
}

constexpr std::size_t keyInfoAndStreams = 48 + 8;

Message startTransmit(std::uint32_t version)
{
    Message message(version, 0x008a);
    message.words({ 7, 33 });
    if (version >= 17)
        message.u32(0).bytes(address4).zeros(12);
    else
        message.bytes(address4);
    message.words({ 20656, 20, 4, 0x88, 0, 0, 2, 9 }); // port, ms, codec, qualifiers, call
    message.zeros(keyInfoAndStreams).words({ 101, 1 });
    return message;
}

}

class TestSkinnyMessage : public QObject {
    Q_OBJECT

private slots:
    void registrationNamesTheDeviceAndItsVersion()
    {
        Message message(0, 0x0001);
        message.text("SEP001122334455", 16).words({ 0, 1 }).bytes(address4).words({ 0x73, 0, 0 });
        message.bytes({ 17, 0, 0x60, 0x84 }).zeros(32);
        const auto found = bodyOf<SkinnyRegister>(message);
        QCOMPARE(text(found.device), std::string("SEP001122334455"));
        QCOMPARE(found.protocolVersion, 17);
        QVERIFY(isFromPhone(message));

        Message ack(0, 0x0081);
        ack.u32(30).text("M/D/YA", 6).zeros(2).u32(60).bytes({ 18, 0, 0, 0 });
        QCOMPARE(bodyOf<SkinnyRegisterAck>(ack).protocolVersion, 18);
        QVERIFY(!isFromPhone(ack));
    }

    void hookOfAnOldTelephoneNamesNoCall()
    {
        QVERIFY(bodyOf<SkinnyHook>(Message(0, 0x0006)).offHook);
        const auto later = bodyOf<SkinnyHook>(Message(17, 0x0007).words({ 1, 9 }));
        QVERIFY(!later.offHook);
        QCOMPARE(later.at.line, 1u);
        QCOMPARE(later.at.callReference, 9u);
    }

    void keysAreDigitsStarAndPound()
    {
        const auto digit = [](std::uint32_t button) {
            return bodyOf<SkinnyKeypad>(Message(0, 0x0003).words({ button, 1, 9 })).digit;
        };
        QCOMPARE(digit(0), '0');
        QCOMPARE(digit(9), '9');
        QCOMPARE(digit(14), '*');
        QCOMPARE(digit(15), '#');
        QCOMPARE(digit(16), '\0');
    }

    void dialledNumber_data()
    {
        QTest::addColumn<int>("version");
        QTest::addColumn<int>("size");
        QTest::newRow("24 bytes") << 0 << 24;
        QTest::newRow("24 bytes, IPv6 version") << 17 << 24;
        QTest::newRow("25 bytes, packed") << 18 << 25;
        QTest::newRow("25 bytes, padded") << 22 << 28;
    }
    void dialledNumber()
    {
        QFETCH(int, version);
        QFETCH(int, size);
        Message message(static_cast<std::uint32_t>(version), 0x011d);
        message.text("2255", static_cast<std::size_t>(size)).words({ 1, 0x100 });
        const auto found = bodyOf<SkinnyDialed>(message);
        QCOMPARE(text(found.number), std::string("2255"));
        QCOMPARE(found.at.line, 1u);
        QCOMPARE(found.at.callReference, 0x100u);
    }

    void enblocCallHasTheWholeNumberAtOnce()
    {
        QCOMPARE(
            text(bodyOf<SkinnyDialed>(Message(0, 0x0004).text("00493012345", 24)).number), std::string("00493012345"));
        const auto later = bodyOf<SkinnyDialed>(Message(17, 0x0004).text("2255", 24).u32(2));
        QCOMPARE(later.at.line, 2u);
        QCOMPARE(later.at.callReference, 0u);
    }

    void callInfoOfFixedTexts()
    {
        Message message(0, 0x008f);
        message.text("Ada", 40).text("2211", 24).text("Bob", 40).text("2255", 24).words({ 1, 9, 2 });
        message.text("Carol", 40).text("2299", 24).zeros(64 + 8 + 96);
        const auto found = bodyOf<SkinnyCallInfo>(message);
        QCOMPARE(text(found.callingNumber) + text(found.callingName), std::string("2211Ada"));
        QCOMPARE(text(found.calledNumber) + text(found.calledName), std::string("2255Bob"));
        QCOMPARE(text(found.originalCalledNumber), std::string("2299"));
        QCOMPARE(found.at.callReference, 9u);
        QVERIFY(found.type == SkinnyCallType::Outbound);
    }

    void callInfoOfVariableTexts_data()
    {
        QTest::addColumn<int>("version");
        QTest::addColumn<bool>("alternate");
        QTest::newRow("before the alternate number") << 15 << false;
        QTest::newRow("17") << 17 << true;
        QTest::newRow("22") << 22 << true;
    }
    void callInfoOfVariableTexts()
    {
        QFETCH(int, version);
        QFETCH(bool, alternate);
        Message message(static_cast<std::uint32_t>(version), 0x014a);
        message.words({ 1, 10, 1, 0, 0, 1, 1, 0 }).text("2211", 5);
        if (alternate)
            message.text("+49302211", 10);
        message.text("2255", 5).text("2299", 5).text("", 1); // called, originally called, redirecting
        message.text("8211", 5).text("8255", 5).text("8299", 5).text("", 1); // mailboxes
        message.text("Ada", 4).text("Bob", 4).text("", 1);
        const auto found = bodyOf<SkinnyCallInfo>(message);
        QCOMPARE(text(found.callingNumber) + text(found.callingName), std::string("2211Ada"));
        QCOMPARE(text(found.calledNumber) + text(found.calledName), std::string("2255Bob"));
        QCOMPARE(text(found.originalCalledNumber), std::string("2299"));
        QVERIFY(found.type == SkinnyCallType::Inbound);
    }

    void callInfoThatEndsWithinATextHasTheTextsBefore()
    {
        Message message(17, 0x014a);
        message.words({ 1, 10, 1, 0, 0, 1, 1, 0 }).text("2211", 5).text("", 1).text("225", 3);
        const auto found = bodyOf<SkinnyCallInfo>(message);
        QCOMPARE(text(found.callingNumber), std::string("2211"));
        QVERIFY(found.calledNumber.empty());
    }

    void callStateToneAndSoftKeysNameTheirCall()
    {
        const auto state = bodyOf<SkinnyCallState>(Message(17, 0x0111).words({ 4, 1, 10, 0, 4, 0 }));
        QVERIFY(state.state == SkinnyState::RingIn);
        QCOMPARE(state.at.callReference, 10u);
        const auto tone = bodyOf<SkinnyTone>(Message(17, 0x0082).words({ 0x24, 0, 1, 9 }));
        QCOMPARE(tone.tone, 0x24u);
        QCOMPARE(tone.at.callReference, 9u);
        const auto keys = bodyOf<SkinnySoftKeys>(Message(17, 0x0110).words({ 1, 9, 8, 0xffff }));
        QCOMPARE(keys.set, 8u);
        QCOMPARE(keys.at.callReference, 9u);
        const auto pressed = bodyOf<SkinnySoftKeyEvent>(Message(0, 0x0026).words({ 3, 1, 9 }));
        QVERIFY(pressed.key == SkinnySoftKey::Hold);
        QCOMPARE(pressed.at.callReference, 9u);
        const auto button = bodyOf<SkinnyStimulus>(Message(17, 0x0005).words({ 4, 1, 9, 0 }));
        QVERIFY(button.button == SkinnyButton::Transfer);
        QCOMPARE(button.at.callReference, 9u);
        QCOMPARE(bodyOf<SkinnyStimulus>(Message(0, 0x0005).words({ 4, 1 })).at.callReference, 0u);
    }

    void receiveChannel()
    {
        Message open(17, 0x0105);
        open.words({ 7, 33, 20, 11, 1, 2, 9 }).zeros(keyInfoAndStreams).words({ 101, 1 });
        const auto found = bodyOf<SkinnyOpenReceive>(open);
        QCOMPARE(found.channel.conference, 7u);
        QCOMPARE(found.channel.passThroughParty, 33u);
        QCOMPARE(found.channel.callReference, 9u);
        QCOMPARE(found.packetMs, 20u);
        QCOMPARE(found.codec, 11u);
        QCOMPARE(found.eventPayloadType, 101);
        QVERIFY(!found.encrypted);

        const auto old = bodyOf<SkinnyReceiveOpened>(Message(0, 0x0022).u32(0).bytes(address4).words({ 20656, 33 }));
        QVERIFY(old.accepted);
        QVERIFY(old.address == (endpoint("10.22.100.102", 20656)));
        QCOMPARE(old.channel.passThroughParty, 33u);
        QCOMPARE(old.channel.callReference, 0u);

        Message v4(17, 0x0022);
        v4.words({ 0, 0 }).bytes(address4).zeros(12).words({ 20656, 33, 9 });
        QVERIFY(bodyOf<SkinnyReceiveOpened>(v4).address == (endpoint("10.22.100.102", 20656)));
        QCOMPARE(bodyOf<SkinnyReceiveOpened>(v4).channel.callReference, 9u);

        Message v6(20, 0x0031);
        v6.words({ 1, 1 }).bytes(address6).words({ 20656, 33, 9 });
        const auto refused = bodyOf<SkinnyReceiveOpened>(v6);
        QVERIFY(refused.address == (endpoint("2001:db8::7", 20656)));
        QVERIFY(!refused.accepted);
        QVERIFY(refused.video);
    }

    void transmission_data()
    {
        QTest::addColumn<int>("version");
        QTest::newRow("IPv4 only") << 0;
        QTest::newRow("codec parameters") << 15;
        QTest::newRow("either") << 17;
        QTest::newRow("latest") << 22;
    }
    void transmission()
    {
        QFETCH(int, version);
        const auto found = bodyOf<SkinnyStartTransmit>(startTransmit(static_cast<std::uint32_t>(version)));
        QCOMPARE(found.channel.conference, 7u);
        QCOMPARE(found.channel.passThroughParty, 33u);
        QCOMPARE(found.channel.callReference, 9u);
        QVERIFY(found.remote == endpoint("10.22.100.102", 20656));
        QCOMPARE(found.codec, 4u);
        QCOMPARE(found.packetMs, 20u);
        QCOMPARE(found.eventPayloadType, 101);
    }

    void encryptedTransmissionIsNamedSo()
    {
        Message message(17, 0x008a);
        message.words({ 7, 33, 0 }).bytes(address4).zeros(12).words({ 20656, 20, 4, 0, 0, 0, 2, 9, 1 }).zeros(52);
        QVERIFY(bodyOf<SkinnyStartTransmit>(message).encrypted);
    }

    void transmissionOfTheFirstVersionsEndsWithTheCodec()
    {
        const auto found =
            bodyOf<SkinnyStartTransmit>(Message(0, 0x008a).words({ 7, 33 }).bytes(address4).words({ 20656, 20, 4 }));
        QCOMPARE(found.codec, 4u);
        QCOMPARE(found.channel.callReference, 0u);
    }

    void transmissionStartedSaysWhereFrom()
    {
        Message ack(17, 0x0154);
        ack.words({ 7, 33, 9, 0 }).bytes(address4).zeros(12).words({ 20656, 0 });
        const auto found = bodyOf<SkinnyTransmitStarted>(ack);
        QVERIFY(found.local == endpoint("10.22.100.102", 20656));
        QCOMPARE(found.channel.callReference, 9u);
        QVERIFY(found.accepted);
        QVERIFY(isFromPhone(ack)); // though its id is one of the call manager's
    }

    void videoTransmissionNamesItsPayloadType()
    {
        Message message(17, 0x0132);
        message.words({ 10, 33, 103, 0 }).bytes(address4).zeros(12).words({ 20664, 9, 0, 119, 0x88 }).zeros(60);
        const auto found = bodyOf<SkinnyStartTransmit>(message);
        QVERIFY(found.video);
        QCOMPARE(found.remote.port, 20664);
        QCOMPARE(found.payloadType, 119);
        QCOMPARE(text(skinnyCodec(found.codec).name), std::string("H264"));
    }

    void closingSaysWhichDirection()
    {
        QVERIFY(bodyOf<SkinnyChannelClosed>(Message(17, 0x0106).words({ 7, 33, 9, 0 })).receiving);
        const auto stop = bodyOf<SkinnyChannelClosed>(Message(0, 0x008b).words({ 7, 33 }));
        QVERIFY(!stop.receiving);
        QCOMPARE(stop.channel.passThroughParty, 33u);
    }

    void statistics_data()
    {
        QTest::addColumn<int>("version");
        QTest::addColumn<int>("numberSize");
        QTest::addColumn<int>("modeSize");
        QTest::newRow("24 bytes") << 0 << 24 << 4;
        QTest::newRow("24 bytes, with quality") << 17 << 24 << 4;
        QTest::newRow("25 bytes packed") << 18 << 25 << 4;
        QTest::newRow("28 bytes") << 20 << 28 << 4;
        QTest::newRow("28 bytes, mode in a byte") << 22 << 28 << 1;
    }
    void statistics()
    {
        QFETCH(int, version);
        QFETCH(int, numberSize);
        QFETCH(int, modeSize);
        Message message(static_cast<std::uint32_t>(version), 0x0023);
        message.text("2255", static_cast<std::size_t>(numberSize)).u32(10).bytes({ 1 });
        message.zeros(static_cast<std::size_t>(modeSize) - 1);
        message.words({ 191, 30560, 190, 30400, 1, 3, 19 });
        const auto found = bodyOf<SkinnyStatistics>(message);
        QCOMPARE(text(found.number), std::string("2255"));
        QCOMPARE(found.callReference, 10u);
        QCOMPARE(found.packetsSent, 191u);
        QCOMPARE(found.octetsSent, 30560u);
        QCOMPARE(found.packetsReceived, 190u);
        QCOMPARE(found.octetsReceived, 30400u);
        QCOMPARE(found.packetsLost, 1u);
        QCOMPARE(found.jitterMs, 3u);
        QCOMPARE(found.latencyMs, 19u);
        QVERIFY(isFromPhone(message));
        const auto request = bodyOf<SkinnyStatisticsRequest>(Message(static_cast<std::uint32_t>(version), 0x0107)
                                                                 .text("2255", static_cast<std::size_t>(numberSize))
                                                                 .words({ 10, 0 }));
        QCOMPARE(request.callReference, 10u);
    }

    void whatIsShorterThanItsLayoutIsNone()
    {
        const std::string whole = startTransmit(17).whole();
        const std::size_t needed = 12 + 4 + 4 + 4 + 16 + 4 + 4 + 4; // up to the codec
        for (std::size_t size = 0; size < needed; ++size) {
            std::string cut = whole.substr(0, size);
            if (size >= 4) { // the header says so too
                cut[0] = static_cast<char>(size > 8 ? size - 8 : 0);
                cut[1] = cut[2] = cut[3] = 0;
            }
            QVERIFY2(!parse(cut), std::to_string(size).c_str());
        }
        QVERIFY(!parse(whole.substr(0, whole.size() - 1))); // more promised than there is
    }

    void aMessageThatSaysNothingOfCallsIsOneWithoutABody()
    {
        const auto parsed = parse(Message(17, 0x0115).whole());
        QVERIFY(parsed.has_value());
        QCOMPARE(parsed->id, 0x0115u);
        QVERIFY(std::holds_alternative<std::monostate>(parsed->body));
    }

    void aPortBeyond16BitsIsNoAddress()
    {
        const auto found =
            bodyOf<SkinnyReceiveOpened>(Message(0, 0x0022).u32(0).bytes(address4).words({ 0x10000 + 20656, 33 }));
        QVERIFY(found.address == (Endpoint {}));
    }

    void codecNumbersAreEncodingNames_data()
    {
        QTest::addColumn<int>("number");
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("payloadType");
        QTest::newRow("A-law") << 2 << "PCMA" << 8;
        QTest::newRow("mu-law") << 4 << "PCMU" << 0;
        QTest::newRow("G.722") << 6 << "G722" << 9;
        QTest::newRow("G.723.1") << 9 << "G723" << 4;
        QTest::newRow("G.728") << 10 << "G728" << 15;
        QTest::newRow("G.729") << 11 << "G729" << 18;
        QTest::newRow("G.729AB") << 16 << "G729" << 18;
        QTest::newRow("iLBC") << 86 << "iLBC" << 255;
        QTest::newRow("none") << 0x78 << "" << 255;
    }
    void codecNumbersAreEncodingNames()
    {
        QFETCH(int, number);
        QFETCH(QString, name);
        QFETCH(int, payloadType);
        const SkinnyCodec codec = skinnyCodec(static_cast<std::uint32_t>(number));
        QCOMPARE(text(codec.name), name.toStdString());
        QCOMPARE(static_cast<int>(codec.payloadType), payloadType);
    }
};

QTEST_APPLESS_MAIN(TestSkinnyMessage)
#include "tst_skinny_message.moc"
