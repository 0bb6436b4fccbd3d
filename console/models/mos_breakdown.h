// A stream's MOS step by step: what codec, loss, discards, bursts and delay each took of the best there is.
#pragma once

#include "shared/calls/stream_record.h"

#include <QString>
#include <vector>

namespace callmon {

struct MosStep {
    QString cause; // "codec"
    QString input; // what the E-model was told: "G729: Ie 11, Bpl 19 (G.113)"
    double taken = 0; // MOS points
    double left = 0;
};

struct MosBreakdown {
    Party direction = Party::Caller;
    QString codec;
    double best = 0; // of a perfect call
    double mos = 0; // what is left
    std::vector<MosStep> steps;
    QString whyNot; // a sentence where there is no MOS; then there are no steps
    QString words() const; // all of it, for who does not see the bars
};

MosBreakdown breakdownOf(const StreamRecord& stream);

}
