// The form for calls of the past: what is put into its fields is what is asked, by keys alone, and what makes no sense
// is said beside the field and asks nothing.
#include "console/views/condition_list.h"
#include "console/views/condition_row.h"
#include "console/views/elided_label.h"
#include "console/views/field_problem.h"
#include "console/views/figure_note.h"
#include "console/views/main_window.h"
#include "console/views/past_page.h"
#include "console/views/saved_searches.h"
#include "console/views/search_form.h"
#include "console/zone/display_zone.h"
#include "demo_source.h"
#include "shown_window.h"
#include "tests/console/own_settings.h"

#include <QComboBox>
#include <QDateTimeEdit>
#include <QFontDatabase>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>

using namespace callmon;

namespace {

class AskedSource : public DemoSource {
public:
    quint64 search(const CallQuery& query) override
    {
        asked.push_back(query);
        return DemoSource::search(query);
    }
    std::vector<CallQuery> asked;
};

QStringList conditionsOf(const CallQuery& query)
{
    QStringList texts;
    for (const CallCondition& condition : query.conditions)
        texts += QString::fromStdString(toText(condition));
    return texts;
}

QStringList problemsIn(const QWidget& form)
{
    QStringList said;
    for (const FieldProblem* problem : form.findChildren<FieldProblem*>())
        if (problem->isVisibleTo(&form))
            said += problem->text();
    return said;
}

}

class TestSearchForm : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        useSettingsIn(m_settings.path());
        QVERIFY2(!QFontDatabase::families().isEmpty(), "no font is installed: apt-get install fonts-dejavu-core");
    }

    void init()
    {
        QSettings().clear();
        setDisplayZone(QTimeZone::utc());
        QVERIFY(test::openWindow(m_source, m_window));
        m_window->showPast();
        form().focusNumber();
    }

    void cleanup()
    {
        m_window.reset();
        m_source.reset();
    }

    void theCommonFieldsBecomeConditions()
    {
        edit("pastCode").setText("4xx");
        edit("pastMinDuration").setText("30");
        edit("pastMaxDuration").setText("2 min");
        form().findChild<QComboBox*>("pastCodec")->setCurrentText("G729");
        auto* endedBy = form().findChild<QComboBox*>("pastEndedBy");
        endedBy->setCurrentIndex(endedBy->findText("callee"));
        QCOMPARE(conditionsOf(form().query()),
            QStringList({ "codec=G729", "final_code>=400", "final_code<=499", "duration_s>=30", "duration_s<=120",
                "ended_by=callee" }));
        edit("pastCode").setText("486");
        form().findChild<QComboBox*>("pastCodec")->setCurrentText({});
        edit("pastMaxDuration").clear();
        endedBy->setCurrentIndex(endedBy->findText("nobody yet"));
        QCOMPARE(conditionsOf(form().query()), QStringList({ "final_code=486", "duration_s>=30", "ended_by=" }));
        endedBy->setCurrentIndex(0);
        edit("pastCode").clear();
        edit("pastMinDuration").clear();
        QVERIFY(form().query().conditions.empty());
    }

    void whatMakesNoSenseIsSaidBesideItsFieldAndAsksNothing_data()
    {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("says");
        QTest::addColumn<QString>("mended");
        QTest::newRow("code") << "pastCode"
                              << "48"
                              << "486, 4xx"
                              << "486";
        QTest::newRow("duration") << "pastMinDuration"
                                  << "long"
                                  << "1:30"
                                  << "1:30";
        QTest::newRow("its end") << "pastMaxDuration"
                                 << "2 weeks"
                                 << "1:30"
                                 << "60";
        QTest::newRow("tag") << "pastNumber"
                             << "tag:"
                             << "one word"
                             << "tag:x";
    }
    void whatMakesNoSenseIsSaidBesideItsFieldAndAsksNothing()
    {
        QFETCH(const QString, field);
        QFETCH(const QString, typed);
        QFETCH(const QString, says);
        QFETCH(const QString, mended);
        QLineEdit& edited = edit(field);
        edited.setFocus();
        QTest::keyClicks(&edited, typed);
        QVERIFY(problemsIn(form()).isEmpty()); // not while it is being typed
        QTest::keyClick(&edited, Qt::Key_Return);
        QCOMPARE(problemsIn(form()).size(), 1);
        QVERIFY2(problemsIn(form()).front().startsWith("✕") && problemsIn(form()).front().contains(says),
            qPrintable(problemsIn(form()).front()));
        QVERIFY(edited.hasFocus());
        QVERIFY(m_source->asked.empty());
        edited.clear();
        QVERIFY(problemsIn(form()).isEmpty());
        QTest::keyClicks(&edited, mended);
        QTest::keyClick(&edited, Qt::Key_Return);
        QTRY_VERIFY(!m_window->past().isSearching());
        QCOMPARE(m_source->asked.size(), std::size_t(1));
    }

    void aRangeThatEndsBeforeItBeginsIsSaid()
    {
        edit("pastMinDuration").setText("60");
        edit("pastMaxDuration").setText("30");
        QVERIFY(!form().check());
        QVERIFY(problemsIn(form()).join(' ').contains("From is above to"));
        edit("pastMaxDuration").setText("90");
        QVERIFY(form().check());
    }

    // Nothing but keys: fold the conditions open, choose field, comparison and value, add another, remove the first,
    // search.
    void conditionsAreMadeByKeysAlone()
    {
        auto* more = form().findChild<QToolButton*>("pastMore");
        QTest::keyClick(m_window.get(), Qt::Key_D, Qt::AltModifier);
        QTRY_VERIFY(more->isChecked());
        QCOMPARE(form().conditions().count(), 1);
        more->setFocus();
        QTest::keyClick(more, Qt::Key_Tab);
        auto* field = qobject_cast<QComboBox*>(QApplication::focusWidget());
        QVERIFY(field);
        QCOMPARE(field->accessibleName(), QString("Condition 1: field"));
        QTest::keyClicks(field, "Post"); // as lists are chosen from
        QCOMPARE(field->currentText(), QString("Post-dial delay"));
        QTest::keyClick(field, Qt::Key_Tab);
        auto* relation = qobject_cast<QComboBox*>(QApplication::focusWidget());
        QVERIFY(relation);
        QCOMPARE(relation->currentText(), QString("≥"));
        QTest::keyClick(relation, Qt::Key_Tab);
        auto* value = qobject_cast<QLineEdit*>(QApplication::focusWidget());
        QVERIFY(value);
        QCOMPARE(value->accessibleName(), QString("Condition 1: value"));
        QTest::keyClicks(value, "1500");
        QTest::keyClick(value, Qt::Key_Tab); // the button that removes it
        QCOMPARE(QApplication::focusWidget()->accessibleName(), QString("Remove condition 1"));
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        QCOMPARE(QApplication::focusWidget()->objectName(), QString("conditionAdd"));
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Space);
        QCOMPARE(form().conditions().count(), 2);
        field = qobject_cast<QComboBox*>(QApplication::focusWidget());
        QVERIFY(field);
        QCOMPARE(field->accessibleName(), QString("Condition 2: field"));
        QTest::keyClicks(field, "New"); // a blank would open the list
        QCOMPARE(field->currentText(), QString("New offers"));
        QTest::keyClick(field, Qt::Key_Backtab, Qt::ShiftModifier); // back to the first one's button
        QCOMPARE(QApplication::focusWidget()->accessibleName(), QString("Remove condition 1"));
        QTest::keyClick(field, Qt::Key_Tab);
        field->setFocus();
        QTest::keyClick(field, Qt::Key_Tab);
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        QTest::keyClicks(QApplication::focusWidget(), "200");
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
        QTRY_VERIFY(!m_window->past().isSearching());
        QCOMPARE(m_source->asked.size(), std::size_t(1));
        QCOMPARE(conditionsOf(m_source->asked.back()), QStringList({ "post_dial_delay_ms>=1500", "offers>=200" }));
        const auto* said = m_window->past().findChild<ElidedLabel*>("pastAsked");
        QCOMPARE(said->text(), QString("Post-dial delay ≥ 1500 ms · New offers ≥ 200"));
    }

    void everyFieldCanBeChosenAndHasAValueOfItsKind()
    {
        form().showConditions(true);
        ConditionRow& row = *form().conditions().add();
        auto* field = row.findChild<QComboBox*>("conditionField");
        QCOMPARE(field->count(), int(searchFields().size()));
        for (int i = 0; i < field->count(); ++i) {
            field->setCurrentIndex(i);
            const ConditionField* const chosen = conditionField(field->currentData().toString());
            auto* relation = row.findChild<QComboBox*>("conditionRelation");
            for (int each = 0; each < relation->count(); ++each) {
                relation->setCurrentIndex(each);
                const bool value = takesValue(static_cast<Relation>(relation->currentData().toInt()));
                int shown = 0;
                for (const char* name : { "conditionText", "conditionChoice", "conditionTime" })
                    shown += row.findChild<QWidget*>(name)->isVisible();
                QCOMPARE(shown, value ? 1 : 0);
                QCOMPARE(row.findChild<QWidget*>("conditionTime")->isVisible(),
                    value && chosen->kind == ConditionField::Kind::Time);
                QCOMPARE(row.findChild<QWidget*>("conditionChoice")->isVisible(),
                    value && chosen->kind == ConditionField::Kind::Choice);
                if (!value || chosen->kind == ConditionField::Kind::Choice)
                    QVERIFY2(row.condition(), qPrintable(chosen->name));
            }
        }
    }

    void aConditionThatMakesNoSenseIsFoldedOpenAndHasTheFocus()
    {
        form().showConditions(true);
        form().conditions().add();
        ConditionRow& second = *form().conditions().add();
        second.setState({ { "field", "caller_ip" }, { "relation", "is" }, { "value", "gateway" } });
        form().conditions().row(0).setState({ { "field", "mos_min" }, { "relation", "less" }, { "value", "2" } });
        form().showConditions(false);
        form().focusNumber();
        QTest::keyClick(&edit("pastNumber"), Qt::Key_Return);
        QVERIFY(m_source->asked.empty());
        QCOMPARE(problemsIn(form()).size(), 1);
        QVERIFY2(problemsIn(form()).front().contains("no address"), qPrintable(problemsIn(form()).front()));
        QVERIFY(second.isVisible());
        QVERIFY(second.findChild<QLineEdit*>("conditionText")->hasFocus());
        QVERIFY(second.findChild<QLineEdit*>("conditionText")->accessibleDescription().contains("no address"));
        second.findChild<QToolButton*>("conditionRemove")->click();
        QCOMPARE(form().conditions().count(), 1);
        QTest::keyClick(&edit("pastNumber"), Qt::Key_Return);
        QTRY_VERIFY(!m_window->past().isSearching());
        QCOMPARE(conditionsOf(m_source->asked.back()), QStringList("mos_min<2"));
    }

    // Attempts of an hour: they may have begun before it, and what else the form said is forgotten.
    void theCallsBehindAFigureBecomeConditions()
    {
        edit("pastNumber").setText("+34*");
        const Timestamp from = timestampFromNanoseconds(1'772'366'400'000'000'000); // 2026-03-01T12:00:00Z
        const CallsBehind figure { from, from + std::chrono::hours(1), CallsBehind::By::Attempts, {},
            { { "trunk", Relation::Is, "north" }, { "callee", Relation::IsNot, "34*" } } };
        m_window->past().searchBehind(figure);
        QTRY_VERIFY(!m_window->past().isSearching());
        const CallQuery& asked = m_source->asked.back();
        QCOMPARE(conditionsOf(asked),
            QStringList({ "counted_at>=2026-03-01T12:00:00.000000000Z", "counted_at<2026-03-01T13:00:00.000000000Z",
                "trunk=north", "callee!=34*" }));
        QVERIFY(asked.number.empty());
        QCOMPARE(*asked.from, from - longestSetup);
        QCOMPARE(*asked.to, from + std::chrono::hours(1));
        const auto* said = m_window->past().findChild<ElidedLabel*>("pastAsked");
        QVERIFY2(said->text().contains("Counted as an attempt at or after 2026-03-01 12:00:00 UTC")
                && said->text().contains("Trunk one is north"),
            qPrintable(said->text()));
        QVERIFY(m_window->past().figureNote().text().isEmpty()); // none of them is on
        m_window->past().searchBehind({ from, from + std::chrono::hours(1), CallsBehind::By::Ends, "G729" });
        QTRY_VERIFY(!m_window->past().isSearching());
        QCOMPARE(conditionsOf(m_source->asked.back()),
            QStringList({ "codec=G729", "ended_at>=2026-03-01T12:00:00.000000000Z",
                "ended_at<2026-03-01T13:00:00.000000000Z", "began_before_probe=0" }));
        QCOMPARE(*m_source->asked.back().from, from - longestCall);
        QVERIFY(m_window->past().figureNote().text().contains("first audio stream")); // what the list goes by
        edit("pastNumber").setText("+34*"); // another search
        m_window->past().search();
        QTRY_VERIFY(!m_window->past().isSearching());
        QVERIFY(m_window->past().figureNote().text().isEmpty());
    }

    // A figure is of all engines, whichever was searched before.
    void theCallsBehindAFigureAreOfEveryProbe()
    {
        SearchForm several;
        several.setProbes({ { ProbeId { 1 }, { "madrid", true } }, { ProbeId { 2 }, { "rome", true } } });
        several.searchAll(ProbeId { 2 });
        QCOMPARE(several.probe(), std::optional(ProbeId { 2 }));
        several.ask({ timestampFromNanoseconds(0), timestampFromNanoseconds(60'000'000'000) });
        QVERIFY(!several.probe());
    }

    void foldedConditionsAreSaid()
    {
        form().conditions().setState(
            QVariantList { QVariantMap { { "field", "holds" }, { "relation", "greater" }, { "value", "0" } } });
        bool said = false;
        for (const ElidedLabel* label : form().findChildren<ElidedLabel*>())
            said |= label->text() == "Times on hold > 0";
        QVERIFY(said);
        QCOMPARE(form().findChild<QToolButton*>("pastMore")->text().remove('&'), QString("More conditions (1)"));
    }

    void aSavedSearchKeepsEveryConditionAndItsInstant()
    {
        edit("pastCode").setText("5xx");
        edit("pastMaxDuration").setText("1:00");
        form().findChild<QComboBox*>("pastCodec")->setCurrentText("opus");
        ConditionRow& row = *form().conditions().add();
        row.setState({ { "field", "answered_at" }, { "relation", "less" }, { "value", "1772366400000000000" } });
        const QStringList kept = conditionsOf(form().query());
        QVERIFY2(kept.back().startsWith("answered_at<2026-03-01T12:00:00"), qPrintable(kept.back()));
        m_window->past().saved().save("slow");
        QVERIFY(m_window->setZone("Asia/Kathmandu"));
        QCOMPARE(conditionsOf(form().query()), kept); // the zone moves no instant
        QCOMPARE(row.findChild<QDateTimeEdit*>("conditionTime")->dateTime().time(), QTime(17, 45));
        form().setState({});
        QVERIFY(form().query().conditions.empty());
        m_window->past().saved().recall("slow");
        QTRY_VERIFY(!m_window->past().isSearching());
        QCOMPARE(conditionsOf(m_source->asked.back()), kept);
    }

    void aSearchThatAnotherVersionKeptIsNotWidened()
    {
        QVariantMap state = form().state();
        state["conditions"] =
            QVariantList { QVariantMap { { "field", "colour" }, { "relation", "is" }, { "value", "red" } } };
        emit m_window->past().saved().recalled(state);
        QVERIFY(m_source->asked.empty());
        QCOMPARE(problemsIn(form()).size(), 1);
        QVERIFY2(problemsIn(form()).front().contains("no such field"), qPrintable(problemsIn(form()).front()));
        QCOMPARE(form().conditions().state().front().toMap()["field"].toString(), QString("colour"));
    }

    void whatWasKeptBeforeThereWereConditionsIsStillRecalled()
    {
        form().setState({ { "number", "*0001" }, { "when", 2 }, { "outcome", 1 }, { "trust", -1 }, { "minMos", 0.9 },
            { "maxMos", 3.1 }, { "limit", 10'000 } });
        const CallQuery query = form().query();
        QCOMPARE(query.number, std::string("*0001"));
        QVERIFY(query.from && query.outcome == CallOutcome::Busy && !query.trust && !query.minMos);
        QCOMPARE(*query.maxMos, 3.1);
        QVERIFY(query.conditions.empty());
        QCOMPARE(query.limit, std::uint64_t(10'000));
        QVERIFY(problemsIn(form()).isEmpty());
    }

    void everyControlOfTheFormSaysWhatItIsAndIsReachedByTab()
    {
        form().showConditions(true);
        form().conditions().add();
        form().focusNumber();
        std::vector<QWidget*> reached;
        for (QWidget* at = QApplication::focusWidget(); form().isAncestorOf(at) && reached.size() < 60;
             at = QApplication::focusWidget()) {
            reached.push_back(at);
            QTest::keyClick(at, Qt::Key_Tab);
        }
        for (QWidget* widget : form().findChildren<QWidget*>())
            if (widget->isVisible() && widget->isEnabled() && (widget->focusPolicy() & Qt::TabFocus)
                && !widget->focusProxy())
                QVERIFY2(std::ranges::find(reached, widget) != reached.end(),
                    qPrintable(QString("%1 %2").arg(widget->metaObject()->className(), widget->objectName())));
        const auto before = [&](const char* first, const char* second) {
            const auto at = [&](const char* name) {
                return std::ranges::find(reached, QString(name), &QWidget::objectName) - reached.begin();
            };
            return at(first) < at(second) && at(second) < std::ssize(reached);
        };
        QVERIFY(before("pastNumber", "pastCodec") && before("pastCodec", "pastMinDuration")
            && before("pastMinDuration", "pastMaxDuration") && before("pastMore", "conditionField")
            && before("conditionField", "conditionText") && before("conditionRemove", "conditionAdd"));
    }

private:
    SearchForm& form() { return m_window->past().form(); }
    QLineEdit& edit(const QString& name) { return *form().findChild<QLineEdit*>(name); }

    QTemporaryDir m_settings;
    std::unique_ptr<AskedSource> m_source;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestSearchForm)
#include "tst_search_form.moc"
