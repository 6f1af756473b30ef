#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What the daemon asks of the service manager, and that it does not wait."""
import contextlib
import os
import signal
import subprocess
import tempfile
import time

import accounts

# Before anything else runs here: /run/utmp and wtmp that are ours alone.
OWN_UTMP = accounts.own_utmp()

from bus import Bus     # noqa: E402
from daemon import DaemonWorld     # noqa: E402
from world import BUILD, run, wait_for     # noqa: E402


@contextlib.contextmanager
def world(**options):
    with tempfile.TemporaryDirectory() as directory:
        bus = Bus(directory)
        try:
            with DaemonWorld(environment=bus.environment, **options) as w:
                yield w, bus
        finally:
            bus.close()


def orphan(w):
    """A command's session whose monitor is killed. Return: its unit."""
    client = w.client("good", "echo up; exec sleep 60")
    assert client.process.stdout.readline() == b"up\n"
    number, row = wait_for(lambda: [(n, r) for n, r in w.table().items()
                                    if r[0] == "open"], what="session")[0]
    os.kill(row[4], signal.SIGKILL)
    wait_for(lambda: number not in w.table(), what="end of the session")
    return f"vtymux-{number}-1.service"


def answers_in(w):
    begun = time.monotonic()
    subprocess.run([f"{BUILD}/test/vtymux", "show", "privilege"],
                   env=w.environment, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - begun


def test_programs_of_killed_monitors_are_stopped():
    with world() as (w, bus):
        units = [orphan(w) for _ in range(3)]
        wait_for(lambda: len(bus.stopped()) == 3, what="requests")
        assert bus.stopped() == units, bus.calls
        assert bus.connections == 1, bus.connections
        assert "service manager" not in w.log(), w.log()


def test_a_manager_that_hangs_holds_nothing_up():
    with world() as (w, bus):
        bus.hangs = True
        units = [orphan(w) for _ in range(4)]
        wait_for(lambda: len(bus.stopped()) == 4, 5, "requests")
        took = answers_in(w)
        assert took < 4, took
        assert sorted(bus.stopped()) == sorted(units)
        print(f"# an answer after {took:.1f} s")


def test_requests_outlive_the_bus():
    with world() as (w, bus):
        bus.breaks = 2
        unit = orphan(w)
        wait_for(lambda: len(bus.stopped()) == 3, 20, "third request")
        assert bus.stopped() == [unit] * 3, bus.calls
        other = orphan(w)
        wait_for(lambda: len(bus.stopped()) == 4, 20, "fourth request")
        assert bus.stopped()[3] == other and bus.connections == 3
        assert "service manager" not in w.log(), w.log()


def shell(w):
    """A session with a terminal. Return: number, row of the table."""
    before = w.table()
    w.client("good", "exec sleep 100", tty="-tt")
    number, row = wait_for(lambda: [
        (n, r) for n, r in w.table().items()
        if n not in before and r[0] == "open"], 20, "session")[0]
    if OWN_UTMP:
        wait_for(lambda: f"vty{row[2]}" in dict(accounts.logged_in()),
                 what="entry in utmp")
    return number, row


def test_what_the_last_daemon_left_is_found():
    """Killed with their daemon: no link ends, and no table has them."""
    with world() as (w, bus):
        dead, joins, stopped = shell(w), shell(w), shell(w)
        vtys = [f"vty{row[2]}" for _, row in (joins, stopped)]
        w.stop(signal.SIGKILL)
        os.kill(dead[1][4], signal.SIGKILL)
        os.kill(stopped[1][4], signal.SIGSTOP)      # lives, but cannot join
        try:
            kept = ["vtymux-getty@3.service", "vtymux-5.service",
                    "vtymux-900-x.service", "vtymux-0900-1.service",
                    "vtymux-900-1-1.service"]
            for name in [f"vtymux-{number}-1.service" for number, _ in
                         (dead, joins, stopped)] + kept:
                bus.units[name] = "active"
            bus.units["vtymux-901-1.service"] = "inactive"
            bus.units["vtymux-902-2.service"] = "deactivating"
            w.start()
            begun = time.monotonic()
            wait_for(lambda: len(bus.stopped()) == 2, 30, "requests")
            took = time.monotonic() - begun
            assert took > 8, took
            assert bus.stopped() == [f"vtymux-{dead[0]}-1.service",
                                     "vtymux-902-2.service"], bus.calls
            assert joins[0] in w.table() and answers_in(w) < 4
            assert len(bus.stopped()) == 2 and bus.calls.count(
                ("ListUnitsByPatterns", "vtymux-*.service")) == 1, bus.calls
            if OWN_UTMP:
                in_utmp = [line for line, _ in accounts.logged_in()]
                assert in_utmp == sorted(vtys), (in_utmp, vtys)
            print(f"# after {took:.1f} s; utmp looked at: {OWN_UTMP}")
        finally:
            os.kill(stopped[1][4], signal.SIGCONT)


if __name__ == "__main__":
    run("manager", [v for k, v in list(globals().items())
                    if k.startswith("test_")])
