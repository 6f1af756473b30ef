#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What the daemon asks of the service manager, and that it does not wait."""
import contextlib
import os
import signal
import subprocess
import tempfile
import time

from bus import Bus
from daemon import DaemonWorld
from world import BUILD, run, wait_for


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


if __name__ == "__main__":
    run("manager", [v for k, v in list(globals().items())
                    if k.startswith("test_")])
