# SPDX-License-Identifier: GPL-2.0-only
"""Lists of methods, compiled from a configuration: every list of up to three
methods with every outcome of each, against the semantics."""
import itertools
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from bed import (AUTH_ERR, BUILD, MODULES, PERM_DENIED, SUCCESS, SYSTEM_ERR, Bed,
                 equal, run, tests_of)
from servers import Radius, Tacacs, closed_port

WORKERS = 8
CHEAP = "$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1"       # "secret"
OTHER = "$1$abcdefgh$aHJi5PXp/ki/ktXzqlk6I1"       # of nothing
SERVER = ("accept", "reject", "unknown", "timeout", "badkey", "garbage", "fault")
LOCAL = {"accept": "good", "reject": "bad", "unknown": "none", "fault": None}
SYSTEM = {"accept": "acc", "reject": "rej", "unknown": "unk",
          "timeout": "una", "fault": "err"}
OUTCOMES = {"radius": SERVER, "tacacs+": SERVER, "local": tuple(LOCAL),
            "system": tuple(SYSTEM), "none": ("accept",)}


def lists():
    """Every order of up to three methods; none only last."""
    methods = ("radius", "tacacs+", "local", "system")
    for size in (1, 2, 3):
        yield from itertools.permutations(methods, size)
    for size in (0, 1, 2):
        for order in itertools.permutations(methods, size):
            yield order + ("none",)


def semantics(methods, outcomes):
    """The method that lets the user in, or None: a rejection and a fault end
    the list, no answer goes on, and a name that this switch does not know goes
    on when another method will check it."""
    for i, (method, outcome) in enumerate(zip(methods, outcomes)):
        if outcome == "accept":
            return method
        if outcome in ("timeout", "badkey", "garbage"):
            continue
        checked = i + 1 < len(methods) and methods[i + 1] != "none"
        if outcome == "unknown" and method in ("local", "system") and checked:
            continue
        return None
    return None


def patience(outcome):
    """Who answers has all the time that a busy machine needs."""
    return 100 if outcome in ("accept", "reject", "unknown") else 1


class Servers:
    """One of each outcome."""

    def __init__(self):
        garbage = bytes(range(48))
        self.radius = {
            "accept": Radius(lambda q: q.reply(2)),
            "reject": Radius(lambda q: q.reply(3)),
            "unknown": Radius(lambda q: q.reply(3)),
            "timeout": Radius(lambda q: []),
            "badkey": Radius(lambda q: q.reply(2, key=b"other")),
            "garbage": Radius(lambda q: garbage),
        }
        self.tacacs = {
            "accept": Tacacs(lambda x: (x.start(), x.reply(1))),
            "reject": Tacacs(lambda x: (x.start(), x.reply(2))),
            "unknown": Tacacs(lambda x: (x.start(), x.reply(2))),
            "timeout": Tacacs(lambda x: (x.start(), x.read(1))),
            "badkey": Tacacs(lambda x: (x.start(), x.reply(1, key=b"other"))),
            "garbage": Tacacs(lambda x: (x.start(),
                                         x.connection.sendall(garbage))),
        }

    def configuration(self):
        text = ""
        for name, s in self.radius.items():
            text += (f"radius server {name}\n address ipv4 127.0.0.1 auth-port "
                     f"{s.port} acct-port {s.port}\n key testing123\n"
                     f" timeout {patience(name)}\n retransmit 0\n"
                     f"aaa group server radius r-{name}\n server name {name}\n")
        for name, s in self.tacacs.items():
            text += (f"tacacs server {name}\n address ipv4 127.0.0.1\n"
                     f" port {s.port}\n key testing123\n"
                     f" timeout {patience(name)}\n"
                     f"aaa group server tacacs+ t-{name}\n server name {name}\n")
        # A server without a key is a fault; so is a group without a server.
        return text + ("radius server keyless\n address ipv4 127.0.0.1\n"
                       "aaa group server radius r-fault\n server name keyless\n"
                       "aaa group server tacacs+ t-fault\n")


def words(method, outcome):
    if method in ("radius", "tacacs+"):
        return f"group {method[0]}-{outcome}"
    return method


def user_of(methods, outcomes):
    """The name says what `local` and `system` will do."""
    o = dict(zip(methods, outcomes))
    return (f"{LOCAL[o.get('local', 'accept')]}-"
            f"{SYSTEM[o.get('system', 'accept')]}")


class Compiled(Bed):
    """A bed whose services come from a configuration."""

    def compile(self, text):
        path = self.write("conf", text)
        if os.path.isdir(self.pam) and not os.path.islink(self.pam):
            os.rmdir(self.pam)
        out = subprocess.run([f"{MODULES}/compile_conf", path], text=True,
                             capture_output=True, env=dict(
                                 self.environment,
                                 VTYMUX_RUNDIR=self.directory))
        equal(out.returncode, 0, out.stderr)
        for name in os.listdir(self.pam):
            if name.startswith(("login-", "undefined")):
                self.replace(name, r"\bpam_unix\.so",
                             f"{MODULES}/pam_outcome.so")
        return out.stderr

    def replace(self, name, what, by):
        path = f"{self.pam}/{name}"
        with open(path) as f:
            text = f.read()
        with open(path, "w") as f:
            f.write(re.sub(what, by, text))


def cases():
    for methods in lists():
        for outcomes in itertools.product(*[OUTCOMES[m] for m in methods]):
            yield methods, outcomes


def check_cases(bed, numbered):
    """The mismatches of one worker's share."""
    wrong = []
    driver = bed.start()
    for service, methods, outcomes in numbered:
        want = semantics(methods, outcomes)
        r = bed.login(user_of(methods, outcomes), service=service,
                      driver=driver, stages="auth,acct")
        got = r.env.get("VTYMUX_METHOD")
        good = (r.auth == SUCCESS and r.acct == SUCCESS) if want else \
            r.auth not in (SUCCESS, None)
        if got != want or not good or r.prompts.count("hidden Password: ") > 1:
            wrong.append((methods, outcomes, want, r))
    driver.stdin.close()
    driver.wait()
    return wrong


def test_truth_table():
    servers = Servers()
    with Compiled() as bed, Compiled() as broken:
        text, numbers = servers.configuration(), {}
        secret = [f"username good-{s} secret 5 {CHEAP}\n"
                  f"username bad-{s} secret 5 {OTHER}\n"
                  for s in SYSTEM.values()]
        work = []
        for methods, outcomes in cases():
            line = " ".join(map(words, methods, outcomes))
            if line not in numbers:
                numbers[line] = f"login-l{len(numbers)}"
                text += (f"aaa authentication login l{len(numbers) - 1} "
                         f"{line}\n")
            work.append((numbers[line], methods, outcomes))
        for b in (bed, broken):
            b.compile("aaa new-model\n" + "".join(secret) + text)
        os.unlink(f"{broken.pam}/users")
        faulty = [w for w in work if "fault" == dict(zip(*w[1:])).get("local")]
        sound = [w for w in work if w not in faulty]
        shares = [(bed, sound[i::WORKERS]) for i in range(WORKERS)]
        shares += [(broken, faulty)]
        with ThreadPoolExecutor(WORKERS + 1) as pool:
            wrong = sum(pool.map(lambda s: check_cases(*s), shares), [])
    print(f"# {len(numbers)} lists, {len(work)} cases, "
          f"{len(wrong)} mismatches")
    for w in wrong[:10]:
        print("#", w)
    equal(len(wrong), 0, "mismatches")
    assert len(work) > 4000, len(work)


USERS = ("username admin privilege 15 secret secret\n"
         "username oper privilege 5 secret secret\n"
         "username none-acc privilege 9\n")


def test_defaults():
    """Nothing configured: local, then system; level of the database."""
    with Compiled() as bed:
        bed.compile(USERS)
        for service in ("login-default", "undefined"):
            r = bed.login("admin", service=service, stages="auth,acct")
            equal((r.auth, r.acct), (SUCCESS, SUCCESS), service)
            equal(r.env["VTYMUX_METHOD"], "local")
            equal(bed.login("admin", "wrong", service=service).auth, AUTH_ERR)
            r = bed.login("x-acc", service=service, stages="auth,acct")
            equal(r.env["VTYMUX_METHOD"], "system")
            assert bed.login("x-unk", service=service).auth != SUCCESS
        for user, method, level in (("admin", "local", "15"),
                                    ("oper", "local", "5"),
                                    ("none-acc", "system", "9"),
                                    ("stranger", "system", None)):
            r = bed.login(user, service="exec-default", stages="acct",
                          env=f"VTYMUX_METHOD={method}")
            equal(r.acct, SUCCESS, user)
            equal(r.env.get("VTYMUX_PRIV"), level, user)
        equal(bed.login("x", service="reverse-default", stages="acct").acct,
              SUCCESS)


def test_keys():
    """Whose key is in the configuration is in the database where the list asks
    it, and else an account."""
    names = ("local", "system", "group radius local", "group radius",
             "group radius system", "none", "local none", "system local")
    with Compiled() as bed:
        bed.compile(USERS + "radius server r\n address ipv4 127.0.0.1\n key k\n"
                    "aaa local authentication attempts max-fail 3\n" + "".join(
                        f"aaa authentication login l{i} {name}\n"
                        for i, name in enumerate(names)))
        for i, name in enumerate(names):
            for user, by in (("oper", "local"), ("none-acc", "local"),
                             ("x-acc", "system"), ("x-unk", None)):
                if by == "local" and "local" not in name:
                    by = "system" if user.endswith("-acc") else None
                r = bed.login(user, service=f"login-l{i}", stages="acct",
                              env="VTYMUX_METHOD=key")
                equal((r.acct == SUCCESS, r.env["VTYMUX_METHOD"]),
                      (bool(by), by or "system"), (name, user))
            # By another way he is not looked for in the database again.
            r = bed.login("x-rej", service=f"login-l{i}", stages="acct",
                          env="VTYMUX_METHOD=radius")
            equal(r.acct, SUCCESS, name)
        for n in range(3):
            bed.login("oper", "wrong", service="login-l0")
        r = bed.login("oper", service="login-l0", stages="acct",
                      env="VTYMUX_METHOD=key")
        equal((r.acct, r.env["VTYMUX_METHOD"]), (PERM_DENIED, "key"))
        os.unlink(f"{bed.pam}/users")
        r = bed.login("x-acc", service="login-l0", stages="acct",
                      env="VTYMUX_METHOD=key")
        equal(r.acct, SYSTEM_ERR, "without the database")


def test_new_model_without_exec_list():
    """IOS: everybody logs in, with level 1, whatever a server said."""
    with Compiled() as bed:
        bed.compile("aaa new-model\n" + USERS)
        r = bed.login("admin", service="exec-default", stages="acct",
                      env="VTYMUX_METHOD=radius|VTYMUX_PRIV=15")
        equal((r.acct, r.env.get("VTYMUX_PRIV")), (SUCCESS, None))


def test_undefined_list():
    """`default` without its `none`."""
    with Compiled() as bed:
        bed.compile(USERS + "radius server dead\n address ipv4 127.0.0.1 "
                    f"auth-port {closed_port()}\n key k\n"
                    "aaa authentication login default group radius none\n")
        equal(bed.login("any", service="login-default").auth, SUCCESS)
        assert bed.login("any", service="undefined").auth != SUCCESS
        bed.compile("aaa authentication login default none\n")
        equal(bed.login("any", service="login-default").auth, SUCCESS)
        assert bed.login("any", service="undefined").auth != SUCCESS
        assert bed.login("any", service="login-nosuch").auth != SUCCESS


def test_exec_lists():
    """Exec authorization: 10 of the semantics, and who came by what."""
    tacacs = Tacacs(lambda x: (x.request(), x.author(1, "priv-lvl=7")))
    text = (USERS + f"aaa new-model\ntacacs server t\n address ipv4 127.0.0.1\n"
            f" port {tacacs.port}\n key testing123\n"
            "radius server r\n address ipv4 127.0.0.1\n key k\n"
            "tacacs server gone\n address ipv4 127.0.0.1\n port "
            f"{closed_port()}\n key k\n"
            "aaa group server tacacs+ DEAD\n server name gone\n"
            "aaa group server tacacs+ LIVE\n server name t\n"
            "aaa authorization exec r group radius\n"
            "aaa authorization exec rl group radius local\n"
            "aaa authorization exec ri group radius if-authenticated\n"
            "aaa authorization exec t group LIVE\n"
            "aaa authorization exec d group DEAD\n"
            "aaa authorization exec dl group DEAD local\n"
            "aaa authorization exec di group DEAD if-authenticated\n"
            "aaa authorization exec n none\n")
    rows = [    # list, user, came by, level sent, allowed, level
        ("r", "lab", "radius", "15", True, "15"),
        ("r", "lab", "radius", None, True, None),
        ("r", "admin", "local", None, False, None),
        ("rl", "admin", "local", None, True, "15"),
        ("rl", "x-acc", "system", None, False, None),
        ("ri", "admin", "local", None, True, None),
        ("t", "lab", "radius", "15", True, "7"),
        ("t", "admin", "local", None, True, "7"),
        ("d", "admin", "local", None, False, None),
        ("dl", "admin", "radius", None, True, "15"),
        ("dl", "oper", "tacacs+", None, True, "5"),
        ("dl", "lab", "tacacs+", None, False, None),
        ("di", "lab", "tacacs+", None, True, None),
        ("n", "lab", "radius", "15", True, None),
    ]
    with Compiled() as bed:
        bed.compile(text)
        for name, user, by, level, allowed, want in rows:
            env = f"VTYMUX_METHOD={by}" + \
                (f"|VTYMUX_PRIV={level}" if level else "")
            r = bed.login(user, service=f"exec-{name}", stages="acct", env=env)
            equal(r.acct == SUCCESS, allowed, (name, user, r))
            if allowed:
                equal(r.env.get("VTYMUX_PRIV"), want, (name, user))


def test_reverse_lists():
    with Compiled() as bed:
        bed.compile(USERS + "radius server r\n address ipv4 127.0.0.1\n key k\n"
                    "aaa authorization reverse-access default group radius "
                    "local\n")
        for user, env, allowed in (
                ("lab", "VTYMUX_METHOD=radius|VTYMUX_LINES=3 7 ", True),
                ("lab", "VTYMUX_METHOD=radius|VTYMUX_LINES=3 77 ", False),
                ("lab", "VTYMUX_METHOD=radius|VTYMUX_LINES=", False),
                ("lab", "VTYMUX_METHOD=radius", True),
                ("lab", "VTYMUX_METHOD=system", False),
                ("oper", "VTYMUX_METHOD=local", True)):
            equal(bed.login(user, service="reverse-default", stages="acct",
                            env=env).acct == SUCCESS, allowed, (user, env))


def test_source_address():
    """The address that servers know us by; one of another family denies."""
    peers = []
    radius = Radius(lambda q: q.reply(2))

    def behave(x):
        peers.append(x.connection.getpeername()[0])
        x.start()
        x.reply(1)

    tacacs = Tacacs(behave)
    text = ("radius server r\n address ipv4 127.0.0.1 auth-port "
            f"{radius.port}\n key testing123\n source {{}}\n"
            "tacacs server t\n address ipv4 127.0.0.1\n"
            f" port {tacacs.port}\n key testing123\n source {{}}\n"
            "aaa authentication login r group radius none\n"
            "aaa authentication login t group tacacs+ none\n")
    with Compiled() as bed:
        bed.compile(text.format("127.0.0.2", "127.0.0.3"))
        for name, method in (("r", "radius"), ("t", "tacacs+")):
            r = bed.login(service=f"login-{name}")
            equal(r.env.get("VTYMUX_METHOD"), method)
        equal((radius.seen[0].get(4), peers),
              (bytes([127, 0, 0, 2]), ["127.0.0.3"]))
        # An address that is not ours now may be so later: that is silence.
        bed.compile(text.format("192.0.2.1", "192.0.2.1"))
        equal(bed.login(service="login-r").env["VTYMUX_METHOD"], "none")
        told = bed.compile(text.format("::1", "::1"))
        assert told.count("no usable server") == 2, told
        for name in "rt":
            assert bed.login(service=f"login-{name}").auth != SUCCESS
    equal((len(radius.seen), len(peers)), (1, 1))


def test_locks():
    """Failures in a row lock a user for a while, but not level 15."""
    with Compiled() as bed:
        bed.compile(USERS + "aaa local authentication attempts max-fail 3\n"
                    "aaa authentication login l local\n")

        def login(user, word):
            return bed.login(user, word, service="login-l").auth == SUCCESS

        for _ in range(2):
            assert not login("oper", "wrong")
        assert login("oper", "secret")      # and the count begins again
        for _ in range(3):
            assert not login("oper", "wrong")
        assert not login("oper", "secret")
        tally = f"{bed.directory}/aaa/tally/oper"
        with open(tally) as f:
            count, last = map(int, f.read().split())
        equal(count, 3)
        with open(tally, "w") as f:     # a minute later
            f.write(f"{count} {last - 60}\n")
        assert login("oper", "secret")
        for _ in range(5):
            assert not login("admin", "wrong")
        assert login("admin", "secret")
        login("x" * 20, "wrong")
        equal(sorted(os.listdir(f"{bed.directory}/aaa/tally")),
              ["admin", "oper"])


def test_equal_time():
    """A name that is not there costs as much as a wrong password."""
    with Compiled() as bed:
        bed.compile(USERS + "aaa authentication login l local\n")
        # The module as it is installed, with the decoy that costs as much.
        bed.replace("login-l", MODULES, BUILD)

        def fastest(user):
            return min(bed.login(user, "wrong", service="login-l").ms
                       for _ in range(5))

        known, unknown, bare = map(fastest, ("oper", "nobody", "none-acc"))
        assert known >= 5, known
        for other in (unknown, bare):
            assert known / 2 - 5 < other < known * 2 + 5, (known, other)


def test_generations():
    """The services in use and those before stay, older ones go."""
    with Compiled() as bed:
        for n in range(4):
            bed.compile(f"aaa authentication login l{n} none\n")
            equal(bed.login("any", service=f"login-l{n}").auth, SUCCESS)
        kept = sorted(n for n in os.listdir(bed.directory)
                      if n.startswith("aaa."))
        equal(kept, ["aaa.3", "aaa.4"])
        equal(os.readlink(bed.pam), "aaa.4")
        for name in kept:
            equal(os.stat(f"{bed.directory}/{name}").st_mode & 0o777, 0o700)
            for file in os.listdir(f"{bed.directory}/{name}"):
                equal(os.stat(f"{bed.directory}/{name}/{file}").st_mode & 0o777,
                      0o600, file)


def test_lists_that_cannot_be():
    """They deny, and the log says why."""
    with Compiled() as bed:
        log = bed.compile(
            "aaa authentication login a local local\n"
            "aaa authentication login b group nosuch none\n"
            "aaa authentication login c if-authenticated\n" + USERS)
        for name in "abc":
            assert bed.login("admin", service=f"login-{name}").auth != SUCCESS
        assert "aaa a: its methods cannot be in one list" in log, log
        assert "there is no server group nosuch" in log, log


def test_a_module_that_is_missing_denies():
    with Compiled() as bed:
        bed.compile(USERS + "aaa authentication login l local none\n")
        equal(bed.login("admin", service="login-l").auth, SUCCESS)
        bed.replace("login-l", r"\S*/pam_vtymux\.so local", "/nosuch.so local")
        assert bed.login("admin", service="login-l").auth != SUCCESS


if __name__ == "__main__":
    run("lists", tests_of(sys.modules[__name__]))
