#include <QFile>
#include <QTest>

#include "shared/codecs/decoder.h"
#include "tests/test_folders.h"

#include <cmath>

using namespace callmon;

class DecoderTest : public QObject {
    Q_OBJECT

private slots:
    void g711EqualsTheItuSweep_data();
    void g711EqualsTheItuSweep();
    void g711CodeWordsOfTheStandardsTables_data();
    void g711CodeWordsOfTheStandardsTables();
    void g729EqualsTheReferencePcm_data();
    void g729EqualsTheReferencePcm();
    void codecNamesInAnyCase_data();
    void codecNamesInAnyCase();
    void concealmentRepeatsThePitchAndFadesIn60Milliseconds();
    void concealmentBeforeAnyPacketIsSilence();
    void soundAfterALossIsUntouched();
    void g729SidIsFollowedByComfortNoise();
    void g729PayloadOfAnySizeYieldsItsWholeFrames_data();
    void g729PayloadOfAnySizeYieldsItsWholeFrames();
};

static QByteArray vector(const QString& name)
{
    QFile file(captureFolder() + "/../codecs/" + name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

static std::vector<std::int16_t> words(const QByteArray& bytes)
{
    std::vector<std::int16_t> samples(static_cast<std::size_t>(bytes.size()) / 2);
    if (!samples.empty()) // memcpy() takes no null, not even for nothing
        std::memcpy(samples.data(), bytes.constData(), samples.size() * 2);
    return samples;
}

static Bytes bytesOf(const QByteArray& array)
{
    return std::as_bytes(std::span(array.constData(), static_cast<std::size_t>(array.size())));
}

static double rms(std::span<const std::int16_t> samples)
{
    double sum = 0;
    for (const double sample : samples)
        sum += sample * sample;
    return std::sqrt(sum / static_cast<double>(samples.size()));
}

// A-law of a sine: encoded by searching the decoder's own table, so that only the tests above judge that table.
static QByteArray sineInAlaw(int count, double period, double amplitude)
{
    std::vector<std::int16_t> table;
    QByteArray all;
    for (int code = 0; code < 256; ++code)
        all.append(static_cast<char>(code));
    makeDecoder("PCMA", { 8000 })->decode(bytesOf(all), table);
    QByteArray payload;
    for (int i = 0; i < count; ++i) {
        const double wanted = amplitude * std::sin(2 * M_PI * i / period);
        const auto nearest = std::min_element(table.begin(), table.end(),
            [wanted](double a, double b) { return std::abs(a - wanted) < std::abs(b - wanted); });
        payload.append(static_cast<char>(nearest - table.begin()));
    }
    return payload;
}

void DecoderTest::g711EqualsTheItuSweep_data()
{
    QTest::addColumn<QByteArray>("codec");
    QTest::addColumn<QString>("codeWords");
    QTest::addColumn<QString>("decoded");
    QTest::newRow("A-law") << QByteArray("PCMA") << "sweep-r.a"
                           << "sweep-r.rea";
    QTest::newRow("mu-law") << QByteArray("PCMU") << "sweep-r.u"
                            << "sweep-r.reu";
}

void DecoderTest::g711EqualsTheItuSweep()
{
    QFETCH(QByteArray, codec);
    QFETCH(QString, codeWords);
    QFETCH(QString, decoded);
    const auto codes = words(vector(codeWords));
    if (codes.empty())
        QSKIP("the ITU sweep is not on this machine: set CALLMON_CAPTURES");
    QByteArray payload;
    for (const std::int16_t code : codes)
        payload.append(static_cast<char>(code));
    std::vector<std::int16_t> sound;
    QCOMPARE(makeDecoder(codec.toStdString(), { 8000 })->decode(bytesOf(payload), sound), std::size_t(0));
    const auto expected = words(vector(decoded));
    QCOMPARE(sound.size(), std::size_t(65536));
    QVERIFY(sound == expected);
}

void DecoderTest::g711CodeWordsOfTheStandardsTables_data()
{
    QTest::addColumn<QByteArray>("codec");
    QTest::addColumn<int>("code");
    QTest::addColumn<int>("value");
    // ITU-T G.711 tables 1a and 2a, columns 6 (code word) and 8 (decoder output), on the 16-bit scale
    QTest::newRow("A-law, greatest 4032 of 13 bits") << QByteArray("PCMA") << (0xff ^ 0x55) << 4032 * 8;
    QTest::newRow("A-law, least 1") << QByteArray("PCMA") << (0x80 ^ 0x55) << 1 * 8;
    QTest::newRow("A-law, least negative") << QByteArray("PCMA") << (0x00 ^ 0x55) << -1 * 8;
    QTest::newRow("mu-law, greatest 8031 of 14 bits") << QByteArray("PCMU") << 0x80 << 8031 * 4;
    QTest::newRow("mu-law, zero") << QByteArray("PCMU") << 0xff << 0;
    QTest::newRow("mu-law, 2") << QByteArray("PCMU") << 0xfe << 2 * 4;
    QTest::newRow("mu-law, least") << QByteArray("PCMU") << 0x00 << -8031 * 4;
}

void DecoderTest::g711CodeWordsOfTheStandardsTables()
{
    QFETCH(QByteArray, codec);
    QFETCH(int, code);
    std::vector<std::int16_t> sound;
    makeDecoder(codec.toStdString(), { 8000 })->decode(bytesOf(QByteArray(1, static_cast<char>(code))), sound);
    QCOMPARE(sound.size(), std::size_t(1));
    QTEST(int(sound[0]), "value");
}

void DecoderTest::g729EqualsTheReferencePcm_data()
{
    QTest::addColumn<int>("packetBytes");
    QTest::newRow("one frame a packet") << 10;
    QTest::newRow("two frames a packet") << 20;
    QTest::newRow("all frames in one packet") << 8500;
}

void DecoderTest::g729EqualsTheReferencePcm()
{
    QFETCH(int, packetBytes);
    const QByteArray bitstream = vector("sip-rtp-g729a.g729");
    if (bitstream.isEmpty())
        QSKIP("the G.729 vector is not on this machine: set CALLMON_CAPTURES");
    const auto decoder = makeDecoder("G729", { 8000 });
    std::vector<std::int16_t> sound;
    for (qsizetype at = 0; at < bitstream.size(); at += packetBytes)
        QCOMPARE(decoder->decode(bytesOf(bitstream.mid(at, packetBytes)), sound), std::size_t(0));
    QCOMPARE(sound.size(), std::size_t(850 * 80));
    QVERIFY(sound == words(vector("sip-rtp-g729a.s16le")));
}

void DecoderTest::codecNamesInAnyCase_data()
{
    QTest::addColumn<QByteArray>("codec");
    QTest::addColumn<unsigned>("clock");
    QTest::addColumn<bool>("decoded");
    for (const char* name : { "PCMA", "pcma", "PCMU", "Pcmu", "G729", "g729", "G729A", "G729AB" }) {
        QTest::addRow("%s", name) << QByteArray(name) << 8000u << true;
        QTest::addRow("%s, clock unknown", name) << QByteArray(name) << 0u << true;
        QTest::addRow("%s at 16 kHz", name) << QByteArray(name) << 16000u << false;
    }
    for (const char* name : { "", "opus", "PCM", "PCMAX", "telephone-event", "AMR", "CN" })
        QTest::addRow("'%s'", name) << QByteArray(name) << 8000u << false;
}

void DecoderTest::codecNamesInAnyCase()
{
    QFETCH(QByteArray, codec);
    QFETCH(unsigned, clock);
    QFETCH(bool, decoded);
    QCOMPARE(makeDecoder(codec.toStdString(), { clock }) != nullptr, decoded);
}

void DecoderTest::concealmentRepeatsThePitchAndFadesIn60Milliseconds()
{
    const auto decoder = makeDecoder("PCMA", { 8000 });
    std::vector<std::int16_t> sound;
    decoder->decode(bytesOf(sineInAlaw(800, 64, 8000)), sound); // 125 Hz
    std::vector<std::int16_t> concealed;
    decoder->conceal(160, concealed);
    decoder->conceal(480, concealed); // a second lost packet goes on where the first ended
    QCOMPARE(concealed.size(), std::size_t(640));
    for (std::size_t i = 0; i < 80; ++i) { // 10 ms at full level: the sine goes on in phase
        const double expected = 8000 * std::sin(2 * M_PI * static_cast<double>(800 + i) / 64);
        QVERIFY2(std::abs(concealed[i] - expected) < 500, qPrintable(QString::number(i)));
    }
    const std::span all(concealed);
    QVERIFY(std::abs(rms(all.subspan(256, 64)) - 5657 * 0.48) < 200); // I.2.7: near half at 36 ms
    QVERIFY(rms(all.subspan(416, 64)) < 5657 * 0.15);
    for (std::size_t i = 480; i < 640; ++i)
        QCOMPARE(int(concealed[i]), 0);
}

void DecoderTest::concealmentBeforeAnyPacketIsSilence()
{
    std::vector<std::int16_t> concealed;
    makeDecoder("PCMU", { 8000 })->conceal(500, concealed);
    QVERIFY(concealed == std::vector<std::int16_t>(500));
}

void DecoderTest::soundAfterALossIsUntouched()
{
    const QByteArray packet = sineInAlaw(160, 50, 4000);
    std::vector<std::int16_t> undisturbed;
    makeDecoder("PCMA", { 8000 })->decode(bytesOf(packet), undisturbed);
    const auto decoder = makeDecoder("PCMA", { 8000 });
    std::vector<std::int16_t> sound;
    decoder->decode(bytesOf(packet), sound);
    decoder->conceal(160, sound);
    sound.clear();
    decoder->decode(bytesOf(packet), sound);
    QVERIFY(sound == undisturbed);
}

void DecoderTest::g729SidIsFollowedByComfortNoise()
{
    const auto decoder = makeDecoder("G729", { 8000 });
    std::vector<std::int16_t> sound;
    // Speech, then a SID of some energy (annex B table B.2: 1 + 5 + 4 + 5 bits), then nothing for a second.
    decoder->decode(bytesOf(vector("sip-rtp-g729a.g729").left(200)), sound);
    QVERIFY(!decoder->pausing());
    sound.clear();
    QCOMPARE(decoder->decode(bytesOf(QByteArray::fromHex("5530")), sound), std::size_t(0));
    QVERIFY(decoder->pausing());
    QCOMPARE(sound.size(), std::size_t(80));
    sound.clear();
    decoder->conceal(8000, sound);
    QCOMPARE(sound.size(), std::size_t(8000));
    const double early = rms(std::span(sound).first(4000));
    const double late = rms(std::span(sound).last(4000));
    QVERIFY(early > 1);
    QVERIFY2(late > early / 2, "comfort noise goes on, it does not fade like a concealed loss");
}

void DecoderTest::g729PayloadOfAnySizeYieldsItsWholeFrames_data()
{
    QTest::addColumn<int>("size");
    QTest::addColumn<int>("frames");
    QTest::addColumn<int>("leftOut");
    QTest::newRow("empty") << 0 << 0 << 0;
    QTest::newRow("1") << 1 << 0 << 1;
    QTest::newRow("SID") << 2 << 1 << 0;
    QTest::newRow("3") << 3 << 0 << 3;
    QTest::newRow("annex D frame") << 8 << 0 << 8;
    QTest::newRow("9") << 9 << 0 << 9;
    QTest::newRow("speech and SID") << 12 << 2 << 0;
    QTest::newRow("19") << 19 << 1 << 9;
    QTest::newRow("six frames and SID") << 62 << 7 << 0;
    QTest::newRow("1473") << 1473 << 147 << 3;
}

void DecoderTest::g729PayloadOfAnySizeYieldsItsWholeFrames()
{
    QFETCH(int, size);
    QFETCH(int, frames);
    QFETCH(int, leftOut);
    std::vector<std::int16_t> sound;
    const auto decoder = makeDecoder("G729", { 8000 });
    QCOMPARE(int(decoder->decode(bytesOf(QByteArray(size, '\x5a')), sound)), leftOut);
    QCOMPARE(int(sound.size()), frames * 80);
}

QTEST_APPLESS_MAIN(DecoderTest)
#include "tst_decoder.moc"
