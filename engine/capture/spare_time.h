// What the capture thread does between polls, when the port has nothing for it: it polls without pause and would only
// poll again, while the other core may have more than it can do.
#pragma once

namespace callmon {

class SpareTime {
public:
    virtual ~SpareTime() = default;
    // Capture thread. A few microseconds at a time, rarely a tenth of a millisecond: what comes meanwhile waits in the
    // port, and the uncertainty of its time says so. Never waits for another thread.
    virtual void use() = 0;
};

}
