#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What the log and debug tell of sessions, on a terminal and in the journal."""
import os
import re
import subprocess

import pexpect

from daemon import DaemonWorld
from world import BUILD, run, wait_for

PASSWORDS = "secret", "wr0ng-pass", "hunter2-as-a-name"


def terminal(w):
    t = pexpect.spawn(f"{BUILD}/test/vtymux", env=w.environment, timeout=30,
                      echo=False, encoding="utf-8", dimensions=(50, 200))
    t.expect("#$")
    return t


def command(t, line):
    t.sendline(line)
    t.expect(re.escape(line) + r"\r\n(.*?)[\w-]+#$")
    return t.match.group(1)


def expect_in_order(t, *patterns):
    for p in patterns:
        t.expect(p)


def test_sessions_are_told_to_terminals_and_journal():
    with DaemonWorld() as w:
        t = terminal(w)
        assert "is on" in command(t, "debug ip ssh")
        assert command(t, "terminal monitor") == ""
        status, _, err = w.ssh("good:1", password=PASSWORDS[1])
        assert status == 255, err
        crypto = r"using crypto cipher '[\w@.-]+', hmac '[\w@.-]+'"
        tty = r"SSH2 Session from 127\.0\.0\.1 \(tty = 0\) " + crypto
        expect_in_order(
            t, r"SSH0: starting SSH control process for 127\.0\.0\.1",
            r"SSH0: protocol version id is - SSH-2\.0-OpenSSH",
            r"SSH2 0: kex: client->server enc:\S+ mac:\S+",
            r"SSH2 0: kex: server->client enc:\S+ mac:\S+",
            r"SSH2 0: Using kex_algo = \S+",
            r"%SSH-5-SSH2_SESSION: SSH2 Session request from 127\.0\.0\.1 "
            r"\(tty = 0\) " + crypto + " Succeeded",
            r"SSH2 0: Using method = password",
            r"SSH2 0: Authenticating 'good' with method: password",
            r"SSH2 0: authentication failed for good",
            r"%SSH-5-SSH2_USERAUTH: User 'good' authentication for " + tty +
            " Failed", r"SSH0: session ended")
        client = w.attach("good:1", 1)
        expect_in_order(
            t, r"SSH2 0: authentication successful for good",
            r"%SSH-5-SSH2_USERAUTH: User 'good' authentication for " + tty +
            " Succeeded", r"SSH2 0: session of good on line 1")
        client.process.kill()
        t.expect(r"%SSH-5-SSH2_CLOSE: SSH2 Session from 127\.0\.0\.1 "
                 r"\(tty = 0\) for user 'good' " + crypto + " closed")
        # Of what a user typed for his name only a valid one is told.
        w.ssh("ev!l " + PASSWORDS[2], password=PASSWORDS[0])
        t.expect(r"Authenticating '\(invalid\)'")
        t.expect(r"SSH0: session ended")
        t.send("\r")
        t.expect(r"#$")
        assert "turned off" in command(t, "undebug all")
        log = w.log()
        assert "SSH2 0: authentication successful for good" in log
        # Dropbear's own last words name the user as he was typed.
        told = "".join(line for line in log.splitlines(True)
                       if "sshd: Exit before auth" not in line)
        for secret in PASSWORDS:
            assert secret not in told, secret
        w.attach("good:2", 2)
        t.expect("%SSH-5-SSH2_USERAUTH")
        assert "SSH2 0: auth" not in w.log()[len(log):]
        t.sendline("terminal no monitor")
        t.sendline("exit")
        t.expect(pexpect.EOF)


def test_a_connection_is_ended_by_its_number():
    with DaemonWorld() as w:
        t = terminal(w)
        clients = [w.attach(f"good:{n}", n) for n in (1, 2)]

        def connections():
            return re.findall(r"^(\d+) +2\.0 +IN +\S+ +\S+ +Session started +"
                              r"good\r$", command(t, "show ssh"), re.M)
        first, second = connections()
        assert command(t, f"disconnect ssh {first}") == ""
        status, _, _ = clients[0].finish()
        assert status != 0
        wait_for(lambda: connections() == [second], what="end of the first")
        assert clients[1].process.poll() is None
        clients[1].send(b"still there\n")
        assert command(t, f"disconnect ssh {first}") != ""
        assert command(t, f"disconnect ssh vty {second}") == ""
        clients[1].finish()
        wait_for(lambda: not connections(), what="end of the second")
        t.sendline("exit")
        t.expect(pexpect.EOF)


def copy(w, user, *arguments):
    environment = dict(os.environ, PASSWORD="secret", DISPLAY=":none",
                       ASKED=f"{w.directory}/asked", SSH_ASKPASS=w.askpass,
                       SSH_ASKPASS_REQUIRE="force")
    return subprocess.run(
        ["scp", "-O", "-F", "none", "-P", str(w.port),
         "-o", f"UserKnownHostsFile={w.known_hosts}",
         "-o", "HostKeyAlias=vtymux", *arguments, f"{user}@127.0.0.1:"
         f"{w.directory}/copied"], env=environment, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=60, start_new_session=True)


def test_copies_are_told():
    with DaemonWorld(config="ip scp server enable\n") as w:
        t = terminal(w)
        assert "Incoming SCP debugging is on" in command(t, "debug ip scp")
        command(t, "terminal monitor")
        assert copy(w, "good", "/etc/hostname").returncode
        peer = r"127\.0\.0\.1:\d+\]"
        path = re.escape(f"{w.directory}/copied")
        t.expect(rf"SCP: \[{w.port} <- {peer} recv scp -t {path}")
        t.expect(rf"SCP: \[{w.port} -> {peer} send <Privilege denied\.>")
        result = copy(w, "lab", "/etc/hostname")
        assert result.returncode == 0, result.stderr
        t.expect(rf"SCP: \[{w.port} <- {peer} recv scp -t {path}")
        t.expect(rf"SCP: \[{w.port} -> {peer} send <exit status 0>")
        w.ssh("lab", "scp -t /tmp; echo hidden-word")
        t.expect(r"recv scp -t /tmp\r")
        wait_for(lambda: "exit status" in w.log().rsplit("recv scp", 1)[1])
        assert "hidden-word" not in w.log()


if __name__ == "__main__":
    run("debug", [v for k, v in list(globals().items())
                  if k.startswith("test_")])
