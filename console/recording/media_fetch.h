// What is recorded of a call, fetched from its engine into a temporary file.
#pragma once

#include "console/models/call_source.h"
#include "shared/codecs/fetched_media.h"

#include <QObject>
#include <optional>

namespace callmon {

class MediaFetch : public QObject {
    Q_OBJECT

public:
    explicit MediaFetch(CallSource& source, QObject* parent = nullptr); // of the call's probe alone; outlives this
    ~MediaFetch() override { cancel(); }

    // The file lies in `folder`, without a name. What another start() has fetched is forgotten.
    void start(CallKey call, const std::vector<StreamRecord>& streams, const std::filesystem::path& folder);
    void cancel(); // nothing more comes, no ended() either
    void forget() // what was fetched
    {
        cancel();
        m_media.reset();
    }
    bool isRunning() const { return m_request != 0; }

    bool isEmpty() const { return !m_media || m_media->size() == 0; }
    Result<std::vector<RecordedStream>> streams() const; // that came so far
    bool isKeptNoMore() const { return m_keptNoMore; } // which is why the engine had not all of it
    QStringList remarks() const { return m_remarks; } // what the engine's answer lacks, and why

signals:
    void progressed(double done); // 0 to 1, as far as the streams' records tell how much there is
    // What came until then is there. `atEngine`: the engine had not all of it; else it could not be kept here.
    void ended(const QString& error, bool atEngine);

private:
    void end(const QString& error, bool atEngine);

    CallSource& m_source;
    quint64 m_request = 0;
    std::optional<FetchedMedia> m_media;
    QStringList m_remarks;
    bool m_keptNoMore = false;
    double m_expected = 0; // bytes
};

}
