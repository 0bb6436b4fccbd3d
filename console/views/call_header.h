// The head of a call's page: who called whom, when, and how it went.
#pragma once

#include "console/views/theme.h"
#include "shared/calls/live_call.h"

#include <QWidget>
#include <vector>

class QGridLayout;
class QGridLayout;

namespace callmon {

class ElidedLabel;

class CallHeader : public QWidget {
    Q_OBJECT

public:
    explicit CallHeader(QWidget* parent = nullptr);
    // `legalHold`: by whom it is kept and why, where it is.
    void show(const CallRecord& call, const QString& codec, const QString& legalHold = {});
    // While it is on; the mean is that of the seconds measured so far.
    void show(const LiveCall& call, Timestamp now, std::optional<double> mosMean);
    void showZone(); // in the titles
    void setTheme(const Theme& theme);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    enum Fact {
        Started,
        Answered,
        Ended,
        Duration,
        Code,
        EndedBy_,
        Codec,
        MosMean,
        MosMin,
        PostDial,
        AnswerDelay,
        CallId,
        CallerAddress,
        CalleeAddress,
        Signalling_,
        Recorded_,
        FactCount
    };

    void placeFacts(int columns);
    void setFact(Fact fact, const QString& text, const QColor& colour = {});
    void setMos(Fact fact, std::optional<double> mos);
    void setTrust(CaptureTrust trust, const QString& meaning);
    void setParties(std::string_view caller, std::string_view callee);

    ElidedLabel* m_caller;
    ElidedLabel* m_callee;
    ElidedLabel* m_outcome;
    ElidedLabel* m_story;
    ElidedLabel* m_trust;
    std::vector<ElidedLabel*> m_facts;
    std::vector<ElidedLabel*> m_titles; // of the facts
    QGridLayout* m_grid; // of both
    int m_columns = 0;
    Timestamp m_startedAt {};
    Theme m_theme = themeOf(ThemeName::Light);
    Tone m_tone = Tone::Plain;
    CaptureTrust m_trustShown = CaptureTrust::Whole;
    std::optional<double> m_mosMean, m_mosMin;
};

}
