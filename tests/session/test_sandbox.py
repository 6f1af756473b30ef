# SPDX-License-Identifier: GPL-2.0-only
"""What vtymux-sshd has left when it reads from the network."""
import os
import pwd
import signal
import subprocess
import tempfile

from bed import BUILD, Bed, contains, same, until
from test_channel import BREAKS, request


def status_of(pid):
    fields = {}
    with open("/proc/%d/status" % pid, encoding="ascii") as f:
        for line in f:
            name, value = line.split(":", 1)
            fields[name] = value.split()
    return fields


def limits_of(pid):
    with open("/proc/%d/limits" % pid, encoding="ascii") as f:
        return {line[:26].strip(): line[26:].split()[:2] for line in f}


def nothing_is_left_before_the_first_byte():
    if os.geteuid() != 0:
        return "needs root"
    with Bed() as bed:
        transport = bed.transport()     # not authenticated
        pid = int(bed.wait("session")[0])
        status = status_of(pid)
        uid = str(pwd.getpwnam("nobody").pw_uid)
        same(status["Uid"], [uid] * 4)
        assert status["Gid"][0] != "0" and len(set(status["Gid"])) == 1
        same(status["Groups"], [])
        for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            same((name, int(status[name][0], 16)), (name, 0))
        same(status["NoNewPrivs"], ["1"])
        same(status["Seccomp"], ["2"])
        same(os.readlink("/proc/%d/root" % pid), Bed.root)
        same(os.readlink("/proc/%d/cwd" % pid), Bed.root)
        same(os.listdir("/proc/%d/root" % pid), [])
        # not dumpable: its /proc files belong to root
        same(os.stat("/proc/%d/mem" % pid).st_uid, 0)
        limits = limits_of(pid)
        same(limits["Max open files"], ["256", "256"])
        for name in ("Max core file size", "Max file size", "Max processes"):
            same((name, limits[name]), (name, ["0", "0"]))
        transport.close()


def descriptors_are_few_and_known():
    with Bed() as bed:
        bed.shell()
        pid = int(bed.event("session")[0])
        names = {fd: os.readlink("/proc/%d/fd/%s" % (pid, fd))
                 for fd in os.listdir("/proc/%d/fd" % pid)}
        for fd in "012":
            same(names.pop(fd), "/dev/null")
        kinds = sorted(name.split(":")[0] for name in names.values())
        line = os.ttyname(bed.near)
        # the connection and the monitor, Dropbear's signal pipe and the
        # notice pipe, the line and its copy
        same(kinds, sorted([line, line] + ["pipe"] * 3 + ["socket"] * 2))


def forbidden_calls_kill():
    for name in ("kill", "tgkill", "ptrace", "pidfd_open", "process_vm_readv",
                 "fork", "execve", "mmap-exec", "tiocsti", "tiocsctty",
                 "f_setown"):
        with Bed(env=dict(BREAKS, FORBIDDEN=name)) as bed:
            channel = bed.shell()
            try:
                request(channel, "break", 500)
            except Exception:   # the connection goes with the process
                pass
            bed.wait("ended")
            same((name, bed.event("ended")),
                 (name, ["signal %d" % signal.SIGSYS]))


def files_and_sockets_are_refused():
    for name in ("openat", "socket"):
        with Bed(env=dict(BREAKS, FORBIDDEN=name)) as bed:
            channel = bed.shell()
            request(channel, "break", 500)
            same((name, bed.read_far(4)), (name, b"<13>"))   # EACCES


def session_fails(root, why):
    with Bed(root=root) as bed:
        try:
            bed.transport()
            raise AssertionError("a session without its sandbox")
        except AssertionError:
            raise
        except Exception:
            pass
        contains(bed.wait("log")[0], "Sandbox: " + why)
        same(bed.wait("ended"), ["exit 1"])


def a_bad_root_directory_is_fatal():
    if os.geteuid() != 0:
        return "needs root"
    with tempfile.TemporaryDirectory() as root:
        os.chmod(root, 0o755)
        session_fails(root + "/missing", "No such file")
        with open(root + "/file", "w", encoding="ascii"):
            pass
        session_fails(root + "/file", "Not a directory")
        session_fails(root, "Directory not empty")
        os.unlink(root + "/file")
        os.chmod(root, 0o775)
        session_fails(root, "Permission denied")
        os.chmod(root, 0o755)
        os.chown(root, pwd.getpwnam("nobody").pw_uid, -1)
        session_fails(root, "Permission denied")


def a_missing_user_is_fatal():
    if os.geteuid() != 0:
        return "needs root"
    for user, why in (("no-such-user", "No such file"),
                      ("root", "Operation not permitted")):
        with Bed(user=user) as bed:
            try:
                bed.transport()
                raise AssertionError("a session as " + user)
            except AssertionError:
                raise
            except Exception:
                pass
            contains(bed.wait("log")[0], "Sandbox: " + why)


def without_root_the_filter_stays():
    if os.geteuid() != 0:
        return "needs root"
    with Bed(uid=pwd.getpwnam("nobody").pw_uid) as bed:
        channel = bed.shell()
        status = status_of(int(bed.event("session")[0]))
        same(status["NoNewPrivs"], ["1"])
        same(status["Seccomp"], ["2"])
        channel.sendall(b"x")
        same(bed.read_far(1), b"x")


def the_installed_program_needs_root():
    """And a PROTO_HELLO; without either it does nothing."""
    same(subprocess.run([BUILD + "/vtymux-sshd"], check=False,
                        stdin=subprocess.DEVNULL).returncode, 1)
    with open(BUILD + "/vtymux-sshd", "rb") as f:
        program = f.read()
    assert b"VTYMUX_SSHD_ROOT" not in program
    assert b"VTYMUX_SSHD_USER" not in program
    if os.geteuid() != 0:
        return None
    with Bed(uid=pwd.getpwnam("nobody").pw_uid,
             program="vtymux-sshd") as bed:
        try:
            bed.transport()
            raise AssertionError("a session without its sandbox")
        except AssertionError:
            raise
        except Exception:
            pass
        until(lambda: bed.event("ended"), what="end")
        contains(bed.event("log")[0], "Sandbox: Operation not permitted")
    return None


TESTS = [nothing_is_left_before_the_first_byte,
         descriptors_are_few_and_known, forbidden_calls_kill,
         files_and_sockets_are_refused, a_bad_root_directory_is_fatal,
         a_missing_user_is_fatal, without_root_the_filter_stays,
         the_installed_program_needs_root]
