#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Levels that servers give, copies that need them, and servers that die: on
the switch, with servers on the host."""
import os
import subprocess
import sys
import tempfile
import time

from itest import (HERE, PASSWORD, PORT, Uart, askpass, attribute, connect,
                   equal, guest, main, test, wait, wait_idle)
from switch import configuration

sys.path.insert(0, os.path.join(HERE, "../../aaa"))
from servers import Radius, Tacacs, avpair      # noqa: E402

HOST = "10.0.2.2"       # the host's loopback, as the guest sees it
dead, refusing = [], []
level = {"radius": 15, "tacacs+": 15}
asked = []      # (server, when)


def behave(q):
    if q.code == 1:
        asked.append(("r", time.monotonic()))
    if dead:
        return []
    if q.code == 4:
        return q.reply(5, sign=False)
    return q.reply(2, avpair(f"shell:priv-lvl={level['radius']}")) \
        if q.password() == "far" else q.reply(3)


def behave_second(q):
    asked.append(("s", time.monotonic()))
    return q.reply(2) if q.password() == "far" else q.reply(3)


def behave_tacacs(x):
    request = x.request()
    if refusing:
        return      # the connection ends in the middle
    assert "service=shell" in request["args"], request
    x.author(1, f"priv-lvl={level['tacacs+']}")


SERVER = Radius(behave)
SECOND = Radius(behave_second)
TACACS = Tacacs(behave_tacacs)
TEXT = f"""aaa new-model
radius server r
 address ipv4 {HOST} auth-port {SERVER.port} acct-port {SERVER.port}
 key testing123
 timeout 10
 retransmit 0
radius server s
 address ipv4 {HOST} auth-port {SECOND.port} acct-port {SECOND.port}
 key testing123
 timeout 10
aaa group server radius ONE
 server name r
aaa group server radius BOTH
 server name r
 server name s
 deadtime 5
tacacs server t
 address ipv4 {HOST}
 port {TACACS.port}
 key testing123
 timeout 30
ip scp server enable
aaa authentication login FAR group ONE
aaa authentication login PAIR group BOTH
aaa authorization exec RADIUS group ONE
aaa authorization exec TACACS group tacacs+
aaa accounting connection default start-stop group ONE
aaa accounting connection NOT none
line 2
 accounting connection NOT
"""


def records():
    return [q for q in SERVER.seen if q.code == 4]


def scp(password):
    with tempfile.TemporaryDirectory() as d:
        env = dict(os.environ, SSH_ASKPASS=askpass(), DISPLAY="none",
                   SSH_ASKPASS_REQUIRE="force", ITEST_PASSWORD=password)
        r = subprocess.run(
            ["scp", "-O", "-F", "none", "-P", str(PORT),
             "-o", "ConnectTimeout=60", "-o", "StrictHostKeyChecking=no",
             "-o", "LogLevel=ERROR", "-o", "UserKnownHostsFile=/dev/null",
             "-o", "NumberOfPasswordPrompts=1",
             "lab@127.0.0.1:/etc/hostname", f"{d}/x"],
            env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=240, start_new_session=True, check=False)
        return r.returncode, r.stderr + r.stdout, os.path.exists(f"{d}/x")


def exec_lists(login, authorization):
    """For all EXEC sessions, as their virtual lines name them."""
    guest("vtymux", data=f"""configure terminal
line vty 0 15
login authentication {login}
{authorization}
end
""".encode())


def check_copy(kind, password):
    level[kind] = 15
    equal(scp(password), (0, "", True), f"level 15 by {kind}")
    level[kind] = 1
    status, said, copied = scp(password)
    assert status and not copied and "Privilege denied." in said, said


@test("privilege 15 of a TACACS+ server opens SCP, 1 does not, silence neither")
def scp_by_tacacs():
    exec_lists("default", "authorization exec TACACS")
    try:
        check_copy("tacacs+", PASSWORD)
        level["tacacs+"] = 15
        refusing.append(True)
        status, said, copied = scp(PASSWORD)
        assert status and not copied, said
    finally:
        refusing.clear()
        exec_lists("default", "no authorization exec")
    equal(TACACS.errors, [])


@test("privilege 15 of a RADIUS server opens SCP, 1 does not")
def scp_by_radius():
    exec_lists("FAR", "authorization exec RADIUS")
    try:
        check_copy("radius", "far")
        status, said, copied = scp(PASSWORD)    # only the server's counts
        assert status and not copied, said
    finally:
        exec_lists("default", "no authorization exec")


@test("servers are asked in their order; a dead one for its deadtime no more")
def fail_over():
    attribute(2, "login_authentication", "PAIR")
    dead.append(True)
    try:
        for order in (["r", "s"], ["s"]):
            del asked[:]
            with Uart(2), connect(2, "remote-only", password="far"):
                pass
            wait_idle(2)
            equal([n for n, _ in asked], order)
            if len(order) == 2:
                waited = asked[1][1] - asked[0][1]
                assert 9 < waited < 14, waited      # timeout x (0 + 1)
    finally:
        dead.clear()
        attribute(2, "login_authentication", "default")


@test("records of a session whose server dies in the middle come later")
def death_in_the_middle():
    count = len(records())
    with Uart(1), connect(1, "remote-only", password="far"):
        wait(lambda: len(records()) > count, 60, "start record")
        wait(lambda: not guest("ls /run/vtymux/accounting").split(), 60,
             "start taken")
        count = len(records())
        dead.append(True)
    wait_idle(1)
    try:
        wait(lambda: len(records()) > count, 60, "a try")
    finally:
        dead.clear()
    wait(lambda: not guest("ls /run/vtymux/accounting").split(), 200,
         "stop taken")
    equal(records()[-1].number(40), 2)


try:
    with configuration(TEXT):
        attribute(1, "login_authentication", "FAR")
        main()
finally:
    attribute(1, "login_authentication", "default")
