#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""A monitor that is killed cannot say that its session is over: the daemon
does, in the journal and to accounting servers."""
import os
import signal
import socket
import sys
import time

import accounts

# Before anything else runs here: a /run with a journal that is ours alone.
OWN_RUN = accounts.own_utmp()

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "../aaa"))
from daemon import DaemonWorld      # noqa: E402
from servers import Radius      # noqa: E402
from world import BUILD, run, wait_for      # noqa: E402

CONFIG = """aaa new-model
radius server r
 address ipv4 127.0.0.1 auth-port {0} acct-port {0}
 key testing123
aaa accounting connection default start-stop group radius
aaa accounting exec default start-stop group radius
"""
START, STOP, NAS_ERROR = 1, 2, 9


class Journal:
    """Its socket; .entries() is what has come, as dictionaries."""

    def __init__(self):
        os.makedirs("/run/systemd/journal", exist_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("/run/systemd/journal/socket")
        self.socket.setblocking(False)
        self.seen = []

    def entries(self, event):
        try:
            while True:
                lines = self.socket.recv(65536).decode().splitlines()
                self.seen.append(dict(line.split("=", 1) for line in lines))
        except BlockingIOError:
            pass
        return [e for e in self.seen if e["VTYMUX_EVENT"] == event]

    def close(self):
        self.socket.close()
        os.unlink("/run/systemd/journal/socket")


class RecordsWorld(DaemonWorld):
    def start(self):
        path = f"{self.directory}/libexec/vtymux-exchange"
        if not os.path.lexists(path):
            os.symlink(f"{BUILD}/test/aaa/vtymux-exchange", path)
        super().start()


def kill_monitor(w):
    (number, row), = wait_for(lambda: [
        (n, r) for n, r in w.table().items() if r[0] == "open"], 20, "session")
    time.sleep(1.1)     # the least session time that is not 0
    os.kill(row[4], signal.SIGKILL)
    return number, row


def check_entries(opened, closed, line):
    for field in ("PRIORITY", "SYSLOG_IDENTIFIER", "VTYMUX_SESSION",
                  "VTYMUX_USER", "VTYMUX_METHOD", "VTYMUX_PRIVILEGE",
                  "VTYMUX_PEER", "VTYMUX_VTY"):
        assert closed[field] == opened[field], (field, opened, closed)
    assert closed["VTYMUX_REASON"] == "monitor died", closed
    assert 1 <= int(closed["VTYMUX_SECONDS"]) < 30, closed
    assert closed.get("VTYMUX_LINE") == line, closed


def killed(user, command, line):
    server, journal = Radius(lambda q: q.reply(5, sign=False)), Journal()
    try:
        with RecordsWorld(config=CONFIG.format(server.port)) as w:
            w.client(user, *command)
            begin = wait_for(lambda: server.seen, 20, "start")[0]
            number, _ = kill_monitor(w)
            closed, = wait_for(lambda: journal.entries("close"), what="close")
            logout, = wait_for(lambda: journal.entries("logout"),
                               what="logout")
            check_entries(journal.entries("open")[0], closed, line)
            assert logout["VTYMUX_REASON"] == "monitor died", logout
            assert logout["VTYMUX_SESSION"] == str(number)
            end = wait_for(lambda: server.seen[1:], 20, "stop")[0]
            assert (begin.number(40), end.number(40)) == (START, STOP)
            for attribute in (1, 5, 31, 44, 87):    # user, ports, peer, session
                assert begin.get(attribute) == end.get(attribute), attribute
            assert end.number(49) == NAS_ERROR and end.number(46) >= 1
            # Who says so himself is not said to have died.
            status, _, _ = w.ssh("good", "exit 3")
            assert status == 3
            last = wait_for(lambda: journal.entries("logout")[1:],
                            what="another logout")[0]
            assert last["VTYMUX_REASON"] == "closed", last
            assert len(journal.entries("close")) == 2
    finally:
        journal.close()


def test_of_a_line():
    killed("good:1", (), "1")


def test_of_a_command():
    killed("good", ("exec sleep 30",), None)


def carried(command, typed=b""):
    """The record's bytes in and out of a command, and its stdout."""
    journal = Journal()
    try:
        with RecordsWorld() as w:
            client = w.client("good", *command)
            if typed:
                client.send(typed)
            status, out, _ = client.finish()
            assert status == 0, client
            closed, = wait_for(lambda: journal.entries("close"), what="close")
            return (int(closed["VTYMUX_BYTES_IN"]),
                    int(closed["VTYMUX_BYTES_OUT"])), out
    finally:
        journal.close()


def test_bytes_of_commands_are_recorded():
    counted, out = carried(("head -c 300000 /dev/zero; echo 12345 >&2",))
    assert counted == (0, 300006) and len(out) == 300000, counted
    counted, out = carried(("wc -c",), bytes(70000))
    assert out == b"70000\n" and counted == (70000, 6), (counted, out)


def test_of_an_adopted_session():
    journal = Journal()
    try:
        with RecordsWorld() as w:
            w.attach("good:2", 2)
            w.restart()
            kill_monitor(w)
            closed, = wait_for(lambda: journal.entries("close"), what="close")
            opened, = journal.entries("open")
            for field in "VTYMUX_SESSION", "VTYMUX_USER", "VTYMUX_LINE":
                assert closed[field] == opened[field], closed
            assert "VTYMUX_SECONDS" not in closed, closed
    finally:
        journal.close()


if __name__ == "__main__":
    run("records", [v for k, v in list(globals().items())
                    if k.startswith("test_") and OWN_RUN])
