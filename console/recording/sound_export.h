// The sound of a call as a WAV file, as it is loaded in the player.
#pragma once

#include "console/models/call_source.h"
#include "console/recording/file_writer.h"
#include "shared/codecs/call_sound.h"

namespace callmon {

class SoundExport : public QObject {
    Q_OBJECT

public:
    using End = FileWriter::End;

    explicit SoundExport(CallSource& source, QObject* parent = nullptr); // of the call's probe alone; outlives this

    // Before the file is written, the engine is told and may refuse. It appears whole, or not at all.
    void start(CallKey call, const CallSound& sound, const QString& path);
    void cancel();
    bool isRunning() const { return m_noting || m_writer.isRunning(); }

signals:
    void progressed(double done); // 0 to 1
    void ended(callmon::FileWriter::End end, const QString& error); // `error`: in words, when it failed

private:
    void write(const CallSound& sound, const QString& path);

    CallSource& m_source;
    FileWriter m_writer;
    unsigned m_round = 0; // of start(): a late reply is of none before
    bool m_noting = false; // the engine has not answered yet
};

}
