// Keys with Alt that lead to more than one thing of a window: pressed, they open or press neither.
#pragma once

#include <QAbstractButton>
#include <QKeySequence>
#include <QLabel>
#include <QMap>
#include <QMenu>
#include <QMenuBar>
#include <QTabBar>

namespace callmon::test {

inline QStringList clashesOf(const QMap<QString, QStringList>& textsByKey)
{
    QStringList clashes;
    for (auto at = textsByKey.begin(); at != textsByKey.end(); ++at)
        if (at.value().size() > 1)
            clashes += at.key() + QStringLiteral(": ") + at.value().join(QStringLiteral(", "));
    return clashes;
}

inline void addMnemonic(QMap<QString, QStringList>& textsByKey, const QString& text)
{
    if (const QKeySequence key = QKeySequence::mnemonic(text); !key.isEmpty())
        textsByKey[key.toString()] += text;
}

// Of what is seen of a window, its menu bar among it; and within each menu.
inline QStringList clashingMnemonics(const QWidget& window)
{
    QStringList clashes;
    QMap<QString, QStringList> all;
    for (const QWidget* one : window.findChildren<QWidget*>()) {
        if (const auto* menu = qobject_cast<const QMenu*>(one)) {
            QMap<QString, QStringList> inMenu;
            for (const QAction* action : menu->actions())
                if (action->isVisible())
                    addMnemonic(inMenu, action->text().section(QLatin1Char('\t'), 0, 0));
            clashes += clashesOf(inMenu);
        }
        if (!one->isVisible() || one->window() != &window)
            continue;
        if (const auto* button = qobject_cast<const QAbstractButton*>(one); button && button->isEnabled())
            addMnemonic(all, button->text());
        else if (const auto* label = qobject_cast<const QLabel*>(one); label && label->buddy())
            addMnemonic(all, label->text());
        else if (const auto* tabs = qobject_cast<const QTabBar*>(one))
            for (int tab = 0; tab < tabs->count(); ++tab)
                addMnemonic(all, tabs->tabText(tab));
        else if (const auto* bar = qobject_cast<const QMenuBar*>(one))
            for (const QAction* action : bar->actions())
                addMnemonic(all, action->text());
    }
    return clashes + clashesOf(all);
}

}
