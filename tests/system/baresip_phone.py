"""A baresip as a telephone of a Network: told what to do by its ctrl_tcp module, watched by its events."""

import json
import os
import re
import threading

from network import wait_for

CONFIG = """sip_listen {address}:5060
audio_source ausine,440
ausrc_srate 48000
ausrc_channels 2
audio_alert none,none
audio_level no
rtp_stats yes
module_path {modules}
module g711.so
module ausine.so
module_app account.so
module_app menu.so
module ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:4444
"""
MODULES = "/usr/lib/baresip/modules"


class Phone:
    def __init__(self, network, name, address, registrar):
        self.network, self.name = network, name
        folder = os.path.join(network.work, name)
        os.makedirs(folder)
        with open(os.path.join(folder, "config"), "w") as f:
            f.write(CONFIG.format(address=address, modules=MODULES))
        with open(os.path.join(folder, "accounts"), "w") as f:
            f.write(f"<sip:{name}@{registrar}>;auth_user={name};auth_pass=secret;answermode=auto;regint=60;"
                    "audio_codecs=PCMA/8000/1\n")
        network.start(name, name, "baresip", "-f", folder)
        self.events = []
        wait_for(f"{name} is not registered", lambda: "200 OK" in network.said(name))
        self.control = wait_for(f"{name} cannot be controlled", self.connect)
        threading.Thread(target=self.listen, daemon=True).start()

    def connect(self):
        try:
            return self.network.open_socket(self.name, 4444)
        except ConnectionRefusedError:
            return None

    def listen(self):
        """Netstrings of JSON (https://cr.yp.to/proto/netstrings.txt), until baresip ends."""
        self.control.settimeout(None)
        with self.control.makefile("rb") as stream:
            try:
                while True:
                    size = b""
                    while not size.endswith(b":"):
                        byte = stream.read(1)
                        if not byte:
                            return
                        size += byte
                    message = json.loads(stream.read(int(size[:-1]) + 1)[:-1])
                    if message.get("event"):
                        self.events.append(message)
            except OSError:
                return

    def tell(self, command, params=""):
        text = json.dumps({"command": command, "params": params, "token": self.name}).encode()
        self.control.sendall(b"%d:%s," % (len(text), text))

    def await_event(self, kind, count=1):
        """The count-th event of this kind so far."""
        def found():
            return [event for event in self.events if event["type"] == kind][count - 1:count]
        return wait_for(lambda: f"{self.name} has no {kind} number {count}; it had "
                        + ", ".join(event["type"] for event in self.events), found)[0]

    def count(self, kind):
        return sum(event["type"] == kind for event in self.events)

    def calls(self):
        """Call-ID -> (packets sent, received), of the answered calls that are over, by what baresip says at their end."""
        answered = {event["id"] for event in self.events if event["type"] == "CALL_ESTABLISHED"}
        ids = [event["id"] for event in self.events if event["type"] == "CALL_CLOSED" and event["id"] in answered]
        packets = re.findall(r"^packets:\s+(\d+)\s+(\d+)$", self.network.said(self.name), re.M)
        assert len(ids) == len(packets), f"{self.name}: {len(ids)} answered calls, {len(packets)} summaries"
        return dict(zip(ids, [tuple(map(int, pair)) for pair in packets]))
