// A call's page: its sound, heard and drawn, and what of the call is written to files.
#include "console/models/call_access.h"
#include "console/models/call_reports.h"
#include "console/plots/call_timeline.h"
#include "console/views/call_exports.h"
#include "console/views/call_notes_panel.h"
#include "console/views/call_page.h"
#include "console/views/messages_panel.h"
#include "console/views/player_bar.h"
#include "console/views/sound_loader.h"

#include <QTabWidget>
#include <QToolButton>
#include <algorithm>
#include <utility>

namespace callmon {

void CallPage::playFrom(double seconds)
{
    if (m_player->hasAudio()) {
        m_player->seek(std::max(0.0, seconds - soundOffset()));
        m_player->play();
        return;
    }
    m_playFrom = seconds;
    m_player->play(); // fetches it first
}

double CallPage::soundOffset() const
{
    return m_player->hasAudio() ? std::chrono::duration<double>(m_player->sound().start - m_details.begin()).count()
                                : 0;
}

void CallPage::showPlayhead(double secondsOfSound)
{
    m_timeline->setPlayhead(soundOffset() + secondsOfSound);
}

void CallPage::loadSound()
{
    m_sound->load();
}

void CallPage::linkSound()
{
    connect(m_player, &PlayerBar::loadCancelled, this, [this] { m_playFrom.reset(); });
    connect(m_sound, &SoundLoader::loaded, this,
        [this](const std::shared_ptr<LoadedSound>& loaded) { showSound(*loaded); });
    connect(m_sound, &SoundLoader::missing, this, [this](const QString& brief) {
        m_feed.soundIsMissing(brief);
        showTimeline();
    });
    connect(m_sound, &SoundLoader::incomplete, this, [this](const QString& why) {
        m_lacks.ofSound(why);
        m_lacks.show(m_source.desk(), isOn());
    });
    connect(m_player, &PlayerBar::positionChanged, this, &CallPage::showPlayhead);
    connect(m_timeline, &CallTimeline::seekRequested, this,
        [this](double seconds) { m_player->seek(std::max(0.0, seconds - soundOffset())); });
    connect(m_timeline, &CallTimeline::playRequested, this, &CallPage::playFrom);
}

void CallPage::showSound(LoadedSound& loaded)
{
    m_feed.soundCame(std::move(loaded.keys));
    showTimeline();
    // Of what was loaded before; where a live listener is says nothing of this sound.
    const bool before = m_player->hasAudio() && !m_player->isLive();
    const double at = before ? m_player->position() : 0;
    m_player->setAudio(std::move(loaded.sound));
    for (std::size_t side = 0; side < loaded.drawn.size(); ++side)
        m_timeline->setSound(side, std::move(loaded.drawn[side]));
    if (const auto from = std::exchange(m_playFrom, {}))
        m_player->seek(std::max(0.0, *from - soundOffset()));
    else if (at > 0)
        m_player->seek(at);
    showPlayhead(m_player->position());
    emit soundLoaded();
}

void CallPage::linkExports()
{
    connect(m_player, &PlayerBar::saveWanted, this, &CallPage::askToSaveSound);
    connect(m_player, &PlayerBar::captureWanted, this, &CallPage::askToExportCapture);
    connect(m_timeline, &CallTimeline::pictureWanted, this,
        [this](const QString& path) { m_exports->savePicture(*m_timeline, path); });
    const auto show = [this](MessageBar::Kind kind) {
        return [this, kind](const QString& message) { m_lacks.sayOther(kind, message); };
    };
    connect(m_exports, &CallExports::said, this, show(MessageBar::Kind::Note));
    connect(m_exports, &CallExports::warned, this, show(MessageBar::Kind::Warning));
    connect(m_exports, &CallExports::failed, this, show(MessageBar::Kind::Error));
    connect(m_exports, &CallExports::captureExported, this, &CallPage::captureExported);
    connect(m_exports, &CallExports::busyChanged, this, [this] {
        m_player->saveButton().setEnabled(m_player->hasAudio() && !m_player->isLive() && !m_exports->isSavingSound());
        m_player->captureButton().setEnabled(
            !m_exports->isExportingCapture() && !withheldSound(m_source.desk()).isWithheld());
    });
}

bool CallPage::notesAreInFront() const
{
    return m_notes && m_tabs->currentWidget()->isAncestorOf(m_notes);
}

Report CallPage::report() const
{
    const QWidget* tab = m_tabs->currentWidget();
    if (tab == m_messages) {
        Report report { QStringLiteral("messages"), messageFieldNames(), {}, { m_probe } };
        for (const CallMessage& message : m_details.messages())
            report.rows.push_back(messageFields(message));
        return report;
    }
    if (notesAreInFront())
        return { QStringLiteral("tags-and-notes"), remarkFieldNames(), remarkRows(m_notes->shown()), { m_probe } };
    Report report { QStringLiteral("streams"), streamFieldNames(), {}, { m_probe } };
    const std::optional<CallRecord>& record = m_details.record();
    for (const StreamRecord& stream : m_details.streams())
        report.rows.push_back(streamFields(stream, record ? std::string_view(record->callId) : std::string_view()));
    return report;
}

bool CallPage::hasReport() const
{
    const QWidget* tab = m_tabs->currentWidget();
    return tab == m_messages ? !m_details.messages().empty()
        : notesAreInFront()  ? !m_notes->shown().tags.empty() || !m_notes->shown().notes.empty()
                             : !m_details.streams().empty();
}

void CallPage::askToSaveSound()
{
    m_exports->askToSaveSound(m_player->hasAudio() ? m_player->sound() : CallSound());
}

void CallPage::saveSound(const QString& path)
{
    m_exports->saveSound(m_player->sound(), path);
}

void CallPage::askToExportCapture()
{
    m_exports->askToExportCapture(m_details.record() ? &*m_details.record() : nullptr);
}

void CallPage::exportCapture(const QString& path)
{
    m_message->clear();
    m_exports->exportCapture(m_details.record() ? &*m_details.record() : nullptr, path);
}

}
