#include "engine/storage_queue.h"

#include <cassert>
#include <new>
#include <sys/mman.h>
#include <thread>

namespace callmon {

namespace {

constexpr std::chrono::microseconds waitForRoom { 50 };

MediaChunk* mapChunks(std::size_t bytes)
{
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? nullptr : static_cast<MediaChunk*>(memory);
}

}

void StorageQueue::Unmap::operator()(MediaChunk* chunks) const
{
    munmap(chunks, bytes);
}

StorageQueue::StorageQueue(std::size_t records, std::size_t chunks)
    : m_records(records)
    , m_pool(mapChunks(chunks * sizeof(MediaChunk)), Unmap { chunks * sizeof(MediaChunk) })
    , m_returned(chunks)
    , m_keepsMedia(chunks > 0)
{
    if (!m_pool)
        chunks = 0; // every packet will then be counted as not stored
    m_free.reserve(chunks);
    for (std::size_t i = chunks; i > 0; --i)
        m_free.push_back(&m_pool[i - 1]);
}

StorageQueue::~StorageQueue() = default;

void StorageQueue::push(StorageItem&& item)
{
    if (m_records.tryPush(std::move(item)))
        return;
    m_waits.fetch_add(1, std::memory_order_relaxed);
    while (!m_records.tryPush(std::move(item)))
        std::this_thread::sleep_for(waitForRoom);
}

MediaChunk* StorageQueue::takeChunk()
{
    if (!m_keepsMedia)
        return nullptr;
    MediaChunk* chunk = nullptr;
    for (;;) {
        while (m_returned.tryPop(chunk)) {
            m_free.push_back(chunk);
            --m_inFlight;
        }
        if (!m_free.empty())
            break;
        // With none in flight all of them are open in streams: waiting would be for ever.
        if (m_mayDropMedia || m_inFlight == 0) {
            m_refusedChunks.fetch_add(1, std::memory_order_relaxed);
            return nullptr;
        }
        std::this_thread::sleep_for(waitForRoom);
    }
    chunk = m_free.back();
    m_free.pop_back();
    return chunk;
}

void StorageQueue::media(MediaChunk* chunk)
{
    ++m_inFlight;
    push(chunk);
}

void StorageQueue::giveBack(MediaChunk* chunk)
{
    [[maybe_unused]] const bool fits = m_returned.tryPush(chunk); // as many slots as there are chunks
    assert(fits);
}

}
