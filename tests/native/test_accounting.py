#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Accounting: records of the monitor, sent by vtymuxd, to servers on
loopback; servers and the daemon go and come back meanwhile."""
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "../aaa"))
from servers import Radius, Tacacs, attr            # noqa: E402
from tls import Certificates, RadSec                # noqa: E402
from world import BUILD, World, run, wait_for       # noqa: E402

START, STOP, UPDATE, ON, OFF = 1, 2, 3, 7, 8


class Daemon:
    """vtymuxd beside the monitors of a world, in its run directory."""

    def __init__(self, w, text, accounts=True):
        self.w, self.accounts = w, accounts
        with open(f"{w.directory}/etc/startup-config", "w") as f:
            f.write(text)
        for name in ("vtymux-exchange", "pam_vtymux.so",
                     "pam_vtymux_radius.so", "pam_vtymux_tacplus.so"):
            os.symlink(f"{BUILD}/test/aaa/{name}",
                       f"{w.directory}/libexec/{name}")
        for line in (1, 2):
            w.lines[line].set("transport_input", "ssh")
        self.start()

    def start(self):
        log = open(f"{self.w.directory}/daemon.log", "a")
        self.process = subprocess.Popen(
            [f"{BUILD}/test/vtymuxd"], env=self.w.environment, stderr=log)
        wait_for(lambda: os.path.islink(f"{self.w.directory}/run/pam.d") and
                 (self.spooled() is not None or not self.accounts),
                 what="daemon: " + self.log())

    def log(self):
        with open(f"{self.w.directory}/daemon.log") as f:
            return f.read()

    def spooled(self):
        try:
            return [n for n in os.listdir(
                f"{self.w.directory}/run/accounting") if n.startswith("r")]
        except FileNotFoundError:
            return None

    def stop(self):
        self.process.kill()
        self.process.wait()


def config(radius, kind="start-stop"):
    return f"""aaa new-model
radius server r
 address ipv4 127.0.0.1 auth-port {radius.port} acct-port {radius.port}
 key testing123
 timeout 5
 retransmit 0
aaa authentication login default group radius
aaa accounting connection default {kind} group radius
"""


def answer(q):
    if q.code == 4:
        return q.reply(5, sign=False)
    return q.reply(2, attr(25, "cls1"), attr(25, "cls2"))


def records(server):
    return [q for q in server.seen if q.code == 4]


def test_start_and_stop():
    server = Radius(answer)
    with World() as w:
        d = Daemon(w, config(server))
        try:
            c = w.attach("lab:1", 1)
            begin = wait_for(lambda: records(server), what="start")[0]
            time.sleep(1.1)     # the least session time that is not 0
            c.process.kill()
            end = wait_for(lambda: records(server)[1:], what="stop")[0]
            wait_for(lambda: not d.spooled(), what="empty spool")
            for q, status in ((begin, START), (end, STOP)):
                assert q.is_signed()
                assert q.number(40) == status, q.attrs
                assert q.get(1) == b"lab" and q.get(31) == b"127.0.0.1"
                assert q.number(5) == 1 and q.get(87) == b"tty1", q.attrs
                assert q.number(45) == 1        # RADIUS
                assert q.all(25) == [b"cls1", b"cls2"], q.attrs
            assert begin.get(44) == end.get(44) and begin.get(44)
            assert end.number(46) >= 1
            assert end.number(49) == 1          # User-Request
            assert end.number(55) >= begin.number(55) > 1000000000
        finally:
            d.stop()


def test_inside_tls():
    """A CA that is no use holds records back, and loses none."""
    with tempfile.TemporaryDirectory() as directory, World() as w:
        certs = Certificates(directory)
        server = RadSec(answer, certs.context(certs.issue("server")))
        d = Daemon(w, config(server) + f"""radius server r
 no key
 tls port {server.port}
 tls ca {certs.path("ca")}
""")
        try:
            c = w.attach("lab:1", 1)
            wait_for(lambda: records(server), what="start")
            os.rename(certs.path("ca"), certs.path("away"))
            c.process.kill()
            wait_for(lambda: "1 records wait" in d.log(), what="a fault")
            os.rename(certs.path("away"), certs.path("ca"))
            wait_for(lambda: records(server)[1:], what="stop")
            wait_for(lambda: not d.spooled(), what="empty spool")
            assert [q.number(40) for q in records(server)] == [START, STOP]
            assert all(q.is_signed() for q in server.seen)
        finally:
            d.stop()


def test_cleared():
    server = Radius(answer)
    with World() as w:
        d = Daemon(w, config(server, "stop-only"))
        try:
            w.attach("lab:1", 1)
            w.session().process.terminate()
            end = wait_for(lambda: records(server), what="stop")[0]
            assert end.number(40) == STOP and end.number(49) == 6, end.attrs
        finally:
            d.stop()


def test_survives_servers_and_the_daemon():
    """A login waits for neither, and no record is lost."""
    deaf = [True]
    server = Radius(lambda q: [] if q.code == 4 and deaf[0] else answer(q))
    with World() as w:
        d = Daemon(w, config(server))
        try:
            c = w.attach("lab:1", 1)
            wait_for(lambda: "accounting: r: no answer" in d.log(),
                     what="warning")
            d.stop()
            c.process.kill()
            wait_for(lambda: len(d.spooled()) == 2, what="two records")
            deaf[0] = False
            before = len(records(server))
            d.start()
            sent = wait_for(lambda: records(server)[before + 1:] and
                            records(server)[before:], what="both")
            assert [q.number(40) for q in sent] == [START, STOP]
            assert sent[0].number(41) >= 0      # Acct-Delay-Time
            wait_for(lambda: d.spooled() == [], what="empty spool")
        finally:
            d.stop()


def test_tacacs():
    got = []

    def behave(x):
        got.append(x.request(record=True))
        x.account(1)

    tacacs = Tacacs(behave)
    text = config(Radius(answer)) + f"""tacacs server t
 address ipv4 127.0.0.1
 port {tacacs.port}
 key testing123
aaa accounting connection default start-stop group tacacs+
"""
    with World() as w:
        d = Daemon(w, text)
        try:
            w.attach("lab:2", 2).process.kill()
            wait_for(lambda: len(got) == 2, what="records")
            begin, end = got
            assert begin["flags"] == 2 and end["flags"] == 4
            assert begin["user"] == "lab" and begin["port"] == "tty2"
            assert begin["method"] == 16        # RADIUS
            assert begin["args"][0] == end["args"][0]
            names = [a.split("=")[0] for a in end["args"]]
            assert names == ["task_id", "stop_time", "service",
                             "elapsed_time", "bytes_in", "bytes_out",
                             "disc-cause", "line"], end
            assert tacacs.errors == [], tacacs.errors
        finally:
            d.stop()


def test_lists_of_lines():
    """A line's own list, and `default` for one that is not defined."""
    server, other = Radius(answer), Radius(answer)
    text = config(server) + f"""radius server o
 address ipv4 127.0.0.1 auth-port {other.port} acct-port {other.port}
 key testing123
aaa group server radius OTHER
 server name o
aaa group server radius ONE
 server name r
no aaa accounting connection default
aaa accounting connection default stop-only group ONE
aaa accounting connection ELSEWHERE start-stop group OTHER
aaa accounting connection NOT none
line 1
 accounting connection ELSEWHERE
line 2
 accounting connection NO-SUCH
"""
    with World() as w:
        d = Daemon(w, text)
        try:
            w.attach("lab:1", 1).process.kill()
            wait_for(lambda: len(records(other)) == 2, what="both of line 1")
            w.attach("lab:2", 2).process.kill()
            wait_for(lambda: len(records(server)) == 1, what="stop of line 2")
            assert [q.number(40) for q in records(other)] == [START, STOP]
            q = records(server)[0]
            assert (q.number(40), q.number(5)) == (STOP, 2), q.attrs
        finally:
            d.stop()


def test_updates():
    """Reports at an interval, the newest of what no server has taken."""
    deaf = []
    server = Radius(lambda q: [] if deaf and q.code == 4 else answer(q))
    with World() as w:
        d = Daemon(w, config(server) + "aaa accounting update periodic 1\n")
        try:
            lists = f"{w.directory}/run/line-lists"
            wait_for(lambda: os.path.exists(lists), what="lists of lines")
            with open(lists) as f:
                assert f.read() == "update 60\n"
            with open(lists, "w") as f:
                f.write("update 1\n")       # there is no time for minutes
            c = w.attach("lab:1", 1)
            wait_for(lambda: len(records(server)) >= 3, what="updates")
            begin, one, two = records(server)[:3]
            assert [q.number(40) for q in (begin, one, two)] == \
                [START, UPDATE, UPDATE]
            assert begin.get(44) == one.get(44) == two.get(44)
            assert 1 <= one.number(46) < two.number(46)
            assert one.number(42) is not None and one.number(49) is None
            assert one.get(1) == b"lab" and one.number(45) == 1
            deaf.append(True)
            before = len(records(server))
            wait_for(lambda: len(records(server)) > before, what="one lost")
            time.sleep(3.5)     # updates meanwhile
            assert len(d.spooled()) <= 2, d.spooled()
            c.process.kill()
            wait_for(lambda: any(n.endswith("-1") for n in d.spooled()),
                     what="stop")
        finally:
            d.stop()


def test_on_and_off():
    """Once a boot, and when the daemon goes without leaving a session."""
    server = Radius(answer)
    got = []

    def behave(x):
        got.append(x.request(record=True))
        x.account(1)

    tacacs = Tacacs(behave)
    text = config(server) + "aaa accounting system default start-stop " \
        "group radius\n"
    with World() as w:
        d = Daemon(w, text)

        def last():
            return [q.number(40) for q in records(server)]

        try:
            wait_for(lambda: last() == [ON], what="on")
            q = records(server)[0]
            assert q.is_signed() and q.get(44) and q.get(32), q.attrs
            assert q.get(1) is None and q.get(5) is None, q.attrs
            wait_for(lambda: d.spooled() == [], what="empty spool")
            d.stop()            # as if it had crashed
            d.start()
            w.attach("lab:1", 1).process.kill()
            wait_for(lambda: last() == [ON, START, STOP], what="no other on")
            wait_for(lambda: d.spooled() == [], what="empty spool")
            d.process.terminate()
            assert d.process.wait() == 0
            assert last() == [ON, START, STOP, OFF], (last(), d.log())
            d.start()
            wait_for(lambda: last()[4:] == [ON], what="on again")
            # What has no answer when the daemon goes is sent by the next one.
            wait_for(lambda: d.spooled() == [], what="empty spool")
            d.stop()
            os.unlink(f"{w.directory}/run/accounting-on")
            os.unlink(f"{w.directory}/run/startup-applied")
            with open(f"{w.directory}/etc/startup-config", "w") as f:
                f.write(text.replace("start-stop group radius\n",
                                     "start-stop group tacacs+\n") + f"""\
tacacs server t
 address ipv4 127.0.0.1
 port {tacacs.port}
 key testing123
""")
            d.start()
            wait_for(lambda: got, what="TACACS+ on")
            d.process.terminate()
            d.process.wait()
            # What had no answer yet when it was to end is sent again, alike.
            assert [r["flags"] for i, r in enumerate(got)
                    if r not in got[:i]] == [2, 4], (got, d.log())
            assert got[0]["args"][2:] == ["service=system", "event=sys_acct",
                                          "reason=reload"], got
            assert tacacs.errors == [], tacacs.errors
        finally:
            d.stop()


def test_not_configured():
    server = Radius(answer)
    text = "\n".join(l for l in config(server).splitlines()
                     if "accounting" not in l) + "\n"
    with World() as w:
        d = Daemon(w, text, accounts=False)
        try:
            w.attach("lab:1", 1).process.kill()
            assert d.spooled() is None
            assert "record" not in w.session().log()
        finally:
            d.stop()


if __name__ == "__main__":
    run("accounting", [f for n, f in list(globals().items())
                       if n.startswith("test_")])
