// For how long nobody is to be told of the chosen alarms, and why.
#pragma once

#include <QDialog>
#include <chrono>

class QComboBox;
class QLineEdit;

namespace callmon {

class ShelveDialog : public QDialog {
    Q_OBJECT

public:
    explicit ShelveDialog(const QString& alarms, QWidget* parent = nullptr); // alarms: "3 alarms"

    std::chrono::seconds time() const;
    QString comment() const;

private:
    QComboBox* m_time;
    QLineEdit* m_comment;
};

}
