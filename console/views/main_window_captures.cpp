// Capture files in the window: dropped on it or chosen, read by whoever listens to capturesWanted(), and shown.
#include "console/views/main_window.h"
#include "console/views/past_page.h"
#include "console/views/progress_line.h"

#include <QAction>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QMessageBox>
#include <QMimeData>

namespace callmon {

namespace {

// Whether it is a capture is for the engine to say, which knows its first bytes.
QStringList filesOf(const QMimeData& data)
{
    QStringList files;
    for (const QUrl& url : data.urls())
        if (url.isLocalFile() && QFileInfo(url.toLocalFile()).isFile())
            files << url.toLocalFile();
    return files;
}

}

void MainWindow::buildCaptureMenu(QMenu& menu)
{
    setAcceptDrops(true);
    m_openCapture = menu.addAction(tr("&Open a capture…"));
    m_openCapture->setShortcut(Qt::CTRL | Qt::Key_O);
    m_openCapture->setToolTip(tr("Find and judge the calls of capture files: they can also be dropped on the window"));
    connect(m_openCapture, &QAction::triggered, this, &MainWindow::askForCapture);
    m_closeCaptures = menu.addAction(tr("&Close the captures"));
    m_closeCaptures->setEnabled(false);
    connect(m_closeCaptures, &QAction::triggered, this, [this] {
        m_closeCaptures->setEnabled(false);
        m_captureRead.clear();
        emit capturesUnwanted();
    });
    m_closeCaptures->setToolTip(tr("Take the captures off the list of probes, and remove what was stored of them"));
    connect(m_reading, &ProgressLine::cancelled, this, &MainWindow::capturesCancelled);
    connect(&m_source, &CallSource::probesChanged, this, &MainWindow::searchCapture);
}

void MainWindow::askForCapture()
{
    const QStringList files = QFileDialog::getOpenFileNames(this, tr("Open captures; several are read in this order"),
        {}, tr("Captures (*.pcap *.pcapng *.cap *.pcap.gz *.pcapng.gz *.pcap[0-9]*);;All files (*)"));
    if (!files.isEmpty())
        emit capturesWanted(files);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (!filesOf(*event->mimeData()).isEmpty())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event)
{
    QStringList files = filesOf(*event->mimeData());
    files.sort(); // a file manager gives them in the order they were clicked; captures in parts count up
    if (files.isEmpty())
        return;
    event->acceptProposedAction();
    emit capturesWanted(files);
}

void MainWindow::showCapturesReading(const QStringList& titles)
{
    if (titles.isEmpty())
        return m_reading->end();
    m_closeCaptures->setEnabled(true);
    const QString doing = tr("Reading %1…").arg(titles.join(QStringLiteral(", ")));
    if (!m_reading->isRunning() || m_reading->doing() != doing)
        m_reading->begin(doing);
}

void MainWindow::showCaptureProgress(double done)
{
    m_reading->setDone(done);
}

void MainWindow::showCaptureRead(const QString& probe)
{
    m_captureRead = probe;
    searchCapture();
}

void MainWindow::searchCapture()
{
    if (m_captureRead.isEmpty())
        return;
    for (const CallSource::Probe& probe : m_source.probes())
        if (probe.name == m_captureRead && probe.state == CallSource::State::Connected) {
            m_captureRead.clear();
            showPast();
            m_past->searchAll(probe.id);
            return;
        }
}

void MainWindow::showCaptureComplaint(const QString& title, const QString& message, bool partIsRead)
{
    auto* box = new QMessageBox(QMessageBox::Warning, tr("Capture"),
        partIsRead ? tr("Not all of %1 could be read. The calls of the part that could be are listed.").arg(title)
                   : tr("%1 could not be read.").arg(title),
        QMessageBox::Ok, this);
    box->setObjectName(QStringLiteral("captureComplaint"));
    box->setInformativeText(message);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
}

}
