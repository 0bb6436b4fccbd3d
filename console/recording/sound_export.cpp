#include "console/recording/sound_export.h"

#include "console/models/probe_desk.h"
#include "console/models/sentence_words.h"

namespace callmon {

SoundExport::SoundExport(CallSource& source, QObject* parent)
    : QObject(parent)
    , m_source(source)
{
    connect(&m_writer, &FileWriter::progressed, this, &SoundExport::progressed);
    connect(&m_writer, &FileWriter::ended, this, &SoundExport::ended);
}

void SoundExport::start(CallKey call, const CallSound& sound, const QString& path)
{
    if (isRunning())
        return;
    ProbeDesk* const desk = m_source.desk();
    if (!desk)
        return write(sound, path);
    m_noting = true;
    desk->noteExport(QStringLiteral("wav of call_key %1").arg(call.value), this,
        [this, sound, path, round = ++m_round](const Result<void>& noted) {
            if (round != m_round || !m_noting) // cancelled meanwhile
                return;
            m_noting = false;
            if (noted)
                write(sound, path);
            else
                emit ended(End::Failed, wordsOf(noted.error().sentence));
        });
}

void SoundExport::write(const CallSound& sound, const QString& path)
{
    m_writer.start(path, sound.caller.size(), [sound](const std::string& temporary, const FileWriter::GoesOn& goesOn) {
        return writeWav(sound, temporary, WavChannels::Stereo, goesOn);
    });
}

void SoundExport::cancel()
{
    if (m_noting) {
        m_noting = false;
        emit ended(End::Cancelled, {});
    }
    m_writer.cancel();
}

}
