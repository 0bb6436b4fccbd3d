#include "console/models/call_access.h"

#include <QCoreApplication>

namespace callmon {

namespace {

struct Words { // the context of the translations
    Q_DECLARE_TR_FUNCTIONS(CallAccess)
};

bool withholds(const ProbeDesk* desk, ProbeDesk::Role least)
{
    return desk && desk->role() != ProbeDesk::Role::Unknown && !desk->may(least);
}

WithheldPart ofReviewers(const ProbeDesk* desk, const QString& what)
{
    if (!withholds(desk, ProbeDesk::Role::Reviewer))
        return {};
    if (desk->role() == ProbeDesk::Role::Viewer)
        return { Words::tr("for reviewers: your certificate says viewer"), what,
            Words::tr("Your certificate says viewer. Ask whoever keeps the certificates for one of a reviewer.") };
    return { Words::tr("for reviewers: your certificate says operator"), what,
        Words::tr("Your certificate says operator. Ask whoever keeps the certificates for one of a reviewer.") };
}

}

WithheldPart withheldFigures(const ProbeDesk* desk)
{
    if (!withholds(desk, ProbeDesk::Role::Operator))
        return {};
    return { Words::tr("for operators: your certificate says viewer"),
        Words::tr("Figures of streams are for operators."),
        Words::tr("Your certificate says viewer. Ask whoever keeps the certificates for one of an operator.") };
}

WithheldPart withheldMessages(const ProbeDesk* desk)
{
    return ofReviewers(desk, Words::tr("Messages are for reviewers"));
}

WithheldPart withheldSound(const ProbeDesk* desk)
{
    return ofReviewers(desk, Words::tr("The sound of calls is for reviewers."));
}

}
