#include "console/views/theme.h"

#include <QAbstractItemView>
#include <QAbstractSpinBox>
#include <QApplication>
#include <QComboBox>
#include <QPainter>
#include <QProxyStyle>
#include <QStyleOption>
#include <QToolTip>

namespace callmon {

namespace {

// Fusion with air in its tables, buttons and fields: by itself it leaves two pixels between a number and the next
// column's words, and none between a word and its button's edge.
class ConsoleStyle : public QProxyStyle {
public:
    ConsoleStyle()
        : QProxyStyle(QStringLiteral("Fusion"))
    {
    }

    int pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const override
    {
        if (metric == PM_FocusFrameHMargin && qobject_cast<const QAbstractItemView*>(widget) != nullptr)
            return cellMargin - 1; // Qt adds one to it
        return QProxyStyle::pixelMetric(metric, option, widget);
    }

    // Those of some dialogs would have them, and those of others not.
    int styleHint(
        StyleHint hint, const QStyleOption* option, const QWidget* widget, QStyleHintReturn* answer) const override
    {
        return hint == SH_DialogButtonBox_ButtonsHaveIcons ? 0 : QProxyStyle::styleHint(hint, option, widget, answer);
    }

    QSize sizeFromContents(
        ContentsType type, const QStyleOption* option, const QSize& size, const QWidget* widget) const override
    {
        const QSize needed = QProxyStyle::sizeFromContents(type, option, size, widget);
        if (type == CT_MenuBarItem) // in one line with the search box at its end
            return { needed.width(), std::max(needed.height(), option->fontMetrics.height() + 11) };
        if (type != CT_PushButton)
            return needed;
        constexpr int air = 10; // to either side of the words
        return { std::max(needed.width(), size.width() + 2 * air), needed.height() };
    }

    QRect subElementRect(SubElement element, const QStyleOption* option, const QWidget* widget) const override
    {
        const QRect rect = QProxyStyle::subElementRect(element, option, widget);
        const bool own = element == SE_LineEditContents && widget != nullptr
            && qobject_cast<const QAbstractSpinBox*>(widget->parentWidget()) == nullptr
            && qobject_cast<const QComboBox*>(widget->parentWidget()) == nullptr;
        return own ? rect.adjusted(3, 0, -3, 0) : rect;
    }

    // Fusion's outlines are darker than the window: on a dark one a box without its mark could not be seen.
    void drawPrimitive(
        PrimitiveElement element, const QStyleOption* option, QPainter* painter, const QWidget* widget) const override
    {
        if (element == PE_FrameFocusRect && qobject_cast<const QAbstractItemView*>(widget) != nullptr) {
            // Fusion's is a veil over the words of the cell.
            painter->save();
            painter->setBrush(Qt::NoBrush);
            painter->setPen(
                QPen(option->palette.color(option->state & State_Selected ? QPalette::HighlightedText : QPalette::Text),
                    1, Qt::DotLine));
            painter->drawRect(option->rect.adjusted(0, 0, -1, -1));
            painter->restore();
            return;
        }
        QProxyStyle::drawPrimitive(element, option, painter, widget);
        const bool box = element == PE_IndicatorCheckBox || element == PE_IndicatorItemViewItemCheck;
        const bool line = element == PE_PanelLineEdit && !(option->state & State_HasFocus) && widget != nullptr
            && qobject_cast<const QAbstractSpinBox*>(widget->parentWidget()) == nullptr
            && qobject_cast<const QComboBox*>(widget->parentWidget()) == nullptr;
        if ((!box && !line) || option->palette.color(QPalette::Window).lightness() > 127)
            return;
        const auto group = option->state & State_Enabled ? QPalette::Active : QPalette::Disabled;
        painter->save();
        painter->setBrush(Qt::NoBrush);
        painter->setPen(option->palette.color(group, box ? QPalette::PlaceholderText : QPalette::Mid));
        painter->drawRect(option->rect.adjusted(0, 0, -1, -1));
        painter->restore();
    }

    void drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter,
        const QWidget* widget) const override
    {
        QProxyStyle::drawComplexControl(control, option, painter, widget);
        if (control != CC_SpinBox || option->state & State_HasFocus
            || option->palette.color(QPalette::Window).lightness() > 127)
            return;
        painter->save();
        painter->setBrush(Qt::NoBrush);
        painter->setPen(option->palette.color(QPalette::Mid));
        painter->drawRect(option->rect.adjusted(0, 0, -1, -1));
        painter->restore();
    }
};

}

QColor Theme::of(MosBand band) const
{
    switch (band) {
    case MosBand::Good:
        return good;
    case MosBand::Fair:
        return fair;
    case MosBand::Bad:
        return bad;
    case MosBand::Unknown:
        break;
    }
    return quiet;
}

QColor Theme::of(Tone tone) const
{
    switch (tone) {
    case Tone::Quiet:
        return quiet;
    case Tone::Good:
        return good;
    case Tone::Warning:
        return fair;
    case Tone::Bad:
        return bad;
    case Tone::Plain:
        break;
    }
    return text;
}

QPalette Theme::palette() const
{
    QPalette p;
    p.setColor(QPalette::Window, window);
    p.setColor(QPalette::WindowText, text);
    p.setColor(QPalette::Base, base);
    p.setColor(QPalette::AlternateBase, alternate);
    p.setColor(QPalette::Text, text);
    p.setColor(QPalette::PlaceholderText, quiet);
    p.setColor(QPalette::Button, raised);
    p.setColor(QPalette::ButtonText, text);
    p.setColor(QPalette::BrightText, bad);
    p.setColor(QPalette::ToolTipBase, raised);
    p.setColor(QPalette::ToolTipText, text);
    p.setColor(QPalette::Highlight, accent);
    p.setColor(QPalette::HighlightedText, accentText);
    p.setColor(QPalette::Link, accent);
    p.setColor(QPalette::LinkVisited, accent);
    p.setColor(QPalette::Light, raised.lighter(115));
    p.setColor(QPalette::Midlight, raised.lighter(105));
    p.setColor(QPalette::Mid, line);
    p.setColor(QPalette::Dark, line.darker(125));
    p.setColor(QPalette::Shadow, line.darker(170));
    for (const QPalette::ColorRole role : { QPalette::WindowText, QPalette::Text, QPalette::ButtonText })
        p.setColor(QPalette::Disabled, role, name == ThemeName::Light ? QColor(0x8a929c) : QColor(0x6b7480));
    p.setColor(QPalette::Inactive, QPalette::Highlight, accent);
    p.setColor(QPalette::Inactive, QPalette::HighlightedText, accentText);
    return p;
}

Theme themeOf(ThemeName name)
{
    Theme t;
    t.name = name;
    if (name == ThemeName::Light) {
        t.window = 0xf3f4f6;
        t.base = 0xffffff;
        t.alternate = 0xf7f8fa;
        t.raised = 0xfafbfc;
        t.text = 0x1b1f24;
        t.quiet = 0x59636e;
        t.line = 0xd5dae0;
        t.accent = 0x1d5fbf;
        t.accentText = 0xffffff;
        t.good = 0x12703f;
        t.fair = 0x8a5a00;
        t.bad = 0xb81f2b;
        t.warningBack = 0xfff4d6;
        t.errorBack = 0xfde5e5;
        t.caller = 0x1d5fbf;
        t.callee = 0xb04a00;
    } else {
        t.window = 0x242930;
        t.base = 0x171a1f;
        t.alternate = 0x1c2026;
        t.raised = 0x343b44;
        t.text = 0xe3e6ea;
        t.quiet = 0xa3adb8;
        t.line = 0x434b56;
        t.accent = 0x2f6fd0;
        t.accentText = 0xffffff;
        t.good = 0x56c990;
        t.fair = 0xe5ad45;
        t.bad = 0xff8583;
        t.warningBack = 0x3b3016;
        t.errorBack = 0x452024;
        t.caller = 0x74b0ff;
        t.callee = 0xffa45c;
    }
    return t;
}

ThemeName themeNamed(const QString& name)
{
    return name == QLatin1String("dark") ? ThemeName::Dark : ThemeName::Light;
}

QString nameOf(ThemeName name)
{
    return name == ThemeName::Dark ? QStringLiteral("dark") : QStringLiteral("light");
}

void useTheme(QApplication& application, const Theme& theme)
{
    QApplication::setStyle(new ConsoleStyle);
    QApplication::setPalette(theme.palette());
    QToolTip::setPalette(theme.palette());
    application.setStyleSheet({});
}

}
