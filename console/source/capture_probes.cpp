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
    const QString title = reader->title();
    m_open.push_back({ std::move(reader), name });
    m_probes.setAddresses(list);
    emit reading(title);
}

void CaptureProbes::closeAll()
{
    std::vector<ProbeAddress> list = m_probes.addresses();
    std::erase_if(list, [](const ProbeAddress& probe) { return probe.temporary; });
    m_probes.setAddresses(list);
    m_open.clear();
}

void CaptureProbes::follow(const CaptureReader* reader)
{
    const auto open = std::ranges::find_if(m_open, [&](const Open& one) { return one.reader.get() == reader; });
    if (open == m_open.end())
        return;
    const QString title = reader->title();
    const QString message = reader->message();
    if (reader->state() == CaptureReader::State::Read) {
        emit read(title, open->name);
    } else { // what it was asked for already is answered by nobody: the list says so no longer
        std::vector<ProbeAddress> list = m_probes.addresses();
        std::erase_if(list, [&](const ProbeAddress& probe) { return probe.address == reader->address(); });
        m_probes.setAddresses(list); // dropClosed() later: the reader is still in its signal
    }
    if (!message.isEmpty())
        emit complained(title, message);
}

void CaptureProbes::dropClosed()
{
    const std::vector<ProbeAddress> list = m_probes.addresses();
    std::erase_if(m_open, [&](const Open& one) {
        return std::ranges::find(list, one.reader->address(), &ProbeAddress::address) == list.end();
    });
}

}
