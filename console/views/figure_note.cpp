#include "console/views/figure_note.h"

#include "console/models/figures.h"
#include "console/models/past_call_model.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <algorithm>

namespace callmon {

FigureNote::FigureNote(QWidget* parent)
    : QFrame(parent)
    , m_text(new QLabel(this))
    , m_button(new QPushButton(tr("&Go to them in the live list"), this))
{
    setObjectName(QStringLiteral("figureNote"));
    setAutoFillBackground(true);
    auto* sign = new QLabel(QStringLiteral("ℹ"), this);
    QFont bold = font();
    bold.setBold(true);
    sign->setFont(bold);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_button->setObjectName(QStringLiteral("stillOn"));
    m_button->setAutoDefault(true);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 4, 12, 4);
    layout->addWidget(sign);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_button);
    connect(m_button, &QPushButton::clicked, this, [this] { emit liveWanted(m_filterText); });
    setVisible(false);
}

void FigureNote::setLiveCalls(const LiveCallModel& calls)
{
    m_calls = &calls;
    connect(&calls, &LiveCallModel::countChanged, this, [this] {
        if (isVisible() && !m_filterText.isEmpty())
            say();
    });
}

void FigureNote::showOf(const CallsBehind& figure, const PastCallModel& found)
{
    clear();
    m_filterText = liveFilterOf(figure);
    if (figure.by == CallsBehind::By::Ends) {
        m_text->setText(figure.codec.isEmpty()
                ? tr("The figure counts a call some seconds after its end, when no more packets of it come. These are "
                     "the "
                     "calls that ended in its time: at both ends of it a few may be others.")
                : tr("By codec a call counts some seconds after its end, and for the codec of its first audio stream. "
                     "These "
                     "are the calls that ended in the period and have a stream of that codec: the number may differ a "
                     "little from the row's."));
        m_button->setVisible(false);
        return setVisible(true);
    }
    if (m_filterText.isEmpty())
        return;
    m_filter = CallFilter::parse(m_filterText);
    for (int row = 0; row < found.rowCount(); ++row)
        m_found.insert({ found.probeAt(row), found.callAt(row)->key });
    m_wereOn = callsOn();
    say();
    setVisible(m_wereOn > 0);
}

void FigureNote::clear()
{
    m_filterText.clear();
    m_found.clear();
    setVisible(false);
}

int FigureNote::callsOn() const
{
    int count = 0;
    if (m_calls)
        m_calls->forEach([&](const LiveCall& call, ProbeId probe) {
            count += m_filter.matches(call, {}) && !m_found.contains({ probe, call.key });
            return true;
        });
    return count;
}

void FigureNote::say()
{
    const int on = callsOn();
    QStringList said;
    if (on > 0)
        said += tr("Still on, and in this list when they are over: %1.").arg(callsText(static_cast<quint64>(on)));
    if (on < m_wereOn)
        said += tr("Ended after this search: %1. Search again to have them in the list.")
                    .arg(callsText(static_cast<quint64>(m_wereOn - on)));
    m_text->setText(said.join(QLatin1Char(' ')));
    m_button->setVisible(on > 0);
}

QString FigureNote::text() const
{
    return isVisibleTo(parentWidget()) ? m_text->text() : QString();
}

void FigureNote::setTheme(const Theme& theme)
{
    QPalette p = theme.palette();
    p.setColor(QPalette::Window, p.color(QPalette::AlternateBase));
    setPalette(p);
    m_button->setPalette(theme.palette());
}

}
