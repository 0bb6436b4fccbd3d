#include "engine/capture/buffer_owners.h"
#include "engine/capture/eal.h"

#include <QTest>

#include <rte_mbuf.h>

using namespace callmon;

namespace {

struct FreePool {
    void operator()(rte_mempool* pool) const { rte_mempool_free(pool); }
};
using Pool = std::unique_ptr<rte_mempool, FreePool>;

constexpr unsigned poolSize = 255;

Pool makePool(int number = 0)
{
    const std::string name = "owners_" + std::to_string(number);
    return Pool(rte_pktmbuf_pool_create(name.c_str(), poolSize, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY));
}

bool isTagged(void* owner)
{
    return owner != BufferOwners::bufferOf(owner);
}

int externalBuffersFreed = 0;

}

class TestBufferOwners : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void plainBuffersGoBackWithoutBeingRead();
    void aBufferIsFoundAgain();
    void buffersOfSeveralPoolsGoBackToTheirOwn();
    void ofMorePoolsThanNumbersAllGoBack();
    void allSegmentsOfAFrameGoBackWhole();
    void whatAnotherHoldsAReferenceToStays();
    void ofABufferInAnothersMemoryBothGoBack();
    void memoryFromOutsideIsToldThatItIsFree();
};

void TestBufferOwners::initTestCase()
{
    const auto started = startEal({}, findEalMemory(), 1 << 20);
    QVERIFY2(started, started ? "" : started.error().what.c_str());
}

void TestBufferOwners::plainBuffersGoBackWithoutBeingRead()
{
    const Pool pool = makePool();
    QVERIFY(pool);
    std::array<rte_mbuf*, poolSize> buffers {};
    std::array<void*, poolSize> owners {};
    BufferOwners kept;
    for (int round = 0; round < 3; ++round) {
        QCOMPARE(rte_pktmbuf_alloc_bulk(pool.get(), buffers.data(), poolSize), 0);
        for (std::size_t i = 0; i < poolSize; ++i) {
            owners[i] = kept.ownerOf(buffers[i]);
            buffers[i]->pool = nullptr; // whoever reads it will not find its way
        }
        kept.release(owners);
        for (rte_mbuf* const buffer : buffers)
            buffer->pool = pool.get();
        QCOMPARE(rte_mempool_avail_count(pool.get()), poolSize);
    }
}

void TestBufferOwners::aBufferIsFoundAgain()
{
    const Pool pool = makePool();
    BufferOwners kept;
    rte_mbuf* const buffer = rte_pktmbuf_alloc(pool.get());
    void* owner = kept.ownerOf(buffer);
    QVERIFY(isTagged(owner));
    QCOMPARE(BufferOwners::bufferOf(owner), buffer);
    kept.release({ &owner, 1 });
    QVERIFY(rte_mempool_full(pool.get()));
}

void TestBufferOwners::buffersOfSeveralPoolsGoBackToTheirOwn()
{
    const Pool pools[] { makePool(1), makePool(2), makePool(3) };
    BufferOwners kept;
    std::vector<void*> owners;
    for (int i = 0; i < 60; ++i) // in runs of one, two and three
        for (int repeat = 0; repeat <= i % 3; ++repeat)
            owners.push_back(kept.ownerOf(rte_pktmbuf_alloc(pools[i * 7 % 3].get())));
    kept.release(owners);
    for (const Pool& pool : pools) {
        QVERIFY(rte_mempool_full(pool.get()));
        std::array<rte_mbuf*, poolSize> buffers {};
        QCOMPARE(rte_pktmbuf_alloc_bulk(pool.get(), buffers.data(), poolSize), 0);
        for (const rte_mbuf* const buffer : buffers)
            QCOMPARE(buffer->pool, pool.get());
        rte_pktmbuf_free_bulk(buffers.data(), poolSize);
    }
}

void TestBufferOwners::ofMorePoolsThanNumbersAllGoBack()
{
    std::vector<Pool> pools;
    BufferOwners kept;
    std::vector<void*> owners;
    for (int i = 0; i < 70; ++i) {
        pools.push_back(makePool(100 + i));
        QVERIFY(pools.back());
        owners.push_back(kept.ownerOf(rte_pktmbuf_alloc(pools.back().get())));
        QCOMPARE(isTagged(owners.back()), i < 63);
    }
    owners.push_back(kept.ownerOf(rte_pktmbuf_alloc(pools.front().get())));
    QVERIFY(isTagged(owners.back()));
    kept.release(owners);
    for (const Pool& pool : pools)
        QVERIFY(rte_mempool_full(pool.get()));
}

void TestBufferOwners::allSegmentsOfAFrameGoBackWhole()
{
    const Pool pool = makePool();
    BufferOwners kept;
    rte_mbuf* const first = rte_pktmbuf_alloc(pool.get());
    for (int i = 0; i < 3; ++i)
        QCOMPARE(rte_pktmbuf_chain(first, rte_pktmbuf_alloc(pool.get())), 0);
    void* owners[] { kept.ownerOf(rte_pktmbuf_alloc(pool.get())), kept.ownerOf(first),
        kept.ownerOf(rte_pktmbuf_alloc(pool.get())) };
    QVERIFY(!isTagged(owners[1]));
    kept.release(owners);
    QVERIFY(rte_mempool_full(pool.get()));
    QCOMPARE(first->nb_segs, std::uint16_t(1));
    QVERIFY(!first->next);
}

void TestBufferOwners::whatAnotherHoldsAReferenceToStays()
{
    const Pool pool = makePool();
    BufferOwners kept;
    rte_mbuf* const shared = rte_pktmbuf_alloc(pool.get());
    rte_mbuf_refcnt_update(shared, 1);
    void* owner = kept.ownerOf(shared);
    kept.release({ &owner, 1 });
    QCOMPARE(rte_mempool_in_use_count(pool.get()), 1u);
    rte_pktmbuf_free(shared);
    QVERIFY(rte_mempool_full(pool.get()));
}

void TestBufferOwners::ofABufferInAnothersMemoryBothGoBack()
{
    const Pool pool = makePool();
    BufferOwners kept;
    rte_mbuf* const whole = rte_pktmbuf_alloc(pool.get());
    rte_mbuf* const clone = rte_pktmbuf_clone(whole, pool.get());
    void* owners[] { kept.ownerOf(clone), kept.ownerOf(whole) };
    kept.release(owners);
    QVERIFY(rte_mempool_full(pool.get()));
}

void TestBufferOwners::memoryFromOutsideIsToldThatItIsFree()
{
    const Pool pool = makePool();
    BufferOwners kept;
    alignas(64) static std::byte memory[2048];
    std::uint16_t size = sizeof memory;
    const auto freed = [](void*, void*) { ++externalBuffersFreed; };
    rte_mbuf_ext_shared_info* const shared = rte_pktmbuf_ext_shinfo_init_helper(memory, &size, freed, nullptr);
    QVERIFY(shared);
    rte_mbuf* const buffer = rte_pktmbuf_alloc(pool.get());
    rte_pktmbuf_attach_extbuf(buffer, memory, RTE_BAD_IOVA, size, shared);
    void* owner = kept.ownerOf(buffer);
    QVERIFY(!isTagged(owner));
    kept.release({ &owner, 1 });
    QCOMPARE(externalBuffersFreed, 1);
    QVERIFY(rte_mempool_full(pool.get()));
}

QTEST_GUILESS_MAIN(TestBufferOwners)
#include "tst_buffer_owners.moc"
