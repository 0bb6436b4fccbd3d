// The input is one RTCP datagram; all that its reports say goes into one stream's figures.
#include "engine/media/rtcp_figures.h"

#include <cmath>
#include <cstdlib>

namespace {

using namespace callmon;

void readExtended(const RtcpPart& part, RtcpFigures& figures, Timestamp at)
{
    XrBlocks blocks(part);
    while (const auto block = blocks.next()) {
        if (const auto reference = readReferenceTime(*block))
            figures.addReference(*reference, at);
        XrEchoes echoes(*block);
        while (const auto echo = echoes.next())
            figures.addEcho(echo->lastReference, echo->delay, at);
        if (const auto metrics = readVoipMetrics(*block))
            figures.addVoipMetrics(*metrics);
    }
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const Bytes datagram = std::as_bytes(std::span(data, size));
    const RtcpForm form = formOf(datagram, size);
    formOf(datagram, size + 40);
    RtcpFigures figures;
    Timestamp at;
    std::size_t left = size;
    RtcpParts parts(datagram);
    while (const auto part = parts.next()) {
        left -= 4 + part->body.size();
        at += std::chrono::milliseconds(40);
        if (const auto report = readReport(*part)) {
            if (report->sender)
                figures.addReference(report->sender->sentAt, at);
            for (std::size_t i = 0; i < report->blocks; ++i) {
                figures.addReport(report->block(i), at);
                figures.addEcho(report->block(i).lastSenderReport, report->block(i).delay, at);
            }
        }
        readExtended(*part, figures, at);
    }
    if (form == RtcpForm::Plain && left > 255) // all of it but padding was read
        std::abort();
    for (const double figure : { figures.lossPercent(std::uint16_t { 7 }).value_or(0),
             figures.lossPercent({}).value_or(0), figures.receiverLoop().value_or(Milliseconds(0)).count(),
             figures.jitter(Hertz { 8000 }).value_or(Milliseconds(0)).count(),
             figures.voipMetrics() ? mosOf(*figures.voipMetrics()).value_or(1) : 1 })
        if (!std::isfinite(figure) || figure < 0)
            std::abort();
    if (figures.lossPercent(std::uint16_t { 7 }).value_or(0) > 100)
        std::abort();
    return 0;
}
