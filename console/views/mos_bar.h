// How the calls of a period were heard: their shares by mean MOS, in the categories of ITU-T G.109.
#pragma once

#include "console/views/theme.h"
#include "shared/calls/service_figures.h"

#include <QWidget>

namespace callmon {

class MosBar : public QWidget {
    Q_OBJECT

public:
    explicit MosBar(QWidget* parent = nullptr);

    void setFigures(const ServiceFigures& figures);
    QString text() const; // "best 62 %, high 20 %..."; what a screen reader says
    void setTheme(const Theme& theme);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    ServiceFigures m_figures;
    Theme m_theme = themeOf(ThemeName::Light);
};

}
