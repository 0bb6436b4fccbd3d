#include "console/views/alarm_detail.h"

#include "console/models/alarm_sentence.h"
#include "console/models/alarm_words.h"
#include "console/models/call_words.h"
#include "console/models/figures.h"
#include "console/models/shared_words.h"

#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>

namespace callmon {

AlarmDetail::AlarmDetail(QWidget* parent)
    : QFrame(parent)
    , m_title(new QLabel(this))
    , m_facts(new QLabel(this))
    , m_advice(new QLabel(this))
{
    setFrameShape(QFrame::NoFrame);
    QFont bold = font();
    bold.setBold(true);
    m_title->setFont(bold);
    m_advice->setForegroundRole(QPalette::PlaceholderText);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 6, 12, 8);
    layout->setSpacing(3);
    for (QLabel* label : { m_title, m_facts, m_advice }) {
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText); // names and comments are others' words
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        layout->addWidget(label);
    }
}

void AlarmDetail::show(const Alarm* alarm)
{
    if (alarm == nullptr) {
        m_title->setText(tr("No alarm is chosen"));
        m_facts->clear();
        m_advice->clear();
        return;
    }
    m_title->setText(tr("%1 %2: %3").arg(glyph(alarm->severity), word(alarm->severity), sentenceOf(*alarm)));
    const auto figure = [&](double value) {
        return alarm->isSummary() ? callsText(static_cast<quint64>(std::max(value, 0.0)))
                                  : figureText(alarm->kind, alarm->metric, value);
    };
    QStringList facts;
    facts += tr("%1 when raised, %2 at worst, threshold %3")
                 .arg(figure(alarm->figure), figure(alarm->worst), figure(alarm->threshold));
    facts += tr("since %1, raised %2").arg(clockText(alarm->since), dateTimeText(alarm->raisedAt));
    if (alarm->clearedAt)
        facts += tr("cleared %1 (%2)").arg(dateTimeText(*alarm->clearedAt), word(alarm->end));
    facts += tr("rule %1").arg(text(alarm->rule));
    if (alarm->call)
        facts += tr("call from %1 to %2").arg(text(alarm->caller), text(alarm->callee));
    if (!alarm->group.empty())
        facts += alarm->isSummary() ? tr("most of %1 of %2").arg(callsText(alarm->calls), text(alarm->group))
                                    : serviceGroupText(alarm->group);
    if (alarm->acknowledgedAt)
        facts += tr("acknowledged by %1 at %2%3")
                     .arg(text(alarm->acknowledgedBy), dateTimeText(*alarm->acknowledgedAt),
                         alarm->comment.empty() ? QString() : QStringLiteral(": ") + text(alarm->comment));
    if (alarm->shelvedUntil)
        facts += tr("shelved until %1 by %2%3")
                     .arg(dateTimeText(*alarm->shelvedUntil), text(alarm->shelvedBy),
                         alarm->shelfComment.empty() ? QString() : QStringLiteral(": ") + text(alarm->shelfComment));
    m_facts->setText(facts.join(QStringLiteral(" · ")));
    m_advice->setText(adviceText(alarm->kind));
}

}
