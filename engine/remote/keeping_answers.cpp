// The requests of a QueryRunner that are about legal holds, deletion and the clock of ages.
#include "engine/remote/answer_pages.h"
#include "engine/remote/query_runner.h"
#include "engine/storage/held_parties.h"
#include "shared/remote/wire.h"

namespace callmon {

namespace {

constexpr std::size_t holdsPerPage = remoteMessageBytes / 1500; // reasons and names of some length
constexpr std::size_t deletedPerPage = remoteMessageBytes / 200;

}

Result<void> QueryRunner::answerKeeping(RecordQuery& query, quint64 number, Request& request)
{
    if (m_keeping == nullptr)
        return Error { sentence(TR("Engine", "this engine keeps everything: it has neither holds nor deletion")) };
    const RemoteJob& job = request.job;
    if (std::holds_alternative<HoldsWanted>(job)) {
        auto holds = m_keeping->holds();
        if (!holds)
            return holds.error();
        tellParties(holds.value(), query, &request.cancelled);
        inPages(holds.value(), holdsPerPage,
            [&](std::vector<Hold> page) { return send(number, request, encode(HoldPage { std::move(page) })); });
        return {};
    }
    if (const auto* wanted = std::get_if<DeletionRequest>(&job)) {
        const auto report = m_keeping->deleteNumber(*wanted, &request.cancelled);
        if (!report)
            return report.error();
        const bool taken = inPages(report.value().calls, deletedPerPage, [&](std::vector<DeletedCall> page) {
            return send(number, request, encode(DeletionPage { { std::move(page), {} } }));
        });
        if (taken)
            send(number, request, encode(DeletionPage { { {}, report.value().notes } }));
        return {};
    }
    if (std::holds_alternative<ClockWanted>(job) || std::holds_alternative<ConfirmClock>(job)) {
        const auto clock = std::holds_alternative<ClockWanted>(job) ? m_keeping->clock() : m_keeping->confirmClock();
        if (!clock)
            return clock.error();
        send(number, request, encode(clock.value()));
        return {};
    }
    const auto* add = std::get_if<AddHold>(&job);
    const auto* release = std::get_if<ReleaseHold>(&job);
    auto changed = add != nullptr ? m_keeping->hold(add->call, add->reason, m_user)
                                  : m_keeping->release(release->call, release->reason, m_user);
    if (!changed)
        return changed.error();
    tellParties({ &changed.value(), 1 }, query, &request.cancelled);
    send(number, request, encode(HoldPage { { changed.value() } }));
    return {};
}

}
