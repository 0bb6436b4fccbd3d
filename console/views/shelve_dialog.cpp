#include "console/views/shelve_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

namespace callmon {

ShelveDialog::ShelveDialog(const QString& alarms, const QString& which, QWidget* parent)
    : EditorDialog(parent)
    , m_time(new QComboBox(this))
    , m_comment(new QLineEdit(this))
{
    using std::chrono::minutes;
    setWindowTitle(tr("Shelve %1").arg(alarms));
    const std::pair<QString, minutes> times[] { { tr("30 minutes"), minutes(30) }, { tr("2 hours"), minutes(2 * 60) },
        { tr("8 hours"), minutes(8 * 60) }, { tr("1 day"), minutes(24 * 60) }, { tr("7 days"), minutes(7 * 24 * 60) } };
    for (const auto& [words, time] : times)
        m_time->addItem(words, static_cast<int>(time.count()));
    m_time->setObjectName(QStringLiteral("shelfTime"));
    m_comment->setObjectName(QStringLiteral("shelfComment"));
    m_comment->setMaxLength(200); // the engine keeps 254 bytes
    auto* what =
        new QLabel(which.isEmpty() ? tr("Nobody is told of them for that time, in any console, nor of what the "
                                        "same rules raise about the same calls or groups.")
                                   : tr("Nobody is told of it for that time, in any console, nor of what the same "
                                        "rule raises about the same call or group."),
            this);
    what->setWordWrap(true);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    buttons->button(QDialogButtonBox::Ok)->setText(tr("Shelve"));
    auto* form = new QFormLayout(this);
    if (!which.isEmpty()) {
        auto* alarm = new QLabel(which, this);
        alarm->setTextFormat(Qt::PlainText);
        alarm->setWordWrap(true);
        form->addRow(alarm);
    }
    form->addRow(what);
    form->addRow(tr("&For"), m_time);
    form->addRow(tr("A &comment for the others"), m_comment);
    form->addRow(buttons);
    resize(460, form->totalHeightForWidth(460));
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

std::chrono::seconds ShelveDialog::time() const
{
    return std::chrono::minutes(m_time->currentData().toInt());
}

QString ShelveDialog::comment() const
{
    return m_comment->text().trimmed();
}

QString ShelveDialog::unsaved() const
{
    return comment().isEmpty() ? QString() : tr("The comment that you wrote is of no alarm yet.");
}

}
