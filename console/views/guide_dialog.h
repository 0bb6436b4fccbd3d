// The user's guide, opened by F1: short, and about what the pages do not say themselves.
#pragma once

#include <QDialog>

class QTextBrowser;

namespace callmon {

class GuideDialog : public QDialog {
    Q_OBJECT

public:
    explicit GuideDialog(QWidget* parent = nullptr);
    void showPage(const QString& page); // "live", "past", "alarms", "service", "probe", "call"
    QTextBrowser& text() { return *m_text; }

private:
    QTextBrowser* m_text;
};

}
