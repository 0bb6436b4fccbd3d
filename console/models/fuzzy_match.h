// How well a few typed letters fit a name: "asg" finds "Alarms: shelve for 30 minutes... of a group".
#pragma once

#include <QString>
#include <optional>

namespace callmon {

// All letters of `typed`, spaces left out, stand in `name` in their order. Higher is better: letters that begin words
// and letters in a row count most. Empty: they do not.
std::optional<int> fuzzyScore(const QString& typed, const QString& name);

}
