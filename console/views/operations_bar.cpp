#include "console/views/operations_bar.h"

#include "console/models/figures.h"
#include "console/views/figure_tile.h"

#include <QHBoxLayout>
#include <limits>

namespace callmon {

namespace {

constexpr int askedEvery = 5; // seconds

}

OperationsBar::OperationsBar(CallSource& source, const LiveCallModel& live, QWidget* parent)
    : QWidget(parent)
    , m_source(source)
    , m_live(live)
{
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(10, 8, 10, 0);
    row->setSpacing(8);
    for (std::size_t i = 0; i < operationsFigures; ++i) {
        const auto figure = static_cast<OperationsFigure>(i);
        auto* tile = new FigureTile(operationsTitle(figure), this);
        tile->setToolTip(QStringLiteral("<p>%1</p>").arg(operationsHelp(figure).toHtmlEscaped()));
        tile->setAccessibleDescription(operationsHelp(figure));
        connect(tile, &FigureTile::clicked, this, [this, figure] { emit figureChosen(figure); });
        row->addWidget(tile);
        m_tiles.push_back(tile);
    }
    connect(&source, &CallSource::statusChanged, this,
        [this](const ProbeStatus& status, ProbeId probe) { m_operations.setStatus(status, probe); });
    connect(&source, &CallSource::stateChanged, this, [this](CallSource::State state) {
        for (const auto& [probe, label] : labelsOf(m_source))
            if (!label.answers)
                m_operations.forget(probe);
        if (state != CallSource::State::Connected) {
            m_request.reset();
            m_operations.forgetService();
            m_seconds = 0; // asked at once when it is back
        }
    });
    connect(&source, &CallSource::serviceFound, this, [this](quint64 request, const std::vector<ServiceRow>& rows) {
        if (m_request == request)
            m_rows.insert(m_rows.end(), rows.begin(), rows.end());
    });
    connect(&source, &CallSource::finished, this, [this](quint64 request) {
        if (m_request != request)
            return;
        m_request.reset();
        m_operations.setService(m_rows);
        if (!m_operations.hasService()) // the engine has just begun: soon it will have some
            m_seconds = 0;
    });
    connect(&source, &CallSource::failed, this, [this](quint64 request) {
        if (m_request != request)
            return;
        m_request.reset();
        m_operations.forgetService();
    });
    connect(&m_second, &QTimer::timeout, this, &OperationsBar::sample);
    m_second.start(std::chrono::seconds(1));
}

void OperationsBar::sample()
{
    if (m_seconds++ % askedEvery == 0)
        askService();
    m_operations.sample(m_live);
    if (isVisible())
        show();
}

void OperationsBar::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (!m_operations.samples().empty())
        show(); // not what was known when it was hidden
}

void OperationsBar::askService()
{
    if (m_request || m_source.state() != CallSource::State::Connected)
        return;
    m_rows.clear();
    if (const quint64 request = m_source.serviceWindows(); request != 0)
        m_request = request;
}

void OperationsBar::show()
{
    const auto& samples = m_operations.samples();
    const OperationsSample& now = samples.back();
    for (std::size_t i = 0; i < operationsFigures; ++i) {
        const auto figure = static_cast<OperationsFigure>(i);
        std::vector<double> history;
        history.reserve(samples.size());
        for (const OperationsSample& sample : samples)
            history.push_back(sample.values[i].value_or(std::numeric_limits<double>::quiet_NaN()));
        QStringList foot;
        QStringList shortFoot;
        if (figure == OperationsFigure::Mos && now.values[i])
            for (const MosBand band : { MosBand::Bad, MosBand::Fair, MosBand::Good }) {
                const auto calls = static_cast<quint64>(now.bands[static_cast<std::size_t>(band)]);
                foot += bandGlyph(band) + QLatin1Char(' ') + countText(calls);
                shortFoot += bandGlyph(band) + QLatin1Char(' ') + shortCountText(calls);
            }
        m_tiles[i]->show(operationsText(figure, now), history, foot.join(QStringLiteral("  ")),
            shortFoot.join(QStringLiteral("  ")));
        if (figure == OperationsFigure::Lost)
            m_tiles[i]->setTone(!now.values[i] ? Tone::Plain : *now.values[i] > 0 ? Tone::Bad : Tone::Good);
    }
}

void OperationsBar::setTheme(const Theme& theme)
{
    for (FigureTile* tile : m_tiles)
        tile->setTheme(theme);
}

}
