#include "console/views/fetch_line.h"

namespace callmon {

FetchLine::FetchLine(ProbeDesk& desk, QWidget* parent)
    : ProgressLine(parent)
    , m_desk(desk)
{
    connect(this, &ProgressLine::cancelled, this, [this] {
        stop();
        emit stopped();
    });
}

QObject* FetchLine::start(const QString& doing)
{
    stop();
    begin(doing);
    m_asking = new QObject(this);
    return m_asking;
}

void FetchLine::stop()
{
    if (m_asking)
        m_desk.cancel(m_asking);
    done();
}

void FetchLine::done()
{
    end();
    if (m_asking)
        m_asking->deleteLater(); // it may be the one that is being answered
    m_asking = nullptr;
}

}
