#include "console/plots/svg_device.h"

#include <QFont>
#include <QPaintEngine>
#include <QPainter>
#include <QPainterPath>
#include <QPen>
#include <QStringList>

namespace callmon {

namespace {

QString number(double value)
{
    return QString::number(value, 'g', 7);
}

QString attribute(const char* name, const QString& value)
{
    return QLatin1Char(' ') + QLatin1String(name) + QStringLiteral("=\"") + value.toHtmlEscaped() + QLatin1Char('"');
}

QString paintOf(const char* name, const QColor& colour)
{
    QString text = attribute(name, colour.name());
    if (colour.alpha() < 255)
        text += attribute((QByteArray(name) + "-opacity").constData(), number(colour.alphaF()));
    return text;
}

QString dataOf(const QPainterPath& path)
{
    QString data;
    for (int i = 0; i < path.elementCount(); ++i) {
        const QPainterPath::Element element = path.elementAt(i);
        const QString point = number(element.x) + QLatin1Char(' ') + number(element.y) + QLatin1Char(' ');
        switch (element.type) {
        case QPainterPath::MoveToElement:
            data += QLatin1Char('M') + point;
            break;
        case QPainterPath::LineToElement:
            data += QLatin1Char('L') + point;
            break;
        case QPainterPath::CurveToElement:
            data += QLatin1Char('C') + point;
            break;
        case QPainterPath::CurveToDataElement:
            data += point;
            break;
        }
    }
    return data.trimmed();
}

}

class SvgEngine : public QPaintEngine {
public:
    SvgEngine()
        : QPaintEngine(PrimitiveTransform | PainterPaths | AlphaBlend | BrushStroke | Antialiasing)
    {
    }

    bool begin(QPaintDevice*) override { return true; }
    bool end() override
    {
        closeClip();
        return true;
    }
    Type type() const override { return User; }
    void updateState(const QPaintEngineState& changed) override
    {
        if (changed.state() & (DirtyClipPath | DirtyClipRegion | DirtyClipEnabled | DirtyTransform))
            clip();
    }

    void drawPath(const QPainterPath& path) override { draw(path, true); }
    void drawPolygon(const QPointF* points, int count, PolygonDrawMode mode) override
    {
        QPainterPath path;
        for (int i = 0; i < count; ++i)
            i == 0 ? path.moveTo(points[i]) : path.lineTo(points[i]);
        if (mode != PolylineMode)
            path.closeSubpath();
        draw(path, mode != PolylineMode);
    }
    void drawPolygon(const QPoint* points, int count, PolygonDrawMode mode) override
    {
        QPolygonF polygon;
        for (int i = 0; i < count; ++i)
            polygon += points[i];
        drawPolygon(polygon.constData(), count, mode);
    }
    void drawLines(const QLineF* lines, int count) override
    {
        QPainterPath path;
        for (int i = 0; i < count; ++i) {
            path.moveTo(lines[i].p1());
            path.lineTo(lines[i].p2());
        }
        draw(path, false);
    }
    void drawLines(const QLine* lines, int count) override
    {
        for (int i = 0; i < count; ++i) {
            const QLineF line(lines[i]);
            drawLines(&line, 1);
        }
    }
    void drawTextItem(const QPointF& at, const QTextItem& item) override
    {
        const QFont font = item.font();
        const double size = font.pixelSize() > 0 ? font.pixelSize() : font.pointSizeF() * 96 / 72;
        body += QStringLiteral("<text") + attribute("x", number(at.x())) + attribute("y", number(at.y()))
            + attribute("font-family", font.family() + QStringLiteral(", sans-serif"))
            + attribute("font-size", number(size))
            + (font.bold() ? attribute("font-weight", QStringLiteral("bold")) : QString())
            + attribute("textLength", number(item.width())) + paintOf("fill", painter()->pen().color())
            + QLatin1Char('>') + item.text().toHtmlEscaped() + QStringLiteral("</text>\n");
    }
    void drawPixmap(const QRectF&, const QPixmap&, const QRectF&) override { } // plots have none

    QString body;

private:
    void draw(const QPainterPath& path, bool filled)
    {
        const QPen pen = painter()->pen();
        const QBrush brush = painter()->brush();
        QString shape = QStringLiteral("<path") + attribute("d", dataOf(painter()->combinedTransform().map(path)));
        shape += filled && brush.style() != Qt::NoBrush ? paintOf("fill", brush.color())
                                                        : attribute("fill", QStringLiteral("none"));
        if (pen.style() != Qt::NoPen) {
            const double width = std::max(1.0, pen.widthF());
            shape += paintOf("stroke", pen.color()) + attribute("stroke-width", number(width));
            QStringList dashes;
            for (const double dash : pen.dashPattern())
                dashes += number(dash * width);
            if (pen.style() != Qt::SolidLine && !dashes.isEmpty())
                shape += attribute("stroke-dasharray", dashes.join(QLatin1Char(' ')));
        }
        body += shape + QStringLiteral("/>\n");
    }
    void closeClip()
    {
        if (m_clipped)
            body += QStringLiteral("</g>\n");
        m_clipped = false;
    }
    void clip()
    {
        closeClip();
        if (!painter()->hasClipping())
            return;
        const QString id = QStringLiteral("c%1").arg(++m_clips);
        body += QStringLiteral("<clipPath") + attribute("id", id) + QStringLiteral("><path")
            + attribute("d", dataOf(painter()->combinedTransform().map(painter()->clipPath())))
            + QStringLiteral("/></clipPath>\n<g") + attribute("clip-path", QStringLiteral("url(#%1)").arg(id))
            + QStringLiteral(">\n");
        m_clipped = true;
    }

    bool m_clipped = false;
    int m_clips = 0;
};

SvgDevice::SvgDevice(QSize size)
    : m_size(size)
    , m_engine(std::make_unique<SvgEngine>())
{
}

SvgDevice::~SvgDevice() = default;

QPaintEngine* SvgDevice::paintEngine() const
{
    return m_engine.get();
}

QByteArray SvgDevice::document() const
{
    const QString size = attribute("width", QString::number(m_size.width()))
        + attribute("height", QString::number(m_size.height()))
        + attribute("viewBox", QStringLiteral("0 0 %1 %2").arg(m_size.width()).arg(m_size.height()));
    return (QStringLiteral("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"")
        + size + QStringLiteral(">\n") + m_engine->body + QStringLiteral("</svg>\n"))
        .toUtf8();
}

int SvgDevice::metric(PaintDeviceMetric metric) const
{
    constexpr int dotsPerInch = 96;
    switch (metric) {
    case PdmWidth:
        return m_size.width();
    case PdmHeight:
        return m_size.height();
    case PdmWidthMM:
        return m_size.width() * 254 / 10 / dotsPerInch;
    case PdmHeightMM:
        return m_size.height() * 254 / 10 / dotsPerInch;
    case PdmNumColors:
        return 0x7fffffff;
    case PdmDepth:
        return 24;
    case PdmDpiX:
    case PdmDpiY:
    case PdmPhysicalDpiX:
    case PdmPhysicalDpiY:
        return dotsPerInch;
    case PdmDevicePixelRatio:
        return 1;
    case PdmDevicePixelRatioScaled:
        return static_cast<int>(devicePixelRatioFScale());
    default:
        return 0;
    }
}

}
