#include "console/views/alarm_notice.h"

#include "console/models/alarm_sentence.h"
#include "console/models/alarm_words.h"
#include "console/models/call_words.h"
#include "console/views/desktop_message.h"

#include <QAction>
#include <QApplication>
#include <QSettings>
#include <QWidget>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace callmon {

namespace {

constexpr int gathered = 300; // ms: what is raised at once is told at once
constexpr int apart = 5'000; // ms: nobody wants to be told more often than that

// Two tones, the second one lower, that fade: heard across a room and not taken for a telephone.
CallAudio chime()
{
    CallAudio audio;
    for (const double frequency : { 880.0, 660.0 }) {
        constexpr int count = 2'000; // a quarter of a second
        for (int i = 0; i < count; ++i) {
            const double angle = 2 * std::numbers::pi * frequency * i / audio.sampleRate;
            const double loudness = 9'000 * (1 - double(i) / count);
            audio.caller.push_back(static_cast<std::int16_t>(std::lround(loudness * std::sin(angle))));
        }
    }
    audio.callee = audio.caller;
    return audio;
}

// A warning waits until somebody looks; so does what others see to already.
bool isToBeTold(const Alarm& alarm)
{
    return alarm.isOpen() && !alarm.acknowledgedAt && !alarm.shelvedUntil && alarm.severity <= AlarmSeverity::Major;
}

}

AlarmNotice::AlarmNotice(CallSource& source, QWidget& window)
    : QObject(&window)
    , m_window(window)
    , m_sound(choice(tr("S&ound when an alarm is raised"), QStringLiteral("alarms/sound")))
    , m_desktop(choice(tr("&Desktop message when an alarm is raised"), QStringLiteral("alarms/desktopMessage")))
    , m_message(new DesktopMessage(window))
{
    connect(m_message, &DesktopMessage::clicked, this, &AlarmNotice::clicked);
    m_gather.setSingleShot(true);
    connect(&m_gather, &QTimer::timeout, this, &AlarmNotice::tell);
    connect(&source, &CallSource::alarmsChanged, this, &AlarmNotice::take);
    connect(&m_player, &Player::deviceError, this, [] { QApplication::beep(); });
}

QAction* AlarmNotice::choice(const QString& text, const QString& setting)
{
    auto* action = new QAction(text, this);
    action->setCheckable(true);
    action->setChecked(QSettings().value(setting, true).toBool());
    action->setToolTip(tr("Of critical and major ones that nobody has acknowledged or shelved"));
    connect(action, &QAction::toggled, this, [setting](bool on) { QSettings().setValue(setting, on); });
    return action;
}

void AlarmNotice::take(const AlarmDelta& delta, ProbeId probe)
{
    const bool first = !m_known.contains(probe); // those were raised before anybody was here
    std::set<AlarmId>& known = m_known[probe];
    std::set<AlarmId> open;
    for (const Alarm& alarm : delta.changed) {
        open.insert(alarm.id);
        if (known.insert(alarm.id).second && !first && isToBeTold(alarm))
            m_new.push_back(alarm);
    }
    for (const AlarmId id : delta.removed)
        known.erase(id);
    if (delta.snapshot)
        known = std::move(open);
    if (!m_new.empty() && !m_gather.isActive())
        m_gather.start(gathered);
}

void AlarmNotice::tell()
{
    if (m_new.empty())
        return;
    const std::vector<Alarm> alarms = std::exchange(m_new, {});
    m_gather.start(apart);
    const Alarm& worst = *std::ranges::min_element(alarms, {}, &Alarm::severity); // worst first
    const QString title = tr("%1 %2").arg(glyph(worst.severity),
        alarms.size() == 1 ? word(worst.severity)
                           : tr("%1, the worst one %2").arg(alarmsText(alarms.size()), word(worst.severity)));
    const QString said = sentenceOf(worst);
    emit noticed(title, said);
    if (m_sound->isChecked() && !m_player.isPlaying()) {
        m_player.load(chime());
        m_player.play();
    }
    if (!m_desktop->isChecked())
        return;
    QApplication::alert(&m_window); // where the desktop has a list of windows; nothing when this one is looked at
    using Urgency = DesktopMessage::Urgency;
    m_message->show(title, said, worst.severity == AlarmSeverity::Critical ? Urgency::Critical : Urgency::Normal);
}

}
