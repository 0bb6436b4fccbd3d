// Who a client is to the engine, and the audit log, for decodeAnswer(). Internal to shared/remote.
#pragma once

#include "shared/remote/wire.h"
#include "shared/remote/wire_archive.h"

namespace callmon::wire {

void readIdentity(Reader& in, RemoteIdentity& identity);
void readPage(Reader& in, AuditPage& page);
void readPage(Reader& in, AnswerRemarks& page);

}
