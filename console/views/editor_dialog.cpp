#include "console/views/editor_dialog.h"

#include <QMessageBox>
#include <QPushButton>
#include <QTableView>

namespace callmon {

bool mayDiscard(QWidget& editor, const QString& what)
{
    QMessageBox box(QMessageBox::Question, EditorDialog::tr("Not saved"), what, QMessageBox::NoButton, &editor);
    box.setTextFormat(Qt::PlainText); // names that users gave
    box.setInformativeText(EditorDialog::tr("It is lost when you go on."));
    const QPushButton* const discard = box.addButton(EditorDialog::tr("&Discard"), QMessageBox::DestructiveRole);
    QPushButton* const stay = box.addButton(EditorDialog::tr("&Keep editing"), QMessageBox::RejectRole);
    box.setDefaultButton(stay); // and Esc, so that a second one loses nothing either
    box.setEscapeButton(stay);
    box.exec();
    return box.clickedButton() == discard;
}

bool EditorDialog::mayLeave()
{
    const QString what = unsaved();
    return what.isEmpty() || mayDiscard(*this, what);
}

// Asked when the click that chose another row is over: the table goes on with it after telling of the row.
void EditorDialog::leaveRow(QTableView& table, const QModelIndex& from, std::function<void()> choose)
{
    if (m_returning)
        return;
    if (unsaved().isEmpty())
        return choose();
    QMetaObject::invokeMethod(
        this,
        [this, &table, row = from.row(), choose = std::move(choose)] {
            if (mayLeave())
                return choose();
            m_returning = true;
            row < 0 ? table.setCurrentIndex({}) : table.selectRow(row);
            m_returning = false;
        },
        Qt::QueuedConnection);
}

void EditorDialog::reject()
{
    const bool asked = !unsaved().isEmpty();
    if (!mayLeave())
        return;
    QDialog::reject();
    if (asked && parentWidget()) // a window manager that gave the keyboard to this dialog when the question went
        parentWidget()->window()->activateWindow();
}

}
