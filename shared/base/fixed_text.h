// Text of bounded length kept in place: records are copied between threads as plain bytes, without allocation.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace callmon {

// Longer text is cut at Capacity bytes, never in the middle of a UTF-8 sequence; wasCut() remembers it.
template <std::size_t Capacity> class FixedText {
    static_assert(Capacity <= 254, "the length is kept in one byte beside the mark that text was cut");

public:
    FixedText() = default;
    FixedText(std::string_view text) { assign(text); }
    FixedText& operator=(std::string_view text)
    {
        assign(text);
        return *this;
    }

    std::string_view view() const { return { m_text.data(), m_size }; }
    operator std::string_view() const { return view(); }
    std::string str() const { return std::string(view()); }
    bool empty() const { return m_size == 0; }
    bool wasCut() const { return m_cut; }
    static constexpr std::size_t capacity() { return Capacity; }
    bool operator==(const FixedText& other) const { return view() == other.view(); }
    bool operator==(std::string_view other) const { return view() == other; }

private:
    static bool continues(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

    // Bytes before `cut` of the UTF-8 sequence that a cut there would break; none when it is no UTF-8: a sequence has
    // at most three continuation bytes (RFC 3629 3).
    static std::size_t brokenSequence(std::string_view text, std::size_t cut)
    {
        std::size_t back = 0;
        while (back < cut && back < 4 && continues(text[cut - back]))
            ++back;
        return continues(text[cut - back]) ? 0 : back;
    }

    void assign(std::string_view text)
    {
        std::size_t size = std::min(text.size(), Capacity);
        m_cut = size < text.size();
        if (m_cut)
            size -= brokenSequence(text, size);
        std::copy_n(text.data(), size, m_text.data());
        m_size = static_cast<std::uint8_t>(size);
    }

    std::array<char, Capacity> m_text {};
    std::uint8_t m_size = 0;
    bool m_cut = false;
};

}
