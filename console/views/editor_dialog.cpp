#include "console/views/editor_dialog.h"

#include <QMessageBox>
#include <QPushButton>

namespace callmon {

namespace {

bool asks = true;

}

void discardFromNowOn()
{
    asks = false;
}

bool mayDiscard(QWidget& editor, const QString& what)
{
    if (!asks)
        return true;
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
