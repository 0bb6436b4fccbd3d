// One big number with its last ten minutes beneath it; pressed, it leads to what is behind the number.
#pragma once

#include "console/views/theme.h"

#include <QAbstractButton>
#include <vector>

namespace callmon {

class FigureTile : public QAbstractButton {
    Q_OBJECT

public:
    explicit FigureTile(const QString& title, QWidget* parent = nullptr);
    // NaN: unknown. `shortFoot` says the same as `foot` where the tile is narrow.
    void show(const QString& value, const std::vector<double>& history, const QString& foot = {},
        const QString& shortFoot = {});
    void setTone(Tone tone);
    void setTheme(const Theme& theme);
    QString value() const { return m_value; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QString m_title;
    QString m_value;
    QString m_foot;
    QString m_shortFoot;
    std::vector<double> m_history;
    Tone m_tone = Tone::Plain;
    Theme m_theme = themeOf(ThemeName::Light);
};

}
