// Opens what lies below a connection to an engine: a local socket, or TLS with both ends' certificates checked.
#pragma once

#include "shared/base/sentence.h"
#include "shared/remote/transport.h"

#include <QIODevice>
#include <QObject>
#include <memory>

namespace callmon {

// One attempt. Ends in connected() or failed(), from the event loop, once.
class Connector : public QObject {
    Q_OBJECT

public:
    explicit Connector(const RemoteAddress& address); // the identity's files are read anew each time

    void start();
    std::unique_ptr<QIODevice> take(); // after connected()

signals:
    void connected();
    void failed(const callmon::Sentence& why);

private:
    void openLocal();
    void openTls();
    void fail(const Sentence& why);

    RemoteAddress m_address;
    std::unique_ptr<QIODevice> m_device;
    bool m_ended = false;
};

}
