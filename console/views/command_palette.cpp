#include "console/views/command_palette.h"

#include "console/models/fuzzy_match.h"

#include <QApplication>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

namespace callmon {

namespace {

enum Role { CommandRole = Qt::UserRole, KeysRole };
constexpr int margin = 8;

// A command's name at the left, its keys in a column of their own at the right.
class CommandDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        return { QStyledItemDelegate::sizeHint(option, index).width(), option.fontMetrics.height() + 7 };
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        QStyleOptionViewItem cell = option;
        initStyleOption(&cell, index);
        const QString name = std::exchange(cell.text, QString());
        const QStyle* style = cell.widget ? cell.widget->style() : QApplication::style();
        style->drawControl(QStyle::CE_ItemViewItem, &cell, painter, cell.widget);
        const bool selected = cell.state & QStyle::State_Selected;
        const QRect area = cell.rect.adjusted(margin, 0, -margin, 0);
        const QString keys = index.data(KeysRole).toString();
        painter->save();
        painter->setPen(cell.palette.color(selected ? QPalette::HighlightedText : QPalette::PlaceholderText));
        painter->drawText(area, Qt::AlignRight | Qt::AlignVCenter, keys);
        painter->setPen(cell.palette.color(selected ? QPalette::HighlightedText : QPalette::Text));
        const int room = area.width() - (keys.isEmpty() ? 0 : cell.fontMetrics.horizontalAdvance(keys) + 2 * margin);
        painter->drawText(
            area, Qt::AlignLeft | Qt::AlignVCenter, cell.fontMetrics.elidedText(name, Qt::ElideRight, room));
        painter->restore();
    }
};

}

CommandPalette::CommandPalette(std::vector<Command> commands, QWidget* parent)
    : QDialog(parent, Qt::Dialog | Qt::FramelessWindowHint)
    , m_commands(std::move(commands))
    , m_edit(new QLineEdit(this))
    , m_list(new QListWidget(this))
{
    setWindowTitle(tr("Commands"));
    m_edit->setPlaceholderText(tr("What do you want to do?"));
    m_edit->setAccessibleName(tr("Name of a command"));
    m_edit->installEventFilter(this);
    m_list->setAccessibleName(tr("Commands that fit"));
    m_list->setFocusPolicy(Qt::NoFocus); // arrows reach it from the line
    m_list->setUniformItemSizes(true);
    m_list->setItemDelegate(new CommandDelegate(m_list));
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 8, 8, 8);
    layout->addWidget(m_edit);
    layout->addWidget(m_list);
    resize(520, 360);
    if (parent != nullptr)
        move(parent->window()->mapToGlobal(QPoint((parent->window()->width() - width()) / 2, 60)));
    connect(m_edit, &QLineEdit::textChanged, this, &CommandPalette::fill);
    connect(m_list, &QListWidget::itemClicked, this, &CommandPalette::runCurrent);
    fill({});
    m_edit->setFocus();
}

void CommandPalette::setText(const QString& typed)
{
    m_edit->setText(typed);
}

QStringList CommandPalette::shown() const
{
    QStringList names;
    for (int row = 0; row < m_list->count(); ++row)
        if (const QVariant command = m_list->item(row)->data(CommandRole); command.isValid())
            names += m_commands[command.toUInt()].name;
    return names;
}

void CommandPalette::fill(const QString& typed)
{
    std::vector<std::pair<int, std::size_t>> found;
    for (std::size_t i = 0; i < m_commands.size(); ++i)
        if (const auto score = fuzzyScore(typed, m_commands[i].name))
            found.emplace_back(*score, i);
    std::ranges::stable_sort(found, [](const auto& a, const auto& b) { return a.first > b.first; });
    m_list->clear();
    for (const auto& [score, i] : found) {
        const Command& command = m_commands[i];
        auto* item = new QListWidgetItem(command.name, m_list);
        item->setData(CommandRole, QVariant::fromValue<uint>(static_cast<uint>(i)));
        item->setData(KeysRole, command.keys);
        if (!command.keys.isEmpty())
            item->setData(Qt::AccessibleDescriptionRole, command.keys);
    }
    if (found.empty())
        (new QListWidgetItem(tr("Nothing is called so: type fewer letters."), m_list))->setFlags(Qt::NoItemFlags);
    m_list->setCurrentRow(0);
}

void CommandPalette::runCurrent()
{
    const QListWidgetItem* item = m_list->currentItem();
    const QVariant command = item == nullptr ? QVariant() : item->data(CommandRole);
    if (!command.isValid())
        return;
    const auto run = m_commands[command.toUInt()].run;
    QTimer::singleShot(0, parent(), run); // with the palette gone, so that focus is where the command expects it
    accept();
}

// Who clicks elsewhere wants it no more: it must not stay in front of a window that it blocks.
bool CommandPalette::event(QEvent* event)
{
    if (event->type() == QEvent::WindowDeactivate)
        reject();
    return QDialog::event(event);
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_edit && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        const int step = key == Qt::Key_Down ? 1
            : key == Qt::Key_Up              ? -1
            : key == Qt::Key_PageDown        ? 10
            : key == Qt::Key_PageUp          ? -10
                                             : 0;
        if (step != 0) {
            m_list->setCurrentRow(std::clamp(m_list->currentRow() + step, 0, m_list->count() - 1));
            return true;
        }
        if (key == Qt::Key_Return || key == Qt::Key_Enter) {
            runCurrent();
            return true;
        }
    }
    return QDialog::eventFilter(watched, event);
}

}
