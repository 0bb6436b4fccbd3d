#!/usr/bin/env python3
"""Calls as ladders of messages, and the two SIPp scenarios of each: what its caller does and what its callee does.

A line is one step: > from the caller, < from the callee, then the message. What is behind it:
  offer, answer, hold, held   SDP: sendrecv, or the two sides of a hold (RFC 3264, section 8.4)
  speech                      the side plays speech.pcap, and goes on
A pause is the caller's. Everything in a message is said in full, so both sides write the same Via, tags and CSeq
(RFC 3261) whatever came between. SIPp is given -key caller_at and -key callee_at, and a -cid_str without @.

Usage: sip_ladders.py DIR PADDING    writes NAME.caller.xml and NAME.callee.xml of every ladder, says the names;
                                     INVITEs and their 200 have PADDING bytes more
"""

import os
import sys

TALK_MS = 1500

# What the record of such a call must say, beside the ladder; the codes are those of RFC 3261, section 21.
LADDERS = {
    "answered": (dict(outcome="answered", final_code="200", ended_by="caller", streams="2"), """
        > INVITE offer
        < 100
        < 180
        < 200 answer
        > ACK
        > speech
        < speech
        pause
        > BYE
        < 200"""),
    "callee-ends": (dict(outcome="answered", final_code="200", ended_by="callee", streams="1"), """
        > INVITE offer
        < 180
        < 200 answer
        > ACK
        > speech
        pause
        > INFO
        < 200
        < BYE
        > 200"""),
    "early-media": (dict(outcome="answered", final_code="200", ended_by="caller", streams="1"), """
        > INVITE offer
        < 183 answer
        > PRACK
        < 200
        < speech
        pause
        > UPDATE offer
        < 200 answer
        < 200 INVITE
        > ACK
        > BYE
        < 200"""),
    "challenged": (dict(outcome="answered", final_code="200", ended_by="caller", streams="0"), """
        > INVITE offer
        < 407
        > ACK
        > INVITE offer
        < 180
        < 200 answer
        > ACK
        > BYE
        < 200"""),
    "held": (dict(outcome="answered", final_code="200", ended_by="caller", streams="2"), """
        > INVITE offer
        < 180
        < 200 answer
        > ACK
        < speech
        pause
        > INVITE hold
        < 200 held
        > ACK
        pause
        > INVITE offer
        < 200 answer
        > ACK
        > speech
        pause
        > BYE
        < 200"""),
    "transferred": (dict(outcome="answered", final_code="200", ended_by="caller", streams="0"), """
        > INVITE offer
        < 180
        < 200 answer
        > ACK
        > REFER
        < 202
        < NOTIFY
        > 200
        > BYE
        < 200"""),
    "cancelled": (dict(outcome="cancelled", final_code="487", ended_by="caller", streams="0"), """
        > INVITE offer
        < 180
        > CANCEL
        < 200
        < 487 INVITE
        > ACK"""),
    "busy": (dict(outcome="busy", final_code="486", ended_by="callee", streams="0"), """
        > INVITE offer
        < 180
        < 486
        > ACK"""),
    "declined": (dict(outcome="rejected", final_code="603", ended_by="callee", streams="0"), """
        > INVITE offer
        < 180
        < 603
        > ACK"""),
    "moved": (dict(outcome="failed", final_code="302", ended_by="callee", streams="0"), """
        > INVITE offer
        < 302
        > ACK"""),
    "timed-out": (dict(outcome="no_answer", final_code="408", ended_by="callee", streams="0"), """
        > INVITE offer
        < 408
        > ACK"""),
    "away": (dict(outcome="no_answer", final_code="480", ended_by="callee", streams="0"), """
        > INVITE offer
        < 180
        < 480
        > ACK"""),
    "unavailable": (dict(outcome="failed", final_code="503", ended_by="callee", streams="0"), """
        > INVITE offer
        < 503
        > ACK"""),
}

REASONS = {100: "Trying", 180: "Ringing", 183: "Session Progress", 200: "OK", 202: "Accepted", 302: "Moved Temporarily",
           407: "Proxy Authentication Required", 408: "Request Timeout", 480: "Temporarily Unavailable", 486: "Busy Here",
           487: "Request Terminated", 503: "Service Unavailable", 603: "Decline"}
EXTRA = {  # headers that only some messages have
    "REFER": ["Refer-To: <sip:third@third.example>", "Referred-By: <sip:caller@caller.example>"],
    "NOTIFY": ["Event: refer", "Subscription-State: terminated;reason=noresource"],
    "UPDATE": ["Session-Expires: 1800;refresher=uac"],
    "INFO": ["Info-Package: nothing"],
    "PRACK": ["RAck: 1 1 INVITE"],
    183: ["Require: 100rel", "RSeq: 1"],
    302: ["Contact: <sip:elsewhere@elsewhere.example>"],
    407: ['Proxy-Authenticate: Digest realm="example", nonce="84f1c1ae6cbe5ua9c8e88dfa3ecm3459", algorithm=MD5'],
}
CREDENTIALS = ('Proxy-Authorization: Digest username="caller", realm="example", '
               'nonce="84f1c1ae6cbe5ua9c8e88dfa3ecm3459", uri="sip:callee@example", '
               'response="245f23415f11432b3434341c022fb5d7"')
DIRECTIONS = {"offer": "sendrecv", "answer": "sendrecv", "hold": "sendonly", "held": "recvonly"}


def sdp(side, what):
    return ["v=0", f"o={side} 1 1 IN IP[media_ip_type] [media_ip]", "s=-", "c=IN IP[media_ip_type] [media_ip]", "t=0 0",
            "m=audio [auto_media_port] RTP/AVP 8", "a=rtpmap:8 PCMA/8000", f"a={DIRECTIONS[what]}"]


class Dialog:
    """Walks a ladder: what each message says follows from those before it."""

    def __init__(self, padding):
        self.padding = padding
        self.cseq = {"caller": 0, "callee": 100}
        self.open = []  # requests without final response: (method, cseq, sender, branch)
        self.tagged = False  # the callee has put its tag on To
        self.refused = 0  # the final failure of the INVITE
        self.credentials = []

    def headers(self, sender, request):
        method, cseq, asker, branch = request
        to_tag = self.tagged and method != "CANCEL"
        caller = "<sip:caller@[caller_at]>;tag=[call_id]-a"
        callee = "<sip:callee@[callee_at]>" + (";tag=[call_id]-b" if to_tag else "")
        source, target = (caller, callee) if asker == "caller" else (callee, caller)
        return [f"Via: SIP/2.0/[transport] [{asker}_at];branch={branch}", f"From: {source}", f"To: {target}",
                "Call-ID: [call_id]", f"CSeq: {cseq} {method}", f"Contact: <sip:{sender}@[{sender}_at];transport=[transport]>"]

    def pad(self):
        return [f"X-Padding: {'x' * min(500, left)}" for left in range(self.padding, 0, -500)]

    def request(self, sender, method, body):
        if method == "CANCEL" or method == "ACK" and self.refused:  # the INVITE's own branch (RFC 3261, 9.1, 17.1.1.3)
            key = (method, *self.invite[1:])
        elif method == "ACK":
            key = (method, self.invite[1], sender, f"z9hG4bK-[call_id]-ack{self.invite[1]}")
        else:
            self.cseq[sender] += 1
            key = (method, self.cseq[sender], sender, f"z9hG4bK-[call_id]-{self.cseq[sender]}")
        if method == "INVITE":
            self.invite = key
        if method != "ACK":
            self.open.append(key)
        peer = "callee" if sender == "caller" else "caller"
        lines = [f"{method} sip:{peer}@[{peer}_at] SIP/2.0", *self.headers(sender, key), "Max-Forwards: 70", *EXTRA.get(method, [])]
        if method == "INVITE":
            lines += self.credentials + self.pad()
        if method == "ACK" and self.refused == 407:  # the INVITE with credentials begins without a tag of the callee
            self.credentials = [CREDENTIALS]
            self.tagged, self.refused = False, 0
        return lines, body, f'request="{method}"', method != "ACK"

    def response(self, sender, code, method, body):
        asked = [key for key in self.open if key[2] != sender and method in ("", key[0])][-1]
        self.tagged = self.tagged or code > 100
        lines = [f"SIP/2.0 {code} {REASONS[code]}", *self.headers(sender, asked), *EXTRA.get(code, [])]
        if code >= 200:
            self.open.remove(asked)
            if asked[0] == "INVITE":
                self.refused = code if code >= 300 else 0
                lines += self.pad() if code == 200 else []
        return lines, body, f'response="{code}"', asked[0] == "INVITE" and code >= 200


def scenarios(name, ladder, padding):
    dialog = Dialog(padding)
    xml = {side: ['<?xml version="1.0" encoding="ISO-8859-1" ?>', f'<scenario name="{name} {side}">']
           for side in ("caller", "callee")}
    for words in (line.split() for line in ladder.split("\n") if line.strip()):
        if words[0] == "pause":
            xml["caller"].append(f'<pause milliseconds="{TALK_MS}"/>')
            continue
        sender, receiver = ("caller", "callee") if words[0] == ">" else ("callee", "caller")
        what, *more = words[1:]
        if what == "speech":
            xml[sender].append('<nop><action><exec play_pcap_audio="speech.pcap"/></action></nop>')
            continue
        body = next((sdp(sender, word) for word in more if word in DIRECTIONS), [])
        method = next((word for word in more if word not in DIRECTIONS), "")
        lines, body, expected, again = (dialog.response(sender, int(what), method, body) if what.isdigit()
                                        else dialog.request(sender, what, body))
        lines += ["Content-Type: application/sdp"] * bool(body) + ["Content-Length: [len]", "", *body, ""]
        xml[sender].append("<send" + ' retrans="500"' * again + "><![CDATA[\n" + "\n".join(lines) + "\n]]></send>")
        xml[receiver].append(f"<recv {expected}/>")
    return {side: "\n".join([*lines, "</scenario>", ""]) for side, lines in xml.items()}


def main():
    for name, (_, ladder) in LADDERS.items():
        for side, xml in scenarios(name, ladder, int(sys.argv[2])).items():
            with open(os.path.join(sys.argv[1], f"{name}.{side}.xml"), "w") as f:
                f.write(xml)
        print(name)


if __name__ == "__main__":
    main()
