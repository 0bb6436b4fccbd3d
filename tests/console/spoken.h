// A language for a test: some texts, whatever their context, are said otherwise.
#pragma once

#include <QCoreApplication>
#include <QTranslator>
#include <map>

namespace callmon {

class Spoken : public QTranslator {
public:
    explicit Spoken(std::map<std::string, QString> texts)
        : m_texts(std::move(texts))
    {
        QCoreApplication::installTranslator(this);
    }
    ~Spoken() override { QCoreApplication::removeTranslator(this); }
    bool isEmpty() const override { return false; }
    QString translate(const char*, const char* source, const char*, int) const override
    {
        const auto found = m_texts.find(source);
        return found == m_texts.end() ? QString() : found->second;
    }

private:
    std::map<std::string, QString> m_texts;
};

}
