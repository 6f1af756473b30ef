# SPDX-License-Identifier: GPL-2.0-only
"""One test's world: lines, host keys, PAM services, a listener that starts a
monitor for each connection as vtymuxd does, and OpenSSH clients."""
import atexit
import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from lines import Lines     # noqa: E402
from verdict import run     # noqa: E402, F401

BUILD = os.environ["O"]     # absolute
LINK = struct.Struct("=IIII9I256s512s65s32s3x4s96s48s48s48s48s48s256s")
LINK_CONFIG, LINK_CLEAR, LINK_AUTHENTICATED, LINK_OPENED, LINK_CLOSED, \
    LINK_VTY, LINK_ALGORITHMS, LINK_FAILED, LINK_SCP = range(1, 10)

ASKPASS = """#!/bin/sh
date +%s.%N >>"$ASKED"
printf '%s\\n' "$1" >>"$ASKED.prompts"
case $1 in
*Token*) echo "$TOKEN" ;;
*) echo "$PASSWORD" ;;
esac
"""


def wait_for(condition, timeout=10, what="condition"):
    """Returns the first true value of condition(); fails after the timeout."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"no {what} after {timeout} s")
        time.sleep(0.005)


def make_keys():
    """One host key of each type, made once a run."""
    directory = tempfile.mkdtemp(prefix="vtymux-keys-")
    atexit.register(shutil.rmtree, directory, True)
    for kind in ("ed25519", "ecdsa", "rsa"):
        subprocess.run([f"{BUILD}/dropbearkey", "-t", kind, "-f",
                        f"{directory}/ssh_host_{kind}_key"],
                       check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
    return directory


KEYS = make_keys()


class Session:
    """A monitor and our end of its link."""

    def __init__(self, world, number, connection, config):
        self.world, self.number = world, number
        self.copies = []
        self.log_path = os.path.join(world.directory, f"log{number}")
        self.link, theirs = socket.socketpair(socket.AF_UNIX,
                                              socket.SOCK_SEQPACKET)
        # Above 9, so that no dup2() of the shell hits the other's source.
        fds = [fcntl.fcntl(s, fcntl.F_DUPFD, 10) for s in (connection, theirs)]
        with open(self.log_path, "w") as log:
            self.process = subprocess.Popen(
                ["bash", "-c", f'exec "$0" 3<&{fds[0]} 4<&{fds[1]} '
                 f'{fds[0]}<&- {fds[1]}<&-', world.monitor],
                pass_fds=fds, env=world.environment, stderr=log,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        for fd in fds:
            os.close(fd)
        theirs.close()
        connection.close()
        self.tell(LINK_CONFIG, config)

    def tell(self, kind, config=(0,) * 9 + (b"", b"")):
        self.link.send(LINK.pack(kind, 0, 0, 0, *config, *[b""] * 10))

    def reports(self, count):
        """The next messages of the monitor: (type, line, user)."""
        self.link.settimeout(10)
        got = []
        while len(got) < count:
            m = LINK.unpack(self.link.recv(LINK.size))
            if m[0] == LINK_ALGORITHMS:
                self.algorithms = [a.rstrip(b"\0").decode() for a in m[18:24]]
            elif m[0] == LINK_SCP:
                self.copies.append(m[24].rstrip(b"\0").decode())
            elif m[0] not in (LINK_VTY, LINK_FAILED):  # of every connection
                got.append((m[0], m[1], m[15].rstrip(b"\0").decode()))
        return got

    def log(self):
        with open(self.log_path) as f:
            return f.read()

    def cpu_seconds(self):
        """Waits for the end; what the monitor itself has used."""
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        return usage.ru_utime + usage.ru_stime

    def child(self):
        """The session process's pid, or None."""
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/stat") as f:
                    fields = f.read().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) == self.process.pid and fields[0] != "Z":
                return int(pid)
        return None


class Client:
    """ssh, running."""

    def __init__(self, world, user, command=(), password="secret", token="42",
                 options=(), host="127.0.0.1", prompts=1, methods=None,
                 tty="-T"):
        self.asked = tempfile.mktemp(dir=world.directory, prefix="asked")
        environment = dict(os.environ, PASSWORD=password, TOKEN=token,
                           ASKED=self.asked, DISPLAY=":none",
                           SSH_ASKPASS=world.askpass,
                           SSH_ASKPASS_REQUIRE="force")
        arguments = ["ssh", tty, "-F", "none", "-p", str(world.port), "-l", user,
                     "-o", f"UserKnownHostsFile={world.known_hosts}",
                     "-o", "StrictHostKeyChecking=yes",
                     "-o", "HostKeyAlias=vtymux",
                     "-o", "LogLevel=INFO",
                     "-o", f"NumberOfPasswordPrompts={prompts}",
                     "-o", f"PreferredAuthentications={methods or 'password'}"]
        for option in options:
            arguments += ["-o", option]
        self.process = subprocess.Popen(
            arguments + [host, *command], env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True)
        world.clients.append(self)

    def send(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def finish(self, timeout=30):
        """Ends stdin, waits. Returns (status, stdout, stderr text)."""
        out, err = self.process.communicate(timeout=timeout)
        self.ended = time.time()
        return self.process.returncode, out, err.decode(errors="replace")

    def ended_after(self):
        """Seconds from the last answer the client gave to its end."""
        return self.ended - float(self.asked_at()[-1])

    def asked_at(self):
        return self.lines_of(self.asked)

    def prompts(self):
        return self.lines_of(self.asked + ".prompts")

    @staticmethod
    def lines_of(path):
        if not os.path.exists(path):
            return []
        with open(path) as f:
            return f.read().splitlines()


class World:
    bases = 0

    def __init__(self, lines=4, retries=3, timeout=30, session=None,
                 environment=(), virtual=16, reserve=0, scp=0, scp_root=b"",
                 rotary=0):
        self.directory = tempfile.mkdtemp(prefix="vtymux-native-")
        os.chmod(self.directory, 0o755)
        self.lines = Lines(self.directory, lines, virtual)
        self.config = [5, 0, timeout, retries, lines + 1, virtual, reserve,
                       scp, rotary, scp_root, b"\xff" * 512]
        self.monitor = os.environ.get("VTYMUX_TEST_MONITOR",
                                      f"{BUILD}/test/vtymux-monitor")
        self.sessions, self.clients = [], []
        # Numbers of sessions are unique where the service manager sees them.
        World.bases += "VTYMUX_TEST_MONITOR" in os.environ
        self.base = World.bases * 100000
        for name in ("etc", "libexec", "run", "run/pam.d", "empty"):
            os.mkdir(os.path.join(self.directory, name), 0o755)
        os.symlink(f"{BUILD}/vtymux-start",
                   os.path.join(self.directory, "libexec", "vtymux-start"))
        os.symlink(session or f"{BUILD}/test/vtymux-sshd",
                   os.path.join(self.directory, "libexec", "vtymux-sshd"))
        self.policy()
        self.write_services()
        self.write_keys()
        self.askpass = os.path.join(self.directory, "askpass")
        with open(self.askpass, "w") as f:
            f.write(ASKPASS)
        os.chmod(self.askpass, 0o755)
        self.environment = dict(
            os.environ, VTYMUX_SYSFS=self.lines.sysfs,
            VTYMUX_MODULE=self.lines.module,
            VTYMUX_DEV=self.lines.dev, VTYMUX_RUNDIR=f"{self.directory}/run",
            VTYMUX_SYSCONFDIR=f"{self.directory}/etc",
            VTYMUX_LIBEXECDIR=f"{self.directory}/libexec",
            VTYMUX_BINDIR=f"{BUILD}/test",
            VTYMUX_SSHD_USER="nobody",
            VTYMUX_SSHD_ROOT=f"{self.directory}/empty", **dict(environment))
        self.port = 0
        self.listeners = []
        self.listen(socket.AF_INET, "127.0.0.1")
        self.listen(socket.AF_INET6, "::1")

    def policy(self, *rules):
        """What the agent keeps of lines: "1 allow user lab", ..."""
        path = f"{self.directory}/run/lines"
        with open(path + ".new", "w") as f:
            f.write("".join(rule + "\n" for rule in rules + ("end",)))
        os.rename(path + ".new", path)

    def write_services(self):
        module = f"{BUILD}/test/pam_test.so"
        self.pam_log = os.path.join(self.directory, "pam.log")
        for service in ("login-default", "undefined"):
            with open(f"{self.directory}/run/pam.d/{service}", "w") as f:
                f.write("auth [success=ok default=die] "
                        f"{BUILD}/test/aaa/pam_vtymux.so mark system\n")
                f.write("account [success=ignore default=die] "
                        f"{BUILD}/test/aaa/pam_vtymux.so key\n")
                for kind in ("auth", "account"):
                    f.write(f"{kind} [success=ok default=die] {module} "
                            f"log={self.pam_log}\n")
        for service in ("exec-default", "reverse-default"):
            with open(f"{self.directory}/run/pam.d/{service}", "w") as f:
                f.write("account [success=ok default=die] pam_permit.so\n")

    def write_keys(self):
        self.known_hosts = os.path.join(self.directory, "known_hosts")
        with open(self.known_hosts, "w") as hosts:
            for name in os.listdir(KEYS):
                if not name.endswith("_key"):
                    continue
                shutil.copy(f"{KEYS}/{name}", f"{self.directory}/etc/{name}")
                public = subprocess.run(
                    [f"{BUILD}/dropbearkey", "-y", "-f", f"{KEYS}/{name}"],
                    check=True, capture_output=True, text=True).stdout
                key = [l for l in public.splitlines()
                       if l.startswith(("ssh-", "ecdsa-"))][0]
                hosts.write("vtymux " + " ".join(key.split()[:2]) + "\n")

    def listen(self, family, address):
        s = socket.socket(family)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        s.bind((address, self.port))
        s.listen(256)
        self.port = s.getsockname()[1]
        thread = threading.Thread(target=self.accept, args=(s,), daemon=True)
        thread.start()
        self.listeners.append((s, thread))

    def accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            number = len(self.sessions) + 1
            self.config[1] = number + self.base
            self.sessions.append(Session(self, number, connection,
                                         list(self.config)))

    def session(self, index=-1):
        wait_for(lambda: self.sessions, what="session")
        return self.sessions[index]

    def client(self, user, *command, **options):
        return Client(self, user, command, **options)

    def ssh(self, user, *command, **options):
        """Runs ssh to its end. Returns (status, stdout, stderr text)."""
        return self.client(user, *command, **options).finish()

    def attach(self, user, number, **options):
        """A client that has reached its line."""
        line = self.lines[number]
        opens = line.opens
        client = self.client(user, **options)
        wait_for(lambda: line.opens > opens, 20, f"open of line {number}")
        return client

    def pam_calls(self):
        return Client.lines_of(self.pam_log)

    def close(self):
        for s, thread in self.listeners:
            s.shutdown(socket.SHUT_RDWR)
            thread.join()
            s.close()
        self.lines.close()
        for process in [c.process for c in self.clients] + \
                [s.process for s in self.sessions]:
            if process.poll() is None:
                process.kill()
                process.wait()
        shutil.rmtree(self.directory, True)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind:
            for s in self.sessions:
                sys.stdout.write(f"# session {s.number}:\n{s.log()}")
        self.close()
