#include "console/views/messages_panel.h"
#include "demo_source.h"

#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QtTest>

using namespace callmon;

class TestMessagesPanel : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        m_panel = std::make_unique<MessagesPanel>();
        m_panel->resize(1100, 420);
        m_panel->setMessages(m_messages);
        m_panel->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_panel.get()));
    }

    void aCopyIsOneArrowThatSaysHowMany()
    {
        QCOMPARE(ladder().count(), static_cast<int>(m_messages.size()) - 1);
        QVERIFY2(ladder().rowText(0).contains("INVITE ×2"), qPrintable(ladder().rowText(0)));
        QVERIFY2(ladder().rowText(0).contains("audio 10.20.0.1:4000 PCMA PCMU telephone-event"),
            qPrintable(ladder().rowText(0)));
        QCOMPARE(ladder().messageOf(1), 2u);
    }

    void theKeyboardSelectsAndTheTextFollows()
    {
        ladder().setFocus();
        QCOMPARE(ladder().selected(), 0);
        QTest::keyClick(&ladder(), Qt::Key_Down);
        QVERIFY(m_panel->text().toPlainText().startsWith("SIP/2.0 100 Trying"));
        QTest::keyClick(&ladder(), Qt::Key_End);
        QCOMPARE(ladder().selected(), ladder().count() - 1);
        QVERIFY(m_panel->text().toPlainText().contains("CSeq: 7 BYE"));
        QTest::keyClick(&ladder(), Qt::Key_Down); // no further
        QCOMPARE(ladder().selected(), ladder().count() - 1);
        QTest::keyClick(&ladder(), Qt::Key_Home);
        QCOMPARE(ladder().selected(), 0);
        QVERIFY(ladder().accessibleDescription().contains("INVITE"));
    }

    void aClickSelectsTheRowUnderIt()
    {
        for (int y = ladder().viewport()->height() - 3; y > 0 && ladder().selected() == 0; y -= 10)
            QTest::mouseClick(ladder().viewport(), Qt::LeftButton, {}, QPoint(300, y));
        QVERIFY(ladder().selected() > 0);
    }

    void findGoesFromMessageToMessageAndSaysWhenThereIsNone()
    {
        auto* const field = m_panel->findChild<QLineEdit*>();
        field->setText("7 bye");
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(m_panel->text().textCursor().selectedText(), QString("7 BYE"));
        QCOMPARE(ladder().messageOf(ladder().selected()), 14u);
        QTest::keyClick(field, Qt::Key_Return); // its answer
        QCOMPARE(ladder().messageOf(ladder().selected()), 15u);
        QTest::keyClick(field, Qt::Key_Return); // and round
        QCOMPARE(ladder().messageOf(ladder().selected()), 14u);
        field->setText("nowhere to be found");
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(ladder().messageOf(ladder().selected()), 14u);
        const auto labels = m_panel->findChildren<QLabel*>();
        QVERIFY(std::ranges::any_of(labels, [](const QLabel* label) { return label->text() == "not found"; }));
    }

    void theWholeTextIsCopied()
    {
        ladder().select(3);
        QTest::mouseClick(m_panel->findChild<QPushButton*>(), Qt::LeftButton);
        QCOMPARE(QApplication::clipboard()->text(), QString::fromStdString(m_messages[ladder().messageOf(3)].text));
    }

    void newMessagesKeepTheSelectionButFollowTheEnd()
    {
        ladder().select(4);
        std::vector<CallMessage> more = m_messages;
        more.push_back(more.back());
        more.back().text = "MESSAGE sip:a SIP/2.0\r\n";
        m_panel->setMessages(more);
        QCOMPARE(ladder().selected(), 4);
        ladder().select(ladder().count() - 1);
        more.push_back(more.back());
        more.back().text = "NOTIFY sip:a SIP/2.0\r\n";
        m_panel->setMessages(more);
        QCOMPARE(ladder().selected(), ladder().count() - 1);
    }

private:
    LadderView& ladder() { return m_panel->ladder(); }

    std::vector<CallMessage> m_messages = DemoSource::messagesOf({ 1'795'413'723'000'000'000 });
    std::unique_ptr<MessagesPanel> m_panel;
};

QTEST_MAIN(TestMessagesPanel)
#include "tst_messages_panel.moc"
