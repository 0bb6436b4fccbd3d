#include "console/views/alarm_choices.h"

#include "console/models/alarm_words.h"
#include "console/views/type_ahead.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLineEdit>

namespace callmon {

AlarmChoices::AlarmChoices(QWidget* parent)
    : QWidget(parent)
    , m_view(new QComboBox(this))
    , m_when(new QComboBox(this))
    , m_severity(new QComboBox(this))
    , m_filter(new QLineEdit(this))
{
    m_view->setObjectName(QStringLiteral("alarmView"));
    m_view->addItems({ tr("Open alarms"), tr("Open, with shelved"), tr("Past alarms") });
    m_when->addItem(tr("last hour"), 1);
    m_when->addItem(tr("last 24 hours"), 24);
    m_when->addItem(tr("last 7 days"), 24 * 7);
    m_when->addItem(tr("any time"), 0);
    m_when->setCurrentIndex(1);
    for (const auto severity :
        { AlarmSeverity::Warning, AlarmSeverity::Minor, AlarmSeverity::Major, AlarmSeverity::Critical })
        m_severity->addItem(severity == AlarmSeverity::Warning ? tr("any severity")
                : severity == AlarmSeverity::Critical          ? glyph(severity) + QLatin1Char(' ') + word(severity)
                                                      : tr("%1 %2 and worse").arg(glyph(severity), word(severity)),
            static_cast<int>(severity));
    m_severity->setObjectName(QStringLiteral("alarmSeverity"));
    new TypeAhead(*m_severity);
    m_filter->setObjectName(QStringLiteral("alarmFilter"));
    m_filter->setPlaceholderText(tr("Filter: rule, party, group, words of the alarm or of its comment"));
    m_filter->setAccessibleName(tr("Filter of the alarms"));
    m_filter->setClearButtonEnabled(true);
    m_view->setAccessibleName(tr("Which alarms"));
    m_when->setAccessibleName(tr("Raised when"));
    m_severity->setAccessibleName(tr("Severity"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addWidget(m_view);
    row->addWidget(m_when);
    row->addWidget(m_severity);
    row->addWidget(m_filter, 1);
    m_when->hide();
    connect(m_view, &QComboBox::currentIndexChanged, this, [this] {
        m_when->setVisible(view() == Past);
        emit viewChanged();
    });
    connect(m_when, &QComboBox::currentIndexChanged, this, &AlarmChoices::periodChanged);
    connect(m_severity, &QComboBox::currentIndexChanged, this, &AlarmChoices::filterChanged);
    connect(m_filter, &QLineEdit::textChanged, this, &AlarmChoices::filterChanged);
    connect(m_filter, &QLineEdit::returnPressed, this, &AlarmChoices::listWanted);
}

AlarmChoices::View AlarmChoices::view() const
{
    return static_cast<View>(m_view->currentIndex());
}

void AlarmChoices::setView(View view)
{
    m_view->setCurrentIndex(view);
}

AlarmModel::Filter AlarmChoices::filter() const
{
    return { m_filter->text().trimmed(), static_cast<AlarmSeverity>(m_severity->currentData().toInt()),
        view() == OpenAndShelved };
}

std::optional<std::chrono::hours> AlarmChoices::period() const
{
    const int hours = m_when->currentData().toInt();
    return hours > 0 ? std::optional(std::chrono::hours(hours)) : std::nullopt;
}

void AlarmChoices::setFilterText(const QString& text)
{
    m_filter->setText(text);
}

bool AlarmChoices::clearFilter()
{
    if (m_filter->text().isEmpty() && m_severity->currentIndex() == 0)
        return false;
    m_filter->clear();
    m_severity->setCurrentIndex(0);
    return true;
}

void AlarmChoices::focusFilter()
{
    m_filter->setFocus(Qt::ShortcutFocusReason);
    m_filter->selectAll();
}

}
