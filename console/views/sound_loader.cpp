#include "console/views/sound_loader.h"

#include "console/models/call_access.h"
#include "console/models/call_words.h"
#include "console/models/sentence_words.h"
#include "console/recording/media_fetch.h"
#include "console/views/player_bar.h"
#include "console/views/timeline_content.h"
#include "shared/codecs/call_sound.h"
#include "shared/codecs/recording_facts.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QPointer>
#include <QThreadPool>
#include <utility>

namespace callmon {

namespace {

using Part = CallDetails::Part;

constexpr std::uint64_t smallSound = 8'000'000; // bytes of RTP fetched without being asked for: some 8 minutes of G.711

std::filesystem::path scratchFolder() // for a sound that is played
{
    return QFile::encodeName(QDir::tempPath()).toStdString();
}

}

SoundLoader::SoundLoader(CallSource& source, const CallDetails& details, PlayerBar& player, QObject* parent)
    : QObject(parent)
    , m_source(source)
    , m_details(details)
    , m_player(player)
    , m_fetch(new MediaFetch(source, this))
{
    connect(&player, &PlayerBar::loadWanted, this, &SoundLoader::load);
    connect(&player, &PlayerBar::loadCancelled, this, &SoundLoader::cancel);
    connect(m_fetch, &MediaFetch::progressed, &player, &PlayerBar::setLoaded);
    connect(m_fetch, &MediaFetch::ended, this, &SoundLoader::takeMedia);
    connect(&details, &CallDetails::found, this, &SoundLoader::found);
    connect(&details, &CallDetails::failed, this, &SoundLoader::failed);
}

bool SoundLoader::isFetching() const
{
    return m_fetch->isRunning();
}

void SoundLoader::load()
{
    if (const WithheldPart withheld = withheldSound(m_source.desk()); withheld.isWithheld()) {
        m_player.say(withheld.what + QLatin1Char(' ') + withheld.toDo);
        return;
    }
    m_wanted = true;
    if (const QString why = m_details.record() ? whyNotRecorded(*m_details.record()) : QString(); !why.isEmpty())
        return m_details.hasEnded() ? m_player.haveNothing(why) : m_player.say(why);
    if (m_source.state() != CallSource::State::Connected) {
        m_player.say(tr("Not connected to an engine: the sound cannot be fetched now."));
        return;
    }
    if (m_fetch->isRunning())
        return;
    m_unwanted = false;
    m_decoding.request_stop();
    m_player.beginLoading(tr("Loading the sound…"));
    m_waitsForStreams = m_details.streams().empty() && m_details.asks(Part::Streams);
    if (!m_waitsForStreams)
        m_fetch->start(m_details.call(), m_details.streams(), scratchFolder());
}

void SoundLoader::cancel()
{
    m_fetch->forget();
    m_decoding.request_stop();
    m_wanted = m_again = m_waitsForStreams = m_waitsForQuality = false;
    m_unwanted = true;
    m_player.endLoading(m_player.hasAudio() ? tr("Loading the sound was cancelled.")
                                            : tr("Loading the sound was cancelled. Press Space to load and play it."));
}

void SoundLoader::found(CallDetails::Part part)
{
    if (part == Part::Streams) {
        std::uint64_t bytes = 0;
        for (const StreamRecord& stream : m_details.streams())
            bytes += stream.bytes;
        // Who listens live hears the call to its end before its recording takes that place.
        const bool unasked = m_details.hasEnded() && !m_wanted && !m_unwanted && bytes < smallSound
            && !m_player.isPlaying() && !withheldSound(m_source.desk()).isWithheld();
        const bool waits = std::exchange(m_waitsForStreams, false);
        if (m_details.streams().empty() && m_details.hasEnded() && !waits)
            m_player.haveNothing(tr("There is nothing to hear: no media of this call were seen."));
        if (waits || (!m_details.streams().empty() && (unasked || std::exchange(m_again, false))))
            load();
    } else if (part == Part::Quality && std::exchange(m_waitsForQuality, false)) {
        assemble();
    } else if (part == Part::Record && m_details.hasEnded() && !m_player.hasAudio()
        && m_details.record()->recorded == Recording::No) {
        m_player.haveNothing(whyNotRecorded(*m_details.record()));
    }
}

void SoundLoader::failed(CallDetails::Part part, const QString& error)
{
    if (part == Part::Quality && std::exchange(m_waitsForQuality, false))
        assemble();
    if (part == Part::Streams && std::exchange(m_waitsForStreams, false))
        m_player.endLoading(tr("The sound could not be fetched: %1").arg(error));
}

void SoundLoader::takeMedia(const QString& error, bool atEngine)
{
    const bool isThere = atEngine && !m_fetch->isEmpty() && m_source.state() == CallSource::State::Connected;
    if (!error.isEmpty() && !isThere) {
        emit missing(m_fetch->isKeptNoMore() ? tr("kept no more") : tr("could not be fetched: Space tries again"));
        if (m_fetch->isKeptNoMore())
            return m_player.haveNothing(tr("The sound of this call is kept no more: %1").arg(sentences({ error })));
        return m_player.endLoading(tr("The sound could not be fetched: %1").arg(error));
    }
    QStringList lacks = m_fetch->remarks();
    if (!error.isEmpty())
        lacks.prepend(error);
    if (!lacks.isEmpty())
        emit incomplete(sentences(lacks));
    m_waitsForQuality = m_details.asks(Part::Quality); // the seconds tell what the probe itself lost of it
    if (!m_waitsForQuality)
        assemble();
}

void SoundLoader::assemble()
{
    auto fetched = m_fetch->streams();
    if (!fetched)
        return m_player.endLoading(tr("The sound could not be fetched: %1").arg(wordsOf(fetched.error().sentence)));
    m_fetch->forget(); // what was fetched is decoded, and then kept no more
    m_decoding = {};
    const std::optional<CallRecord>& record = m_details.record();
    std::vector<RecordedStream> media = std::move(fetched.value());
    for (RecordedStream& one : media) {
        one.facts = recordingFactsOf(record ? record->answeredAt : std::nullopt, one.stream.key, m_details.points());
        one.stop = m_decoding.get_token();
    }
    m_player.beginLoading(tr("Decoding the sound…"));
    const Hearing hearing = m_player.hearing();
    // Minutes of G.729 take a noticeable fraction of a second to decode: not on the window's thread.
    QThreadPool::globalInstance()->start([loader = QPointer<SoundLoader>(this), media = std::move(media), hearing,
                                             begin = m_details.begin(), stop = m_decoding.get_token()] {
        auto made = std::make_shared<LoadedSound>();
        for (const RecordedStream& one : media)
            for (CallEvent& key : keyEvents(one.stream, one.pieces, begin, one.forget))
                made->keys.push_back(std::move(key));
        const Result<CallSound> kept = keepCallSound(media, hearing, scratchFolder());
        made->sound = PlayableSound(kept ? kept.value() : CallSound());
        for (const Party side : { Party::Caller, Party::Callee })
            made->drawn[static_cast<std::size_t>(side)] = timelineSound(made->sound.sound, side, begin);
        const QString failure = kept ? QString() : wordsOf(kept.error().sentence);
        QMetaObject::invokeMethod(qApp, [loader, made, hearing, stop, failure] {
            // Cancelled, or fetched again since; or asked otherwise.
            if (!loader || stop.stop_requested() || hearing != loader->m_player.hearing())
                return;
            if (!failure.isEmpty())
                return loader->m_player.endLoading(tr("The sound could not be decoded: %1").arg(failure));
            emit loader->loaded(made);
        });
    });
}

}
