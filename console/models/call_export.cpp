#include "console/models/call_export.h"

#include "console/models/background_file.h"
#include "console/models/past_call_model.h"
#include "shared/calls/call_fields.h"

#include <algorithm>

namespace callmon {

CallExport::CallExport(CallSource& source, QObject* parent)
    : QObject(parent)
    , m_source(source)
{
}

CallExport::~CallExport() = default;

void CallExport::follow(CallSource& source)
{
    if (!m_followed.insert(&source).second)
        return;
    connect(
        &source, &CallSource::tagsFound, this, [this, &source](quint64 request, const std::vector<TagsOfCall>& tags) {
            if (!isMine(source, request))
                return;
            m_tags.clear();
            for (const TagsOfCall& of : tags)
                m_tags[of.call] = of;
        });
    connect(&source, &CallSource::callsFound, this,
        [this, &source](quint64 request, const std::vector<CallRecord>& calls, quint64 matches) {
            if (isMine(source, request))
                take(calls, matches);
        });
    connect(&source, &CallSource::remarked, this, [this, &source](quint64 request, const QStringList& remarks) {
        if (!isMine(source, request))
            return;
        const QString name = m_parts.front().probe.name;
        for (const QString& remark : remarks)
            m_remarks += name.isEmpty() ? remark : tr("%1: %2").arg(name, remark);
        m_remarks.removeDuplicates();
    });
    connect(&source, &CallSource::finished, this, [this, &source](quint64 request) {
        if (!isMine(source, request))
            return;
        m_request.reset();
        m_writtenBefore = m_written;
        m_parts.pop_front();
        if (!m_parts.empty())
            return askNext();
        m_file->end();
    });
    connect(&source, &CallSource::failed, this, [this, &source](quint64 request, const QString& message) {
        if (!isMine(source, request))
            return;
        const QString name = m_parts.front().probe.name;
        m_request.reset();
        end(name.isEmpty() ? message : tr("%1: %2").arg(name, message));
    });
}

void CallExport::start(const std::vector<CallQuery>& queries, std::vector<int> columns, ExportFormat format,
    const QString& path, quint64 expected)
{
    cancel();
    m_columns = std::move(columns);
    m_format = std::move(format);
    m_tags.clear();
    m_parts.clear();
    m_missing.clear();
    m_remarks.clear();
    m_written = m_writtenBefore = 0;
    m_expected = expected;
    for (const CallSource::Probe& probe : m_source.probes()) {
        if (probe.state != CallSource::State::Connected) {
            m_missing += probe.name;
            continue;
        }
        for (const CallQuery& query : queries)
            m_parts.push_back({ probe, query });
    }
    if (m_parts.empty()) {
        emit ended(0, tr("Not connected to an engine: the calls cannot be fetched now."));
        return;
    }
    m_file = std::make_unique<BackgroundFile>(path);
    connect(m_file.get(), &BackgroundFile::ended, this, &CallExport::end);
    std::vector<std::string> names;
    for (const int column : m_columns)
        names.emplace_back(
            column == PastCallModel::Probe ? "probe" : callFieldNames()[static_cast<std::size_t>(column)]);
    m_file->write(exportHead(m_format) + csvLine(names, m_format.style));
    askNext();
}

void CallExport::askNext()
{
    const Part& part = m_parts.front();
    CallQuery query = part.query;
    query.limit = 0;
    query.after.reset();
    CallSource& source = m_source.of(part.probe.id);
    follow(source);
    m_asked = &source;
    m_request = source.search(query);
}

void CallExport::cancel()
{
    if (!isRunning())
        return;
    end(tr("Cancelled: nothing was written."));
}

void CallExport::take(const std::vector<CallRecord>& calls, quint64 matchesInPart)
{
    const auto names = callFieldNames();
    const std::string probe = m_parts.front().probe.name.toStdString();
    std::string text;
    std::vector<std::string> line(m_columns.size());
    for (const CallRecord& call : calls) {
        const auto beside = m_tags.find(call.key);
        const auto fields = beside == m_tags.end()
            ? callFields(call)
            : callFields(call, beside->second.tags, toText(beside->second.legalHold));
        for (std::size_t i = 0; i < m_columns.size(); ++i) {
            const auto column = static_cast<std::size_t>(m_columns[i]);
            line[i] = column < names.size() ? exportText(names[column], fields[column], m_format) : probe;
        }
        text += csvLine(line, m_format.style);
    }
    m_file->write(std::move(text));
    m_written += calls.size();
    emit progressed(m_written, std::max({ m_expected, m_writtenBefore + matchesInPart, m_written }));
}

void CallExport::end(const QString& error)
{
    if (m_request)
        m_asked->cancel(*std::exchange(m_request, std::nullopt));
    m_parts.clear();
    m_file.release()->deleteLater(); // it may be telling; what has not ended leaves nothing
    emit ended(m_written, error);
}

}
