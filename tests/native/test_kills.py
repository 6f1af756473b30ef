#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Processes are killed at random while sessions run. The others stay, and
nothing of the victim's does: no line, vty, process, descriptor, entry in utmp
or row of the daemon's table. KILLS is how many of each kind."""
import collections
import os
import random
import select
import signal
import tempfile
import time

import accounts

# Before anything else runs here: /run/utmp and wtmp that are ours alone.
OWN_UTMP = accounts.own_utmp()

from daemon import DaemonWorld, processes     # noqa: E402
from world import run, wait_for     # noqa: E402

KILLS = int(os.environ.get("KILLS", "4"))
KINDS = ("daemon", "monitor", "session", "client", "shell")
LINES, ON_LINES = 8, 3      # and one on a virtual line
# Nothing of the machine's start-up files is killed half-way: some hold locks.
SHELL = "#!/bin/sh\nexec /bin/bash --noprofile --norc -i\n"


def children(pid):
    """{name: pid}"""
    found = {}
    with open(f"/proc/{pid}/task/{pid}/children") as f:
        for child in f.read().split():
            with open(f"/proc/{child}/comm") as name:
                found[name.read().strip()] = int(child)
    return found


class Held:
    """A session: its client, and its processes by what they are."""

    def __init__(self, w, line):
        self.w = w
        before = w.table()
        if line:
            self.client = w.attach(f"good:{line}", line).process
        else:
            self.client = w.client("good", tty="-tt").process
        self.id, row = wait_for(lambda: self.opened(before), 20, "open session")
        self.line, self.monitor = row[2], row[4]
        assert not line or self.line == line, (line, row)
        self.shell, self.shell_end = None, -1
        self.commands = not line    # of its shell's can reach the daemon
        if not line:
            self.shell = wait_for(self.find_shell, 20, "shell")
            self.shell_end = os.pidfd_open(self.shell)
        self.session = children(self.monitor)["vtymux-sshd"]

    def opened(self, before):
        for number, row in self.w.table().items():
            if number not in before and row[0] == "open":
                return number, row
        assert self.client.poll() is None, self.client.communicate()
        return None

    def find_shell(self):
        return children(self.monitor).get("bash")

    def pid(self, kind):
        return self.client.pid if kind == "client" else getattr(self, kind)

    def end(self):
        """After one of its processes was killed: all of them have gone."""
        try:
            self.client.communicate(timeout=20)
        finally:
            self.w.clients = [c for c in self.w.clients
                              if c.process is not self.client]
        if self.shell:
            assert select.select([self.shell_end], [], [], 20)[0], "shell stays"
            os.close(self.shell_end)


def expected(w, held, base):
    """What there is with these sessions, and what there should be. The daemon
    has a descriptor of each, and one of a shell's for commands; base is what it
    has without."""
    ours = f"VTYMUX_RUNDIR={w.directory}/run"
    claimed = [n for n, line in w.lines.all.items() if line.connection]
    shells = [(f"vty{h.line}", h.shell) for h in held if h.shell]
    return (
        ("rows of the table", w.table(),
         {h.id: ("open", "good", h.line, "127.0.0.1", h.monitor) for h in held}),
        ("monitors", sorted(processes("vtymux-monitor", ours)),
         sorted(h.monitor for h in held)),
        ("session processes", sorted(processes("vtymux-sshd", ours)),
         sorted(h.session for h in held)),
        ("lines", [n for n in claimed if n <= LINES],
         sorted(h.line for h in held if h.line <= LINES)),
        ("vtys", sum(n > LINES for n in claimed), len(held)),
        ("in utmp", accounts.logged_in() if OWN_UTMP else shells, shells),
        ("descriptors", w.descriptors() - base,
         len(held) + sum(h.commands for h in held)),
    )


def settle(w, held, base, after):
    """Waits until there is what these sessions need, and nothing else."""
    end = time.monotonic() + 20
    while True:
        wrong = [row for row in expected(w, held, base) if row[1] != row[2]]
        if not wrong:
            return
        assert time.monotonic() < end, (after, wrong)
        time.sleep(0.02)


def new_session(w, held, chance, line):
    free = set(range(1, LINES + 1)) - {h.line for h in held}
    return Held(w, line and chance.choice(sorted(free)))


def kill_daemon(w, held):
    w.daemon.kill()
    w.daemon.wait(20)
    w.start()
    for h in held:
        h.commands = False      # until the shell has one


def kill_other(w, held, kind, chance):
    victim = chance.choice([h for h in held if h.pid(kind)])
    os.kill(victim.pid(kind), signal.SIGKILL)
    victim.end()
    held.remove(victim)
    return victim


def make_shell(directory):
    path = os.path.join(directory, "shell")
    with open(path, "w") as f:
        f.write(SHELL)
    os.chmod(path, 0o755)
    return {"VTYMUX_SHELL": path}


def test_random_kills_leak_nothing():
    chance = random.Random(7)
    order = [kind for kind in KINDS for _ in range(KILLS)]
    chance.shuffle(order)
    took, held = collections.Counter(), []
    with tempfile.TemporaryDirectory() as directory, \
            DaemonWorld(lines=LINES, environment=make_shell(directory)) as w:
        base = w.descriptors()
        for n in range(ON_LINES + 1):
            held.append(new_session(w, held, chance, n < ON_LINES))
        for kind in order:
            begun = time.monotonic()
            if kind == "daemon":
                kill_daemon(w, held)
            else:
                victim = kill_other(w, held, kind, chance)
                settle(w, held, base, f"a {kind} was killed")
                held.append(new_session(w, held, chance, not victim.shell))
            settle(w, held, base, f"a {kind} was killed and replaced")
            took[kind] += time.monotonic() - begun
        while held:
            kill_other(w, held, "client", chance)
        settle(w, held, base, "all have gone")
    for kind in KINDS:
        print(f"# {KILLS} times: {kind}, {took[kind] / KILLS:.2f} s each")


if __name__ == "__main__":
    run("kills", [v for k, v in list(globals().items())
                  if k.startswith("test_")])
