#include "console/views/condition_row.h"

#include "console/views/field_problem.h"
#include "console/views/zoned_time_edit.h"
#include "console/zone/display_zone.h"

#include <QComboBox>
#include <QCompleter>
#include <QDateTimeEdit>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>

namespace callmon {

namespace {

using Kind = ConditionField::Kind;

constexpr int valueCharacters = 20;

}

ConditionRow::ConditionRow(QWidget* parent)
    : QWidget(parent)
    , m_field(new QComboBox(this))
    , m_relation(new QComboBox(this))
    , m_text(new QLineEdit(this))
    , m_choice(new QComboBox(this))
    , m_time(makeZonedTimeEdit(this))
    , m_unit(new QLabel(this))
    , m_remove(new QToolButton(this))
    , m_problem(new FieldProblem(*m_text, this))
{
    m_field->setObjectName(QStringLiteral("conditionField"));
    m_relation->setObjectName(QStringLiteral("conditionRelation"));
    m_text->setObjectName(QStringLiteral("conditionText"));
    m_choice->setObjectName(QStringLiteral("conditionChoice"));
    m_time->setObjectName(QStringLiteral("conditionTime"));
    m_remove->setObjectName(QStringLiteral("conditionRemove"));
    for (const ConditionField& field : conditionFields())
        m_field->addItem(field.title, field.name);
    m_field->setMaxVisibleItems(20);
    m_relation->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_relation->setMinimumContentsLength(12); // the rows below each other keep their columns
    const int room = fontMetrics().averageCharWidth() * valueCharacters;
    for (QWidget* value : std::initializer_list<QWidget*> { m_text, m_choice, m_time })
        value->setFixedWidth(std::max(room, m_time->sizeHint().width()));
    m_unit->setMinimumWidth(fontMetrics().horizontalAdvance(QStringLiteral("UTC")));
    m_unit->setForegroundRole(QPalette::PlaceholderText);
    m_remove->setText(QStringLiteral("✕"));
    m_remove->setAutoRaise(true);
    m_remove->setFocusPolicy(Qt::TabFocus);
    m_remove->setToolTip(tr("Remove this condition"));

    auto* row = new QHBoxLayout;
    row->setSpacing(6);
    for (QWidget* part :
        std::initializer_list<QWidget*> { m_field, m_relation, m_text, m_choice, m_time, m_unit, m_remove })
        row->addWidget(part);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    column->addLayout(row);
    column->addWidget(m_problem);

    showInstant(*m_time, std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now()));
    m_instant = instantOf(*m_time);
    m_field->setCurrentIndex(std::max(0, m_field->findData(QStringLiteral("mos_mean"))));
    connect(m_field, &QComboBox::currentIndexChanged, this, &ConditionRow::fieldChanged);
    connect(m_relation, &QComboBox::currentIndexChanged, this, &ConditionRow::relationChanged);
    connect(m_choice, &QComboBox::currentIndexChanged, this, &ConditionRow::edited);
    connect(m_text, &QLineEdit::textChanged, this, &ConditionRow::edited);
    connect(m_text, &QLineEdit::editingFinished, this, [this] {
        if (!m_text->text().isEmpty()) // what is not given yet is no fault
            check();
    });
    connect(m_text, &QLineEdit::returnPressed, this, &ConditionRow::searchWanted);
    connect(m_time, &QDateTimeEdit::dateTimeChanged, this, [this] {
        m_instant = instantOf(*m_time);
        edited();
    });
    connect(m_remove, &QToolButton::clicked, this, &ConditionRow::removalWanted);
    setNumber(1);
    fieldChanged();
}

void ConditionRow::setNumber(int number)
{
    m_field->setAccessibleName(tr("Condition %1: field").arg(number));
    m_relation->setAccessibleName(tr("Condition %1: comparison").arg(number));
    for (QWidget* value : std::initializer_list<QWidget*> { m_text, m_choice, m_time })
        value->setAccessibleName(tr("Condition %1: value").arg(number));
    m_remove->setAccessibleName(tr("Remove condition %1").arg(number));
}

const ConditionField* ConditionRow::field() const
{
    return conditionField(m_field->currentData().toString());
}

Relation ConditionRow::relation() const
{
    return static_cast<Relation>(m_relation->currentData().toInt());
}

void ConditionRow::fieldChanged()
{
    const ConditionField* const chosen = field();
    const Kind kind = chosen ? chosen->kind : Kind::Text;
    {
        const QSignalBlocker quiet(m_relation);
        const QVariant before = m_relation->currentData();
        m_relation->clear();
        for (const Relation relation : relationsOf(kind))
            m_relation->addItem(word(relation, kind), static_cast<int>(relation));
        m_relation->setCurrentIndex(std::max(0, before.isValid() ? m_relation->findData(before) : 0));
        const QSignalBlocker quietChoice(m_choice);
        m_choice->clear();
        if (chosen)
            for (const ConditionChoice& choice : choicesOf(*chosen))
                m_choice->addItem(choice.word, choice.value);
    }
    m_text->setPlaceholderText(chosen ? valueHint(*chosen) : QString());
    m_text->setToolTip(
        kind == Kind::Text || kind == Kind::Codec || kind == Kind::Address || kind == Kind::Tag || kind == Kind::Trunk
            ? tr("* stands for any characters")
            : QString());
    delete m_text->completer();
    if (kind == Kind::Codec) {
        auto* completer = new QCompleter(knownCodecs(), m_text);
        completer->setCaseSensitivity(Qt::CaseInsensitive);
        m_text->setCompleter(completer);
    }
    relationChanged();
}

void ConditionRow::relationChanged()
{
    const ConditionField* const chosen = field();
    const Kind kind = chosen ? chosen->kind : Kind::Text;
    const bool value = takesValue(relation());
    m_text->setVisible(value && kind != Kind::Choice && kind != Kind::Time);
    m_choice->setVisible(value && kind == Kind::Choice);
    m_time->setVisible(value && kind == Kind::Time);
    m_unit->setText(kind == Kind::Time ? zoneLabel() : chosen ? chosen->unit : QString());
    m_unit->setVisible(value && !m_unit->text().isEmpty());
    edited();
}

void ConditionRow::edited()
{
    if (!m_problem->problem().isEmpty()) {
        QString problem;
        conditionOf(draft(), problem);
        m_problem->say(problem);
    }
    emit changed();
}

ConditionDraft ConditionRow::draft() const
{
    ConditionDraft draft { m_field->currentData().toString(), relation(), m_text->text() };
    if (const ConditionField* const chosen = field(); chosen && chosen->kind == Kind::Choice)
        draft.value = m_choice->currentData().toString();
    else if (chosen && chosen->kind == Kind::Time)
        draft.value = QString::number(nanosecondsSinceEpoch(m_instant));
    return draft;
}

std::optional<CallCondition> ConditionRow::condition() const
{
    QString problem;
    return conditionOf(draft(), problem);
}

bool ConditionRow::check()
{
    QString problem;
    conditionOf(draft(), problem);
    m_problem->say(problem);
    return problem.isEmpty();
}

QWidget* ConditionRow::tabAfter(QWidget* before)
{
    for (QWidget* part : std::initializer_list<QWidget*> { m_field, m_relation, m_text, m_choice, m_time, m_remove }) {
        setTabOrder(before, part);
        before = part;
    }
    return before;
}

void ConditionRow::focusField()
{
    m_field->setFocus(Qt::TabFocusReason);
}

void ConditionRow::focusValue()
{
    (m_text->isVisibleTo(this) ? static_cast<QWidget*>(m_text) : m_field)->setFocus(Qt::OtherFocusReason);
    m_text->selectAll();
}

QVariantMap ConditionRow::state() const
{
    const ConditionDraft now = draft();
    return { { QStringLiteral("field"), now.field }, { QStringLiteral("relation"), nameOf(now.relation) },
        { QStringLiteral("value"), now.value } };
}

void ConditionRow::setState(const QVariantMap& state)
{
    const QString name = state.value(QStringLiteral("field")).toString();
    if (m_field->findData(name) < 0) // another version knew it: it is shown, and said to be none
        m_field->addItem(name, name);
    m_field->setCurrentIndex(m_field->findData(name));
    if (const auto relation = relationNamed(state.value(QStringLiteral("relation")).toString()))
        m_relation->setCurrentIndex(std::max(0, m_relation->findData(static_cast<int>(*relation))));
    const QString value = state.value(QStringLiteral("value")).toString();
    const ConditionField* const chosen = field();
    if (chosen && chosen->kind == Kind::Choice)
        m_choice->setCurrentIndex(std::max(0, m_choice->findData(value)));
    else if (chosen && chosen->kind == Kind::Time)
        showInstant(*m_time, timestampFromNanoseconds(value.toLongLong()));
    else
        m_text->setText(value);
}

void ConditionRow::showZone()
{
    showInstant(*m_time, m_instant);
    relationChanged();
}

void ConditionRow::setTheme(const Theme& theme)
{
    m_problem->setTheme(theme);
}

}
