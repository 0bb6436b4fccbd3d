#include "engine/capture/core_layout.h"

#include <algorithm>
#include <tuple>

namespace callmon {

namespace {

std::string listed(const std::vector<int>& cpus)
{
    std::vector<int> sorted = cpus;
    std::sort(sorted.begin(), sorted.end());
    sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
    std::string text = sorted.size() == 1 ? "CPU " : "CPUs ";
    for (const int cpu : sorted)
        text += (cpu == sorted.front() ? "" : ", ") + std::to_string(cpu);
    return text;
}

// Best first. Those of the port's node; of these the machine's first CPU last, since it serves most interrupts; one CPU
// of each core before the second one of any; and of equals those that share the first one's cache, since every frame
// goes from the capture core to the others.
std::vector<int> byPreference(std::span<const Cpu> allowed, int portNode, std::optional<int> cache)
{
    using Rank = std::tuple<bool, bool, std::ptrdiff_t, bool, int>;
    std::vector<Rank> ranked;
    for (auto cpu = allowed.begin(); cpu != allowed.end(); ++cpu) {
        const auto siblingsBefore =
            std::count_if(allowed.begin(), cpu, [&](const Cpu& other) { return other.core == cpu->core; });
        ranked.emplace_back(portNode >= 0 && cpu->node != portNode, cpu->id == 0, siblingsBefore,
            cache && cpu->cache != *cache, cpu->id);
    }
    std::sort(ranked.begin(), ranked.end());
    std::vector<int> cpus;
    for (const Rank& rank : ranked)
        cpus.push_back(std::get<int>(rank));
    if (cache || cpus.empty())
        return cpus;
    const auto first =
        std::find_if(allowed.begin(), allowed.end(), [&](const Cpu& cpu) { return cpu.id == cpus.front(); });
    return byPreference(allowed, portNode, first->cache);
}

}

Result<CoreLayout> layOutCores(std::span<const Cpu> allowed, const CoreWishes& wishes)
{
    CoreLayout layout;
    for (const int cpu : wishes.chosen)
        if (std::none_of(allowed.begin(), allowed.end(), [cpu](const Cpu& each) { return each.id == cpu; }))
            return Error { "CPU " + std::to_string(cpu) + " is none that this process may run on" };
    const bool isChosen = wishes.chosen.size() >= 2;
    if (!isChosen && allowed.size() < 2) {
        layout.described = "there is one CPU only: capture and processing share it, and the port is polled adaptively";
        return layout;
    }
    const std::vector<int> cpus = isChosen ? wishes.chosen : byPreference(allowed, wishes.portNode, std::nullopt);
    layout.capture = cpus.front();
    const std::size_t forProcessing = std::min<std::size_t>(cpus.size() - 1, wishes.lanes);
    for (std::size_t lane = 0; lane < wishes.lanes; ++lane)
        layout.processing.push_back(cpus[1 + lane % forProcessing]);
    for (const Cpu& cpu : allowed)
        if (cpu.id != layout.capture
            && std::find(layout.processing.begin(), layout.processing.end(), cpu.id) == layout.processing.end())
            layout.others.push_back(cpu.id);

    layout.described =
        "capture runs on CPU " + std::to_string(*layout.capture) + ", processing on " + listed(layout.processing);
    if (wishes.lanes > forProcessing)
        layout.described += " (" + std::to_string(wishes.lanes) + " threads)";
    layout.processingMaySpin = !layout.others.empty() && forProcessing == wishes.lanes;
    if (!layout.others.empty()) {
        layout.described += ", everything else on " + listed(layout.others);
    } else if (wishes.captureSleeps) {
        for (const Cpu& cpu : allowed)
            layout.others.push_back(cpu.id);
        layout.described +=
            "; no CPU is left for storage and the consoles: they use what capture and processing leave of theirs";
    } else {
        // A stall of processing is ridden out by the buffers; one of capture loses frames and times.
        layout.others = layout.processing;
        std::sort(layout.others.begin(), layout.others.end());
        layout.others.erase(std::unique(layout.others.begin(), layout.others.end()), layout.others.end());
        layout.described += "; no CPU is left for storage and the consoles: they share " + listed(layout.processing)
            + " with processing";
    }
    return layout;
}

}
