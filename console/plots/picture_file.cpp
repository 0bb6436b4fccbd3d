#include "console/plots/picture_file.h"

#include "console/plots/svg_device.h"

#include <QCoreApplication>
#include <QPainter>
#include <QSaveFile>

namespace callmon {

QPixmap pictureOf(QSize size, const Paint& paint)
{
    constexpr int sharp = 2; // for print
    QPixmap picture(size * sharp);
    picture.setDevicePixelRatio(sharp);
    QPainter painter(&picture);
    paint(painter);
    return picture;
}

QString writePicture(const QString& path, QSize size, const Paint& paint)
{
    const QString ending = path.section(QLatin1Char('.'), -1).toLower();
    if (ending != QLatin1String("png") && ending != QLatin1String("svg"))
        return QCoreApplication::translate("PictureFile", "%1 was not written: end its name with .png or .svg.")
            .arg(path);
    QSaveFile file(path);
    const auto why = [&] {
        return QCoreApplication::translate(
            "PictureFile", "%1 was not written: %2. Choose another folder or free some space.")
            .arg(path, file.errorString());
    };
    if (!file.open(QIODevice::WriteOnly))
        return why();
    if (ending == QLatin1String("png")) {
        if (!pictureOf(size, paint).save(&file, "PNG"))
            return why();
    } else {
        SvgDevice svg(size);
        {
            QPainter painter(&svg);
            paint(painter);
        }
        file.write(svg.document());
    }
    return file.commit() ? QString() : why();
}

}
