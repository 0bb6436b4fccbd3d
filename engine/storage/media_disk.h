// Puts blocks of memory into segment files, several writes at once. Behind an interface, so that tests can have a disk
// that fails.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <sys/uio.h>

namespace callmon {

class MediaDisk { // one thread at a time
public:
    static constexpr unsigned writesAtOnce = 32;

    virtual ~MediaDisk() = default;

    // At most writesAtOnce without their done(). Memory, list and file stay until then.
    virtual void write(std::uint64_t tag, int file, std::span<const iovec> memory, std::uint64_t offset) = 0;
    struct Done {
        std::uint64_t tag = 0;
        std::int64_t result = 0; // bytes, perhaps fewer than asked for; -errno
    };
    virtual std::optional<Done> done() = 0; // in any order; empty when none is yet
};

// By io_uring where the system lets us, else one write after the other; `note` then says why.
std::unique_ptr<MediaDisk> openMediaDisk(std::string& note);

}
