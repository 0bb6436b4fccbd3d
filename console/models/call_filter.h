// The filter box of the live list. Terms are separated by spaces and must all match:
//   word               caller, callee, Call-ID, state or codec contains it ("a phrase" in quotes)
//   from: to: id: codec: state: code: trust: trunk: probe:
//                      that field alone; with * it matches the field as a whole: from:+34*; trunk is that of either
//                      end, and trunk:other fits where neither end is of one
//   from= to= id= codec= code= trunk= probe=
//                      that field is this and no more, * being a character like others; a trunk in its letter case, as
//                      two may differ in that alone
//   is:one-way is:no-media
//                      answered more than 5 s ago, and only one party, or neither, has sent any media so far
//   mos<3.5 loss>2 jitter>=30 duration>600
//                      < <= > >= =; mos and its lowest window (minmos), loss and jitter are the worse direction's,
//                      duration is in seconds; a call whose figure is unknown matches none of them
//   counted>=2026-11-23T06:14
//                      when the service metrics counted it as an attempt, UTC; < <= > >=; what they have not counted
//                      yet matches none of them
//   -to:+34* -loss>2   all of these with a minus before them: not so
// In quotes "" is a quote. Letter case does not matter (ASCII). A term that is not finished yet restricts nothing and
// is named in problems().
#pragma once

#include "shared/calls/live_call.h"

#include <QStringList>
#include <array>
#include <string>
#include <vector>

namespace callmon {

class CallFilter {
public:
    static CallFilter parse(const QString& text);
    // How a term of each field begins: "from:", "from=", "mos", "counted".
    static QStringList fieldWords();

    bool empty() const { return m_terms.empty(); }
    // probe: the name of the engine that has the call, where there are several
    bool matches(const LiveCall& call, Timestamp now, std::string_view probe = {}) const;
    const QStringList& problems() const { return m_problems; } // sentences for the user

private:
    enum class Field {
        Anything,
        From,
        To,
        Id,
        Codec,
        State,
        Code,
        Trust,
        Trunk,
        Probe,
        Is,
        Mos,
        MinMos,
        Loss,
        Jitter,
        Duration,
        Counted
    };
    enum class Test { Contains, Like, Less, LessOrEqual, Greater, GreaterOrEqual, Equal };
    struct Term {
        Field field = Field::Anything;
        Test test = Test::Contains;
        std::string text {}; // lower case
        std::string bare {}; // of what may be a telephone number, without its separators: as engines keep them
        double number = 0;
        Timestamp time {};
        bool isNot = false;
    };

    static Test testOf(const QString& comparison);
    // Whether it is one, if one with a problem.
    bool addTimeTerm(const QString& text, bool isNot);
    bool addNumberTerm(const QString& text, bool isNot);
    bool addFieldTerm(const QString& text, bool isNot);
    bool holds(const Term& term, const LiveCall& call, Timestamp now, std::string_view probe) const;

    std::vector<Term> m_terms;
    QStringList m_problems;
    std::array<std::string, 5> m_stateWords; // by CallState: the contract's word and the user's
    std::array<std::string, 3> m_trustWords; // by CaptureTrust, likewise
};

}
