#include "console/views/progress_line.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>
#include <algorithm>

namespace callmon {

namespace {

constexpr int moment = 500; // ms: what is done before that would only flicker
constexpr int steps = 1000;

}

ProgressLine::ProgressLine(QWidget* parent)
    : QWidget(parent)
    , m_doing(new QLabel(this))
    , m_bar(new QProgressBar(this))
    , m_cancel(new QToolButton(this))
{
    m_bar->setFixedHeight(8);
    m_bar->setTextVisible(false);
    m_cancel->setText(tr("Cancel"));
    m_cancel->setFocusPolicy(Qt::StrongFocus);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(10);
    row->addWidget(m_doing);
    row->addWidget(m_bar, 1);
    row->addWidget(m_cancel);
    m_moment.setSingleShot(true);
    m_moment.setInterval(moment);
    connect(&m_moment, &QTimer::timeout, this, &QWidget::show);
    connect(m_cancel, &QToolButton::clicked, this, &ProgressLine::cancelled);
    hide();
}

void ProgressLine::begin(const QString& doing)
{
    m_doing->setText(doing);
    m_bar->setAccessibleName(doing);
    m_cancel->setAccessibleName(tr("Cancel: %1").arg(doing));
    m_bar->setRange(0, 0);
    if (!m_running && !isVisible())
        m_moment.start();
    m_running = true;
}

void ProgressLine::setDone(double done)
{
    m_bar->setRange(0, steps);
    m_bar->setValue(static_cast<int>(std::clamp(done, 0.0, 1.0) * steps));
}

void ProgressLine::end()
{
    m_running = false;
    m_moment.stop();
    hide();
}

void ProgressLine::hideWords()
{
    m_doing->hide();
}

QString ProgressLine::doing() const
{
    return m_doing->text();
}

std::optional<double> ProgressLine::done() const
{
    return m_bar->maximum() == 0 ? std::nullopt : std::optional(double(m_bar->value()) / steps);
}

}
