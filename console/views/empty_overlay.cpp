#include "console/views/empty_overlay.h"

#include <QAbstractItemView>
#include <QEvent>

namespace callmon {

EmptyOverlay::EmptyOverlay(QAbstractItemView& view, const QString& sentence)
    : QLabel(sentence, view.viewport())
    , m_view(view)
{
    setAlignment(Qt::AlignCenter);
    setWordWrap(true);
    setMargin(8);
    setForegroundRole(QPalette::PlaceholderText);
    setAttribute(Qt::WA_TransparentForMouseEvents);
    view.viewport()->installEventFilter(this);
    const QAbstractItemModel* const rows = view.model();
    connect(rows, &QAbstractItemModel::rowsInserted, this, &EmptyOverlay::follow);
    connect(rows, &QAbstractItemModel::rowsRemoved, this, &EmptyOverlay::follow);
    connect(rows, &QAbstractItemModel::modelReset, this, &EmptyOverlay::follow);
    follow();
}

void EmptyOverlay::follow()
{
    setGeometry(m_view.viewport()->rect());
    setVisible(m_view.model()->rowCount() == 0);
}

bool EmptyOverlay::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Resize)
        follow();
    return QLabel::eventFilter(watched, event);
}

}
