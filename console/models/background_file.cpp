#include "console/models/background_file.h"

#include <QCoreApplication>
#include <QPointer>
#include <QSaveFile>
#include <QThreadPool>
#include <atomic>
#include <deque>
#include <mutex>
#include <utility>

namespace callmon {

struct BackgroundFile::Pending {
    explicit Pending(const QString& path)
        : file(path)
    {
    }

    std::mutex mutex;
    std::deque<std::string> pieces; // these three under the mutex
    bool atWork = false;
    bool ends = false;
    std::atomic<bool> unwanted = false;
    QPointer<BackgroundFile> owner; // looked at in its own thread only
    QSaveFile file; // by the thread at work; without commit() nothing of it stays
    bool failed = false; // likewise
};

BackgroundFile::BackgroundFile(const QString& path, QObject* parent)
    : QObject(parent)
    , m_pending(std::make_shared<Pending>(path))
{
    m_pending->owner = this;
}

BackgroundFile::~BackgroundFile()
{
    m_pending->unwanted = true;
}

void BackgroundFile::write(std::string text)
{
    {
        const std::lock_guard lock(m_pending->mutex);
        m_pending->pieces.push_back(std::move(text));
    }
    wake();
}

void BackgroundFile::end()
{
    {
        const std::lock_guard lock(m_pending->mutex);
        m_pending->ends = true;
    }
    wake();
}

void BackgroundFile::wake()
{
    {
        const std::lock_guard lock(m_pending->mutex);
        if (std::exchange(m_pending->atWork, true))
            return;
    }
    QThreadPool::globalInstance()->start([pending = m_pending] { work(pending); });
}

void BackgroundFile::work(const std::shared_ptr<Pending>& pending)
{
    QSaveFile& file = pending->file;
    while (true) {
        std::deque<std::string> pieces;
        bool ends = false;
        {
            const std::lock_guard lock(pending->mutex);
            pieces.swap(pending->pieces);
            ends = std::exchange(pending->ends, false);
            if (pieces.empty() && !ends) {
                pending->atWork = false;
                return;
            }
        }
        if (pending->unwanted || pending->failed)
            continue;
        bool good = file.isOpen() || file.open(QIODevice::WriteOnly);
        for (const std::string& piece : pieces) {
            const auto size = static_cast<qint64>(piece.size());
            good = good && !pending->unwanted && file.write(piece.data(), size) == size;
        }
        if (pending->unwanted)
            continue;
        if (ends)
            good = good && file.commit();
        pending->failed = !good;
        if (good && !ends)
            continue;
        const QString error = good ? QString()
                                   : tr("Cannot write %1: %2. Choose another folder, or free some space there.")
                                         .arg(file.fileName(), file.errorString());
        QMetaObject::invokeMethod(qApp, [pending, error] {
            if (pending->owner)
                emit pending->owner->ended(error);
        });
    }
}

}
