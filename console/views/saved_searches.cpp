#include "console/views/saved_searches.h"

#include <QInputDialog>
#include <QMenu>
#include <QSettings>

namespace callmon {

namespace {

const QString& key()
{
    static const QString name = QStringLiteral("savedSearches");
    return name;
}

// Names hold anything: a map in one value, for a slash in a name would be a group of QSettings.
QVariantMap stored()
{
    return QSettings().value(key()).toMap();
}

}

SavedSearches::SavedSearches(std::function<QVariantMap()> current, QWidget* parent)
    : QToolButton(parent)
    , m_current(std::move(current))
{
    setText(tr("Saved ▾"));
    setToolTip(tr("Searches that you gave a name"));
    setAccessibleName(tr("Saved searches"));
    setFocusPolicy(Qt::TabFocus);
    connect(this, &QToolButton::clicked, this, &SavedSearches::fill);
}

QStringList SavedSearches::names() const
{
    return stored().keys();
}

void SavedSearches::save(const QString& name)
{
    QVariantMap all = stored();
    all[name] = m_current();
    QSettings().setValue(key(), all);
}

void SavedSearches::recall(const QString& name)
{
    const QVariantMap all = stored();
    if (all.contains(name))
        emit recalled(all[name].toMap());
}

void SavedSearches::remove(const QString& name)
{
    QVariantMap all = stored();
    all.remove(name);
    QSettings().setValue(key(), all);
}

void SavedSearches::fill()
{
    QMenu menu(this);
    const QStringList known = names();
    for (const QString& name : known) // an ampersand is one, not a mnemonic
        connect(menu.addAction(QString(name).replace(QLatin1Char('&'), QLatin1String("&&"))), &QAction::triggered, this,
            [this, name] { recall(name); });
    if (known.isEmpty())
        menu.addAction(tr("No search is saved yet"))->setEnabled(false);
    menu.addSeparator();
    connect(menu.addAction(tr("&Save this search…")), &QAction::triggered, this, &SavedSearches::askForName);
    if (!known.isEmpty()) {
        QMenu* removal = menu.addMenu(tr("&Remove"));
        for (const QString& name : known)
            connect(removal->addAction(QString(name).replace(QLatin1Char('&'), QLatin1String("&&"))),
                &QAction::triggered, this, [this, name] { remove(name); });
    }
    menu.exec(mapToGlobal(QPoint(0, height())));
}

void SavedSearches::askForName()
{
    auto* dialog = new QInputDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Save the search"));
    dialog->setLabelText(tr("A name for it; one that is there already is replaced:"));
    connect(dialog, &QInputDialog::textValueSelected, this, [this](const QString& name) {
        if (!name.trimmed().isEmpty())
            save(name.trimmed());
    });
    dialog->open();
}

}
