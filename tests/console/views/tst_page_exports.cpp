// The tables of pages that are no lists of calls as CSV, and plots as pictures.
#include "console/plots/plot_picture.h"
#include "console/plots/time_series_plot.h"
#include "console/views/call_notes_panel.h"
#include "console/views/call_page.h"
#include "console/views/export_dialog.h"
#include "console/views/main_window.h"
#include "console/views/past_page.h"
#include "console/views/plot_export.h"
#include "console/views/probe_page.h"
#include "console/views/progress_line.h"
#include "console/views/service_page.h"
#include "demo_desk.h"
#include "demo_source.h"
#include "shown_window.h"
#include "tests/console/own_settings.h"

#include <QAction>
#include <QCheckBox>
#include <QDir>
#include <QFileInfo>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QXmlStreamReader>
#include <QtTest>
#include <set>

using namespace callmon;

namespace {

class Source : public DemoSource {
public:
    ProbeDesk* desk() override { return &m_desk; }
    DemoDesk m_desk;
};

}

class TestPageExports : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { useSettingsIn(m_folder.path()); }

    void init() { QVERIFY(test::openWindow(m_source, m_window)); }
    void cleanup()
    {
        m_window.reset();
        m_source.reset();
    }

    void theGroupsOfTheServicePageAsCallmonctlPrintsThem()
    {
        m_window->service().setGrouping(ServiceGrouping::Trunk);
        m_window->showService();
        QTRY_COMPARE(m_window->service().groups().rowCount(), 3);
        const QStringList lines = exported("service.csv");
        QCOMPARE(lines.size(), 4);
        QStringList names;
        for (const char* name : serviceRowFieldNames())
            names << name;
        QCOMPARE(lines[0], names.join(','));
        const std::vector<std::vector<FieldValue>> rows = m_window->service().report();
        for (std::size_t row = 0; row < rows.size(); ++row) {
            QStringList fields;
            for (const FieldValue& field : rows[row])
                fields << QString::fromStdString(field.text);
            QCOMPARE(lines[static_cast<int>(row) + 1], fields.join(','));
        }
        QVERIFY(lines[1].contains("north"));
        QCOMPARE(m_source->m_desk.exports, QStringList { "service as csv, as shown" });
    }

    void theStreamsOfACallAsCallmonctlPrintsThem()
    {
        CallPage* page = m_window->openCall(m_source->record(0).key);
        QTRY_VERIFY(page->hasFigures() && page->hasSeries());
        page->showStreams();
        const QStringList lines = exported("streams.csv");
        QCOMPARE(lines.size(), 3);
        QVERIFY(lines[0].startsWith("call_key,") || lines[0].contains("ssrc"));
        QVERIFY2(lines[1].contains("PCMU") && lines[2].contains("PCMU"), qPrintable(lines[1]));
    }

    void theMessagesAndTheNotesOfACallFromTheirTabs()
    {
        CallNotes& kept = m_source->m_desk.kept;
        kept.notes.push_back({ m_source->m_desk.now, "ada", "Hum, from second 3 on" });
        CallPage* page = m_window->openCall(m_source->record(0).key);
        QTRY_VERIFY(!page->details().messages().empty());
        page->showMessages();
        const QStringList messages = exported("messages.csv");
        QCOMPARE(messages.size(), static_cast<int>(page->details().messages().size()) + 1);
        QCOMPARE(messages[0],
            QString("at,uncertainty_us,source,destination,signalling,transport,first_line,bytes,repeated"));
        QVERIFY2(messages[1].contains("INVITE sip:"), qPrintable(messages[1]));
        page->showNotes();
        QTRY_COMPARE(page->report().rows.size(), 1U);
        const QStringList notes = exported("notes.csv");
        QCOMPARE(notes.size(), 2);
        QVERIFY2(notes[1].endsWith(",ada,note,\"Hum, from second 3 on\""), qPrintable(notes[1]));
    }

    void whatIsEmptyIsNotOfferedForExport()
    {
        QAction* action = nullptr;
        for (QAction* one : m_window->findChildren<QAction*>())
            if (one->shortcut() == QKeySequence(Qt::CTRL | Qt::Key_E))
                action = one;
        QVERIFY(action);
        m_window->showLive();
        QTRY_VERIFY(action->isEnabled()); // five calls are on
        m_window->showPast();
        QVERIFY(!action->isEnabled());
        QVERIFY2(action->toolTip().contains("empty"), qPrintable(action->toolTip()));
        m_window->past().search();
        QTRY_VERIFY(action->isEnabled());
    }

    void theCountersOfAProbeWithTheirNames()
    {
        m_window->showProbe();
        m_source->sendStatus(m_source->status(52'000));
        QTRY_VERIFY(m_window->probe().counters().rowCount() > 0);
        const QStringList lines = exported("counters.csv");
        QCOMPARE(lines[0], QString("counter,total,per_second"));
        QVERIFY2(lines.contains("ring_full_dropped,1204,3"), qPrintable(lines.join('\n')));
        QVERIFY2(lines.contains("poll_gap_longest_us,4120,"), qPrintable(lines.join('\n'))); // has no rate
    }

    void aPlotIsSavedAsPngAndAsSvg()
    {
        m_window->showService();
        QTRY_VERIFY(!m_window->service().isLoading());
        PlotExport& pictures = m_window->service().pictures();
        const QSize size = m_window->service().plot().size();
        QSignalSpy ended(&pictures, &PlotExport::ended);
        pictures.save(path("plot.png"));
        QVERIFY(pictures.line().isRunning());
        QTRY_COMPARE(ended.size(), 1);
        QVERIFY2(ended[0][0].toBool(), qPrintable(pictures.said()));
        const QImage picture(path("plot.png"));
        QCOMPARE(picture.size(), 2 * size);
        std::set<QRgb> colours;
        for (int y = 0; y < picture.height(); y += 3)
            for (int x = 0; x < picture.width(); x += 3)
                colours.insert(picture.pixel(x, y));
        QVERIFY(colours.size() > 8);
        pictures.save(path("plot.svg"));
        QTRY_COMPARE(ended.size(), 2);
        QFile file(path("plot.svg"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QXmlStreamReader xml(&file);
        QStringList texts;
        int paths = 0;
        while (!xml.atEnd()) {
            xml.readNext();
            if (xml.isCharacters())
                texts << xml.text().toString();
            paths += xml.isStartElement()
                && (xml.name() == QLatin1String("path") || xml.name() == QLatin1String("polyline"));
        }
        QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
        QVERIFY2(texts.filter("ASR and NER").size() == 1, qPrintable(texts.join('|')));
        QVERIFY(paths > 10);
        pictures.save("/nowhere/at/all.png");
        QTRY_COMPARE(ended.size(), 3);
        QVERIFY2(pictures.said().contains("is there such a folder?"), qPrintable(pictures.said()));
        pictures.save(path("plot.gif"));
        QCOMPARE(ended.size(), 4);
        QVERIFY2(pictures.said().contains(".png or .svg"), qPrintable(pictures.said()));
        QCOMPARE(QDir(m_folder.path()).entryList({ "plot*" }, QDir::Files), (QStringList { "plot.png", "plot.svg" }));
    }

    void everyPlotOffersItByMenuAndKey()
    {
        const QList<TimeSeriesPlot*> plots = m_window->findChildren<TimeSeriesPlot*>();
        QCOMPARE(plots.size(), 3); // calls over time, service, probe
        for (const TimeSeriesPlot* plot : plots) {
            QCOMPARE(plot->actions().size(), 1);
            QCOMPARE(plot->actions().front()->shortcut(), QKeySequence(Qt::CTRL | Qt::Key_P));
            QCOMPARE(plot->contextMenuPolicy(), Qt::ActionsContextMenu);
        }
    }

private:
    QString path(const QString& name) const { return m_folder.filePath(name); }
    QStringList exported(const QString& name)
    {
        m_window->activateWindow(); // no window manager gives it back from a dialog
        [&] { QVERIFY(QTest::qWaitForWindowActive(m_window.get())); }();
        QTest::keyClick(m_window.get(), Qt::Key_E, Qt::ControlModifier);
        auto* dialog = m_window->findChild<ExportDialog*>();
        if (!dialog)
            return {};
        dialog->path().setText(path(name));
        dialog->writeButton().click();
        [&] {
            QTRY_VERIFY2(dialog->result().contains("written to"), qPrintable(dialog->result() + dialog->message()));
        }();
        dialog->reject();
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        QFile file(path(name));
        if (!file.open(QIODevice::ReadOnly))
            return {};
        return QString::fromUtf8(file.readAll()).split("\r\n", Qt::SkipEmptyParts);
    }

    QTemporaryDir m_folder;
    std::unique_ptr<Source> m_source;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestPageExports)
#include "tst_page_exports.moc"
