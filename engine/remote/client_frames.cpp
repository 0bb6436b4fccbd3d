#include "engine/remote/client_frames.h"

#include <QMetaType>
#include <algorithm>
#include <array>

namespace callmon {

namespace {

// Packet types of Qt Remote Objects (qtremoteobjectglobal.h, QRemoteObjectPacketTypeEnum).
enum PacketType : std::uint16_t { AddObject = 4, RemoveObject = 5, InvokePacket = 6, Ping = 10 };

constexpr std::uint32_t nullLength = 0xffffffff; // QString() and QByteArray() in a QDataStream

// Qt Remote Objects sets its streams to little-endian.
std::uint16_t little16(ByteReader& in)
{
    const std::uint16_t low = in.u8();
    return static_cast<std::uint16_t>(in.u8() << 8 | low);
}

std::uint32_t little32(ByteReader& in)
{
    const std::uint32_t low = little16(in);
    return static_cast<std::uint32_t>(little16(in)) << 16 | low;
}

// QDataStream's QString: u32 bytes, UTF-16. A name longer than any of ours is unreadable.
std::optional<std::u16string> readName(ByteReader& in)
{
    constexpr std::uint32_t longestName = 128;
    const std::uint32_t bytes = little32(in);
    if (bytes > longestName || bytes % 2 != 0)
        return std::nullopt;
    std::u16string name;
    for (std::uint32_t i = 0; i < bytes / 2; ++i)
        name.push_back(static_cast<char16_t>(little16(in)));
    return in.ok() ? std::optional(name) : std::nullopt;
}

// QDataStream's QVariant: u32 type | u8 null | value.
bool skipArgument(ByteReader& in, int type)
{
    if (little32(in) != static_cast<std::uint32_t>(type) || in.u8() > 1)
        return false;
    switch (type) {
    case QMetaType::Bool:
        return in.u8() <= 1 && in.ok();
    case QMetaType::Int:
    case QMetaType::UInt:
        in.skip(4);
        return in.ok();
    case QMetaType::LongLong:
    case QMetaType::ULongLong:
        in.skip(8);
        return in.ok();
    case QMetaType::QString:
    case QMetaType::QByteArray: {
        const std::uint32_t length = little32(in);
        if (length != nullLength)
            in.skip(length);
        return in.ok() && (type == QMetaType::QByteArray || length == nullLength || length % 2 == 0);
    }
    default: // no method of ours takes it
        return false;
    }
}

// Signs of life and acknowledgements, of which a transfer has hundreds a second, and the parts of a call's page, which
// callmonctl asks for call by call.
double costOfCalling(QByteArrayView signature)
{
    constexpr std::array<QByteArrayView, 8> small { "alive", "livePartTaken", "alarmPartTaken", "answerTaken", "cancel",
        "streams", "quality", "callNotes" };
    constexpr double ofOthers = 20;
    return std::ranges::find(small, signature.first(signature.indexOf('('))) != small.end() ? 1 : ofOthers;
}

}

RemoteMethods methodsOf(const SourceApiMap& api)
{
    RemoteMethods methods;
    methods.object = api.name().toStdU16String();
    for (int method = 0; method < api.methodCount(); ++method) {
        std::vector<int>& parameters = methods.parameters.emplace_back();
        for (int i = 0; i < api.methodParameterCount(method); ++i)
            parameters.push_back(api.methodParameterType(method, i));
        methods.costs.push_back(costOfCalling(api.methodSignature(method)));
    }
    return methods;
}

std::optional<std::string> complaintAboutFrame(Bytes frame, std::vector<RemoteMethods>& objects)
{
    ByteReader in(frame);
    const std::uint16_t type = little16(in);
    if (type != AddObject && type != RemoveObject && type != InvokePacket && type != Ping)
        return "a packet of type " + std::to_string(type);
    const auto name = readName(in);
    if (!name)
        return "an unreadable object name";
    const auto object = std::ranges::find(objects, *name, &RemoteMethods::object);
    if (object == objects.end())
        return "an object that this connection does not have";
    if (type == AddObject && in.u8() != 0)
        return "a request for a dynamic replica";
    if (type == AddObject && object->acquired)
        return "a request for an object that it has";
    if (type == InvokePacket) {
        if (little32(in) != QMetaObject::InvokeMetaMethod)
            return "an attempt to write a property";
        const std::uint32_t method = little32(in);
        if (method >= object->parameters.size())
            return "a call of method " + std::to_string(method);
        const std::vector<int>& parameters = object->parameters[method];
        if (little32(in) != parameters.size())
            return "a call with a wrong number of arguments";
        for (const int parameter : parameters)
            if (!skipArgument(in, parameter))
                return "a call with a wrong argument";
        in.skip(4); // serial number of the call
        in.skip(4); // property index
    }
    if (!in.ok() || in.left() > 0)
        return "a packet of the wrong length";
    if (type == AddObject || type == RemoveObject)
        object->acquired = type == AddObject;
    return std::nullopt;
}

double costOfFrame(Bytes frame, const std::vector<RemoteMethods>& objects)
{
    constexpr double byteCost = 1.0 / 1024;
    const double ofLength = static_cast<double>(frame.size()) * byteCost;
    ByteReader in(frame);
    const std::uint16_t type = little16(in);
    const auto name = readName(in);
    in.skip(4); // a call's kind
    const std::uint32_t method = little32(in);
    if (type != InvokePacket || !name || !in.ok())
        return 1 + ofLength;
    const auto object = std::ranges::find(objects, *name, &RemoteMethods::object);
    const bool known = object != objects.end() && method < object->costs.size();
    return (known ? object->costs[method] : 1) + ofLength;
}

}
