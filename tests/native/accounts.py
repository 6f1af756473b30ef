# SPDX-License-Identifier: GPL-2.0-only
"""Accounts that only this process and its children see."""
import ctypes
import os
import shutil
import struct
import subprocess
import tempfile

CLONE_NEWNS = 0x20000
UTMPX = struct.Struct("=h2xi32s")
UTMPX_SIZE, USER_PROCESS = 384, 7


def own_mounts():
    """A mount namespace of our own. Returns whether it could be had."""
    libc = ctypes.CDLL(None, use_errno=True)
    if os.geteuid() != 0 or libc.unshare(CLONE_NEWNS):
        return False
    # Without that (in a chroot) our mounts would be everybody's.
    return subprocess.run(["mount", "--make-rprivate", "/"], check=False,
                          stderr=subprocess.DEVNULL).returncode == 0


def own_utmp():
    """/run, with utmp and wtmp, of our own. Returns whether it could be had."""
    if not own_mounts():
        return False
    subprocess.run(["mount", "-t", "tmpfs", "none", "/run"], check=True)
    for name in ("utmp", "wtmp"):
        with open(f"/run/{name}", "w"):
            pass
    if os.path.exists("/var/log/wtmp"):
        subprocess.run(["mount", "--bind", "/run/wtmp", "/var/log/wtmp"],
                       check=True)
    return True


def logged_in():
    """Lines of the users that utmp has, with the process."""
    with open("/run/utmp", "rb") as f:
        data = f.read()
    return sorted((line.rstrip(b"\0").decode(), pid) for kind, pid, line in
                  (UTMPX.unpack_from(data, at)
                   for at in range(0, len(data), UTMPX_SIZE))
                  if kind == USER_PROCESS)


def append(name, lines, mode):
    """Puts a copy of /etc/NAME, with more lines, in its place."""
    directory = tempfile.mkdtemp(prefix="vtymux-accounts-")
    path = os.path.join(directory, name)
    with open(f"/etc/{name}") as old, open(path, "w") as f:
        f.write(old.read() + "".join(lines))
    os.chmod(path, mode)
    subprocess.run(["mount", "--bind", path, f"/etc/{name}"], check=True)
    shutil.rmtree(directory)    # the mount keeps the file


def private(homes):
    """Accounts without passwords: {name: (uid, home)}. False where not."""
    if not own_mounts():
        return False
    append("passwd", [f"{name}:x:{uid}:65534::{home}:/bin/sh\n"
                      for name, (uid, home) in homes.items()], 0o644)
    return True
