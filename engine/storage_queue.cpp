#include "engine/storage_queue.h"

#include <cassert>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/mman.h>
#include <thread>

namespace callmon {

namespace {

constexpr std::size_t hugePage = 2u << 20;

std::size_t freeHugePages()
{
    std::ifstream meminfo("/proc/meminfo");
    std::string name;
    std::size_t value = 0;
    for (std::string line; std::getline(meminfo, line);)
        if (std::istringstream(line) >> name >> value && name == "HugePages_Free:")
            return value;
    return 0;
}

}

void StorageQueue::Unmap::operator()(MediaChunk* chunks) const
{
    munmap(chunks, bytes);
}

// Chunks are touched when first used; huge pages at once, since clearing one takes as long as hundreds of packets. Half
// of those that are free are left to the port.
std::unique_ptr<MediaChunk[], StorageQueue::Unmap> StorageQueue::mapPool(std::size_t chunks, bool hugePages)
{
    const std::size_t bytes = (chunks * sizeof(MediaChunk) + hugePage - 1) / hugePage * hugePage;
    const auto map = [bytes](int flags) {
        void* const memory = bytes == 0
            ? MAP_FAILED
            : mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
        return memory == MAP_FAILED ? nullptr : static_cast<MediaChunk*>(memory);
    };
    const bool enough = hugePages && bytes / hugePage <= freeHugePages() / 2;
    MediaChunk* pool = enough ? map(MAP_HUGETLB | MAP_POPULATE) : nullptr;
    if (pool == nullptr && (pool = map(MAP_NORESERVE)) != nullptr && hugePages)
        (void)madvise(pool, bytes, MADV_HUGEPAGE);
    return { pool, Unmap { bytes } };
}

StorageQueue::StorageQueue(const Sizes& sizes)
    : m_records(sizes.recordBytes)
    , m_messages(sizes.messageBytes > 0 ? std::make_optional<MessageRing>(sizes.messageBytes) : std::nullopt)
    , m_pool(mapPool(sizes.chunksInFlight > 0 ? sizes.openChunks + sizes.chunksInFlight : 0, sizes.hugePages))
    , m_media(sizes.openChunks + sizes.chunksInFlight)
    , m_returned(sizes.openChunks + sizes.chunksInFlight)
    , m_mostInFlight(sizes.chunksInFlight)
{
    if (sizes.touchMemory) {
        m_records.touch();
        if (m_messages)
            m_messages->touch();
    }
    // Without a pool every packet will be counted as not stored.
    const std::size_t chunks = m_pool ? sizes.openChunks + sizes.chunksInFlight : 0;
    m_free.reserve(chunks);
    for (std::size_t i = chunks; i > 0; --i)
        m_free.push_back(&m_pool[i - 1]);
}

StorageQueue::~StorageQueue() = default;

void StorageQueue::waitForRoom()
{
    std::this_thread::sleep_for(std::chrono::microseconds(50));
}

template <typename Record> void StorageQueue::push(Kind kind, const Record& record)
{
    if (m_records.tryPush(static_cast<std::uint32_t>(kind), record))
        return;
    m_waits.fetch_add(1, std::memory_order_relaxed);
    while (!m_records.tryPush(static_cast<std::uint32_t>(kind), record))
        waitForRoom();
}

template void StorageQueue::push(Kind, const CallRecord&);
template void StorageQueue::push(Kind, const StreamRecord&);
template void StorageQueue::push(Kind, const QualityPoint&);
template void StorageQueue::push(Kind, const Timestamp&);

void StorageQueue::nextStreams(std::size_t most, std::vector<StreamKey>& streams) const
{
    const auto at = [](const std::byte* value, std::size_t offset, auto key) {
        std::memcpy(&key, value + offset, sizeof key);
        return key;
    };
    streams.clear();
    m_records.lookAhead(most, [&](std::uint32_t kind, const std::byte* value) {
        switch (static_cast<Kind>(kind)) {
        case Kind::CallOn:
        case Kind::CallOver:
            return streams.push_back({ at(value, offsetof(CallRecord, key), CallKey()), 0 });
        case Kind::Stream:
            return streams.push_back(at(value, offsetof(StreamRecord, key), StreamKey()));
        case Kind::Point:
            return streams.push_back(at(value, offsetof(QualityPoint, stream), StreamKey()));
        case Kind::Second:
            return;
        }
    });
}

// Half of the room is for calls that were answered: a flood of INVITEs cannot push out what ends them.
bool StorageQueue::message(const MessageHead& head, Bytes text, bool answered)
{
    if (!m_messages)
        return true; // none is wanted
    const QueuedMessage message { head, static_cast<std::uint32_t>(text.size()) };
    const auto room = [&] {
        return (answered || m_messages->bytesWaiting() < m_messages->capacity() / 2)
            && m_messages->tryPush(static_cast<std::uint32_t>(Told::Message), message, text);
    };
    bool pushed = room();
    while (!pushed && !m_mayDropMedia) { // a replay loses nothing
        waitForRoom();
        pushed = room();
    }
    return pushed;
}

void StorageQueue::callForgotten(CallKey call)
{
    QueuedMessage message;
    message.head.call = call;
    while (m_messages && !m_messages->tryPush(static_cast<std::uint32_t>(Told::Forgotten), message))
        waitForRoom();
}

MediaChunk* StorageQueue::takeChunk()
{
    if (m_mostInFlight == 0)
        return nullptr;
    MediaChunk* chunk = nullptr;
    for (;;) {
        while (m_returned.tryPop(chunk)) {
            m_free.push_back(chunk);
            --m_inFlight;
        }
        if (!m_free.empty() && m_inFlight < m_mostInFlight)
            break;
        // With none in flight all of them are open in streams: waiting would be for ever.
        if (m_mayDropMedia || m_inFlight == 0) {
            m_refusedChunks.fetch_add(1, std::memory_order_relaxed);
            return nullptr;
        }
        m_starving.store(true, std::memory_order_relaxed);
        waitForRoom();
    }
    m_starving.store(false, std::memory_order_relaxed);
    chunk = m_free.back();
    m_free.pop_back();
    return chunk;
}

void StorageQueue::media(MediaChunk* chunk)
{
    ++m_inFlight;
    [[maybe_unused]] const bool fits = m_media.tryPush(chunk); // as many slots as there are chunks
    assert(fits);
    m_mediaPushed.fetch_add(1, std::memory_order_release);
}

void StorageQueue::giveBack(MediaChunk* chunk)
{
    [[maybe_unused]] const bool fits = m_returned.tryPush(chunk); // as many slots as there are chunks
    assert(fits);
}

}
