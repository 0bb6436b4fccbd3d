#include "console/views/picture_file.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>

namespace callmon {

namespace {

bool isPng(const QString& path)
{
    return QFileInfo(path).suffix().compare(QLatin1String("png"), Qt::CaseInsensitive) == 0;
}

// On the thread that writes: a PNG of a large window takes most of a second to pack.
Result<void> write(const QImage& picture, QByteArray document, const std::string& path)
{
    if (!picture.isNull()) {
        QBuffer packed(&document);
        if (!packed.open(QIODevice::WriteOnly) || !picture.save(&packed, "PNG"))
            return Error { sentence(
                TR("Engine", "there is not enough memory for a picture of that size; make the window smaller")) };
    }
    QFile file(QFile::decodeName(path.c_str()));
    if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate) || file.write(document) != document.size()
        || !file.flush())
        return Error { sentence(TR("Engine", "cannot write %1: %2; free some space there, or choose another place"),
            path, file.errorString().toStdString()) };
    return {};
}

}

QString complaintAboutPicture(const QString& path)
{
    if (isPng(path) || QFileInfo(path).suffix().compare(QLatin1String("svg"), Qt::CaseInsensitive) == 0)
        return {};
    return QCoreApplication::translate("PictureFile", "%1 was not written: end its name with .png or .svg.").arg(path);
}

void writePicture(FileWriter& writer, const Picture& of, const QString& path)
{
    writer.start(path, 0,
        [picture = isPng(path) ? of.picture() : QImage(), drawing = isPng(path) ? QByteArray() : of.drawing()](
            const std::string& temporary, const FileWriter::GoesOn&) { return write(picture, drawing, temporary); });
}

}
