// The keys, and what this program is.
#include "console/views/desk_menu.h"
#include "console/views/main_window.h"

#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QMessageBox>
#include <QTextBrowser>
#include <QVBoxLayout>
#include <algorithm>

namespace callmon {

// Scrolled where the font is large or the screen low.
void MainWindow::showShortcuts()
{
    QDialog dialog(this);
    dialog.setWindowTitle(tr("Keyboard"));
    auto* text = new QTextBrowser(&dialog);
    text->setAccessibleName(tr("Keyboard"));
    text->setFrameShape(QFrame::NoFrame);
    text->setHtml(
        tr("<table cellspacing=4><tr><td><b>Ctrl+1, 2, 3, 4, 5</b></td><td>live calls, past calls, alarms, "
           "service "
           "metrics, probe health</td></tr>"
           "<tr><td><b>F1, Shift+F1</b></td><td>the guide, at the page that is open; these keys</td></tr>"
           "<tr><td><b>Ctrl+Shift+P</b></td><td>every command by name</td></tr>"
           "<tr><td><b>Ctrl+F</b> or <b>/</b></td><td>filter the live calls; on a call's page find in its messages, F3 "
           "goes on</td></tr>"
           "<tr><td><b>Ctrl+Space</b></td><td>in the filter: what can be typed; Tab takes the first</td></tr>"
           "<tr><td><b>Alt+B, O, N, K, G, L</b></td><td>quick filters of the live calls</td></tr>"
           "<tr><td><b>Ctrl+L</b></td><td>search a number, Call-ID or address</td></tr>"
           "<tr><td><b>Enter</b></td><td>open the call</td></tr><tr><td><b>Esc</b></td><td>back</td></tr>"
           "<tr><td><b>Space</b></td><td>play, pause</td></tr>"
           "<tr><td><b>Alt+← →, Ctrl+↑ ↓</b></td><td>on a call's page: 5 s back or forward, louder, softer; in "
           "the waveform the arrows alone</td></tr>"
           "<tr><td><b>Ctrl+Shift+R</b></td><td>on a call's page: repeat a passage: from here, to here, no "
           "more</td></tr>"
           "<tr><td><b>← →</b></td><td>in a waveform: seek 5 s, with Shift 30 s; in a timeline: move the cursor, with "
           "Ctrl from message to message, with Shift pan; in a plot: read the values one after the other</td></tr>"
           "<tr><td><b>+ − Home</b></td><td>in a timeline: zoom, show all of the call</td></tr>"
           "<tr><td><b>Enter</b></td><td>in a timeline: listen from the cursor</td></tr>"
           "<tr><td><b>Ctrl+P</b></td><td>in a timeline or a plot: save it as PNG or SVG</td></tr>"
           "<tr><td><b>F6</b></td><td>on a call's page: timeline and tabs, or one of them alone</td></tr>"
           "<tr><td><b>F5</b></td><td>fetch the call again, with its sound if that was "
           "loaded; fetch the service metrics again</td></tr><tr><td><b>Ctrl+W</b></td><td>close the call</td></tr>"
           "<tr><td><b>Ctrl+H</b></td><td>hold the live list</td></tr>"
           "<tr><td><b>Ctrl+S</b></td><td>sort the list by a column; once more by the same one turns it round</td></tr>"
           "<tr><td><b>Ctrl+K, Ctrl+J</b></td><td>acknowledge, shelve the chosen alarms</td></tr>"
           "<tr><td><b>Ctrl+R</b></td><td>alarm rules</td></tr>"
           "<tr><td><b>Ctrl+E</b></td><td>export the list, or the table of the page, as CSV</td></tr>"
           "<tr><td><b>Ctrl+C</b></td><td>copy the selected rows</td></tr>"
           "<tr><td><b>Ctrl+T</b></td><td>light or dark theme</td></tr></table>"));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, &dialog);
    connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
    auto* layout = new QVBoxLayout(&dialog);
    layout->addWidget(text, 1);
    layout->addWidget(buttons);
    const int width = std::min(64 * fontMetrics().averageCharWidth() * 2, this->width() * 9 / 10);
    text->document()->setTextWidth(width - 40);
    const int whole = static_cast<int>(text->document()->size().height()) + buttons->sizeHint().height() + 40;
    dialog.resize(width, std::min(whole, height() * 9 / 10));
    dialog.exec();
}

void MainWindow::showAbout()
{
    QMessageBox::about(this, tr("About"),
        tr("<b>VoIPCallMon %1</b><br>Monitors VoIP calls: who calls whom, how it sounds, and the sound itself."
           "<br>GPL-3.0-or-later")
            .arg(QCoreApplication::applicationVersion()));
}

}
