#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""A line serves one session, and is free within a second of its end."""
import contextlib
import os
import signal
import subprocess
import time

from itest import (VM, Ssh, Uart, attribute, connect, equal, guest, main, test,
                   wait, wait_idle)

LINE = 1


def session_pids(name):
    """Processes of that program in the guest, oldest first."""
    return guest(f"pgrep -x {name} || true").split()


def talk(ssh, uart, word):
    """A word to the device and one back: the session is alive."""
    ssh.send(b"to-" + word)
    uart.received.wait_for(b"to-" + word)
    uart.send(b"from-" + word)
    ssh.out.wait_for(b"from-" + word)


def freed_within(seconds, kill):
    """Runs kill, a shell command, in the guest; polls there, where it is quick."""
    millis = int(guest(
        f"{kill}; t0=$(date +%s%N); "
        f"while [ \"$(cat /sys/class/tty/vty{LINE}/state)\" != idle ]; do "
        f"[ $(( ($(date +%s%N) - t0) / 1000000 )) -gt 20000 ] && break; "
        f"done; echo $(( ($(date +%s%N) - t0) / 1000000 ))"))
    print(f"# free after {millis} ms")
    assert millis <= seconds * 1000, f"line {LINE} was free after {millis} ms"


@contextlib.contextmanager
def watching_idle():
    """A pipe that says "idle" when the line is; a poll from here takes long."""
    script = (f"echo ready; for i in $(seq 400); do "
              f"read -r state </sys/class/tty/vty{LINE}/state; "
              f"[ $state = idle ] && break; sleep 0.05; done; echo $state")
    with subprocess.Popen([VM, "exec", script],
                          stdout=subprocess.PIPE) as poll:
        equal(poll.stdout.readline(), b"ready\n", "the watch")
        yield poll.stdout


@test("a second session is told that the line is busy, the first goes on")
def busy():
    with Uart(LINE) as uart, connect(LINE) as first:
        talk(first, uart, b"one")
        for _ in range(2):
            with Ssh(f"lab:{LINE}") as second:
                status, out, err = second.finish()
            equal(status, 1, "exit status")
            equal(out, b"", "stdout")
            equal(err.strip(), f"% Line {LINE} is busy", "stderr")
        talk(first, uart, b"two")
        equal(bytes(first.err.data), b"", "the first session's stderr")
    wait_idle(LINE)


def kill_one(name):
    with Uart(LINE) as uart:
        ssh = connect(LINE)
        talk(ssh, uart, b"one")
        pid = session_pids(name)[-1]
        freed_within(1, f"kill -KILL {pid}")
        status, _, _ = ssh.finish(30)
        assert status != 0, "the client's exit status"
        wait(lambda: not session_pids("vtymux-sshd"), 20, "end of vtymux-sshd")
        wait(lambda: not session_pids("vtymux-monitor"), 20, "end of monitor")
        with connect(LINE) as again:
            talk(again, uart, b"again")
    wait_idle(LINE)


@test("SIGKILL of vtymux-sshd frees the line within a second")
def kill_sshd():
    kill_one("vtymux-sshd")


@test("SIGKILL of the monitor frees the line within a second")
def kill_monitor():
    kill_one("vtymux-monitor")


@test("SIGKILL of the client frees the line within a second")
def kill_client():
    with Uart(LINE) as uart:
        ssh = connect(LINE)
        talk(ssh, uart, b"one")
        with watching_idle() as idle:
            begun = time.monotonic()
            os.kill(ssh.process.pid, signal.SIGKILL)
            equal(idle.readline(), b"idle\n", "the line's state")
            seconds = time.monotonic() - begun
        print(f"# seen idle after {seconds:.2f} s, the way here included")
        assert seconds < 1.5, seconds
        ssh.close()


@test("the line can be taken at once by the next, and never by two")
def race():
    """Clients fight for one line while its holders are killed."""
    with Uart(LINE):
        for _ in range(3):
            clients = [Ssh(f"lab:{LINE}") for _ in range(4)]
            try:
                wait(lambda: attribute(LINE, "state") == "active", 120)
                ended = [c for c in clients
                         if wait(lambda c=c: c.process.poll() is not None
                                 or c is holder(clients), 120)
                         and c.process.poll() is not None]
                equal(len(ended), 3, "clients turned away")
                for client in ended:
                    _, _, err = client.finish()
                    equal(err.strip(), f"% Line {LINE} is busy", "stderr")
            finally:
                for client in clients:
                    client.close()
            wait_idle(LINE)


def holder(clients):
    """The one client that is left, once the others have ended."""
    left = [c for c in clients if c.process.poll() is None]
    return left[0] if len(left) == 1 else None


@test("unbinding ends the session with a notice, binding brings the line back")
def unbind_while_open():
    backing = attribute(LINE, "backing")
    with Uart(LINE) as uart:
        ssh = connect(LINE)
        talk(ssh, uart, b"one")
        begin = time.monotonic()
        guest(f"echo >/sys/class/tty/vty{LINE}/backing")
        status, _, err = ssh.finish(30)
        print(f"# client gone after {time.monotonic() - begin:.2f} s")
        equal(status, 1, "exit status")
        equal(err.strip(), f"% Line {LINE} is not available", "stderr")
        equal(attribute(LINE, "state"), "unbound", "state")
        with Ssh(f"lab:{LINE}") as late:
            status, _, err = late.finish()
        equal((status, err.strip()), (1, f"% Line {LINE} is not available"))
        attribute(LINE, "backing", backing)
        with connect(LINE) as again:
            talk(again, uart, b"again")
    wait_idle(LINE)


main()
