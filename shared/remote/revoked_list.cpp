#include "shared/remote/revoked_list.h"

#include "shared/remote/identity_files.h"

#include <QFile>

namespace callmon {

std::string serialOf(const QSslCertificate& certificate)
{
    return certificate.serialNumber().replace(":", "").toLower().toStdString(); // Qt writes 0a:1b
}

RevokedList RevokedList::of(const std::filesystem::path& identity)
{
    RevokedList list;
    QFile file(QString::fromStdString((identity / revokedFile).string()));
    if (!file.exists())
        return list;
    if (!file.open(QIODevice::ReadOnly)) {
        list.m_trouble =
            QStringLiteral("the list of revoked certificates, %1, cannot be read (%2), so nobody is let in: give the "
                           "engine's user the right to read it")
                .arg(file.fileName(), file.errorString());
        return list;
    }
    QByteArray content = file.readAll();
    if (content.startsWith("\xef\xbb\xbf")) // an editor's byte order mark
        content.remove(0, 3);
    for (const QByteArray& line : content.split('\n'))
        list.m_serials.insert(line.split(' ').front().trimmed().toLower().toStdString());
    return list;
}

}
