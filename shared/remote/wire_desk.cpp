#include "shared/remote/wire_desk.h"

namespace callmon {

using namespace wire;

namespace {

template <typename Archive, typename Identity> void visitIdentity(Archive& archive, Identity& identity)
{
    archive.field(identity.name);
    archive.enumeration(identity.role, RemoteRole::Admin);
}

template <typename Archive, typename Entry> void visitEntry(Archive& archive, Entry& entry)
{
    archive.field(entry.at);
    archive.field(entry.user);
    archive.field(entry.role);
    archive.field(entry.from);
    archive.field(entry.action);
    archive.field(entry.detail);
}
constexpr std::size_t entryMinBytes = 18;

template <typename Archive, typename Query> void visitQuery(Archive& archive, Query& query)
{
    archive.field(query.from);
    archive.field(query.to);
    archive.field(query.newest);
}

}

QByteArray encode(const RemoteIdentity& identity)
{
    Writer out(Kind::RemoteIdentity);
    visitIdentity(out, identity);
    return out.out().take();
}

QByteArray encode(const AuditQuery& query)
{
    Writer out(Kind::AuditQuery);
    visitQuery(out, query);
    return out.out().take();
}

std::optional<AuditQuery> decodeAuditQuery(const QByteArray& blob)
{
    Reader in(blob, Kind::AuditQuery);
    AuditQuery query;
    visitQuery(in, query);
    return in.complete() && query.newest <= mostAuditEntries ? std::optional(query) : std::nullopt;
}

QByteArray encode(const AuditPage& page)
{
    Writer out(Kind::AuditPage);
    out.field(page.matches);
    out.field(page.brokenLine);
    out.field(page.newestHash);
    return writePage(std::move(out), page.entries, [](Writer& w, const AuditEntry& entry) { visitEntry(w, entry); });
}

QByteArray encode(const AnswerRemarks& page)
{
    return writePage(
        Writer(Kind::AnswerRemarks), page.remarks, [](Writer& w, const Sentence& remark) { writeSentence(w, remark); });
}

void wire::readIdentity(Reader& in, RemoteIdentity& identity)
{
    visitIdentity(in, identity);
}

void wire::readPage(Reader& in, AuditPage& page)
{
    in.field(page.matches);
    in.field(page.brokenLine);
    in.field(page.newestHash);
    readList(in, page.entries, entryMinBytes, [](Reader& r, AuditEntry& entry) { visitEntry(r, entry); });
}

void wire::readPage(Reader& in, AnswerRemarks& page)
{
    readList(in, page.remarks, sentenceMinBytes, [](Reader& r, Sentence& remark) { readSentence(r, remark); });
}

}
