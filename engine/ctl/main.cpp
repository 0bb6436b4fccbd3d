#include "engine/ctl/commands.h"
#include "engine/ctl/remote_source.h"

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
    return runCtl({ argv + 1, argv + argc }, openEngine, { std::cout, std::cerr, ::isatty(STDOUT_FILENO) == 1 });
}
