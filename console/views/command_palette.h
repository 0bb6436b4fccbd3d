// Every action and page of the window by name: typed in parts, run by Enter.
#pragma once

#include <QDialog>
#include <functional>
#include <vector>

class QLineEdit;
class QListWidget;

namespace callmon {

struct Command {
    QString name;
    QString keys; // as shown beside it
    std::function<void()> run;
};

class CommandPalette : public QDialog {
    Q_OBJECT

public:
    explicit CommandPalette(std::vector<Command> commands, QWidget* parent = nullptr);
    QStringList shown() const; // best first
    void setText(const QString& typed);

protected:
    bool event(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void fill(const QString& typed);
    void runCurrent();

    std::vector<Command> m_commands;
    QLineEdit* m_edit;
    QListWidget* m_list;
};

}
