// The console's window as most tests of a page begin: shown, the active one, and connected to an engine that is made up.
#pragma once

#include "console/views/main_window.h"

#include <QTest>
#include <memory>

namespace callmon::test {

template <typename Source>
bool openWindow(std::unique_ptr<Source>& source, std::unique_ptr<MainWindow>& window, int calls = 5)
{
    window.reset(); // before the source that it looks at
    source = std::make_unique<Source>();
    window = std::make_unique<MainWindow>(*source, ThemeName::Light);
    window->resize(1280, 720);
    window->show();
    source->connectNow(calls);
    return QTest::qWaitForWindowActive(window.get());
}

}
