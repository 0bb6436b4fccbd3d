#include "console/models/probe_list.h"

#include <QCoreApplication>
#include <QSet>
#include <QSettings>
#include <QUrl>
#include <algorithm>

namespace callmon {

std::vector<ProbeAddress> storedProbes()
{
    QSettings settings;
    std::vector<ProbeAddress> probes;
    const int count = settings.beginReadArray(QStringLiteral("probes"));
    for (int i = 0; i < count; ++i) {
        settings.setArrayIndex(i);
        probes.push_back(
            { settings.value(QStringLiteral("name")).toString(), settings.value(QStringLiteral("address")).toString(),
                settings.value(QStringLiteral("enabled"), true).toBool(), false });
    }
    return probes;
}

void storeProbes(const std::vector<ProbeAddress>& probes)
{
    QSettings settings;
    settings.remove(QStringLiteral("probes"));
    settings.beginWriteArray(QStringLiteral("probes"));
    int stored = 0;
    for (const ProbeAddress& probe : probes) {
        if (probe.temporary)
            continue;
        settings.setArrayIndex(stored++);
        settings.setValue(QStringLiteral("name"), probe.name);
        settings.setValue(QStringLiteral("address"), probe.address);
        settings.setValue(QStringLiteral("enabled"), probe.enabled);
    }
    settings.endArray();
}

QString nameForAddress(const QString& address, const std::vector<ProbeAddress>& taken)
{
    const QUrl url(address);
    QString base = url.host();
    if (base.isEmpty()) {
        QStringList parts = url.path().split(QLatin1Char('/'), Qt::SkipEmptyParts);
        if (parts.size() > 1 && parts.back() == QLatin1String("engine.sock"))
            parts.removeLast();
        base = parts.isEmpty() ? QString() : parts.back();
        if (base.endsWith(QLatin1String(".sock")))
            base.chop(5);
    }
    if (base.isEmpty() || base == QLatin1String("callmon"))
        base = QStringLiteral("local");
    return freeName(base, taken);
}

QString freeName(const QString& wanted, const std::vector<ProbeAddress>& taken)
{
    QString base = wanted;
    base.replace(QLatin1Char(' '), QLatin1Char('-')).remove(QLatin1Char('*'));
    QString name = base;
    const auto isTaken = [&](const ProbeAddress& probe) { return probe.name.compare(name, Qt::CaseInsensitive) == 0; };
    for (int number = 2; std::ranges::any_of(taken, isTaken); ++number)
        name = QStringLiteral("%1-%2").arg(base).arg(number);
    return name;
}

QString complaintAbout(const std::vector<ProbeAddress>& probes)
{
    QSet<QString> names;
    for (const ProbeAddress& probe : probes) {
        if (probe.name.isEmpty())
            return QCoreApplication::translate("ProbeList", "Give the probe at %1 a name.").arg(probe.address);
        if (probe.name.contains(QLatin1Char(' ')) || probe.name.contains(QLatin1Char('*')))
            return QCoreApplication::translate("ProbeList", "“%1”: write the name without spaces and without *.")
                .arg(probe.name);
        if (names.contains(probe.name.toLower()))
            return QCoreApplication::translate("ProbeList", "“%1” is there twice: give each probe a name of its own.")
                .arg(probe.name);
        names.insert(probe.name.toLower());
    }
    return {};
}

}
