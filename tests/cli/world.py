# SPDX-License-Identifier: GPL-2.0-only
"""A switch without a kernel module: lines that are directories, a vtymuxd of
the test build, and vtymux on a pty."""
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

import pexpect

BUILD = os.path.realpath(os.environ.get("O", "build"))
PROMPT = re.compile(rb"(?:^|[\r\n])([\w-]+(?:\([\w+-]+\))?[>#])$")

BOTH = {"name": "", "backing": "", "owner": "", "rotary": "",
        "login_authentication": "default", "session_timeout": "0",
        "exec_timeout": "600", "absolute_timeout": "0", "state": "idle"}
TTY = {"type": "tty", "exec": "0", "transport_input": "none", "speed": "9600",
       "databits": "8", "parity": "none", "stopbits": "1",
       "flowcontrol": "none", "modem": "none", "history": "65536"}
VIRTUAL = {"type": "virtual", "exec": "1", "transport_input": "ssh"}
COUNTERS = ("rx tx opens noise breaks framing parity overruns hw_overruns "
            "tap_lost downs").split()


class World:
    def __init__(self, ttys=8, virtuals=4, hostname="lab"):
        self.directory = tempfile.mkdtemp(prefix="vtymux-cli-")
        os.chmod(self.directory, 0o755)
        self.sysfs = self.path("sys")
        self.environ = dict(os.environ, TZ="UTC", VTYMUX_SYSFS=self.sysfs,
                            VTYMUX_SSHD_USER="nobody")
        for name in "dev", "run", "sysconf", "libexec":
            os.mkdir(self.path(name))
            self.environ[f"VTYMUX_{name.upper()}DIR"] = self.path(name)
        for program in ("dropbearkey", "test/vtymux-crypto",
                        "test/vtymux-enable", "test/aaa/vtymux-exchange",
                        "test/aaa/pam_vtymux.so",
                        "test/aaa/pam_vtymux_radius.so",
                        "test/aaa/pam_vtymux_tacplus.so"):
            os.symlink(os.path.join(BUILD, program),
                       self.path("libexec", os.path.basename(program)))
        self.environ["VTYMUX_DEV"] = self.path("dev")
        for n in range(1, ttys + virtuals + 1):
            self.make_line(n, TTY if n <= ttys else VIRTUAL)
        self.daemon = None
        self.log = open(self.path("log"), "ab")
        with open(self.path("sysconf", "startup-config"), "w") as f:
            f.write(f"hostname {hostname}\n")
        os.chmod(self.path("sysconf", "startup-config"), 0o600)

    def path(self, *names):
        return os.path.join(self.directory, *names)

    def make_line(self, n, attributes):
        os.makedirs(self.path("sys", f"vty{n}", "statistics"))
        for name, value in {**BOTH, **attributes, "line": str(n)}.items():
            self.set(n, name, value)
        for name in COUNTERS:
            self.set(n, f"statistics/{name}", "0")

    def set(self, n, attribute, value):
        """As a shell would, but whole at once."""
        path = self.path("sys", f"vty{n}", attribute)
        with open(path + "+", "w") as f:
            f.write(value + "\n")
        os.rename(path + "+", path)

    def get(self, n, attribute):
        with open(self.path("sys", f"vty{n}", attribute)) as f:
            return f.read().rstrip("\n")

    def start(self):
        self.daemon = subprocess.Popen(
            [os.path.join(BUILD, "test", "vtymuxd")], env=self.environ,
            stderr=self.log, stdin=subprocess.DEVNULL)
        self.wait(self.answers, "the control socket")
        return self

    def answers(self):
        try:
            self.connect().close()
            return True
        except OSError:
            return False

    def connect(self):
        s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        s.connect(self.path("run", "control"))
        s.settimeout(30)
        return s

    @staticmethod
    def wait(condition, what, seconds=20):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"{what}: not within {seconds} s")
            time.sleep(0.01)

    def stop(self, kill=False):
        if self.daemon:
            (self.daemon.kill if kill else self.daemon.terminate)()
            self.daemon.wait(20)
            self.daemon = None

    def close(self):
        self.stop()
        self.log.close()
        shutil.rmtree(self.directory)

    def logged(self):
        with open(self.path("log"), errors="replace") as f:
            return f.read()

    def run(self, *words, stdin="", user=None):
        """vtymux with words, or with lines on its standard input."""
        prefix = ["setpriv", f"--reuid={user}", f"--regid={user}",
                  "--clear-groups"] if user else []
        return subprocess.run(
            prefix + [os.path.join(BUILD, "test", "vtymux"), *words],
            env=self.environ, input=stdin, text=True, timeout=60,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def spawn(self, user=None, columns=80):
        command = os.path.join(BUILD, "test", "vtymux")
        args = []
        if user:
            args = [f"--reuid={user}", f"--regid={user}", "--clear-groups",
                    command]
            command = "setpriv"
        return pexpect.spawn(command, args, env=self.environ, timeout=20,
                             dimensions=(24, columns), echo=False)


# struct ctl_head and enum ctl_type of agent/lib/ctl.h
HEAD = struct.Struct("=IIII")
UPLOAD_MAX = 4 << 20
IDENTITY = struct.Struct("=III65s80s3x")
(HELLO, BIND, COMMAND, RUNNING, STARTUP, PUBLIC, DIFF, SAVE, ERASE, DATA,
 REPLACE, SESSIONS, SSH, CLEAR, DISCONNECT, ENABLE, DISABLE, LOGGING,
 MONITOR, CRYPTO, TEXT, RESULT, LOG, DEBUG, UNDEBUG) = range(1, 26)


def send(s, kind, data=b"", number=0):
    s.send(HEAD.pack(1, kind, number, len(data)) + data)


def answer(s):
    """Return: code, error text, the text before it."""
    text = b""
    while True:
        packet = s.recv(65536)
        if not packet:
            raise EOFError
        _, kind, _, _ = HEAD.unpack_from(packet)
        body = packet[HEAD.size:]
        if kind == TEXT:
            text += body
        if kind == RESULT:
            code, = struct.unpack_from("=i", body)
            return code, body[-384:].split(b"\0")[0].decode(), text


def ask(s, kind, data=b"", number=0):
    send(s, kind, data, number)
    return answer(s)


def command(s, text, header=""):
    return ask(s, COMMAND, f"{header}\0{text}".encode())


def must(s, text, header=""):
    code, error, _ = command(s, text, header)
    assert code == 0, f"{header}; {text}: {error}"


def running(s):
    code, error, text = ask(s, RUNNING)
    assert code == 0, error
    return text.decode()


def replace(s, text):
    data = text.encode()
    for i in range(0, len(data), 16000):
        send(s, DATA, data[i:i + 16000])
    return ask(s, REPLACE)


def with_world(**arguments):
    def wrap(function):
        def test():
            world = World(**arguments)
            try:
                function(world)
            except BaseException:
                print(world.logged()[-3000:])
                raise
            finally:
                world.close()
        test.__name__ = function.__name__
        return test
    return wrap


def report(name, function):
    """One test; prints its verdict."""
    import traceback
    try:
        function()
    except Exception:
        traceback.print_exc()
        print(f"not ok - {name}", flush=True)
        return False
    print(f"ok - {name}", flush=True)
    return True


def main(tests):
    """All of them, or those that the command line names."""
    wanted = sys.argv[1:]
    results = [report(t.__name__.replace("test_", "", 1).replace("_", " "), t)
               for t in tests if not wanted or t.__name__ in wanted]
    raise SystemExit(0 if all(results) else 1)
