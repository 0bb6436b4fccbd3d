#include "console/views/player_bar.h"

#include "console/models/figures.h"
#include "console/models/sentence_words.h"
#include "console/views/elided_label.h"
#include "console/views/icons.h"
#include "console/views/progress_line.h"
#include "console/views/waveform_slider.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>

namespace callmon {

namespace {

QString noDeviceText()
{
    return PlayerBar::tr("No sound device: this call can be saved, not heard.");
}

}

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
    , m_back(new QToolButton(this))
    , m_forward(new QToolButton(this))
    , m_side(new QComboBox(this))
    , m_volumeName(new QLabel(tr("Volume"), this))
    , m_volume(new QSlider(Qt::Horizontal, this))
    , m_speed(new QComboBox(this))
    , m_skipPauses(new QCheckBox(tr("Skip silence"), this))
    , m_loop(new QToolButton(this))
    , m_device(new QComboBox(this))
    , m_notes(new ElidedLabel(Qt::ElideRight, this))
    , m_problem(new ElidedLabel(Qt::ElideRight, this))
{
    m_play->setText(tr("Play"));
    m_play->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_play->setToolTip(tr("Play or pause (Space)"));
    m_play->setMinimumHeight(m_wave->sizeHint().height() - 12);
    m_play->setMinimumWidth(fontMetrics().horizontalAdvance(tr("Pause")) + 46);
    m_time->setTextInteractionFlags(Qt::NoTextInteraction);
    m_time->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_save->setText(tr("Save WAV…"));
    m_save->setToolTip(tr("Save the sound that is loaded as a WAV file"));
    m_save->setEnabled(false);
    m_capture->setText(tr("Export pcap…"));
    m_capture->setToolTip(tr("Write the messages and the media of this call, as captured, to one capture file"));
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
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 4, 12, 4);
    layout->setSpacing(4);
    layout->addLayout(row);
    layout->addLayout(makeControls());
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
    connect(&m_player, &Player::devicesListed, this, &PlayerBar::showDevices);
    connect(&m_player, &Player::deviceError, this, [this](const QString& whatToDo) {
        m_deviceProblem = whatToDo;
        showNotes();
    });
    say(tr("Press Space to load and play the sound of this call."));
    showTime();
}

QHBoxLayout* PlayerBar::makeControls()
{
    m_back->setText(tr("−5 s"));
    m_back->setToolTip(tr("Back 5 seconds (Left)"));
    m_forward->setText(tr("+5 s"));
    m_forward->setToolTip(tr("Forward 5 seconds (Right)"));
    m_side->addItem(tr("Both: caller left, callee right"), static_cast<int>(AudibleSide::Both));
    m_side->addItem(tr("Caller only, callee muted"), static_cast<int>(AudibleSide::CallerOnly));
    m_side->addItem(tr("Callee only, caller muted"), static_cast<int>(AudibleSide::CalleeOnly));
    m_side->setToolTip(tr("Which side is heard"));
    m_volume->setRange(0, 200);
    m_volume->setValue(100);
    m_volume->setMaximumWidth(110);
    m_volume->setToolTip(tr("Volume: 100 % (Up and Down)"));
    for (const double speed : { 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0 })
        m_speed->addItem(tr("%1×").arg(speed), speed);
    m_speed->setCurrentIndex(2);
    m_speed->setToolTip(tr("Speed; the pitch stays"));
    m_skipPauses->setToolTip(tr("Go on where somebody speaks when both were silent for more than a second"));
    m_loop->setToolTip(tr("Hear a passage again and again: click at its beginning, at its end, and to go on"));
    m_device->setToolTip(tr("Sound device; heard from the next Play"));
    m_device->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_device->setMinimumContentsLength(16);
    m_device->setVisible(false); // until it is known which there are
    for (QWidget* control :
        std::initializer_list<QWidget*> { m_back, m_forward, m_side, m_volume, m_speed, m_loop, m_device })
        control->setAccessibleName(control->toolTip());
    for (QToolButton* button : { m_back, m_forward, m_loop }) {
        button->setFocusPolicy(Qt::StrongFocus);
        button->setEnabled(false);
    }
    endLoop();

    auto* row = new QHBoxLayout;
    row->setSpacing(10);
    m_volumeName->setMinimumWidth(
        std::max(fontMetrics().horizontalAdvance(tr("Volume")), fontMetrics().horizontalAdvance(tr("Muted"))));
    auto* speed = new QLabel(tr("Speed"), this);
    for (QWidget* control : std::initializer_list<QWidget*> {
             m_back, m_forward, m_side, m_volumeName, m_volume, speed, m_speed, m_skipPauses, m_loop })
        row->addWidget(control);
    row->addWidget(m_notes, 1);
    row->addWidget(m_device);

    connect(m_back, &QToolButton::clicked, this, [this] { skip(-5); });
    connect(m_forward, &QToolButton::clicked, this, [this] { skip(5); });
    connect(m_side, &QComboBox::currentIndexChanged, this,
        [this] { m_player.setSide(static_cast<AudibleSide>(m_side->currentData().toInt())); });
    connect(m_volume, &QSlider::valueChanged, this, [this](int percent) {
        m_player.setGain(percent / 100.0);
        m_volume->setToolTip(tr("Volume: %1 % (Up and Down)").arg(percent));
        m_volumeName->setText(percent == 0 ? tr("Muted") : tr("Volume"));
    });
    connect(m_speed, &QComboBox::currentIndexChanged, this,
        [this] { m_player.setSpeed(m_speed->currentData().toDouble()); });
    connect(m_skipPauses, &QCheckBox::toggled, this, [this](bool on) { m_player.setSkipPauses(on); });
    connect(m_loop, &QToolButton::clicked, this, &PlayerBar::nextLoopStep);
    connect(m_device, &QComboBox::activated, this,
        [this] { m_player.setDevice(m_device->currentIndex() == 0 ? QString() : m_device->currentText()); });
    return row;
}

void PlayerBar::nextLoopStep()
{
    if (m_loopEnd)
        return endLoop();
    if (!m_loopBegin) {
        m_loopBegin = position();
        m_loop->setText(tr("Repeat: to here"));
        m_wave->setPassage(*m_loopBegin, *m_loopBegin);
        return;
    }
    const double begin = std::min(*m_loopBegin, position());
    const double end = std::max(*m_loopBegin, position());
    if (end - begin < 0.2) // a double click: nobody wants to hear that
        return endLoop();
    beginLoop(begin, end);
}

void PlayerBar::beginLoop(double begin, double end)
{
    m_loopBegin = begin;
    m_loopEnd = end;
    m_loop->setText(tr("End repeat"));
    m_wave->setPassage(begin, end);
    m_player.setLoop(static_cast<qint64>(begin * 1000), static_cast<qint64>(end * 1000));
}

// Who compares what was sent with what was heard does so of the same passage.
void PlayerBar::keepLoop()
{
    const double last = static_cast<double>(m_player.duration()) / 1000;
    if (!m_loopBegin || m_loopEnd.value_or(*m_loopBegin) > last)
        return endLoop();
    if (m_loopEnd)
        beginLoop(*m_loopBegin, *m_loopEnd);
    else
        m_wave->setPassage(*m_loopBegin, *m_loopBegin);
}

void PlayerBar::endLoop()
{
    m_loopBegin.reset();
    m_loopEnd.reset();
    m_loop->setText(tr("Repeat from here"));
    m_wave->setPassage(0, 0);
    m_player.setLoop(0, 0);
}

void PlayerBar::showDevices(const QStringList& devices)
{
    m_noDevices = devices.isEmpty();
    const QString chosen = m_device->currentIndex() > 0 ? m_device->currentText() : QString();
    m_device->clear();
    m_device->addItem(m_noDevices ? tr("No sound device") : tr("Default device"));
    m_device->addItems(devices);
    m_device->setCurrentIndex(std::max(0, m_device->findText(chosen)));
    m_device->setVisible(!m_noDevices); // the line below says so
    if (!chosen.isEmpty() && m_device->currentIndex() == 0) { // unplugged since: the default one is better than silence
        m_player.setDevice({});
        m_deviceProblem = tr("The sound device “%1” is gone; the default one plays.").arg(chosen);
    }
    if (m_noDevices)
        m_deviceProblem = noDeviceText();
    showNotes();
}

void PlayerBar::skip(double seconds)
{
    const double end = static_cast<double>(m_player.duration()) / 1000;
    seek(std::clamp(position() + seconds, 0.0, end));
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
        return m_volume->setValue(m_volume->value() + 10);
    case Qt::Key_Down:
        return m_volume->setValue(m_volume->value() - 10);
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
    const bool shown = m_liveOffered || m_listening;
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
        endLoop();
        m_player.beginLive(piece.sampleRate);
        m_loaded = true;
        m_save->setEnabled(false);
        m_back->setEnabled(true);
        m_forward->setEnabled(true);
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
    m_wave->setSound({});
    showTime();
    say(why.isEmpty() ? tr("Press Space to load and play the sound of this call.") : why);
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
    for (QToolButton* button : { m_save, m_back, m_forward, m_loop })
        button->setEnabled(m_loaded);
    keepLoop();
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
    else
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
