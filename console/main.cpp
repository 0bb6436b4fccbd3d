// callmon-console: shows the calls that an engine sees.
#include "console/end_signals.h"
#include "console/smoke_run.h"
#include "console/source/capture_probes.h"
#include "console/source/link_source.h"
#include "console/source/probe_group.h"
#include "console/views/main_window.h"
#include "shared/remote/transport.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QFileInfo>
#include <QFontDatabase>
#include <QLibraryInfo>
#include <QLocale>
#include <QSettings>
#include <QTranslator>
#include <algorithm>
#include <cstdio>
#include <string_view>

using namespace callmon;

namespace {

constexpr int failed = 1;
constexpr int usage = 2;

int complain(int exitCode, const QString& message)
{
    std::fprintf(stderr, "callmon-console: %s\n", qPrintable(message));
    return exitCode;
}

void useLanguage(QApplication& application, const QString& language)
{
    const QLocale locale = language.isEmpty() ? QLocale::system() : QLocale(language);
    QLocale::setDefault(locale.language() == QLocale::C ? QLocale(QLocale::English) : locale);
    for (const QString& file : { QStringLiteral("qtbase"), QStringLiteral("callmon") }) {
        auto* translator = new QTranslator(&application);
        const QString folder = file == QLatin1String("callmon") ? QStringLiteral(":/translations")
                                                                : QLibraryInfo::path(QLibraryInfo::TranslationsPath);
        if (translator->load(QLocale(), file, QStringLiteral("_"), folder))
            QApplication::installTranslator(translator);
    }
}

// Qt would abort where there is nothing to draw on. Help and version are for a terminal alone, too.
bool prepareDisplay(int argc, char** argv)
{
    const auto asksOnly = [](std::string_view argument) {
        return argument == "-h" || argument == "--help" || argument == "-v" || argument == "--version";
    };
    if (std::any_of(argv + 1, argv + argc, asksOnly))
        return qputenv("QT_QPA_PLATFORM", "offscreen");
    const bool given = std::any_of(argv + 1, argv + argc,
        [](std::string_view argument) { return argument == "-platform" || argument == "-display"; });
    return given || !qEnvironmentVariableIsEmpty("DISPLAY") || !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY")
        || !qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM");
}

// "madrid=tls://probe7.example.com", or an address alone
std::vector<ProbeAddress> probesOf(const QStringList& texts)
{
    std::vector<ProbeAddress> probes;
    for (const QString& text : texts) {
        const qsizetype equals = text.indexOf(QLatin1Char('='));
        const bool named = equals > 0 && !text.left(equals).contains(QLatin1Char(':'))
            && !text.left(equals).contains(QLatin1Char('/'));
        const QString address = named ? text.mid(equals + 1) : text;
        probes.push_back({ named ? text.left(equals) : nameForAddress(address, probes), address, true, false });
    }
    return probes;
}

}

int main(int argc, char** argv)
{
    if (!prepareDisplay(argc, argv))
        return complain(failed,
            QStringLiteral("there is no display here (DISPLAY and WAYLAND_DISPLAY are not set): start it on a desktop, "
                           "or use callmonctl live"));
    QApplication application(argc, argv);
    QApplication::setOrganizationName(QStringLiteral("VoIPCallMon"));
    QApplication::setApplicationName(QStringLiteral("callmon-console"));
    QApplication::setApplicationVersion(QStringLiteral(CALLMON_VERSION));

    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral("Shows the calls that a callmon-engine sees: live and past, their "
                                                    "quality over time and their sound."));
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption engine(QStringLiteral("engine"),
        QStringLiteral(
            "Where an engine listens: local:/path/engine.sock or tls://host, with NAME= before it how it is "
            "called; may be given several times (default: the list made under Probe, Probes…, else the usual places)."),
        QStringLiteral("URL"));
    const QCommandLineOption themeOption(
        QStringLiteral("theme"), QStringLiteral("light or dark (default: as last time)."), QStringLiteral("NAME"));
    const QCommandLineOption language(QStringLiteral("language"),
        QStringLiteral("Such as en or de (default: the system's)."), QStringLiteral("CODE"));
    const QCommandLineOption smoke(QStringLiteral("smoke"),
        QStringLiteral("Walk through all pages by itself, leave a PNG of each and the CSV exports in DIR, and exit: 0, "
                       "or 1 with the step that failed."),
        QStringLiteral("DIR"));
    const QCommandLineOption size(
        QStringLiteral("size"), QStringLiteral("Size of the window, such as 1280x720."), QStringLiteral("WxH"));
    parser.addPositionalArgument(QStringLiteral("CAPTURE"),
        QStringLiteral("Capture files to look at, without a running engine (with --engine: beside it)."),
        QStringLiteral("[CAPTURE...]"));
    parser.addOptions({ engine, themeOption, language, smoke, size });
    if (!parser.parse(QApplication::arguments()))
        return complain(usage, parser.errorText());
    if (parser.isSet(QStringLiteral("help")))
        parser.showHelp();
    if (parser.isSet(QStringLiteral("version")))
        parser.showVersion();
    const QStringList captures = parser.positionalArguments();
    for (const QString& file : captures)
        if (!QFileInfo(file).isReadable())
            return complain(usage, QStringLiteral("there is no capture \"%1\" that can be read").arg(file));

    if (QFontDatabase::families().isEmpty())
        return complain(failed,
            QStringLiteral("no font is installed, every text would be boxes: apt-get install fonts-dejavu-core"));
    useLanguage(application, parser.value(language));

    // A walk leaves the user's settings alone and does not depend on them.
    if (parser.isSet(smoke))
        QApplication::setApplicationName(QStringLiteral("callmon-console-smoke"));
    const QString themeText =
        parser.isSet(themeOption) ? parser.value(themeOption) : QSettings().value(QStringLiteral("theme")).toString();
    if (parser.isSet(themeOption) && themeText != QLatin1String("light") && themeText != QLatin1String("dark"))
        return complain(usage, QStringLiteral("--theme is light or dark, not \"%1\"").arg(themeText));

    std::vector<ProbeAddress> probes;
    if (parser.isSet(engine))
        probes = probesOf(parser.values(engine));
    else if (captures.isEmpty())
        probes = storedProbes();
    if (probes.empty() && captures.isEmpty())
        probes.push_back(
            { nameForAddress(defaultEngineUrl().toString(), {}), defaultEngineUrl().toString(), true, false });
    if (const QString complaint = complaintAbout(probes); !complaint.isEmpty())
        return complain(usage, complaint);
    ProbeGroup source([](const QString& address) {
        auto link = std::make_unique<LinkSource>();
        const auto parsed = parseRemoteUrl(address);
        link->open(parsed ? urlOf(parsed.value()) : QUrl(address)); // a bad one says what is wrong with it
        return link;
    });
    CaptureProbes captureProbes(source);
    MainWindow window(source, themeNamed(themeText));
    QObject::connect(&window, &MainWindow::capturesWanted, &captureProbes, &CaptureProbes::open);
    QObject::connect(&window, &MainWindow::capturesUnwanted, &captureProbes, &CaptureProbes::closeAll);
    QObject::connect(&window, &MainWindow::capturesCancelled, &captureProbes, &CaptureProbes::stopReading);
    QObject::connect(&captureProbes, &CaptureProbes::reading, &window, &MainWindow::showCapturesReading);
    QObject::connect(&captureProbes, &CaptureProbes::progressed, &window, &MainWindow::showCaptureProgress);
    QObject::connect(&captureProbes, &CaptureProbes::read, &window, &MainWindow::showCaptureRead);
    QObject::connect(&captureProbes, &CaptureProbes::complained, &window, &MainWindow::showCaptureComplaint);
    if (!parser.isSet(smoke))
        window.restore();
    if (parser.isSet(size)) {
        const QStringList sides = parser.value(size).split(QLatin1Char('x'));
        const QSize wanted(sides.value(0).toInt(), sides.value(1).toInt());
        if (sides.size() != 2 || wanted.width() < 320 || wanted.height() < 200)
            return complain(usage, QStringLiteral("--size is WIDTHxHEIGHT of at least 320x200"));
        window.resize(wanted);
    }
    window.setProbeRegistry(&source);
    window.show();
    source.setAddresses(probes);
    captureProbes.open(captures);
    const EndSignals endSignals;
    QObject::connect(&endSignals, &EndSignals::wanted, &window, &MainWindow::endUnasked);

    if (!parser.isSet(smoke))
        return QApplication::exec();
    SmokeRun run(window, parser.value(smoke));
    QObject::connect(&run, &SmokeRun::ended, &application, &QCoreApplication::exit, Qt::QueuedConnection);
    QTimer::singleShot(0, &run, &SmokeRun::start);
    return QApplication::exec();
}
