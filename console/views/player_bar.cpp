#include "console/views/player_bar.h"

#include "console/models/figures.h"
#include "console/views/elided_label.h"
#include "console/views/icons.h"
#include "console/views/waveform_slider.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

namespace callmon {

PlayerBar::PlayerBar(QWidget* parent)
    : QWidget(parent)
    , m_play(new QToolButton(this))
    , m_save(new QToolButton(this))
    , m_wave(new WaveformSlider(this))
    , m_time(new QLabel(this))
    , m_side(new QComboBox(this))
    , m_notes(new ElidedLabel(Qt::ElideRight, this))
{
    m_play->setText(tr("Play"));
    m_play->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_play->setToolTip(tr("Play or pause (Space)"));
    m_play->setMinimumHeight(m_wave->sizeHint().height() - 12);
    m_play->setMinimumWidth(fontMetrics().horizontalAdvance(tr("Pause")) + 46);
    m_time->setTextInteractionFlags(Qt::NoTextInteraction);
    m_time->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_side->addItem(tr("Both: caller left, callee right"), static_cast<int>(AudibleSide::Both));
    m_side->addItem(tr("Caller only"), static_cast<int>(AudibleSide::CallerOnly));
    m_side->addItem(tr("Callee only"), static_cast<int>(AudibleSide::CalleeOnly));
    m_side->setAccessibleName(tr("Which side is heard"));
    m_side->setToolTip(tr("Which side is heard"));
    m_save->setText(tr("Save WAV…"));
    m_save->setEnabled(false);
    for (QToolButton* button : { m_play, m_save })
        button->setFocusPolicy(Qt::StrongFocus);
    m_notes->setForegroundRole(QPalette::PlaceholderText);

    auto* row = new QHBoxLayout;
    row->setSpacing(10);
    row->addWidget(m_play);
    row->addWidget(m_wave, 1);
    row->addWidget(m_time);
    row->addWidget(m_side);
    row->addWidget(m_save);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 6, 12, 8);
    layout->setSpacing(4);
    layout->addLayout(row);
    layout->addWidget(m_notes);

    connect(m_play, &QToolButton::clicked, this, &PlayerBar::toggle);
    connect(m_save, &QToolButton::clicked, this, &PlayerBar::saveWanted);
    connect(m_wave, &WaveformSlider::seekRequested, this, &PlayerBar::seek);
    connect(m_side, &QComboBox::currentIndexChanged, this,
        [this] { m_player.setSide(static_cast<AudibleSide>(m_side->currentData().toInt())); });
    connect(&m_player, &Player::positionChanged, this, [this] {
        m_wave->setPosition(position());
        showTime();
        emit positionChanged(position());
    });
    connect(&m_player, &Player::playingChanged, this, [this](bool playing) {
        m_play->setText(playing ? tr("Pause") : tr("Play"));
        m_play->setIcon(icon(playing ? Sign::Pause : Sign::Play, m_theme.text));
    });
    connect(&m_player, &Player::deviceError, this, [this](const QString& whatToDo) {
        m_deviceProblem = whatToDo;
        showNotes();
    });
    say(tr("Press Space to load and play the sound of this call."));
    showTime();
}

void PlayerBar::setAudio(CallAudio audio)
{
    const double seconds = static_cast<double>(audio.caller.size()) / CallAudio::sampleRate;
    m_loaded = !audio.caller.empty();
    m_wave->setSound(audio.caller, audio.callee, seconds);
    QStringList notes;
    for (const std::string& note : audio.notes)
        notes += QString::fromStdString(note);
    m_player.load(std::move(audio));
    m_save->setEnabled(m_loaded);
    m_message = m_loaded  ? notes.join(QStringLiteral(" · "))
        : notes.isEmpty() ? tr("No sound of this call is stored.")
                          : tr("Nothing to hear: %1").arg(notes.join(QStringLiteral(" · ")));
    if (m_player.devices().isEmpty())
        m_deviceProblem = tr("No sound device on this machine: the call can be shown and saved, not heard.");
    showNotes();
    showTime();
    if (m_loaded && m_playWhenLoaded)
        m_player.play();
    m_playWhenLoaded = false;
}

void PlayerBar::say(const QString& message)
{
    m_message = message;
    showNotes();
}

void PlayerBar::showNotes()
{
    QStringList notes;
    if (!m_deviceProblem.isEmpty())
        notes += QStringLiteral("⚠ ") + m_deviceProblem;
    if (!m_message.isEmpty())
        notes += m_message;
    m_notes->setText(notes.join(QStringLiteral("   ")));
    m_notes->setColour(m_deviceProblem.isEmpty() ? m_theme.quiet : m_theme.fair);
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
