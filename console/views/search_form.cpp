#include "console/views/search_form.h"

#include "console/models/call_conditions.h"
#include "console/models/call_words.h"
#include "console/models/condition_values.h"
#include "console/models/figures.h"
#include "console/views/condition_list.h"
#include "console/views/elided_label.h"
#include "console/views/field_problem.h"
#include "console/views/flow_layout.h"
#include "console/views/search_period.h"
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

std::optional<double> mosOf(const QDoubleSpinBox& edit)
{
    return edit.value() >= 1 ? std::optional(edit.value()) : std::nullopt;
}

std::optional<QString> tagIn(const QString& word) // "tag:bad-line"
{
    return word.startsWith(QLatin1String("tag:"), Qt::CaseInsensitive) ? std::optional(word.mid(4).toLower())
                                                                       : std::nullopt;
}

CallCondition tagCondition(const QString& tag)
{
    return { "tags", Comparison::Equal, tag.toStdString() };
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

// What is wrong is said when the field is left or the search wanted; it goes as soon as it is mended.
void SearchForm::watch(QLineEdit* edit)
{
    QWidget* const field = edit == m_maxDuration ? m_minDuration
        : edit == m_codec->lineEdit()            ? static_cast<QWidget*>(m_codec)
                                                 : edit;
    connect(edit, &QLineEdit::editingFinished, this, [this, field] { checkOne(*field); });
    connect(edit, &QLineEdit::textChanged, this, [this, field] {
        if (problemOf(*field).isEmpty())
            checkOne(*field);
    });
    connect(edit, &QLineEdit::returnPressed, this, &SearchForm::searchIfRight);
}

QString SearchForm::problemOf(const QWidget& field) const
{
    if (&field == m_number) {
        for (const QString& word : m_number->text().split(QLatin1Char(' '), Qt::SkipEmptyParts))
            if (const auto tag = tagIn(word); tag && (tag->isEmpty() || !operandOf(tagCondition(*tag))))
                return tr("A tag is one word: tag:bad-line");
    } else if (&field == m_period->from()) {
        return m_period->problem();
    } else if (&field == m_minMos) {
        if (mosOf(*m_minMos) && mosOf(*m_maxMos) && *mosOf(*m_minMos) > *mosOf(*m_maxMos))
            return tr("From is above to.");
    } else if (&field == m_code) {
        if (!m_code->text().trimmed().isEmpty() && !codesOf(m_code->text()))
            return tr("Write 486, 4xx or 400-499");
    } else if (&field == m_minDuration) {
        for (const QLineEdit* edit : { m_minDuration, m_maxDuration })
            if (!edit->text().trimmed().isEmpty() && !secondsOf(edit->text()))
                return tr("Write 90, 1:30 or 2 min");
        const auto least = secondsOf(m_minDuration->text()), most = secondsOf(m_maxDuration->text());
        if (least && most && *least > *most)
            return tr("From is above to.");
    }
    return {};
}

bool SearchForm::checkOne(QWidget& field)
{
    for (const Checked& one : m_checked)
        if (one.field == &field) {
            const QString problem = problemOf(field);
            if (problem != one.problem->problem())
                one.problem->say(problem);
            return problem.isEmpty();
        }
    return true;
}

bool SearchForm::check()
{
    QWidget* wrong = nullptr;
    for (const Checked& one : m_checked)
        if (!checkOne(*one.field) && wrong == nullptr)
            wrong = one.field;
    if (wrong == m_minDuration && (m_minDuration->text().trimmed().isEmpty() || secondsOf(m_minDuration->text())))
        wrong = m_maxDuration;
    const bool conditionsAreRight = m_conditions->check();
    if (!conditionsAreRight)
        showConditions(true);
    if (wrong)
        wrong->setFocus(Qt::OtherFocusReason);
    else if (!conditionsAreRight)
        m_conditions->check(); // now that they are seen, the first that is wrong takes the focus
    return wrong == nullptr && conditionsAreRight;
}

void SearchForm::searchIfRight()
{
    if (check())
        emit searchWanted();
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

CallQuery SearchForm::query() const
{
    CallQuery query;
    for (const QString& word : m_number->text().split(QLatin1Char(' '), Qt::SkipEmptyParts))
        if (const auto tag = tagIn(word))
            query.conditions.push_back(tagCondition(*tag));
        else
            query.number += (query.number.empty() ? "" : " ") + word.toStdString();
    m_period->putInto(query);
    if (const int outcome = m_outcome->currentData().toInt(); outcome >= 0)
        query.outcome = static_cast<CallOutcome>(outcome);
    if (const int trust = m_trust->currentData().toInt(); trust >= 0)
        query.trust = static_cast<CaptureTrust>(trust);
    query.minMos = mosOf(*m_minMos);
    query.maxMos = mosOf(*m_maxMos);
    const auto add = [&query](const char* field, Relation relation, const QString& value) {
        QString problem; // is said beside the field
        if (auto condition = conditionOf({ QString::fromLatin1(field), relation, value }, problem))
            query.conditions.push_back(std::move(*condition));
    };
    add("codec", Relation::Is, m_codec->currentText());
    if (const auto codes = codesOf(m_code->text()); codes && codes->first == codes->last) {
        add("final_code", Relation::Is, QString::number(codes->first));
    } else if (codes) {
        add("final_code", Relation::AtLeast, QString::number(codes->first));
        add("final_code", Relation::AtMost, QString::number(codes->last));
    }
    add("duration_s", Relation::AtLeast, m_minDuration->text());
    add("duration_s", Relation::AtMost, m_maxDuration->text());
    if (m_endedBy->currentIndex() > 0)
        add("ended_by", Relation::Is, m_endedBy->currentData().toString());
    const auto more = m_conditions->conditions();
    query.conditions.insert(query.conditions.end(), more.begin(), more.end());
    query.limit = m_limit->currentData().toULongLong();
    query.newestFirst = true;
    return query;
}

void SearchForm::ask(const CallsBehind& figure)
{
    QVariantList conditions;
    const auto add = [&](const ConditionDraft& condition) {
        conditions += QVariantMap { { QStringLiteral("field"), condition.field },
            { QStringLiteral("relation"), nameOf(condition.relation) }, { QStringLiteral("value"), condition.value } };
    };
    const bool attempts = figure.by == CallsBehind::By::Attempts;
    const Timestamp begunSince = figure.from - (attempts ? longestSetup : longestCall);
    const QString when = attempts ? QStringLiteral("counted_at") : QStringLiteral("ended_at");
    add({ when, Relation::AtLeast, QString::number(nanosecondsSinceEpoch(figure.from)) });
    add({ when, Relation::Less, QString::number(nanosecondsSinceEpoch(figure.to)) });
    if (!attempts)
        add({ QStringLiteral("began_before_probe"), Relation::Is, QStringLiteral("0") });
    for (const ConditionDraft& condition : figure.conditions)
        add(condition);
    QVariantMap state = SearchPeriod::stateBetween(begunSince, figure.to);
    state.insert(QStringLiteral("codec"), figure.codec);
    state.insert(QStringLiteral("conditions"), conditions);
    state.insert(QStringLiteral("limit"), m_limit->currentData());
    setState(state);
    m_probe->setCurrentIndex(0);
}

QVariantMap SearchForm::state() const
{
    QVariantMap state { { QStringLiteral("number"), m_number->text() },
        { QStringLiteral("outcome"), m_outcome->currentData() }, { QStringLiteral("trust"), m_trust->currentData() },
        { QStringLiteral("minMos"), m_minMos->value() }, { QStringLiteral("maxMos"), m_maxMos->value() },
        { QStringLiteral("codec"), m_codec->currentText() }, { QStringLiteral("code"), m_code->text() },
        { QStringLiteral("minDuration"), m_minDuration->text() },
        { QStringLiteral("maxDuration"), m_maxDuration->text() },
        { QStringLiteral("endedBy"), m_endedBy->currentData() },
        { QStringLiteral("conditions"), m_conditions->state() }, { QStringLiteral("limit"), m_limit->currentData() } };
    m_period->addTo(state);
    return state;
}

void SearchForm::setState(const QVariantMap& state)
{
    const auto choose = [&](QComboBox* box, const char* name) {
        const QVariant value = state.value(QLatin1String(name));
        box->setCurrentIndex(value.isValid() ? std::max(0, box->findData(value)) : 0);
    };
    const auto write = [&](QLineEdit* edit, const char* name) {
        edit->setText(state.value(QLatin1String(name)).toString());
    };
    write(m_number, "number");
    m_period->setState(state);
    choose(m_outcome, "outcome");
    choose(m_trust, "trust");
    m_minMos->setValue(state.value(QStringLiteral("minMos")).toDouble());
    m_maxMos->setValue(state.value(QStringLiteral("maxMos")).toDouble());
    m_codec->setCurrentText(state.value(QStringLiteral("codec")).toString());
    write(m_code, "code");
    write(m_minDuration, "minDuration");
    write(m_maxDuration, "maxDuration");
    choose(m_endedBy, "endedBy");
    m_conditions->setState(state.value(QStringLiteral("conditions")).toList());
    choose(m_limit, "limit");
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
