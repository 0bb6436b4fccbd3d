#include "console/views/call_notes_panel.h"

#include "console/models/figures.h"
#include "console/models/sentence_words.h"
#include "console/views/flow_layout.h"
#include "console/views/message_bar.h"

#include <QCompleter>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QStringListModel>
#include <QTextBrowser>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

namespace callmon {

namespace {

QString fromUtf8(const std::string& text)
{
    return QString::fromStdString(text);
}

}

CallNotesPanel::CallNotesPanel(ProbeDesk& desk, CallKey call, QWidget* parent)
    : QWidget(parent)
    , m_desk(desk)
    , m_call(call)
    , m_chips(new QWidget(this))
    , m_none(new QLabel(tr("No tags yet."), this))
    , m_tag(new QLineEdit(this))
    , m_addTag(new QPushButton(tr("Add &tag"), this))
    , m_list(new QTextBrowser(this))
    , m_note(new QLineEdit(this))
    , m_addNote(new QPushButton(tr("Add n&ote"), this))
    , m_may(new QLabel(this))
    , m_error(new MessageBar(this))
    , m_names(new QStringListModel(this))
{
    auto* flow = new FlowLayout(m_chips);
    flow->setContentsMargins(0, 0, 0, 0);
    flow->setSpacing(6);
    m_tag->setPlaceholderText(tr("bad-line"));
    m_tag->setAccessibleName(tr("Tag to add"));
    m_tag->setToolTip(tr("One word, as in bad-line; Enter adds it. Past calls are found by tags=bad-line."));
    m_tag->setMaximumWidth(240);
    m_tag->setMaxLength(static_cast<int>(longestTag));
    auto* completer = new QCompleter(m_names, this);
    completer->setCaseSensitivity(Qt::CaseInsensitive);
    completer->setFilterMode(Qt::MatchContains);
    m_tag->setCompleter(completer);
    m_note->setPlaceholderText(tr("What the others are to know about this call; Enter adds it with your name"));
    m_note->setAccessibleName(tr("Note to add"));
    m_note->setMaxLength(static_cast<int>(longestNote));
    m_list->setAccessibleName(tr("Notes"));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setOpenLinks(false);
    m_may->setWordWrap(true);
    for (QPushButton* button : { m_addTag, m_addNote })
        button->setAutoDefault(false);

    auto* tags = new QHBoxLayout;
    tags->addWidget(m_tag, 0, Qt::AlignTop); // beside the first row of many tags
    tags->addWidget(m_addTag, 0, Qt::AlignTop);
    tags->addWidget(m_none);
    tags->addWidget(m_chips, 1);
    auto* notes = new QHBoxLayout;
    notes->addWidget(m_note, 1);
    notes->addWidget(m_addNote);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 8, 10, 8);
    layout->addWidget(m_error);
    layout->addLayout(tags);
    layout->addWidget(m_list, 1);
    layout->addLayout(notes);
    layout->addWidget(m_may);

    for (QLineEdit* edit : { m_tag, m_note }) // what was wrong is being mended
        connect(edit, &QLineEdit::textEdited, m_error, &MessageBar::clear);
    connect(m_tag, &QLineEdit::returnPressed, this, &CallNotesPanel::addTag);
    connect(m_addTag, &QPushButton::clicked, this, &CallNotesPanel::addTag);
    connect(m_note, &QLineEdit::returnPressed, this, &CallNotesPanel::addNote);
    connect(m_addNote, &QPushButton::clicked, this, &CallNotesPanel::addNote);
    connect(&desk, &ProbeDesk::roleChanged, this, [this] {
        showRole();
        if (m_desk.may(ProbeDesk::Role::Operator))
            reload();
    });
    showNotes();
    showRole();
    if (m_desk.may(ProbeDesk::Role::Operator))
        reload();
}

QString CallNotesPanel::message() const
{
    return m_error->message();
}

bool CallNotesPanel::hasUnsaved() const
{
    return !m_note->text().trimmed().isEmpty() || !m_tag->text().trimmed().isEmpty();
}

void CallNotesPanel::reload()
{
    m_desk.notes(m_call, this, [this](const Result<CallNotes>& answer) { take(answer); });
    m_desk.tagNames(this, [this](const Result<std::vector<TagUse>>& names) {
        if (!names)
            return;
        QStringList texts;
        for (const TagUse& use : names.value())
            texts << fromUtf8(use.name);
        m_names->setStringList(texts);
    });
}

void CallNotesPanel::take(const Result<CallNotes>& answer)
{
    if (!answer) {
        m_error->say(MessageBar::Kind::Error, wordsOf(answer.error().sentence));
        return;
    }
    m_error->clear();
    m_notes = answer.value();
    showNotes();
    emit changed(static_cast<int>(m_notes.tags.size()), static_cast<int>(m_notes.notes.size()));
}

void CallNotesPanel::showNotes()
{
    const bool focusInChips = m_chips->isAncestorOf(focusWidget());
    while (QLayoutItem* item = m_chips->layout()->takeAt(0)) {
        if (QWidget* chip = item->widget()) {
            chip->hide();
            chip->setObjectName({});
            chip->deleteLater(); // its click may be what led here
        }
        delete item;
    }
    if (focusInChips)
        m_tag->setFocus();
    const bool mayRemove = m_desk.may(ProbeDesk::Role::Reviewer);
    for (const CallTag& tag : m_notes.tags) {
        auto* chip = new QToolButton(m_chips);
        const QString name = fromUtf8(tag.name);
        chip->setText(mayRemove ? name + QStringLiteral("  ✕") : name);
        chip->setObjectName(QStringLiteral("tag-") + name);
        chip->setEnabled(mayRemove);
        chip->setFocusPolicy(Qt::StrongFocus);
        const QString who = tr("added by %1, %2 UTC").arg(fromUtf8(tag.addedBy), dateTimeText(tag.addedAt));
        chip->setToolTip(mayRemove ? tr("%1; press to remove the tag").arg(who) : who);
        chip->setAccessibleName(mayRemove ? tr("Remove the tag %1").arg(name) : name);
        connect(chip, &QToolButton::clicked, this, [this, name] { removeTag(name); });
        m_chips->layout()->addWidget(chip);
        chip->show();
    }
    m_none->setVisible(m_notes.tags.empty());
    QString html;
    for (const CallNote& note : m_notes.notes)
        html += QStringLiteral("<p style='margin:0 0 8px 0'><span style='color:%1'>%2 · %3 UTC</span><br>%4</p>")
                    .arg(m_theme.quiet.name(), fromUtf8(note.by).toHtmlEscaped(), dateTimeText(note.at),
                        fromUtf8(note.text).toHtmlEscaped().replace(QLatin1Char('\n'), QStringLiteral("<br>")));
    if (html.isEmpty())
        html = QStringLiteral("<p style='color:%1'>%2</p>")
                   .arg(m_theme.quiet.name(), tr("Nobody has written anything about this call."));
    m_list->setHtml(html);
}

void CallNotesPanel::showRole()
{
    const bool may = m_desk.may(ProbeDesk::Role::Reviewer);
    for (QWidget* one : std::initializer_list<QWidget*> { m_tag, m_addTag, m_note, m_addNote })
        one->setVisible(may);
    switch (m_desk.role()) {
    case ProbeDesk::Role::Unknown:
        m_may->setText(tr("Not connected to the engine: tags and notes cannot be changed now."));
        break;
    case ProbeDesk::Role::Viewer:
        m_may->setText(tr("Your certificate says viewer: tags and notes are for operators, and reviewers write them."));
        break;
    default:
        m_may->setText(tr("Your certificate says operator: reviewers and admins write tags and notes."));
    }
    m_may->setVisible(!may);
    showNotes();
}

void CallNotesPanel::addTag()
{
    const auto tag = tagOf(m_tag->text().toStdString());
    if (!tag) { // told at once, without asking the engine
        m_error->say(MessageBar::Kind::Error, tr("That is no tag: %1.").arg(wordsOf(tag.error().sentence)));
        return;
    }
    m_desk.addTag(m_call, fromUtf8(tag.value()), this, [this](const Result<CallNotes>& answer) {
        take(answer);
        if (!answer)
            return;
        // The completer puts its text back after Enter has been handled.
        QTimer::singleShot(0, m_tag, &QLineEdit::clear);
        m_tag->clear();
        reload();
    });
}

void CallNotesPanel::removeTag(const QString& tag)
{
    m_desk.removeTag(m_call, tag, this, [this](const Result<CallNotes>& answer) { take(answer); });
}

void CallNotesPanel::addNote()
{
    const auto note = noteOf(m_note->text().toStdString());
    if (!note) {
        m_error->say(MessageBar::Kind::Error, tr("That is no note: %1.").arg(wordsOf(note.error().sentence)));
        return;
    }
    m_desk.addNote(m_call, fromUtf8(note.value()), this, [this](const Result<CallNotes>& answer) {
        take(answer);
        if (answer)
            m_note->clear();
    });
}

void CallNotesPanel::setTheme(const Theme& theme)
{
    m_theme = theme;
    m_error->setTheme(theme);
    showNotes();
}

}
