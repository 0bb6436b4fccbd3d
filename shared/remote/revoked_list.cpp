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
    list.m_readable = file.open(QIODevice::ReadOnly);
    for (const QByteArray& line : file.readAll().split('\n'))
        list.m_serials.insert(line.split(' ').front().trimmed().toLower().toStdString());
    return list;
}

}
