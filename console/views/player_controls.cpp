#include "console/views/player_controls.h"

#include "console/views/flow_layout.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSlider>
#include <QToolButton>
#include <algorithm>
#include <utility>

namespace callmon {

PlayerControls::PlayerControls(Player& player, QWidget* parent)
    : QWidget(parent)
    , m_player(player)
    , m_back(new QToolButton(this))
    , m_forward(new QToolButton(this))
    , m_side(new QComboBox(this))
    , m_volumeName(new QLabel(tr("Volume"), this))
    , m_volume(new QSlider(Qt::Horizontal, this))
    , m_speed(new QComboBox(this))
    , m_skipPauses(new QCheckBox(tr("Skip silence"), this))
    , m_loop(new QToolButton(this))
    , m_device(new QComboBox(this))
{
    makeChoices();
    // A name stays beside what it names.
    const auto together = [this](QWidget* name, QWidget* control) {
        auto* both = new QWidget(this);
        auto* row = new QHBoxLayout(both);
        row->setContentsMargins(0, 0, 0, 0);
        row->addWidget(name);
        row->addWidget(control);
        return both;
    };
    auto* layout = new FlowLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(10);
    for (QWidget* one : std::initializer_list<QWidget*> { m_back, m_forward, m_side, together(m_volumeName, m_volume),
             together(new QLabel(tr("Speed"), this), m_speed), m_skipPauses, m_loop, m_device })
        layout->addWidget(one);
    for (QWidget* one : findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly)) // in one line they stand alike
        one->setMinimumHeight(m_side->sizeHint().height());
    connectAll();
    endLoop();
}

void PlayerControls::makeChoices()
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
    m_volume->setFixedWidth(110);
    m_volume->setToolTip(tr("Volume: 100 % (Up and Down)"));
    m_volumeName->setMinimumWidth(
        std::max(fontMetrics().horizontalAdvance(tr("Volume")), fontMetrics().horizontalAdvance(tr("Muted"))));
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
}

void PlayerControls::connectAll()
{
    connect(m_back, &QToolButton::clicked, this, [this] { emit skipWanted(-5); });
    connect(m_forward, &QToolButton::clicked, this, [this] { emit skipWanted(5); });
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
    connect(m_loop, &QToolButton::clicked, this, &PlayerControls::nextLoopStep);
    connect(m_device, &QComboBox::activated, this,
        [this] { m_player.setDevice(m_device->currentIndex() == 0 ? QString() : m_device->currentText()); });
    connect(&m_player, &Player::devicesListed, this, &PlayerControls::showDevices);
}

void PlayerControls::setLoaded(bool loaded, bool live)
{
    m_back->setEnabled(loaded);
    m_forward->setEnabled(loaded);
    m_loop->setEnabled(loaded && !live);
}

void PlayerControls::turnVolume(int percent)
{
    m_volume->setValue(m_volume->value() + percent);
}

void PlayerControls::nextLoopStep()
{
    if (!m_loop->isEnabled())
        return;
    if (m_loopEnd)
        return endLoop();
    if (!m_loopBegin) {
        m_loopBegin = position();
        m_loop->setText(tr("Repeat: to here"));
        emit passageChanged(*m_loopBegin, *m_loopBegin);
        return;
    }
    const double begin = std::min(*m_loopBegin, position());
    const double end = std::max(*m_loopBegin, position());
    if (end - begin < 0.2) // a double click: nobody wants to hear that
        return endLoop();
    beginLoop(begin, end);
}

void PlayerControls::beginLoop(double begin, double end)
{
    m_loopBegin = begin;
    m_loopEnd = end;
    m_loop->setText(tr("End repeat"));
    emit passageChanged(begin, end);
    m_player.setLoop(static_cast<qint64>(begin * 1000), static_cast<qint64>(end * 1000));
}

// Who compares what was sent with what was heard does so of the same passage.
void PlayerControls::keepLoop()
{
    const double last = static_cast<double>(m_player.duration()) / 1000;
    if (!m_loopBegin || m_loopEnd.value_or(*m_loopBegin) > last)
        return endLoop();
    if (m_loopEnd)
        beginLoop(*m_loopBegin, *m_loopEnd);
    else
        emit passageChanged(*m_loopBegin, *m_loopBegin);
}

void PlayerControls::endLoop()
{
    m_loopBegin.reset();
    m_loopEnd.reset();
    m_loop->setText(tr("Repeat from here"));
    emit passageChanged(0, 0);
    m_player.setLoop(0, 0);
}

void PlayerControls::showDevices(const QStringList& devices)
{
    const QString chosen = m_device->currentIndex() > 0 ? m_device->currentText() : QString();
    m_device->clear();
    m_device->addItem(devices.isEmpty() ? tr("No sound device") : tr("Default device"));
    m_device->addItems(devices);
    m_device->setCurrentIndex(std::max(0, m_device->findText(chosen)));
    m_device->setVisible(!devices.isEmpty()); // what is said of it says so
    if (!chosen.isEmpty() && m_device->currentIndex() == 0) { // unplugged since: the default one is better than silence
        m_player.setDevice({});
        emit deviceProblem(tr("The sound device “%1” is gone; the default one plays.").arg(chosen));
    }
    if (devices.isEmpty())
        emit deviceProblem(tr("No sound device: this call can be saved, not heard."));
}

}
