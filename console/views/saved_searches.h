// Searches that a user gave a name: a button with their list, kept from one time to the next.
#pragma once

#include <QToolButton>
#include <QVariantMap>
#include <functional>

namespace callmon {

class SavedSearches : public QToolButton {
    Q_OBJECT

public:
    // What is asked for now, as the form can take it again.
    explicit SavedSearches(std::function<QVariantMap()> current, QWidget* parent = nullptr);

    QStringList names() const;
    void save(const QString& name); // in the place of one of that name
    void recall(const QString& name);
    void remove(const QString& name);
    void askForName(); // and save under it

signals:
    void recalled(const QVariantMap& search);

private:
    void fill();

    std::function<QVariantMap()> m_current;
};

}
