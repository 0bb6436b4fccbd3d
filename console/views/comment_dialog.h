// What the others are to read beside the alarms that somebody has seen to.
#pragma once

#include "console/views/editor_dialog.h"

class QLineEdit;

namespace callmon {

class CommentDialog : public EditorDialog {
    Q_OBJECT

public:
    // "3 alarms"; of a single one the sentence that says which.
    CommentDialog(const QString& alarms, const QString& which, QWidget* parent = nullptr);

    QString comment() const;

protected:
    QString unsaved() const override;

private:
    QLineEdit* m_comment;
};

}
