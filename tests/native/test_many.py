#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Many sessions at once, through vtymuxd: a rotary group of 200 lines, and 48
lines of which two have a client that does not take what comes."""
import ctypes
import os
import resource
import select
import signal
import socket
import struct
import subprocess
import threading
import time

from daemon import DaemonWorld
from world import run, wait_for

# With 512 vtys there may be 256 connections that have not logged in, all of
# one source; from three quarters of them on new ones are dropped at random.
STARTUPS = "ip ssh maxstartups 256 per-source 256\n"
LOGINS_MAX = 180
PSS_MAX = 1024      # KiB, of a process of a session
RATE = 11520        # bytes a second: 115200 baud
SO_ATTACH_FILTER = 26


def refused(result, text):
    status, out, err = result
    assert (status, out, err) == (1, b"", text + "\r\n"), result


def ttys(w):
    return [l for l in w.lines.all.values() if l.get("type") == "tty"]


def word_from(client, timeout=30):
    """What comes on stdout, up to a newline."""
    fd, got = client.process.stdout.fileno(), b""
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    while not got.endswith(b"\n"):
        assert poll.poll(timeout * 1000), f"nothing after {got!r}"
        got += os.read(fd, 1) or b"(end)\n"
    return got.decode().strip()


def test_rotary_of_200_lines():
    count, full = 200, "% No free line in rotary 1"
    with DaemonWorld(STARTUPS, lines=count, virtual=512) as w:
        for n in range(1, count + 1):
            w.lines[n].set("rotary", "1")
        begun = time.monotonic()
        lines, clients = ttys(w), []
        for n in range(count):
            wait_for(lambda: n - sum(l.opens for l in lines) < LOGINS_MAX, 300,
                     "end of logins")
            clients.append(w.client("lab:rotary1"))
        wait_for(lambda: all(l.opens for l in lines), 300,
                 "session on each line")
        print(f"# {count} sessions after {time.monotonic() - begun:.1f} s")
        wait_for(lambda: len(open_sessions(w)) == count, 60,
                 "table of all sessions")
        for line in ttys(w):
            line.write(b"%d\n" % line.number)
        got = sorted(int(word_from(c)) for c in clients)
        assert got == list(range(1, count + 1)), "each its own line"
        assert all(l.claims == 1 for l in ttys(w))
        refused(w.ssh("lab:rotary1"), full)

        clients[77].process.kill()
        wait_for(lambda: sum(l.connection is None
                             for l in ttys(w)) == 1, 10,
                 "one free line")
        late = [w.client("lab:rotary1") for _ in range(2)]
        wait_for(lambda: any(c.process.poll() is not None for c in late), 60,
                 "refusal")
        late.sort(key=lambda c: c.process.poll() is None)
        refused(late[0].finish(), full)
        assert late[1].process.poll() is None
        wait_for(lambda: all(l.connection for l in ttys(w)), 10,
                 "no free line")


class Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_void_p)]


class Relay:
    """Between a client and the server, until the server hears nothing more."""

    def __init__(self, port):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.server = socket.create_connection(("127.0.0.1", port))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        client, _ = self.listener.accept()
        for a, b in ((client, self.server), (self.server, client)):
            threading.Thread(target=self.copy, args=(a, b), daemon=True).start()

    @staticmethod
    def copy(a, b):
        try:
            while data := a.recv(65536):
                b.sendall(data)
        except OSError:
            pass

    def blackhole(self):
        """Every packet of the server is dropped and so never acknowledged."""
        code = ctypes.create_string_buffer(struct.pack("=HBBI", 6, 0, 0, 0))
        program = Filter(1, ctypes.addressof(code))
        self.server.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER,
                               bytes(program))


def open_sessions(w):
    """{line: pid of the monitor}"""
    return {line: monitor for state, _, line, _, monitor in w.table().values()
            if state == "open"}


def processes(monitor):
    """The pids of a session."""
    with open(f"/proc/{monitor}/task/{monitor}/children") as f:
        child, = f.read().split()
    return {"monitor": monitor, "session process": int(child)}


def pss(pid):
    """KiB."""
    with open(f"/proc/{pid}/smaps_rollup") as f:
        return next(int(l.split()[1]) for l in f if l.startswith("Pss:"))


def memory(session):
    return {name: pss(pid) for name, pid in session.items()}


def stuff(line):
    """Writes to a line until it takes no more for a while; bytes taken."""
    taken, stalled = 0, 0
    while stalled < 20:
        try:
            taken += os.write(line.master, b"." * 4096)
            stalled = 0
        except BlockingIOError:
            stalled += 1
            time.sleep(0.05)
        assert taken < 64 << 20, "no end"
    return taken


class Reader(threading.Thread):
    """Counts what clients get."""

    def __init__(self, clients):
        super().__init__(daemon=True)
        self.got = dict.fromkeys(
            (c.process.stdout.fileno() for c in clients), 0)
        self.done = False
        self.start()

    def run(self):
        poll = select.poll()
        for fd in self.got:
            poll.register(fd, select.POLLIN)
        while not self.done:
            for fd, _ in poll.poll(100):
                self.got[fd] += len(os.read(fd, 65536))


def feed(lines, seconds):
    """Each line RATE bytes a second; what a line does not take it misses."""
    begun, sent, missed = time.monotonic(), 0, 0
    while sent < RATE * seconds:
        ahead = sent / RATE - (time.monotonic() - begun)
        if ahead > 0:
            time.sleep(ahead)
        for line in lines:
            try:
                os.write(line.master, b"x" * 576)
            except BlockingIOError:
                missed += 1
        sent += 576
    return sent, time.monotonic() - begun, missed


def test_two_stalled_of_48():
    count, seconds = 48, 6
    with DaemonWorld(lines=count, virtual=256) as w:
        relay = Relay(w.port)
        clients = [w.client(f"lab:{n}") for n in range(1, count)]
        clients.append(w.client(f"lab:{count}", options=[
            f"ProxyCommand=socat - TCP:127.0.0.1:{relay.port}"]))
        wait_for(lambda: all(l.opens for l in ttys(w)), 120,
                 "sessions")
        monitors = wait_for(lambda: len(open_sessions(w)) == count and
                            open_sessions(w), 20, "table of all sessions")
        sessions = {line: processes(pid) for line, pid in monitors.items()}
        stalled = [w.lines[1], w.lines[count]]
        for line in ttys(w):
            os.set_blocking(line.master, False)
        before = [memory(sessions[l.number]) for l in stalled]
        os.kill(clients[0].process.pid, signal.SIGSTOP)
        relay.blackhole()
        taken = [stuff(line) for line in stalled]
        for line, name, old, size in zip(stalled, ("stopped", "blackholed"),
                                         before, taken):
            now = memory(sessions[line.number])
            print(f"# {name} client: its line took {size >> 10} KiB, then "
                  "waited; " + ", ".join(f"{p} {old[p]} -> {now[p]} KiB"
                                         for p in now))
            for process in now:
                assert now[process] - old[process] < 1024, \
                    f"memory of a stalled {process}"
            assert size < 32 << 20
        others = [l for l in ttys(w) if l not in stalled]
        reader = Reader(clients[1:-1])
        sent, took, missed = feed(others, seconds)
        wait_for(lambda: all(n == sent for n in reader.got.values()), 10,
                 f"all of {sent} bytes on each line")
        reader.done = True
        costs = [memory(sessions[l.number]) for l in others]
        cost = {name: max(c[name] for c in costs) for name in costs[0]}
        print(f"# {len(others)} other lines: {sent} bytes each in {took:.1f} s "
              f"(at {RATE} bytes/s {sent / RATE:.1f} s), all there; " +
              ", ".join(f"{p} up to {kib} KiB" for p, kib in cost.items()))
        assert max(cost.values()) < PSS_MAX, cost
        assert missed == 0, f"{missed} times a line was not read in time"
        assert took < sent / RATE + 1.5
        for client in clients[1:-1]:
            assert client.process.poll() is None
        # What was held back comes when the client goes on, all of it.
        reader = Reader(clients[:1])
        os.kill(clients[0].process.pid, signal.SIGCONT)
        wait_for(lambda: set(reader.got.values()) == {taken[0]}, 30,
                 f"{taken[0]} bytes for the client that was stopped")
        reader.done = True


if __name__ == "__main__":
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    run("many", [v for k, v in list(globals().items())
                 if k.startswith("test_")])
