// A dialog in which things are written that somebody would have to write again: Esc, its Close and another choice of
// what is edited ask before they go.
#pragma once

#include <QDialog>
#include <functional>

class QModelIndex;
class QTableView;

namespace callmon {

// False: whoever wrote it goes on.
bool mayDiscard(QWidget& editor, const QString& what);

class EditorDialog : public QDialog {
    Q_OBJECT

public:
    using QDialog::QDialog;

    bool mayLeave(); // asks when there is something that is not saved
    void reject() override;

protected:
    virtual QString unsaved() const = 0; // a sentence that says what; empty: nothing
    // Another row of the table is current: `choose` takes it, or, when what is not saved stays, the row before is
    // again.
    void leaveRow(QTableView& table, const QModelIndex& from, std::function<void()> choose);

private:
    bool m_returning = false; // to the row of what is not saved
};

}
