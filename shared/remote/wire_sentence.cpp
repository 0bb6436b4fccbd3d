#include "shared/remote/wire.h"
#include "shared/remote/wire_archive.h"

namespace callmon {

using namespace wire;

namespace {

constexpr int mostDepth = 6;
constexpr std::size_t mostParts = 9; // %1 to %9

bool fits(const Sentence& sentence, int depth)
{
    return depth < mostDepth && sentence.parts.size() <= mostParts
        && std::ranges::all_of(sentence.parts, [depth](const Sentence& part) { return fits(part, depth + 1); });
}

// u8 sort | text | u8 parts | parts
void write(Writer& out, const Sentence& sentence)
{
    out.enumeration(sentence.sort, Sentence::Sort::Pattern);
    out.field(sentence.words);
    out.field(static_cast<std::uint8_t>(sentence.parts.size()));
    for (const Sentence& part : sentence.parts)
        write(out, part);
}

void read(Reader& in, Sentence& sentence, int depth)
{
    in.enumeration(sentence.sort, Sentence::Sort::Pattern);
    in.field(sentence.words);
    std::uint8_t parts = 0;
    in.field(parts);
    if (depth >= mostDepth || parts > mostParts || (parts > 0 && sentence.sort != Sentence::Sort::Pattern))
        return in.fail();
    for (std::uint8_t i = 0; i < parts && in.ok(); ++i)
        read(in, sentence.parts.emplace_back(), depth + 1);
}

}

void wire::writeSentence(Writer& out, const Sentence& sentence)
{
    write(out, fits(sentence, 0) ? sentence : plainText(toText(sentence)));
}

void wire::readSentence(Reader& in, Sentence& sentence)
{
    read(in, sentence, 0);
}

QByteArray encode(const Sentence& sentence)
{
    Writer out(Kind::Sentence);
    writeSentence(out, sentence);
    return out.out().take();
}

std::optional<Sentence> decodeSentence(const QByteArray& blob)
{
    Reader in(blob, Kind::Sentence);
    Sentence sentence;
    readSentence(in, sentence);
    return in.complete() ? std::optional(std::move(sentence)) : std::nullopt;
}

}
