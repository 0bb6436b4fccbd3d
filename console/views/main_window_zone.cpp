// The time zone that all pages and exports follow.
#include "console/views/alarm_page.h"
#include "console/views/call_page.h"
#include "console/views/calls_over_time.h"
#include "console/views/main_window.h"
#include "console/views/past_page.h"
#include "console/views/search_form.h"
#include "console/views/service_page.h"
#include "console/zone/display_zone.h"

#include <QAbstractItemView>
#include <QAction>
#include <QActionGroup>
#include <QComboBox>
#include <QCompleter>
#include <QHeaderView>
#include <QInputDialog>
#include <QLineEdit>
#include <QMenu>
#include <QTabWidget>
#include <QTableView>

namespace callmon {

void MainWindow::buildZoneMenu(QMenu& menu)
{
    m_zones = new QActionGroup(this);
    for (const auto& [name, text] :
        { std::pair(QStringLiteral("UTC"), tr("&UTC")), std::pair(QStringLiteral("local"), tr("This &machine's")) }) {
        QAction* one = menu.addAction(text);
        one->setCheckable(true);
        one->setData(name);
        m_zones->addAction(one);
        connect(one, &QAction::triggered, this, [this, zone = name] { setZone(zone); });
    }
    QAction* other = menu.addAction(tr("&Other…"));
    other->setCheckable(true);
    m_zones->addAction(other);
    connect(other, &QAction::triggered, this, &MainWindow::askForZone);
    setZone(QStringLiteral("UTC"));
}

void MainWindow::askForZone()
{
    QStringList names;
    for (const QByteArray& id : QTimeZone::availableTimeZoneIds())
        names += QString::fromLatin1(id);
    QInputDialog dialog(this);
    dialog.setWindowTitle(tr("Time zone"));
    dialog.setComboBoxItems(names);
    dialog.setComboBoxEditable(true);
    dialog.setTextValue(m_zone);
    dialog.setLabelText(tr("Show and export times in the zone of:"));
    (void)dialog.sizeHint(); // its box is made then
    if (auto* box = dialog.findChild<QComboBox*>()) { // "madrid" finds Europe/Madrid
        box->completer()->setFilterMode(Qt::MatchContains);
        box->completer()->setCompletionMode(QCompleter::PopupCompletion);
        box->lineEdit()->selectAll();
    }
    while (dialog.exec() == QDialog::Accepted) {
        if (setZone(dialog.textValue().trimmed()))
            return;
        dialog.setLabelText(tr("There is no time zone “%1”: choose one of the list, as in Europe/Madrid.")
                                .arg(dialog.textValue().trimmed()));
    }
    setZone(m_zone); // the mark in the menu is at "Other" already
}

bool MainWindow::setZone(const QString& name)
{
    const QTimeZone zone = zoneNamed(name);
    if (!zone.isValid())
        return false;
    m_zone = name.isEmpty() ? QStringLiteral("UTC") : name;
    setDisplayZone(zone);
    for (QAction* one : m_zones->actions())
        if (one->data().toString() == m_zone || !one->data().isValid()) {
            one->setChecked(true);
            break;
        }
    m_past->form().showZone();
    for (int i = 0; i < m_pages->count(); ++i)
        if (auto* page = qobject_cast<CallPage*>(m_pages->widget(i)))
            page->showZone();
    if (m_overTime->isVisible())
        m_overTime->refresh();
    if (m_service->isVisible())
        m_service->refresh();
    for (QTableView* table : findChildren<QTableView*>()) {
        table->viewport()->update();
        table->horizontalHeader()->viewport()->update();
    }
    return true;
}

}
