// The messages of each call come back as they were handed over, whatever else was written between them; what is missing
// or damaged is said.
#include "engine/storage/message_log_reader.h"
#include "engine/storage/message_log_writer.h"
#include "tests/shared/calls/sample_records.h"

#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <fstream>
#include <sys/resource.h>

using namespace callmon;
using namespace std::chrono_literals;

namespace {

const Timestamp start = sample::at("2026-03-01T10:00:00Z");

CallMessage message(CallKey call, int number, std::size_t bytes = 600)
{
    CallMessage message;
    message.head.call = call;
    message.head.arrival = start + number * 1ms + 3ns;
    message.head.uncertainty = Nanoseconds(number);
    message.head.flow = { { *IpAddress::parse("10.0.0.1"), 5060 }, { *IpAddress::parse("2001:db8::2"), 65535 } };
    message.head.signalling = number % 2 == 0 ? Signalling::Sip : Signalling::Skinny;
    message.head.transport = static_cast<Transport>(number % 5);
    message.head.repeated = number % 3 == 0;
    message.text = "INVITE " + std::to_string(call.value) + ' ' + std::to_string(number) + '\n';
    message.text.resize(bytes, 'x');
    message.head.wireSize = static_cast<std::uint32_t>(bytes + static_cast<std::size_t>(number));
    return message;
}

QString described(const CallMessage& m)
{
    return QString("%1 %2 %3 %4 %5 %6 %7 %8 %9 ")
               .arg(m.head.call.value)
               .arg(nanosecondsSinceEpoch(m.head.arrival))
               .arg(m.head.uncertainty.count())
               .arg(
                   QString::fromStdString(toString(m.head.flow.src)), QString::fromStdString(toString(m.head.flow.dst)))
               .arg(static_cast<int>(m.head.signalling))
               .arg(static_cast<int>(m.head.transport))
               .arg(m.head.repeated)
               .arg(m.head.wireSize)
        + QString::fromStdString(m.text);
}

struct Log {
    QTemporaryDir temporary;
    std::filesystem::path path = temporary.path().toStdString();
    std::optional<MessageLogWriter> writer;
    std::map<CallKey, MessageLocation> ends;
    std::map<CallKey, std::uint32_t> notWritten;

    void open(bool afterCrash = false, std::uint64_t segmentSize = MessageLogWriter::defaultSegmentSize)
    {
        auto opened = MessageLogWriter::open(path, afterCrash, segmentSize);
        QVERIFY2(opened.has_value(), opened ? "" : opened.error().what.c_str());
        writer.emplace(std::move(opened.value()));
    }
    void put(const CallMessage& message) { writer->append(message.head, std::as_bytes(std::span(message.text))); }
    Result<void> flush()
    {
        auto flushed = writer->flush();
        std::vector<MessageLogWriter::Changed> changed;
        writer->takeChanged(changed);
        for (const auto& each : changed) {
            ends[each.call] = each.last;
            notWritten[each.call] = each.notWritten;
        }
        return flushed;
    }
    QStringList read(CallKey call, QString* leftOut = nullptr)
    {
        QStringList read;
        const auto result = MessageLogReader(path).read(call, ends[call], [&](const CallMessage& message) {
            read << described(message);
            return true;
        });
        if (leftOut)
            *leftOut = result ? QString() : QString::fromStdString(result.error().what);
        else if (!result)
            read << "LEFT OUT";
        return read;
    }
};

}

class TestMessageLog : public QObject {
    Q_OBJECT

private slots:
    void eachCallsMessagesComeBackAsTheyWereAcrossSegmentsAndRuns()
    {
        Log log;
        log.open(false, 40'000);
        std::map<CallKey, QStringList> wanted;
        for (int number = 0; number < 300; ++number) {
            const CallKey call { nanosecondsSinceEpoch(start) + number % 7 };
            const CallMessage each = message(call, number, static_cast<std::size_t>(number * number % 9001));
            wanted[call] << described(each);
            log.put(each);
            if (number % 10 == 9)
                QVERIFY(log.flush());
        }
        QVERIFY(lastMessageSegment(log.path) > 3);
        for (const auto& [call, messages] : wanted)
            QCOMPARE(log.read(call), messages);

        const std::uint32_t before = lastMessageSegment(log.path);
        log.open(false, 40'000'000); // the last one is gone on with...
        QCOMPARE(lastMessageSegment(log.path), before);
        const CallMessage more = message({ 77 }, 1);
        log.put(more);
        QVERIFY(log.flush());
        QCOMPARE(log.read({ 77 }), QStringList(described(more)));
        log.open(true, 40'000'000); // ...after a kill the next one is begun
        QCOMPARE(lastMessageSegment(log.path), before + 1);
        for (const auto& [call, messages] : wanted)
            QCOMPARE(log.read(call), messages);
    }

    void whatIsNotYetFlushedHasNoPlace()
    {
        Log log;
        log.open();
        log.put(message({ 1 }, 1));
        QVERIFY(log.ends.empty());
        QVERIFY(log.flush());
        QVERIFY(bool(log.ends[{ 1 }]));
    }

    void damageCostsWhatCameBeforeItOfThatCallAndIsSaid()
    {
        Log log;
        log.open();
        for (int number = 0; number < 10; ++number)
            log.put(message({ 1 + number % 2 }, number));
        QVERIFY(log.flush());
        const auto file = messageSegmentPath(log.path, 1);
        std::fstream damage(file, std::ios::in | std::ios::out | std::ios::binary);
        damage.seekp(64 + 4 * 696 + 200); // a character of the fifth message, the third of the first call
        damage.put('!');
        damage.close();
        QString leftOut;
        QCOMPARE(
            log.read({ 1 }, &leftOut), QStringList({ described(message({ 1 }, 6)), described(message({ 1 }, 8)) }));
        QVERIFY2(leftOut.contains("first messages"), qPrintable(leftOut));
        QCOMPARE(log.read({ 2 }).size(), 5);
        std::filesystem::remove(file);
        QCOMPARE(log.read({ 2 }, &leftOut), QStringList());
        QVERIFY2(leftOut.contains("retention"), qPrintable(leftOut));
    }

    void aDiskThatRefusesCostsThoseMessagesAndCountsThemByCall()
    {
        Log log;
        log.open();
        log.put(message({ 1 }, 0));
        log.put(message({ 2 }, 1));
        QVERIFY(log.flush());
        const MessageLocation before = log.ends[{ 1 }];
        rlimit old {};
        getrlimit(RLIMIT_FSIZE, &old);
        signal(SIGXFSZ, SIG_IGN);
        rlimit small = old;
        small.rlim_cur = std::filesystem::file_size(messageSegmentPath(log.path, 1)) + 100; // in the midst of the next
        setrlimit(RLIMIT_FSIZE, &small);
        log.put(message({ 1 }, 2));
        log.put(message({ 1 }, 3));
        log.put(message({ 3 }, 4));
        const auto refused = log.flush();
        setrlimit(RLIMIT_FSIZE, &old);
        QVERIFY(!refused);
        QVERIFY2(QString::fromStdString(refused.error().what).contains("cannot write messages"),
            refused.error().what.c_str());
        QCOMPARE(log.notWritten[{ 1 }], 2u);
        QCOMPARE(log.notWritten[{ 3 }], 1u);
        QVERIFY(log.ends[{ 1 }] == before);
        QVERIFY(!log.ends[{ 3 }]);
        const CallMessage after = message({ 1 }, 5);
        log.put(after);
        QVERIFY(log.flush());
        QCOMPARE(log.read({ 1 }), QStringList({ described(message({ 1 }, 0)), described(after) }));
        QCOMPARE(log.writer->counters().at(0).value, 3u); // messages_stored
        QCOMPARE(log.writer->counters().at(2).value, 3u); // messages_not_written
    }

    void anEndedCallIsForgottenAndItsKeyMayComeAgain()
    {
        Log log;
        log.open();
        log.put(message({ 1 }, 0));
        QVERIFY(log.flush());
        log.writer->forget({ 1 });
        log.put(message({ 1 }, 1));
        QVERIFY(log.flush());
        QCOMPARE(log.read({ 1 }), QStringList(described(message({ 1 }, 1))));
    }
};

QTEST_APPLESS_MAIN(TestMessageLog)
#include "tst_message_log.moc"
