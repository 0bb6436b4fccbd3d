// Texts that engine, callmonctl and console share: English here, and in the user's language in the console
// (console/models/shared_words). TR marks them for Qt's lupdate, which resources/translations/update.sh tells of it.
#pragma once

#define TR(context, text) text
