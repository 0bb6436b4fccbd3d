// What is stored of one call, as its engine answers: the record, its streams, seconds, messages and alarms. What was
// known stays until all of an answer is there, so that asking again blanks nothing.
#pragma once

#include "console/models/call_source.h"

#include <map>
#include <optional>

namespace callmon {

class CallDetails : public QObject {
    Q_OBJECT

public:
    enum class Part { Record, Streams, Quality, Messages, Alarms };
    Q_ENUM(Part)

    // The source is that of the call's probe alone; outlives this. `record`: if it is known already.
    CallDetails(CallSource& source, CallKey call, const CallRecord* record, QObject* parent = nullptr);

    void ask(Part part);
    bool asks() const { return !m_requests.empty(); } // and an answer has not come
    bool asks(Part part) const;

    CallKey call() const { return m_call; }
    const std::optional<CallRecord>& record() const { return m_record; }
    const QString& legalHold() const { return m_legalHold; } // who keeps it and why
    const std::vector<StreamRecord>& streams() const { return m_streams; }
    const std::vector<QualityPoint>& points() const { return m_points; }
    const std::vector<CallMessage>& messages() const { return m_messages; }
    const std::vector<Alarm>& alarms() const { return m_alarms; }
    QStringList remarks() const; // what the answers lack, and why, each said once
    // Why parts of it are not there, each said once: because their time was over, or for any other reason. Alarms are
    // not asked after.
    QStringList keptNoMore() const;
    bool isKeptNoMore(Part part) const;
    bool hasFailed(Part part) const; // for whatever reason
    QStringList failures(bool ofRecord) const; // that of the record, too

    Timestamp begin() const;
    bool hasEnded() const; // as stored: what a live list still shows of it is older
    std::optional<double> meanMos() const; // as the record of an ended call has it, of the seconds
    bool hasItsMos() const; // the record, some seconds after the end: late media count, too

signals:
    void found(callmon::CallDetails::Part part); // all of the answer
    void failed(callmon::CallDetails::Part part, const QString& error);

private:
    struct Failure {
        QString words;
        bool keptNoMore = false;
    };
    void answered(quint64 request, const std::optional<Failure>& failure);
    bool isOf(quint64 request, Part part) const;

    CallSource& m_source;
    CallKey m_call;
    std::optional<CallRecord> m_record;
    std::optional<CallRecord> m_recordArriving;
    QString m_legalHold, m_holdArriving;
    std::vector<StreamRecord> m_streams, m_streamsArriving;
    std::vector<QualityPoint> m_points, m_pointsArriving;
    std::vector<CallMessage> m_messages, m_messagesArriving;
    std::vector<Alarm> m_alarms, m_alarmsArriving;
    std::map<Part, QStringList> m_remarks, m_remarksArriving;
    std::map<Part, Failure> m_failures; // of the last answer
    std::map<quint64, Part> m_requests;
};

}
