#include "console/views/call_exports.h"

#include "console/plots/call_timeline.h"
#include "console/recording/pcap_export.h"
#include "console/recording/sound_export.h"
#include "console/views/picture_file.h"
#include "console/views/progress_line.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QVBoxLayout>

namespace callmon {

CallExports::CallExports(CallSource& source, CallKey call, QWidget* parent)
    : QWidget(parent)
    , m_call(call)
    , m_soundLine(new ProgressLine(this))
    , m_captureLine(new ProgressLine(this))
    , m_pictureLine(new ProgressLine(this))
    , m_sound(new SoundExport(source, this))
    , m_capture(new PcapExport(source, this))
    , m_picture(new FileWriter(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    for (ProgressLine* line : { m_soundLine, m_captureLine, m_pictureLine }) {
        line->setContentsMargins(12, 4, 12, 0); // as the player's
        layout->addWidget(line);
    }
    connect(m_soundLine, &ProgressLine::cancelled, m_sound, &SoundExport::cancel);
    connect(m_captureLine, &ProgressLine::cancelled, m_capture, &PcapExport::cancel);
    connect(m_pictureLine, &ProgressLine::cancelled, m_picture, &FileWriter::cancel);
    connect(m_sound, &SoundExport::progressed, m_soundLine, &ProgressLine::setDone);
    connect(m_capture, &PcapExport::progressed, m_captureLine, &ProgressLine::setDone);
}

bool CallExports::isSavingSound() const
{
    return m_sound->isRunning();
}

bool CallExports::isExportingCapture() const
{
    return m_capture->isRunning();
}

void CallExports::refuseSecond(const ProgressLine& running)
{
    emit said(tr("One at a time: “%1” is under way. Wait for it, or cancel it.").arg(running.doing()));
}

bool CallExports::tell(End end, const QString& path, const QString& whatFailed)
{
    emit busyChanged();
    if (end == End::Cancelled)
        emit said(tr("Cancelled: nothing was written."));
    else if (end == End::Failed)
        emit failed(whatFailed);
    else
        emit said(tr("Saved to %1").arg(path));
    return end == End::Written;
}

void CallExports::askToSaveSound(const CallSound& sound)
{
    if (sound.caller.empty())
        return emit said(tr("There is no sound to save yet: press Space to load it first."));
    if (m_sound->isRunning())
        return refuseSecond(*m_soundLine);
    const QString path =
        QFileDialog::getSaveFileName(this, tr("Save the sound"), tr("call.wav"), tr("WAV sound (*.wav)"));
    if (!path.isEmpty())
        saveSound(sound, path);
}

void CallExports::saveSound(const CallSound& sound, const QString& path)
{
    if (m_sound->isRunning())
        return refuseSecond(*m_soundLine);
    m_soundLine->begin(tr("Saving the sound to %1").arg(QFileInfo(path).fileName()));
    connect(
        m_sound, &SoundExport::ended, this,
        [this, path](End end, const QString& error) {
            m_soundLine->end();
            emit soundSaved(tell(end, path, tr("The sound was not saved: %1").arg(error)));
        },
        Qt::SingleShotConnection);
    m_sound->start(m_call, sound, path);
    emit busyChanged();
}

void CallExports::askToExportCapture(const CallRecord* record)
{
    if (m_capture->isRunning())
        return refuseSecond(*m_captureLine);
    const QString path =
        QFileDialog::getSaveFileName(this, tr("Export messages and media"), tr("call.pcap"), tr("Captures (*.pcap)"));
    if (!path.isEmpty())
        exportCapture(record, path);
}

void CallExports::exportCapture(const CallRecord* record, const QString& path)
{
    if (m_capture->isRunning())
        return refuseSecond(*m_captureLine);
    m_captureLine->begin(tr("Exporting to %1").arg(QFileInfo(path).fileName()));
    connect(
        m_capture, &PcapExport::ended, this,
        [this, path](End end, const QString& error, const QStringList& notes) {
            m_captureLine->end();
            const bool written = tell(end, path, tr("No capture was written: %1").arg(error));
            if (written && !notes.isEmpty())
                emit warned(tr("Saved to %1, but not all of the call: %2").arg(path, notes.join(QLatin1Char(' '))));
            emit captureExported(written);
        },
        Qt::SingleShotConnection);
    m_capture->start(m_call, record, path);
    emit busyChanged();
}

void CallExports::savePicture(const CallTimeline& timeline, const QString& path)
{
    if (m_picture->isRunning())
        return refuseSecond(*m_pictureLine);
    if (const QString complaint = complaintAboutPicture(path); !complaint.isEmpty()) {
        emit failed(complaint);
        return emit pictureSaved(false);
    }
    m_pictureLine->begin(tr("Saving the timeline to %1").arg(QFileInfo(path).fileName()));
    connect(
        m_picture, &FileWriter::ended, this,
        [this, path](End end, const QString& error) {
            m_pictureLine->end();
            emit pictureSaved(tell(end, path, tr("The picture was not saved: %1").arg(error)));
        },
        Qt::SingleShotConnection);
    writePicture(*m_picture,
        { [&timeline] { return timeline.picture(timeline.size()); },
            [&timeline] { return timeline.drawing(timeline.size()); } },
        path);
    emit busyChanged();
}

}
