# SPDX-License-Identifier: GPL-2.0-only
"""pam_vtymux_tacplus against servers that are right, dead or hostile."""
import os
import socket
import sys
import time

from bed import (AUTH_ERR, AUTHINFO_UNAVAIL, CONV_ERR, PERM_DENIED, SUCCESS,
                 SYSTEM_ERR, Bed, equal, run, tests_of)
from servers import KEY, Tacacs, closed_port, login_by_password

PAP = 2


def no_errors(*servers):
    for server in servers:
        equal(server.errors, [], "in the server")


def test_ascii():
    server = Tacacs(login_by_password)
    with Bed() as bed:
        bed.one("tacplus", server.line())
        r = bed.login()
        equal(r.auth, SUCCESS)
        equal(r.prompts, ["hidden Password: "])
        equal(r.env, {"VTYMUX_SERVER": "t1"})
        equal(bed.login(answers="wrong").auth, AUTH_ERR)
    no_errors(server)


def test_pap_and_fields():
    starts = []

    def behave(x):
        starts.append((x.start(), x.header[0], x.header[2], x.header[3]))
        x.reply(1)

    server = Tacacs(behave)
    with Bed() as bed:
        bed.one("tacplus", server.line(flags=PAP))
        equal(bed.login().auth, SUCCESS)
    equal(starts, [((2, "lab", "tty7", "192.0.2.7", "secret"), 0xc1, 1, 0)])
    no_errors(server)


def test_ipv6():
    server = Tacacs(login_by_password, family=socket.AF_INET6)
    with Bed() as bed:
        bed.one("tacplus", server.line())
        equal(bed.login().auth, SUCCESS)


def test_challenges():
    def behave(x):
        x.start()
        x.reply(4, "Username: ")
        equal(x.answer(), ("lab", 0))
        x.reply(5, "Password: ", 1)
        equal(x.answer(), ("secret", 0))
        x.reply(3, "Token: ")
        token = x.answer()
        if token[1]:
            aborted.append(token)
            return
        x.reply(5, "PIN: ", 1)
        x.reply(1 if x.answer()[0] + token[0] == "9942" else 2, "Bye")

    aborted = []
    server = Tacacs(behave)
    with Bed() as bed:
        bed.one("tacplus", server.line())
        r = bed.login(answers="secret|42|99")
        equal(r.auth, SUCCESS)
        equal(r.prompts, ["hidden Password: ", "echo Token: ", "hidden PIN: "])
        equal(r.texts, ["Bye"])
        equal(bed.login(answers="secret|42|98").auth, AUTH_ERR)
        equal(bed.login(answers="secret").auth, CONV_ERR)
        end = time.monotonic() + 5
        while not aborted and time.monotonic() < end:
            time.sleep(0.01)
    equal(aborted, [("", 1)])
    no_errors(server)


def test_endless_challenges():
    def behave(x):
        x.start()
        while True:
            x.reply(3, "More")
            x.answer()

    server = Tacacs(behave)
    with Bed() as bed:
        bed.one("tacplus", server.line())
        equal(bed.login(answers="|".join("x" * 30)).auth, AUTHINFO_UNAVAIL)

    def users(x):
        x.start()
        while True:
            x.reply(4)
            x.answer()

    server = Tacacs(users)
    with Bed() as bed:
        bed.one("tacplus", server.line())
        equal(bed.login().auth, AUTHINFO_UNAVAIL)


def reply_with(**wrong):
    def behave(x):
        x.start()
        x.reply(1, **wrong)
    return behave


def raw(data):
    def behave(x):
        x.start()
        x.connection.sendall(data)
    return behave


def hold(x):
    x.start()
    x.connection.recv(1)


def drip(x):
    x.start()
    try:
        for _ in range(200):
            x.connection.sendall(b"\xc0")
            time.sleep(0.02)
    except OSError:
        pass


def half(x):
    x.start()
    x.send(b"\1\0\0\0\0\0", length=100)
    x.connection.recv(1)


HOSTILE = {
    "closes": lambda x: x.start(),
    "silent": hold,
    "a byte at a time": drip,
    "half a reply": half,
    "says error": lambda x: (x.start(), x.reply(7)),
    "not obfuscated": reply_with(bits=1, clear=True),
    "flag alone": reply_with(bits=1),
    "obfuscation alone": reply_with(clear=True),
    "wrong key": reply_with(key=b"other"),
    "wrong session": reply_with(session=b"\0\0\0\0"),
    "sequence 1": reply_with(sequence=1),
    "sequence 4": reply_with(sequence=4),
    "sequence 0": reply_with(sequence=0),
    "wrong type": reply_with(kind=2),
    "major 13": reply_with(version=0xd0),
    "minor 1": reply_with(version=0xc1),
    "unknown flag": reply_with(bits=0x80),
    "too long": reply_with(length=65535),
    "huge": reply_with(length=0xffffffff),
    "too short": lambda x: (x.start(), x.send(b"\1\0\0\0\0")),
    "text over the end": lambda x: (x.start(), x.send(b"\1\0\xff\xff\0\0")),
    "bytes left over": lambda x: (x.start(), x.send(b"\1\0\0\0\0\0xx")),
    "unknown status": lambda x: (x.start(), x.reply(99)),
    "unknown reply flag": lambda x: (x.start(), x.reply(1, flags=4)),
    "garbage": raw(os.urandom(200)),
    "zeros": raw(bytes(200)),
    "HTTP": raw(b"HTTP/1.1 200 OK\r\n\r\n"),
    "the request": lambda x: (x.start(), x.connection.sendall(x.header)),
}


def test_hostile_replies():
    for what, behave in HOSTILE.items():
        server = Tacacs(behave)
        with Bed() as bed:
            bed.one("tacplus", server.line(timeout=5))
            r = bed.login()
            equal(r.auth, AUTHINFO_UNAVAIL, what)
            equal(r.env, {}, what)
            assert r.ms < 5 * 40 + 1500, (what, r.ms)
        server.close()


def test_replayed():
    """The accept of an earlier session does not open the next."""
    old = []

    def behave(x):
        x.start()
        if not old:
            body = b"\1\0\0\0\0\0"
            from servers import obfuscate
            header = x.header[:2] + b"\2\0" + x.header[4:8] + b"\0\0\0\6"
            old.append(header + obfuscate(header, body, KEY))
        x.connection.sendall(old[0])

    server = Tacacs(behave)
    with Bed() as bed:
        bed.one("tacplus", server.line())
        equal(bed.login().auth, SUCCESS)
        for _ in range(5):
            equal(bed.login().auth, AUTHINFO_UNAVAIL)


def test_what_counts_as_a_rejection():
    for status in (2, 6, 0x21):
        server = Tacacs(lambda x, s=status: (x.start(), x.reply(s)))
        good = Tacacs(login_by_password)
        with Bed() as bed:
            bed.one("tacplus", server.line(), good.line("t2"))
            equal(bed.login().auth, AUTH_ERR, status)


def test_next_server():
    good = Tacacs(login_by_password)
    for behave in (hold, HOSTILE["says error"], HOSTILE["wrong key"]):
        bad = Tacacs(behave)
        with Bed() as bed:
            bed.one("tacplus", bad.line("b", timeout=5), good.line("g"))
            r = bed.login()
            equal(r.auth, SUCCESS)
            equal(r.env["VTYMUX_SERVER"], "g")
    with Bed() as bed:
        bed.one("tacplus", f"tacacs+ c 127.0.0.1 {closed_port(socket.SOCK_STREAM)}"
                f" 1 60 0 0 - {KEY.hex()}", good.line("g"))
        r = bed.login()
        equal(r.auth, SUCCESS)
        assert r.ms < 1000, r.ms


def author(bed, server, service="exec", tty="vty7", method="tacacs+"):
    bed.one("tacplus", server.line(), stage="account",
            extra=f"service={service}")
    return bed.login(stages="acct", tty=tty, answers="",
                     env=f"VTYMUX_METHOD={method}")


def test_exec_authorization():
    cases = [
        ((1, "priv-lvl=15"), SUCCESS, "15"),
        ((2, "service=shell", "cmd=", "priv-lvl*3"), SUCCESS, "3"),
        ((1,), SUCCESS, None),
        ((1, "priv-lvl=16"), PERM_DENIED, None),
        ((1, "priv-lvl=15x"), PERM_DENIED, None),
        ((1, "priv-lvl*x"), PERM_DENIED, None),
        ((1, "unknown=1"), PERM_DENIED, None),
        ((1, "unknown*1", "priv-lvl=2"), SUCCESS, "2"),
        ((0x10, "priv-lvl=15"), PERM_DENIED, None),
        ((0x21,), PERM_DENIED, None),
        ((0x11,), AUTHINFO_UNAVAIL, None),
        ((3,), AUTHINFO_UNAVAIL, None),
    ]
    seen = []
    with Bed() as bed:
        for (status, *args), want, level in cases:
            server = Tacacs(lambda x, s=status, a=args: (
                seen.append(x.request()), x.author(s, *a)))
            r = author(bed, server)
            equal(r.acct, want, (status, args))
            equal(r.env.get("VTYMUX_PRIV"),
                  level if want == SUCCESS else r.env.get("VTYMUX_PRIV"))
            no_errors(server)
    equal(seen[0], {"method": 6, "level": 1, "user": "lab", "port": "tty7",
                    "address": "192.0.2.7",
                    "args": ["service=shell", "cmd="]})


def test_times_of_an_authorization():
    server = Tacacs(lambda x: (x.request(), x.author(
        1, "timeout=10", "idletime=5")))
    with Bed() as bed:
        r = author(bed, server)
        equal(r.env["VTYMUX_TIMEOUT"], "600")
        equal(r.env["VTYMUX_IDLE"], "300")


def test_reverse_authorization():
    asked = []
    server = Tacacs(lambda x: (asked.append(x.request()["args"]), x.author(
        1, "port#1=sw/tty7", "port#2=tty12")))
    free = Tacacs(lambda x: (x.request(), x.author(1)))
    no = Tacacs(lambda x: (x.request(), x.author(0x10)))
    odd = Tacacs(lambda x: (x.request(), x.author(1, "port#1=tty9999")))
    with Bed() as bed:
        for tty, want in (("vty7", SUCCESS), ("vty12", SUCCESS),
                          ("vty1", PERM_DENIED), ("ssh", SUCCESS)):
            equal(author(bed, server, "reverse", tty).acct, want, tty)
        equal(asked[0], ["service=raccess"])
        equal(author(bed, server, "reverse", "ssh").env["VTYMUX_LINES"],
              "7 12 ")
        equal(author(bed, free, "reverse").acct, SUCCESS)
        equal(author(bed, no, "reverse").acct, PERM_DENIED)
        equal(author(bed, odd, "reverse").acct, PERM_DENIED)


def test_faults_of_the_configuration_deny():
    server = Tacacs(login_by_password)
    with Bed() as bed:
        bed.one("tacplus", server.line())
        bed.write("group", "deadtime 0\n" +
                  server.line().replace("tacacs+", "radius") + "\n")
        equal(bed.login().auth, SYSTEM_ERR)
        os.unlink(f"{bed.directory}/group")
        equal(bed.login().auth, SYSTEM_ERR)
        bed.one("tacplus", server.line(), stage="account", extra="service=x")
        equal(bed.login(stages="acct").acct, SYSTEM_ERR)
        bed.one("tacplus", server.line(), stage="account")
        equal(bed.login(stages="acct").acct, SYSTEM_ERR)


if __name__ == "__main__":
    run("tacplus", tests_of(sys.modules[__name__]))
