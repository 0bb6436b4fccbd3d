// The blobs of service metrics; the rules are those of wire.h.
#pragma once

#include "shared/calls/service_window.h"

#include <QByteArray>
#include <optional>
#include <vector>

namespace callmon {

struct ServiceRowPage {
    std::vector<ServiceRow> rows;
};

QByteArray encode(const ServiceQuery& query);
std::optional<ServiceQuery> decodeServiceQuery(const QByteArray& blob);

QByteArray encode(const ServiceRowPage& page);
bool isServiceRowPage(const QByteArray& blob); // by its kind alone
std::optional<ServiceRowPage> decodeServiceRowPage(const QByteArray& blob);

}
