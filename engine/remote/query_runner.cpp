#include "engine/remote/query_runner.h"

#include "engine/remote/answer_pages.h"
#include "shared/remote/wire.h"

#include <QLoggingCategory>

#include <utility>

namespace callmon {

namespace {

Q_LOGGING_CATEGORY(logQuery, "callmon.remote.query")

constexpr std::size_t threadsPerClient = 3; // a slow search, a call page and its media side by side
constexpr std::size_t maxRequests = 64;
constexpr int maxUntaken = 4; // messages of a request that the client has not taken

constexpr std::ptrdiff_t maxListenings = 8;
constexpr auto listenInterval = std::chrono::milliseconds(250); // chunks come once a second from each stream

constexpr auto mostWaiting = std::chrono::milliseconds(100); // of a record that was found, for others

std::size_t roughBytes(const CallRecord& call)
{
    constexpr std::size_t fixedFields = 160;
    return fixedFields + call.callId.view().size() + call.caller.view().size() + call.callee.view().size();
}

}

QueryRunner::QueryRunner(OpenQuery open, AlarmAccess* alarms, std::string user)
    : m_open(std::move(open))
    , m_alarms(alarms)
    , m_user(std::move(user))
{
}

QueryRunner::~QueryRunner()
{
    stop();
    for (std::thread& thread : m_threads)
        thread.join();
}

bool QueryRunner::start(quint64 number, RemoteJob job)
{
    const std::lock_guard lock(m_mutex);
    if (m_stop || m_requests.size() >= maxRequests || m_requests.contains(number))
        return false;
    const auto listens = [](const auto& each) { return std::holds_alternative<ListenTo>(each.second->job); };
    if (std::holds_alternative<ListenTo>(job) && std::ranges::count_if(m_requests, listens) >= maxListenings)
        return false;
    auto request = std::make_shared<Request>();
    request->job = std::move(job);
    m_requests.emplace(number, std::move(request));
    m_waiting.push_back(number);
    if (m_idle < static_cast<int>(m_waiting.size()) && m_threads.size() < threadsPerClient) {
        ++m_running;
        m_threads.emplace_back([this] {
            run();
            --m_running;
        });
    }
    m_changed.notify_all();
    return true;
}

void QueryRunner::taken(quint64 number)
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_requests.find(number);
    if (found == m_requests.end() || found->second->untaken == 0)
        return;
    --found->second->untaken;
    m_changed.notify_all();
}

void QueryRunner::cancel(quint64 number)
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_requests.find(number);
    if (found == m_requests.end())
        return;
    found->second->cancelled = true;
    m_changed.notify_all();
}

void QueryRunner::stop()
{
    const std::lock_guard lock(m_mutex);
    m_stop = true;
    m_waiting.clear();
    for (const auto& [number, request] : m_requests)
        request->cancelled = true;
    m_changed.notify_all();
}

// Those that go on first: what is heard of a call that is on must not wait for searches behind each other.
std::optional<quint64> QueryRunner::nextDue(std::unique_lock<std::mutex>& lock)
{
    ++m_idle;
    std::optional<quint64> due;
    while (!m_stop && !due) {
        const auto later = m_later.begin();
        if (later != m_later.end() && later->first <= Clock::now()) {
            due = later->second;
            m_later.erase(later);
        } else if (!m_waiting.empty()) {
            due = m_waiting.front();
            m_waiting.pop_front();
        } else if (later != m_later.end()) {
            m_changed.wait_until(lock, Clock::time_point(later->first)); // a copy: another may take it meanwhile
        } else {
            m_changed.wait(lock);
        }
    }
    --m_idle;
    return due;
}

void QueryRunner::run()
{
    std::unique_ptr<RecordQuery> query; // this thread's own
    std::unique_lock lock(m_mutex);
    while (const auto due = nextDue(lock)) {
        const quint64 number = *due;
        const std::shared_ptr<Request> request = m_requests.at(number);
        lock.unlock();

        Result<void> result;
        if (!query && !request->cancelled) {
            if (auto opened = m_open())
                query = std::move(opened.value());
            else
                result = opened.error();
        }
        request->goesOn = false;
        if (query && !request->cancelled)
            result = answer(*query, number, *request);
        const bool goesOn = result && request->goesOn;
        if (query)
            tellRemarks(query->takeNotes(), number, *request);
        if (!request->cancelled && !goesOn) {
            if (result)
                emit finished(number);
            else
                emit failed(number, encode(result.error().sentence));
        }

        lock.lock();
        if (goesOn && !request->cancelled)
            m_later.emplace(Clock::now() + listenInterval, number);
        else
            m_requests.erase(number);
    }
}

// Of a file that is damaged, say: whoever asked must not take the rest for all there is.
void QueryRunner::tellRemarks(const std::vector<Sentence>& remarks, quint64 number, Request& request)
{
    for (const Sentence& remark : remarks)
        qCWarning(logQuery) << toText(remark).c_str();
    constexpr std::size_t remarksPerPage = remoteMessageBytes / 1000;
    inPages(remarks, remarksPerPage,
        [&](std::vector<Sentence> page) { return send(number, request, encode(AnswerRemarks { std::move(page) })); });
}

bool QueryRunner::send(quint64 number, Request& request, const QByteArray& answer)
{
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [&] { return request.cancelled || request.untaken < maxUntaken; });
        if (request.cancelled)
            return false;
        ++request.untaken;
    }
    emit answered(number, answer);
    return true;
}

Result<void> QueryRunner::answer(RecordQuery& query, quint64 number, Request& request)
{
    if (const auto* wanted = std::get_if<CallQuery>(&request.job))
        return answerCalls(query, *wanted, number, request);
    if (const auto* call = std::get_if<StreamsOf>(&request.job)) {
        auto streams = query.streams(call->call);
        if (!streams)
            return streams.error();
        send(number, request, encode(StreamPage { std::move(streams.value()) }));
        return {};
    }
    if (const auto* call = std::get_if<QualityOf>(&request.job)) {
        const auto points = query.quality(call->call);
        if (!points)
            return points.error();
        constexpr std::size_t pointsPerPage = remoteMessageBytes / 48;
        const auto sendPoints = [&](std::vector<QualityPoint> page) {
            return send(number, request, encode(QualityPage { std::move(page) }));
        };
        if (points.value().empty()) // that there are none is an answer
            sendPoints({});
        inPages(points.value(), pointsPerPage, sendPoints);
        return {};
    }
    if (const auto* wanted = std::get_if<ServiceQuery>(&request.job))
        return answerService(query, *wanted, number, request);
    if (std::holds_alternative<ServiceWindowsWanted>(request.job))
        return answerServiceWindows(number, request);
    if (const auto* call = std::get_if<MessagesOf>(&request.job))
        return answerMessages(query, call->call, number, request);
    if (const auto* call = std::get_if<MediaOf>(&request.job))
        return answerMedia(query, call->call, number, request);
    if (auto* wanted = std::get_if<ListenTo>(&request.job))
        return answerListen(query, *wanted, number, request);
    if (std::holds_alternative<RecordingRulesWanted>(request.job))
        return answerRecordingRules(number, request);
    if (const auto* wanted = std::get_if<PutRecordingRules>(&request.job))
        return changeRecordingRules(*wanted);
    if (std::holds_alternative<HoldsWanted>(request.job) || std::holds_alternative<AddHold>(request.job)
        || std::holds_alternative<ReleaseHold>(request.job) || std::holds_alternative<DeletionRequest>(request.job)
        || std::holds_alternative<ClockWanted>(request.job) || std::holds_alternative<ConfirmClock>(request.job))
        return answerKeeping(query, number, request);
    if (std::holds_alternative<NotesOf>(request.job) || std::holds_alternative<TagNamesWanted>(request.job)
        || std::holds_alternative<ChangeTag>(request.job) || std::holds_alternative<AddNote>(request.job))
        return answerNotes(query, number, request);
    if (const auto* wanted = std::get_if<AuditQuery>(&request.job))
        return answerAudit(*wanted, number, request);
    if (const auto* wanted = std::get_if<IdentityWanted>(&request.job)) {
        send(number, request, encode(RemoteIdentity { m_user, wanted->role }));
        return {};
    }
    if (!m_alarms)
        return Error { sentence(TR("Engine", "this engine raises no alarms")) };
    if (const auto* wanted = std::get_if<AlarmQuery>(&request.job))
        return answerAlarms(query, *wanted, number, request);
    if (std::holds_alternative<AlarmRulesWanted>(request.job))
        return answerRules(number, request);
    if (std::holds_alternative<AlarmRuleChangesWanted>(request.job))
        return answerRuleChanges(number, request);
    if (const auto* wanted = std::get_if<AcknowledgeAlarm>(&request.job))
        return acknowledge(query, *wanted);
    if (const auto* wanted = std::get_if<ShelveAlarm>(&request.job))
        return shelve(query, *wanted);
    return changeRules(request.job);
}

// The first record is sent at once and the others soon, for counting may take its time: a list is there before it is
// known how many more match.
Result<void> QueryRunner::answerCalls(RecordQuery& query, const CallQuery& wanted, quint64 number, Request& request)
{
    FoundCalls page;
    std::size_t pageBytes = 0;
    std::optional<Clock::time_point> lastSent;
    const auto all = query.calls(
        wanted,
        [&](const CallRecord& call) {
            ++page.matchesInAll;
            page.calls.push_back(call);
            pageBytes += roughBytes(call);
            TagsOfCall beside { call.key, query.tagsOf(call.key), query.legalHoldOf(call.key) };
            if (!beside.tags.empty() || !beside.legalHold.words.empty()) {
                pageBytes += beside.tags.size() + toText(beside.legalHold).size();
                page.tags.push_back(std::move(beside));
            }
            const Clock::time_point now = Clock::now();
            const bool isLast = wanted.limit != 0 && page.matchesInAll == wanted.limit;
            if (pageBytes < remoteMessageBytes && lastSent && now - *lastSent < mostWaiting && !isLast)
                return true;
            lastSent = now;
            const bool goOn = send(number, request, encode(page));
            page.calls.clear();
            page.tags.clear();
            pageBytes = 0;
            return goOn;
        },
        &request.cancelled);
    if (!all)
        return all.error();
    page.matchesInAll = all.value();
    send(number, request, encode(page)); // also when it is empty: it has the true count
    return {};
}

Result<void> QueryRunner::answerMessages(RecordQuery& query, CallKey call, quint64 number, Request& request)
{
    MessagePage page;
    std::size_t pageBytes = 0;
    const auto read = query.messages(call, [&](const CallMessage& message) {
        page.messages.push_back(message);
        pageBytes += sizeof message.head + message.text.size();
        if (pageBytes < remoteMessageBytes)
            return !request.cancelled.load();
        const bool goOn = send(number, request, encode(page));
        page.messages.clear();
        pageBytes = 0;
        return goOn;
    });
    if (!request.cancelled && !page.messages.empty())
        send(number, request, encode(page));
    return read;
}

// Whole chunks only, so that every message can be read by itself. When one stream's page is full the others' go too:
// the client has both sides of each second at about the same time.
Result<void> QueryRunner::answerMedia(RecordQuery& query, CallKey call, quint64 number, Request& request)
{
    std::map<StreamKey, MediaPage> pages;
    const auto sendAll = [&] {
        for (auto& [stream, page] : pages) {
            if (!page.bytes.isEmpty() && !send(number, request, encode(page)))
                return false;
            page.bytes.clear();
        }
        return true;
    };
    const auto read = query.callMedia(call, [&](StreamKey stream, Bytes chunk) {
        MediaPage& page = pages.try_emplace(stream, MediaPage { stream, {} }).first->second;
        const auto size = static_cast<qsizetype>(chunk.size());
        if (page.bytes.size() + size > static_cast<qsizetype>(remoteMessageBytes) && !sendAll())
            return false;
        page.bytes.append(reinterpret_cast<const char*>(chunk.data()), size);
        return !request.cancelled.load();
    });
    if (request.cancelled || !sendAll())
        return {};
    return read;
}

// What came since the last time. A client that has not taken that yet gets more of it later, from the recording:
// nothing piles up here, and no thread waits for it.
Result<void> QueryRunner::answerListen(RecordQuery& query, ListenTo& wanted, quint64 number, Request& request)
{
    request.goesOn = true;
    {
        const std::lock_guard lock(m_mutex);
        if (request.untaken > 0)
            return {};
    }
    std::map<StreamKey, MediaPage> pages;
    const auto sendAll = [&] {
        bool any = false;
        for (auto& [stream, page] : pages) {
            if (!page.bytes.isEmpty() && !send(number, request, encode(page)))
                return false;
            any = any || !page.bytes.isEmpty();
            page.bytes.clear();
        }
        // Then an empty one: all streams have come up to the same time.
        return !any || send(number, request, encode(MediaPage { { wanted.listening.call, 0 }, {} }));
    };
    const auto tellNews = [&] {
        std::vector<StreamRecord> streams = std::exchange(wanted.listening.streamNews, {});
        std::vector<QualityPoint> blind = std::exchange(wanted.listening.blindSeconds, {});
        return (streams.empty() || send(number, request, encode(StreamPage { std::move(streams) })))
            && (blind.empty() || send(number, request, encode(QualityPage { std::move(blind) })));
    };
    const auto on = query.listen(wanted.listening, [&](const StreamRecord& stream, Bytes chunk) {
        if (wanted.announced.insert(stream.key).second && !send(number, request, encode(StreamPage { { stream } })))
            return false;
        if (!tellNews())
            return false;
        MediaPage& page = pages.try_emplace(stream.key, MediaPage { stream.key, {} }).first->second;
        const auto size = static_cast<qsizetype>(chunk.size());
        if (page.bytes.size() + size > static_cast<qsizetype>(remoteMessageBytes) && !sendAll())
            return false;
        page.bytes.append(reinterpret_cast<const char*>(chunk.data()), size);
        return !request.cancelled.load();
    });
    if (!on)
        return on.error();
    if (!request.cancelled)
        sendAll();
    request.goesOn = on.value();
    if (!request.goesOn && wanted.listening.leftOut)
        return *wanted.listening.leftOut;
    return {};
}

}
