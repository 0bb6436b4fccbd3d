// One call: its head, the figures of its streams, its quality over time, its sound.
#pragma once

#include "console/models/call_source.h"
#include "console/models/live_call_model.h"
#include "console/models/quality_series.h"
#include "console/views/theme.h"
#include "shared/codecs/call_audio.h"

#include <QTimer>
#include <QWidget>
#include <map>

class QTabWidget;

namespace callmon {

class CallHeader;
class MessageBar;
class MessagesPanel;
class PlayerBar;
class StreamTable;
class TimeSeriesPlot;

class CallPage : public QWidget {
    Q_OBJECT

public:
    // The live model tells how the call is while it is on; the record, if known, what is stored of it.
    CallPage(CallSource& source, const LiveCallModel& live, CallKey call, const CallRecord* record,
        QWidget* parent = nullptr);

    CallKey call() const { return m_call; }
    QString title() const; // "+34910… → 2001"
    PlayerBar& player() { return *m_player; }
    MessagesPanel& messages() { return *m_messages; }
    void showMessages(); // their tab
    bool hasFigures() const { return !m_streams.empty(); }
    bool hasSeries() const { return !m_points.empty(); }
    EndedBy storedEnd() const { return m_record ? m_record->endedBy : EndedBy::Nobody; }
    QString lastError() const;
    void reload(); // figures and series, and the sound if it was wanted before
    void loadSound();
    void setNow(Timestamp now);
    void setTheme(const Theme& theme);
    void saveSound(const QString& path);

signals:
    void titleChanged();
    void soundLoaded();

private:
    enum class Ask { Record, Streams, Quality, Messages, Media };

    void refresh(); // figures and series
    void ask(Ask what);
    void answered(quint64 request, const QString& error);
    void showHead();
    void showSeries();
    void fillMessages(const QString& error);
    void showPlayhead(double secondsOfSound);
    double soundOffset() const; // seconds from the start of the call to the start of the sound
    void assembleSound();
    bool hasEnded() const; // as stored: what the live list still shows of it is older
    bool isOn() const; // or may be: its end has not been seen

    CallSource& m_source;
    const LiveCallModel& m_live;
    CallKey m_call;
    std::optional<CallRecord> m_record;
    std::optional<LiveCall> m_lastLive;
    std::vector<StreamRecord> m_streams;
    std::vector<QualityPoint> m_points;
    std::vector<QualityPoint> m_arriving; // shown when whole: a refresh must not blank the plot
    std::vector<CallMessage> m_messagesArriving;
    std::map<StreamKey, QByteArray> m_media;
    std::map<quint64, Ask> m_requests;
    Timestamp m_now {};
    Timestamp m_begin {};
    bool m_fetchedAfterEnd = false; // what is shown was asked for when the end was known already
    bool m_soundWanted = false;
    bool m_soundAgain = false; // with the streams that are being fetched

    CallHeader* m_head;
    MessageBar* m_message;
    StreamTable* m_table;
    QTabWidget* m_tabs;
    TimeSeriesPlot* m_plot;
    MessagesPanel* m_messages;
    PlayerBar* m_player;
    QTimer m_refresh;
    Theme m_theme = themeOf(ThemeName::Light);
};

}
