// The list of engines that the console looks at: name, address, on or off.
#pragma once

#include "console/models/probe_list.h"
#include "console/views/editor_dialog.h"

class QDialogButtonBox;
class QPushButton;
class QTableWidget;

namespace callmon {

class MessageBar;
struct Theme;

class ProbesDialog : public EditorDialog {
    Q_OBJECT

public:
    explicit ProbesDialog(ProbeRegistry& registry, QWidget* parent = nullptr);
    void setTheme(const Theme& theme);
    QTableWidget& table() { return *m_table; }
    QString complaint() const;
    void accept() override; // what is wrong is said, and the dialog stays

protected:
    QString unsaved() const override;

private:
    void addRow(const ProbeAddress& probe);
    void add();
    void remove();
    std::vector<ProbeAddress> listed() const;

    ProbeRegistry& m_registry;
    std::vector<ProbeAddress> m_given; // as they stood here first
    QTableWidget* m_table;
    MessageBar* m_message;
    QPushButton* m_add;
    QPushButton* m_remove;
    QDialogButtonBox* m_buttons;
};

}
