// Cells of the call lists: a sign in the colour of the band or tone, and the text beside it.
#pragma once

#include "console/views/theme.h"

#include <QStyledItemDelegate>

namespace callmon {

class FigureDelegate : public QStyledItemDelegate {
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void setTheme(const Theme& theme) { m_theme = theme; }
    void setStale(bool stale) { m_stale = stale; } // what is shown is not the present: everything quiet
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;

private:
    Theme m_theme = themeOf(ThemeName::Light);
    bool m_stale = false;
};

}
