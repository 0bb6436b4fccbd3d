// One call: its head, its timeline, its messages and the figures of its streams beside each other, its sound.
#pragma once

#include "console/models/call_details.h"
#include "console/models/live_call_model.h"
#include "console/views/call_lacks.h"
#include "console/views/message_bar.h"
#include "console/views/report_export.h"
#include "console/views/theme.h"
#include "console/views/timeline_feed.h"

#include <QTimer>
#include <QWidget>
#include <memory>

class QScrollArea;
class QSplitter;
class QTabWidget;

namespace callmon {

class CallExports;
class CallHeader;
class CallNotesPanel;
class CallTimeline;
class LiveListener;
class MessagesPanel;
class MosWaterfallView;
class PlayerBar;
class SoundLoader;
class StreamTable;
struct LoadedSound;

class CallPage : public QWidget {
    Q_OBJECT

public:
    // The live model tells how the call is while it is on; the record, if known, what is stored of it.
    // The source is that of the call's probe alone.
    CallPage(CallSource& source, const LiveCallModel& live, CallName call, const CallRecord* record,
        QWidget* parent = nullptr);

    CallKey call() const { return m_call; }
    ProbeId probe() const { return m_probe; }
    QString title() const; // "+34910… → 2001"
    PlayerBar& player() { return *m_player; }
    MessagesPanel& messages() { return *m_messages; }
    CallTimeline& timeline() { return *m_timeline; }
    void showMessages(); // their tab
    void showStreams();
    void showMosBreakdown();
    CallNotesPanel* notes() { return m_notes; } // nullptr: they are kept nowhere
    void showNotes();
    bool mayLeave(); // asks when a note is written and not added
    void findInMessages();
    void nextSplit(); // both halves, the timeline alone, the tabs alone, and round
    const CallDetails& details() const { return m_details; }
    bool hasFigures() const { return !m_details.streams().empty(); }
    bool hasSeries() const { return !m_details.points().empty(); }
    EndedBy storedEnd() const { return m_details.record() ? m_details.record()->endedBy : EndedBy::Nobody; }
    QString said() const;
    void refresh(); // figures and series
    void reload(); // figures and series, and the sound if it was wanted before
    void loadSound();
    void setNow(Timestamp now);
    void setTheme(const Theme& theme);
    void showZone(); // another one is shown from now on
    // As WAV, as pcap: where to, the user is asked.
    void askToSaveSound();
    void saveSound(const QString& path);
    void askToExportCapture();
    void exportCapture(const QString& path);
    CallExports& exports() { return *m_exports; }
    Report report() const; // the tab in front, for CSV
    bool hasReport() const; // it has rows

signals:
    void titleChanged();
    void tagsChanged(const callmon::TagsOfCall& tags);
    void reportChanged(); // another tab, or other rows
    void soundLoaded();
    void captureExported(bool written);

private:
    void arrange();
    void addNotes(); // their tab
    void showTab(const QWidget* of);
    bool notesAreInFront() const;
    void linkSound();
    void linkExports();
    void linkMessages(); // cursor and selected message follow each other
    void refreshIfDue();
    void found(CallDetails::Part part);
    void failed(CallDetails::Part part, const QString& error);
    void showHead();
    void showTimeline();
    void showRole(); // what the user's certificate withholds
    void showSound(LoadedSound& loaded);
    void playFrom(double seconds);
    void showMessages(const QString& error);
    void showPlayhead(double secondsOfSound);
    double soundOffset() const; // seconds from the start of the call to the start of the sound
    bool isOn() const; // or may be: its end has not been seen

    CallSource& m_source;
    const LiveCallModel& m_live;
    CallKey m_call;
    ProbeId m_probe; // of the live list
    CallDetails m_details;
    std::optional<LiveCall> m_lastLive;
    Timestamp m_now {};
    int m_refreshesAfterEnd = 0;
    bool m_fetchedAfterEnd = false; // what is shown was asked for when the end was known already
    std::optional<double> m_playFrom; // seconds since the call began, when its sound has come
    int m_round = 0; // of refreshing
    bool m_messagesRefused = false;

    CallHeader* m_head;
    MessageBar* m_message;
    QSplitter* m_split;
    QScrollArea* m_lanes; // holds the timeline
    CallTimeline* m_timeline;
    QTabWidget* m_tabs;
    MessagesPanel* m_messages;
    StreamTable* m_table;
    MosWaterfallView* m_breakdown;
    CallExports* m_exports;
    PlayerBar* m_player;
    CallNotesPanel* m_notes = nullptr;
    LiveListener* m_listener;
    SoundLoader* m_sound;
    TimelineFeed m_feed;
    CallLacks m_lacks;
    QTimer m_refresh;
    Theme m_theme = themeOf(ThemeName::Light);
};

}
