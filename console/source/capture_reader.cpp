#include "console/source/capture_reader.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>
#include <QTimer>
#include <csignal>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace callmon {

namespace {

constexpr qsizetype mostComplaints = 5; // that a user reads
constexpr QLatin1String folderName("callmon-read-"); // and six characters
constexpr int patience = 5'000; // ms, for the engine to store what it was about to and end

QString engineProgram()
{
    const QString beside = QCoreApplication::applicationDirPath() + QStringLiteral("/callmon-engine");
    return QFileInfo(beside).isExecutable() ? beside : QStandardPaths::findExecutable(QStringLiteral("callmon-engine"));
}

// "callmon-engine: monday.pcap: ..." without the program's name; empty for what is no complaint.
QString complaintIn(const QString& line)
{
    const QString who = QStringLiteral("callmon-engine: ");
    if (!line.startsWith(who))
        return {};
    const QString said = line.mid(who.size());
    for (const char* usual : { "reading ", "listening on ", "RTP of no call", "and other RTP" })
        if (said.startsWith(QLatin1String(usual)))
            return {};
    return said;
}

// What a console that was killed left behind, voices among it: a directory of ours that its engine holds no more.
void removeLeftovers()
{
    const QDir all(QDir::tempPath());
    const QDateTime before = QDateTime::currentDateTimeUtc().addSecs(-60); // not of an engine that is just starting
    for (const QFileInfo& one : all.entryInfoList({ QString(folderName) + QLatin1Char('*') }, QDir::Dirs | QDir::NoSymLinks)) {
        const QFileInfo held(one.filePath() + QStringLiteral("/engine.lock"));
        if (one.ownerId() != ::geteuid() || !held.exists() || held.lastModified() > before)
            continue;
        const QByteArray lock = QFile::encodeName(held.filePath());
        const int file = ::open(lock.constData(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
        if (file < 0)
            continue;
        if (::flock(file, LOCK_EX | LOCK_NB) == 0)
            QDir(one.filePath()).removeRecursively();
        ::close(file);
    }
}

qint64 plainSize(const QStringList& files)
{
    qint64 all = 0;
    for (const QString& path : files) {
        QFile file(path);
        if (!QFileInfo(path).isFile() || !file.open(QIODevice::ReadOnly)
            || file.peek(2) == QByteArrayLiteral("\x1f\x8b"))
            return 0;
        all += file.size();
    }
    return all;
}

}

CaptureReader::CaptureReader(const QString& engine, const QStringList& files, QObject* parent)
    : QObject(parent)
    , m_title(QFileInfo(files.value(0)).fileName())
    , m_size(plainSize(files))
    , m_directory(QDir::tempPath() + QLatin1Char('/') + folderName
          + QStringLiteral("XXXXXX")) // short: a socket's path has 107 bytes at most
{
    if (files.size() > 1)
        m_title = tr("%1 and %n more", nullptr, static_cast<int>(files.size() - 1)).arg(m_title);
    if (const QString why = start(engine, files); !why.isEmpty()) // said once whoever made this listens
        QTimer::singleShot(0, this, [this, why] { become(State::Failed, why); });
}

// Why it cannot be.
QString CaptureReader::start(const QString& engine, const QStringList& files)
{
    if (!m_directory.isValid())
        return tr("No temporary directory can be made: %1. Make room in %2, or set TMPDIR.")
            .arg(m_directory.errorString(), QDir::tempPath());
    removeLeftovers();
    const QString program = engine.isEmpty() ? engineProgram() : engine;
    if (program.isEmpty())
        return tr("callmon-engine reads captures, and is not installed here: install it, or put it into PATH.");

    connect(&m_engine, &QProcess::readyReadStandardOutput, this, &CaptureReader::hear);
    connect(&m_engine, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            become(State::Failed, tr("%1 cannot be started: %2.").arg(m_engine.program(), m_engine.errorString()));
    });
    connect(&m_engine, &QProcess::finished, this, [this] {
        hear();
        become(State::Failed,
            m_complaints.isEmpty() ? tr("The engine that read it ended unexpectedly.") : m_complaints.join(u'\n'));
    });
    QStringList arguments { QStringLiteral("--data"), m_directory.path(), QStringLiteral("--listen"), address(),
        QStringLiteral("--stay"), QStringLiteral("--calls-per-source"), QStringLiteral("0"),
        QStringLiteral("--replay") };
    for (const QString& file : files)
        arguments << QFileInfo(file).absoluteFilePath();
    // It ends with this program, however that ends: nobody else knows of it.
    m_engine.setChildProcessModifier([parent = ::getpid()] {
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (::getppid() != parent)
            ::_exit(1);
    });
    m_engine.setProcessChannelMode(QProcess::MergedChannels); // so that complaints come before the end they are of
    m_engine.setStandardInputFile(QProcess::nullDevice());
    m_engine.start(program, arguments);
    return {};
}

CaptureReader::~CaptureReader()
{
    m_engine.disconnect(this);
    if (m_engine.state() == QProcess::NotRunning)
        return;
    m_engine.terminate();
    if (!m_engine.waitForFinished(patience)) {
        m_engine.kill(); // nothing it stores is needed any more
        m_engine.waitForFinished(patience);
    }
}

QString CaptureReader::address() const
{
    return QStringLiteral("local:") + m_directory.filePath(QStringLiteral("engine.sock"));
}

void CaptureReader::hear()
{
    m_said += m_engine.readAllStandardOutput();
    for (qsizetype end = m_said.indexOf('\n'); end >= 0; end = m_said.indexOf('\n')) {
        const QString line = QString::fromUtf8(m_said.first(end));
        if (const QString complaint = complaintIn(line); !complaint.isEmpty() && m_complaints.size() < mostComplaints)
            m_complaints << complaint;
        if (line == QLatin1String("replay ended"))
            become(State::Read, m_complaints.join(u'\n'));
        m_said.remove(0, end + 1);
    }
}

void CaptureReader::become(State state, const QString& message)
{
    if (m_state == State::Failed)
        return;
    m_state = state;
    m_message = message;
    emit stateChanged();
}

}
