#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Method `system`: the service vtymuxd writes, real pam_unix, real accounts.
They live in copies of passwd and shadow that only this process and its
children see, in a mount namespace of their own."""
import ctypes
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import accounts

DAY = 86400
RARE = "Xq7-unforgettable"


def private_accounts():
    """Puts our accounts in place of the machine's, for us alone."""
    if not accounts.own_mounts():
        return False
    today = int(time.time() / DAY)
    libcrypt = ctypes.CDLL("libcrypt.so.1")
    libcrypt.crypt.restype = ctypes.c_char_p
    yescrypt = libcrypt.crypt(b"secret", b"$y$j9T$vtymuxsalt./0123456789.")
    sha512 = libcrypt.crypt(b"secret", b"$6$saltsalt")
    yescrypt, sha512 = yescrypt.decode(), sha512.decode()
    rare = libcrypt.crypt(RARE.encode(), b"$6$saltsalt").decode()
    assert yescrypt[0] == sha512[0] == "$", (yescrypt, sha512)
    users = {    # name: (uid, hash, last change, maximum, expiry)
        "known": (4001, yescrypt, today, 99999, ""),
        "older": (4002, sha512, today, 99999, ""),
        "locked": (4003, "!" + yescrypt, today, 99999, ""),
        "nologin": (4004, "*", today, 99999, ""),
        "empty": (4005, "", today, 99999, ""),
        "expired": (4006, yescrypt, today, 99999, today - 2),
        "mustchange": (4007, yescrypt, 0, 99999, ""),
        "warned": (4008, yescrypt, today - 97, 100, ""),
        "rare": (4009, rare, today, 99999, ""),
        "toor": (0, yescrypt, today, 99999, ""),
    }
    accounts.append("passwd", [f"{user}:x:{uid}:65534::/:/bin/sh\n"
                               for user, (uid, *_) in users.items()], 0o644)
    # As Debian has it: shadow is root's, its group is not asked.
    accounts.append("shadow", [f"{user}:{hash_}:{last}:0:{most}:7::{expiry}:\n"
                               for user, (_, hash_, last, most, expiry) in
                               users.items()], 0o640)
    return True


if not private_accounts():
    print("skip - system: needs root and a mount namespace")
    sys.exit(0)

from world import BUILD, World, run     # noqa: E402


def system_world(**options):
    w = World(**options)
    subprocess.run([f"{BUILD}/test/write_services", f"{w.directory}/run"],
                   check=True, env=dict(w.environment, VTYMUX_LIBEXECDIR=
                                        f"{BUILD}/test/aaa"))
    return w


def admitted(result, before=""):
    status, out, err = result
    assert (status, out) == (1, b"") and err.endswith("% Invalid line\r\n"), result
    assert before in err, result


def denied(result):
    status, _, err = result
    assert status == 255 and "Permission denied" in err, result


def test_accounts():
    both = "keyboard-interactive,password"
    with system_world() as w:
        for user in ("known:99", "older:99"):
            admitted(w.ssh(user))
            admitted(w.ssh(user, methods=both))
        admitted(w.ssh("warned:99", methods=both), "will expire in 3 days")


def test_who_is_not_let_in():
    cases = [("known", "wrong"), ("known", ""), ("older", "wrong"),
             ("locked", "secret"), ("nologin", "secret"), ("nologin", "*"),
             ("empty", ""), ("empty", "secret"), ("expired", "secret"),
             ("mustchange", "secret"), ("toor", "secret"), ("root", ""),
             ("nobody-at-all", "secret"), ("daemon", ""), (":", "secret")]
    with system_world() as w, ThreadPoolExecutor(4) as pool:
        for result in pool.map(lambda c: w.ssh(c[0] + ":99", password=c[1]),
                               cases):
            denied(result)
        logs = "".join(session.log() for session in w.sessions)
        assert logs.count(" failed: ") == len(cases), logs
        assert logs.count("uid 0 is refused") == 1, logs


def memory_holds(pid, text):
    """Whether a writable part of a process's memory has the text."""
    with open(f"/proc/{pid}/maps") as maps, \
            open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            span, mode = line.split()[:2]
            if "w" not in mode:
                continue
            start, end = (int(x, 16) for x in span.split("-"))
            memory.seek(start)
            if text in memory.read(end - start):
                return line
    return None


def test_password_is_wiped():
    for method in ("password", "keyboard-interactive"):
        with system_world() as w:
            w.attach("rare:1", 1, password=RARE, methods=method)
            monitor, child = w.session().process.pid, w.session().child()
            assert memory_holds(monitor, b"127.0.0.1"), "nothing is found"
            for pid in (monitor, child):
                assert not memory_holds(pid, RARE.encode()), \
                    (method, pid, monitor, memory_holds(pid, RARE.encode()))


def cost(w, user):
    denied(w.ssh(user + ":99", password="wrong"))
    return w.session().cpu_seconds()


def test_missing_accounts_cost_what_others_do():
    """Processor time of the monitor; the clock is in test_login. What else the
    machine does only adds to it: the least of some rounds counts."""
    users = ("known", "locked", "nologin", "nobody-at-all", ":", ".bad", "toor")
    spent = {user: 60 for user in users}
    alike = False
    for _ in range(5):
        with system_world() as w:
            spent = {user: min(t, cost(w, user)) for user, t in spent.items()}
        alike = all(0.75 < t / spent["known"] < 1.33 for t in spent.values())
        if alike:
            break
    for user, t in spent.items():
        print(f"# {user:14} {t * 1000:.0f} ms")
    assert alike, spent


if __name__ == "__main__":
    run("system", [v for k, v in list(globals().items())
                   if k.startswith("test_")])
