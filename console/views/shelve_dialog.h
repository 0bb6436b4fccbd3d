// For how long nobody is to be told of the chosen alarms, and why.
#pragma once

#include "console/views/editor_dialog.h"

#include <chrono>

class QComboBox;
class QLineEdit;

namespace callmon {

class ShelveDialog : public EditorDialog {
    Q_OBJECT

public:
    // "3 alarms"; of a single one the sentence that says which.
    ShelveDialog(const QString& alarms, const QString& which, QWidget* parent = nullptr);

    std::chrono::seconds time() const;
    QString comment() const;

protected:
    QString unsaved() const override;

private:
    QComboBox* m_time;
    QLineEdit* m_comment;
};

}
