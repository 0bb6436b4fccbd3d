#include "console/recording/file_writer.h"

#include "console/models/sentence_words.h"
#include "shared/export/whole_file.h"

#include <QCoreApplication>
#include <QFile>
#include <QPointer>
#include <QThreadPool>
#include <utility>

namespace callmon {

FileWriter::FileWriter(QObject* parent)
    : QObject(parent)
{
}

void FileWriter::start(const QString& path, std::uint64_t all, Write write)
{
    if (isRunning())
        return;
    m_cancelled = std::make_shared<std::atomic<bool>>(false);
    QThreadPool::globalInstance()->start([self = QPointer<FileWriter>(this), cancelled = m_cancelled, all,
                                             path = QFile::encodeName(path).toStdString(), write = std::move(write)] {
        std::uint64_t told = 0;
        const auto goesOn = [&](std::uint64_t done) {
            const std::uint64_t percent = all == 0 ? 0 : std::min<std::uint64_t>(100, 100 * done / all);
            if (percent > std::exchange(told, std::max(told, percent)))
                QMetaObject::invokeMethod(qApp, [self, percent] {
                    if (self && self->isRunning())
                        emit self->progressed(static_cast<double>(percent) / 100);
                });
            return !*cancelled;
        };
        const auto written = writeWhole(path, [&](const std::string& temporary) -> Result<void> {
            auto done = *cancelled ? Result<void>() : write(temporary, goesOn);
            return *cancelled ? Result<void>(Error { "cancelled" }) : done;
        });
        QMetaObject::invokeMethod(qApp, [self, written, cancelled] {
            if (!self)
                return;
            self->m_cancelled.reset();
            if (written)
                emit self->ended(End::Written, {});
            else if (*cancelled)
                emit self->ended(End::Cancelled, {});
            else
                emit self->ended(End::Failed, wordsOf(written.error().sentence));
        });
    });
}

void FileWriter::cancel()
{
    if (m_cancelled)
        *m_cancelled = true;
}

}
