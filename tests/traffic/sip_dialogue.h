// The SIP messages of one call as its two user agents would send them (RFC 3261), one hop, over UDP.
#pragma once

#include "tests/traffic/party_book.h"
#include "tests/traffic/scenario.h"

namespace callmon {

bool isMessage(Step step); // else the step only starts or stops media

class SipDialogue {
public:
    SipDialogue(const CallParties& parties, const CallPlan& plan, std::uint64_t callSeed);

    const std::string& callId() const { return m_callId; }
    Party sender(Step step) const;
    std::string message(Step step) const; // header and body; the same text every time
    // The same into a text that keeps its memory. More than a kilobyte comes from the heap that all threads share, and
    // a generator of full load would wait there for a storage thread that has lost its core: up to 0.7 s.
    void write(Step step, std::string& text) const;

private:
    const PartyIdentity& identity(Party party) const;
    std::string uri(Party party) const;
    std::string nameAndTag(Party party, bool withTag) const;
    std::string sdp(Step step, Party from) const;
    std::string credentials() const;

    const CallParties& m_parties;
    const CallPlan& m_plan;
    std::uint64_t m_seed;
    std::uint32_t m_firstCseq;
    std::string m_callId;
    std::string m_tags[2]; // by Party
};

}
