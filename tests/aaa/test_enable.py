# SPDX-License-Identifier: GPL-2.0-only
"""Lists of enable: every order of their methods with every outcome of each,
and what servers are asked."""
import itertools
import os
import sys
from concurrent.futures import ThreadPoolExecutor

from bed import SUCCESS, Bed, equal, run, tests_of
from servers import Radius, Tacacs, attr, avpair, closed_port
from test_lists import (CHEAP, OTHER, SERVER, WORKERS, Compiled, Servers,
                        words)

# The level says what the secret of enable will do.
LEVELS = {"accept": 15, "reject": 14, "unknown": 13, "fault": 15}
OUTCOMES = {"radius": SERVER, "tacacs+": SERVER, "enable": tuple(LEVELS),
            "none": ("accept",)}
SECRETS = (f"enable secret level 15 5 {CHEAP}\n"
           f"enable secret level 14 5 {OTHER}\n")


def lists():
    """Three methods differ from two in nothing: test_lists has them all."""
    methods = ("radius", "tacacs+", "enable")
    for size in (1, 2):
        yield from itertools.permutations(methods, size)
    for size in (0, 1, 2):
        for order in itertools.permutations(methods, size):
            yield order + ("none",)


def semantics(methods, outcomes):
    for i, (method, outcome) in enumerate(zip(methods, outcomes)):
        if outcome == "accept":
            return True
        if outcome in ("timeout", "badkey", "garbage"):
            continue
        checked = i + 1 < len(methods) and methods[i + 1] != "none"
        if method == "enable" and outcome == "unknown" and checked:
            continue
        return False
    return False


def check_lists(work):
    """The mismatches of one worker's share: there is one list of enable."""
    text, done = work
    wrong = []
    with Compiled() as bed:
        for line, cases in done:
            bed.compile(f"{text}aaa authentication enable default {line}\n")
            for methods, outcomes in sorted(cases, key=lambda c: "fault" ==
                                            dict(zip(*c)).get("enable")):
                secret = dict(zip(methods, outcomes)).get("enable", "accept")
                if secret == "fault" and os.path.exists(f"{bed.pam}/enable"):
                    os.unlink(f"{bed.pam}/enable")
                r = bed.login(service="enable-default",
                              env=f"VTYMUX_ENABLE={LEVELS[secret]}")
                if (r.auth == SUCCESS) != semantics(methods, outcomes):
                    wrong.append((methods, outcomes, r))
    return wrong


def test_truth_table():
    text = "aaa new-model\n" + SECRETS + Servers().configuration()
    done = {}
    for methods in lists():
        for outcomes in itertools.product(*[OUTCOMES[m] for m in methods]):
            line = " ".join(map(words, methods, outcomes))
            done.setdefault(line, []).append((methods, outcomes))
    shares = [(text, list(done.items())[i::WORKERS]) for i in range(WORKERS)]
    with ThreadPoolExecutor(WORKERS) as pool:
        wrong = sum(pool.map(check_lists, shares), [])
    count = sum(map(len, done.values()))
    print(f"# {len(done)} lists, {count} cases, {len(wrong)} mismatches")
    equal(wrong[:5], [], "mismatches")
    assert count > 400, count


def test_default_is_the_secret():
    with Compiled() as bed:
        bed.compile(SECRETS)
        for level, word, good in ((15, "secret", True), (15, "wrong", False),
                                  (14, "secret", False), (13, "secret", False),
                                  (0, "secret", False), (16, "secret", False)):
            r = bed.login(answers=word, service="enable-default",
                          env=f"VTYMUX_ENABLE={level}")
            equal(r.auth == SUCCESS, good, (level, word, r))
        assert bed.login(service="enable-default").auth != SUCCESS


def enable(bed, level=15, **options):
    return bed.login(env=f"VTYMUX_ENABLE={level}", **options).auth == SUCCESS


def test_radius():
    said = []
    server = Radius(lambda q: q.reply(2, *said))
    with Bed() as bed:
        bed.one("radius", server.line(), extra="service=enable")
        assert enable(bed, 7)
        q = server.seen[0]
        equal((q.get(1), q.number(6), q.number(5), q.password()),
              (b"$enab7$", 6, 7, "secret"))
        # A level that the server names must be enough.
        for attrs, good in (([attr(136, 7)], True), ([attr(136, 6)], False),
                            ([avpair("shell:priv-lvl=15")], True),
                            ([avpair("shell:priv-lvl=1")], False),
                            ([attr(6, 6)], True), ([attr(6, 1)], False)):
            said[:] = attrs
            equal(enable(bed, 7), good, attrs)


def test_tacacs():
    starts = []

    def behave(x):
        starts.append(x.receive())
        x.reply(5, "Password: ", 1)
        x.reply(1 if x.answer()[0] == "secret" else 2)

    server = Tacacs(behave)
    with Bed() as bed:
        # Also where logins are by PAP: enable has ASCII alone.
        for flags in (0, 2):
            bed.one("tacplus", server.line(flags=flags),
                    extra="service=enable")
            assert enable(bed, 9) and not enable(bed, 9, answers="wrong")
        for start in starts:    # LOGIN, level, ASCII, ENABLE (RFC 8907 5.1)
            equal(start[:4], bytes([1, 9, 1, 2]))
            equal(start[8:11], b"lab")
    equal(server.errors, [])


def test_silence_and_faults():
    with Bed() as bed:
        gone = (f"tacacs+ t 127.0.0.1 {closed_port()} 1 2 0 0 - " +
                b"k".hex())
        bed.one("tacplus", gone, extra="service=enable")
        equal(bed.login(env="VTYMUX_ENABLE=15").auth, 9)
        for env in ("", "VTYMUX_ENABLE=16", "VTYMUX_ENABLE=x",
                    "VTYMUX_ENABLE=-1"):
            equal(bed.login(env=env).auth, 4, env)


if __name__ == "__main__":
    run("enable", tests_of(sys.modules[__name__]))
