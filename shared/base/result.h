// What a function returns that can fail because the world failed (disk, port, file). The members have
// std::expected's names. Bad traffic is not an error: parsers return std::optional.
#pragma once

#include "shared/base/sentence.h"

#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace callmon {

struct Error {
    Error() = default;
    Error(std::string text)
        : what(std::move(text))
        , sentence(plainText(what))
    {
    }
    Error(Sentence said)
        : what(toText(said))
        , sentence(std::move(said))
    {
    }

    std::string what; // one sentence for the user: what failed, on what, and what to do
    Sentence sentence; // the same; a pattern where the console is to say it in the user's language
};

inline const Sentence& sentencePart(const Error& error)
{
    return error.sentence;
}

template <typename T> class [[nodiscard]] Result {
public:
    Result(T value)
        : m_state(std::in_place_index<0>, std::move(value))
    {
    }
    Result(Error error)
        : m_state(std::in_place_index<1>, std::move(error))
    {
    }

    bool has_value() const { return m_state.index() == 0; }
    explicit operator bool() const { return has_value(); }
    T& value()
    {
        assert(has_value());
        return *std::get_if<0>(&m_state);
    }
    const T& value() const
    {
        assert(has_value());
        return *std::get_if<0>(&m_state);
    }
    const Error& error() const
    {
        assert(!has_value());
        return *std::get_if<1>(&m_state);
    }

private:
    std::variant<T, Error> m_state;
};

template <> class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error)
        : m_error(std::move(error))
    {
    }

    bool has_value() const { return !m_error; }
    explicit operator bool() const { return has_value(); }
    const Error& error() const
    {
        assert(m_error);
        return *m_error;
    }

private:
    std::optional<Error> m_error;
};

}
