// Every past call that a search matches, as CSV: fetched anew and written as it comes, so that neither the list on the
// screen nor memory bounds it. Of several probes one after the other, each in the order that is asked for.
#pragma once

#include "console/models/call_source.h"
#include "shared/calls/export_format.h"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>

namespace callmon {

class BackgroundFile;

class CallExport : public QObject {
    Q_OBJECT

public:
    explicit CallExport(CallSource& source, QObject* parent = nullptr); // outlives this
    ~CallExport() override;

    // `columns`: of PastCallModel. `expected`: how many calls there were when they were searched, for the progress. The
    // file appears whole, or not at all.
    void start(const std::vector<CallQuery>& queries, std::vector<int> columns, ExportFormat format,
        const QString& path, quint64 expected);
    void cancel();
    bool isRunning() const { return m_file != nullptr; }
    QStringList missing() const { return m_missing; } // probes that did not answer when it began
    QStringList remarks() const { return m_remarks; } // what the answers lacked, and why

signals:
    void progressed(quint64 written, quint64 matchesInAll);
    void ended(quint64 written, const QString& error); // error: empty when all of it is written

private:
    struct Part {
        CallSource::Probe probe;
        CallQuery query;
    };

    void follow(CallSource& source);
    bool isMine(const CallSource& source, quint64 request) const { return m_asked == &source && m_request == request; }
    void askNext();
    void take(const std::vector<CallRecord>& calls, quint64 matchesInPart);
    void end(const QString& error);

    CallSource& m_source;
    std::set<CallSource*> m_followed;
    std::deque<Part> m_parts; // the first one is under way
    CallSource* m_asked = nullptr;
    std::optional<quint64> m_request;
    std::vector<int> m_columns;
    ExportFormat m_format;
    std::map<CallKey, TagsOfCall> m_tags; // of the calls that come next
    std::unique_ptr<BackgroundFile> m_file;
    QStringList m_missing;
    QStringList m_remarks;
    quint64 m_written = 0;
    quint64 m_writtenBefore = 0; // of the parts that have ended
    quint64 m_expected = 0;
};

}
