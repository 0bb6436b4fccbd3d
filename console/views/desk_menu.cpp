#include "console/views/desk_menu.h"

#include "console/views/audit_dialog.h"
#include "console/views/deletion_dialog.h"
#include "console/views/editor_dialog.h"
#include "console/views/holds_dialog.h"
#include "console/views/recording_rules_dialog.h"

#include <QAction>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QStandardItemModel>
#include <algorithm>

namespace callmon {

DeskMenu::DeskMenu(CallSource& source, QMenuBar& bar, ChosenCall chosen, QWidget* window)
    : QObject(window)
    , m_source(source)
    , m_chosen(std::move(chosen))
    , m_window(window)
    , m_menu(bar.addMenu(tr("&Records")))
{
    m_menu->setToolTipsVisible(true);
    add(tr("&Recording rules…"), tr("Which calls are recorded"), Kind::RecordingRules);
    add(tr("Legal &holds…"), tr("Calls that nothing may delete; the chosen call can be held"), Kind::Holds);
    add(tr("&Delete the calls of a number…"), tr("All that is stored of them"), Kind::Deletion);
    add(tr("&Audit log…"), tr("Who asked for what"), Kind::Audit);
    connect(&source, &CallSource::probesChanged, this, &DeskMenu::showRole);
    showRole();
}

void DeskMenu::add(const QString& text, const QString& statusTip, Kind kind)
{
    QAction* const action = m_menu->addAction(text);
    action->setStatusTip(statusTip);
    connect(action, &QAction::triggered, this, [this, kind] { show(kind); });
    m_actions.emplace_back(action, kind);
}

ProbeDesk::Role DeskMenu::least(Kind kind)
{
    return kind == Kind::RecordingRules ? ProbeDesk::Role::Operator
        : kind == Kind::Holds           ? ProbeDesk::Role::Reviewer
                                        : ProbeDesk::Role::Admin;
}

std::vector<DeskMenu::Desk> DeskMenu::desks() const
{
    std::vector<Desk> all;
    for (const CallSource::Probe& probe : m_source.probes())
        if (ProbeDesk* const desk = m_source.of(probe.id).desk())
            all.push_back({ probe, desk });
    return all;
}

void DeskMenu::showRole()
{
    const std::vector<Desk> all = desks();
    for (const Desk& of : all)
        if (m_followed.insert(of.desk).second)
            connect(of.desk, &ProbeDesk::roleChanged, this, &DeskMenu::showRole);
    const bool connected =
        std::ranges::any_of(all, [](const Desk& of) { return of.desk->role() != ProbeDesk::Role::Unknown; });
    for (const auto& [action, kind] : m_actions) {
        const ProbeDesk::Role wanted = least(kind);
        const bool may = std::ranges::any_of(all, [wanted](const Desk& of) { return of.desk->may(wanted); });
        action->setEnabled(may);
        action->setToolTip(may                     ? action->statusTip()
                : !connected                       ? tr("Not connected to an engine")
                : wanted == ProbeDesk::Role::Admin ? tr("For admins: your certificate is of another role")
                                                   : tr("Your certificate's role does not allow it"));
    }
    fillProbeChoice();
}

void DeskMenu::show(Kind kind)
{
    const std::vector<Desk> all = desks();
    if (all.empty() || !mayLeaveDialog())
        return;
    m_call = m_chosen ? m_chosen() : std::nullopt;
    const Desk* best = nullptr;
    const auto rank = [&](const Desk& of) { // what may be shown, then of the chosen call, then as last time
        return 4 * of.desk->may(least(kind)) + 2 * (m_call && m_call->name.probe == of.probe.id)
            + (of.probe.id == m_probe);
    };
    for (const Desk& of : all)
        if (!best || rank(of) > rank(*best))
            best = &of;
    show(kind, *best);
}

bool DeskMenu::mayLeaveDialog()
{
    auto* const editor = qobject_cast<EditorDialog*>(m_dialog.data());
    return !editor || editor->mayLeave();
}

void DeskMenu::show(Kind kind, const Desk& of)
{
    m_kind = kind;
    m_probe = of.probe.id;
    switch (kind) {
    case Kind::RecordingRules:
        return open(new RecordingRulesDialog(*of.desk, m_window), of);
    case Kind::Holds: {
        const bool here = m_call && m_call->name.probe == of.probe.id;
        auto* dialog = new HoldsDialog(*of.desk, here ? std::optional(m_call->name.key) : std::nullopt,
            here ? m_call->title : QString(), m_window);
        connect(dialog, &HoldsDialog::callActivated, this,
            [this, probe = of.probe.id](CallKey call) { emit callActivated(call, probe); });
        connect(dialog, &HoldsDialog::holdChanged, this,
            [this, probe = of.probe.id](CallKey call) { emit holdChanged(call, probe); });
        return open(dialog, of);
    }
    case Kind::Deletion:
        return open(new DeletionDialog(*of.desk, m_window), of);
    case Kind::Audit:
        return open(new AuditDialog(*of.desk, m_window), of);
    }
}

template <typename Dialog> void DeskMenu::open(Dialog* dialog, const Desk& of)
{
    const QRect place = m_dialog ? m_dialog->geometry() : QRect();
    delete m_dialog;
    m_dialog = dialog;
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    if (m_source.probes().size() > 1) {
        dialog->setWindowTitle(tr("%1: %2").arg(dialog->windowTitle(), of.probe.name));
        addProbeChoice(*dialog);
    }
    dialog->setTheme(m_theme);
    connect(dialog, &Dialog::exportWanted, this, [this, dialog, probe = of.probe.id](Report report) {
        report.probes = { probe };
        exportReport(m_source, std::move(report), m_theme, dialog);
    });
    m_themeDialog = [dialog = QPointer<Dialog>(dialog)](const Theme& theme) {
        if (dialog)
            dialog->setTheme(theme);
    };
    if (place.isValid())
        dialog->move(place.topLeft());
    dialog->show();
}

void DeskMenu::addProbeChoice(QDialog& dialog)
{
    auto* choice = new QComboBox(&dialog);
    choice->setObjectName(QStringLiteral("deskProbe"));
    choice->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    auto* label = new QLabel(tr("&Probe"), &dialog);
    label->setBuddy(choice);
    auto* row = new QHBoxLayout;
    row->addWidget(label);
    row->addWidget(choice);
    row->addStretch(1);
    if (auto* layout = qobject_cast<QBoxLayout*>(dialog.layout()))
        layout->insertLayout(0, row);
    fillProbeChoice();
    // activated: by the user. What was typed for one engine is not for the other: a dialog of its own.
    connect(
        choice, &QComboBox::activated, this,
        [this, choice](int index) {
            const std::vector<Desk> all = desks();
            const auto wanted = std::ranges::find(all, choice->itemData(index).toInt(),
                [](const Desk& of) { return static_cast<int>(of.probe.id.value); });
            if (wanted == all.end() || wanted->probe.id == m_probe)
                return;
            if (!mayLeaveDialog())
                return fillProbeChoice();
            show(m_kind, *wanted);
            if (QComboBox* next = probeChoice())
                next->setFocus();
        },
        Qt::QueuedConnection); // its dialog goes with it
}

QComboBox* DeskMenu::probeChoice() const
{
    return m_dialog ? m_dialog->findChild<QComboBox*>(QStringLiteral("deskProbe")) : nullptr;
}

void DeskMenu::fillProbeChoice()
{
    QComboBox* const choice = probeChoice();
    if (!choice)
        return;
    choice->clear();
    for (const Desk& of : desks()) {
        const bool known = of.desk->role() != ProbeDesk::Role::Unknown;
        const bool may = of.desk->may(least(m_kind));
        choice->addItem(may ? of.probe.name
                : known     ? tr("%1 (not for your role)").arg(of.probe.name)
                            : tr("%1 (no answer)").arg(of.probe.name),
            static_cast<int>(of.probe.id.value));
        if (auto* items = qobject_cast<QStandardItemModel*>(choice->model()))
            items->item(choice->count() - 1)->setEnabled(may || of.probe.id == m_probe);
    }
    choice->setCurrentIndex(choice->findData(static_cast<int>(m_probe.value)));
}

void DeskMenu::setTheme(const Theme& theme)
{
    m_theme = theme;
    if (m_themeDialog)
        m_themeDialog(theme);
}

}
