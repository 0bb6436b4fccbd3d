"""A linphonec as a telephone of a Network: told what to do on its standard input, watched by its log."""

import datetime
import os
import re
import subprocess

from network import wait_for

CONFIG = """[sip]
sip_port=5060
sip_tcp_port=0
sip_tls_port=0
default_proxy=0
[proxy_0]
reg_proxy=<sip:{registrar}>
reg_identity=<sip:{name}@{registrar}>
reg_sendregister=1
publish=0
[auth_info_0]
username={name}
passwd=secret
realm=callmon
[audio_codec_0]
mime=PCMA
rate=8000
channels=1
enabled=1
"""


class LinphonePhone:
    """Its network needs a default route, without which it takes itself for offline. Answers by itself."""

    def __init__(self, network, name, registrar, sound):
        self.network, self.name = network, name
        self.folder = os.path.join(network.work, name)
        os.makedirs(os.path.join(self.folder, ".local/share/linphone"))
        config = os.path.join(self.folder, "linphonerc")
        with open(config, "w") as f:
            f.write(CONFIG.format(name=name, registrar=registrar))
        self.program = network.start(name, name, "env", "HOME=" + self.folder, "linphonec", "-a", "-d", "6",
                                     "-l", os.path.join(self.folder, "log"), "-c", config, stdin=subprocess.PIPE)
        self.await_log("to [LinphoneRegistrationOk]")
        self.tell("soundcard use files")
        self.tell("play " + sound)

    def tell(self, command):
        self.program.stdin.write((command + "\n").encode())
        self.program.stdin.flush()

    def log(self):
        path = os.path.join(self.folder, "log")
        if not os.path.exists(path):
            return ""
        with open(path, errors="replace") as log:
            return log.read()

    def await_log(self, text, count=1):
        """The count-th time that its log says so."""
        wait_for(lambda: f"{self.name} did not log {text!r} {count} times:\n" + self.log()[-2000:],
                 lambda: self.log().count(text) >= count)

    def await_state(self, state, count=1):
        """The count-th time that a call of its gets there."""
        self.await_log("to LinphoneCall" + state, count)

    def call_ids(self):
        """Of the calls that it began, in order."""
        sent = re.findall(r"message sent to [^\n]*\nINVITE sip:[^\n]*\n(.*?)\r?\n\r?\n", self.log(), re.S)
        initial = [head for head in sent if not re.search(r"^To:.*;tag=", head, re.M)]
        return list(dict.fromkeys(re.search(r"^Call-ID: (\S+)", head, re.M)[1] for head in initial))

    def durations(self):
        """Seconds from answer to end of each of its calls, in order of their begin."""
        times = {}
        for at, session, state in re.findall(r"^([\d-]+ [\d:]+?):\d+ .*CallSession \[(\w+)\] moving from state \w+ to "
                                             r"LinphoneCall(\w+)", self.log(), re.M):
            times.setdefault(session, {}).setdefault(state, datetime.datetime.strptime(at, "%Y-%m-%d %H:%M:%S"))
        return [(t["End"] - t["Connected"]).total_seconds() for t in times.values() if "End" in t and "Connected" in t]
