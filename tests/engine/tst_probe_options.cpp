#include "engine/probe_options.h"
#include "tests/test_folders.h"

#include <QTemporaryDir>
#include <QtTest>
#include <unistd.h>

using namespace callmon;

namespace {

std::variant<ProbeOptions, HelpWanted, Error> parse(std::vector<const char*> arguments)
{
    arguments.insert(arguments.begin(), "callmon-engine");
    return parseProbeOptions(static_cast<int>(arguments.size()), arguments.data());
}

std::string errorOf(const std::vector<const char*>& arguments)
{
    const auto parsed = parse(arguments);
    const auto* error = std::get_if<Error>(&parsed);
    return error ? error->what : std::string();
}

}

class TestProbeOptions : public QObject {
    Q_OBJECT

private slots:
    void severalFilesAreReplayedInTheirOrder()
    {
        const auto parsed = parse({ "--replay", "b.pcap", "a.pcap", "--data", "d" });
        const auto* options = std::get_if<ProbeOptions>(&parsed);
        QVERIFY(options);
        QCOMPARE(options->replay, (std::vector<std::string> { "b.pcap", "a.pcap" }));
    }

    void standardInputIsADash()
    {
        const auto parsed = parse({ "--replay", "-", "--data", "d", "--pace", "recorded" });
        const auto* options = std::get_if<ProbeOptions>(&parsed);
        QVERIFY(options);
        QCOMPARE(options->replay, std::vector<std::string> { "-" });
        QVERIFY(options->pace == ProbeOptions::Pace::Recorded);
    }

    void mistakesAreNamed_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("named");
        QTest::newRow("unknown option") << QStringList { "--nonsense" } << "nonsense";
        QTest::newRow("no source") << QStringList { "--data", "d" } << "--replay";
        QTest::newRow("two sources") << QStringList { "--replay", "f", "--port", "p", "--data", "d" } << "either";
        QTest::newRow("no data directory") << QStringList { "--replay", "f" } << "--data";
        QTest::newRow("bad pace") << QStringList { "--replay", "f", "--data", "d", "--pace", "slow" } << "--pace";
        QTest::newRow("bad number") << QStringList { "--replay", "f", "--data", "d", "--max-calls", "-3" }
                                    << "--max-calls";
        QTest::newRow("number with tail")
            << QStringList { "--replay", "f", "--data", "d", "--max-calls", "20x" } << "20x";
        QTest::newRow("bad port") << QStringList { "--replay", "f", "--data", "d", "--sip-ports", "70000" } << "65535";
        QTest::newRow("bad Skinny port") << QStringList { "--replay", "f", "--data", "d", "--skinny-ports", "0" }
                                         << "--skinny-ports";
        QTest::newRow("more streams of a call than there is room for")
            << QStringList { "--replay", "f", "--data", "d", "--max-streams-per-call", "65" } << "64";
        QTest::newRow("folder as file") << QStringList { "--config", "/tmp" } << "is a directory";
        QTest::newRow("file without a name") << QStringList { "--replay", "", "--data", "d" } << "without a name";
        QTest::newRow("missing file") << QStringList { "--config", "/nonexistent/x.toml" } << "/nonexistent/x.toml";
    }

    void mistakesAreNamed()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QString, named);
        std::vector<QByteArray> kept;
        for (const QString& argument : arguments)
            kept.push_back(argument.toUtf8());
        std::vector<const char*> raw;
        for (const QByteArray& argument : kept)
            raw.push_back(argument.constData());
        const QString error = QString::fromStdString(errorOf(raw));
        QVERIFY2(error.contains(named), qPrintable(error));
    }

    void commandLineWinsOverFile()
    {
        const QTemporaryDir dir;
        const std::string path =
            writeFile(dir, "port = \"net_null0\"\ndata = \"a\"\nmax-calls = 500\nsip-ports = [5060, 5080]\n");
        const auto parsed = parse({ "--config", path.c_str(), "--data", "b", "--replay", "f.pcap" });
        const auto* options = std::get_if<ProbeOptions>(&parsed);
        QVERIFY(options);
        QCOMPARE(options->data, std::string("b"));
        QCOMPARE(options->maxCalls, 500U);
        QVERIFY(options->port.empty()); // --replay takes the place of the file's port
        QCOMPARE(options->sipPorts, (std::vector<std::uint16_t> { 5060, 5080 }));
    }

    void unknownNameIsToldWithItsLineAndTheOneThatIsNear_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("meant");
        QTest::newRow("a letter less") << "dta"
                                       << "did you mean 'data'?";
        QTest::newRow("another sign") << "listen_tls"
                                      << "did you mean 'listen-tls'?";
        QTest::newRow("two slips") << "medai-limit-gib"
                                   << "did you mean 'media-limit-gib'?";
        QTest::newRow("nothing like it") << "colour"
                                         << "callmon-engine --help";
    }

    void unknownNameIsToldWithItsLineAndTheOneThatIsNear()
    {
        QFETCH(QString, name);
        QFETCH(QString, meant);
        const QTemporaryDir dir;
        const std::string path = writeFile(dir, ("data = \"x\"\n\n" + name.toStdString() + " = \"y\"\n").c_str());
        const auto inFile = QString::fromStdString(errorOf({ "--config", path.c_str() }));
        QVERIFY2(inFile.contains("line 3") && inFile.contains(name) && inFile.contains(meant), qPrintable(inFile));
        const std::string option = "--" + name.toStdString();
        const auto given = QString::fromStdString(errorOf({ "--data", "x", option.c_str(), "y" }));
        QVERIFY2(given.contains(name) && given.contains(meant), qPrintable(given));
        QCOMPARE(inFile.contains("did you mean"), meant.startsWith("did you mean"));
    }

    // As editors of other systems leave it.
    void aFileWithAByteOrderMarkAndOtherEndsOfLinesIsReadAsItLooks()
    {
        const QTemporaryDir dir;
        const std::string path =
            writeFile(dir, "\xef\xbb\xbf# ours\r\ndata = \"/d\"\r\nreplay = [\r\n  \"a\",\r\n]\r\n");
        const auto parsed = parse({ "--config", path.c_str() });
        const auto* options = std::get_if<ProbeOptions>(&parsed);
        QVERIFY2(options, std::get_if<Error>(&parsed) ? std::get<Error>(parsed).what.c_str() : "");
        QCOMPARE(options->data, std::string("/d"));
        QCOMPARE(options->replay, std::vector<std::string> { "a" });
    }

    void valuesOfAnotherKindAreNamed_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<QString>("named");
        QTest::newRow("data is no truth") << QByteArray("data = true") << "'data' takes a text in quotes";
        QTest::newRow("port is no number") << QByteArray("port = 5") << "'port' takes a text in quotes";
        QTest::newRow("files are no numbers") << QByteArray("replay = [1]") << "'replay' takes a text in quotes, each";
        QTest::newRow("no part of a call") << QByteArray("max-calls = 1.5") << "a whole number";
        QTest::newRow("no table") << QByteArray("sip-ports = { a = 1 }") << "a list [...]";
        QTest::newRow("given twice") << QByteArray("max-calls = 100\nmax-calls = 100") << "line 2";
        QTest::newRow("alarm of a word") << QByteArray("[[alarm]]\nname = \"jitter-high\"\nthreshold = \"high\"")
                                         << "'threshold' takes a number";
        QTest::newRow("alarm of no severity")
            << QByteArray("[[alarm]]\nname = \"jitter-high\"\nseverity = \"bad\"") << "one of critical, major";
        QTest::newRow("alarm of no such thing")
            << QByteArray("[[alarm]]\nname = \"jitter-high\"\ncolour = 1") << "clear-threshold";
        QTest::newRow("recording for nobody")
            << QByteArray("[[recording]]\nname = \"x\"\nrecord = \"no\"\ncaller = 5") << "a short text in quotes";
    }

    void valuesOfAnotherKindAreNamed()
    {
        QFETCH(QByteArray, line);
        QFETCH(QString, named);
        const QTemporaryDir dir;
        const std::string path = writeFile(dir, (line + '\n').constData());
        const QString error = QString::fromStdString(errorOf({ "--config", path.c_str() }));
        QVERIFY2(error.contains(named), qPrintable(error));
    }

    void aFileThatMayNotBeReadIsNotCalledMissing()
    {
        const QTemporaryDir dir;
        const std::string path = writeFile(dir, "data = \"x\"\n");
        QVERIFY(QFile::setPermissions(QString::fromStdString(path), {}));
        const bool root = geteuid() == 0;
        if (root)
            QCOMPARE(seteuid(65534), 0);
        const std::string error = errorOf({ "--config", path.c_str() });
        if (root)
            QCOMPARE(seteuid(0), 0);
        QVERIFY2(error.find("Permission denied") != std::string::npos, error.c_str());
    }

    void brokenFileIsReportedWithItsLine()
    {
        const QTemporaryDir dir;
        const std::string path = writeFile(dir, "data = \"x\"\nport = [\n");
        QVERIFY(errorOf({ "--config", path.c_str() }).find("line") != std::string::npos);
    }

    void preparingMediaNeedsNoSourceOfFramesButALimit()
    {
        const auto parsed = parse({ "--prepare-media", "--data", "/d", "--media-limit-gib", "8" });
        const auto* options = std::get_if<ProbeOptions>(&parsed);
        QVERIFY(options && options->prepareMedia);
        const auto endless = parse({ "--prepare-media", "--data", "/d" });
        QVERIFY(std::get_if<Error>(&endless));
        QVERIFY(std::get<Error>(endless).what.find("--media-limit-gib") != std::string::npos);
    }

    void mediaDirectoriesAreAListOfWholePaths()
    {
        const QTemporaryDir dir;
        const std::string path =
            writeFile(dir, "data = \"/d\"\nreplay = [\"a\"]\nmedia-directories = [\"/disk1/c\", \"/disk2/c\"]\n");
        const auto parsed = parse({ "--config", path.c_str() });
        const auto* options = std::get_if<ProbeOptions>(&parsed);
        QVERIFY(options);
        QCOMPARE(options->mediaDirectories, (std::vector<std::string> { "/disk1/c", "/disk2/c" }));
        QVERIFY(errorOf({ "--replay", "a", "--data", "/d", "--media-directories", "disk1" }).find("from the root")
            != std::string::npos);
    }

    void eachKindHasAPeriodOfItsOwn()
    {
        using namespace std::chrono_literals;
        const auto parsed = parse({ "--replay", "a.pcap", "--data", "/d", "--keep-records", "2y", "--keep-media", "30d",
            "--keep-messages", "8w", "--keep-quality", "12h", "--message-limit-gib", "3", "--record-limit-gib", "4",
            "--quality-limit-gib", "5" });
        const auto* options = std::get_if<ProbeOptions>(&parsed);
        QVERIFY(options);
        QVERIFY(options->keep.records == 730 * 24h && options->keep.media == 720h && options->keep.messages == 1344h
            && options->keep.quality == 12h);
        QCOMPARE(options->messageLimitGib, 3u);
        QCOMPARE(options->recordLimitGib, 4u);
        QCOMPARE(options->qualityLimitGib, 5u);
        QVERIFY(!options->expireInReplay);
        QVERIFY(errorOf({ "--replay", "a.pcap", "--data", "/d", "--keep-media", "30" }).find("12h, 30d")
            != std::string::npos);
    }

    void packetBuffersAreFoundOrSaid()
    {
        for (const auto& [text, buffers] : { std::pair("0", 0u), std::pair("1024", 1024u) }) {
            const auto parsed = parse({ "--port", "net_null0", "--data", "/d", "--mbufs", text });
            const auto* options = std::get_if<ProbeOptions>(&parsed);
            QVERIFY(options);
            QCOMPARE(options->mbufs, buffers);
        }
        QVERIFY(errorOf({ "--port", "net_null0", "--data", "/d", "--mbufs", "1023" }).find("from 1024 to 8388608")
            != std::string::npos);
    }

    void exampleConfigurationHoldsTheDefaults()
    {
        const QByteArray file = (projectSource() + "/resources/callmon-engine.toml").toUtf8();
        const auto parsed = parse({ "--config", file.constData() });
        const auto* options = std::get_if<ProbeOptions>(&parsed);
        QVERIFY2(options, std::get_if<Error>(&parsed) ? std::get_if<Error>(&parsed)->what.c_str() : "");
        const ProbeOptions defaults;
        QCOMPARE(options->mbufs, defaults.mbufs);
        QCOMPARE(options->maxCalls, defaults.maxCalls);
        QCOMPARE(options->maxStreams, defaults.maxStreams);
        QCOMPARE(options->ringBatches, defaults.ringBatches);
        QCOMPARE(options->linkMbps, defaults.linkMbps);
        QCOMPARE(options->mediaPoolMib, defaults.mediaPoolMib);
        QCOMPARE(options->mediaLimitGib, defaults.mediaLimitGib);
        QCOMPARE(options->messageLimitGib, defaults.messageLimitGib);
        QCOMPARE(options->recordLimitGib, defaults.recordLimitGib);
        QCOMPARE(options->qualityLimitGib, defaults.qualityLimitGib);
        QVERIFY(!options->keep.any());
        QCOMPARE(options->messageBytes, defaults.messageBytes);
        QCOMPARE(options->sipPorts, defaults.sipPorts);
        QCOMPARE(options->skinnyPorts, defaults.skinnyPorts);
        QCOMPARE(options->maxSdpLines, defaults.maxSdpLines);
        QCOMPARE(options->maxStreamsPerCall, defaults.maxStreamsPerCall);
        QCOMPARE(options->maxFragmentedDatagrams, defaults.maxFragmentedDatagrams);
        QCOMPARE(options->maxFragments, defaults.maxFragments);
        QCOMPARE(options->maxTcpConnections, defaults.maxTcpConnections);
        QVERIFY(options->silenceWithMedia == defaults.silenceWithMedia);
        QVERIFY(options->silenceUnanswered == defaults.silenceUnanswered);
        QVERIFY(options->silenceWithoutMedia == defaults.silenceWithoutMedia);
        QVERIFY(options->lingerAfterEnd == defaults.lingerAfterEnd);
        QVERIFY(options->poll == defaults.poll);
        QVERIFY(options->mirrorCopies == defaults.mirrorCopies);
        QVERIFY(options->recordMedia == defaults.recordMedia);
    }

    void alarmTablesChangeWhatTheyNameAndAddWhatIsNew()
    {
        const QTemporaryDir dir;
        const std::string file = writeFile(dir,
            "replay = [\"a.pcap\"]\ndata = \"d\"\n"
            "[[alarm]]\nname = \"jitter-high\"\nthreshold = 80\nclear-threshold = 60\n"
            "[[alarm]]\nname = \"asr-north\"\nkind = \"metric_low\"\nmetric = \"asr\"\ngroup = \"north\"\n"
            "threshold = 40\nseverity = \"critical\"\nraise-after-s = 300\n");
        const auto parsed = parse({ "--config", file.c_str() });
        const auto* options = std::get_if<ProbeOptions>(&parsed);
        QVERIFY2(options, std::get_if<Error>(&parsed) ? std::get_if<Error>(&parsed)->what.c_str() : "");
        QCOMPARE(options->alarmRules.size(), builtInRules().size() + 1);
        const AlarmRule* jitter = findRule(options->alarmRules, "jitter-high");
        QCOMPARE(jitter->threshold, 80.0);
        QCOMPARE(jitter->raiseAfter, std::chrono::seconds(10)); // as built in
        QCOMPARE(jitter->changedBy.str(), std::string("configuration"));
        const AlarmRule& north = options->alarmRules.back();
        QCOMPARE(north.severity, AlarmSeverity::Critical);
        QCOMPARE(north.clearThreshold, 40.0);
        QCOMPARE(north.raiseAfter, std::chrono::seconds(300));
    }

    void trunksAndPrefixesAreThoseOfTheFile()
    {
        const QTemporaryDir dir;
        const std::string file = writeFile(dir,
            "replay = [\"a.pcap\"]\ndata = \"d\"\nprefixes = [\"+34\", \"00\"]\nrepeat-within-s = 60\n"
            "[[trunk]]\nname = \"north\"\naddresses = [\"192.0.2.0/24\", \"2001:db8::1\"]\n"
            "[[trunk]]\nname = \"south\"\naddresses = [\"198.51.100.7\"]\n");
        const auto parsed = parse({ "--config", file.c_str() });
        const auto* options = std::get_if<ProbeOptions>(&parsed);
        QVERIFY2(options, std::get_if<Error>(&parsed) ? std::get_if<Error>(&parsed)->what.c_str() : "");
        QCOMPARE(options->trunks.size(), std::size_t(2));
        QCOMPARE(options->trunks[0].name, std::string("north"));
        QVERIFY(options->trunks[0].addresses[0].contains(*IpAddress::parse("192.0.2.200")));
        QVERIFY(options->trunks[0].addresses[1].contains(*IpAddress::parse("2001:db8::1")));
        QCOMPARE(options->prefixes, (std::vector<std::string> { "+34", "00" }));
        QCOMPARE(options->repeatWithin, std::chrono::seconds(60));
    }

    void trunkThatIsWrongSaysWhat()
    {
        const QTemporaryDir dir;
        for (const auto& [table, word] : { std::pair("name = \"x\"", "no addresses"), { "addresses = []", "name" },
                 { "name = \"x\"\naddresses = [\"moon\"]", "moon" }, { "name = \"x\"\nnetworks = 3", "list" },
                 { "name = \"x\"\naddresses = \"10.0.0.1\"", "list" },
                 { "name = \"other\"\naddresses = [\"10.0.0.1\"]", "other" },
                 { "name = \"x\"\naddresses = [\"10.0.0.1\"]\n[[trunk]]\nname = \"x\"\naddresses = [\"10.0.0.2\"]",
                     "twice" } }) {
            const std::string text = std::string("replay = [\"a.pcap\"]\ndata = \"d\"\n[[trunk]]\n") + table + '\n';
            const std::string file = writeFile(dir, text.c_str());
            const auto parsed = parse({ "--config", file.c_str() });
            const auto* error = std::get_if<Error>(&parsed);
            QVERIFY2(error && error->what.find(word) != std::string::npos, error ? error->what.c_str() : table);
        }
    }

    void recordingTablesAreRulesInTheirOrder()
    {
        const QTemporaryDir dir;
        const std::string file = writeFile(dir,
            "replay = [\"a.pcap\"]\ndata = \"d\"\n"
            "[[recording]]\nname = \"board\"\nrecord = \"no\"\nnumber = \"34910001*\"\n"
            "[[recording]]\nname = \"north\"\nrecord = \"12.5%\"\ntrunk = \"north\"\nheader = \"X-A: b\"\n"
            "address = \"10.0.0.0/8\"\ncaller = \"1*\"\ncallee = \"*2\"\nenabled = false\n"
            "[[trunk]]\nname = \"north\"\naddresses = [\"192.0.2.0/24\"]\n");
        const auto parsed = parse({ "--config", file.c_str() });
        const auto* options = std::get_if<ProbeOptions>(&parsed);
        QVERIFY2(options, std::get_if<Error>(&parsed) ? std::get_if<Error>(&parsed)->what.c_str() : "");
        QCOMPARE(options->recordingRules.size(), std::size_t { 3 });
        QCOMPARE(criteriaText(options->recordingRules[0]), std::string("number 34910001*"));
        QCOMPARE(options->recordingRules[0].percent, 0.0);
        QCOMPARE(options->recordingRules[0].changedBy.str(), std::string("configuration"));
        QCOMPARE(criteriaText(options->recordingRules[1]),
            std::string("caller 1*, callee *2, address 10.0.0.0/8, trunk north, header X-A: b"));
        QCOMPARE(options->recordingRules[1].percent, 12.5);
        QVERIFY(!options->recordingRules[1].enabled);
        QCOMPARE(options->recordingRules[2].name.str(), std::string("default")); // added: all others are recorded
        QCOMPARE(options->recordingRules[2].percent, 100.0);
    }

    void recordingTableThatIsWrongSaysWhat()
    {
        const QTemporaryDir dir;
        for (const auto& [table, word] : { std::pair("name = \"x\"", "says record"), { "record = \"no\"", "name" },
                 { "name = \"x\"\nrecord = true", "\"yes\", \"no\"" },
                 { "name = \"x\"\nrecord = \"no\"\ncolour = 3", "colour" },
                 { "name = \"x\"\nrecord = \"no\"\ncaller = 34", "caller" },
                 { "name = \"x\"\nrecord = \"no\"\naddress = \"moon\"", "192.0.2.0/24" },
                 { "name = \"x\"\nrecord = \"no\"\ntrunk = \"west\"", "west" },
                 { "name = \"default\"\nrecord = \"no\"\ncaller = \"3\"", "no other rule" } }) {
            const std::string text = std::string("replay = [\"a.pcap\"]\ndata = \"d\"\n[[recording]]\n") + table + '\n';
            const std::string file = writeFile(dir, text.c_str());
            const auto parsed = parse({ "--config", file.c_str() });
            const auto* error = std::get_if<Error>(&parsed);
            QVERIFY2(error && error->what.find(word) != std::string::npos, error ? error->what.c_str() : table);
        }
    }

    void alarmTableThatIsWrongSaysWhat()
    {
        const QTemporaryDir dir;
        for (const auto& [table, word] : { std::pair("name = \"x\"", "new"), { "threshold = 3", "name" },
                 { "name = \"jitter-high\"\ncolour = 3", "colour" },
                 { "name = \"jitter-high\"\nthreshold = 80\nclear-threshold = 90", "below" },
                 { "name = \"jitter-high\"\nseverity = \"bad\"", "severity" } }) {
            const std::string text = std::string("replay = [\"a.pcap\"]\ndata = \"d\"\n[[alarm]]\n") + table + '\n';
            const std::string file = writeFile(dir, text.c_str());
            const auto parsed = parse({ "--config", file.c_str() });
            const auto* error = std::get_if<Error>(&parsed);
            QVERIFY2(error && error->what.find(word) != std::string::npos, table);
        }
    }

private:
    static std::string writeFile(const QTemporaryDir& dir, const char* text)
    {
        QFile file(dir.filePath("engine.toml"));
        if (file.open(QIODevice::WriteOnly))
            file.write(text);
        return file.fileName().toStdString();
    }
};

QTEST_APPLESS_MAIN(TestProbeOptions)
#include "tst_probe_options.moc"
