// Words and signs for what a call is doing and how it ended, in the user's language.
#pragma once

#include "console/models/list_roles.h"
#include "shared/calls/call_record.h"
#include "shared/calls/stream_record.h"

#include <QString>
#include <QStringList>

namespace callmon {

QString word(CallState state);
QString glyph(CallState state);
Tone tone(CallState state);

QString word(CallOutcome outcome);
QString glyph(CallOutcome outcome);
Tone tone(CallOutcome outcome);

QString word(CaptureTrust trust);
QString glyph(CaptureTrust trust);
Tone tone(CaptureTrust trust);
QString meaning(CaptureTrust trust); // a sentence or two
QString meaning(const CallRecord& call); // the same with its figures

QString word(Recording recorded); // en dash when it is not known
QString whyNotRecorded(const CallRecord& call); // a sentence; empty where it was, or that is not known

QString word(MediaKind kind);
QString word(MediaKinds kinds); // "audio + video"; en dash for none
QString word(MediaAfterAnswer media); // of which parties; en dash when it is not known
QString word(BindingRule rule); // likewise
QString word(JitterBufferKind kind); // likewise
QString word(EndedBy endedBy); // en dash while the call is on
QString word(Transport transport);
QString word(Signalling signalling);
QString word(Party party);
// What engines say, one after the other: each with a capital and a full stop.
QString sentences(const QStringList& said);
QString codeText(std::uint16_t code); // "486", en dash for none
QString codeMeaning(std::uint16_t code); // "486 Busy Here": RFC 3261 section 21; the number alone when not there

// As it may be shown: what turns the order of signs about (Unicode's bidirectional embeddings, overrides and isolates)
// or takes no room is a replacement character. A caller could write a number with them that reads as another one.
QString text(std::string_view utf8);

}
