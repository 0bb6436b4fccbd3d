#include "engine/ctl/data_directory_source.h"

namespace callmon {

namespace {

const Error needsEngine { "a data directory does not tell what is on now; ask the engine with --engine URL" };

}

Result<std::unique_ptr<CallSource>> DataDirectorySource::open(const std::filesystem::path& directory)
{
    auto query = RecordQuery::open(directory);
    if (!query)
        return query.error();
    return std::unique_ptr<CallSource>(new DataDirectorySource(std::move(query.value())));
}

Result<std::uint64_t> DataDirectorySource::calls(
    const CallQuery& query, const std::function<bool(const CallRecord&)>& sink)
{
    return m_query->calls(query, sink);
}

Result<std::vector<StreamRecord>> DataDirectorySource::streams(CallKey call)
{
    return m_query->streams(call);
}

Result<std::vector<QualityPoint>> DataDirectorySource::quality(CallKey call)
{
    return m_query->quality(call);
}

Result<void> DataDirectorySource::messages(CallKey call, const std::function<bool(const CallMessage&)>& sink)
{
    return m_query->messages(call, sink);
}

Result<std::uint64_t> DataDirectorySource::alarms(
    const AlarmQuery& query, const std::function<bool(const Alarm&)>& sink)
{
    return m_query->alarms(query, sink);
}

Result<void> DataDirectorySource::serviceHistory(
    const ServiceQuery& query, const std::function<bool(const ServiceRow&)>& sink)
{
    return m_query->service(query, sink);
}

Result<void> DataDirectorySource::media(CallKey call, const std::function<bool(StreamKey, Bytes)>& sink)
{
    const auto streams = m_query->streams(call);
    if (!streams)
        return streams.error();
    Result<void> result;
    bool stopped = false;
    for (const StreamRecord& stream : streams.value()) {
        const auto read = m_query->media(stream.key, [&](Bytes bytes) {
            stopped = !sink(stream.key, bytes);
            return !stopped;
        });
        if (!read && result)
            result = read; // the other streams are given all the same
        if (stopped)
            break;
    }
    return result;
}

Result<void> DataDirectorySource::live(const std::function<bool(const LiveUpdate&)>&)
{
    return needsEngine;
}

Result<ProbeStatus> DataDirectorySource::status()
{
    return needsEngine;
}

}
