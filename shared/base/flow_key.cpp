#include "shared/base/flow_key.h"

namespace callmon {

std::string toString(const Endpoint& endpoint)
{
    const std::string ip = endpoint.ip.toString();
    return (endpoint.ip.isV4() ? ip : "[" + ip + "]") + ":" + std::to_string(endpoint.port);
}

}
