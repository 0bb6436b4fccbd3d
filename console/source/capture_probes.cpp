#include "console/source/capture_probes.h"

#include <QFileInfo>
#include <algorithm>

namespace callmon {

CaptureProbes::CaptureProbes(ProbeGroup& probes, QString engine, QObject* parent)
    : QObject(parent)
    , m_probes(probes)
    , m_engine(std::move(engine))
{
    // Not while the group is at its list.
    connect(&probes, &CallSource::probesChanged, this, &CaptureProbes::dropClosed, Qt::QueuedConnection);
    connect(&probes, &CallSource::statusChanged, this, &CaptureProbes::seeStatus);
}

CaptureProbes::~CaptureProbes() = default;

void CaptureProbes::open(const QStringList& files)
{
    if (files.isEmpty())
        return;
    std::vector<ProbeAddress> list = m_probes.addresses();
    auto reader = std::make_unique<CaptureReader>(m_engine, files);
    const QString name = freeName(QFileInfo(files.front()).fileName(), list);
    list.push_back({ name, reader->address(), true, true });
    connect(reader.get(), &CaptureReader::stateChanged, this, [this, one = reader.get()] { follow(one); });
    m_open.push_back({ std::move(reader), name });
    m_probes.setAddresses(list);
    tellReading();
}

void CaptureProbes::closeAll()
{
    std::vector<ProbeAddress> list = m_probes.addresses();
    std::erase_if(list, [](const ProbeAddress& probe) { return probe.temporary; });
    m_probes.setAddresses(list);
    m_open.clear();
    tellReading();
}

void CaptureProbes::stopReading()
{
    std::vector<ProbeAddress> list = m_probes.addresses();
    for (const Open& one : m_open)
        if (one.reader->state() == CaptureReader::State::Reading)
            std::erase_if(list, [&](const ProbeAddress& probe) { return probe.address == one.reader->address(); });
    m_probes.setAddresses(list);
    dropClosed();
}

void CaptureProbes::tellReading()
{
    QStringList titles;
    for (const Open& one : m_open)
        if (one.reader->state() == CaptureReader::State::Reading)
            titles += one.reader->title();
    emit reading(titles);
}

// Frames and their bytes as the engine counts them, and 16 bytes before each frame: a pcap file but for its first 24.
void CaptureProbes::seeStatus(const ProbeStatus& status, ProbeId probe)
{
    constexpr qint64 frameHeader = 16;
    qint64 done = 0;
    qint64 all = 0;
    for (Open& one : m_open) {
        if (one.reader->state() != CaptureReader::State::Reading)
            continue;
        for (const CallSource::Probe& known : m_probes.probes())
            if (known.id == probe && known.name == one.name) {
                one.done = 0;
                for (const NamedCounter& counter : status.counters)
                    one.done += counter.name == "file_bytes" ? static_cast<qint64>(counter.value)
                        : counter.name == "file_frames"      ? frameHeader * static_cast<qint64>(counter.value)
                                                             : 0;
            }
        if (one.reader->size() == 0)
            return;
        done += one.done;
        all += one.reader->size();
    }
    if (all > 0)
        emit progressed(static_cast<double>(done) / static_cast<double>(all));
}

void CaptureProbes::follow(const CaptureReader* reader)
{
    const auto open = std::ranges::find_if(m_open, [&](const Open& one) { return one.reader.get() == reader; });
    if (open == m_open.end())
        return;
    const QString title = reader->title();
    const QString message = reader->message();
    const bool isRead = reader->state() == CaptureReader::State::Read;
    tellReading();
    if (isRead) {
        emit read(open->name);
    } else { // what it was asked for already is answered by nobody: the list says so no longer
        std::vector<ProbeAddress> list = m_probes.addresses();
        std::erase_if(list, [&](const ProbeAddress& probe) { return probe.address == reader->address(); });
        m_probes.setAddresses(list); // dropClosed() later: the reader is still in its signal
    }
    if (!message.isEmpty())
        emit complained(title, message, isRead);
}

void CaptureProbes::dropClosed()
{
    const std::vector<ProbeAddress> list = m_probes.addresses();
    std::erase_if(m_open, [&](const Open& one) {
        return std::ranges::find(list, one.reader->address(), &ProbeAddress::address) == list.end();
    });
    tellReading();
}

}
