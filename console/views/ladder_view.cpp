#include "console/views/ladder_view.h"

#include "console/models/call_words.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>
#include <algorithm>

namespace callmon {

namespace {

constexpr int narrowestColumn = 170; // px, from bar to bar: below, the ladder scrolls sideways
constexpr int margin = 6;
constexpr int arrowHead = 5;

QString roleName(const std::string& role)
{
    return role == "caller" ? LadderView::tr("Caller")
        : role == "callee"  ? LadderView::tr("Callee")
        : role == "proxy"   ? LadderView::tr("Proxy")
                            : QString();
}

}

LadderView::LadderView(QWidget* parent)
    : QAbstractScrollArea(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setFrameShape(QFrame::NoFrame);
    setAccessibleName(tr("Messages of the call"));
}

void LadderView::setMessages(const std::vector<CallMessage>& messages)
{
    const std::size_t selected = m_selected >= 0 ? messageOf(m_selected) : 0;
    const bool atEnd = m_selected >= 0 && m_selected == count() - 1;
    const bool endSeen = verticalScrollBar()->value() == verticalScrollBar()->maximum();
    m_ladder = ladderOf(messages);
    m_rows.clear();
    for (const LadderArrow& arrow : m_ladder.arrows) {
        const MessageHead& head = messages[arrow.message].head;
        Row row;
        row.time = QString::number(
            std::chrono::duration<double>(head.arrival - messages.front().head.arrival).count(), 'f', 3);
        row.label = text(arrow.summary.label());
        if (arrow.summary.status != 0 && arrow.summary.method != "INVITE" && !arrow.summary.method.empty())
            row.label += QStringLiteral(" (") + text(arrow.summary.method) + QLatin1Char(')');
        if (arrow.copies > 1 || head.repeated)
            row.label = QStringLiteral("↻ ") + row.label + QStringLiteral(" ×") + QString::number(arrow.copies);
        row.media = text(arrow.summary.media);
        m_rows.push_back(std::move(row));
    }
    m_selected = -1;
    layOut();
    if (m_rows.empty())
        return viewport()->update();
    int row = atEnd ? count() - 1 : 0; // who watched the newest one goes on to
    for (int i = 0; !atEnd && i < count(); ++i)
        if (messageOf(i) <= selected)
            row = i;
    m_selected = row;
    setAccessibleDescription(rowText(row));
    if (atEnd && endSeen)
        verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    viewport()->update();
}

int LadderView::rowOf(std::size_t message) const
{
    int row = count() - 1;
    while (row > 0 && messageOf(row) > message)
        --row;
    return row;
}

QString LadderView::ladderText() const
{
    QString all;
    int widest = 0;
    const auto name = [&](std::size_t column) { return text(toString(m_ladder.columns[column].endpoint)); };
    for (const LadderArrow& arrow : m_ladder.arrows)
        widest = std::max(widest, static_cast<int>(name(arrow.from).size() + name(arrow.to).size()));
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        const LadderArrow& arrow = m_ladder.arrows[i];
        const QString way = name(arrow.from) + QStringLiteral(" → ") + name(arrow.to);
        all += QStringLiteral("%1  %2  %3").arg(m_rows[i].time, 10).arg(way, -(widest + 3)).arg(m_rows[i].label);
        if (!m_rows[i].media.isEmpty())
            all += QStringLiteral("  [") + m_rows[i].media + QLatin1Char(']');
        all += QLatin1Char('\n');
    }
    return all;
}

void LadderView::setTheme(const Theme& theme)
{
    m_theme = theme;
    viewport()->update();
}

int LadderView::rowHeight() const
{
    return 2 * fontMetrics().height() + margin;
}

int LadderView::headHeight() const
{
    return 2 * fontMetrics().height() + 2 * margin;
}

int LadderView::timeWidth() const
{
    return fontMetrics().horizontalAdvance(QStringLiteral("00000.000")) + 2 * margin;
}

int LadderView::columnWidth() const
{
    const int columns = std::max(1, static_cast<int>(m_ladder.columns.size()));
    return std::max(narrowestColumn, (viewport()->width() - timeWidth()) / columns);
}

int LadderView::barOf(std::size_t column) const
{
    return timeWidth() + columnWidth() * static_cast<int>(column) + columnWidth() / 2 - horizontalScrollBar()->value();
}

int LadderView::rowAt(int y) const
{
    if (y < headHeight())
        return -1;
    const int row = (y - headHeight() + verticalScrollBar()->value()) / rowHeight();
    return row < count() ? row : -1;
}

void LadderView::layOut()
{
    const int room = viewport()->height() - headHeight();
    verticalScrollBar()->setRange(0, std::max(0, count() * rowHeight() - room));
    verticalScrollBar()->setPageStep(std::max(1, room));
    verticalScrollBar()->setSingleStep(rowHeight());
    const int width = timeWidth() + columnWidth() * static_cast<int>(m_ladder.columns.size());
    horizontalScrollBar()->setRange(0, std::max(0, width - viewport()->width()));
    horizontalScrollBar()->setPageStep(viewport()->width());
    horizontalScrollBar()->setSingleStep(narrowestColumn / 4);
}

void LadderView::resizeEvent(QResizeEvent*)
{
    layOut();
}

void LadderView::select(int row)
{
    if (m_rows.empty())
        return;
    row = std::clamp(row, 0, count() - 1);
    const int top = row * rowHeight();
    const int room = viewport()->height() - headHeight();
    if (top < verticalScrollBar()->value())
        verticalScrollBar()->setValue(top);
    else if (top + rowHeight() > verticalScrollBar()->value() + room)
        verticalScrollBar()->setValue(top + rowHeight() - room);
    viewport()->update();
    if (row == m_selected)
        return;
    m_selected = row;
    setAccessibleDescription(rowText(row)); // what a screen reader says of it
    emit selectionChanged(row);
}

QString LadderView::rowText(int row) const
{
    const auto index = static_cast<std::size_t>(row);
    const LadderArrow& arrow = m_ladder.arrows[index];
    const auto name = [&](std::size_t column) { return text(toString(m_ladder.columns[column].endpoint)); };
    QString said =
        tr("%1 s: %2 from %3 to %4").arg(m_rows[index].time, m_rows[index].label, name(arrow.from), name(arrow.to));
    if (!m_rows[index].media.isEmpty())
        said += QLatin1Char('\n') + m_rows[index].media;
    return said;
}

void LadderView::mousePressEvent(QMouseEvent* event)
{
    if (const int row = rowAt(event->position().toPoint().y()); row >= 0)
        select(row);
}

void LadderView::keyPressEvent(QKeyEvent* event)
{
    const int page = std::max(1, (viewport()->height() - headHeight()) / rowHeight());
    switch (event->key()) {
    case Qt::Key_Up:
        return select(m_selected - 1);
    case Qt::Key_Down:
        return select(m_selected + 1);
    case Qt::Key_PageUp:
        return select(m_selected - page);
    case Qt::Key_PageDown:
        return select(m_selected + page);
    case Qt::Key_Home:
        return select(0);
    case Qt::Key_End:
        return select(count() - 1);
    default:
        QAbstractScrollArea::keyPressEvent(event);
    }
}

bool LadderView::viewportEvent(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QAbstractScrollArea::viewportEvent(event);
    const auto* const help = static_cast<QHelpEvent*>(event);
    if (const int row = rowAt(help->pos().y()); row >= 0)
        QToolTip::showText(help->globalPos(), rowText(row).toHtmlEscaped(), viewport());
    else
        QToolTip::hideText();
    return true;
}

void LadderView::paintEvent(QPaintEvent*)
{
    QPainter painter(viewport());
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(viewport()->rect(), m_theme.base);
    if (m_rows.empty())
        return;
    const int scrolled = verticalScrollBar()->value();
    const int first = scrolled / rowHeight();
    const int last = std::min(count() - 1, (scrolled + viewport()->height()) / rowHeight());
    painter.setClipRect(0, headHeight(), viewport()->width(), viewport()->height());
    if (m_selected >= 0) {
        const QRect row(0, headHeight() + m_selected * rowHeight() - scrolled, viewport()->width(), rowHeight());
        painter.fillRect(row, m_theme.raised);
        painter.fillRect(row.left(), row.top(), 3, row.height(), hasFocus() ? m_theme.accent : m_theme.quiet);
    }
    painter.setPen(m_theme.line);
    for (std::size_t column = 0; column < m_ladder.columns.size(); ++column)
        painter.drawLine(barOf(column), headHeight(), barOf(column), viewport()->height());
    for (int row = first; row <= last; ++row)
        paintRow(painter, row, headHeight() + row * rowHeight() - scrolled);
    painter.setClipping(false);
    paintHead(painter);
}

void LadderView::paintHead(QPainter& painter) const
{
    painter.fillRect(0, 0, viewport()->width(), headHeight(), m_theme.window);
    const int line = fontMetrics().height();
    for (std::size_t column = 0; column < m_ladder.columns.size(); ++column) {
        const LadderColumn& shown = m_ladder.columns[column];
        const QRect place(barOf(column) - columnWidth() / 2 + margin, margin, columnWidth() - 2 * margin, line);
        painter.setPen(m_theme.text);
        painter.drawText(place, Qt::AlignCenter, roleName(shown.role));
        painter.setPen(m_theme.quiet);
        painter.drawText(place.translated(0, line), Qt::AlignCenter,
            fontMetrics().elidedText(text(toString(shown.endpoint)), Qt::ElideMiddle, place.width()));
    }
    painter.setPen(m_theme.line);
    painter.drawLine(0, headHeight() - 1, viewport()->width(), headHeight() - 1);
}

// The label above its arrow, what the session description says below.
void LadderView::paintRow(QPainter& painter, int row, int top) const
{
    const auto index = static_cast<std::size_t>(row);
    const LadderArrow& arrow = m_ladder.arrows[index];
    const Row& shown = m_rows[index];
    const int line = fontMetrics().height();
    const int y = top + line + 2;
    painter.setPen(m_theme.quiet);
    painter.drawText(
        QRect(margin, top, timeWidth() - 2 * margin, 2 * line), Qt::AlignRight | Qt::AlignVCenter, shown.time);

    const bool failure = arrow.summary.status >= 400;
    const QColor colour = failure ? m_theme.bad : arrow.summary.status >= 200 ? m_theme.good : m_theme.text;
    const int from = barOf(arrow.from);
    const int to = arrow.from == arrow.to ? from + columnWidth() / 2 - margin : barOf(arrow.to);
    const int left = std::min(from, to);
    const QRect place(left + 2 * margin, top, std::abs(to - from) - 4 * margin, line);
    painter.setPen(QPen(colour, 1.5, arrow.summary.status != 0 ? Qt::DashLine : Qt::SolidLine));
    painter.drawLine(from, y, to, y);
    const int back = to > from ? -arrowHead : arrowHead;
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    painter.drawPolygon(QPolygon({ { to, y }, { to + back, y - arrowHead + 1 }, { to + back, y + arrowHead - 1 } }));
    painter.setPen(colour);
    painter.drawText(place, Qt::AlignHCenter | Qt::AlignBottom,
        fontMetrics().elidedText(shown.label, Qt::ElideRight, place.width()));
    painter.setPen(m_theme.quiet);
    painter.drawText(place.translated(0, line + 3), Qt::AlignHCenter | Qt::AlignTop,
        fontMetrics().elidedText(shown.media, Qt::ElideRight, place.width()));
}

}
