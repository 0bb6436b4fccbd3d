// What stands in the search form: whether it makes sense, as a query, and as it is kept.
#include "console/models/call_conditions.h"
#include "console/models/condition_values.h"
#include "console/views/condition_list.h"
#include "console/views/elided_label.h"
#include "console/views/field_problem.h"
#include "console/views/search_form.h"
#include "console/views/search_period.h"

#include <QComboBox>
#include <QDateTimeEdit>
#include <QDoubleSpinBox>
#include <QLineEdit>

namespace callmon {

namespace {

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

}
