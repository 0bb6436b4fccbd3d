#include "console/playback/player.h"

#include <algorithm>

namespace callmon {

namespace {

constexpr std::size_t liveSeconds = 600; // 38 MB at 16 kHz

}

Player::Player(QObject* parent)
    : QObject(parent)
{
    m_watch.setInterval(50);
    connect(&m_watch, &QTimer::timeout, this, &Player::watch);
}

Player::~Player() = default;

void Player::load(CallAudio audio)
{
    m_output.close();
    setPlaying(false);
    m_playhead.load(std::move(audio));
    emit durationChanged(duration());
    emit positionChanged(0);
}

void Player::beginLive(std::uint32_t sampleRate)
{
    m_output.close();
    setPlaying(false);
    m_playhead.beginLive(sampleRate, liveSeconds * sampleRate);
    emit durationChanged(0);
    emit positionChanged(0);
}

void Player::addLive(const CallAudio& piece)
{
    if (!m_playhead.append(piece) && m_playhead.isLive()) { // full: begun anew, a short gap every ten minutes
        const bool wasPlaying = m_playing;
        beginLive(piece.sampleRate);
        m_playhead.append(piece);
        if (wasPlaying)
            play();
    }
    emit durationChanged(duration());
}

qint64 Player::position() const
{
    return m_playhead.position() * 1000 / rate();
}

qint64 Player::duration() const
{
    return m_playhead.length() * 1000 / rate();
}

QStringList Player::devices()
{
    QStringList names;
    for (const std::string& name : m_output.devices())
        names.append(QString::fromStdString(name));
    return names;
}

void Player::play()
{
    if (m_playing || m_playhead.length() == 0)
        return;
    if (m_playhead.atEnd() && !m_playhead.isLive())
        m_playhead.seek(0);
    const auto started = m_output.start(m_playhead, m_device.toStdString());
    if (started)
        setPlaying(true);
    else
        emit deviceError(QString::fromStdString(started.error().what));
}

void Player::pause()
{
    if (!m_playing)
        return;
    m_output.stop();
    setPlaying(false);
    emit positionChanged(position());
}

void Player::seek(qint64 milliseconds)
{
    m_playhead.seek(std::clamp<qint64>(milliseconds, 0, duration()) * rate() / 1000);
    emit positionChanged(position());
}

void Player::setGain(double factor)
{
    m_playhead.setGain(static_cast<float>(std::clamp(factor, 0.0, 8.0)));
}

void Player::setSpeed(double factor)
{
    m_playhead.setSpeed(static_cast<float>(std::clamp(factor, 0.5, 3.0)));
}

void Player::setLoop(qint64 begin, qint64 end)
{
    m_playhead.setLoop(begin * rate() / 1000, end * rate() / 1000);
}

void Player::setBalance(double balance)
{
    m_playhead.setBalance(static_cast<float>(std::clamp(balance, -1.0, 1.0)));
}

void Player::setDevice(const QString& name)
{
    m_device = name;
}

void Player::watch()
{
    emit positionChanged(position());
    if (!m_playing || m_output.isActive())
        return;
    const bool ended = m_playhead.renderedToEnd();
    if (ended && !m_playhead.atEnd() && m_output.start(m_playhead, m_device.toStdString()))
        return; // sought back in the moment it ended
    m_output.close();
    setPlaying(false);
    if (ended)
        emit finished();
    else
        emit deviceError(tr("The sound device stopped. Check that it is connected, then press play again."));
}

void Player::setPlaying(bool playing)
{
    if (playing == m_playing)
        return;
    m_playing = playing;
    if (playing)
        m_watch.start();
    else
        m_watch.stop();
    emit playingChanged(playing);
}

}
