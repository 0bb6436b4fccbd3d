// How much of a signalling message is kept.
#include "engine/records/message_recorder.h"

#include <QTest>
#include <string>
#include <vector>

using namespace callmon;

namespace {

struct Kept : RecordSink {
    void liveCall(const CallRecord&) override { }
    void stream(const StreamRecord&) override { }
    void quality(const QualityPoint&) override { }
    void callEnded(const CallRecord&) override { }
    bool message(const MessageHead& head, Bytes text, bool) override
    {
        heads.push_back(head);
        texts.emplace_back(reinterpret_cast<const char*>(text.data()), text.size());
        return true;
    }
    MediaChunk* takeChunk() override { return nullptr; }
    void media(MediaChunk*) override { }
    bool keepsMedia() const override { return false; }
    void second(Timestamp) override { }
    void callForgotten(CallKey) override { }

    std::vector<MessageHead> heads;
    std::vector<std::string> texts;
};

std::string invite(std::size_t size)
{
    std::string text = "INVITE sip:bob@biloxi.example.com SIP/2.0\r\nSubject: ";
    text.resize(size, 'x');
    return text;
}

}

class TestMessageRecorder : public QObject {
    Q_OBJECT

private slots:
    void soManyBytesAreKept_data()
    {
        QTest::addColumn<std::uint32_t>("limit");
        QTest::addColumn<std::size_t>("size");
        QTest::addColumn<std::size_t>("kept");
        const auto row = [](std::uint32_t limit, std::size_t size, std::size_t kept) {
            QTest::addRow("%zu bytes with %u", size, limit) << limit << size << kept;
        };
        row(0, 3000, 41); // the first line
        row(100, 3000, 100);
        row(100, 99, 99);
        row(100, 100, 100);
        row(1024, 1025, 1024);
        row(2000, 1999, 1999);
        row(2000, 2001, 2000);
        row(65535, 65535, 65535);
        row(65535, 70000, 65535);
        row(1u << 20, 70000, 65535); // as it travels
    }
    void soManyBytesAreKept()
    {
        QFETCH(std::uint32_t, limit);
        QFETCH(std::size_t, size);
        QFETCH(std::size_t, kept);
        Kept sink;
        MessageOptions options;
        options.bytesKept = limit;
        MessageRecorder recorder(sink, options);
        const std::string text = invite(size);
        QVERIFY(recorder.add({}, std::as_bytes(std::span(text)), 1, false));
        QCOMPARE(sink.texts.size(), 1u);
        QCOMPARE(sink.texts[0], text.substr(0, kept));
        QCOMPARE(sink.heads[0].wireSize, size); // what there was stays known
    }

    void ofAMessageThatIsNoTextItsHeadIsTheFirstLine()
    {
        Kept sink;
        MessageOptions options;
        options.bytesKept = 0;
        MessageRecorder recorder(sink, options);
        const std::string text(60, '\n');
        MessageHead head;
        head.signalling = Signalling::Skinny;
        QVERIFY(recorder.add(head, std::as_bytes(std::span(text)), 1, false));
        QCOMPARE(sink.texts[0].size(), 12u); // length, version and name of the message
    }

    void beyondTheMostOfACallNoneIsKept()
    {
        Kept sink;
        MessageOptions options;
        options.mostPerCall = 2;
        MessageRecorder recorder(sink, options);
        const std::string text = invite(200);
        for (std::uint32_t n = 1; n <= 3; ++n)
            QCOMPARE(recorder.add({}, std::as_bytes(std::span(text)), n, false), n <= 2);
        QCOMPARE(sink.texts.size(), 2u);
    }
};

QTEST_GUILESS_MAIN(TestMessageRecorder)
#include "tst_message_recorder.moc"
