// Every text of the console is found by Qt's lupdate, in the context where it is looked up, and nothing else is shown.
#include "console/models/shared_words.h"
#include "console/views/alarm_page.h"
#include "console/views/call_page.h"
#include "console/views/command_palette.h"
#include "console/views/elided_label.h"
#include "console/views/export_dialog.h"
#include "console/views/live_page.h"
#include "console/views/main_window.h"
#include "console/views/messages_panel.h"
#include "console/views/past_page.h"
#include "console/views/player_bar.h"
#include "console/views/search_form.h"
#include "console/views/service_page.h"
#include "demo_desk.h"
#include "demo_source.h"
#include "tests/console/own_settings.h"
#include "tests/test_folders.h"

#include <QAbstractButton>
#include <QComboBox>
#include <QDirIterator>
#include <QDockWidget>
#include <QGroupBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QProcess>
#include <QTabBar>
#include <QTableView>
#include <QTemporaryDir>
#include <QTranslator>
#include <QXmlStreamReader>
#include <QtTest>
#include <set>

using namespace callmon;

namespace {

// Puts what lupdate found into brackets, without what is put in for its %1, and remembers what it did not.
class Brackets : public QTranslator {
public:
    bool isEmpty() const override { return false; }
    QString translate(const char* context, const char* source, const char*, int) const override
    {
        if (context[0] == 'Q') // of Qt itself
            return {};
        const QString text = QString::fromUtf8(source);
        if (found.contains({ QString::fromLatin1(context), text }))
            return QStringLiteral("⟦") + QString(text).replace(QRegularExpression("(%L?\\d+)"), "⟧\\1⟦")
                + QStringLiteral("⟧");
        missed.insert(QLatin1String(context) + QStringLiteral(": ") + text);
        return {};
    }

    std::set<std::pair<QString, QString>> found;
    mutable std::set<QString> missed;
};

class Source : public DemoSource {
public:
    ProbeDesk* desk() override { return &m_desk; }

private:
    DemoDesk m_desk;
};

// What is left of a text without what stands in brackets.
QString outside(const QString& text)
{
    QString rest;
    int depth = 0;
    for (const QChar one : text) {
        depth += one == QChar(u'⟦');
        rest += depth == 0 ? one : QChar(u' ');
        depth -= one == QChar(u'⟧');
    }
    return rest;
}

// Numbers, names, what is called the same in every language, and sentences that an engine wrote.
bool isData(QString rest)
{
    static const QRegularExpression engine("The engine at");
    if (engine.match(rest).hasMatch())
        return true;
    static const QRegularExpression tags("<b>[^<]*</b>|<[^>]*>|&nbsp;"); // in bold: what is typed
    rest.remove(tags);
    static const QRegularExpression names(
        "anna(\\.weiss\\d*)?|\\b(UTC|PCMU|PCMA|G729|AMR|AMR-WB|EVS|GSM|iLBC|opus|speex|SIP|RTP|UDP|TCP|SRTP|INVITE|ACK|"
        "BYE|INFO|Alt|MOS|"
        "net_af_packet0|iface|eth1|default|board|north|south|other|nobody|told the "
        "carrier|disk-nearly-full|you)\\b|[a-z]+(_[a-z]+)+|"
        "reception\\.building\\S*|\\S+@\\S+|sip:\\S*|[0-9a-f]{4,}");
    rest.remove(names);
    static const QRegularExpression word("[A-Za-z]{3}");
    return !word.match(rest).hasMatch();
}

}

class TestTranslation : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        useSettingsIn(m_folder.path());
        QProcess qtpaths;
        qtpaths.start("qtpaths6", { "--query", "QT_HOST_BINS" });
        qtpaths.waitForFinished();
        if (!QFile::exists(QString::fromUtf8(qtpaths.readAll()).trimmed() + "/lupdate"))
            QSKIP("there is no lupdate (qt6-l10n-tools)");
        QProcess update;
        update.setProcessChannelMode(QProcess::MergedChannels);
        const QString file = m_folder.filePath("callmon_xx.ts");
        update.start("bash", { projectSource() + "/resources/translations/update.sh", file });
        QVERIFY(update.waitForFinished(120'000));
        QVERIFY2(update.exitCode() == 0, update.readAll());
        QFile texts(file);
        QVERIFY(texts.open(QIODevice::ReadOnly));
        QXmlStreamReader xml(&texts);
        QString context;
        while (!xml.atEnd()) {
            xml.readNext();
            if (xml.isStartElement() && xml.name() == QLatin1String("name"))
                context = xml.readElementText();
            else if (xml.isStartElement() && xml.name() == QLatin1String("source"))
                m_brackets.found.emplace(context, xml.readElementText());
        }
        QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
        QVERIFY2(m_brackets.found.size() > 1'500, qPrintable(QString::number(m_brackets.found.size())));
        QVERIFY(QCoreApplication::installTranslator(&m_brackets));
    }

    void init() { m_brackets.missed.clear(); }

    void theTablesThatEngineAndConsoleShareAreFound()
    {
        const auto isWhole = [](const QString& text) {
            return text.isEmpty() || (text.startsWith("⟦") && text.endsWith("⟧"));
        };
        for (const CounterMeaning& meaning : counterMeanings())
            QVERIFY2(isWhole(helpText(meaning)) && isWhole(adviceText(meaning)) && isWhole(groupText(meaning.group))
                    && (meaning.name.ends_with('*') || meaning.title.empty()
                        || isWhole(titleText(NamedCounter { std::string(meaning.name), 1, 0 }))),
                qPrintable(QString::fromStdString(std::string(meaning.name))));
        for (std::size_t kind = 0; kind < alarmKindTexts().size(); ++kind)
            QVERIFY(
                isWhole(titleText(static_cast<AlarmKind>(kind))) && isWhole(adviceText(static_cast<AlarmKind>(kind))));
        for (const ServiceMetric& metric : serviceMetrics())
            QVERIFY(isWhole(titleText(metric)));
        expectNothingMissed();
    }

    // What an engine says is worded where it knows of it: each place must be one that lupdate finds.
    void everySentenceOfAnEngineIsFound()
    {
        static const QRegularExpression marked("\\bTR\\(\\s*\"Engine\",\\s*((?:\"(?:[^\"\\\\]|\\\\.)*\"\\s*)+)\\)");
        static const QRegularExpression piece("\"((?:[^\"\\\\]|\\\\.)*)\"");
        static const QRegularExpression unmarked(
            "\\b(?:sentence|systemError)\\(\\s*+(?!TR\\(|kept_no_more::|create \\?|std::string_view)");
        int found = 0;
        for (const char* folder : { "/engine", "/shared" }) {
            QDirIterator files(projectSource() + folder, { "*.cpp", "*.h" }, QDir::Files, QDirIterator::Subdirectories);
            while (files.hasNext()) {
                QFile file(files.next());
                QVERIFY(file.open(QIODevice::ReadOnly));
                const QString code = QString::fromUtf8(file.readAll());
                if (!file.fileName().endsWith("shared/base/sentence.h")
                    && !file.fileName().endsWith("shared/base/result.h"))
                    QVERIFY2(!unmarked.match(code).hasMatch(),
                        qPrintable(file.fileName() + ": " + code.mid(unmarked.match(code).capturedStart(), 80)));
                for (auto each = marked.globalMatch(code); each.hasNext(); ++found) {
                    QString text;
                    const QString pieces = each.next().captured(1);
                    for (auto literal = piece.globalMatch(pieces); literal.hasNext();)
                        text += literal.next().captured(1).replace("\\\"", "\"");
                    QVERIFY2(m_brackets.found.contains({ "Engine", text }), qPrintable(text));
                }
            }
        }
        QVERIFY2(found > 120, qPrintable(QString::number(found)));
    }

    void nothingElseIsShownOnAnyPage()
    {
        Source source;
        MainWindow window(source, ThemeName::Light);
        window.resize(2560, 1440);
        window.show();
        source.connectNow(60);
        source.openAlarms(source.alarmsOf(12));
        QTRY_COMPARE(window.live().model().rowCount(), 60);
        look("live", window);
        window.showPast();
        look("past, before", window);
        window.past().form().showConditions(true);
        window.past().search();
        QTRY_VERIFY(!window.past().isSearching());
        look("past", window);
        window.past().form().setNumber("nobody");
        window.past().search();
        QTRY_VERIFY(!window.past().isSearching());
        look("past, nothing", window);
        window.showAlarms();
        look("alarms", window);
        window.alarms().showPast(true);
        QTRY_COMPARE(window.alarms().past().rowCount(), 60);
        look("alarms of the past", window);
        window.showService();
        QTest::qWait(300);
        look("service", window);
        window.showProbe();
        source.sendStatus(source.status(52'000));
        QTest::qWait(100);
        look("probe", window);
        CallPage* page = window.openCall(source.record(0).key);
        QTRY_VERIFY(page->hasSeries() && page->messages().ladder().count() > 0 && page->player().hasAudio());
        look("call", window);
        page->showStreams();
        look("call, streams", window);
        page->showMosBreakdown();
        look("call, MOS", window);
        page->showNotes();
        look("call, notes", window);
        source.qualityGone = sentence(kept_no_more::quality, "2025-11-29", source.now());
        source.messagesGone =
            sentence("the disk of %1 does not answer: see whether it is there (mount, dmesg), then ask again", "/1");
        source.mediaGone =
            sentence("The recording of stream %1 is incomplete: %2.", 0, sentence(kept_no_more::media, source.now()));
        page = window.openCall(source.record(1).key);
        QTRY_VERIFY2(
            page->said().contains("⟦the disk of ⟧/1⟦ does not answer") && page->said().contains("⟦the quality"),
            qPrintable(page->said()));
        page->showMessages();
        look("call, of which little is kept", window);
        for (const Command& command : window.commands())
            check("commands", command.name);
        source.loseConnection();
        QTest::qWait(50);
        window.showLive();
        look("live, not connected", window);
        report();
        expectNothingMissed();
    }

private:
    void check(const QString& where, const QString& text)
    {
        if (!isData(outside(text)))
            m_bare.insert(where + ": " + text);
    }
    void lookAt(const QString& where, const QMenu& menu)
    {
        for (const QAction* action : menu.actions()) {
            check(where, action->text());
            if (action->menu())
                lookAt(where, *action->menu());
        }
    }
    void look(const QString& where, const QMainWindow& window)
    {
        for (const QAction* action : window.menuBar()->actions())
            if (action->menu())
                lookAt("menu", *action->menu());
        for (const QWidget* widget : window.findChildren<QWidget*>()) {
            if (!widget->isVisible() || qobject_cast<QDockWidget*>(widget->parent())) // whose buttons are Qt's
                continue;
            check(where, widget->toolTip());
            check(where, widget->accessibleName());
            if (const auto* label = qobject_cast<const QLabel*>(widget))
                check(where, label->text());
            else if (const auto* elided = qobject_cast<const ElidedLabel*>(widget))
                check(where, elided->text());
            else if (const auto* button = qobject_cast<const QAbstractButton*>(widget))
                check(where, button->text());
            else if (const auto* edit = qobject_cast<const QLineEdit*>(widget))
                check(where, edit->placeholderText());
            else if (const auto* group = qobject_cast<const QGroupBox*>(widget))
                check(where, group->title());
            else if (const auto* dock = qobject_cast<const QDockWidget*>(widget))
                check(where, dock->windowTitle());
            else if (const auto* box = qobject_cast<const QComboBox*>(widget))
                for (int item = 0; item < box->count(); ++item)
                    check(where, box->itemText(item));
            else if (const auto* tabs = qobject_cast<const QTabBar*>(widget))
                for (int tab = 0; tab < tabs->count(); ++tab)
                    check(where, tabs->tabText(tab));
            else if (const auto* table = qobject_cast<const QTableView*>(widget)) {
                const QAbstractItemModel& model = *table->model();
                for (int column = 0; column < model.columnCount(); ++column) {
                    check(where, model.headerData(column, Qt::Horizontal).toString());
                    for (int row = 0; row < std::min(model.rowCount(), 40); ++row)
                        check(where, model.index(row, column).data().toString());
                }
            }
        }
    }
    void report()
    {
        for (const QString& text : m_bare)
            qWarning().noquote() << text;
        QCOMPARE(std::exchange(m_bare, {}).size(), std::size_t(0));
    }
    void expectNothingMissed()
    {
        for (const QString& text : m_brackets.missed)
            qWarning().noquote() << text;
        QCOMPARE(m_brackets.missed.size(), std::size_t(0));
    }

    QTemporaryDir m_folder;
    Brackets m_brackets;
    std::set<QString> m_bare;
};

QTEST_MAIN(TestTranslation)
#include "tst_translation.moc"
