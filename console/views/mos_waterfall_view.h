// What each cause took of the MOS of both directions: bars from the best there is down to what is left.
#pragma once

#include "console/models/mos_breakdown.h"
#include "console/views/theme.h"

#include <QWidget>

namespace callmon {

class MosWaterfallView : public QWidget {
    Q_OBJECT

public:
    explicit MosWaterfallView(QWidget* parent = nullptr);

    void setStreams(const std::vector<StreamRecord>& streams);
    void sayEmpty(const QString& sentence); // where no stream is shown
    void setTheme(const Theme& theme);
    QString text() const; // what a screen reader says
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override; // tool tips: what was elided

private:
    QRect placeOf(std::size_t index) const;
    int rows() const; // of the tallest
    void paintOne(QPainter& painter, const MosBreakdown& breakdown, const QRect& place);

    std::vector<MosBreakdown> m_breakdowns;
    QString m_whyEmpty;
    Theme m_theme = themeOf(ThemeName::Light);
};

}
