// A receiver's VoIP metrics (RFC 3611 4.7) as a record has them: in percent and ms, and empty where the block cannot
// tell.
#pragma once

#include "engine/media/rtcp_xr.h"
#include "shared/calls/stream_record.h"

namespace callmon {

ReceiverMetrics receiverMetricsOf(const XrVoipMetrics& block);

}
