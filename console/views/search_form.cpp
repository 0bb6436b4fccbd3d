#include "console/views/search_form.h"

#include "console/models/call_conditions.h"
#include "console/models/call_words.h"
#include "console/models/figures.h"
#include "console/views/condition_list.h"
#include "console/views/elided_label.h"
#include "console/views/field_problem.h"
#include "console/views/flow_layout.h"
#include "console/views/search_period.h"
#include "console/views/type_ahead.h"
#include "console/zone/display_zone.h"

#include <QComboBox>
#include <QDateTimeEdit>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

namespace callmon {

namespace {

constexpr int titleGap = 2; // pixels between a field and its title

QDoubleSpinBox* mosEdit(const QString& none, QWidget* parent)
{
    auto* edit = new QDoubleSpinBox(parent);
    edit->setRange(0.9, 4.5); // the lowest step means "any": MOS begins at 1
    edit->setSingleStep(0.1);
    edit->setDecimals(1);
    edit->setSpecialValueText(none);
    edit->setValue(0.9);
    return edit;
}

}

SearchForm::SearchForm(QWidget* parent)
    : QWidget(parent)
    , m_flow(new FlowLayout)
    , m_number(new QLineEdit(this))
    , m_probe(new QComboBox(this))
    , m_period(new SearchPeriod(this))
    , m_outcome(new QComboBox(this))
    , m_minMos(mosEdit(tr("any"), this))
    , m_maxMos(mosEdit(tr("any"), this))
    , m_codec(new QComboBox(this))
    , m_code(new QLineEdit(this))
    , m_minDuration(new QLineEdit(this))
    , m_maxDuration(new QLineEdit(this))
    , m_endedBy(new QComboBox(this))
    , m_trust(new QComboBox(this))
    , m_limit(new QComboBox(this))
    , m_search(new QPushButton(tr("Search"), this))
    , m_cancel(new QPushButton(tr("Cancel"), this))
    , m_more(new QToolButton(this))
    , m_moreText(new ElidedLabel(Qt::ElideRight, this))
    , m_conditions(new ConditionList(m_more, this))
{
    m_number->setObjectName(QStringLiteral("pastNumber"));
    m_number->setPlaceholderText(tr("+34*, *1234 or tag:bad-line"));
    m_number->setToolTip(
        tr("Caller or callee, * for any digits; tag:bad-line finds calls with that tag, tag:b* with one "
           "that fits; both together those that have both"));
    m_number->setClearButtonEnabled(true);
    m_number->setFixedWidth(fontMetrics().horizontalAdvance(m_number->placeholderText()) + 40);
    m_codec->setObjectName(QStringLiteral("pastCodec"));
    m_codec->setEditable(true);
    m_codec->setInsertPolicy(QComboBox::NoInsert);
    m_codec->addItems(knownCodecs());
    m_codec->setCurrentIndex(-1);
    m_codec->lineEdit()->setPlaceholderText(tr("any"));
    m_codec->lineEdit()->setClearButtonEnabled(true);
    m_codec->setToolTip(tr("Of one of the call's streams; G7* finds those that begin so"));
    m_code->setObjectName(QStringLiteral("pastCode"));
    m_code->setPlaceholderText(tr("any"));
    m_code->setToolTip(tr("The last final response: 486, 4xx or 400-499"));
    m_code->setFixedWidth(fontMetrics().horizontalAdvance(QStringLiteral("400-499")) + 24);
    for (QLineEdit* edit : { m_minDuration, m_maxDuration }) {
        edit->setPlaceholderText(tr("any"));
        edit->setToolTip(tr("From answer to end: 90, 1:30 or 2 min"));
        edit->setFixedWidth(fontMetrics().horizontalAdvance(QStringLiteral("00:00:00")) + 20);
    }
    m_minDuration->setObjectName(QStringLiteral("pastMinDuration"));
    m_maxDuration->setObjectName(QStringLiteral("pastMaxDuration"));
    m_endedBy->setObjectName(QStringLiteral("pastEndedBy"));
    m_probe->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_probe->setMinimumContentsLength(10);
    fillChoices();
    for (QPushButton* button : { m_search, m_cancel })
        button->setAutoDefault(true); // Enter presses them too; a default one looks focused always
    m_cancel->setEnabled(false);
    m_cancel->setToolTip(tr("Stop the search and keep what it has found"));

    m_flow->setSpacing(8);
    addField(tr("&Number"), m_number);
    m_probeField = addField(tr("Prob&e"), m_probe);
    addField(tr("&When"), m_period->when());
    m_between = addField(tr("From and to, UTC"), m_period->from(), m_period->to());
    addField(tr("O&utcome"), m_outcome);
    addField(tr("&MOS from and to"), m_minMos, m_maxMos);
    addField(tr("C&odec"), m_codec);
    addField(tr("Fina&l code"), m_code);
    addField(tr("Durat&ion from and to"), m_minDuration, m_maxDuration);
    addField(tr("Ended &by"), m_endedBy);
    addField(tr("Tru&st"), m_trust);
    addField(tr("At mos&t"), m_limit);
    m_period->to()->setAccessibleName(tr("To"));
    m_maxMos->setAccessibleName(tr("MOS to"));
    m_maxDuration->setAccessibleName(tr("Duration to"));
    setProbes({});

    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_search);
    buttons->addWidget(m_cancel);
    auto* buttonColumn = new QVBoxLayout;
    buttonColumn->addSpacing(fontMetrics().height() + titleGap); // beside the first line of fields
    buttonColumn->addLayout(buttons);
    buttonColumn->addStretch(1);
    auto* top = new QHBoxLayout;
    top->setSpacing(12);
    top->addLayout(m_flow, 1);
    top->addLayout(buttonColumn);

    m_more->setObjectName(QStringLiteral("pastMore"));
    m_more->setCheckable(true);
    m_more->setAutoRaise(true);
    m_more->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_more->setFocusPolicy(Qt::TabFocus);
    m_more->setToolTip(tr("Conditions on any field of a call"));
    m_moreText->setForegroundRole(QPalette::PlaceholderText);
    auto* more = new QWidget(this); // as if it had a title: in a line with the fields
    auto* moreColumn = new QVBoxLayout(more);
    moreColumn->setContentsMargins(0, fontMetrics().height() + titleGap, 0, 0);
    moreColumn->addWidget(m_more);
    moreColumn->addStretch(1);
    m_flow->addWidget(more);
    m_conditions->hide();

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 8, 10, 4);
    layout->setSpacing(4);
    layout->addLayout(top);
    layout->addWidget(m_moreText);
    layout->addWidget(m_conditions);

    connect(m_period, &SearchPeriod::changed, this, &SearchForm::periodChanged);
    for (QLineEdit* edit : { m_number, m_codec->lineEdit(), m_code, m_minDuration, m_maxDuration })
        watch(edit);
    for (QDoubleSpinBox* edit : { m_minMos, m_maxMos })
        connect(edit, &QDoubleSpinBox::valueChanged, this, [this] { checkOne(*m_minMos); });
    connect(m_search, &QPushButton::clicked, this, &SearchForm::searchIfRight);
    connect(m_cancel, &QPushButton::clicked, this, &SearchForm::cancelWanted);
    connect(m_more, &QToolButton::toggled, this, &SearchForm::showConditions);
    connect(m_more, &QToolButton::clicked, this, [this](bool shown) {
        if (shown && m_conditions->count() == 0)
            m_conditions->add();
    });
    connect(m_conditions, &ConditionList::changed, this, &SearchForm::conditionsChanged);
    connect(m_conditions, &ConditionList::searchWanted, this, &SearchForm::searchIfRight);
    periodChanged();
    conditionsChanged();
}

void SearchForm::fillChoices()
{
    m_outcome->addItem(tr("any outcome"), -1);
    for (int i = 0; i <= static_cast<int>(CallOutcome::Incomplete); ++i)
        m_outcome->addItem(
            glyph(static_cast<CallOutcome>(i)) + QLatin1Char(' ') + word(static_cast<CallOutcome>(i)), i);
    m_endedBy->addItem(tr("anybody"), -1);
    for (const ConditionChoice& choice : choicesOf(*conditionField(QStringLiteral("ended_by"))))
        m_endedBy->addItem(choice.word, choice.value);
    m_trust->addItem(tr("any trust"), -1);
    for (int i = 0; i <= static_cast<int>(CaptureTrust::Lossy); ++i) {
        m_trust->addItem(
            glyph(static_cast<CaptureTrust>(i)) + QLatin1Char(' ') + word(static_cast<CaptureTrust>(i)), i);
        m_trust->setItemData(i + 1, meaning(static_cast<CaptureTrust>(i)), Qt::ToolTipRole);
    }
    for (QComboBox* box : { m_outcome, m_trust })
        new TypeAhead(*box);
    for (const int limit : { 1'000, 10'000, 100'000 })
        m_limit->addItem(countText(static_cast<quint64>(limit)), limit);
    m_limit->addItem(tr("all"), 0);
}

// A field under its title, or the two ends of a range; below them what is wrong, if anything is.
QWidget* SearchForm::addField(const QString& title, QWidget* edit, QWidget* end)
{
    auto* field = new QWidget(this);
    auto* column = new QVBoxLayout(field);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(titleGap);
    auto* label = new QLabel(title, field);
    label->setProperty("title", title);
    m_titles.push_back(label);
    label->setForegroundRole(QPalette::PlaceholderText);
    label->setBuddy(edit);
    column->addWidget(label);
    auto* row = new QHBoxLayout;
    row->setSpacing(4);
    row->addWidget(edit);
    if (end) {
        auto* dash = new QLabel(QStringLiteral("–"), field);
        dash->setForegroundRole(QPalette::PlaceholderText);
        row->addWidget(dash);
        row->addWidget(end);
    }
    column->addLayout(row);
    auto* problem = new FieldProblem(*edit, field);
    m_checked.push_back({ edit, problem });
    column->addWidget(problem);
    column->addStretch(1);
    m_flow->addWidget(field);
    return field;
}

void SearchForm::showConditions(bool shown)
{
    m_more->setChecked(shown);
    m_conditions->setVisible(shown);
    conditionsChanged();
}

void SearchForm::conditionsChanged()
{
    const bool shown = m_more->isChecked();
    m_more->setArrowType(shown ? Qt::DownArrow : Qt::RightArrow);
    const int count = m_conditions->count();
    m_more->setText(count == 0 ? tr("More con&ditions") : tr("More con&ditions (%1)").arg(count));
    QStringList words;
    if (!shown)
        for (const CallCondition& condition : m_conditions->conditions())
            words += textOf(condition);
    m_moreText->setText(words.join(QStringLiteral(" · ")));
    m_moreText->setVisible(!words.isEmpty());
}

void SearchForm::showZone()
{
    for (QLabel* title : m_titles)
        title->setText(withZone(title->property("title").toString()));
    m_period->showZone();
    m_conditions->showZone();
    conditionsChanged();
}

void SearchForm::setTheme(const Theme& theme)
{
    for (const Checked& one : m_checked)
        one.problem->setTheme(theme);
    m_conditions->setTheme(theme);
}

void SearchForm::setNow(Timestamp now)
{
    m_period->setNow(now);
}

void SearchForm::periodChanged()
{
    m_between->setVisible(m_period->isBetween());
    checkOne(*m_period->from());
}

std::optional<ProbeId> SearchForm::probe() const
{
    const int chosen = m_probe->currentData().toInt();
    return m_probe->count() > 1 && chosen >= 0 ? std::optional(ProbeId { static_cast<std::uint16_t>(chosen) })
                                               : std::nullopt;
}

void SearchForm::setProbes(const ProbeLabels& probes)
{
    const auto chosen = probe();
    m_probe->clear();
    m_probe->addItem(tr("all probes"), -1);
    if (probes.size() > 1)
        for (const auto& [id, label] : probes) {
            m_probe->addItem(label.name, int(id.value));
            m_probe->setItemData(m_probe->count() - 1, label.name, Qt::ToolTipRole); // it may be longer than the box
        }
    m_probe->setCurrentIndex(chosen ? std::max(0, m_probe->findData(int(chosen->value))) : 0);
    m_probeField->setVisible(probes.size() > 1);
}

void SearchForm::searchAll(ProbeId probe)
{
    setState({ { QStringLiteral("limit"), m_limit->currentData() } });
    m_probe->setCurrentIndex(std::max(0, m_probe->findData(int(probe.value))));
}

void SearchForm::setNumber(const QString& number)
{
    m_number->setText(number);
}

void SearchForm::setRunning(bool running)
{
    m_search->setEnabled(!running);
    m_cancel->setEnabled(running);
}

void SearchForm::focusNumber()
{
    m_number->setFocus(Qt::ShortcutFocusReason);
    m_number->selectAll();
}

}
