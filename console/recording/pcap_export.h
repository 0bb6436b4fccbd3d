// All that is stored of a call as one capture file: its messages and its media, as `callmonctl pcap` writes them.
#pragma once

#include "console/recording/file_writer.h"
#include "console/recording/media_fetch.h"

namespace callmon {

class PcapExport : public QObject {
    Q_OBJECT

public:
    using End = FileWriter::End;

    explicit PcapExport(CallSource& source, QObject* parent = nullptr); // of the call's probe alone; outlives this
    ~PcapExport() override; // nothing is left of what is not whole

    // `record`, if known, tells why there is no media. The file appears whole, or not at all; before it is written, the
    // engine is told and may refuse.
    void start(CallKey call, const CallRecord* record, const QString& path);
    void cancel();
    bool isRunning() const { return m_step != Step::None; }

signals:
    void progressed(double done); // 0 to 1
    // `error`: in words, when it failed; `notes`: what is not in it, in sentences.
    void ended(callmon::FileWriter::End end, const QString& error, const QStringList& notes);

private:
    enum class Step { None, Streams, Messages, Media, Noting, Writing };

    bool isMine(quint64 request) const { return m_request != 0 && request == m_request; }
    void takeFailure(const QString& message);
    void takeMedia(const QString& error, bool atEngine);
    void askForMessages();
    void askForMedia();
    void note();
    void write();
    void fail(const QString& error) { end(End::Failed, error); }
    void end(End how, const QString& error = {});
    bool isConnected() const { return m_source.state() == CallSource::State::Connected; }

    CallSource& m_source;
    MediaFetch m_fetch;
    Step m_step = Step::None;
    unsigned m_round = 0; // of start(): a late reply is of none before
    quint64 m_request = 0;
    CallKey m_call;
    QString m_path;
    QString m_whyNoMedia;
    std::vector<StreamRecord> m_streams;
    std::vector<CallMessage> m_messages;
    QStringList m_notes;
    FileWriter m_writer;
};

}
