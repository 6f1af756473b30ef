# SPDX-License-Identifier: GPL-2.0-only
"""RADIUS and TACACS+ inside TLS (RFC 6614, RFC 9887): who is believed, and
that nobody else is, whatever he sends."""
import os
import struct
import subprocess
import sys
import threading
import time

from bed import (AUTH_ERR, AUTHINFO_UNAVAIL, MODULES, SUCCESS, SYSTEM_ERR, Bed,
                 equal, run, tests_of)
from servers import (Radius, RadiusRequest, Tacacs, attr, by_password,
                     login_by_password)
from tls import V12, V13, Certificates, RadSec, Raw, in_pieces

PAP = 2
FAST = 10               # a time-out of 400 ms in the test build
KINDS = ("radius", "tacplus")


def start(kind, certs, name="server", **options):
    """A good server of a protocol."""
    context = certs.context(name, **options)
    if kind == "radius":
        return RadSec(by_password, context)
    return Tacacs(login_by_password, tls=context)


def ask(bed, kind, *lines, **options):
    bed.one(kind, *lines, **options)
    return bed.login()


def test_both_protocols():
    with Bed() as bed:
        certs = Certificates(bed.make("certificates"))
        certs.issue("server")
        for kind in KINDS:
            server = start(kind, certs)
            r = ask(bed, kind, certs.line(server.line()))
            equal(r.auth, SUCCESS, kind)
            equal(r.prompts, ["hidden Password: "])
            equal(bed.login(answers="wrong").auth, AUTH_ERR, kind)
            server.close()


def test_radius_fields():
    """The secret is "radsec", the reply needs no Message-Authenticator."""
    with Bed() as bed:
        certs = Certificates(bed.make("certificates"))
        certs.issue("server")
        server = RadSec(lambda q: q.reply(2, attr(136, 7), sign=False),
                        certs.context("server"))
        r = ask(bed, "radius", certs.line(server.line()))
        equal(r.auth, SUCCESS)
        equal(r.env, {"VTYMUX_PRIV": "7", "VTYMUX_SERVER": "r1"})
        q = server.seen[0]
        equal((q.code, q.get(1), q.password(), q.is_signed()),
              (1, b"lab", "secret", True))
        equal(q.get(4), b"\x7f\0\0\1")
        equal(server.versions, ["TLSv1.3"])
        equal(len(server.seen), 1, "repetitions")


def test_radius_challenges():
    """Each round is a connection of its own, with the State of the last."""
    def behave(q):
        if q.get(24) is None:
            return q.reply(11, attr(24, "one"), attr(18, "Token"))
        return q.reply(2 if q.get(24) == b"one" and q.password() == "42"
                       else 3)

    with Bed() as bed:
        certs = Certificates(bed.make("certificates"))
        certs.issue("server")
        server = RadSec(behave, certs.context("server"))
        bed.one("radius", certs.line(server.line()))
        equal(bed.login(answers="secret|42").auth, SUCCESS)
        equal(bed.login(answers="secret|43").auth, AUTH_ERR)
        equal(len(server.versions), 4)


def test_tacacs_fields():
    """RFC 9887 4: the flag is set and nothing is hidden, in all exchanges."""
    headers = []

    def login(x):
        start_fields = x.start()
        headers.append(x.header)
        x.reply(1 if start_fields[4] == "secret" else 2)

    def author(x):
        x.request()
        headers.append(x.header)
        x.author(1, "priv-lvl=15")

    with Bed() as bed:
        certs = Certificates(bed.make("certificates"))
        certs.issue("server")
        server = Tacacs(login, tls=certs.context("server"))
        equal(ask(bed, "tacplus", certs.line(server.line(flags=PAP))).auth,
              SUCCESS)
        server = Tacacs(author, tls=certs.context("server"))
        bed.one("tacplus", certs.line(server.line()), stage="account",
                extra="service=exec")
        r = bed.login(stages="acct", answers="", env="VTYMUX_METHOD=tacacs+")
        equal((r.acct, r.env["VTYMUX_PRIV"]), (SUCCESS, "15"))
    equal([h[3] for h in headers], [1, 1])


def test_records():
    """Start and stop, by one program with a connection each."""
    seen = []

    def account(x):
        seen.append(x.request(record=True))
        x.account(1)

    with Bed() as bed:
        certs = Certificates(bed.make("certificates"))
        certs.issue("server")
        certs.issue("bad", ca="other")
        radius = RadSec(lambda q: q.reply(5, sign=False),
                        certs.context("server"))
        # More than there are descriptors to lose.
        equal(bed.record(certs.line(radius.line()), times=20), ["1 "] * 40)
        equal([(q.code, q.number(40), q.is_signed()) for q in radius.seen],
              [(4, 1, True), (4, 2, True)] * 20)
        tacacs = Tacacs(account, tls=certs.context("server"))
        equal(bed.record(certs.line(tacacs.line())), ["1 ", "1 "])
        equal([s["flags"] for s in seen], [2, 4])
        for kind in KINDS:
            bad = start(kind, certs, "bad").line("b")
            equal(bed.record(certs.line(bad)),
                  ["0 b: certificate of an unknown CA"] * 2)
        os.unlink(certs.path("ca"))
        equal(bed.record(certs.line(tacacs.line())),
              ["No such file or directory"])


def test_tacacs_hidden_inside():
    """Who hides inside TLS, or leaves the flag out, is not believed."""
    wrong = {"hidden": {"bits": 0, "clear": False},
             "hidden, with the flag": {"bits": 1, "clear": False},
             "clear, without the flag": {"bits": 0, "clear": True}}
    with Bed() as bed:
        certs = Certificates(bed.make("certificates"))
        certs.issue("server")
        for what, how in wrong.items():
            server = Tacacs(lambda x, h=how: (x.start(), x.reply(1, **h)),
                            tls=certs.context("server"))
            r = ask(bed, "tacplus", certs.line(server.line(timeout=FAST)))
            equal(r.auth, AUTHINFO_UNAVAIL, what)


def test_versions():
    """TACACS+ has TLS 1.3 alone, RADIUS 1.2 too, nobody anything older."""
    import ssl
    cases = [("radius", V13, SUCCESS), ("radius", V12, SUCCESS),
             ("radius", ssl.TLSVersion.TLSv1_1, AUTHINFO_UNAVAIL),
             ("tacplus", V13, SUCCESS), ("tacplus", V12, AUTHINFO_UNAVAIL)]
    with Bed() as bed:
        certs = Certificates(bed.make("certificates"))
        certs.issue("server")
        for kind, version, want in cases:
            server = start(kind, certs, low=version, high=version)
            r = ask(bed, kind, certs.line(server.line()))
            equal(r.auth, want, (kind, version))


def test_certificates():
    """(how it is issued, the identity asked for, the verdict)"""
    cases = {
        "address": ({}, "127.0.0.1", True),
        "name": ({"san": "DNS:aaa.example"}, "aaa.example", True),
        "name in capitals": ({"san": "DNS:AAA.Example"}, "aaa.example", True),
        "one of two": ({"san": "DNS:x.example,DNS:aaa.example"}, "aaa.example",
                       True),
        "for servers": ({"usage": "serverAuth"}, "127.0.0.1", True),
        "RSA": ({"new": ["-newkey", "rsa:2048", "-nodes"]}, "127.0.0.1", True),
        "another name": ({"san": "DNS:bbb.example"}, "aaa.example", False),
        "a longer name": ({"san": "DNS:aaa.example.net"}, "aaa.example", False),
        "another address": ({"san": "IP:127.0.0.2"}, "127.0.0.1", False),
        "an address, not the name": ({}, "aaa.example", False),
        "a wildcard": ({"san": "DNS:*.example"}, "aaa.example", False),
        "the name outside": ({"san": "DNS:bbb.example",
                              "common": "aaa.example"}, "aaa.example", False),
        "expired": ({"days": "-1"}, "127.0.0.1", False),
        "for clients": ({"usage": "clientAuth"}, "127.0.0.1", False),
        "another CA": ({"ca": "other"}, "127.0.0.1", False),
        "signed by no CA": ({"ca": "server0"}, "127.0.0.1", False),
        "a weak key": ({"new": ["-newkey", "rsa:1024", "-nodes"]}, "127.0.0.1",
                       False),
    }
    with Bed() as bed:
        certs = Certificates(bed.make("certificates"))
        certs.issue("server0")
        for i, (what, (how, identity, good)) in enumerate(cases.items()):
            certs.issue(f"c{i}", **how)
            for kind in KINDS:
                server = start(kind, certs, f"c{i}")
                r = ask(bed, kind, certs.line(server.line(), identity))
                equal(r.auth, SUCCESS if good else AUTHINFO_UNAVAIL,
                      (what, kind))
                if kind == "radius" and not good:
                    equal(server.seen, [], what)
                server.close()


def test_certificate_of_the_switch():
    """A server that asks for one: none, a right one, one of another CA."""
    with Bed() as bed:
        certs = Certificates(bed.make("certificates"))
        for name, ca in (("server", "ca"), ("switch", "ca"),
                         ("foreign", "other")):
            certs.issue(name, ca=ca, common=name, usage=None)
        for kind in KINDS:
            for version in (V12, V13) if kind == "radius" else (V13,):
                server = start(kind, certs, low=version, high=version,
                               client=True)
                for own, want in ((None, AUTHINFO_UNAVAIL), ("switch", SUCCESS),
                                  ("foreign", AUTHINFO_UNAVAIL)):
                    r = ask(bed, kind, certs.line(server.line(), own=own))
                    equal(r.auth, want, (kind, version, own))
                if kind == "radius":
                    equal([dict(p["subject"][0])["commonName"]
                           for p in server.peers], ["switch"])


def hold(c):
    c.recv(1)
    c.recv(65536)
    threading.Event().wait(8)


def drip(c):
    c.recv(65536)
    for _ in range(400):
        c.sendall(b"\x16")
        time.sleep(0.02)


def flood(record):
    def behave(c):
        c.recv(65536)
        end = time.monotonic() + 4
        while time.monotonic() < end:
            c.sendall(record * 1000)
    return behave


def answer(data):
    def behave(c):
        c.recv(65536)
        c.sendall(data)
        c.recv(65536)
    return behave


def record(kind, body, version=0x0303):
    return struct.pack(">BHH", kind, version, len(body)) + body


NOT_TLS = {
    "closes": lambda c: None,
    "closes after the first flight": lambda c: c.recv(65536),
    "silent": hold,
    "a byte at a time": drip,
    "garbage": answer(os.urandom(4096)),
    "zeros": answer(bytes(4096)),
    "HTTP": answer(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "its own bytes": lambda c: (c.sendall(c.recv(65536)), c.recv(1)),
    "an alert": answer(record(21, b"\2\x28")),
    "a broken ServerHello": answer(record(22, b"\2\0\0\x26" + bytes(38))),
    "half a record": answer(b"\x16\3\3\x40\0" + bytes(100)),
    "a record too long": answer(b"\x16\3\3\xff\xff" + bytes(70000)),
    "a message of 16 MiB": answer(record(22, b"\2\xff\xff\xff" + bytes(9999))
                                  * 20),
    "warnings without end": flood(record(21, b"\1\x5a")),
    "changes without end": flood(record(20, b"\1")),
    "empty records without end": flood(record(22, b"")),
    "application data": answer(record(23, b"\2" * 64)),
}


def test_what_is_not_tls():
    """Never a success, never longer than the time-out."""
    with Bed() as bed:
        certs = Certificates(bed.make("certificates"))
        for what, behave in NOT_TLS.items():
            for kind in KINDS:
                server = Raw(behave)
                line = server.line(timeout=FAST)
                if kind == "radius":
                    line = line.replace("tacacs+", "radius")
                r = ask(bed, kind, certs.line(line))
                equal(r.auth, AUTHINFO_UNAVAIL, (what, kind))
                assert r.ms < FAST * 40 + 1500, (what, kind, r.ms)
                server.close()


def plain_tacacs(c):
    """The answer of a server without TLS that would say yes."""
    c.recv(65536)
    c.sendall(b"\xc0\1\2\1" + bytes(4) + b"\0\0\0\6" + b"\1\0\0\0\0\0")
    c.recv(65536)


def test_no_way_back():
    """A server without TLS is not asked in the clear instead."""
    with Bed() as bed:
        certs = Certificates(bed.make("certificates"))
        seen = []

        def behave(c):
            seen.append(c.recv(65536))
            plain_tacacs(c)

        for kind in KINDS:
            server = Raw(behave)
            line = server.line(timeout=FAST)
            if kind == "radius":
                line = line.replace("tacacs+", "radius")
            equal(ask(bed, kind, certs.line(line)).auth, AUTHINFO_UNAVAIL)
        equal(len(seen), 2)
        for first in seen:
            equal(first[0], 22, "a handshake")
            assert b"lab" not in first and b"secret" not in first


def radius_of(read, write):
    head = read(4)
    data = head + read(struct.unpack(">xxH", head)[0] - 4)
    write(by_password(RadiusRequest(data, b"radsec")))


def test_slow_servers():
    """In pieces is good; a handshake that never ends is none."""
    with Bed() as bed:
        certs = Certificates(bed.make("certificates"))
        certs.issue("server")
        context = certs.context("server")
        for size, pause, timeout, want in (
                (1, 0, 200, SUCCESS), (100, 0.001, 200, SUCCESS),
                (10, 0.05, FAST, AUTHINFO_UNAVAIL)):
            server = Raw(in_pieces(context, radius_of, size, pause))
            line = server.line(timeout=timeout).replace("tacacs+", "radius")
            line = line.replace(b"testing123".hex(), b"radsec".hex())
            r = ask(bed, "radius", certs.line(line))
            equal(r.auth, want, (size, pause))
            if want != SUCCESS:
                assert r.ms < FAST * 40 + 1500, r.ms


def test_hostile_inside():
    """The certificate is right, what comes then is not."""
    radius = {
        "closes": lambda q: None,
        "silent": lambda q: b"",
        "garbage": lambda q: os.urandom(64),
        "wrong key": lambda q: q.reply(2, key=b"other"),
        "wrong id": lambda q: q.reply(2, ident=q.id ^ 1),
        "wrong vector": lambda q: q.reply(2, vector=bytes(16)),
        "badly signed": lambda q: q.reply(2, bad_signature=True),
        "accounting": lambda q: q.reply(5),
        "the request": lambda q: q.data,
        "half": lambda q: q.reply(2, attr(18, "x" * 50))[:40],
        "long length": lambda q: q.reply(2, length=4097) + bytes(5000),
        "short length": lambda q: q.reply(2, length=19),
        "endless": lambda q: b"\2" + os.urandom(1) + b"\x0f\xff" + bytes(65536),
    }
    tacacs = {
        "closes": lambda x: x.start(),
        "silent": lambda x: (x.start(), x.connection.recv(1)),
        "garbage": lambda x: (x.start(), x.connection.sendall(os.urandom(99))),
        "wrong session": lambda x: (x.start(), x.reply(1, session=bytes(4))),
        "says error": lambda x: (x.start(), x.reply(7)),
        "too long": lambda x: (x.start(), x.reply(1, length=65535)),
    }
    with Bed() as bed:
        certs = Certificates(bed.make("certificates"))
        certs.issue("server")
        context = certs.context("server")
        cases = [("radius", w, RadSec(b, context)) for w, b in radius.items()]
        cases += [("tacplus", w, Tacacs(b, tls=context))
                  for w, b in tacacs.items()]
        for kind, what, server in cases:
            r = ask(bed, kind, certs.line(server.line(timeout=FAST)))
            equal(r.auth, AUTHINFO_UNAVAIL, (kind, what))
            assert r.ms < 2 * FAST * 40 + 1500, (kind, what, r.ms)
            server.close()


def test_next_server():
    """One that is not believed is as one that is silent."""
    with Bed() as bed:
        certs = Certificates(bed.make("certificates"))
        certs.issue("server")
        certs.issue("bad", days="-1")
        for kind in KINDS:
            bad, good = start(kind, certs, "bad"), start(kind, certs)
            r = ask(bed, kind, certs.line(bad.line("b")),
                    certs.line(good.line("g")))
            equal((r.auth, r.env["VTYMUX_SERVER"]), (SUCCESS, "g"))
        # One inside TLS, one without.
        plain = Radius(by_password)
        r = ask(bed, "radius", certs.line(start("radius", certs, "bad").line()),
                plain.line("p"))
        equal((r.auth, r.env["VTYMUX_SERVER"]), (SUCCESS, "p"))


def test_eight_servers():
    """All the files of a full group reach the program."""
    with Bed() as bed:
        certs = Certificates(bed.make("certificates"))
        certs.issue("server")
        certs.issue("bad", ca="other")
        certs.issue("switch")
        bad = start("radius", certs, "bad")
        good = start("radius", certs, client=True)
        r = ask(bed, "radius", *[certs.line(bad.line(f"b{i}"), own="switch")
                                 for i in range(7)],
                certs.line(good.line("g"), own="switch"))
        equal((r.auth, r.env["VTYMUX_SERVER"]), (SUCCESS, "g"))


def test_budget():
    with Bed() as bed:
        certs = Certificates(bed.make("certificates"))
        server = Raw(hold)
        bed.one("tacplus", *[certs.line(server.line(f"s{i}", timeout=60))
                             for i in range(8)], extra="budget=1")
        r = bed.login()
        equal(r.auth, AUTHINFO_UNAVAIL)
        assert 950 <= r.ms < 2500, r.ms


def fault(bed, certs, server, what, change):
    """@change(paths) spoils the files; the next method must not be reached."""
    paths = [certs.path("ca"), certs.path("switch"),
             certs.path("switch", "key")]
    kept = [open(p).read() for p in paths]
    count = len(server.seen)
    bed.service("one", f"auth [success=done authinfo_unavail=ignore default=die] "
                f"{MODULES}/pam_vtymux_radius.so "
                f"conf={bed.group('group', certs.line(server.line(), own='switch'))}\n"
                "auth [success=ok] pam_permit.so\n")
    change(*paths)
    equal(bed.login().auth, SYSTEM_ERR, what)
    equal(len(server.seen), count, what)
    for path, text in zip(paths, kept):
        if os.path.lexists(path):
            os.unlink(path)
        with open(path, "w") as f:
            f.write(text)
        os.chmod(path, 0o600)
    equal(bed.login().auth, SUCCESS, f"{what}, mended")


def spoil(text):
    def write(path):
        with open(path, "w") as f:
            f.write(text)
    return write


def replace(path, make):
    os.unlink(path)
    make(path)


def test_faults_of_the_files_deny():
    """Missing, empty, garbage, unfit or open to others: nothing follows."""
    with Bed() as bed:
        certs = Certificates(bed.make("certificates"))
        for name in ("server", "switch", "other2"):
            certs.issue(name)
        server = start("radius", certs, client=True)
        for what, i, how in (
                ("missing", 0, os.unlink), ("missing", 1, os.unlink),
                ("missing", 2, os.unlink), ("empty", 0, spoil("")),
                ("empty", 1, spoil("")), ("empty", 2, spoil("")),
                ("garbage", 0, spoil("x" * 5000)),
                ("garbage", 1, spoil("-----BEGIN CERTIFICATE-----\n")),
                ("garbage", 2, spoil("x")),
                ("too long", 0, spoil("x" * 1100000)),
                ("another's key", 2, spoil(open(certs.path("other2", "key"))
                                           .read())),
                ("a FIFO", 0, lambda p: replace(p, os.mkfifo)),
                ("a device", 0, lambda p: replace(p, lambda q: os.symlink(
                    "/dev/zero", q))),
                ("anybody may write", 0, lambda p: os.chmod(p, 0o666)),
                ("its group may write", 1, lambda p: os.chmod(p, 0o664)),
                ("anybody may read", 2, lambda p: os.chmod(p, 0o644)),
                ("another owner", 0, lambda p: os.chown(p, 65534, 65534)),
                ("another owner", 2, lambda p: os.chown(p, 65534, 65534))):
            def change(*paths, n=i, how=how):
                how(paths[n])

            fault(bed, certs, server, f"{what} {i}", change)


def compiled(bed, text):
    """The services of a configuration. Return: what the daemon would log."""
    path = bed.write("conf", text)
    if os.path.isdir(bed.pam) and not os.path.islink(bed.pam):
        os.rmdir(bed.pam)
    out = subprocess.run([f"{MODULES}/compile_conf", path], text=True,
                         capture_output=True,
                         env=dict(bed.environment, VTYMUX_RUNDIR=bed.directory))
    equal(out.returncode, 0, out.stderr)
    return out.stderr


def test_commands():
    """From the commands to the login; a server without CA is no use, and
    never one without TLS."""
    with Bed() as bed:
        certs = Certificates(bed.make("certificates"))
        certs.issue("server")
        certs.issue("named", san="DNS:aaa.example")
        certs.issue("switch")
        radius = start("radius", certs, "named", client=True)
        tacacs = start("tacplus", certs)
        ca = f" tls ca {certs.path('ca')}\n"
        conf = f"""radius-server key of-the-others
tacacs-server key of-the-others
radius server r
 address ipv4 127.0.0.1 auth-port 1 acct-port 2
 tls port {radius.port}
{ca} tls match-server-identity hostname aaa.example
 tls certificate {certs.path("switch")} key {certs.path("switch", "key")}
tacacs server t
 address ipv4 127.0.0.1
{ca} tls port {tacacs.port}
aaa new-model
aaa authentication login R group radius none
aaa authentication login T group tacacs+ none
"""
        equal(compiled(bed, conf), "")
        for name, server in (("_52", radius), ("_54", tacacs)):
            service = f"login-{name}"
            equal(bed.login(service=service).auth, SUCCESS)
            equal(bed.login(service=service, answers="wrong").auth, AUTH_ERR)
        log = compiled(bed, conf.replace(ca, ""))
        assert 'server r: tls without "tls ca"' in log, log
        for name in ("login-_52", "login-_54"):
            equal(bed.login(service=name).auth, SYSTEM_ERR, name)
        # Ports of the standards: nobody listens there, and nothing follows.
        text = "".join(l + "\n" for l in conf.replace("none", "").split("\n")
                       if "port" not in l or "address" in l)
        compiled(bed, text)
        for group, port in (("radius-radius", 2083), ("tacplus-tacacs_2b", 300)):
            with open(f"{bed.pam}/group-{group}") as f:
                words = f.read().split("\n")[1].split()
            equal(words[3:5], [str(port)] * 2)


def test_faults_of_the_configuration_deny():
    with Bed() as bed:
        certs = Certificates(bed.make("certificates"))
        certs.issue("server")
        server = start("radius", certs)
        good = certs.line(server.line())
        plain, tls = good.split("\n")
        for what, line in {
                "flag alone": plain,
                "files alone": server.line() + "\n" + tls,
                "files first": tls + "\n" + plain,
                "files twice": good + "\n" + tls,
                "no CA": plain + "\ntls 127.0.0.1 - - -",
                "no identity": plain + f"\ntls {certs.path('ca')} - -",
                "a relative path": plain + "\ntls 127.0.0.1 ca.pem - -",
                "no key": good.replace("pem - -", "pem /x -"),
                "no certificate": good.replace("pem - -", "pem - /x"),
                "RADIUS without a secret": good.replace(b"radsec".hex(), "-"),
                "a directory": good.replace(certs.path("ca"), bed.directory),
                "rubbish": good + " x"}.items():
            equal(ask(bed, "radius", line).auth, SYSTEM_ERR, what)
        equal(server.seen, [])
        equal(ask(bed, "radius", good).auth, SUCCESS)


def test_only_the_exchange_has_the_library():
    for name in os.listdir(MODULES):
        path = f"{MODULES}/{name}"
        with open(path, "rb") as f:
            if f.read(4) != b"\x7fELF":
                continue
        needed = subprocess.run(["readelf", "-d", path], capture_output=True,
                                text=True, check=True).stdout
        equal("libgnutls" in needed, name == "vtymux-exchange", name)


if __name__ == "__main__":
    run("tls", tests_of(sys.modules[__name__]))
