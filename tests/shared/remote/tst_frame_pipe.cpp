#include "shared/remote/frame_pipe.h"

#include <QSignalSpy>
#include <QTest>
#include <ctime>

using namespace callmon;

namespace {

// A transport in memory: what arrives() came from the other side.
class Wire : public QIODevice {
    Q_OBJECT

public:
    Wire() { open(QIODevice::ReadWrite | QIODevice::Unbuffered); }
    bool isSequential() const override { return true; }
    qint64 bytesAvailable() const override { return m_arrived.size(); }
    void arrives(const QByteArray& bytes)
    {
        m_arrived += bytes;
        emit readyRead();
    }
    qint64 bytesToWrite() const override { return isStuck ? sent.size() : 0; }
    void takes(qint64 bytes) // the other side does
    {
        sent.remove(0, bytes);
        emit bytesWritten(bytes);
    }
    QByteArray sent;
    bool isStuck = false; // the other side does not read

protected:
    qint64 readData(char* data, qint64 maxSize) override
    {
        const qint64 size = std::min<qint64>(maxSize, m_arrived.size());
        memcpy(data, m_arrived.constData(), static_cast<std::size_t>(size));
        m_arrived.remove(0, size);
        return size;
    }
    qint64 writeData(const char* data, qint64 size) override
    {
        sent.append(data, size);
        return size;
    }

private:
    QByteArray m_arrived;
};

QByteArray frameOf(const QByteArray& content)
{
    QByteArray frame;
    for (int shift = 0; shift < 32; shift += 8)
        frame.append(static_cast<char>(content.size() >> shift & 0xff));
    return frame + content;
}

class FramePipeTest : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        auto wire = std::make_unique<Wire>();
        m_wire = wire.get();
        m_pipe = std::make_unique<FramePipe>(std::move(wire), rulesOfAll());
        m_pipe->start();
    }

    void onlyWholeFramesComeThrough()
    {
        const QByteArray frame = frameOf("hello");
        for (qsizetype i = 0; i + 1 < frame.size(); ++i) {
            m_wire->arrives(frame.mid(i, 1));
            QCOMPARE(m_pipe->bytesAvailable(), 0);
        }
        m_wire->arrives(frame.last(1) + frameOf("") + frameOf("second") + frameOf("third").first(6));
        QCOMPARE(m_pipe->readAll(), frameOf("hello") + frameOf("") + frameOf("second"));
        m_wire->arrives(frameOf("third").mid(6));
        QCOMPARE(m_pipe->read(2), frameOf("third").first(2));
        QCOMPARE(m_pipe->readAll(), frameOf("third").mid(2));
    }

    // Else a peer that sends a large frame in crumbs would have all of it copied for each of them.
    void aLargeFrameByteByByteCostsWhatSmallOnesDo()
    {
        constexpr qsizetype bytes = 200'000;
        constexpr qsizetype small = 500;
        QByteArray many;
        while (many.size() < bytes)
            many += frameOf(QByteArray(small, 'x'));
        const auto cpuFor = [](const QByteArray& sent) {
            FrameRules rules;
            auto wire = std::make_unique<Wire>();
            Wire& other = *wire;
            FramePipe pipe(std::move(wire), std::move(rules));
            pipe.start();
            const std::clock_t before = std::clock();
            for (qsizetype i = 0; i < sent.size(); ++i)
                other.arrives(sent.mid(i, 1));
            const std::clock_t used = std::clock() - before;
            return pipe.readAll() == sent ? used : -1;
        };
        const std::clock_t ofSmall = cpuFor(many);
        const std::clock_t ofLarge = cpuFor(frameOf(QByteArray(bytes, 'x')));
        QVERIFY(ofSmall > 0 && ofLarge > 0);
        QVERIFY2(ofLarge < 5 * ofSmall, qPrintable(QString("%1 against %2").arg(ofLarge).arg(ofSmall)));
    }

    void lengthBeyondTheCapEndsTheConnection()
    {
        const QSignalSpy refused(m_pipe.get(), &FramePipe::refused);
        const QSignalSpy ended(m_pipe.get(), &FramePipe::disconnected);
        m_wire->arrives(frameOf(QByteArray(100, 'x')));
        QCOMPARE(refused.count(), 0);
        m_wire->arrives(QByteArray("\xff\xff\xff\xff", 4));
        QCOMPARE(refused.count(), 1);
        QCOMPARE(ended.count(), 1);
        QVERIFY(!m_wire->isOpen());
    }

    void frameAgainstTheRulesNeverArrives()
    {
        const QSignalSpy refused(m_pipe.get(), &FramePipe::refused);
        m_wire->arrives(frameOf("!"));
        QCOMPARE(refused.count(), 1);
        QCOMPARE(m_pipe->bytesAvailable(), 0);
    }

    void endOfTheOtherSideIsToldOnceAndWritingStops()
    {
        const QSignalSpy ended(m_pipe.get(), &FramePipe::disconnected);
        QCOMPARE(m_pipe->write("abc"), 3);
        m_wire->close();
        m_pipe->close();
        QCOMPARE(ended.count(), 1);
        QCOMPARE(m_pipe->isOpen(), false);
    }

    void whatAPeerMayNotAskForYetWaitsInTheSocketAndNothingIsLost()
    {
        FrameRules rules = rulesOfAll();
        rules.costPerSecond = 100;
        rules.costAtOnce = 10;
        rules.cost = [](Bytes frame) { return frame.size() == 1 ? 1.0 : 5.0; };
        auto wire = std::make_unique<Wire>();
        Wire& other = *wire;
        FramePipe pipe(std::move(wire), std::move(rules));
        const QSignalSpy slowed(&pipe, &FramePipe::slowed);
        pipe.start();
        QByteArray sent;
        for (int i = 0; i < 8; ++i)
            sent += frameOf("a");
        other.arrives(sent);
        QCOMPARE(pipe.bytesAvailable(), sent.size());
        QCOMPARE(slowed.count(), 0);
        QElapsedTimer waited;
        waited.start();
        for (int i = 0; i < 10; ++i) // 50 more, of which two are left
            sent += frameOf("long");
        other.arrives(sent.mid(pipe.bytesAvailable()));
        QVERIFY(pipe.bytesAvailable() < sent.size());
        other.arrives(frameOf("b"));
        QVERIFY(other.bytesAvailable() > 0); // not even read
        QCOMPARE(slowed.count(), 1);
        sent += frameOf("b");
        QTRY_COMPARE_WITH_TIMEOUT(pipe.bytesAvailable(), sent.size(), 10'000);
        QVERIFY2(waited.elapsed() >= 400, qPrintable(QString::number(waited.elapsed())));
        QCOMPARE(pipe.readAll(), sent);
        QCOMPARE(slowed.count(), 1);
    }

    void whoDoesNotReadIsCutOffBeforeTheCapIsPassed()
    {
        FrameRules rules = rulesOfAll();
        rules.maxUnsentBytes = 1000;
        auto wire = std::make_unique<Wire>();
        Wire& other = *wire;
        FramePipe pipe(std::move(wire), std::move(rules));
        pipe.start();
        const QSignalSpy refused(&pipe, &FramePipe::refused);
        const QSignalSpy ended(&pipe, &FramePipe::disconnected);
        for (int i = 0; i < 20; ++i)
            pipe.write(QByteArray(600, 'x')); // read at once: any amount
        QCOMPARE(other.sent.size(), 12'000);
        other.sent.clear();
        other.isStuck = true;
        QCOMPARE(pipe.write(QByteArray(600, 'x')), 600);
        QCOMPARE(pipe.write(QByteArray(600, 'x')), -1);
        QCOMPARE(pipe.write(QByteArray(10, 'x')), -1); // nor what would fit: it would be half a conversation
        QCOMPARE(other.sent.size(), 600);
        QCOMPARE(ended.count(), 0); // not from within a write
        QTRY_COMPARE(ended.count(), 1);
        QCOMPARE(refused.count(), 1);
    }

    void whoTakesAByteNowAndThenDoesNotRead()
    {
        m_wire->isStuck = true;
        QElapsedTimer waited;
        waited.start();
        m_pipe->write(QByteArray(100'000, 'x'));
        for (int i = 0; i < 20; ++i) {
            QTest::qWait(20);
            m_wire->takes(1);
        }
        QVERIFY2(m_pipe->millisecondsStalled() >= 400, qPrintable(QString::number(m_pipe->millisecondsStalled())));
        m_wire->takes(50'000); // slow, and reads
        QVERIFY(m_pipe->millisecondsStalled() < waited.elapsed());
        QTest::qWait(20);
        const qint64 before = m_pipe->millisecondsStalled();
        m_wire->takes(m_wire->sent.size());
        QCOMPARE(m_pipe->millisecondsStalled(), 0);
        m_pipe->write("x");
        QVERIFY(m_pipe->millisecondsStalled() < std::max<qint64>(before, 20));
    }

private:
    static FrameRules rulesOfAll()
    {
        FrameRules rules;
        rules.maxFrameBytes = 100;
        rules.complaint = [](Bytes frame) -> std::optional<QString> {
            if (!frame.empty() && frame[0] == std::byte { '!' })
                return "an exclamation";
            return std::nullopt;
        };
        return rules;
    }

    Wire* m_wire = nullptr;
    std::unique_ptr<FramePipe> m_pipe;
};

}

QTEST_GUILESS_MAIN(FramePipeTest)
#include "tst_frame_pipe.moc"
