// Each key has its two frequencies (ITU-T Q.23) at its level (RFC 4733 2.3.4), and only keys sound.
#include "shared/codecs/dtmf_tone.h"

#include <QTest>
#include <cmath>
#include <complex>
#include <numbers>

using namespace callmon;

namespace {

// Amplitude of a frequency in the sound (Goertzel).
double amplitude(const std::vector<std::int16_t>& sound, double hertz, double rate)
{
    std::complex<double> sum;
    for (std::size_t i = 0; i < sound.size(); ++i)
        sum += double(sound[i]) * std::polar(1.0, 2 * std::numbers::pi * hertz * static_cast<double>(i) / rate);
    return 2 * std::abs(sum) / static_cast<double>(sound.size());
}

}

class DtmfToneTest : public QObject {
    Q_OBJECT

private slots:
    void everyKeyHasItsTwoFrequencies()
    {
        const std::string keypad = "123A456B789C*0#D"; // by rows
        const std::string events = "0123456789*#ABCD"; // RFC 4733 3.2
        const double rows[] { 697, 770, 852, 941 };
        const double columns[] { 1209, 1336, 1477, 1633 };
        for (std::uint8_t event = 0; event < 16; ++event) {
            const std::size_t place = keypad.find(events[event]);
            for (const std::uint32_t rate : { 8000u, 16000u }) {
                std::vector<std::int16_t> sound;
                appendDtmf({ event, 10, 0 }, rate, 0, rate / 2, sound);
                // -10 dBm0 is of both together; 0 dBm0 lies 3.14 dB below a sine that just fits (ITU-T G.711).
                const double each = 32767 * std::pow(10, -(10 + 3.14 + 3.01) / 20);
                for (std::size_t i = 0; i < 4; ++i) {
                    const double low = amplitude(sound, rows[i], rate) / each;
                    const double high = amplitude(sound, columns[i], rate) / each;
                    QVERIFY2(i == place / 4 ? std::abs(low - 1) < 0.05 : low < 0.1, &events[event]);
                    QVERIFY2(i == place % 4 ? std::abs(high - 1) < 0.05 : high < 0.1, &events[event]);
                }
            }
        }
    }

    void aToneThatIsProlongedHasNoSeam()
    {
        std::vector<std::int16_t> whole;
        appendDtmf({ 5, 10, 0 }, 8000, 0, 1600, whole);
        std::vector<std::int16_t> pieces;
        for (std::uint64_t at = 0; at < 1600; at += 400)
            appendDtmf({ 5, 10, 0 }, 8000, at, at + 400, pieces);
        QCOMPARE(pieces, whole);
    }

    void otherEventsAreSilent()
    {
        std::vector<std::int16_t> sound;
        for (const int event : { 16, 32, 255 })
            appendDtmf({ static_cast<std::uint8_t>(event), 10, 0 }, 8000, 0, 800, sound);
        QVERIFY(sound.empty());
        QVERIFY(!parseTelephoneEvent({}));
    }
};

QTEST_APPLESS_MAIN(DtmfToneTest)
#include "tst_dtmf_tone.moc"
