#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Public keys: which are taken, from where, and that nothing else gets in."""
import base64
import os
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
subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "none", HOMES],
               check=True)

from world import BUILD, World, run     # noqa: E402

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
