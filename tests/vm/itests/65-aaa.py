#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""AAA on the switch: a RADIUS server on the host, a login list for one line,
a user that no passwd file knows, and records of his session; the same inside
TLS."""
import os
import sys
import tempfile

from itest import (HERE, Ssh, Uart, attribute, connect, equal, guest, main,
                   test, wait, wait_idle)

sys.path.insert(0, os.path.join(HERE, "../../aaa"))
from servers import Radius, attr, avpair    # noqa: E402
from tls import Certificates, RadSec        # noqa: E402

HOST = "10.0.2.2"       # the host's loopback, as the guest sees it
CONF = "/etc/vtymux/startup-config"
dead = []


def behave(q):
    if dead:
        return []
    if q.code == 4:
        return q.reply(5, sign=False)
    return q.reply(2, attr(25, "class"), avpair("shell:priv-lvl=7")) \
        if q.password() == "far" else q.reply(3)


SERVER = Radius(behave)
CERTIFICATES = Certificates(tempfile.mkdtemp(prefix="vtymux-tls-"))
CERTIFICATES.issue("server", san="DNS:radius.example")
CERTIFICATES.issue("switch")
SECURE = RadSec(behave, CERTIFICATES.context("server", client=True))
FILES = "/etc/vtymux/tls"
TEXT = f"""aaa new-model
username emergency secret last
username op privilege 15 secret opsecret
radius server r
 address ipv4 {HOST} auth-port {SERVER.port} acct-port {SERVER.port}
 key testing123
 timeout 10
 retransmit 0
radius server s
 address ipv4 {HOST}
 timeout 30
 tls port {SECURE.port}
 tls ca {FILES}/ca.pem
 tls match-server-identity hostname radius.example
 tls certificate {FILES}/switch.pem key {FILES}/switch.key
aaa group server radius PLAIN
 server name r
aaa group server radius SECURE
 server name s
aaa authentication login CONSOLES group PLAIN local
aaa authentication login SECURE group SECURE local
aaa authorization exec default group PLAIN local
aaa accounting connection default start-stop group PLAIN
"""


def configure(text):
    guest(f"cat >{CONF}.new; cp -a {CONF} {CONF}.aaa; cat {CONF} {CONF}.new "
          f">{CONF}.all; cat {CONF}.all >{CONF}; systemctl reload vtymuxd",
          data=text.encode())


def change(what, by):
    guest(f"sed 's/{what}/{by}/' {CONF} >{CONF}.new; cat {CONF}.new >{CONF}; "
          "systemctl reload vtymuxd")


def install_files():
    guest(f"mkdir -m 700 -p {FILES}")
    for name in ("ca.pem", "switch.pem", "switch.key"):
        with open(f"{CERTIFICATES.directory}/{name}", "rb") as f:
            guest(f"umask 077; cat >{FILES}/{name}", data=f.read())


def denied(user, password):
    with Ssh(user, password=password) as ssh:
        status, _, err = ssh.finish(200)
    assert status == 255, (status, err)
    assert "Permission denied" in err or "authentication fail" in err, err


def records():
    return [q for q in SERVER.seen if q.code == 4]


@test("a user of a RADIUS server alone reaches a line whose list asks it")
def radius_user():
    guest("! getent passwd remote-only")
    with Uart(1) as uart, connect(1, "remote-only", password="far") as ssh:
        ssh.send(b"ping")
        uart.received.wait_for(b"ping")
        uart.send(b"pong.pong")
        ssh.out.wait_for(b"pong.pong")
        wait(records, 30, "start record")
    wait_idle(1)
    q = next(q for q in SERVER.seen if q.code == 1)
    equal((q.get(1), q.number(5), q.get(87)), (b"remote-only", 1, b"tty1"))
    assert q.is_signed()


@test("start and stop of it come to the server, with bytes and cause")
def accounting():
    wait(lambda: len(records()) >= 2, 60, "stop record")
    begin, end = records()[:2]
    equal((begin.number(40), end.number(40)), (1, 2))
    equal(begin.get(44), end.get(44))
    equal((end.number(42), end.number(43)), (4, 9), "bytes in and out")
    equal(end.all(25), [b"class"])
    assert end.number(49) == 1, end.attrs


@test("no other line asks it")
def other_line():
    count = len(SERVER.seen)
    denied("remote-only:2", "far")
    equal(len(SERVER.seen), count)


@test("a rejection is final, silence leads to the local user")
def fall_through():
    denied("emergency:1", "last")
    dead.append(True)
    try:
        with Uart(1), connect(1, "emergency", password="last"):
            pass
        wait_idle(1)
        denied("emergency:1", "wrong")
    finally:
        dead.clear()


@test("inside TLS, records too; a CA that is none is no way to local")
def radsec():
    install_files()
    attribute(1, "login_authentication", "SECURE")
    change("start-stop group PLAIN", "start-stop group SECURE")
    try:
        with Uart(1), connect(1, "remote-only", password="far"):
            pass
        wait_idle(1)
        wait(lambda: [q.number(40) for q in SECURE.seen if q.code == 4 and
                      q.get(1) == b"remote-only"] == [1, 2], 120, "records")
        assert all(q.is_signed() for q in SECURE.seen)
        guest(f"echo >{FILES}/ca.pem")
        denied("emergency:1", "last")
    finally:
        attribute(1, "login_authentication", "CONSOLES")
        change("start-stop group SECURE", "start-stop group PLAIN")
    log = guest("journalctl --no-pager | tail -n 400")
    assert "no certificate in the file of the CA" in log, log[-3000:]


@test("what asks servers is not root")
def exchange():
    log = guest("journalctl -u vtymuxd --no-pager | tail -n 400")
    assert "logged in from" in log and "by radius" in log, log[-2000:]
    assert "no answer" in log, log[-2000:]
    equal(guest("stat -c '%U %a' /run/vtymux/pam.d/").strip(), "root 700")


def confined(pid):
    rows = dict(r.split(":\t", 1) for r in
                guest(f"cat /proc/{pid}/status").splitlines() if ":\t" in r)
    equal(rows["Uid"].split(), [guest("id -u vtymux-exec").strip()] * 4)
    for which in ("Inh", "Prm", "Eff", "Bnd", "Amb"):
        equal(int(rows[f"Cap{which}"], 16), 0, which)
    equal((rows["NoNewPrivs"], rows["Seccomp"]), ("1", "2"))
    mounts = guest(f"cat /proc/{pid}/mounts").splitlines()
    root = [m.split()[3].split(",")[0] for m in mounts if m.split()[1] == "/"]
    equal(root[-1], "ro", "its root")
    equal(guest("stat -c %U /dev/vty201"), "root\n", "its terminal")
    assert "vtymux.slice/vtymux-" in guest(f"cat /proc/{pid}/cgroup")


@test("EXEC without an account: the command line, confined, never a shell")
def command_line():
    with Ssh("op", password="opsecret", options=["-tt"]) as ssh:
        ssh.out.wait_for(b"#", 120)
        confined(guest("pgrep -n -x vtymux").strip())
        assert " op " in guest("vtymux show users")
        equal(guest("who"), "", "utmp")
        ssh.send(b"show privilege\r")
        ssh.out.wait_for(b"level is 15\r\n")
        ssh.send(b"terminal length 0\rshow line 1\rexit\r")
        status, out, err = ssh.finish(60)
        equal(status, 0, err)
        assert b"Line 1" in out or b"tty1" in out or b"1 tty" in out, out
    attribute(201, "login_authentication", "CONSOLES")
    try:
        for command, status, want in (("show privilege", 0, b"level is 7\n"),
                                      ("id; id", 1, b"Invalid input")):
            with Ssh("remote-only", command, password="far") as ssh:
                got, out, err = ssh.finish(200)
            assert got == status and want in out, (got, out, err)
    finally:
        attribute(201, "login_authentication", "default")
    wait(lambda: not guest("systemctl list-units --plain --no-legend "
                           "'vtymux-[0-9]*'"), 60, "end of the units")


configure(TEXT)
attribute(1, "login_authentication", "CONSOLES")
try:
    main()
finally:
    attribute(1, "login_authentication", "default")
    guest(f"cat {CONF}.aaa >{CONF}; systemctl reload vtymuxd")
