#include "console/models/condition_values.h"

#include "console/models/figures.h"

#include <QCoreApplication>
#include <QLocale>
#include <QRegularExpression>
#include <cmath>

namespace callmon {

namespace {

struct Words { // the context of the translations
    Q_DECLARE_TR_FUNCTIONS(ConditionValues)
};

}

std::optional<double> numberOf(const QString& text)
{
    bool good = false;
    double number = text.toDouble(&good);
    if (!good)
        number = QLocale().toDouble(text, &good);
    return good && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

QString plainNumber(double number)
{
    return QString::number(number, 'g', 15);
}

std::optional<double> secondsOf(const QString& text)
{
    const QString plain = text.trimmed().toLower();
    static const QRegularExpression clock(QStringLiteral("^(?:(\\d{1,4}):)?(\\d{1,4}):(\\d{2})$"));
    if (const auto match = clock.match(plain); match.hasMatch())
        return match.captured(1).toInt() * 3600.0 + match.captured(2).toInt() * 60.0 + match.captured(3).toInt();
    if (const auto number = numberOf(plain))
        return *number >= 0 ? number : std::nullopt;
    static const QRegularExpression whole(QStringLiteral("^(?:[\\d.,]+\\s*(?:h|min|m|s)\\s*)+$"));
    static const QRegularExpression part(QStringLiteral("([\\d.,]+)\\s*(h|min|m|s)"));
    if (!whole.match(plain).hasMatch())
        return std::nullopt;
    double seconds = 0;
    for (auto matches = part.globalMatch(plain); matches.hasNext();) {
        const auto match = matches.next();
        const auto number = numberOf(match.captured(1));
        if (!number)
            return std::nullopt;
        const QChar unit = match.captured(2).front();
        seconds += *number * (unit == QLatin1Char('h') ? 3600 : unit == QLatin1Char('m') ? 60 : 1);
    }
    return seconds;
}

QString secondsText(double seconds)
{
    if (seconds < 60 || std::floor(seconds) != seconds)
        return Words::tr("%1 s").arg(plainNumber(seconds));
    return durationText(Milliseconds(seconds * 1000));
}

std::optional<CodeRange> codesOf(const QString& text)
{
    static const QRegularExpression one(QStringLiteral("^[1-6]\\d\\d$"));
    static const QRegularExpression ofClass(QStringLiteral("^([1-6])xx$"), QRegularExpression::CaseInsensitiveOption);
    static const QRegularExpression range(QStringLiteral("^([1-6]\\d\\d)\\s*[-–]\\s*([1-6]\\d\\d)$"));
    const QString plain = text.trimmed();
    if (one.match(plain).hasMatch())
        return CodeRange { plain.toInt(), plain.toInt() };
    if (const auto match = ofClass.match(plain); match.hasMatch())
        return CodeRange { match.captured(1).toInt() * 100, match.captured(1).toInt() * 100 + 99 };
    if (const auto match = range.match(plain); match.hasMatch()) {
        const CodeRange codes { match.captured(1).toInt(), match.captured(2).toInt() };
        if (codes.first <= codes.last)
            return codes;
    }
    return std::nullopt;
}

}
