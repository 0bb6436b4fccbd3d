#include "console/views/player_bar.h"

#include "console/models/figures.h"
#include "console/models/sentence_words.h"
#include "console/views/elided_label.h"
#include "console/views/icons.h"
#include "console/views/player_controls.h"
#include "console/views/progress_line.h"
#include "console/views/waveform_slider.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

namespace callmon {

PlayerBar::PlayerBar(QWidget* parent)
    : QWidget(parent)
    , m_play(new QToolButton(this))
    , m_live(new QToolButton(this))
    , m_save(new QToolButton(this))
    , m_capture(new QToolButton(this))
    , m_loading(new ProgressLine(this))
    , m_heard(new QCheckBox(tr("As heard"), this))
    , m_wave(new WaveformSlider(this))
    , m_time(new QLabel(this))
    , m_controls(new PlayerControls(m_player, this))
    , m_notes(new ElidedLabel(Qt::ElideRight, this))
    , m_problem(new ElidedLabel(Qt::ElideRight, this))
{
    m_play->setText(tr("Play"));
    m_play->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_play->setMinimumHeight(m_wave->sizeHint().height() - 12);
    m_play->setMinimumWidth(fontMetrics().horizontalAdvance(tr("Pause")) + 46);
    m_time->setTextInteractionFlags(Qt::NoTextInteraction);
    m_time->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_save->setText(tr("Save WAV…"));
    m_save->setToolTip(tr("Save the sound that is loaded as a WAV file"));
    m_save->setEnabled(false);
    m_capture->setText(tr("Export pcap…"));
    m_live->setText(tr("Listen live"));
    m_live->setCheckable(true);
    m_live->setVisible(false);
    m_live->setToolTip(tr("Hear this call as it goes on, some three seconds behind it (Ctrl+Shift+L)"));
    m_live->setShortcut(Qt::CTRL | Qt::SHIFT | Qt::Key_L);
    for (QToolButton* button : { m_play, m_live, m_save, m_capture })
        button->setFocusPolicy(Qt::StrongFocus);
    m_heard->setObjectName(QStringLiteral("asHeard"));
    m_heard->setToolTip(
        tr("Through the jitter buffer: packets that came too late are missing, as they were to the listener"));
    m_notes->setForegroundRole(QPalette::PlaceholderText);

    auto* row = new QHBoxLayout;
    row->setSpacing(10);
    row->addWidget(m_play);
    row->addWidget(m_live);
    row->addWidget(m_wave, 1);
    row->addWidget(m_time);
    row->addWidget(m_heard);
    row->addWidget(m_save);
    row->addWidget(m_capture);
    setTabOrder(m_live, m_wave); // as they stand
    setTabOrder(m_wave, m_heard);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 4, 12, 4);
    layout->setSpacing(4);
    layout->addLayout(row);
    layout->addWidget(m_controls);
    layout->addWidget(m_notes);
    layout->addWidget(m_problem);
    layout->addWidget(m_loading);
    m_problem->setObjectName(QStringLiteral("deviceProblem"));
    m_loading->hideWords(); // they are the hint in the waveform, or among the notes

    connect(m_play, &QToolButton::clicked, this, &PlayerBar::toggle);
    connect(m_live, &QToolButton::clicked, this, [this](bool on) {
        if (!on)
            return endLive({});
        m_listening = true;
        m_liveBegun = m_livePlayed = false;
        say(tr("Listening: the first sound comes in about three seconds…"));
        emit listenWanted(true);
    });
    connect(m_save, &QToolButton::clicked, this, &PlayerBar::saveWanted);
    connect(m_capture, &QToolButton::clicked, this, &PlayerBar::captureWanted);
    connect(m_loading, &ProgressLine::cancelled, this, [this] {
        m_playWhenLoaded = false;
        emit loadCancelled();
    });
    connect(m_heard, &QCheckBox::toggled, this, [this] {
        if (m_listening) {
            endLive({});
            m_live->click(); // anew, the other way
        } else if (m_loaded || m_loading->isRunning()) {
            emit loadWanted();
        }
    });
    connect(m_wave, &WaveformSlider::seekRequested, this, &PlayerBar::seek);
    connect(&m_player, &Player::positionChanged, this, [this] {
        m_wave->setPosition(position());
        showTime();
        if (!m_listening) // a live one begins anywhere in the call
            emit positionChanged(position());
    });
    connect(&m_player, &Player::playingChanged, this, [this](bool playing) {
        m_play->setText(playing ? tr("Pause") : tr("Play"));
        m_play->setIcon(icon(playing ? Sign::Pause : Sign::Play, m_theme.text));
    });
    const auto showProblem = [this](const QString& whatToDo) {
        m_deviceProblem = whatToDo;
        showNotes();
    };
    connect(&m_player, &Player::deviceError, this, showProblem);
    connect(m_controls, &PlayerControls::deviceProblem, this, showProblem);
    connect(m_controls, &PlayerControls::skipWanted, this, &PlayerBar::skip);
    connect(m_controls, &PlayerControls::passageChanged, m_wave, &WaveformSlider::setPassage);
    showPlay();
    showCapture();
    sayHowToLoad();
    showTime();
}

void PlayerBar::skip(double seconds)
{
    const double end = static_cast<double>(m_player.duration()) / 1000;
    seek(std::clamp(position() + seconds, 0.0, end));
}

void PlayerBar::nextLoopStep()
{
    m_controls->nextLoopStep();
}

void PlayerBar::turnVolume(double percent)
{
    m_controls->turnVolume(static_cast<int>(percent));
}

void PlayerBar::keyPressEvent(QKeyEvent* event)
{
    const double step = event->modifiers() & Qt::ShiftModifier ? 30 : 5;
    switch (event->key()) {
    case Qt::Key_Left:
        return skip(-step);
    case Qt::Key_Right:
        return skip(step);
    case Qt::Key_Up:
        return turnVolume(10);
    case Qt::Key_Down:
        return turnVolume(-10);
    default:
        QWidget::keyPressEvent(event);
    }
}

void PlayerBar::offerLive(bool on)
{
    m_liveOffered = on;
    showLive();
}

void PlayerBar::showLive()
{
    const bool shown = (m_liveOffered && m_forbidden.isEmpty()) || m_listening;
    if (!shown && m_live->hasFocus()) // Space is to play, not to press what happens to come next
        m_play->setFocus(Qt::OtherFocusReason);
    m_live->setVisible(shown);
}

void PlayerBar::addLive(const CallAudio& piece)
{
    if (!m_listening)
        return;
    if (!std::exchange(m_liveBegun, true)) {
        m_wave->setSound({});
        m_controls->endLoop();
        m_player.beginLive(piece.sampleRate);
        m_loaded = true;
        showPlay();
        m_save->setEnabled(false);
        m_controls->setLoaded(true, true);
        m_player.listDevices();
        say(tr("Live, some three seconds behind the call."));
    }
    m_player.addLive(piece);
    constexpr qint64 cushion = 1500; // ms: pieces come about once a second
    if (!m_livePlayed && m_player.duration() >= cushion) {
        m_livePlayed = true;
        m_player.play();
    }
    showTime();
}

void PlayerBar::endLive(const QString& why)
{
    if (!std::exchange(m_listening, false))
        return;
    m_player.endLive();
    m_live->setChecked(false);
    showLive();
    if (why.isEmpty())
        m_player.pause();
    m_loaded = false; // Play asks for what was recorded
    showPlay();
    m_controls->setLoaded(false);
    m_wave->setSound({});
    showTime();
    if (why.isEmpty())
        sayHowToLoad();
    else
        say(why);
    emit listenWanted(false);
}

void PlayerBar::setAudio(PlayableSound sound)
{
    m_loading->end();
    const bool live = std::exchange(m_listening, false);
    if (live) {
        m_live->setChecked(false);
        showLive();
        emit listenWanted(false);
    }
    // A call that goes on or has just ended is fetched more than once: who listens already is not to notice.
    const bool goesOn = m_loaded && !live && m_player.isPlaying();
    const qint64 at = goesOn ? m_player.position() : 0;
    m_loaded = !sound.sound.caller.empty();
    m_wave->setSound(sound);
    QStringList notes;
    for (const Sentence& note : sound.sound.notes)
        notes += wordsOf(note);
    m_player.load(std::move(sound));
    showPlay();
    m_save->setEnabled(m_loaded);
    m_controls->setLoaded(m_loaded);
    m_controls->keepLoop();
    m_message = m_loaded  ? notes.join(QStringLiteral(" · "))
        : notes.isEmpty() ? tr("No sound of this call is stored.")
                          : tr("Nothing to hear: %1").arg(notes.join(QStringLiteral(" · ")));
    m_player.listDevices();
    showNotes();
    showTime();
    if (!m_loaded)
        return; // who waits to hear it goes on waiting: of a call that has just begun or ended the sound is not stored
                // yet
    if (goesOn)
        m_player.seek(at);
    if (std::exchange(m_playWhenLoaded, false) || goesOn)
        m_player.play();
}

void PlayerBar::beginLoading(const QString& doing)
{
    m_nothing.clear();
    showPlay();
    m_loading->begin(doing);
    say(doing);
}

void PlayerBar::setLoaded(double done)
{
    m_loading->setDone(done);
}

void PlayerBar::endLoading(const QString& why)
{
    m_loading->end();
    say(why);
}

void PlayerBar::sayHowToLoad()
{
    say(!m_forbidden.isEmpty()     ? m_forbidden
            : !m_nothing.isEmpty() ? m_nothing
                                   : tr("Press Space to load and play the sound of this call."));
}

void PlayerBar::forbid(const QString& why)
{
    if (std::exchange(m_forbidden, why) == why)
        return;
    showPlay();
    showCapture();
    showLive();
    if (!m_loaded)
        sayHowToLoad();
}

void PlayerBar::haveNothing(const QString& why)
{
    m_nothing = why;
    m_loading->end();
    m_playWhenLoaded = false;
    showPlay();
    say(m_forbidden.isEmpty() ? why : m_forbidden);
}

bool PlayerBar::canPlay() const
{
    return m_forbidden.isEmpty() && (m_loaded || m_nothing.isEmpty());
}

void PlayerBar::showCapture()
{
    m_capture->setEnabled(m_forbidden.isEmpty());
    m_capture->setToolTip(m_forbidden.isEmpty()
            ? tr("Write the messages and the media of this call, as captured, to one capture file")
            : m_forbidden);
}

void PlayerBar::showPlay()
{
    const bool may = canPlay();
    m_play->setEnabled(may);
    m_play->setToolTip(may ? tr("Play or pause (Space)") : m_forbidden.isEmpty() ? m_nothing : m_forbidden);
    emit canPlayChanged();
}

void PlayerBar::say(const QString& message)
{
    m_message = message;
    showNotes();
}

void PlayerBar::showNotes()
{
    // What is to be done to hear anything has the room of the waveform, which there is none of; nor of a live call.
    const bool drawn = m_loaded && !m_listening;
    m_wave->setHint(drawn ? QString() : m_message);
    m_notes->setText(drawn ? m_message : QString());
    m_notes->setColour(m_theme.quiet);
    // Once there were notes their line stays: the waveform does not jump when what was sent is heard in place of what
    // arrived.
    m_notes->setVisible(drawn && (!m_message.isEmpty() || m_notes->isVisibleTo(this)));
    m_problem->setText(m_deviceProblem.isEmpty() ? QString() : QStringLiteral("⚠ ") + m_deviceProblem);
    m_problem->setColour(m_theme.fair);
    m_problem->setVisible(!m_deviceProblem.isEmpty());
}

void PlayerBar::play()
{
    if (m_loaded) {
        m_deviceProblem.clear();
        showNotes();
        m_player.play();
        return;
    }
    m_playWhenLoaded = true;
    emit loadWanted();
}

void PlayerBar::toggle()
{
    if (m_player.isPlaying())
        m_player.pause();
    else if (canPlay())
        play();
}

Hearing PlayerBar::hearing() const
{
    return m_heard->isChecked() ? Hearing::AsHeard : Hearing::AsSent;
}

void PlayerBar::stop()
{
    m_playWhenLoaded = false;
    m_player.pause();
}

void PlayerBar::seek(double seconds)
{
    if (m_loaded)
        m_player.seek(static_cast<qint64>(seconds * 1000));
}

void PlayerBar::showTime()
{
    const Milliseconds at(static_cast<double>(m_player.position()));
    const Milliseconds all(static_cast<double>(m_player.duration()));
    m_time->setText(m_loaded ? durationText(at) + QStringLiteral(" / ") + durationText(all)
                             : unknownFigure() + QStringLiteral(" / ") + unknownFigure());
}

void PlayerBar::setTheme(const Theme& theme)
{
    m_theme = theme;
    m_wave->setTheme(theme);
    m_play->setIcon(icon(m_player.isPlaying() ? Sign::Pause : Sign::Play, theme.text));
    showNotes();
}

}
