#include "console/views/live_listener.h"

#include "console/views/player_bar.h"

#include <utility>

namespace callmon {

LiveListener::LiveListener(CallSource& source, CallKey call, PlayerBar& player, QObject* parent)
    : QObject(parent)
    , m_source(source)
    , m_call(call)
    , m_player(player)
{
    connect(&player, &PlayerBar::listenWanted, this, &LiveListener::listen);
    connect(
        &source, &CallSource::streamsFound, this, [this](quint64 request, const std::vector<StreamRecord>& streams) {
            if (request != m_request || m_request == 0)
                return;
            for (const StreamRecord& stream : streams)
                m_sound->begin(stream);
        });
    connect(&source, &CallSource::qualityFound, this, [this](quint64 request, const std::vector<QualityPoint>& blind) {
        if (request == m_request && m_request != 0)
            m_sound->see(blind);
    });
    connect(
        &source, &CallSource::mediaArrived, this, [this](quint64 request, StreamKey stream, const QByteArray& bytes) {
            if (request != m_request || m_request == 0)
                return;
            m_sound->add(stream, std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size()))));
            if (bytes.isEmpty())
                m_sound->take([this](const CallAudio& piece) { m_player.addLive(piece); });
        });
    connect(&source, &CallSource::finished, this,
        [this](quint64 request) { ended(request, tr("The call is over. Press Space to hear its recording.")); });
    connect(&source, &CallSource::failed, this, [this](quint64 request, const QString& message) {
        ended(request, tr("This call cannot be listened to: %1").arg(message));
    });
}

LiveListener::~LiveListener()
{
    if (m_request != 0)
        m_source.cancel(m_request);
}

void LiveListener::setAnsweredAt(Timestamp at)
{
    m_answeredAt = at;
    if (m_sound)
        m_sound->setAnsweredAt(at);
}

void LiveListener::listen(bool on)
{
    if (m_request != 0)
        m_source.cancel(std::exchange(m_request, 0));
    if (!on)
        return;
    m_sound = std::make_unique<LiveSound>(m_player.hearing());
    if (m_answeredAt)
        m_sound->setAnsweredAt(*m_answeredAt);
    m_request = m_source.listen(m_call);
    if (m_request == 0)
        m_player.endLive(tr("This engine does not let calls be listened to."));
}

void LiveListener::ended(quint64 request, const QString& why)
{
    if (request != m_request || m_request == 0)
        return;
    m_request = 0;
    m_sound->finish([this](const CallAudio& piece) { m_player.addLive(piece); });
    m_player.endLive(why);
}

}
