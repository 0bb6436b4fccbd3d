#include "engine/storage/media_disk.h"

#include <cerrno>
#include <cstring>
#include <deque>
#include <liburing.h>

namespace callmon {

namespace {

class PlainDisk final : public MediaDisk {
public:
    void write(std::uint64_t tag, int file, std::span<const iovec> memory, std::uint64_t offset) override
    {
        ssize_t wrote = 0;
        do
            wrote = ::pwritev(file, memory.data(), static_cast<int>(memory.size()), static_cast<off_t>(offset));
        while (wrote < 0 && errno == EINTR);
        m_done.push_back({ tag, wrote < 0 ? -errno : wrote });
    }
    std::optional<Done> done() override
    {
        if (m_done.empty())
            return std::nullopt;
        const Done first = m_done.front();
        m_done.pop_front();
        return first;
    }

private:
    std::deque<Done> m_done;
};

class UringDisk final : public MediaDisk {
public:
    static std::unique_ptr<MediaDisk> open(int& failed)
    {
        io_uring ring {};
        failed = -io_uring_queue_init(writesAtOnce, &ring, 0);
        return failed == 0 ? std::unique_ptr<MediaDisk>(new UringDisk(ring)) : nullptr;
    }
    ~UringDisk() override { io_uring_queue_exit(&m_ring); }
    UringDisk(const UringDisk&) = delete;
    UringDisk& operator=(const UringDisk&) = delete;

    void write(std::uint64_t tag, int file, std::span<const iovec> memory, std::uint64_t offset) override
    {
        io_uring_sqe* entry = io_uring_get_sqe(&m_ring); // as many as writes at once, and each is submitted at once
        io_uring_prep_writev(entry, file, memory.data(), static_cast<unsigned>(memory.size()), offset);
        io_uring_sqe_set_data64(entry, tag);
        submit();
    }
    std::optional<Done> done() override
    {
        if (io_uring_sq_ready(&m_ring) > 0)
            submit();
        io_uring_cqe* entry = nullptr;
        if (io_uring_peek_cqe(&m_ring, &entry) != 0)
            return std::nullopt;
        const Done done { io_uring_cqe_get_data64(entry), entry->res };
        io_uring_cqe_seen(&m_ring, entry);
        return done;
    }

private:
    explicit UringDisk(const io_uring& ring)
        : m_ring(ring)
    {
    }
    // Out of memory or interrupted: the entry stays in the ring and goes with the next one.
    void submit() { (void)io_uring_submit(&m_ring); }

    io_uring m_ring;
};

}

std::unique_ptr<MediaDisk> openMediaDisk(std::string& note)
{
    int failed = 0;
    if (auto disk = UringDisk::open(failed))
        return disk;
    note = std::string("io_uring is not to be had here (") + std::strerror(failed)
        + "): media are written one block after the other, which is slower.";
    return std::make_unique<PlainDisk>();
}

}
