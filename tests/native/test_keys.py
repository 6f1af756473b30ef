#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Public keys: which are taken, from where, and that nothing else gets in."""
import base64
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

import accounts

# Below /tmp, which all may write, no home is safe.
HOMES = "/mnt"
if not accounts.private({"known": (4001, HOMES + "/known"),
                         "toor": (0, HOMES + "/toor")}):
    print("skip - keys: needs root and a mount namespace")
    sys.exit(0)
accounts.append("shadow", ["known:*:19000:0:99999:7:::\n"], 0o640)
subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "none", HOMES],
               check=True)

from test_aaa import aaa_world                      # noqa: E402
from test_command_line import CommandLineWorld      # noqa: E402
from world import World, run, wait_for              # noqa: E402

LIMIT = 0.15    # s between two of them
ROUNDS, ROUNDS_MAX = 5, 20


def make_keys():
    """Private keys of every kind; two of them nobody authorizes."""
    directory = tempfile.mkdtemp(prefix="vtymux-user-keys-")
    kinds = {"ed25519": ("ed25519", 256), "ecdsa256": ("ecdsa", 256),
             "ecdsa384": ("ecdsa", 384), "ecdsa521": ("ecdsa", 521),
             "rsa": ("rsa", 2048), "other": ("ed25519", 256),
             "otherrsa": ("rsa", 2048)}
    for name, (kind, bits) in kinds.items():
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-b", str(bits), "-N",
                        "", "-C", f"{name} key", "-f", f"{directory}/{name}"],
                       check=True)
    return directory


KEYS = make_keys()
GOOD = ("ed25519", "ecdsa256", "ecdsa384", "ecdsa521", "rsa")


def public(name):
    with open(f"{KEYS}/{name}.pub") as f:
        return f.read().strip()


def configure(w, *lines):
    """What vtymuxd makes of "ip ssh pubkey-chain"."""
    with open(f"{w.directory}/run/authorized-keys", "w") as f:
        f.write("".join(line + "\n" for line in lines))


def put_home(text, user="known", uid=4001):
    """~/.ssh/authorized_keys of an account, its home closed to others."""
    home = f"{HOMES}/{user}"
    shutil.rmtree(home, True)
    os.makedirs(f"{home}/.ssh", 0o700)
    path = f"{home}/.ssh/authorized_keys"
    with open(path, "w") as f:
        f.write(text)
    for p in (home, f"{home}/.ssh", path):
        os.chown(p, uid, 65534)
    os.chmod(home, 0o700)
    os.chmod(path, 0o600)
    return path


def login(w, user, name, *options):
    return w.ssh(user, methods="publickey", options=(
        f"IdentityFile={KEYS}/{name}", "IdentitiesOnly=yes",
        "IdentityAgent=none", *options))


def admitted(result):
    status, out, err = result
    assert (status, out) == (1, b"") and err.endswith("% Invalid line\r\n"), result


def denied(result):
    status, out, err = result
    assert status == 255 and "Permission denied" in err and not out, result


def test_every_kind_of_key():
    with World() as w:
        configure(w, *(f"good {public(n)}" for n in GOOD))
        for name in GOOD:
            admitted(login(w, "good:99", name))
            assert "logged in" in w.session().log(), name
        for name in ("other", "otherrsa"):
            denied(login(w, "good:99", name))


def test_both_hashes_of_rsa_and_not_sha1():
    with World() as w:
        configure(w, f"good {public('rsa')}")
        for alg in ("rsa-sha2-256", "rsa-sha2-512"):
            admitted(login(w, "good:99", "rsa", f"PubkeyAcceptedAlgorithms={alg}"))
        denied(login(w, "good:99", "rsa", "PubkeyAcceptedAlgorithms=ssh-rsa"))


def test_a_key_is_its_users():
    with World() as w:
        configure(w, f"good {public('ed25519')}", f"lab {public('ecdsa256')}")
        denied(login(w, "lab:99", "ed25519"))
        denied(login(w, "goo:99", "ed25519"))
        denied(login(w, "stranger:99", "ed25519"))
        admitted(login(w, "lab:99", "ecdsa256"))


def test_key_hash():
    blob = base64.b64decode(public("rsa").split()[1])
    digest = subprocess.run(["md5sum"], input=blob, check=True,
                            capture_output=True).stdout.decode().split()[0]
    with World() as w:
        configure(w, f"good md5 ssh-rsa {digest.upper()}")
        admitted(login(w, "good:99", "rsa"))
        denied(login(w, "good:99", "otherrsa"))


def test_the_account_stage_decides_still():
    with World() as w:
        configure(w, f"expired {public('ed25519')}", f"root {public('ed25519')}")
        denied(login(w, "expired:99", "ed25519"))
        assert "expired" in w.session().log(), w.session().log()
        denied(login(w, "root:99", "ed25519"))
        assert "uid 0" in w.session().log(), w.session().log()
        calls = [c.split()[:2] for c in w.pam_calls()]
        assert calls == [["account", "expired"]], calls


def test_bad_names_have_no_keys():
    with World() as w:
        configure(w, f" {public('ed25519')}", f": {public('ed25519')}")
        for user in (":1", "a+b:1"):
            denied(login(w, user, "ed25519"))
            assert "login of" not in w.session().log(), w.session().log()


def test_home_of_an_account():
    with World() as w:
        put_home(f"# mine\n\n{public('ecdsa521')}\n"
                 f"no-pty {public('rsa')}\n"
                 f'from="10.0.0.1",no-port-forwarding {public("other")}\n'
                 f"no-port-forwarding,no-X11-forwarding {public('ed25519')}\n")
        admitted(login(w, "known:99", "ecdsa521"))
        admitted(login(w, "known:99", "ed25519"))
        for name in ("rsa", "other"):
            denied(login(w, "known:99", name))
            assert "an option that this version does not have" in \
                w.session().log(), w.session().log()


def test_home_that_others_may_write():
    with World() as w:
        key = public("ed25519") + "\n"
        for spoil in (lambda p: os.chmod(p, 0o620),
                      lambda p: os.chown(p, 4002, 65534),
                      lambda p: os.chmod(os.path.dirname(p), 0o770),
                      lambda p: os.chmod(HOMES + "/known", 0o702)):
            path = put_home(key)
            admitted(login(w, "known:99", "ed25519"))
            spoil(path)
            denied(login(w, "known:99", "ed25519"))
            assert "is not used" in w.session().log(), w.session().log()


def test_home_with_a_trap():
    """A FIFO must not hang the monitor, a device must not be opened."""
    with World() as w:
        path = put_home("")
        os.unlink(path)
        os.mkfifo(path)
        os.chown(path, 4001, 65534)
        denied(login(w, "known:99", "ed25519"))
        os.unlink(path)
        os.symlink("/dev/zero", path)
        denied(login(w, "known:99", "ed25519"))


def test_home_of_root_does_not_count():
    with World() as w:
        put_home(public("ed25519") + "\n", "toor", 0)
        denied(login(w, "toor:99", "ed25519"))


def chain(*users):
    """The commands that give them the first key."""
    return "ip ssh pubkey-chain\n" + "".join(
        f" username {user}\n  key-string\n   {public('ed25519')}\n  exit\n"
        for user in users)


def test_a_key_of_the_database():
    """He has what a password gives him, also with an account of that name."""
    with CommandLineWorld("username bare privilege 7\n" +
                          chain("op", "eve", "lab", "bare")) as w:
        for user, level in (("op", 15), ("eve", 1), ("lab", 15), ("bare", 7)):
            status, out, err = w.ssh(
                user, "show privilege", methods="publickey", options=(
                    f"IdentityFile={KEYS}/ed25519", "IdentitiesOnly=yes",
                    "IdentityAgent=none"))
            assert (status, out) == (
                0, b"Current privilege level is %d\n" % level), (out, err)
            assert re.search(f"{user} logged in from .* by local", w.log())
        denied(login(w, "op", "other"))
        assert "neither in the database" not in w.log()


def test_a_key_of_nobody_is_warned_of():
    with CommandLineWorld(chain("stranger", "op", "known", "other")) as w:
        wait_for(lambda: "neither in the database nor in /etc/passwd: "
                 "stranger, other\n" in w.log(), what="warning")
        denied(login(w, "stranger", "ed25519"))


USERS = "".join(f"username {user} privilege {level} secret secret\n"
                for user, level in (("op", 15), ("eve", 1), ("known", 15),
                                    ("root", 15), ("daemon", 15)))
LISTS = """aaa new-model
aaa local authentication attempts max-fail 3
radius server r
 address ipv4 127.0.0.1
 key k
aaa authentication login default local system
aaa authentication login CONSOLES group radius
"""


def keys_world(text):
    """The same key for all; line 1 has a list of its own, and is off."""
    w = aaa_world(text)
    w.lines[1].set("transport_input", "none")
    configure(w, *(f"{user} {public('ed25519')}" for user in (
        "op", "eve", "known", "root", "daemon", "stranger")))
    return w


def came_by(w, user, method):
    status, out, err = login(w, user, "ed25519")
    assert (status, out) == (1, b"") and "% " in err, (status, out, err)
    assert f"by {method}\n" in w.session().log(), w.session().log()


def refused(w, user, why):
    denied(login(w, user, "ed25519"))
    assert why in w.session().log(), w.session().log()


def test_a_key_counts_where_the_list_asks_the_database():
    with keys_world(USERS + LISTS) as w:
        for user in ("op", "eve", "known"):
            came_by(w, f"{user}:99", "local")
        # The other list asks a server alone, which knows no keys.
        for user in ("op", "eve"):
            refused(w, f"{user}:1", "failed: ")
        came_by(w, "known:1", "system")
        refused(w, "root:99", "uid 0")
        refused(w, "daemon:99", "the name of a system account")
        refused(w, "stranger:99", "failed: ")
        w.lines[1].set("login_authentication", "nosuch")
        came_by(w, "op:1", "local")
    with keys_world(LISTS) as w:        # an empty database
        came_by(w, "known:99", "system")
        refused(w, "op:99", "failed: ")


def test_a_key_of_an_account_in_the_database():
    """What stands in a home is the account's."""
    with keys_world(USERS + LISTS) as w:
        put_home(public("rsa") + "\n")
        status, _, err = login(w, "known:99", "rsa")
        assert status == 1 and "% Invalid line" in err, err
        assert "by system\n" in w.session().log(), w.session().log()


def test_a_key_of_a_locked_user():
    with keys_world(USERS + LISTS) as w:
        with open("/proc/uptime") as f:
            boot = int(float(f.read().split()[0]))
        for user in ("op", "eve"):
            with open(f"{w.directory}/run/aaa/tally/{user}", "w") as f:
                f.write(f"3 {boot}\n")
        refused(w, "eve:99", "failed: ")
        came_by(w, "op:99", "local")    # of level 15


def test_a_service_that_knows_no_keys_denies():
    with keys_world(USERS + LISTS) as w:
        path = f"{w.directory}/run/pam.d/login-default"
        with open(path) as f:
            text = f.read()
        with open(path, "w") as f:
            f.write("".join(row for row in text.splitlines(True)
                            if ".so key" not in row))
        refused(w, "op:99", "does not know keys")
        refused(w, "known:99", "does not know keys")


def test_a_wrong_key_costs_no_attempt():
    """An agent may offer many; a signature that does not verify is one."""
    with World(retries=0) as w:
        configure(w, f"good {public('ed25519')}")
        admitted(w.ssh("good:99", methods="publickey", options=(
            "IdentitiesOnly=yes", "IdentityAgent=none",
            f"IdentityFile={KEYS}/other", f"IdentityFile={KEYS}/rsa",
            f"IdentityFile={KEYS}/ecdsa256", f"IdentityFile={KEYS}/ed25519")))


def test_password_after_a_key():
    with World() as w:
        admitted(w.ssh("good:99", methods="publickey,password", options=(
            "IdentitiesOnly=yes", "IdentityAgent=none",
            f"IdentityFile={KEYS}/other")))


def fastest(w, users, times):
    """Another round of refused logins, all users in turn. {user: seconds}"""
    for user in users:
        begin = time.monotonic()
        denied(login(w, user, "other"))
        times.setdefault(user, []).append(time.monotonic() - begin)
    # What is above the fastest is the machine.
    return {user: min(taken) for user, taken in times.items()}


def test_time_tells_nothing():
    users, times = ("known:99", "good:99", "nobodyatall:99"), {}
    with World() as w:
        put_home("".join(f"{public('rsa')}\n" for _ in range(200)))
        configure(w, f"good {public('ed25519')}")
        # A busy machine needs more rounds. A difference stays in all of them.
        for n in range(ROUNDS_MAX):
            best = fastest(w, users, times)
            spread = max(best.values()) - min(best.values())
            if n + 1 >= ROUNDS and spread < LIMIT:
                break
        for user, t in best.items():
            print(f"# {user:16} {t:.3f} s, the fastest of {n + 1}")
        assert spread < LIMIT, times


if __name__ == "__main__":
    try:
        run("keys", [v for k, v in list(globals().items())
                     if k.startswith("test_")])
    finally:
        shutil.rmtree(KEYS, True)
