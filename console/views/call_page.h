// One call: its head, its timeline, its messages and the figures of its streams beside each other, its sound.
#pragma once

#include "console/models/call_events.h"
#include "console/models/call_source.h"
#include "console/models/live_call_model.h"
#include "console/views/message_bar.h"
#include "console/views/theme.h"
#include "shared/codecs/call_audio.h"

#include <QTimer>
#include <QWidget>
#include <map>
#include <stop_token>

class QScrollArea;
class QSplitter;
class QTabWidget;

namespace callmon {

class CallHeader;
class CallNotesPanel;
class CallTimeline;
class LiveListener;
class MediaFetch;
class MessagesPanel;
class MosWaterfallView;
class PcapExport;
class PlayerBar;
class ProgressLine;
class StreamTable;

class CallPage : public QWidget {
    Q_OBJECT

public:
    // The live model tells how the call is while it is on; the record, if known, what is stored of it.
    // The source is that of the call's probe alone.
    CallPage(CallSource& source, const LiveCallModel& live, CallName call, const CallRecord* record,
        QWidget* parent = nullptr);
    ~CallPage() override { m_decoding.request_stop(); }

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
    void findInMessages();
    void nextSplit(); // both halves, the timeline alone, the tabs alone, and round
    bool hasFigures() const { return !m_streams.empty(); }
    bool hasSeries() const { return !m_points.empty(); }
    EndedBy storedEnd() const { return m_record ? m_record->endedBy : EndedBy::Nobody; }
    QString lastError() const;
    void refresh(); // figures and series
    void reload(); // figures and series, and the sound if it was wanted before
    void loadSound();
    void cancelSound(); // that is being loaded
    void setNow(Timestamp now);
    void setTheme(const Theme& theme);
    void showZone(); // another one is shown from now on
    // As WAV, as pcap: where to, the user is asked; before it is written, the engine is told and may refuse.
    void askToSaveSound();
    void saveSound(const QString& path);
    void askToExportCapture();
    void exportCapture(const QString& path);
    ProgressLine& exporting() { return *m_exporting; }

signals:
    void titleChanged();
    void tagsChanged(const callmon::TagsOfCall& tags);
    void soundLoaded();
    void captureExported(bool written);

private:
    enum class Ask { Record, Streams, Quality, Messages, Alarms };

    void addNotes(); // their tab
    void linkExports();
    void sayOfFetch(MessageBar::Kind kind, const QString& message);
    void ask(Ask what);
    void answered(quint64 request, const QString& error);
    void showHead();
    void showTimeline();
    void linkMessages(); // cursor and selected message follow each other
    void playFrom(double seconds);
    void fillMessages(const QString& error);
    void showPlayhead(double secondsOfSound);
    double soundOffset() const; // seconds from the start of the call to the start of the sound
    bool asks(Ask what) const; // and the answer has not come
    void takeMedia(const QString& error, bool atEngine);
    void assembleSound();
    bool hasItsMos() const; // the record, some seconds after the end: late media count, too
    bool hasEnded() const; // as stored: what the live list still shows of it is older
    bool isOn() const; // or may be: its end has not been seen

    CallSource& m_source;
    const LiveCallModel& m_live;
    CallKey m_call;
    ProbeId m_probe; // of the live list
    std::optional<CallRecord> m_record;
    QString m_legalHold, m_holdArriving; // who keeps it and why; of the record that comes next
    std::optional<LiveCall> m_lastLive;
    std::vector<StreamRecord> m_streams;
    std::vector<QualityPoint> m_points;
    std::vector<QualityPoint> m_arriving; // shown when whole: a refresh must not blank the plot
    std::vector<CallMessage> m_messagesKnown;
    std::vector<CallMessage> m_messagesArriving;
    std::vector<Alarm> m_alarms;
    std::vector<Alarm> m_alarmsArriving;
    std::vector<CallEvent> m_keys; // known with the sound
    std::map<quint64, Ask> m_requests;
    Timestamp m_now {};
    Timestamp m_begin {};
    int m_refreshesAfterEnd = 0;
    bool m_fetchedAfterEnd = false; // what is shown was asked for when the end was known already
    bool m_soundWanted = false;
    bool m_soundKnown = false; // it was fetched, if only in part
    bool m_soundUnwanted = false; // its loading was cancelled: it comes when it is asked for
    bool m_soundAgain = false; // with the streams that are being fetched
    bool m_soundWaitsForStreams = false; // asked for before they were there
    bool m_soundWaits = false; // its media are there, and its seconds are not
    std::stop_source m_decoding; // of the newest
    std::optional<double> m_playFrom; // seconds since the call began, when its sound has come
    int m_round = 0; // of refreshing
    bool m_failed = false; // something of this round
    bool m_saidOfFetch = false; // what the message line says

    CallHeader* m_head;
    MessageBar* m_message;
    QSplitter* m_split;
    QScrollArea* m_lanes; // holds the timeline
    CallTimeline* m_timeline;
    QTabWidget* m_tabs;
    MessagesPanel* m_messages;
    StreamTable* m_table;
    MosWaterfallView* m_breakdown;
    ProgressLine* m_exporting;
    PlayerBar* m_player;
    CallNotesPanel* m_notes = nullptr;
    LiveListener* m_listener;
    MediaFetch* m_fetch; // of the sound
    PcapExport* m_export;
    QTimer m_refresh;
    Theme m_theme = themeOf(ThemeName::Light);
};

}
