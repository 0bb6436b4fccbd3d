// The columns of calls, streams, seconds and service figures, in the order and under the names of the command-line
// contract. Every export (csv, json, table) goes through these, so that engine, command line and console cannot
// disagree.
#pragma once

#include "shared/calls/quality_point.h"
#include "shared/calls/service_window.h"
#include "shared/calls/stream_record.h"
#include "shared/calls/unbound_flow.h"

#include <span>
#include <string>
#include <vector>

namespace callmon {

struct FieldValue {
    enum class Kind { Absent, Text, Number } kind = Kind::Absent;
    std::string text; // as CSV and tables print it, before quoting; empty when absent
};

std::span<const char* const> callFieldNames();
// Kept beside the record: `tags`, what people said of it, joined by spaces; `legalHold`, who keeps it and why (hold.h).
std::vector<FieldValue> callFields(const CallRecord& call, std::string_view tags = {}, std::string_view legalHold = {});

std::span<const char* const> streamFieldNames();
std::vector<FieldValue> streamFields(const StreamRecord& stream, std::string_view callId);

std::span<const char* const> qualityFieldNames(); // of one second
std::vector<FieldValue> qualityFields(const QualityPoint& point, std::string_view callId, Party direction);

std::span<const char* const> unboundFieldNames();
std::vector<FieldValue> unboundFields(const UnboundFlow& flow);

std::span<const char* const> serviceFieldNames(); // of one group of calls
std::vector<FieldValue> serviceFields(const ServiceFigures& figures, std::string_view group);

std::span<const char* const> serviceRowFieldNames(); // of one group in one period: those, and what only time tells
std::vector<FieldValue> serviceRowFields(const ServiceRow& row);

}
