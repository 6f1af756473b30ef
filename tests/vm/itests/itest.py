# SPDX-License-Identifier: GPL-2.0-only
"""What the VM tests share: the guest, the far end of a UART, an SSH client."""
import atexit
import os
import socket
import subprocess
import sys
import threading
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
VM = os.path.join(HERE, "..", "vm")
PORT = int(os.environ.get("VTYMUX_VM_PORT", "2222"))
PASSWORD = "lab"
_tests = []


def test(name):
    """Registers a function as the test NAME; it passes when it returns."""
    def add(function):
        _tests.append((name, function))
        return function
    return add


def main():
    """Runs the registered tests (or those named) and prints a line for each."""
    failed = 0
    for name, function in _tests:
        if sys.argv[1:] and not any(a in name for a in sys.argv[1:]):
            continue
        begin = time.monotonic()
        try:
            function()
        except Exception:  # a test reports whatever stopped it
            failed += 1
            traceback.print_exc(file=sys.stdout)
            print(f"not ok - {name}", flush=True)
        else:
            print(f"ok - {name}", flush=True)
            print(f"# {time.monotonic() - begin:.1f} s", flush=True)
    sys.exit(1 if failed else 0)


def wait(condition, timeout=30, what=""):
    """Polls condition() until it is true; its value. Fails after timeout s."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"no {what or condition} within {timeout} s")
        time.sleep(0.02)


def equal(got, want, what=""):
    if got != want:
        raise AssertionError(f"{what}: got {got!r}, want {want!r}")


def guest(command, check=True, data=None, timeout=120):
    """Runs a command as root in the guest; its stdout (text)."""
    result = subprocess.run([VM, "exec", command], input=data or b"",
                            capture_output=True, timeout=timeout)
    if check and result.returncode:
        raise AssertionError(f"guest: {command}: status {result.returncode}: "
                             f"{result.stderr.decode(errors='replace')}")
    return result.stdout.decode(errors="replace")


def guest_status(command, timeout=120):
    return subprocess.run([VM, "exec", command], input=b"", timeout=timeout,
                          capture_output=True).returncode


def slot_tty(slot):
    """Name in the guest of the tty of the UART in a PCI slot ("18")."""
    return guest(f"find /sys/bus/pci/devices/0000:00:{slot}.0/ "
                 "-path '*/tty/*' -prune -printf %f")


def attribute(line, name, value=None):
    """Reads, or writes, a line's sysfs attribute in the guest."""
    path = f"/sys/class/tty/vty{line}/{name}"
    if value is None:
        return guest(f"cat {path}").rstrip("\n")
    return guest(f"printf '%s\\n' '{value}' >{path}")


class Stream:
    """Collects what a file descriptor gives, in a thread of its own."""

    def __init__(self, read):
        self.data = bytearray()
        self.ended = False
        self._read = read
        self._changed = threading.Condition()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                chunk = self._read()
            except OSError:
                chunk = b""
            with self._changed:
                if chunk:
                    self.data += chunk
                else:
                    self.ended = True
                self._changed.notify_all()
                if not chunk:
                    return

    def wait(self, condition, timeout, what):
        with self._changed:
            if not self._changed.wait_for(condition, timeout):
                raise AssertionError(
                    f"no {what} within {timeout} s; {len(self.data)} bytes: "
                    f"{bytes(self.data[-200:])!r}")

    def wait_for(self, want, timeout=60):
        """Until the bytes, or that many bytes, have come."""
        if isinstance(want, int):
            self.wait(lambda: len(self.data) >= want, timeout, f"{want} bytes")
        else:
            self.wait(lambda: want in self.data, timeout, repr(want))

    def wait_end(self, timeout=60):
        self.wait(lambda: self.ended, timeout, "end")


class Uart:
    """The far end of a line: the host side of the guest's UART."""

    def __init__(self, line):
        path = subprocess.run([VM, "uart", str(line)], check=True, text=True,
                              capture_output=True).stdout.strip()
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(path)
        self.received = Stream(lambda: self.sock.recv(65536))

    def send(self, data, rate=None):
        """Sends all; with a rate in bytes a second, no faster than that."""
        if rate is None:
            self.sock.sendall(data)
            return
        begin = time.monotonic()
        for at in range(0, len(data), 64):
            self.sock.sendall(data[at:at + 64])
            ahead = at / rate - (time.monotonic() - begin)
            if ahead > 0:
                time.sleep(ahead)

    def clear(self):
        del self.received.data[:]

    def close(self):
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def askpass():
    """A program that answers ssh's password prompt, for SSH_ASKPASS."""
    path = os.path.join(os.environ.get("TMPDIR", "/tmp"),
                        f"vtymux-askpass-{os.getpid()}")
    if not os.path.exists(path):
        with open(path, "w", encoding="ascii") as f:
            f.write('#!/bin/sh\nprintf "%s\\n" "$ITEST_PASSWORD"\n')
        os.chmod(path, 0o700)
        atexit.register(os.unlink, path)
    return path


class Ssh:
    """An unmodified OpenSSH client, connected to the virtual switch."""

    def __init__(self, user, *command, password=PASSWORD, options=(),
                 port=PORT, host="127.0.0.1"):
        env = dict(os.environ, SSH_ASKPASS=askpass(), DISPLAY="none",
                   SSH_ASKPASS_REQUIRE="force", ITEST_PASSWORD=password)
        self.process = subprocess.Popen(
            ["ssh", "-F", "none", "-e", "none", "-p", str(port), "-l", user,
             "-o", "StrictHostKeyChecking=no",
             "-o", "UserKnownHostsFile=/dev/null",
             "-o", "LogLevel=ERROR", "-o", "PubkeyAuthentication=no",
             "-o", "ConnectTimeout=60", *options, host, *command],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=env, start_new_session=True)
        out = self.process.stdout.fileno()
        err = self.process.stderr.fileno()
        self.out = Stream(lambda: os.read(out, 65536))
        self.err = Stream(lambda: os.read(err, 65536))

    def send(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def finish(self, timeout=120):
        """Waits for the client's own end; status, stdout and stderr."""
        status = self.process.wait(timeout)
        self.out.wait_end(10)
        self.err.wait_end(10)
        return status, bytes(self.out.data), self.err.data.decode()

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(30)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def connect(line, user="lab", timeout=120, **options):
    """A client that has the line: waits until the kernel says so."""
    ssh = Ssh(f"{user}:{line}", **options)

    def opened():
        if ssh.process.poll() is not None:
            raise AssertionError(f"ssh ended: {ssh.finish()}")
        return attribute(line, "state") == "active"
    wait(opened, timeout, f"session on line {line}")
    return ssh


def wait_idle(line, timeout=30):
    """Seconds until the line is idle, as the guest's kernel sees it."""
    begin = time.monotonic()
    wait(lambda: attribute(line, "state") == "idle", timeout,
         f"idle line {line}")
    return time.monotonic() - begin
