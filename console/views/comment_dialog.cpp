#include "console/views/comment_dialog.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace callmon {

CommentDialog::CommentDialog(const QString& alarms, const QString& which, QWidget* parent)
    : EditorDialog(parent)
    , m_comment(new QLineEdit(this))
{
    setWindowTitle(tr("Acknowledge %1").arg(alarms));
    m_comment->setObjectName(QStringLiteral("acknowledgementComment"));
    m_comment->setMaxLength(200); // the engine keeps 254 bytes
    auto* prompt = new QLabel(tr("A &comment for the others, if there is anything to say:"), this);
    prompt->setBuddy(m_comment);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    buttons->button(QDialogButtonBox::Ok)->setText(tr("Acknowledge"));
    auto* layout = new QVBoxLayout(this);
    if (!which.isEmpty()) {
        auto* alarm = new QLabel(which, this);
        alarm->setTextFormat(Qt::PlainText); // groups have names that users gave them
        alarm->setWordWrap(true);
        layout->addWidget(alarm);
    }
    layout->addWidget(prompt);
    layout->addWidget(m_comment);
    layout->addWidget(buttons);
    resize(460, layout->totalHeightForWidth(460));
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

QString CommentDialog::comment() const
{
    return m_comment->text().trimmed();
}

QString CommentDialog::unsaved() const
{
    return comment().isEmpty() ? QString() : tr("The comment that you wrote is of no alarm yet.");
}

}
