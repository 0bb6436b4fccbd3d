#include "console/plots/plot_tickers.h"

#include "console/plots/clock_ticker.h"

#include <cmath>
#include <qcustomplot.h>

namespace callmon {

namespace {

constexpr int timeTicks = 8;

class ClockTicker : public QCPAxisTicker {
public:
    ClockTicker() { setTickCount(timeTicks); }

protected:
    double getTickStep(const QCPRange& range) override { return clockTickStep(range.size(), tickCount() + 1); }
    int getSubTickCount(double) override { return 0; }
    QString getTickLabel(double tick, const QLocale&, QChar, int) override { return clockLabel(tick); }
};

class TimeOfDayTicker : public ClockTicker {
public:
    explicit TimeOfDayTicker(double epoch)
        : m_epoch(epoch)
    {
        setTickOrigin(-std::fmod(epoch, 86400)); // whole hours of the day
    }

protected:
    QString getTickLabel(double tick, const QLocale&, QChar, int) override { return timeOfDayLabel(m_epoch + tick); }

private:
    double m_epoch;
};

// A label at 0, at the end and at one or two steps between, as many as a low panel has room for.
class ValueTicker : public QCPAxisTicker {
protected:
    double getTickStep(const QCPRange& range) override { return valueTickStep(range.upper / 1.03); }
    int getSubTickCount(double) override { return 0; }
};

}

QSharedPointer<QCPAxisTicker> clockTicker()
{
    return QSharedPointer<ClockTicker>::create();
}

QSharedPointer<QCPAxisTicker> timeOfDayTicker(double epoch)
{
    return QSharedPointer<TimeOfDayTicker>::create(epoch);
}

QSharedPointer<QCPAxisTicker> valueTicker()
{
    return QSharedPointer<ValueTicker>::create();
}

}
