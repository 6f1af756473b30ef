# SPDX-License-Identifier: GPL-2.0-only
"""A test monitor with vtymux-sshd, a pty for its line, and clients for both."""
import logging
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
import tty

import paramiko

BUILD = os.environ.get("O", "build")
logging.disable()   # paramiko's, which is on stderr
SSH = ["ssh", "-F/dev/null", "-oStrictHostKeyChecking=no",
       "-oUserKnownHostsFile=/dev/null", "-oLogLevel=ERROR",
       "-oNumberOfPasswordPrompts=10"]
PASSWORD = ["-oPreferredAuthentications=password"]


def until(condition, seconds=10, what="condition"):
    """Waits until condition() is true and returns what it returned."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError("%s: not within %s s" % (what, seconds))
        time.sleep(0.01)


class Bed:
    """with Bed(...) as bed: a monitor, listening, and the line's far end."""
    keys = None
    root = None

    def __init__(self, retries=2, timeout=30, ip=4, env=None, uid=None,
                 root=None, user="nobody", program="test/vtymux-sshd"):
        self.host = "::1" if ip == 6 else "127.0.0.1"
        self.far, self.near = os.openpty()
        tty.setraw(self.near)
        os.set_blocking(self.far, False)
        self.lines = []
        environ = dict(os.environ, VTYMUX_SSHD_USER=user,
                       VTYMUX_SSHD_ROOT=root or Bed.root, **(env or {}))
        if uid is not None:
            os.chmod(os.ttyname(self.near), 0o666)
        self.monitor = subprocess.Popen(
            [BUILD + "/test/fake_monitor", BUILD + "/" + program,
             Bed.keys if uid is None else Bed.keys + "-user",
             os.ttyname(self.near), str(retries), str(timeout), str(ip)],
            stdout=subprocess.PIPE, env=environ, user=uid)
        os.set_blocking(self.monitor.stdout.fileno(), False)
        self.partial = b""
        self.port = until(lambda: self.event("port"), what="port")[0]
        self.clients = []

    def _read(self):
        """What the monitor has said; it speaks before it acts."""
        while True:
            data = self.monitor.stdout.read()
            if not data:
                return
            *lines, self.partial = (self.partial + data).split(b"\n")
            self.lines += [line.decode().split(None, 2) for line in lines]

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        for client in self.clients:
            client.close()
        for pid in self.monitors():
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                pass
        self.monitor.terminate()
        self.monitor.wait()
        self.hang_up()
        if exc[0]:
            for words in self.lines:
                print("#", " ".join(words).rstrip("\n"))

    def hang_up(self):
        for fd in (self.far, self.near):
            if fd >= 0:
                os.close(fd)
        self.far = self.near = -1

    def event(self, kind):
        """The texts of all events of a kind so far."""
        self._read()
        return [w[2].rstrip("\n") if len(w) > 2 else ""
                for w in list(self.lines) if w[1] == kind]

    def wait(self, kind, count=1, seconds=10):
        return until(lambda: len(self.event(kind)) >= count and
                     self.event(kind), seconds, "%d x %s" % (count, kind))

    def monitors(self):
        self._read()
        return sorted({int(w[0]) for w in list(self.lines)
                       if w[1] == "session"})

    def ssh(self, user, *args, password="lab", options=PASSWORD, **kw):
        return subprocess.Popen(
            ["sshpass", "-p" + password] + SSH + list(options) +
            ["-p", self.port, "-l", user, self.host] + list(args),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, **kw)

    def run(self, user, *args, **kw):
        """ssh to its end: (exit status, stdout, stderr)."""
        client = self.ssh(user, *args, **kw)
        out, err = client.communicate(timeout=30)
        return client.returncode, out, err.decode()

    def transport(self, user=None, password="lab", only_sha1=False):
        """A paramiko transport, authenticated when a user is given."""
        no = {"pubkeys": ["rsa-sha2-512", "rsa-sha2-256"]} if only_sha1 else {}
        transport = paramiko.Transport((self.host, int(self.port)),
                                       disabled_algorithms=no)
        transport.banner_timeout = 10
        self.clients.append(transport)
        transport.start_client(timeout=10)
        if user is not None:
            transport.auth_password(user, password, fallback=False)
        return transport

    def shell(self, user="lab:1"):
        channel = self.transport(user).open_session()
        channel.settimeout(10)
        channel.invoke_shell()
        self.wait("open")
        return channel

    def read_far(self, count, seconds=10):
        """Exactly count bytes from the line's far end."""
        data = b""
        end = time.monotonic() + seconds
        while len(data) < count:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.far], [], [], left)[0]:
                raise AssertionError("%d of %d bytes at the far end: %r" %
                                     (len(data), count, data[-40:]))
            data += os.read(self.far, count - len(data))
        return data

    def far_is_silent(self, seconds=0.3):
        return not select.select([self.far], [], [], seconds)[0]

    def write_far(self, data, seconds=60):
        data = memoryview(data)
        end = time.monotonic() + seconds
        while data:
            if not select.select([], [self.far], [],
                                 end - time.monotonic())[1]:
                raise AssertionError("far end blocked")
            data = data[os.write(self.far, data):]


def recv_exactly(channel, count):
    data = b""
    while len(data) < count:
        part = channel.recv(count - len(data))
        if not part:
            raise AssertionError("end after %d bytes" % len(data))
        data += part
    return data


def same(got, want):
    if got != want:
        raise AssertionError("got %r, want %r" % (got, want))


def contains(text, want):
    if not re.search(want, text):
        raise AssertionError("%r not in %r" % (want, text))


def setup():
    """Makes throw-away host keys and the empty root of this test run."""
    base = tempfile.mkdtemp(prefix="vtymux-session.")
    os.chmod(base, 0o755)
    Bed.root = base + "/empty"
    Bed.keys = base + "/keys"
    for path in (Bed.root, Bed.keys, Bed.keys + "-user"):
        os.mkdir(path, 0o755)
    for kind in ("ed25519", "ecdsa", "rsa"):
        name = "/ssh_host_%s_key" % kind
        subprocess.run([BUILD + "/dropbearkey", "-t", kind, "-f",
                        Bed.keys + name], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if os.geteuid() == 0:
            subprocess.run(["install", "-o", "nobody", "-m", "600",
                            Bed.keys + name, Bed.keys + "-user" + name],
                           check=True)
    return base


def main(tests):
    """Runs tests, a list of functions, by name; prints one line each."""
    failed = 0
    for test in tests:
        name = test.__name__
        begin = time.monotonic()
        try:
            skip = test()
            if skip:
                print("skip - %s: %s" % (name, skip))
            else:
                print("ok - %s (%.1f s)" % (name, time.monotonic() - begin))
        except Exception as e:  # a test's failure, whatever its kind
            failed += 1
            print("not ok - %s: %s: %s" % (name, type(e).__name__, e))
        sys.stdout.flush()
    return 1 if failed else 0
