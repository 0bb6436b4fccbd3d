// What a QueryRunner answers of service metrics.
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
        return Error { "this engine measures no service metrics" };
    const std::vector<ServiceRow> rows = m_serviceWindows();
    for (auto at = rows.begin(); at != rows.end();) {
        const auto end = at + std::min<std::ptrdiff_t>(rowsPerPage, rows.end() - at);
        if (!send(number, request, encode(ServiceRowPage { { at, end } })))
            break;
        at = end;
    }
    return {};
}

}
