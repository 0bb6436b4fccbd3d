#include "console/models/live_call_order.h"

#include "console/models/live_call_model.h"

#include <algorithm>
#include <limits>

namespace callmon {

LiveCallOrder::LiveCallOrder(int column, Qt::SortOrder order, std::size_t most)
    : m_column(column)
    , m_descending(order == Qt::DescendingOrder)
    , m_byText(isTextColumn(column) || column == LiveCallModel::Probe)
{
    m_items.reserve(most);
}

void LiveCallOrder::add(const LiveCall& call, std::string_view probe, Timestamp now, std::uint32_t slot)
{
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    double number = unknown;
    std::string_view text;
    if (m_column == LiveCallModel::State)
        number = static_cast<double>(call.state);
    else if (m_column == LiveCallModel::Trust)
        number = static_cast<double>(call.trust);
    else if (m_column == LiveCallModel::Start)
        number = static_cast<double>(nanosecondsSinceEpoch(call.startedAt));
    else if (m_column == LiveCallModel::Duration)
        number = durationSoFar(call, now).value_or(Milliseconds(unknown)).count();
    else if (m_column == LiveCallModel::Probe)
        text = probe;
    else if (m_byText)
        text = textOf(call, m_column);
    else
        number = figureOf(call, m_column).value_or(unknown);
    m_items.push_back(
        { m_byText ? rankOf(text, m_descending) : rankOf(number, m_descending), text, call.key.value, slot });
}

std::vector<std::uint32_t> LiveCallOrder::sorted()
{
    const auto before = [this](const Item& a, const Item& b) {
        if (a.rank != b.rank)
            return a.rank < b.rank;
        if (m_byText)
            if (const int text = a.text.compare(b.text); text != 0)
                return m_descending ? text > 0 : text < 0;
        return m_descending ? b.key < a.key : a.key < b.key;
    };
    if (!std::is_sorted(m_items.begin(), m_items.end(), before))
        std::sort(m_items.begin(), m_items.end(), before);
    std::vector<std::uint32_t> order(m_items.size());
    std::transform(m_items.begin(), m_items.end(), order.begin(), [](const Item& item) { return item.slot; });
    return order;
}

}
