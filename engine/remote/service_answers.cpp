// What a QueryRunner answers of service metrics.
#include "engine/remote/answer_pages.h"
#include "engine/remote/query_runner.h"
#include "shared/remote/wire.h"

namespace callmon {

namespace {

constexpr std::size_t rowBytes = 31 + 8 * serviceSumNames.size() + 16;
constexpr std::size_t rowsPerPage = remoteMessageBytes / rowBytes;

}

Result<void> QueryRunner::answerService(
    RecordQuery& query, const ServiceQuery& wanted, quint64 number, Request& request)
{
    ServiceRowPage page;
    const auto read = query.service(
        wanted,
        [&](const ServiceRow& row) {
            page.rows.push_back(row);
            if (page.rows.size() < rowsPerPage)
                return !request.cancelled.load();
            const bool goOn = send(number, request, encode(page));
            page.rows.clear();
            return goOn;
        },
        &request.cancelled);
    if (!request.cancelled && !page.rows.empty())
        send(number, request, encode(page));
    return read;
}

Result<void> QueryRunner::answerServiceWindows(quint64 number, Request& request)
{
    if (!m_serviceWindows)
        return Error { sentence(TR("Engine", "this engine measures no service metrics")) };
    inPages(m_serviceWindows(), rowsPerPage, [&](std::vector<ServiceRow> page) {
        return send(number, request, encode(ServiceRowPage { std::move(page) }));
    });
    return {};
}

}
