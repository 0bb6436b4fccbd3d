// The columns that the command-line contract promises, and how values are written into them.
#include "shared/calls/call_fields.h"

#include "shared/base/utc_time.h"

#include <QTest>

#include <limits>
#include <set>

using namespace callmon;

namespace {

using Names = std::span<const char* const>;

std::size_t indexOf(Names names, std::string_view name)
{
    const auto found = std::find(names.begin(), names.end(), name);
    return static_cast<std::size_t>(found - names.begin());
}

std::string callField(const CallRecord& call, std::string_view name)
{
    return callFields(call).at(indexOf(callFieldNames(), name)).text;
}

FieldValue streamField(const StreamRecord& stream, std::string_view name)
{
    return streamFields(stream, "a@b").at(indexOf(streamFieldNames(), name));
}

CallRecord answeredCall()
{
    CallRecord call;
    call.key = { 1795414495000000001 };
    call.callId = "a@b";
    call.caller = "+34914971234";
    call.state = CallState::Ended;
    call.outcome = CallOutcome::Answered;
    call.endedBy = EndedBy::Callee;
    call.finalCode = 200;
    call.callerAddress = { *IpAddress::parse("192.0.2.1"), 5060 };
    call.calleeAddress = { *IpAddress::parse("2001:db8::1"), 5061 };
    call.startedAt = *parseIso8601("2026-11-23T06:14:55Z");
    call.answeredAt = *parseIso8601("2026-11-23T06:15:00.25Z");
    call.endedAt = *parseIso8601("2026-11-23T06:16:30.5Z");
    call.answerDelay = Milliseconds(5250);
    call.mosMean = 4.4094;
    call.probeFramesLost = 12;
    call.pollGapLongest = Nanoseconds(21'500'250);
    call.trust = CaptureTrust::Lossy;
    call.q850Cause = 16;
    call.endReason = "Normal call clearing";
    call.legId = "leg@b2bua";
    call.holds = 2;
    call.holdTime = Milliseconds(12'345.6);
    call.mediaKinds.add(MediaKind::Image);
    call.mediaKinds.add(MediaKind::Audio);
    call.secureMedia = true;
    call.encapsulation = Encapsulation::GtpU;
    call.messagesNotStored = 19;
    call.recorded = Recording::Partly;
    call.recordingRule = "board";
    call.callerTrunk = "north";
    call.countedAt = Timestamp(std::chrono::seconds(1'795'414'500));
    return call;
}

}

class CallFieldsTest : public QObject {
    Q_OBJECT

private slots:
    void promisedColumnsAreThere_data()
    {
        QTest::addColumn<QByteArray>("table");
        QTest::addColumn<QByteArray>("names");
        QTest::newRow("calls") << QByteArray("calls")
                               << QByteArray(
                                      "call_id signalling transport caller callee caller_ip callee_ip started_at "
                                      "ringing_at answered_at ended_at duration_s outcome final_code ended_by "
                                      "post_dial_delay_ms answer_delay_ms mos_mean mos_min "
                                      "probe_frames_lost poll_gap_longest_ms trust q850_cause end_reason "
                                      "asserted_identity diversion leg_id transfer_target replaced_call_id "
                                      "caller_agent callee_agent session_expires_s branches offers holds "
                                      "hold_time_s media_kinds secure_media began_before_probe encapsulation "
                                      "messages_not_stored recorded recording_rule caller_trunk callee_trunk "
                                      "counted_at");
        QTest::newRow("streams") << QByteArray("streams")
                                 << QByteArray(
                                        "call_id direction src_ip src_port dst_ip dst_port ssrc payload_type codec "
                                        "first_packet_at last_packet_at packets bytes duplicates reordered "
                                        "expected lost loss_percent jitter_mean_ms jitter_max_ms delta_min_ms "
                                        "delta_mean_ms delta_max_ms delta_stddev_ms size_min_bytes "
                                        "size_mean_bytes size_max_bytes size_stddev_bytes throughput_bps rtt_ms "
                                        "r_factor mos_mean mos_min lost_with_probe jitter_error_ms "
                                        "binding_rule binding_confidence_percent media_kind secure "
                                        "packets_joined_later rtcp_reports rtcp_rtt_ms far_end_lost_percent "
                                        "far_end_jitter_ms xr_mos packets_not_wanted");
    }

    void promisedColumnsAreThere()
    {
        QFETCH(QByteArray, table);
        QFETCH(QByteArray, names);
        const Names columns = table == "calls" ? callFieldNames() : streamFieldNames();
        for (const QByteArray& name : names.split(' '))
            QVERIFY2(indexOf(columns, name.toStdString()) < columns.size(), name.constData());
        QCOMPARE(std::set<std::string_view>(columns.begin(), columns.end()).size(), columns.size());
    }

    void everyColumnHasAValue()
    {
        QCOMPARE(callFields({}).size(), callFieldNames().size());
        QCOMPARE(streamFields({}, "").size(), streamFieldNames().size());
        QCOMPARE(qualityFields({}, "", Party::Caller).size(), qualityFieldNames().size());
    }

    void callIsWrittenUnderItsColumns_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("value");
        const auto row = [](const char* name, const char* value) {
            QTest::newRow(name) << QByteArray(name) << QByteArray(value);
        };
        row("call_key", "1795414495000000001");
        row("call_id", "a@b");
        row("signalling", "sip");
        row("transport", "udp");
        row("caller", "+34914971234");
        row("callee", "");
        row("caller_ip", "192.0.2.1");
        row("callee_ip", "2001:db8::1");
        row("callee_port", "5061");
        row("started_at", "2026-11-23T06:14:55.000000000Z");
        row("ringing_at", "");
        row("answered_at", "2026-11-23T06:15:00.250000000Z");
        row("duration_s", "90.250");
        row("outcome", "answered");
        row("final_code", "200");
        row("ended_by", "callee");
        row("answer_delay_ms", "5250.000000");
        row("post_dial_delay_ms", "");
        row("mos_mean", "4.409");
        row("mos_min", "");
        row("probe_frames_lost", "12");
        row("poll_gap_longest_ms", "21.500250");
        row("trust", "lossy");
        row("q850_cause", "16");
        row("end_reason", "Normal call clearing");
        row("leg_id", "leg@b2bua");
        row("session_expires_s", "");
        row("holds", "2");
        row("hold_time_s", "12.346");
        row("media_kinds", "audio+fax");
        row("secure_media", "1");
        row("began_before_probe", "0");
        row("encapsulation", "gtpu");
        row("messages_not_stored", "19");
        row("recorded", "partly");
        row("recording_rule", "board");
        row("caller_trunk", "north");
        row("callee_trunk", "");
        row("counted_at", "2026-11-23T06:15:00.000000000Z");
    }

    void callIsWrittenUnderItsColumns()
    {
        QFETCH(QByteArray, name);
        QFETCH(QByteArray, value);
        QCOMPARE(QByteArray::fromStdString(callField(answeredCall(), name.toStdString())), value);
    }

    void whatIsNotKnownIsAbsentAndNotZero()
    {
        for (const char* name : { "clock_rate_hz", "jitter_mean_ms", "jitter_error_ms", "delta_min_ms", "rtt_ms",
                 "r_factor", "mos_mean", "binding_confidence_percent", "rtcp_rtt_ms", "xr_mos" })
            QVERIFY2(streamField({}, name).kind == FieldValue::Kind::Absent, name);
        QCOMPARE(streamField({}, "lost").text, std::string("0"));
        QVERIFY(callField({}, "final_code").empty());
    }

    void whatTheReceiverSaidIsWrittenUnderItsColumns_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("value");
        const auto row = [](const char* name, const char* value) {
            QTest::newRow(name) << QByteArray(name) << QByteArray(value);
        };
        row("xr_lost_percent", "1.50");
        row("xr_discarded_percent", "2.50");
        row("xr_burst_density_percent", "3.50");
        row("xr_gap_density_percent", "4.50");
        row("xr_burst_duration_ms", "360.000000");
        row("xr_gap_duration_ms", "20000.000000");
        row("xr_round_trip_ms", "90.000000");
        row("xr_end_system_ms", "65.000000");
        row("xr_jitter_buffer_ms", "40.000000");
        row("xr_signal_dbm0", "-21");
        row("xr_noise_dbm0", "-70");
        row("xr_echo_return_loss_db", "55");
        row("xr_r_factor", "78");
        row("xr_external_r_factor", "84");
        row("xr_gap_threshold", "16");
        row("xr_jitter_buffer_maximum_ms", "60");
        row("xr_jitter_buffer_absolute_maximum_ms", "120");
    }

    void whatTheReceiverSaidIsWrittenUnderItsColumns() // RFC 3611 4.7
    {
        QFETCH(QByteArray, name);
        QFETCH(QByteArray, value);
        StreamRecord stream;
        QVERIFY(streamField(stream, name.toStdString()).kind == FieldValue::Kind::Absent);
        stream.xr.lostPercent = 1.5;
        stream.xr.discardedPercent = 2.5;
        stream.xr.burstDensityPercent = 3.5;
        stream.xr.gapDensityPercent = 4.5;
        stream.xr.burstDuration = Milliseconds(360);
        stream.xr.gapDuration = Milliseconds(20'000);
        stream.xr.roundTrip = Milliseconds(90);
        stream.xr.endSystemDelay = Milliseconds(65);
        stream.xr.jitterBuffer = Milliseconds(40);
        stream.xr.signalLevelDbm0 = -21;
        stream.xr.noiseLevelDbm0 = -70;
        stream.xr.echoReturnLossDb = 55;
        stream.xr.rFactor = 78;
        stream.xr.externalRFactor = 84;
        stream.xr.gapThreshold = 16;
        stream.xr.jitterBufferLimits = { 60, 120 };
        QCOMPARE(QByteArray::fromStdString(streamField(stream, name.toStdString()).text), value);
    }

    void streamIsWrittenUnderItsColumns()
    {
        StreamRecord stream;
        stream.key = { { 5 }, 1 };
        stream.direction = Party::Callee;
        stream.flow = { { *IpAddress::parse("192.0.2.1"), 4000 }, { *IpAddress::parse("192.0.2.2"), 4002 } };
        stream.ssrc = { 0x0a1b2c3d };
        stream.payloadType = 8;
        stream.codec = "PCMA";
        stream.jitterMean = Milliseconds(0.0012);
        stream.lossPercent = 100.0 / 3;
        stream.bindingRule = BindingRule::LearntAddress;
        stream.bindingConfidence = 60;
        stream.kind = MediaKind::Video;
        stream.farEndLostPercent = 0.390625;
        QCOMPARE(streamField(stream, "direction").text, std::string("callee"));
        QCOMPARE(streamField(stream, "src_port").text, std::string("4000"));
        QCOMPARE(streamField(stream, "dst_ip").text, std::string("192.0.2.2"));
        QCOMPARE(streamField(stream, "ssrc").text, std::string("0x0A1B2C3D"));
        QCOMPARE(streamField(stream, "codec").text, std::string("PCMA"));
        QCOMPARE(streamField(stream, "jitter_mean_ms").text, std::string("0.001200"));
        QCOMPARE(streamField(stream, "loss_percent").text, std::string("33.3333"));
        QCOMPARE(streamField(stream, "binding_rule").text, std::string("learnt"));
        QCOMPARE(streamField(stream, "binding_confidence_percent").text, std::string("60"));
        QCOMPARE(streamField(stream, "media_kind").text, std::string("video"));
        QCOMPARE(streamField(stream, "far_end_lost_percent").text, std::string("0.3906"));
        QVERIFY(streamField(stream, "payload_type").kind == FieldValue::Kind::Number);
        QVERIFY(streamField(stream, "ssrc").kind == FieldValue::Kind::Text);
    }

    void aSecondWithoutPacketsHasNothingMeasured()
    {
        QualityPoint point;
        point.jitterMs = 1.5F;
        point.mos = 4;
        const auto value = [&](std::string_view name) {
            return qualityFields(point, "a@b", Party::Callee).at(indexOf(qualityFieldNames(), name)).text;
        };
        QCOMPARE(value("jitter_ms"), std::string());
        point.packets = 50;
        point.lostWithProbe = 3;
        QCOMPARE(value("jitter_ms"), std::string("1.500000"));
        QCOMPARE(value("lost_with_probe"), std::string("3"));
        QCOMPARE(value("mos"), std::string("4.000"));
    }

    void figureThatIsNoNumberIsAbsent() // JSON has no word for it
    {
        StreamRecord stream;
        stream.lossPercent = std::numeric_limits<double>::quiet_NaN();
        stream.mosMean = std::numeric_limits<double>::infinity();
        QVERIFY(streamField(stream, "loss_percent").kind == FieldValue::Kind::Absent);
        QVERIFY(streamField(stream, "mos_mean").kind == FieldValue::Kind::Absent);
    }
};

QTEST_GUILESS_MAIN(CallFieldsTest)
#include "tst_call_fields.moc"
