#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The SSH server on a whole system: upgrades, keys, host keys, the banner."""
import contextlib
import os
import re
import subprocess
import tempfile

from itest import (PORT, Uart, attribute, connect, equal, guest, guest_status,
                   main, test, wait, wait_idle)

CONFIG = "/etc/vtymux/startup-config"


def table():
    """{line: user} of the open sessions in the daemon's table."""
    guest("journalctl --rotate -q; journalctl --vacuum-time=1s -q; "
          "systemctl kill -s USR1 --kill-whom=main vtymuxd")
    text = []

    def dumped():
        text[:] = [guest("journalctl --sync; journalctl -q -o cat -u vtymuxd")]
        return re.search(r"^\d+ sessions$", text[0], re.M)
    wait(dumped, 30, "dump of the table")
    return {int(m[2]): m[1] for m in re.finditer(
        r"session \d+: open, user (\S+),.* line (\d+), from", text[0])}


@contextlib.contextmanager
def configuration(text):
    guest(f"cp {CONFIG} /tmp/config.saved; cat - /tmp/config.saved >{CONFIG}; "
          "systemctl reload vtymuxd", data=text.encode())
    try:
        yield
    finally:
        guest(f"cp /tmp/config.saved {CONFIG}; systemctl reload vtymuxd")


def talk(ssh, uart, word):
    ssh.send(b"to-" + word)
    uart.received.wait_for(b"to-" + word)
    uart.send(b"from-" + word)
    ssh.out.wait_for(b"from-" + word)


@test("a restarted daemon knows the sessions of the one before and can clear them")
def upgrade():
    with Uart(1) as one, Uart(2) as two:
        first, second = connect(1), connect(2)
        equal(table(), {1: "lab", 2: "lab"})
        for how in ("restart", "kill -s KILL --kill-whom=main"):
            guest(f"systemctl {how} vtymuxd")
            wait(lambda: guest_status("systemctl is-active -q vtymuxd") == 0,
                 60, "new daemon")
            wait(lambda: table() == {1: "lab", 2: "lab"}, 60, "adopted sessions")
            talk(first, one, b"more")
            one.clear()
        guest("systemctl reload vtymuxd")
        talk(second, two, b"again")
        first.close()
        wait(lambda: table() == {2: "lab"}, 60, "end of an adopted session")
        second.close()
    wait_idle(1)
    wait_idle(2)
    wait(lambda: not guest("pgrep -x vtymux-monitor || true"), 60, "no monitor")


def session(key, user, *command):
    """Logs in with a key alone; returns the client when it has ended."""
    return subprocess.run(
        ["ssh", "-F", "none", "-p", str(PORT), "-l", user, "-i", key,
         "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none",
         "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
         "-o", "LogLevel=ERROR", "-o", "PreferredAuthentications=publickey",
         "127.0.0.1", *command], stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=180, check=False)


def login(key):
    """What the server says to line 9 for a key."""
    return session(key, "lab:9").stderr


@test("public keys of the configuration and of an account in a closed home")
def keys():
    with tempfile.TemporaryDirectory() as directory:
        key = os.path.join(directory, "key")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key],
                       check=True)
        with open(key + ".pub") as f:
            public = f.read()
        attribute(9, "transport_input", "none")
        refusal = "% Line 9: transport input does not allow ssh"
        assert "Permission denied" in login(key), "before"
        with configuration("ip ssh pubkey-chain\nusername lab\nkey-string\n"
                           f"{public}exit\n"):
            assert refusal in login(key), "configured key"
        assert "Permission denied" in login(key), "after"
        with configuration("username keyed privilege 15\nip ssh pubkey-chain\n"
                           f"username keyed\nkey-string\n{public}exit\n"):
            done = session(key, "keyed", "show privilege")
            equal((done.returncode, done.stdout),
                  (0, "Current privilege level is 15\n"), done.stderr)
        done = session(key, "keyed", "show privilege")
        assert "Permission denied" in done.stderr, done.stderr
        guest("install -d -o lab -g lab -m 700 ~lab ~lab/.ssh; "
              "cat >~lab/.ssh/authorized_keys; "
              "chown lab: ~lab/.ssh/authorized_keys; "
              "chmod 600 ~lab/.ssh/authorized_keys", data=public.encode())
        try:
            assert refusal in login(key), "authorized_keys"
            guest("chmod 666 ~lab/.ssh/authorized_keys")
            assert "Permission denied" in login(key), "writable for others"
        finally:
            guest("rm -r ~lab/.ssh; chmod 755 ~lab")


@test("a banner comes before the login")
def banner():
    with configuration("banner login #\nNo trespassing.\n#\n"):
        said = subprocess.run(
            ["ssh", "-F", "none", "-p", str(PORT), "-l", "lab:1",
             "-o", "StrictHostKeyChecking=no",
             "-o", "UserKnownHostsFile=/dev/null",
             "-o", "PreferredAuthentications=none", "127.0.0.1"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=180, check=False).stderr
        assert "No trespassing." in said, said


@test("keys are made with a name only, and the last one's end is that of SSH")
def crypto():
    def crypto(words):
        return guest("/usr/libexec/vtymux/vtymux-crypto " + words + " 2>&1; true")

    def listening():
        return ":2200" in guest("ss -Hltn")

    guest("mkdir /tmp/keys; cp -p /etc/vtymux/ssh_host_* /tmp/keys")
    try:
        crypto("key zeroize")
        wait(lambda: not listening(), 30, "closed port")
        equal(crypto("key generate ed25519"),
              "% Please define a domain-name first.\n")
        with configuration("hostname sw_1\nip domain-name lab_net\n"):
            text = crypto("key generate ed25519")
            assert "The name for the keys will be: sw_1.lab_net" in text, text
            wait(listening, 30, "open port")
            assert "already" in crypto("key generate ed25519")
    finally:
        guest("rm -f /etc/vtymux/ssh_host_*; mv /tmp/keys/* /etc/vtymux; "
              "rmdir /tmp/keys")
    wait(listening, 30, "open port")


main()
