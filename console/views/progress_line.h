// What is being done for the user, how far it is, and a way to stop it. Seen once it takes longer than a moment.
#pragma once

#include <QTimer>
#include <QWidget>
#include <optional>

class QLabel;
class QProgressBar;
class QToolButton;

namespace callmon {

class ProgressLine : public QWidget {
    Q_OBJECT

public:
    explicit ProgressLine(QWidget* parent = nullptr);

    void begin(const QString& doing); // of what nobody knows how long it takes, until setDone()
    void setDone(double done); // 0 to 1
    void end(); // hidden
    bool isRunning() const { return m_running; }
    QString doing() const;
    void hideWords(); // they stand elsewhere
    std::optional<double> done() const; // as shown
    QToolButton& cancelButton() { return *m_cancel; }

signals:
    void cancelled(); // the line stays until end()

private:
    QLabel* m_doing;
    QProgressBar* m_bar;
    QToolButton* m_cancel;
    QTimer m_moment;
    bool m_running = false;
};

}
