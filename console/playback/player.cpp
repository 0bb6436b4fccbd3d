#include "console/playback/player.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace callmon {

namespace {

constexpr std::size_t liveSeconds = 600; // 38 MB at 16 kHz
constexpr int longestStall = 3'000; // ms in which a device takes nothing of what it plays

}

Player::Player(QObject* parent)
    : QObject(parent)
    , m_playhead(std::make_shared<Playhead>())
{
    m_watch.setInterval(50);
    connect(&m_watch, &QTimer::timeout, this, &Player::watch);
    connect(&m_output, &SoundOutput::devicesListed, this, &Player::devicesListed);
    connect(&m_output, &SoundOutput::started, this, [this] {
        m_movedTo = m_playhead->position();
        m_moved.start();
    });
    connect(&m_output, &SoundOutput::failed, this, &Player::giveUp);
    connect(&m_output, &SoundOutput::ended, this, &Player::takeEnd);
    connect(&m_output, &SoundOutput::unanswered, this, [this] { giveUp(doesNotAnswer()); });
}

Player::~Player() = default;

std::shared_ptr<Playhead> Player::newPlayhead()
{
    auto playhead = std::make_shared<Playhead>();
    playhead->takeSettings(*m_playhead);
    return playhead;
}

void Player::load(PlayableSound sound)
{
    m_output.close();
    setPlaying(false);
    m_playhead = newPlayhead();
    m_playhead->load(std::move(sound));
    emit durationChanged(duration());
    emit positionChanged(0);
}

void Player::beginLive(std::uint32_t sampleRate)
{
    m_output.close();
    setPlaying(false);
    m_playhead = newPlayhead();
    m_playhead->beginLive(sampleRate, liveSeconds * sampleRate);
    emit durationChanged(0);
    emit positionChanged(0);
}

void Player::addLive(const CallAudio& piece)
{
    if (!m_playhead->append(piece) && m_playhead->isLive()) { // full: begun anew, a short gap every ten minutes
        const bool wasPlaying = m_playing;
        beginLive(piece.sampleRate);
        m_playhead->append(piece);
        if (wasPlaying)
            play();
    }
    emit durationChanged(duration());
}

qint64 Player::position() const
{
    return m_playhead->position() * 1000 / rate();
}

qint64 Player::duration() const
{
    return m_playhead->length() * 1000 / rate();
}

void Player::listDevices()
{
    m_output.list();
}

void Player::play()
{
    if (m_playing || m_playhead->length() == 0)
        return;
    if (!m_output.isAnswering()) { // that of the last time
        emit deviceError(doesNotAnswer());
        return;
    }
    if (m_playhead->atEnd() && !m_playhead->isLive())
        m_playhead->seek(0);
    m_moved.invalidate();
    m_output.start(m_playhead, m_device.toStdString());
    setPlaying(true);
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
    m_playhead->seek(std::clamp<qint64>(milliseconds, 0, duration()) * rate() / 1000);
    emit positionChanged(position());
}

void Player::setGain(double factor)
{
    m_playhead->setGain(static_cast<float>(std::clamp(factor, 0.0, 8.0)));
}

void Player::setSpeed(double factor)
{
    m_playhead->setSpeed(static_cast<float>(std::clamp(factor, 0.5, 3.0)));
}

void Player::setLoop(qint64 begin, qint64 end)
{
    m_playhead->setLoop(begin * rate() / 1000, end * rate() / 1000);
}

void Player::setDevice(const QString& name)
{
    m_device = name;
}

void Player::watch()
{
    emit positionChanged(position());
    const std::int64_t at = m_playhead->position();
    if (std::abs(at - m_forgottenAt) >= std::int64_t { CallSound::forgottenEach }) {
        m_playhead->letForget();
        m_forgottenAt = at;
    }
    const bool moves = at != std::exchange(m_movedTo, at) || m_playhead->atEnd(); // of a live one more may come
    if (!m_moved.isValid())
        return;
    if (moves)
        m_moved.start();
    else if (m_moved.hasExpired(longestStall))
        giveUp(doesNotAnswer());
}

void Player::takeEnd()
{
    emit positionChanged(position());
    const bool ended = m_playhead->renderedToEnd();
    if (ended && !m_playhead->atEnd()) { // sought back in the moment it ended
        m_output.start(m_playhead, m_device.toStdString());
        return;
    }
    m_output.close();
    setPlaying(false);
    if (ended)
        emit finished();
    else
        emit deviceError(tr("The sound device stopped. Check that it is connected, then press play again."));
}

void Player::giveUp(const QString& whatToDo)
{
    m_output.close();
    setPlaying(false);
    emit deviceError(whatToDo);
}

QString Player::doesNotAnswer() const
{
    const QString todo = tr("Check that it is connected and that the sound service of this machine (PipeWire or "
                            "PulseAudio) runs, then press play again. Everything else works without sound.");
    const QString what = m_device.isEmpty() ? tr("The sound device does not answer.")
                                            : tr("The sound device “%1” does not answer.").arg(m_device);
    return what + QLatin1Char(' ') + todo;
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
