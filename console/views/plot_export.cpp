#include "console/views/plot_export.h"

#include "console/plots/plot_picture.h"
#include "console/plots/time_series_plot.h"
#include "console/views/elided_label.h"
#include "console/views/picture_file.h"
#include "console/views/progress_line.h"

#include <QAction>
#include <QFileDialog>
#include <QFileInfo>
#include <QVBoxLayout>

namespace callmon {

PlotExport::PlotExport(TimeSeriesPlot& plot, const QString& name, QWidget* parent)
    : QWidget(parent)
    , m_plot(plot)
    , m_name(name)
    , m_line(new ProgressLine(this))
    , m_said(new ElidedLabel(Qt::ElideMiddle, this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_line);
    layout->addWidget(m_said);
    m_said->hide();
    auto* save = new QAction(tr("Save as &picture…"), &plot);
    save->setShortcut(Qt::CTRL | Qt::Key_P);
    save->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    plot.addAction(save);
    plot.setContextMenuPolicy(Qt::ActionsContextMenu);
    connect(save, &QAction::triggered, this, &PlotExport::ask);
    connect(m_line, &ProgressLine::cancelled, &m_writer, &FileWriter::cancel);
}

void PlotExport::ask()
{
    const QString path = QFileDialog::getSaveFileName(this, tr("Save the plot as a picture"),
        m_name + QStringLiteral(".png"), tr("Picture (*.png);;Drawing (*.svg)"));
    if (!path.isEmpty())
        save(path);
}

void PlotExport::save(const QString& path)
{
    if (m_writer.isRunning())
        return say(tr("One at a time: “%1” is under way. Wait for it, or cancel it.").arg(m_line->doing()));
    if (const QString complaint = complaintAboutPicture(path); !complaint.isEmpty()) {
        say(complaint);
        return emit ended(false);
    }
    m_line->begin(tr("Saving the plot to %1").arg(QFileInfo(path).fileName()));
    connect(
        &m_writer, &FileWriter::ended, this,
        [this, path](FileWriter::End end, const QString& error) {
            m_line->end();
            say(end == FileWriter::End::Written      ? tr("Saved to %1").arg(path)
                    : end == FileWriter::End::Failed ? tr("The picture was not saved: %1").arg(error)
                                                     : tr("Cancelled: nothing was written."));
            emit ended(end == FileWriter::End::Written);
        },
        Qt::SingleShotConnection);
    writePicture(m_writer, { [this] { return pictureOf(m_plot); }, [this] { return drawingOf(m_plot); } }, path);
}

QString PlotExport::said() const
{
    return m_said->text();
}

void PlotExport::say(const QString& message)
{
    m_said->setText(message);
    m_said->show();
}

}
