#include "engine/remote/local_users.h"

#include <QCoreApplication>
#include <QPointer>
#include <QThreadPool>
#include <QTimer>
#include <array>
#include <cstdio>
#include <memory>
#include <pwd.h>
#include <utility>

namespace callmon {

namespace {

using Entries = std::array<char, 4096>;

std::optional<std::string> nameInPasswd(std::uint32_t uid)
{
    const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen("/etc/passwd", "re"), std::fclose);
    Entries text {};
    passwd entry {};
    passwd* found = nullptr;
    while (file && ::fgetpwent_r(file.get(), &entry, text.data(), text.size(), &found) == 0 && found != nullptr)
        if (found->pw_uid == uid)
            return found->pw_name;
    return std::nullopt;
}

std::string numberOf(std::uint32_t uid)
{
    return "uid " + std::to_string(uid);
}

}

std::string userName(std::uint32_t uid)
{
    Entries text {};
    passwd entry {};
    passwd* found = nullptr;
    if (::getpwuid_r(uid, &entry, text.data(), text.size(), &found) == 0 && found != nullptr)
        return found->pw_name;
    return numberOf(uid);
}

LocalUsers::LocalUsers(QObject* parent)
    : QObject(parent)
{
}

void LocalUsers::nameOf(std::uint32_t uid, Then then)
{
    if (const auto known = m_known.find(uid); known != m_known.end())
        return then(known->second);
    if (auto name = nameInPasswd(uid))
        return then(m_known[uid] = std::move(*name));
    const std::uint64_t question = ++m_questions;
    m_waiting[question] = std::move(then);
    QTimer::singleShot(patience, this, [this, question, uid] { take(question, numberOf(uid)); });
    QThreadPool::globalInstance()->start([self = QPointer<LocalUsers>(this), question, uid] {
        QMetaObject::invokeMethod(qApp, [self, question, uid, name = userName(uid)] {
            if (!self)
                return;
            if (name != numberOf(uid)) // who has none today may be given one
                self->m_known[uid] = name;
            self->take(question, name);
        });
    });
}

void LocalUsers::take(std::uint64_t question, const std::string& name)
{
    if (auto waiting = m_waiting.extract(question))
        waiting.mapped()(name);
}

}
