#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Sessions on lines: lost devices, breaks, watching, replay, rotary groups.
VTYMUX_ROTARY_LINES is how many lines the rotary group has."""
import contextlib
import os
import re
import struct
import subprocess
import time

import paramiko

from itest import (HERE, PASSWORD, PORT, VM, Ssh, Uart, attribute, connect,
                   equal, guest, main, test, wait, wait_idle)
from switch import configuration, state_is, talk, usb

USB = 4
PTY = 20                # the first line on a pseudo terminal
ROTARY_LINES = int(os.environ.get("VTYMUX_ROTARY_LINES", "24"))
WAVE = 8                # clients that log in at a time
CHEAP = ["-o", "KexAlgorithms=curve25519-sha256",
         "-o", "HostKeyAlgorithms=ssh-ed25519"]


def says(ssh, text, timeout=60):
    ssh.err.wait_for(text.encode() + b"\r\n", timeout)


@contextlib.contextmanager
def ptys(count, first=PTY):
    """Lines on pseudo terminals, with transport ssh."""
    with open(os.path.join(HERE, "ptys.py"), "rb") as f:
        guest("cat >/tmp/ptys.py", data=f.read())
    guest("rm -f /tmp/ptys.sock; nohup python3 /tmp/ptys.py bind "
          f"{first} {count} >/tmp/ptys.log 2>&1 & echo $! >/tmp/ptys.pid")
    wait(lambda: guest("test -S /tmp/ptys.sock && echo yes || cat /tmp/ptys.log")
         == "yes\n", 60, "pseudo terminals")
    lines = range(first, first + count)
    each = " ".join(map(str, lines))
    try:
        guest(f"for n in {each}; do echo ssh >/sys/class/tty/vty$n/"
              "transport_input; done")
        yield list(lines)
    finally:
        guest(f"kill $(cat /tmp/ptys.pid); for n in {each}; do cd "
              "/sys/class/tty/vty$n; echo none >transport_input; "
              "echo >rotary; echo >backing; done")


def say(text):
    equal(guest(f"python3 /tmp/ptys.py say '{text}'").strip(), "done")


def records(data):
    """The numbers of whole records, from the first whole one on."""
    return [int(r) for r in bytes(data).split(b"\n")[1:-1]]


@test("a lost device is told, waited for, and told when it is back")
def device_lost():
    name = attribute(USB, "backing")
    with configuration(f"line {USB}\n watch user lab\n"), Uart(USB) as uart, \
            connect(USB) as ssh, Ssh(f"lab:watch{USB}") as watcher:
        talk(ssh, uart, b"one")
        watcher.out.wait_for(b"from-one")
        usb("unplug", USB)
        for client in (ssh, watcher):
            says(client, f"% Line {USB}: device lost, waiting")
        usb("plug", 5)          # takes the name
        wait(lambda: name in guest("ls /sys/class/tty"), 30, name)
        usb("plug", USB)
        try:
            for client in (ssh, watcher):
                says(client, f"% Line {USB}: device is back")
            assert attribute(USB, "backing") != name
            wait(lambda: b"two" in uart.received.data or ssh.send(b"two"), 20,
                 "bytes after the adapter's return")
            equal(ssh.process.poll(), None, "the client")
            equal(ssh.err.data.count(b"%"), 2, "notices")
        finally:
            usb("unplug", 5)
    wait_idle(USB)


@test("a session does not wait for its device longer than device-wait")
def device_wait():
    with configuration(f"line {USB}\n device-wait 2\n"):
        ssh = connect(USB)
        usb("unplug", USB)
        begin = time.monotonic()
        status, _, err = ssh.finish(60)
        took = time.monotonic() - begin
        equal((status, err), (1, f"% Line {USB}: device lost, waiting\r\n"
                              f"% Line {USB} is not available\r\n"))
        assert 1.5 < took < 20, took
        with Ssh(f"lab:{USB}") as late:
            equal(late.finish()[2], f"% Line {USB} is not available\r\n")
        usb("plug", USB)
        state_is(USB, "idle")


LCR = """
import os, sys, time
with open("/sys/bus/pci/devices/0000:00:11.0/resource") as f:
    port = int(f.readline().split()[0], 16) + 3
fd = os.open("/dev/port", os.O_RDONLY)
print("ready", flush=True)
for _ in range(int(sys.argv[1])):
    while not os.pread(fd, 1, port)[0] & 0x40:
        pass
    begin = time.monotonic()
    while os.pread(fd, 1, port)[0] & 0x40:
        pass
    print(int((time.monotonic() - begin) * 1000), flush=True)
"""


class Watch:
    """Measures breaks where they are made: bit 6 of the UART's line control."""

    def __init__(self, count):
        guest("cat >/tmp/lcr.py", data=LCR.encode())
        self.process = subprocess.Popen(
            [VM, "exec", f"timeout 100 python3 /tmp/lcr.py {count}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        equal(self.process.stdout.readline(), b"ready\n")

    def next(self):
        return int(self.process.stdout.readline())


def break_request(channel, ms):
    m = paramiko.Message()
    m.add_byte(struct.pack("B", 98))    # SSH_MSG_CHANNEL_REQUEST
    m.add_int(channel.remote_chanid)
    m.add_string("break")
    m.add_boolean(False)
    m.add_int(ms)
    channel.transport._send_user_message(m)


@test("an SSH break is a break of the UART, of the length asked for")
def breaks():
    watch = Watch(4)
    transport = paramiko.Transport(("127.0.0.1", PORT))
    transport.banner_timeout = transport.auth_timeout = 60
    transport.start_client(timeout=60)
    transport.auth_password("lab:1", PASSWORD, fallback=False)
    channel = transport.open_session(timeout=60)
    channel.invoke_shell()
    wait(lambda: attribute(1, "state") == "active", 60, "session")
    for asked, least, most in ((0, 500, 700), (900, 900, 1100),
                               (4000, 3000, 3300)):
        break_request(channel, asked)
        got = watch.next()
        print(f"# asked for {asked} ms: {got} ms")
        assert least - 20 <= got <= most, got
    channel.send(b"after")
    transport.close()
    wait_idle(1)
    with connect(1, options=["-tt", "-e", "~"]) as ssh:
        ssh.send(b"\r~B")
        got = watch.next()
        print(f"# ~B of OpenSSH: {got} ms")
        assert 980 <= got <= 1300, got
    wait_idle(1)


@test("a line is taken over in one step, and its session is told by whom")
def steal():
    with Uart(1) as uart, connect(1) as first:
        talk(first, uart, b"one")
        owner = attribute(1, "owner")
        with Ssh("lab:steal1") as thief:
            equal(first.finish(), (1, b"from-one",
                                   "% Line 1 taken over by lab\r\n"))
            wait(lambda: attribute(1, "owner") not in ("", owner), 60, "thief")
            talk(thief, uart, b"two")
    wait_idle(1)


@test("time-outs are those of the attributes when the session begins")
def timeouts():
    with configuration("line 1\n logout-warning 2\n"):
        attribute(1, "session_timeout", "8")   # time for a slow machine
        try:
            with Uart(1) as uart, connect(1) as ssh:
                talk(ssh, uart, b"one")
                attribute(1, "session_timeout", "0")
                attribute(1, "absolute_timeout", "5")
                time.sleep(9)   # would be over by the value it began with
                talk(ssh, uart, b"two")
                ssh.close()
                wait_idle(1)
                with connect(1) as ssh:
                    begin = time.monotonic()
                    says(ssh, "% Line 1: session ends in 2 seconds")
                    status, _, err = ssh.finish(60)
                    took = time.monotonic() - begin
                    equal((status, err.splitlines()[1]),
                          (1, "% Session timed out"))
                    assert took < 10, took
        finally:
            attribute(1, "session_timeout", "0")
            attribute(1, "absolute_timeout", "0")
    wait_idle(1)


@test("a watcher that falls behind is told how many bytes it missed")
def watch_loss():
    total = 200000
    with ptys(1) as (line,), configuration(f"line {line}\n watch user lab\n"), \
            Ssh(f"lab:watch{line}") as watcher:
        say(f"write {line} 800")
        watcher.out.wait_for(800)
        pid = guest("pgrep -x vtymux-sshd").split()[-1]
        guest(f"kill -STOP {pid}")
        say(f"write {line} {total}")
        guest(f"kill -CONT {pid}")
        says(watcher, " bytes lost")
        watcher.out.wait_for(b"%07d\n" % ((total + 800) // 8 - 1))
        lost = [int(n) for n in
                re.findall(rb"% Line \d+: (\d+) bytes lost\r\n",
                           bytes(watcher.err.data))]
        equal(len(watcher.out.data) + sum(lost), total + 800, "bytes")
        assert total / 2 < sum(lost) < total, lost
        equal(int(attribute(line, "statistics/tap_lost")), sum(lost))
        print(f"# {lost} bytes lost of {total}")


@test("what a line replays goes on with what comes, each byte once")
def replay():
    with ptys(1) as (line,), configuration(f"line {line}\n replay\n"):
        attribute(line, "history", "0")     # what a test before this one said
        attribute(line, "history", "4096")
        say(f"stream {line}")
        for _ in range(4):
            with connect(line) as ssh:
                ssh.out.wait_for(12000)
                got = records(ssh.out.data)
                equal(got, list(range(got[0], got[0] + len(got))), "records")
            wait_idle(line)
        say(f"stop {line}")
        attribute(line, "history", "65536")


def answer(ssh):
    """The line a client has, as its device says."""
    if b":hello" not in ssh.out.data:
        ssh.send(b"hello")
    ssh.out.wait(lambda: bytes(ssh.out.data).endswith(b":hello") or
                 ssh.out.ended, 120, "answer of a device")
    return int(ssh.out.data.split(b":")[0] or 0)


def start(count, lines):
    """So many clients, each on a line; not all of them log in at once."""
    clients = []
    while len(clients) < count:
        for _ in range(min(WAVE, count - len(clients))):
            clients.append(Ssh("lab:rotary1", options=CHEAP))
        states = " ".join(f"/sys/class/tty/vty{n}/state" for n in lines)
        wait(lambda: guest(f"cat {states}").count("active") == len(clients),
             20 * WAVE, f"{len(clients)} sessions")
    return clients


@test(f"a rotary group of {ROTARY_LINES} lines serves as many clients at once")
def rotary():
    full = "% No free line in rotary 1\r\n"
    # With all 200 lines those on UARTs and adapters are members, too.
    uarts = range(1, 1 + max(0, ROTARY_LINES - 196))
    with ptys(ROTARY_LINES - len(uarts), 5 if uarts else PTY) as lines, \
            contextlib.ExitStack() as stack:
        devices = {n: stack.enter_context(Uart(n)) for n in uarts}
        lines = [*uarts, *lines]
        guest(f"for n in {' '.join(map(str, lines))}; do echo 1 "
              ">/sys/class/tty/vty$n/rotary; done")
        begin = time.monotonic()
        clients = start(ROTARY_LINES, lines)
        print(f"# {len(lines)} sessions after {time.monotonic() - begin:.0f} s")
        for n, device in devices.items():
            device.send(b"%d:hello" % n)
        got = sorted(map(answer, clients))
        equal(got, lines, "lines that were given")
        equal(Ssh("lab:rotary1").finish(), (1, b"", full), "one more")
        last = max(clients, key=answer)
        freed = answer(last)
        last.close()
        wait_idle(freed)
        late = [Ssh("lab:rotary1", options=CHEAP) for _ in range(2)]
        wait(lambda: any(c.process.poll() is not None for c in late), 120,
             "a refusal")
        late.sort(key=lambda c: c.process.poll() is None)
        equal(late[0].finish(), (1, b"", full), "the one too many")
        equal(answer(late[1]), freed, "the line that was free")
        for client in clients + late:
            client.close()
        for line in lines:
            wait_idle(line)
        for line in uarts:
            attribute(line, "rotary", "")


def through(port, family="4"):
    """Options for a client that reaches a port of the guest's loopback."""
    host = "[::1]" if family == "6" else "127.0.0.1"
    return ["-o", f"ProxyCommand={VM} exec 'socat - TCP{family}:{host}:{port}'"]


@test("ports of rotary groups mean their group, over IPv4 and IPv6")
def ports():
    with configuration("ip ssh port 3000 rotary 7 9\nline 2\n rotary 8\n"):
        listening = guest("ss -Hltn")
        for port in (3000, 3001, 3002):
            assert f"0.0.0.0:{port} " in listening, listening
            assert f"[::]:{port} " in listening, listening
        for family in "46":
            with Uart(2) as uart, \
                    Ssh("lab", options=through(3001, family)) as ssh:
                wait(lambda: attribute(2, "state") == "active", 60, "session")
                talk(ssh, uart, b"one")
                with Ssh("lab", options=through(3001, family)) as second:
                    equal(second.finish()[2], "% No free line in rotary 8\r\n")
            wait_idle(2)
        with Ssh("lab", options=through(3000)) as ssh:
            equal(ssh.finish()[2], "% Invalid line\r\n", "a group of nobody")
    attribute(2, "rotary", "")
    assert ":3001 " not in guest("ss -Hltn")


main()
