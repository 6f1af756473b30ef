# SPDX-License-Identifier: GPL-2.0-only
"""pam_vtymux_radius against servers that are right, dead or hostile."""
import os
import socket
import sys
import threading

from bed import (AUTH_ERR, AUTHINFO_UNAVAIL, CONV_ERR, SUCCESS, SYSTEM_ERR, Bed,
                 equal, run, tests_of)
from servers import KEY, Radius, attr, avpair, by_password, closed_port


def test_accept_and_reject():
    server = Radius(by_password)
    with Bed() as bed:
        bed.one("radius", server.line())
        r = bed.login()
        equal(r.auth, SUCCESS)
        equal(r.prompts, ["hidden Password: "])
        equal(r.env, {"VTYMUX_SERVER": "r1"})
        equal(bed.login(answers="wrong").auth, AUTH_ERR)
        assert all(q.is_signed() for q in server.seen)
        q = server.seen[0]
        equal(q.get(1), b"lab")
        equal(q.number(5), 7)
        equal(q.get(87), b"tty7")
        equal(q.get(31), b"192.0.2.7")
        equal(q.number(61), 5)
        equal(q.get(4), socket.inet_aton("127.0.0.1"))
        equal(q.get(32), socket.gethostname().encode()[:64])


def test_ipv6():
    server = Radius(by_password, family=socket.AF_INET6)
    with Bed() as bed:
        bed.one("radius", server.line())
        equal(bed.login().auth, SUCCESS)
        equal(server.seen[0].get(95),
              socket.inet_pton(socket.AF_INET6, "::1"))


def test_attributes_of_an_accept():
    server = Radius(lambda q: q.reply(
        2, attr(136, 9), attr(25, "abc"), attr(25, "d"), attr(27, 600),
        attr(28, 60), avpair("raccess:port#1=sw/tty7"),
        avpair("raccess:port#2=tty12"), attr(18, "Welcome\x1b[2J")))
    with Bed() as bed:
        bed.one("radius", server.line())
        r = bed.login()
        equal(r.auth, SUCCESS)
        equal(r.env, {
            "VTYMUX_PRIV": "9", "VTYMUX_CLASS": "036162630164",
            "VTYMUX_TIMEOUT": "600", "VTYMUX_IDLE": "60",
            "VTYMUX_LINES": "7 12 ", "VTYMUX_SERVER": "r1"})
        equal(r.texts, ["Welcome[2J"])


def test_levels():
    cases = [([], None), ([attr(6, 6)], "15"), ([attr(6, 1)], "1"),
             ([attr(6, 7)], "1"), ([avpair("shell:priv-lvl=5")], "5"),
             ([attr(6, 6), avpair("shell:priv-lvl=5")], "5"),
             ([attr(6, 6), avpair("shell:priv-lvl=5"), attr(136, 0)], "0"),
             ([attr(136, 16)], AUTH_ERR), ([attr(136, 4000000000)], AUTH_ERR),
             ([avpair("shell:priv-lvl=99")], AUTH_ERR),
             ([attr(6, 2)], AUTH_ERR)]
    now = []
    server = Radius(lambda q: q.reply(2, *now))
    with Bed() as bed:
        bed.one("radius", server.line())
        for attrs, want in cases:
            now[:] = attrs
            r = bed.login()
            if want == AUTH_ERR:
                equal(r.auth, AUTH_ERR, attrs)
                equal(r.env, {}, attrs)
            else:
                equal(r.auth, SUCCESS, attrs)
                equal(r.env.get("VTYMUX_PRIV"), want, attrs)


def test_challenges():
    def behave(q):
        if q.get(24) is None:
            return q.reply(11, attr(24, "one"), attr(18, "Token"), attr(76, 1))
        if q.get(24) == b"one":
            return q.reply(11, attr(24, "two"), attr(18, "PIN: "), attr(76, 0))
        return q.reply(2 if q.password() == "99" else 3)

    server = Radius(behave)
    with Bed() as bed:
        bed.one("radius", server.line())
        r = bed.login(answers="secret|42|99")
        equal(r.auth, SUCCESS)
        equal(r.prompts, ["hidden Password: ", "echo Token", "hidden PIN: "])
        equal([q.password() for q in server.seen], ["secret", "42", "99"])
        equal(len({q.vector for q in server.seen}), 3)
        equal(bed.login(answers="secret|42|98").auth, AUTH_ERR)
        equal(bed.login(answers="secret|42").auth, CONV_ERR)


def test_endless_challenges():
    server = Radius(lambda q: q.reply(11, attr(24, "s"), attr(18, "More")))
    with Bed() as bed:
        bed.one("radius", server.line())
        equal(bed.login(answers="|".join("x" * 30)).auth, AUTHINFO_UNAVAIL)
        equal(len(server.seen), 9)


def test_password_lengths():
    server = Radius(lambda q: q.reply(2 if len(q.password()) in (16, 17, 128)
                                      else 3))
    with Bed() as bed:
        bed.one("radius", server.line())
        for size, want in ((16, SUCCESS), (17, SUCCESS), (128, SUCCESS),
                           (15, AUTH_ERR), (129, AUTH_ERR)):
            equal(bed.login(answers="p" * size).auth, want, size)
        equal(len(server.seen), 4)


def test_names_that_are_none():
    server = Radius(by_password)
    with Bed() as bed:
        bed.one("radius", server.line())
        for name in (":", "a b", "-x", "x" * 65, "a/b", "a%s"):
            r = bed.login(user=name)
            equal(r.auth, AUTH_ERR, name)
            equal(r.prompts, ["hidden Password: "])
        equal(server.seen, [])


def test_retransmits_the_same():
    count = []

    def behave(q):
        count.append(1)
        return by_password(q) if len(count) == 3 else []

    server = Radius(behave)
    with Bed() as bed:
        bed.one("radius", server.line(timeout=5, retransmit=3))
        r = bed.login()
        equal(r.auth, SUCCESS)
        equal(len({q.data for q in server.seen}), 1)
        assert 2 * 5 * 40 <= r.ms < 2 * 5 * 40 + 1000, r.ms


def unavailable(behave, what, full_wait=True):
    """No reply that counts: the whole time is waited, then UNAVAIL."""
    server = Radius(behave)
    with Bed() as bed:
        bed.one("radius", server.line(timeout=5))
        r = bed.login()
        equal(r.auth, AUTHINFO_UNAVAIL, what)
        equal(r.env, {}, what)
        if full_wait:
            assert 5 * 40 <= r.ms < 5 * 40 + 1500, (what, r.ms)


def test_hostile_replies():
    cases = {
        "silent": lambda q: [],
        "empty": lambda q: b"\0",
        "garbage": lambda q: os.urandom(64),
        "wrong key": lambda q: q.reply(2, key=b"other"),
        "wrong id": lambda q: q.reply(2, ident=q.id ^ 1),
        "wrong vector": lambda q: q.reply(2, vector=bytes(16)),
        "not signed": lambda q: q.reply(2, sign=False),
        "badly signed": lambda q: q.reply(2, bad_signature=True),
        "accounting": lambda q: q.reply(5),
        "the request": lambda q: q.data,
        "short": lambda q: q.reply(2)[:19],
        "truncated": lambda q: q.reply(2, attr(6, 6))[:-1],
        "long length": lambda q: q.reply(2, length=4097),
        "short length": lambda q: q.reply(2, length=19),
        "attribute of length 0": lambda q: q.reply(2, b"\x19\0"),
        "attribute of length 1": lambda q: q.reply(2, b"\x19\1"),
        "attribute over the end": lambda q: q.reply(2, b"\x19\x09a"),
        "vendor of length 0": lambda q: q.reply(
            2, attr(26, b"\0\0\0\x09\1\0")),
        "oversized": lambda q: q.reply(2, *[attr(25, "x" * 253)] * 17),
        "a flood": lambda q: [os.urandom(40) for _ in range(2000)],
    }
    for what, behave in cases.items():
        unavailable(behave, what)


def test_the_truth_after_lies():
    """Garbage does not end the wait: the right reply still counts."""
    server = Radius(lambda q: [os.urandom(50), q.reply(3, key=b"x"),
                               q.reply(2, ident=q.id ^ 2), by_password(q)])
    with Bed() as bed:
        bed.one("radius", server.line())
        equal(bed.login().auth, SUCCESS)
        equal(bed.login(answers="wrong").auth, AUTH_ERR)


def test_another_source():
    """A right reply from a wrong port or address is none."""
    other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    other.bind(("127.0.0.2", 0))
    peers = []

    class Spoofed(Radius):
        def serve(self):
            data, peer = self.socket.recvfrom(65536)
            from servers import RadiusRequest
            q = RadiusRequest(data)
            peers.append(peer)
            other.sendto(q.reply(2), peer)

    server = Spoofed(by_password)
    with Bed() as bed:
        bed.one("radius", server.line(timeout=5))
        equal(bed.login().auth, AUTHINFO_UNAVAIL)
    equal(len(peers), 1)


def test_replayed():
    """The accept of an earlier login does not open the next."""
    old = []

    def behave(q):
        if not old:
            old.append(q.reply(2))
            return old[0]
        return [old[0], bytes([2, q.id]) + old[0][2:]]

    server = Radius(behave)
    with Bed() as bed:
        bed.one("radius", server.line())
        equal(bed.login().auth, SUCCESS)
        bed.one("radius", server.line(timeout=5))
        for _ in range(5):
            equal(bed.login().auth, AUTHINFO_UNAVAIL)


def test_servers_without_message_authenticator():
    server = Radius(lambda q: q.reply(2, sign=False))
    with Bed() as bed:
        bed.one("radius", server.line(flags=1))
        equal(bed.login().auth, SUCCESS)
        assert server.seen[0].is_signed()


def test_closed_port_costs_no_time():
    with Bed() as bed:
        bed.one("radius", f"radius r1 127.0.0.1 {closed_port()} 1 60 3 0 - "
                f"{KEY.hex()}")
        r = bed.login()
        equal(r.auth, AUTHINFO_UNAVAIL)
        assert r.ms < 1000, r.ms


def test_next_server():
    """Only silence leads to the next server; a reject is a reject."""
    silent, good = Radius(lambda q: []), Radius(by_password)
    reject = Radius(lambda q: q.reply(3))
    with Bed() as bed:
        bed.one("radius", silent.line("s", timeout=5), good.line("g"))
        r = bed.login()
        equal(r.auth, SUCCESS)
        equal(r.env["VTYMUX_SERVER"], "g")
        bed.one("radius", reject.line("r"), good.line("g"))
        count = len(good.seen)
        equal(bed.login().auth, AUTH_ERR)
        equal(len(good.seen), count)


def test_deadtime():
    silent, good = Radius(lambda q: []), Radius(by_password)
    with Bed() as bed:
        bed.one("radius", silent.line("s", timeout=5), good.line("g", timeout=10), deadtime=60)
        for _ in range(3):
            equal(bed.login().auth, SUCCESS)
        equal(len(silent.seen), 1)
        # All dead: all are asked again.
        good.close()
        for _ in range(2):
            equal(bed.login().auth, AUTHINFO_UNAVAIL)
        equal(len(silent.seen), 2)
        bed.one("radius", silent.line("s", timeout=5), deadtime=0)
        bed.login()
        equal(len(silent.seen), 3)


def test_budget():
    """All servers together take no longer than they may."""
    silent = Radius(lambda q: [])
    with Bed() as bed:
        bed.one("radius", *[silent.line(f"s{i}", timeout=60, retransmit=9)
                            for i in range(8)], extra="budget=1")
        r = bed.login()
        equal(r.auth, AUTHINFO_UNAVAIL)
        assert 950 <= r.ms < 2500, r.ms


def test_faults_of_the_configuration_deny():
    server = Radius(by_password)
    good = f"deadtime 0\n{server.line()}\n"
    with Bed() as bed:
        bed.one("radius", server.line())
        cases = {
            "missing": None,
            "empty": "",
            "no server": "deadtime 0\n",
            "no deadtime": server.line() + "\n",
            "another protocol": good.replace("radius", "tacacs+"),
            "no key": good.replace(KEY.hex(), ""),
            "odd key": good.replace(KEY.hex(), KEY.hex()[:-1]),
            "a name": good.replace("127.0.0.1", "localhost"),
            "port 0": good.replace(f" {server.port} ", " 0 "),
            "time-out 0": good.replace(" 100 0 0 - ", " 0 0 0 - "),
            "unknown flag": good.replace(" 100 0 0 - ", " 100 0 8 - "),
            "rubbish at the end": good.replace("\n", " x\n"),
            "nine servers": "deadtime 0\n" + (server.line() + "\n") * 9,
        }
        for what, text in cases.items():
            if text is None:
                os.unlink(f"{bed.directory}/group")
            else:
                bed.write("group", text)
            equal(bed.login().auth, SYSTEM_ERR, what)
        bed.write("group", good, 0o640)
        equal(bed.login().auth, SYSTEM_ERR, "open to the group")
        bed.write("group", good)
        equal(bed.login().auth, SUCCESS, "good again")
        os.chown(f"{bed.directory}/group", 65534, 65534)
        equal(bed.login().auth, SYSTEM_ERR, "another owner")
        count = len(server.seen)
        equal(count, 1)


def test_no_exchange_program():
    server = Radius(by_password)
    with Bed() as bed:
        bed.environment["VTYMUX_LIBEXECDIR"] = bed.directory
        bed.one("radius", server.line())
        equal(bed.login().auth, SYSTEM_ERR)


def test_the_exchange_is_shut_in():
    """Seen while it waits: uid, groups, capabilities, seccomp, descriptors."""
    seen = {}
    asked = threading.Event()

    def behave(q):
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                if os.readlink(f"/proc/{pid}/exe") == exe:
                    with open(f"/proc/{pid}/status") as f:
                        seen.update(l.split(":", 1) for l in f)
                    seen["fds"] = sorted(os.listdir(f"/proc/{pid}/fd"))
                    seen["env"] = open(f"/proc/{pid}/cmdline").read()
            except OSError:
                continue
        asked.set()
        return by_password(q)

    from bed import MODULES
    exe = os.path.realpath(f"{MODULES}/vtymux-exchange")
    server = Radius(behave)
    with Bed() as bed:
        bed.one("radius", server.line())
        equal(bed.login().auth, SUCCESS)
    equal(seen["Uid"].split(), ["65534"] * 4)
    equal(seen["Gid"].split(), ["65534"] * 4)
    equal(seen["Groups"].split(), [])
    for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
        equal(int(seen[name], 16), 0, name)
    equal(seen["NoNewPrivs"].strip(), "1")
    equal(seen["Seccomp"].strip(), "2")
    equal(seen["fds"], ["0", "1", "2", "3", "4"])
    equal(seen["env"], "vtymux-exchange\0")


if __name__ == "__main__":
    run("radius", tests_of(sys.modules[__name__]))
