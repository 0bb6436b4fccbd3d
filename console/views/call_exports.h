// What is written of a call into files: its sound, its messages and media, its timeline. Each on another thread, with a
// line that tells how far it is and stops it.
#pragma once

#include "console/models/call_source.h"
#include "console/recording/file_writer.h"
#include "shared/codecs/call_sound.h"

#include <QWidget>

namespace callmon {

class CallTimeline;
class PcapExport;
class ProgressLine;
class SoundExport;

class CallExports : public QWidget {
    Q_OBJECT

public:
    CallExports(
        CallSource& source, CallKey call, QWidget* parent = nullptr); // of the call's probe alone; outlives this

    // Where to, the user is asked. Sound and capture: before it is written, the engine is told and may refuse.
    void askToSaveSound(const CallSound& sound);
    void askToExportCapture(const CallRecord* record);
    void saveSound(const CallSound& sound, const QString& path);
    void exportCapture(const CallRecord* record, const QString& path); // the record, if known
    void savePicture(const CallTimeline& timeline, const QString& path); // .png or .svg, by the name's end

    bool isSavingSound() const;
    bool isExportingCapture() const;
    ProgressLine& soundLine() { return *m_soundLine; }
    ProgressLine& captureLine() { return *m_captureLine; }
    ProgressLine& pictureLine() { return *m_pictureLine; }

signals:
    void busyChanged(); // one has begun or ended
    void said(const QString& message); // all went well, or it was cancelled
    void warned(const QString& message); // it was written, but not all that was asked for
    void failed(const QString& message);
    void soundSaved(bool written);
    void captureExported(bool written);
    void pictureSaved(bool written);

private:
    using End = FileWriter::End;
    // True when it was written.
    bool tell(End end, const QString& path, const QString& whatFailed);
    ProgressLine* addLine();
    void refuseSecond(const ProgressLine& running);

    CallKey m_call;
    ProgressLine* m_soundLine;
    ProgressLine* m_captureLine;
    ProgressLine* m_pictureLine;
    SoundExport* m_sound;
    PcapExport* m_capture;
    FileWriter* m_picture;
};

}
