#include "engine/ctl/commands.h"
#if __has_include("engine/ctl/remote_source.h")
#include "engine/ctl/remote_source.h"
#endif

#include <QCoreApplication>
#include <csignal>
#include <iostream>
#include <unistd.h>

int main(int argc, char** argv)
{
    using namespace callmon;
    std::signal(SIGPIPE, SIG_IGN); // a closed pipe is an error of the write, told as such
    std::ios::sync_with_stdio(false);
    const QCoreApplication application(argc, argv);
#if __has_include("engine/ctl/remote_source.h")
    const OpenEngine openEngine = [](const std::string& url) { return openRemoteSource(url); };
#else
    const OpenEngine openEngine = [](const std::string& url) -> Result<std::unique_ptr<CallSource>> {
        return Error { "this build cannot ask an engine (" + url + "); give --data DIR" };
    };
#endif
    return runCtl({ argv + 1, argv + argc }, openEngine, { std::cout, std::cerr, ::isatty(STDOUT_FILENO) == 1 });
}
