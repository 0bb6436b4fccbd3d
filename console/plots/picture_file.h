// What is painted on the screen, as a picture for print and in a file.
#pragma once

#include <QPixmap>
#include <functional>

class QPainter;

namespace callmon {

using Paint = std::function<void(QPainter& painter)>;

QPixmap pictureOf(QSize size, const Paint& paint);
// As .png or .svg, by the name's end. Empty, or a sentence that says what to do.
QString writePicture(const QString& path, QSize size, const Paint& paint);

}
