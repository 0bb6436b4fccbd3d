#include "console/models/past_call_model.h"

#include "console/models/call_words.h"
#include "console/models/figures.h"
#include "console/zone/display_zone.h"
#include "shared/calls/call_fields.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

namespace callmon {

namespace {

constexpr std::array<const char*, PastCallModel::ColumnCount> titles { QT_TRANSLATE_NOOP("PastCallModel", "Key"),
    QT_TRANSLATE_NOOP("PastCallModel", "Call-ID"), QT_TRANSLATE_NOOP("PastCallModel", "Signalling"),
    QT_TRANSLATE_NOOP("PastCallModel", "Transport"), QT_TRANSLATE_NOOP("PastCallModel", "State"),
    QT_TRANSLATE_NOOP("PastCallModel", "Caller"), QT_TRANSLATE_NOOP("PastCallModel", "Callee"),
    QT_TRANSLATE_NOOP("PastCallModel", "Caller\naddress"), QT_TRANSLATE_NOOP("PastCallModel", "Caller\nport"),
    QT_TRANSLATE_NOOP("PastCallModel", "Callee\naddress"), QT_TRANSLATE_NOOP("PastCallModel", "Callee\nport"),
    QT_TRANSLATE_NOOP("PastCallModel", "Started\nUTC"), QT_TRANSLATE_NOOP("PastCallModel", "Ringing\nUTC"),
    QT_TRANSLATE_NOOP("PastCallModel", "Answered\nUTC"), QT_TRANSLATE_NOOP("PastCallModel", "Ended\nUTC"),
    QT_TRANSLATE_NOOP("PastCallModel", "Duration\nh:mm:ss"), QT_TRANSLATE_NOOP("PastCallModel", "Outcome"),
    QT_TRANSLATE_NOOP("PastCallModel", "Final\ncode"), QT_TRANSLATE_NOOP("PastCallModel", "Ended\nby"),
    QT_TRANSLATE_NOOP("PastCallModel", "Post-dial\ndelay ms"), QT_TRANSLATE_NOOP("PastCallModel", "Answer\ndelay ms"),
    QT_TRANSLATE_NOOP("PastCallModel", "Signalling\nRTT ms"), QT_TRANSLATE_NOOP("PastCallModel", "MOS\nmean"),
    QT_TRANSLATE_NOOP("PastCallModel", "MOS\nmin"), QT_TRANSLATE_NOOP("PastCallModel", "Streams"),
    QT_TRANSLATE_NOOP("PastCallModel", "SIP\nmessages"), QT_TRANSLATE_NOOP("PastCallModel", "Retrans-\nmissions"),
    QT_TRANSLATE_NOOP("PastCallModel", "Packets\nnot stored"),
    QT_TRANSLATE_NOOP("PastCallModel", "Frames lost\nby probe"), QT_TRANSLATE_NOOP("PastCallModel", "Poll gap\nmax ms"),
    QT_TRANSLATE_NOOP("PastCallModel", "Trust"), QT_TRANSLATE_NOOP("PastCallModel", "Q.850\ncause"),
    QT_TRANSLATE_NOOP("PastCallModel", "End\nreason"), QT_TRANSLATE_NOOP("PastCallModel", "Asserted\nidentity"),
    QT_TRANSLATE_NOOP("PastCallModel", "Diverted\nby"), QT_TRANSLATE_NOOP("PastCallModel", "Leg"),
    QT_TRANSLATE_NOOP("PastCallModel", "Transferred\nto"), QT_TRANSLATE_NOOP("PastCallModel", "Replaced\nCall-ID"),
    QT_TRANSLATE_NOOP("PastCallModel", "Caller's\ndevice"), QT_TRANSLATE_NOOP("PastCallModel", "Callee's\ndevice"),
    QT_TRANSLATE_NOOP("PastCallModel", "Session\nexpires s"), QT_TRANSLATE_NOOP("PastCallModel", "Branches"),
    QT_TRANSLATE_NOOP("PastCallModel", "New\noffers"), QT_TRANSLATE_NOOP("PastCallModel", "Holds"),
    QT_TRANSLATE_NOOP("PastCallModel", "On hold\ns"), QT_TRANSLATE_NOOP("PastCallModel", "Media"),
    QT_TRANSLATE_NOOP("PastCallModel", "Secure\nmedia"), QT_TRANSLATE_NOOP("PastCallModel", "Began\nbefore probe"),
    QT_TRANSLATE_NOOP("PastCallModel", "Encap-\nsulation"), QT_TRANSLATE_NOOP("PastCallModel", "Messages\nnot stored"),
    QT_TRANSLATE_NOOP("PastCallModel", "Audio after\nanswer of"),
    QT_TRANSLATE_NOOP("PastCallModel", "Media after\nend ms"), QT_TRANSLATE_NOOP("PastCallModel", "Recorded"),
    QT_TRANSLATE_NOOP("PastCallModel", "Recording\nrule"), QT_TRANSLATE_NOOP("PastCallModel", "Tags"),
    QT_TRANSLATE_NOOP("PastCallModel", "Legal\nhold"), QT_TRANSLATE_NOOP("PastCallModel", "Probe") };

bool isMos(int column)
{
    return column == PastCallModel::MosMean || column == PastCallModel::MosMin;
}

bool isNumber(int column)
{
    switch (column) {
    case PastCallModel::CallerPort:
    case PastCallModel::CalleePort:
    case PastCallModel::Duration:
    case PastCallModel::FinalCode:
    case PastCallModel::PostDialDelay:
    case PastCallModel::AnswerDelay:
    case PastCallModel::SignallingRtt:
    case PastCallModel::MosMean:
    case PastCallModel::MosMin:
    case PastCallModel::Streams:
    case PastCallModel::Messages:
    case PastCallModel::Retransmissions:
    case PastCallModel::MediaNotStored:
    case PastCallModel::ProbeFramesLost:
    case PastCallModel::PollGapLongest:
    case PastCallModel::Q850Cause:
    case PastCallModel::SessionExpires:
    case PastCallModel::Branches:
    case PastCallModel::Offers:
    case PastCallModel::Holds:
    case PastCallModel::HoldTime:
    case PastCallModel::MessagesNotStored:
    case PastCallModel::MediaAfterEnd:
        return true;
    default:
        return false;
    }
}

std::optional<double> milliseconds(std::optional<Milliseconds> value)
{
    return value ? std::optional(value->count()) : std::nullopt;
}

std::optional<double> instant(std::optional<Timestamp> time)
{
    return time ? std::optional(static_cast<double>(nanosecondsSinceEpoch(*time))) : std::nullopt;
}

// What a column sorts by when it is a number or a time; empty when unknown.
std::optional<double> figure(const CallRecord& call, int column)
{
    switch (column) {
    case PastCallModel::Key:
        return static_cast<double>(call.key.value);
    case PastCallModel::CallerPort:
        return call.callerAddress.port;
    case PastCallModel::CalleePort:
        return call.calleeAddress.port;
    case PastCallModel::StartedAt:
        return instant(call.startedAt);
    case PastCallModel::RingingAt:
        return instant(call.ringingAt);
    case PastCallModel::AnsweredAt:
        return instant(call.answeredAt);
    case PastCallModel::EndedAt:
        return instant(call.endedAt);
    case PastCallModel::Duration:
        return milliseconds(durationOf(call));
    case PastCallModel::FinalCode:
        return call.finalCode == 0 ? std::nullopt : std::optional<double>(call.finalCode);
    case PastCallModel::PostDialDelay:
        return milliseconds(call.postDialDelay);
    case PastCallModel::AnswerDelay:
        return milliseconds(call.answerDelay);
    case PastCallModel::SignallingRtt:
        return milliseconds(call.signallingRtt);
    case PastCallModel::MosMean:
        return call.mosMean;
    case PastCallModel::MosMin:
        return call.mosMin;
    case PastCallModel::Streams:
        return call.streamCount;
    case PastCallModel::Messages:
        return call.messages;
    case PastCallModel::Retransmissions:
        return call.retransmissions;
    case PastCallModel::MediaNotStored:
        return static_cast<double>(call.mediaPacketsNotStored);
    case PastCallModel::ProbeFramesLost:
        return static_cast<double>(call.probeFramesLost);
    case PastCallModel::PollGapLongest:
        return Milliseconds(call.pollGapLongest).count();
    case PastCallModel::Trust:
        return static_cast<double>(call.trust);
    case PastCallModel::Q850Cause:
        return call.q850Cause == 0 ? std::nullopt : std::optional<double>(call.q850Cause);
    case PastCallModel::SessionExpires:
        return call.sessionExpiresSeconds == 0 ? std::nullopt : std::optional<double>(call.sessionExpiresSeconds);
    case PastCallModel::Branches:
        return call.branches;
    case PastCallModel::Offers:
        return call.offers;
    case PastCallModel::Holds:
        return call.holds;
    case PastCallModel::HoldTime:
        return call.holdTime.count() / 1000;
    case PastCallModel::MessagesNotStored:
        return call.messagesNotStored;
    case PastCallModel::MediaAfterEnd:
        return milliseconds(call.mediaAfterEnd);
    default:
        return std::nullopt;
    }
}

bool sortsByNumber(int column)
{
    return isNumber(column) || column == PastCallModel::Key || column == PastCallModel::Trust
        || (column >= PastCallModel::StartedAt && column <= PastCallModel::EndedAt);
}

QString optionalTime(std::optional<Timestamp> time)
{
    return time ? dateTimeText(*time) : unknownFigure();
}

QString display(const CallRecord& call, int column)
{
    const auto orDash = [](std::string_view value) { return value.empty() ? unknownFigure() : text(value); };
    const auto yesOrDash = [](bool value) {
        return value ? QCoreApplication::translate("PastCallModel", "yes") : unknownFigure();
    };
    switch (column) {
    case PastCallModel::Key:
        return QString::number(call.key.value);
    case PastCallModel::CallId:
        return orDash(call.callId);
    case PastCallModel::Signalling_:
        return word(call.signalling);
    case PastCallModel::Transport_:
        return word(call.transport);
    case PastCallModel::State:
        return word(call.state);
    case PastCallModel::Caller:
        return orDash(call.caller);
    case PastCallModel::Callee:
        return orDash(call.callee);
    case PastCallModel::CallerIp:
        return QString::fromStdString(call.callerAddress.ip.toString());
    case PastCallModel::CallerPort:
        return QString::number(call.callerAddress.port);
    case PastCallModel::CalleeIp:
        return QString::fromStdString(call.calleeAddress.ip.toString());
    case PastCallModel::CalleePort:
        return QString::number(call.calleeAddress.port);
    case PastCallModel::StartedAt:
        return dateTimeText(call.startedAt);
    case PastCallModel::RingingAt:
        return optionalTime(call.ringingAt);
    case PastCallModel::AnsweredAt:
        return optionalTime(call.answeredAt);
    case PastCallModel::EndedAt:
        return optionalTime(call.endedAt);
    case PastCallModel::Duration:
        return durationText(durationOf(call));
    case PastCallModel::Outcome:
        return word(call.outcome);
    case PastCallModel::FinalCode:
        return codeText(call.finalCode);
    case PastCallModel::EndedBy_:
        return word(call.endedBy);
    case PastCallModel::PostDialDelay:
        return millisecondsText(milliseconds(call.postDialDelay));
    case PastCallModel::AnswerDelay:
        return millisecondsText(milliseconds(call.answerDelay));
    case PastCallModel::SignallingRtt:
        return millisecondsText(milliseconds(call.signallingRtt));
    case PastCallModel::MosMean:
        return mosText(call.mosMean);
    case PastCallModel::MosMin:
        return mosText(call.mosMin);
    case PastCallModel::Streams:
        return countText(call.streamCount);
    case PastCallModel::Messages:
        return countText(call.messages);
    case PastCallModel::Retransmissions:
        return countText(call.retransmissions);
    case PastCallModel::MediaNotStored:
        return countText(call.mediaPacketsNotStored);
    case PastCallModel::ProbeFramesLost:
        return countText(call.probeFramesLost);
    case PastCallModel::PollGapLongest:
        return millisecondsText(figure(call, column));
    case PastCallModel::Trust:
        return word(call.trust);
    case PastCallModel::Q850Cause:
        return codeText(call.q850Cause);
    case PastCallModel::EndReason:
        return orDash(call.endReason);
    case PastCallModel::AssertedIdentity:
        return orDash(call.assertedIdentity);
    case PastCallModel::Diversion:
        return orDash(call.diversion);
    case PastCallModel::LegId:
        return orDash(call.legId);
    case PastCallModel::TransferTarget:
        return orDash(call.transferTarget);
    case PastCallModel::ReplacedCallId:
        return orDash(call.replacedCallId);
    case PastCallModel::CallerAgent:
        return orDash(call.callerAgent);
    case PastCallModel::CalleeAgent:
        return orDash(call.calleeAgent);
    case PastCallModel::SessionExpires:
        return call.sessionExpiresSeconds == 0 ? unknownFigure() : countText(call.sessionExpiresSeconds);
    case PastCallModel::Branches:
        return countText(call.branches);
    case PastCallModel::Offers:
        return countText(call.offers);
    case PastCallModel::Holds:
        return countText(call.holds);
    case PastCallModel::HoldTime:
        return QString::number(call.holdTime.count() / 1000, 'f', 1);
    case PastCallModel::MediaKinds_:
        return word(call.mediaKinds);
    case PastCallModel::SecureMedia:
        return yesOrDash(call.secureMedia);
    case PastCallModel::BeganBeforeProbe:
        return yesOrDash(call.beganBeforeProbe);
    case PastCallModel::Encapsulation_:
        return orDash(toText(call.encapsulation)).toUpper();
    case PastCallModel::MessagesNotStored:
        return countText(call.messagesNotStored);
    case PastCallModel::MediaAfterAnswer_:
        return word(call.mediaAfterAnswer);
    case PastCallModel::MediaAfterEnd:
        return millisecondsText(milliseconds(call.mediaAfterEnd));
    case PastCallModel::Recorded:
        return word(call.recorded);
    case PastCallModel::RecordingRule_:
        return orDash(call.recordingRule);
    default:
        return {};
    }
}

}

PastCallModel::PastCallModel(QObject* parent)
    : QAbstractTableModel(parent)
{
}

void PastCallModel::clear()
{
    beginResetModel();
    m_calls.clear();
    m_probeOf.clear();
    m_shown.clear();
    m_tags.clear();
    m_matchesInAll = 0;
    endResetModel();
    emit countChanged(0, 0);
}

void PastCallModel::setProbes(const ProbeLabels& probes)
{
    m_probes = probes;
    if (rowCount() > 0)
        emit dataChanged(index(0, Probe), index(rowCount() - 1, Probe));
}

QString PastCallModel::nameOf(ProbeId probe) const
{
    const auto found = m_probes.find(probe);
    return found == m_probes.end() ? QString() : found->second.name;
}

void PastCallModel::keepNewest(std::size_t limit)
{
    if (limit == 0 || m_calls.size() <= limit)
        return;
    std::vector<std::uint32_t> order(m_calls.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::sort(order, [this](std::uint32_t a, std::uint32_t b) {
        return std::pair(m_calls[a].startedAt, m_calls[a].key) > std::pair(m_calls[b].startedAt, m_calls[b].key);
    });
    order.resize(limit);
    std::vector<CallRecord> calls;
    std::vector<ProbeId> probes;
    for (const std::uint32_t call : order) {
        calls.push_back(m_calls[call]);
        probes.push_back(m_probeOf[call]);
    }
    beginResetModel();
    m_calls = std::move(calls);
    m_probeOf = std::move(probes);
    m_shown.resize(limit);
    std::iota(m_shown.begin(), m_shown.end(), 0U);
    endResetModel();
    resort();
    emit countChanged(rowCount(), m_matchesInAll);
}

void PastCallModel::append(const std::vector<CallRecord>& calls, quint64 matchesInAll, ProbeId probe)
{
    m_matchesInAll = std::max<quint64>(matchesInAll, m_calls.size() + calls.size());
    if (!calls.empty()) {
        const int first = rowCount();
        beginInsertRows({}, first, first + static_cast<int>(calls.size()) - 1);
        m_calls.insert(m_calls.end(), calls.begin(), calls.end());
        m_probeOf.resize(m_calls.size(), probe);
        for (std::size_t i = m_shown.size(); i < m_calls.size(); ++i)
            m_shown.push_back(static_cast<std::uint32_t>(i));
        endInsertRows();
        resort();
    }
    emit countChanged(rowCount(), m_matchesInAll);
}

void PastCallModel::setBesideRecord(const std::vector<TagsOfCall>& tags, ProbeId probe)
{
    for (const TagsOfCall& of : tags)
        m_tags[CallName { probe, of.call }] = of;
    if (rowCount() > 0)
        emit dataChanged(index(0, Tags), index(rowCount() - 1, LegalHold));
}

void PastCallModel::setTags(CallKey call, const std::string& tags, ProbeId probe)
{
    TagsOfCall& beside = m_tags[CallName { probe, call }];
    beside.tags = tags;
    setBesideRecord({ beside }, probe);
}

const TagsOfCall& PastCallModel::besideRecord(CallKey call, ProbeId probe) const
{
    static const TagsOfCall none;
    const auto found = m_tags.find(CallName { probe, call });
    return found == m_tags.end() ? none : found->second;
}

const CallRecord* PastCallModel::callAt(int row) const
{
    if (row < 0 || row >= static_cast<int>(m_shown.size()))
        return nullptr;
    return &m_calls[m_shown[static_cast<std::size_t>(row)]];
}

ProbeId PastCallModel::probeAt(int row) const
{
    return callAt(row) == nullptr ? ProbeId {} : m_probeOf[m_shown[static_cast<std::size_t>(row)]];
}

QString PastCallModel::cell(std::size_t call, int column) const
{
    if (column == Probe)
        return nameOf(m_probeOf[call]);
    if (column == Tags || column == LegalHold) {
        const TagsOfCall& beside = besideRecord(m_calls[call].key, m_probeOf[call]);
        return QString::fromStdString(column == Tags ? beside.tags : beside.legalHold);
    }
    return display(m_calls[call], column);
}

int PastCallModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_shown.size());
}

int PastCallModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant PastCallModel::data(const QModelIndex& index, int role) const
{
    const CallRecord* call = index.isValid() ? callAt(index.row()) : nullptr;
    if (!call)
        return {};
    const int column = index.column();
    if (column == Probe
        && (role == Qt::DisplayRole || role == Qt::ToolTipRole || role == Qt::AccessibleTextRole || role == ExportRole))
        return nameOf(probeAt(index.row()));
    if ((column == Tags || column == LegalHold)
        && (role == Qt::DisplayRole || role == Qt::ToolTipRole || role == Qt::AccessibleTextRole)) {
        const QString text = cell(m_shown[static_cast<std::size_t>(index.row())], column);
        return text.isEmpty() ? unknownFigure() : text;
    }
    switch (role) {
    case Qt::DisplayRole:
        return display(*call, column);
    case Qt::ToolTipRole:
        if (column == FinalCode)
            return codeMeaning(call->finalCode);
        if (isMos(column))
            return bandWord(bandOf(figure(*call, column)));
        if (column == Trust)
            return meaning(*call);
        return display(*call, column);
    case Qt::AccessibleTextRole:
        if (isMos(column))
            return QStringLiteral("%1 %2").arg(display(*call, column), bandWord(bandOf(figure(*call, column))));
        return display(*call, column);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue((isNumber(column) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    case BandRole:
        return isMos(column) ? QVariant(static_cast<int>(bandOf(figure(*call, column)))) : QVariant();
    case GlyphRole:
        return column == Outcome ? QVariant(glyph(call->outcome))
            : column == State    ? QVariant(glyph(call->state))
            : column == Trust    ? QVariant(glyph(call->trust))
                                 : QVariant();
    case ToneRole:
        return column == Outcome ? QVariant(static_cast<int>(tone(call->outcome)))
            : column == State    ? QVariant(static_cast<int>(tone(call->state)))
            : column == Trust    ? QVariant(static_cast<int>(tone(call->trust)))
                                 : QVariant();
    case ExportRole: {
        const TagsOfCall& beside = besideRecord(call->key, probeAt(index.row()));
        const auto fields = callFields(*call, beside.tags, beside.legalHold);
        return QString::fromStdString(fields[static_cast<std::size_t>(column)].text);
    }
    case CallKeyRole:
        return QVariant::fromValue<qint64>(call->key.value);
    case ProbeRole:
        return int(probeAt(index.row()).value);
    default:
        return {};
    }
}

QVariant PastCallModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    switch (role) {
    case Qt::DisplayRole:
        return withZone(QCoreApplication::translate("PastCallModel", titles[static_cast<std::size_t>(section)]));
    case Qt::TextAlignmentRole:
        return QVariant::fromValue((isNumber(section) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    case ExportRole:
        if (section == Probe)
            return QStringLiteral("probe");
        return QString::fromLatin1(callFieldNames()[static_cast<std::size_t>(section)]);
    default:
        return {};
    }
}

void PastCallModel::sort(int column, Qt::SortOrder order)
{
    m_sortColumn = column < ColumnCount ? column : -1;
    m_sortOrder = order;
    resort();
}

void PastCallModel::resort()
{
    if (m_shown.empty())
        return;
    std::vector<std::uint32_t> next(m_shown.size());
    std::iota(next.begin(), next.end(), 0U);
    const bool descending = m_sortOrder == Qt::DescendingOrder;
    if (m_sortColumn >= 0 && sortsByNumber(m_sortColumn)) {
        std::vector<double> numbers(m_calls.size());
        for (std::size_t i = 0; i < m_calls.size(); ++i)
            numbers[i] = figure(m_calls[i], m_sortColumn).value_or(std::numeric_limits<double>::quiet_NaN());
        std::stable_sort(next.begin(), next.end(), [&](std::uint32_t a, std::uint32_t b) {
            if (std::isnan(numbers[a]) || std::isnan(numbers[b]))
                return !std::isnan(numbers[a]) && std::isnan(numbers[b]); // the unknown comes last in either order
            return descending ? numbers[b] < numbers[a] : numbers[a] < numbers[b];
        });
    } else if (m_sortColumn >= 0) {
        std::vector<QString> texts(m_calls.size());
        for (std::size_t i = 0; i < m_calls.size(); ++i)
            texts[i] = cell(i, m_sortColumn);
        std::stable_sort(next.begin(), next.end(),
            [&](std::uint32_t a, std::uint32_t b) { return descending ? texts[b] < texts[a] : texts[a] < texts[b]; });
    }
    if (next == m_shown)
        return;
    emit layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    std::vector<int> rowOf(next.size());
    for (std::size_t row = 0; row < next.size(); ++row)
        rowOf[next[row]] = static_cast<int>(row);
    const QModelIndexList before = persistentIndexList();
    QModelIndexList after;
    for (const QModelIndex& index : before)
        after += createIndex(rowOf[m_shown[static_cast<std::size_t>(index.row())]], index.column());
    m_shown = std::move(next);
    changePersistentIndexList(before, after);
    emit layoutChanged({}, QAbstractItemModel::VerticalSortHint);
}

}
