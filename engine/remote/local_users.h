// What users of this machine are called, without keeping the event loop waiting for a directory service.
#pragma once

#include <QObject>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace callmon {

// "anna"; "uid 1234" when that has no name. May ask a directory service: not on the event loop.
std::string userName(std::uint32_t uid);

class LocalUsers : public QObject {
    Q_OBJECT

public:
    explicit LocalUsers(QObject* parent = nullptr);

    using Then = std::function<void(const std::string& name)>;
    // At once for who is in /etc/passwd or was asked for before; else when the directory service has answered, at the
    // latest after `patience`, with the number then.
    void nameOf(std::uint32_t uid, Then then);

    static constexpr std::chrono::milliseconds patience { 1000 };

private:
    void take(std::uint64_t question, const std::string& name);

    std::map<std::uint32_t, std::string> m_known;
    std::map<std::uint64_t, Then> m_waiting; // by question
    std::uint64_t m_questions = 0;
};

}
