// The Skinny messages of one call: both telephones and their call manager, as the steps of the plan go.
#pragma once

#include "tests/traffic/party_book.h"
#include "tests/traffic/scenario.h"
#include "tests/traffic/skinny_writer.h"

#include <span>
#include <vector>

namespace callmon {

struct SkinnySegment { // a TCP segment with one message
    FlowKey flow;
    std::string message;
};

class SkinnyDialogue {
public:
    SkinnyDialogue(const CallParties& parties, const CallPlan& plan, std::uint64_t callIndex);

    const std::string& callId() const { return m_callId; } // as the engine names it
    // In order; none for a step that has no counterpart. `counted`: what each telephone says it received, by Party.
    std::vector<SkinnySegment> messages(Step step, std::span<const SkinnyWriter::Figures, 2> counted) const;

private:
    class Script;
    struct Side {
        const PartyIdentity* party = nullptr;
        Endpoint phone; // its end of the connection to the call manager
        std::string device;
        SkinnyWriter::Line at;
    };

    void openMedia(Script& script) const;
    void closeMedia(Script& script) const;
    void hangUp(Script& script, Party who, std::span<const SkinnyWriter::Figures, 2> counted) const;

    const CallPlan& m_plan;
    SkinnyWriter m_write;
    Side m_sides[2]; // by Party
    Endpoint m_manager;
    std::string m_callId;
};

}
