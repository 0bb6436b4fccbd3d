// The part of a call's time that is on the screen: zoomed, panned, and following the end while the call is on.
#pragma once

namespace callmon {

class TimeWindow {
public:
    static constexpr double narrowest = 0.5; // seconds

    double begin() const { return m_begin; }
    double end() const { return m_end; }
    double span() const { return m_end - m_begin; }
    double whole() const { return m_whole; }
    bool contains(double seconds) const { return seconds >= m_begin && seconds <= m_end; }
    bool showsAll() const { return m_begin <= 0 && m_end >= m_whole; }

    // What was shown stays shown, but what reached up to the end goes on to do so.
    void setWhole(double seconds);
    void zoom(double factor, double about); // 2: twice as close; the time `about` keeps its place
    void pan(double seconds); // to the right when positive; no further than the ends
    void showAll();
    void reveal(double seconds); // pans as little as it takes

private:
    void place(double begin, double span);

    double m_whole = 1;
    double m_begin = 0;
    double m_end = 1;
};

}
