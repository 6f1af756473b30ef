#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Lists of AAA from a configuration to a line: OpenSSH clients, the monitor,
our PAM modules, vtymux-exchange and a RADIUS server that tests control."""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "../aaa"))
from servers import Radius, Tacacs, attr, avpair     # noqa: E402
from tls import Certificates, RadSec                 # noqa: E402
from world import BUILD, World, run                  # noqa: E402

LOCAL = "username emergency privilege 15 secret secret\n"


def config(server):
    return LOCAL + f"""aaa new-model
radius server r
 address ipv4 127.0.0.1 auth-port {server.port} acct-port {server.port}
 key testing123
 timeout 5
 retransmit 0
aaa authentication login CONSOLES group radius local
"""


def aaa_world(text, **options):
    w = World(**options)
    path = f"{w.directory}/etc/startup-config"
    with open(path, "w") as f:
        f.write(text)
    os.symlink(f"{BUILD}/test/aaa/vtymux-exchange",
               f"{w.directory}/libexec/vtymux-exchange")
    subprocess.run([f"{BUILD}/test/aaa/compile_conf", path], check=True,
                   env=dict(w.environment,
                            VTYMUX_LIBEXECDIR=f"{BUILD}/test/aaa"))
    for line in (1, 2):
        w.lines[line].set("transport_input", "ssh")
    w.lines[1].set("login_authentication", "CONSOLES")
    return w


def denied(result):
    status, _, err = result
    assert status == 255 and "Permission denied" in err, result


def by_password(q):
    return q.reply(2 if q.password() == "secret" else 3)


def test_radius_user_on_one_line_only():
    server = Radius(by_password)
    with aaa_world(config(server)) as w:
        w.attach("remote-only:1", 1).process.kill()
        q = server.seen[0]
        assert (q.get(1), q.number(5), q.get(87)) == \
            (b"remote-only", 1, b"tty1"), q.attrs
        assert "logged in from 127.0.0.1" in w.session().log()
        assert "by radius" in w.session().log()
        denied(w.ssh("remote-only:1", password="wrong"))
        count = len(server.seen)
        denied(w.ssh("remote-only:2"))      # that line has list `default`
        assert len(server.seen) == count


def test_a_reject_is_no_way_to_local():
    server = Radius(lambda q: q.reply(3))
    with aaa_world(config(server)) as w:
        denied(w.ssh("emergency:1"))
        assert len(server.seen) == 1


def test_radius_inside_tls():
    """A certificate that is not good is silence, a file that is no use is
    not: then nothing follows."""
    def inside(server):
        return config(server) + f"""radius server r
 no key
 tls port {server.port}
 tls ca {certs.path("ca")}
"""

    with tempfile.TemporaryDirectory() as directory:
        certs = Certificates(directory)
        server = RadSec(by_password, certs.context(certs.issue("server")))
        with aaa_world(inside(server)) as w:
            w.attach("remote-only:1", 1).process.kill()
            assert "by radius" in w.session().log()
            denied(w.ssh("remote-only:1", password="wrong"))
            denied(w.ssh("emergency:1", password="last"))
            assert len(server.seen) == 3
            open(certs.path("ca"), "w").close()
            denied(w.ssh("emergency:1"))
            assert len(server.seen) == 3
        certs = Certificates(directory)     # another CA
        with aaa_world(inside(server)) as w:
            w.attach("emergency:1", 1).process.kill()
            assert "by local" in w.session().log()
            assert len(server.seen) == 3


def test_a_dead_server_is():
    server = Radius(lambda q: [])
    with aaa_world(config(server)) as w:
        w.attach("emergency:1", 1).process.kill()
        assert "by local" in w.session().log()
        denied(w.ssh("emergency:1", password="wrong"))
        denied(w.ssh("remote-only:1"))


def test_challenge():
    server = Radius(lambda q: q.reply(11, attr(24, "s"), attr(18, "Token: "))
                    if q.get(24) is None else
                    q.reply(2 if q.password() == "42" else 3))
    with aaa_world(config(server)) as w:
        options = {"methods": "keyboard-interactive"}
        w.attach("remote-only:1", 1, **options).process.kill()
        denied(w.ssh("remote-only:1", token="41", **options))
        denied(w.ssh("remote-only:1"))      # the password method has no place


def test_reverse_access_of_a_server():
    server = Radius(lambda q: q.reply(2, avpair("raccess:port#1=sw/tty2")))
    text = config(server).replace("CONSOLES", "default") + \
        "aaa authorization reverse-access default group radius\n"
    with aaa_world(text) as w:
        w.lines[1].set("login_authentication", "default")
        for line in (1, 2):
            w.lines[line].set("rotary", "7")
        status, _, err = w.ssh("remote-only:1")
        assert status == 1 and "% Line 1: not authorized" in err, err
        assert w.lines[1].claims == 0
        w.attach("remote-only:2", 2).process.kill()
        w.attach("remote-only:rotary7", 2).process.kill()


def test_reverse_access_by_tacacs():
    servers = {"allowed": "port#1=tty1"}

    def behave(x):
        user = x.request()["user"]
        x.author(1, servers[user]) if user in servers else x.author(0x10)

    tacacs = Tacacs(behave)
    text = config(Radius(by_password)) + f"""tacacs server t
 address ipv4 127.0.0.1
 port {tacacs.port}
 key testing123
aaa authorization reverse-access default group tacacs+
"""
    with aaa_world(text) as w:
        w.attach("allowed:1", 1).process.kill()
        status, _, err = w.ssh("other:1")
        assert status == 1 and "% Line 1: not authorized" in err, err


def test_reverse_access_of_a_line():
    """Its own list, which need not be that of others; `default` for one that
    is not defined. Of a rotary group only members with the same one count."""
    server = Radius(lambda q: q.reply(2, avpair("raccess:port#1=sw/tty2")))
    text = config(server).replace("CONSOLES", "default") + """\
aaa authorization reverse-access default none
aaa authorization reverse-access BY-SERVER group radius
line 1
 authorization reverse-access BY-SERVER
line 2
 authorization reverse-access NO-SUCH
"""
    with aaa_world(text) as w:
        w.lines[1].set("login_authentication", "default")
        for line in (1, 2):
            w.lines[line].set("rotary", "7")
        status, _, err = w.ssh("remote-only:1")
        assert status == 1 and "% Line 1: not authorized" in err, err
        assert w.lines[1].claims == 0
        w.attach("remote-only:2", 2).process.kill()
        assert "line 2: authorization list NO-SUCH is not defined" in \
            w.session().log()
        # The group asks BY-SERVER, line 1's: line 2 has another list.
        status, _, err = w.ssh("remote-only:rotary7")
        assert status == 1 and "% No free line in rotary 7" in err, err


def test_broken_lists_of_lines_refuse():
    server = Radius(by_password)
    with aaa_world(config(server)) as w:
        with open(f"{w.directory}/run/line-lists", "w") as f:
            f.write("1 1 cut")
        status, _, err = w.ssh("remote-only:1")
        assert status == 1 and "% Line 1: not authorized" in err, err


def test_names_of_system_accounts():
    """Whatever a server says of them."""
    server = Radius(by_password)
    with aaa_world(config(server)) as w:
        denied(w.ssh("daemon:1"))
        assert "the name of a system account" in w.session().log()
        denied(w.ssh("root:1"))


if __name__ == "__main__":
    run("aaa", [f for n, f in list(globals().items())
                if n.startswith("test_")])
