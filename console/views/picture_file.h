// A picture as a PNG file, or a drawing as an SVG file: by the name's end. Packed and written on another thread.
#pragma once

#include "console/recording/file_writer.h"

#include <QImage>

namespace callmon {

// Nothing where the name tells what it is to be; else what is wrong with it, and what to do.
QString complaintAboutPicture(const QString& path);

struct Picture {
    std::function<QImage()> picture;
    std::function<QByteArray()> drawing; // an SVG document
};
void writePicture(FileWriter& writer, const Picture& of, const QString& path); // of a path without complaint

}
