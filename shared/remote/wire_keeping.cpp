#include "shared/remote/wire_keeping.h"

namespace callmon {

using namespace wire;

namespace {

void visitSentence(Writer& out, const Sentence& sentence)
{
    writeSentence(out, sentence);
}
void visitSentence(Reader& in, Sentence& sentence)
{
    readSentence(in, sentence);
}
void visitSentences(Writer& out, const std::vector<Sentence>& sentences)
{
    writeList(out, sentences, [](Writer& w, const Sentence& sentence) { writeSentence(w, sentence); });
}
void visitSentences(Reader& in, std::vector<Sentence>& sentences)
{
    readList(in, sentences, sentenceMinBytes, [](Reader& r, Sentence& sentence) { readSentence(r, sentence); });
}

template <typename Archive, typename T> void visitHold(Archive& archive, T& hold)
{
    archive.field(hold.number);
    archive.field(hold.call);
    archive.enumeration(hold.state, HoldState::Released);
    archive.field(hold.setAt);
    archive.field(hold.setBy);
    archive.field(hold.reason);
    archive.field(hold.mediaPackets);
    archive.field(hold.messages);
    visitSentences(archive, hold.missing);
    archive.field(hold.releasedAt);
    archive.field(hold.releasedBy);
    archive.field(hold.releaseReason);
    archive.field(hold.caller);
    archive.field(hold.callee);
}
constexpr std::size_t holdMinBytes = 58;

template <typename Archive, typename T> void visitDeleted(Archive& archive, T& call)
{
    archive.field(call.call);
    archive.enumeration(call.state, DeletionState::Failed);
    visitSentence(archive, call.why);
    archive.field(call.streams);
    archive.field(call.qualityBlocks);
    archive.field(call.messages);
    archive.field(call.messageBytes);
    archive.field(call.mediaChunks);
    archive.field(call.mediaBytes);
    archive.field(call.alarms);
    archive.field(call.notes);
}
constexpr std::size_t deletedMinBytes = 61;

template <typename Archive, typename T> void visitRequest(Archive& archive, T& request)
{
    archive.field(request.number);
    archive.field(request.from);
    archive.field(request.to);
    archive.field(request.dryRun);
}

template <typename Archive, typename T> void visitClock(Archive& archive, T& clock)
{
    archive.field(clock.now);
    archive.field(clock.lastBelieved);
    archive.field(clock.doubted);
}

}

QByteArray encode(const DeletionRequest& request)
{
    Writer out(Kind::DeletionRequest);
    visitRequest(out, request);
    return out.out().take();
}

std::optional<DeletionRequest> decodeDeletionRequest(const QByteArray& blob)
{
    Reader in(blob, Kind::DeletionRequest);
    DeletionRequest request;
    visitRequest(in, request);
    return in.complete() ? std::optional(std::move(request)) : std::nullopt;
}

QByteArray encode(const HoldPage& page)
{
    return writePage(Writer(Kind::HoldPage), page.holds, [](Writer& w, const Hold& hold) { visitHold(w, hold); });
}

QByteArray encode(const DeletionPage& page)
{
    Writer out(Kind::DeletionPage);
    writeList(out, page.report.calls, [](Writer& w, const DeletedCall& call) { visitDeleted(w, call); });
    return writePage(
        std::move(out), page.report.notes, [](Writer& w, const Sentence& note) { writeSentence(w, note); });
}

QByteArray encode(const RetentionClock& clock)
{
    Writer out(Kind::RetentionClock);
    visitClock(out, clock);
    return out.out().take();
}

void wire::readClock(Reader& in, RetentionClock& clock)
{
    visitClock(in, clock);
}

void wire::readPage(Reader& in, HoldPage& page)
{
    readList(in, page.holds, holdMinBytes, [](Reader& r, Hold& hold) { visitHold(r, hold); });
}

void wire::readPage(Reader& in, DeletionPage& page)
{
    readList(in, page.report.calls, deletedMinBytes, [](Reader& r, DeletedCall& call) { visitDeleted(r, call); });
    readList(in, page.report.notes, sentenceMinBytes, [](Reader& r, Sentence& note) { readSentence(r, note); });
}

}
