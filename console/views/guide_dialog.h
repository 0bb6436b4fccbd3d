// The user's guide, opened by F1: short, and about what the pages do not say themselves; with a picture of each.
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

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void showPictures();

    QTextBrowser* m_text;
};

}
