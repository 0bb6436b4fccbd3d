#include "console/plots/time_window.h"

#include <algorithm>

namespace callmon {

void TimeWindow::setWhole(double seconds)
{
    const bool all = showsAll();
    const bool atEnd = m_end >= m_whole;
    const double span = m_end - m_begin;
    m_whole = std::max(seconds, narrowest);
    if (all)
        showAll();
    else
        place(atEnd ? m_whole - span : m_begin, span);
}

void TimeWindow::zoom(double factor, double about)
{
    const double span = std::clamp(this->span() / factor, std::min(narrowest, m_whole), m_whole);
    const double share = std::clamp((about - m_begin) / this->span(), 0.0, 1.0);
    place(std::clamp(about, m_begin, m_end) - share * span, span);
}

void TimeWindow::pan(double seconds)
{
    place(m_begin + seconds, span());
}

void TimeWindow::showAll()
{
    m_begin = 0;
    m_end = m_whole;
}

void TimeWindow::reveal(double seconds)
{
    if (seconds < m_begin)
        place(seconds - span() / 10, span());
    else if (seconds > m_end)
        place(seconds - span() * 9 / 10, span());
}

void TimeWindow::place(double begin, double span)
{
    span = std::min(span, m_whole);
    m_begin = std::clamp(begin, 0.0, m_whole - span);
    m_end = m_begin + span;
}

}
