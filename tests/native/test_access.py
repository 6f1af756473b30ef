#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Access lists: who gets a banner, which lines take whom. Peers are addresses
of the loopback interface."""
import os
import signal
import socket
import subprocess

from daemon import DaemonWorld, free_port
from world import BUILD, run, wait_for

ONE, TWO, THREE = "127.0.0.1", "127.0.0.2", "127.0.0.3"
BIND = "BindAddress="


def connect(w, source, host="127.0.0.1", port=None):
    s = socket.socket(socket.AF_INET6 if ":" in source else socket.AF_INET)
    s.settimeout(20)
    s.bind((source, 0))
    s.connect((host, port or w.port))
    return s


def banner(w, source, **where):
    """What a connection from that address is sent first."""
    with connect(w, source, **where) as s:
        try:
            return s.recv(8)
        except ConnectionResetError:
            return b""


def comes_in(w, source, **where):
    got = banner(w, source, **where)
    assert got in (b"", b"SSH-2.0-"), got
    return got == b"SSH-2.0-"


def configure(w, text):
    done = subprocess.run([f"{BUILD}/test/vtymux"], env=w.environment,
                          input=f"configure terminal\n{text}\nend\n",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=30)
    assert "Invalid" not in done.stdout, done.stdout
    return done.stdout


def refused(result, text):
    status, out, err = result
    assert (status, out, err) == (1, b"", text + "\r\n"), result


VTYS = """access-list 10 permit 127.0.0.1
line vty 0 15
 access-class 10 in
"""


def test_who_is_denied_gets_no_banner():
    with DaemonWorld(VTYS) as w:
        assert not comes_in(w, TWO)
        assert comes_in(w, ONE)
        assert not w.lines[6].claims, "only the one that came in has a vty"
        refusals = [l for l in w.log().splitlines() if "refused" in l]
        assert len(refusals) == 1 and f"from {TWO} " in refusals[0] and \
            refusals[0].endswith("access list 10, no entry"), refusals
        w.attach("good:1", 1)
        # A flood of them is a few lines in the log.
        for _ in range(40):
            assert not comes_in(w, TWO)
        refusals = [l for l in w.log().splitlines() if " refused: " in l]
        assert 1 <= len(refusals) <= 5, refusals
        assert len(w.monitors()) == 1


def test_first_entry_decides_and_is_named():
    with DaemonWorld("""ip access-list standard MGMT
 10 deny host 127.0.0.2
 20 permit 127.0.0.0 0.255.255.255 log
line vty 0 15
 access-class MGMT in
""") as w:
        assert not comes_in(w, TWO)
        assert "refused: access list MGMT, entry 10" in w.log()
        assert comes_in(w, THREE)
        assert f"access list MGMT, entry 20 permitted {THREE} " in w.log()


def test_it_holds_at_once_and_over_restarts():
    with DaemonWorld(VTYS) as w:
        stays = w.attach("good:1", 1)
        configure(w, "no access-list 10\naccess-list 10 deny 127.0.0.1\n"
                  "access-list 10 permit any")
        assert comes_in(w, TWO) and not comes_in(w, ONE)
        for signo in (signal.SIGTERM, signal.SIGKILL):
            w.restart(signo)
            wait_for(lambda: any(row[2] == 1 for row in w.table().values()),
                     what="adopted session")
            assert comes_in(w, TWO) and not comes_in(w, ONE)
        stays.send(b"still")
        assert w.lines[1].read(5) == b"still", "a session that was there"
        w.daemon.send_signal(signal.SIGHUP)     # the start-up configuration
        wait_for(lambda: comes_in(w, ONE), what="the first list")
        assert not comes_in(w, TWO)
        configure(w, "line vty 0 15\nno access-class 10 in")
        assert comes_in(w, TWO) and comes_in(w, ONE)


def owners(w):
    """Addresses that virtual lines are claimed for, by relative number."""
    found = {}
    for n in range(w.lines.virtual):
        owner = w.lines[w.lines.first_virtual + n].get("owner")
        if owner:
            found[n] = owner.rsplit("@", 1)[1]
    return found


def test_vtys_differ():
    """A connection takes the first free vty whose list permits it."""
    with DaemonWorld("""access-list 10 permit 127.0.0.1
access-list 11 permit 127.0.0.2
line vty 0 1
 access-class 10 in
line vty 2 3
 access-class 11 in
line vty 4 15
 access-class 10 in
""") as w:
        held = [connect(w, TWO), connect(w, TWO)]
        assert [s.recv(4) for s in held] == [b"SSH-"] * 2
        assert owners(w) == {2: TWO, 3: TWO}
        assert not comes_in(w, TWO)
        wait_for(lambda: "no free vty" in w.log(), what="refusal in the log")
        assert not comes_in(w, THREE)
        more = [connect(w, ONE) for _ in range(3)]
        assert [s.recv(4) for s in more] == [b"SSH-"] * 3
        assert owners(w) == {0: ONE, 1: ONE, 2: TWO, 3: TWO, 4: ONE}
        for s in held + more:
            s.close()


def test_reserved_vtys_have_lists_too():
    """Of the two vtys that permit the peer the last is reserved."""
    with DaemonWorld("""vty reserve 1
access-list 11 permit 127.0.0.2
line vty 0 13
 access-class 11 in
""") as w:
        w.attach("good:1", 1)
        assert owners(w) == {14: ONE}
        refused(w.ssh("good:2"), "% No free vty")
        w.attach("lab:2", 2)     # privilege 15
        assert owners(w) == {14: ONE, 15: ONE}
        assert not comes_in(w, ONE)
        w.attach("good:3", 3, options=[BIND + TWO])
        assert owners(w)[0] == TWO
        assert "line vty 14 has no access-class" in w.log()


def test_lists_that_say_little():
    """None: everybody, and a warning; an empty or an extended one: nobody."""
    with DaemonWorld("""ip access-list standard EMPTY
access-list 100 permit tcp any any
line vty 0 15
 access-class NONE in
""") as w:
        assert comes_in(w, ONE)
        assert "do not exist and permit everybody: NONE" in w.log()
        for name, note in (("EMPTY", "nobody is permitted"),
                           ("100", "cannot be evaluated here"),
                           ("NONE", "everybody is permitted")):
            said = configure(w, f"line vty 0 15\naccess-class {name} in")
            assert note in said, said
            assert comes_in(w, ONE) == (name == "NONE"), name


def test_ipv6():
    port = free_port()
    with DaemonWorld(f"ip ssh listen ::1 port {port}\n"
                     "access-list 10 deny any\n"
                     "line vty 0 15\n access-class 10 in\n") as w:
        there = {"host": "::1", "port": port}
        assert not comes_in(w, ONE)
        assert comes_in(w, "::1", **there), "a list of IPv4 says nothing"
        configure(w, "ipv6 access-list V6\npermit ipv6 2001:db8::/32 any\n"
                  "line vty 0 15\nipv6 access-class V6 in")
        assert not comes_in(w, "::1", **there)
        assert "from ::1 " in w.log()
        configure(w, "ipv6 access-list V6\n5 permit ipv6 host ::1 any")
        assert comes_in(w, "::1", **there)
        assert not comes_in(w, ONE)


def test_lines():
    with DaemonWorld("""access-list 10 permit 127.0.0.1
line 1
 access-class 10 in
""") as w:
        text = "% Line 1: access-class does not allow this address"
        two = {"options": [BIND + TWO]}
        refused(w.ssh("good:1", **two), text)
        refused(w.ssh("good:1", "x", **two), text)
        for target in ("watch1", "steal1"):
            refused(w.ssh("lab:" + target, **two), text)
        assert w.lines[1].claims == 0
        assert f"line 1: {TWO} refused: access list 10" in w.log()
        w.attach("good:2", 2, **two)
        first = w.attach("good:1", 1)
        # Now, for sessions to come; not for the one that is there.
        configure(w, "no access-list 10\naccess-list 10 permit 127.0.0.2")
        first.process.kill()
        wait_for(lambda: w.lines[1].connection is None, what="free line")
        refused(w.ssh("good:1"), text)
        w.restart()
        refused(w.ssh("good:1"), text)
        w.attach("good:1", 1, **two)


def test_rotary_leaves_out_lines():
    with DaemonWorld("""access-list 10 permit 127.0.0.1
access-list 11 permit 127.0.0.2
line 1
 access-class 10 in
line 2
 access-class 11 in
""") as w:
        for n in (1, 2, 3):
            w.lines[n].set("rotary", "7")
        two = {"options": [BIND + TWO]}
        refused(w.ssh("good:rotary7", "x", **two),
                "% Line 2: commands are not possible")
        w.attach("good:rotary7", 2, **two)
        w.attach("good:rotary7", 3, **two)
        refused(w.ssh("good:rotary7", **two), "% No free line in rotary 7")
        w.attach("good:rotary7", 1)
        refused(w.ssh("good:rotary7"), "% No free line in rotary 7")


def test_order_of_refusals():
    with DaemonWorld("""access-list 10 deny any
line 1
 access-class 10 in
 allow user nobody
""") as w:
        refused(w.ssh("good:1"),
                "% Line 1: access-class does not allow this address")
        w.lines[1].set("transport_input", "none")
        refused(w.ssh("good:1"),
                "% Line 1: transport input does not allow ssh")
        path = f"{w.directory}/run/lines"
        with open(path) as f:
            text = f.read()
        assert "class 1 ip 10\n" in text, text
        w.lines[1].set("transport_input", "ssh")
        # A file that is not whole admits nobody.
        with open(path + ".new", "w") as f:
            f.write(text.replace("deny any", "deny"))
        os.rename(path + ".new", path)
        refused(w.ssh("good:1"), "% Line 1: not authorized")


if __name__ == "__main__":
    run("access", [v for k, v in list(globals().items())
                   if k.startswith("test_")])
