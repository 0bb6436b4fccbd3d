// The engines that a console looks at: what the user says of them, kept from one time to the next, and what a source
// that holds them offers to a view in which they are changed.
#pragma once

#include <QString>
#include <vector>

namespace callmon {

struct ProbeAddress {
    QString name; // unique; how lists call it
    QString address; // local:/path, tls://host
    bool enabled = true;
    bool temporary = false; // of this run of the console: a capture that was opened
    bool operator==(const ProbeAddress&) const = default;
};

std::vector<ProbeAddress> storedProbes(); // in QSettings; empty when nobody made a list
void storeProbes(const std::vector<ProbeAddress>& probes); // but for the temporary ones

// A name for a probe that was given none: its host, or what stands before "engine.sock"; with a number where it is
// taken.
QString nameForAddress(const QString& address, const std::vector<ProbeAddress>& taken);
// As wanted, as far as complaintAbout() lets it be, with a number where it is taken.
QString freeName(const QString& wanted, const std::vector<ProbeAddress>& taken);

// What is wrong with a list, in a sentence: a name that is missing or given twice, or holds what a filter cannot.
QString complaintAbout(const std::vector<ProbeAddress>& probes);

class ProbeRegistry {
public:
    virtual ~ProbeRegistry() = default;
    virtual std::vector<ProbeAddress> addresses() const = 0;
    virtual void setAddresses(const std::vector<ProbeAddress>& probes) = 0; // connects and parts as needed
    virtual QString complaintAboutAddress(const QString& address) const = 0; // empty: it can be tried
};

}
