#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Login names, refusals, and what a stranger can learn before logging in."""
import statistics
import time

import paramiko

from itest import (PASSWORD, PORT, Ssh, attribute, connect, equal, guest, main,
                   test, wait_idle)

GUEST_PORT = 2200


def refused(user, text, command=()):
    """The login works, and then the session gets that text and status 1."""
    with Ssh(user, *command) as ssh:
        status, out, err = ssh.finish()
    equal((status, out, err.replace("\r\n", "\n").strip()), (1, b"", text), user)


@test("targets that do not exist are refused after the login")
def invalid_targets():
    for user in ("lab:", "lab:0", "lab:-1", "lab:1:2", "lab:99999999999",
                 "lab:rotary", "lab:rotary0", "lab:rotary128", "lab:01",
                 "lab:201", "lab:no-such-name", "lab:1 ", "lab:watchdog",
                 "lab:watch0", "lab:steal"):
        refused(user, "% Invalid line")


@test("a line that does not allow ssh says so")
def transport():
    attribute(3, "transport_input", "none")
    try:
        refused("lab:3", "% Line 3: transport input does not allow ssh")
    finally:
        attribute(3, "transport_input", "ssh")


@test("an unbound line is not available")
def unbound():
    attribute(100, "transport_input", "ssh")
    try:
        refused("lab:100", "% Line 100 is not available")
    finally:
        attribute(100, "transport_input", "none")


@test("commands and subsystems are refused on a line")
def commands():
    text = "% Line 1: commands are not possible"
    refused("lab:1", text, ("id",))
    with Ssh("lab:1", "sftp", options=("-s",)) as ssh:
        status, out, err = ssh.finish()
    equal((status, out, err.strip()), (1, b"", text), "subsystem")


@test("a line is found by its name, a group gives its first free member")
def names_and_groups():
    attribute(2, "name", "core-router")
    for line in (1, 2, 3):
        attribute(line, "rotary", 7)
    try:
        with connect(2, user="lab") as by_number:
            equal(by_number.process.poll(), None, "by number")
            refused("lab:core-router", "% Line 2 is busy")
            first = Ssh("lab:rotary7")
            try:
                equal_state(1, "active")
                second = Ssh("lab:rotary7")
                try:
                    equal_state(3, "active")
                    refused("lab:rotary7", "% No free line in rotary 7")
                finally:
                    second.close()
            finally:
                first.close()
        for line in (1, 2, 3):
            wait_idle(line)
        refused("lab:rotary8", "% Invalid line")
    finally:
        attribute(2, "name", "")
        for line in (1, 2, 3):
            attribute(line, "rotary", "")


def equal_state(line, state, timeout=120):
    deadline = time.monotonic() + timeout
    while attribute(line, "state") != state:
        assert time.monotonic() < deadline, f"line {line} not {state}"
        time.sleep(0.2)


def attempt(user, password):
    """One password attempt; seconds for the answer and its text."""
    transport = paramiko.Transport(("127.0.0.1", PORT))
    try:
        transport.start_client(timeout=120)
        begin = time.monotonic()
        try:
            transport.auth_password(user, password, fallback=False)
            return time.monotonic() - begin, "success"
        except paramiko.AuthenticationException as error:
            return time.monotonic() - begin, str(error)
    finally:
        transport.close()


@test("a stranger can not tell a bad name from a wrong password")
def indistinguishable():
    """Names that exist, that do not, that are malformed: same words and time."""
    counters = guest("cat /sys/class/tty/vty*/statistics/opens | sort | uniq -c")
    cases = {"lab:1": "wrong", "lab": "wrong", "lab:99999999999": "wrong",
             "nobody-here:1": PASSWORD, ":1": PASSWORD, "root:1": PASSWORD,
             "daemon:1": PASSWORD, "lab:rotary": "wrong", "-lab:1": PASSWORD,
             "l" * 99: PASSWORD, "lab:2": ""}
    times, words = {}, set()

    def measure(users):
        for user in users:
            seconds, text = attempt(user, cases[user])
            times[user] = min(seconds, times.get(user, seconds))
            words.add(text)
            equal(attribute(1, "state"), "idle", "line 1 after a failed login")

    measure(cases)
    # A busy machine makes an answer late, now and then; a name that can be told
    # is late, or early, each time.
    for _ in range(3):
        least = min(times.values())
        measure([user for user in cases if times[user] > least + 0.4])
    for user, seconds in times.items():
        print(f"# {user[:20]:20} {seconds:.3f} s")
    equal(len(words), 1, f"answers {words}")
    assert words != {"success"}
    spread = max(times.values()) - min(times.values())
    print(f"# mean {statistics.mean(times.values()):.3f} s, spread {spread:.3f} s")
    # The answers are aligned to whole steps of 2 s; what is left is the guest.
    assert spread < 0.5, times
    equal(guest("cat /sys/class/tty/vty*/statistics/opens | sort | uniq -c"),
          counters, "open counters after failed logins")


@test("a name of 4 KiB ends the connection or the attempt, nothing else")
def huge_name():
    for user in ("x" * 4096, "lab:" + "1" * 4092):
        try:
            _, text = attempt(user, PASSWORD)
        except (paramiko.SSHException, EOFError, OSError) as error:
            text = str(error)
        assert text != "success", user[:10]
    with connect(1):
        pass
    wait_idle(1)


@test("keyboard-interactive logs in and reports a wrong password")
def keyboard_interactive():
    options = ("-o", "PreferredAuthentications=keyboard-interactive")
    with connect(1, options=options) as ssh:
        equal(ssh.process.poll(), None, "session")
    wait_idle(1)
    options += ("-o", "NumberOfPasswordPrompts=1")
    with Ssh("lab:1", password="wrong", options=options) as ssh:
        status, out, err = ssh.finish()
    equal((status, out), (255, b""), "wrong password")
    assert "Permission denied" in err, err


@test("an IPv6 client reaches a line")
def ipv6():
    guest("rm -f /tmp/v6.*; mkfifo /tmp/v6.in; "
          "printf '#!/bin/sh\\necho lab\\n' >/tmp/v6.askpass; "
          "chmod 700 /tmp/v6.askpass; "
          "(exec 9<>/tmp/v6.in; SSH_ASKPASS=/tmp/v6.askpass "
          "SSH_ASKPASS_REQUIRE=force setsid ssh -F none -p "
          f"{GUEST_PORT} -l lab:1 -o StrictHostKeyChecking=no "
          "-o UserKnownHostsFile=/dev/null -o PubkeyAuthentication=no ::1 "
          "</tmp/v6.in >/tmp/v6.out 2>/tmp/v6.err & echo $! >/tmp/v6.pid) "
          ">/dev/null 2>&1")
    try:
        equal_state(1, "active")
        assert "@::1" in attribute(1, "owner"), attribute(1, "owner")
    finally:
        guest("kill $(cat /tmp/v6.pid); rm -f /tmp/v6.*")
    wait_idle(1)


main()
