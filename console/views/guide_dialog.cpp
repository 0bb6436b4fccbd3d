#include "console/views/guide_dialog.h"

#include "console/models/filter_words.h"

#include <QDialogButtonBox>
#include <QEvent>
#include <QImage>
#include <QTextBrowser>
#include <QVBoxLayout>

namespace callmon {

namespace {

constexpr int margin = 14;

QString picture(const char* page)
{
    return QStringLiteral("<p><img src=\"picture:%1\"></p>").arg(QLatin1String(page));
}

// All that the completion offers, so that nothing the filter knows is missing here.
QString filterWords()
{
    const QStringList any(QStringLiteral("?")); // fields that are offered where there are several of them
    QString rows;
    for (const FilterSuggestion& field : suggestionsFor({}, { {}, {}, any, any }))
        rows += QStringLiteral("<tr><td><code>%1</code>&nbsp;&nbsp;</td><td>%2</td></tr>")
                    .arg(field.word.toHtmlEscaped(), field.what.toHtmlEscaped());
    return GuideDialog::tr(
               "<h4><a name=\"filter\">The words of the filter</a></h4>"
               "<p>A word by itself is looked for in caller, callee, Call-ID, state and codec; a phrase with spaces "
               "stands in quotes. All words must fit; a minus before one says that it must not: <code>-to:+34*</code>, "
               "<code>-loss&gt;2</code>. Figures are compared by <code>&lt;</code> <code>&lt;=</code> "
               "<code>&gt;</code> <code>&gt;=</code> <code>=</code>, and a call whose figure nobody knows fits none of "
               "them.</p>")
        + QStringLiteral("<table>%1</table>").arg(rows)
        + GuideDialog::tr(
            "<p>A colon finds part of a text, with * all of it; <code>=</code> in its place, as in "
            "<code>from=</code>, <code>to=</code>, <code>id=</code>, <code>codec=</code>, <code>code=</code>, "
            "<code>trunk=</code>, <code>probe=</code>, is this text and no more, * being a character like others. "
            "Hyphens, dots and brackets in a telephone number say nothing: <code>from:555-0123</code> finds 5550123. "
            "<code>is:one-way</code> and <code>is:no-media</code> are calls that were answered more than five seconds "
            "ago and of which one party, or neither, has sent anything.</p>");
}

QString guide()
{
    return GuideDialog::tr(
               "<h2>VoIPCallMon console</h2>"
               "<p><a href=\"#live\">Live calls</a> · <a href=\"#past\">Past calls</a> · <a href=\"#call\">A call's "
               "page</a> · "
               "<a href=\"#alarms\">Alarms</a> · <a href=\"#records\">Records</a> · <a href=\"#service\">Service</a> · "
               "<a href=\"#probe\">Probes</a> · "
               "<a href=\"#keys\">Keyboard</a></p>")
        + GuideDialog::tr(
            "<h3><a name=\"live\">Live calls</a></h3>"
            "<p>The big numbers tell how things are: press one to see what is behind it, live calls, the past calls "
            "of its five minutes, or the probe. ASR, NER and ACD are "
            "of the last five minutes, new calls a second of the last one. A dash is a figure that nobody knows, "
            "never a "
            "zero.</p>"
            "<p>Type into the filter what you look for; every word must fit: <code>+3491 ringing</code>, "
            "<code>mos&lt;3.5 codec:g729 from:+34*</code>, <code>loss&gt;2</code>, <code>trunk:north</code>, "
            "<code>probe:madrid</code>. All words that it knows stand <a href=\"#filter\">below</a>. Ctrl+H holds the "
            "list still. While you type, what the word can become is offered: Tab takes the first, Down and Enter "
            "another, Esc none; Ctrl+Space lists all there is. The buttons below are the filters wanted most "
            "(Alt+B: bad MOS, and so on); they put their word into the filter, or take it out. Columns are chosen "
            "with the button above the list, moved and sized with the mouse, and "
            "kept. A click on a title sorts by it, and so does Ctrl+S, in every list.</p>"
            "<p>View, Calls over time shows calls at once and new calls a second of the last hours, as the probes "
            "kept them.</p>"
            "<p>MOS and its sign: ▲ from 4.0, ■ from 3.1, ▼ below. Trust says what the probe itself missed while the "
            "call was "
            "on: a lossy call's figures are the probe's fault until proven otherwise.</p>")
        + picture("live") + filterWords()
        + GuideDialog::tr(
            "<h3><a name=\"past\">Past calls</a></h3>"
            "<p>The box at the top right (Ctrl+L) takes a number or a part of it with * (<code>*1234</code>), a "
            "Call-ID, or the IP "
            "address of either party. The form below it narrows by time, outcome, MOS, codec, final code (486, 4xx or "
            "400-499), duration (90, 1:30 or 2 min), who ended the call, and trust. “1,000 of 48,213” means that "
            "there are more: narrow the search or raise “at most”.</p>"
            "<p>More conditions (Alt+D) adds rows on any other field: choose the field, how it is compared, and a "
            "value; * stands for any characters of a text. All rows must hold. A saved search keeps them, and the "
            "line above the list says what was asked.</p>"
            "<p>In the number field, <code>tag:bad-line</code> finds calls with that tag.</p>"
            "<p>Ctrl+E exports a list as shown: its rows, columns and order, or all past calls that match; on the "
            "other pages their table, on a call's page that of the tab in front. The dialogs under Records and the "
            "alarm rules have a button for it. Separator, "
            "decimal sign and the zone of times are asked. Each engine whose rows are written notes it in its audit "
            "log, and refuses it to viewers.</p>")
        + picture("past")
        + GuideDialog::tr(
            "<h3><a name=\"call\">A call's page</a></h3>"
            "<p>Above, one time axis for messages, sound, MOS, loss and jitter. Click or use the arrows to set the "
            "cursor, Enter listens from there, + and − zoom, Home shows all. Hatched seconds are those in which the "
            "probe lost frames: they have no MOS and no loss. Below: messages, streams with their figures, where MOS "
            "points were lost, and notes. F6 gives all the room to either half.</p>"
            "<p>Space plays; Alt+Left and Alt+Right go 5 seconds, Ctrl+Up and Ctrl+Down turn the volume. Speed keeps "
            "the pitch, Skip silence goes on where somebody speaks, and either side can be heard alone. Repeat marks "
            "a passage that is heard again and again, also when As heard is switched: so what was sent is compared "
            "with what reached the listener. A call that is on can be listened to live, three seconds behind it.</p>"
            "<p>What is not shown says why where it would stand: for another role than your certificate's, kept no "
            "more, or not readable.</p>"
            "<p>Save WAV writes the sound, Export pcap the messages and the media as they were captured, for "
            "Wireshark. Each goes into the audit log first, and what takes longer than a moment tells how far it is "
            "and can be cancelled.</p>"
            "<p>Tags and notes are kept at the engine with who and when: operators read them, reviewers write "
            "them.</p>")
        + picture("call")
        + GuideDialog::tr(
            "<h3><a name=\"alarms\">Alarms</a></h3>"
            "<p>The tab counts what nobody has acknowledged. Acknowledge (Ctrl+K) tells everybody that it is seen to; "
            "shelve "
            "(Ctrl+J) has nobody told of it for a time that you choose. What raises alarms is in the rules (Ctrl+R), "
            "which "
            "every probe has for itself.</p>"
            "<p>When a critical or major alarm is raised, there is a sound and a message of the desktop; the menu "
            "Alarm "
            "switches each off.</p>")
        + picture("alarms")
        + GuideDialog::tr(
            "<h3><a name=\"records\">Records</a></h3>"
            "<p>Under Records is what each engine keeps and lets go, as your certificate's role allows it: which "
            "calls are recorded (the first rule that fits decides), calls under legal hold, with who spoke (choose the "
            "call in a "
            "list or open its page first), deletion of all that is stored of a number (it says first what would go), "
            "and the audit log: who asked for what, and whether the log is whole. With several probes the dialog "
            "says whose it is; Alt+P goes to the choice of another.</p>")
        + GuideDialog::tr(
            "<h3><a name=\"service\">Service</a></h3>"
            "<p>Metrics over time, in total or by trunk, prefix and codec. Enter on a row lists its calls: as "
            "many as were attempted in the period, which by trunk are those with either end in it. Calls that are "
            "still "
            "on come when they are over; in the live list <code>trunk:</code> finds them. With several probes they are "
            "of all of "
            "them together; "
            "peaks are then the sum of each probe's peak, the most there can have been. In the plots the arrow keys "
            "read value after value.</p>")
        + picture("service")
        + GuideDialog::tr(
            "<h3><a name=\"probe\">Probes</a></h3>"
            "<p>Under Probe, Probes… is the list of engines: <code>local:/path/engine.sock</code>, or "
            "<code>tls://host</code> with "
            "the certificate in ~/.config/callmon that your administrator made with <code>callmonctl cert</code>. The "
            "status line "
            "says how each is: ✓ nothing lost, △ lost some before, ⚠ losing now, ◐ late, ○ no answer. A click shows "
            "its health "
            "over time, what was lost under which name, and what helps.</p>"
            "<p>A probe that does not answer holds nobody up: its rows stay, grey, as the last that was known, and "
            "what a search "
            "did not get from it is said above the list.</p>")
        + picture("probe")
        + GuideDialog::tr(
            "<p>A capture file (pcap, pcapng, gzip too) that is dropped on the window, or opened with Ctrl+O, is a "
            "probe "
            "like the others for as long as the console runs: an engine of its own reads it into a temporary "
            "directory, and its calls are listed under Past calls. How far it is stands above the pages, and can be "
            "cancelled. File, Close the captures removes all of it.</p>")
        + GuideDialog::tr(
            "<h3><a name=\"keys\">Keyboard</a></h3>"
            "<p>Ctrl+Shift+P finds every command by a few letters of its name. Ctrl+1 to 5 go to the pages, Esc leads "
            "back, Enter "
            "opens, Space plays. Help, Keyboard lists the rest.</p>"
            "<p>Esc closes a dialog. What you wrote there for others, a rule, a reason, a comment, and a note on a "
            "call's page, is asked about before it goes; a filter, a number or a name is not.</p>");
}

}

GuideDialog::GuideDialog(QWidget* parent)
    : QDialog(parent)
    , m_text(new QTextBrowser(this))
{
    setWindowTitle(tr("Guide"));
    m_text->setAccessibleName(tr("Guide"));
    m_text->setFrameShape(QFrame::NoFrame);
    m_text->document()->setDocumentMargin(margin);
    m_text->setHtml(guide());
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_text, 1);
    layout->addWidget(buttons);
    resize(1000, 680);
}

// The pages as they look in the theme that is chosen, as wide as there is room: scaled here, as the text would do it
// without smoothing.
void GuideDialog::showPictures()
{
    const QString theme =
        palette().color(QPalette::Base).lightness() < 128 ? QStringLiteral("dark") : QStringLiteral("light");
    const int room = m_text->viewport()->width() - 2 * margin;
    for (const char* page : { "live", "past", "call", "alarms", "service", "probe" }) {
        const QImage whole(QStringLiteral(":/guide/%1-%2.png").arg(QLatin1String(page), theme));
        if (whole.isNull() || room < 1)
            continue;
        m_text->document()->addResource(QTextDocument::ImageResource,
            QUrl(QStringLiteral("picture:") + QLatin1String(page)),
            whole.width() > room ? whole.scaledToWidth(room, Qt::SmoothTransformation) : whole);
    }
    m_text->document()->markContentsDirty(0, m_text->document()->characterCount());
}

void GuideDialog::changeEvent(QEvent* event)
{
    QDialog::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        showPictures();
}

void GuideDialog::resizeEvent(QResizeEvent* event)
{
    QDialog::resizeEvent(event);
    showPictures();
}

void GuideDialog::showPage(const QString& page)
{
    show();
    showPictures(); // where a page begins depends on them
    m_text->setFocus();
    m_text->scrollToAnchor(page);
}

}
