// The sound of a call of four hours as WAV while the window goes on; what is left when it is cancelled, refused, or the
// disk is full.
#include "console/recording/sound_export.h"
#include "shared/codecs/scratch_file.h"
#include "tests/console/stall_watch.h"
#include "tests/console/views/demo_desk.h"
#include "tests/console/views/demo_source.h"
#include "tests/small_disk.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QtEndian>

using namespace callmon;
using namespace callmon::test;

namespace {

class Source : public DemoSource {
public:
    ProbeDesk* desk() override { return &m_desk; }
    DemoDesk& demoDesk() { return m_desk; }

private:
    DemoDesk m_desk;
};

constexpr std::size_t samplesAnHour = std::size_t { 3600 } * 8000;

// In a file, as the sound of a call that was fetched.
CallSound soundOf(const QString& folder, std::size_t samples)
{
    auto file = ScratchFile::in(folder.toStdString());
    const std::size_t side = samples * sizeof(std::int16_t);
    constexpr std::array caller { std::byte { 1 }, std::byte { 2 } }; // the last samples
    constexpr std::array callee { std::byte { 3 }, std::byte { 4 } };
    if (!file || !file.value().extend(2 * side) || !file.value().write(side - 2, caller)
        || !file.value().write(2 * side - 2, callee))
        qFatal("no room for the sound");
    const auto kept = std::make_shared<ScratchFile>(std::move(file.value()));
    const auto bytes = kept->map();
    if (!bytes)
        qFatal("cannot look at the sound");
    const auto* first = reinterpret_cast<const std::int16_t*>(bytes.value().data());
    CallSound sound;
    sound.caller = { first, samples };
    sound.callee = { first + samples, samples };
    sound.samples = kept;
    sound.forget = [kept] { kept->forget(); };
    return sound;
}

}

class TestSoundExport : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        m_folder.emplace();
        m_source.emplace();
        m_source->connectNow(0);
        m_export.emplace(*m_source);
        m_ended.emplace(&*m_export, &SoundExport::ended);
    }
    void cleanup()
    {
        m_ended.reset();
        m_export.reset();
        m_source.reset();
    }

    void fourHoursAreWrittenAndNothingWaitsForThem()
    {
        const CallSound sound = soundOf(m_folder->path(), 4 * samplesAnHour);
        QSignalSpy progress(&*m_export, &SoundExport::progressed);
        const StallWatch watch;
        m_export->start(call(), sound, path());
        QVERIFY(m_export->isRunning());
        QTRY_COMPARE_WITH_TIMEOUT(m_ended->size(), 1, 110'000);
        QCOMPARE(m_ended->first()[1].toString(), QString());
        QVERIFY2(watch.longest() < mostStall, qPrintable(QString("%1 ms").arg(watch.longest())));
        QVERIFY(progress.size() > 50);
        QCOMPARE(progress.last().first().toDouble(), 1.0);
        QFile file(path());
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(std::uint64_t(file.size()), 44 + 4 * 4 * samplesAnHour);
        const QByteArray head = file.read(44);
        QCOMPARE(qFromLittleEndian<quint32>(head.constData() + 40), quint32(4 * 4 * samplesAnHour));
        file.seek(file.size() - 8);
        QCOMPARE(file.readAll(), QByteArray("\0\0\0\0\1\2\3\4", 8)); // the last of both sides
        QCOMPARE(m_source->demoDesk().exports, QStringList { QString("wav of call_key %1").arg(call().value) });
    }

    void cancelledNothingIsLeftAndWhatWasThereStays()
    {
        QFile before(path());
        QVERIFY(before.open(QIODevice::WriteOnly) && before.write("before") == 6);
        before.close();
        QSignalSpy progress(&*m_export, &SoundExport::progressed);
        m_export->start(call(), soundOf(m_folder->path(), 4 * samplesAnHour), path());
        QVERIFY(progress.wait(20'000));
        m_export->cancel();
        QTRY_COMPARE_WITH_TIMEOUT(m_ended->size(), 1, 20'000);
        QCOMPARE(m_ended->first()[0].value<FileWriter::End>(), FileWriter::End::Cancelled);
        QVERIFY(!m_export->isRunning());
        QCOMPARE(leftovers(), QStringList { "call.wav" });
        QVERIFY(before.open(QIODevice::ReadOnly));
        QCOMPARE(before.readAll(), QByteArray("before"));
        m_export->start(call(), soundOf(m_folder->path(), 8000), path()); // and it can be had after all
        QTRY_COMPARE(m_ended->size(), 2);
        QCOMPARE(QFileInfo(path()).size(), qint64(44 + 4 * 8000));
    }

    void cancelledBeforeTheEngineHasAnsweredNothingIsWritten()
    {
        m_export->start(call(), soundOf(m_folder->path(), 8000), path());
        m_export->cancel();
        QCOMPARE(m_ended->size(), 1);
        QTest::qWait(50);
        QCOMPARE(m_ended->size(), 1);
        QCOMPARE(leftovers(), QStringList());
    }

    void whoMayNotIsToldSoAndNothingIsWritten()
    {
        m_source->demoDesk().refusal = "Your certificate says viewer; this needs the role reviewer.";
        m_export->start(call(), soundOf(m_folder->path(), 8000), path());
        QTRY_COMPARE(m_ended->size(), 1);
        QCOMPARE(m_ended->first()[1].toString(), m_source->demoDesk().refusal);
        QVERIFY(!m_export->isRunning());
        QCOMPARE(leftovers(), QStringList());
    }

    void aDiskThatIsFullLeavesNoHalfOfIt()
    {
        const CallSound sound = soundOf(m_folder->path(), samplesAnHour);
        const SmallDisk disk(1'000'000);
        m_export->start(call(), sound, path());
        QTRY_COMPARE_WITH_TIMEOUT(m_ended->size(), 1, 20'000);
        QCOMPARE(m_ended->first()[0].value<FileWriter::End>(), FileWriter::End::Failed);
        QVERIFY2(m_ended->first()[1].toString().contains("call.wav"), qPrintable(m_ended->first()[1].toString()));
        QVERIFY2(m_ended->first()[1].toString().contains("disk full"), qPrintable(m_ended->first()[1].toString()));
        QCOMPARE(leftovers(), QStringList());
    }

    void whoClosesTheCallLeavesNothing()
    {
        QSignalSpy progress(&*m_export, &SoundExport::progressed);
        m_export->start(call(), soundOf(m_folder->path(), 4 * samplesAnHour), path());
        QVERIFY(progress.wait(20'000));
        m_ended.reset();
        m_export.reset();
        QTRY_COMPARE_WITH_TIMEOUT(leftovers(), QStringList(), 20'000);
    }

private:
    CallKey call() const { return m_source->record(0).key; }
    QString path() const { return m_folder->filePath("call.wav"); }
    QStringList leftovers() const { return QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden); }

    std::optional<QTemporaryDir> m_folder;
    std::optional<Source> m_source;
    std::optional<SoundExport> m_export;
    std::optional<QSignalSpy> m_ended;
};

QTEST_GUILESS_MAIN(TestSoundExport)
#include "tst_sound_export.moc"
