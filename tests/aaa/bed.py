# SPDX-License-Identifier: GPL-2.0-only
"""A directory of PAM services and what logs in through them."""
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                ".."))
from verdict import run     # noqa: E402, F401

BUILD = os.environ["O"]     # absolute
MODULES = f"{BUILD}/test/aaa"

SUCCESS, SYSTEM_ERR, PERM_DENIED, AUTH_ERR = 0, 4, 6, 7
AUTHINFO_UNAVAIL, USER_UNKNOWN, MAXTRIES, CONV_ERR, ABORT = 9, 10, 11, 19, 26


class Result:
    """What one login came to."""

    def __init__(self, lines):
        self.auth = self.acct = None
        self.prompts, self.texts, self.env = [], [], {}
        for line in lines:
            word, _, rest = line.partition(" ")
            if word in ("auth", "acct"):
                setattr(self, word, int(rest))
            elif word == "prompt":
                self.prompts.append(rest)
            elif word == "text":
                self.texts.append(rest)
            elif word == "env":
                name, _, value = rest.partition("=")
                self.env[name] = value
            elif word == "end":
                self.ms = int(rest)

    def __repr__(self):
        return str(vars(self))


class Bed:
    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="vtymux-aaa-")
        os.chmod(self.directory, 0o755)
        self.pam = self.make("pam.d")
        self.dead = self.make("dead")
        self.tally = self.make("tally")
        self.environment = dict(os.environ, VTYMUX_LIBEXECDIR=MODULES,
                                VTYMUX_SSHD_USER="nobody")
        self.driver = None

    def make(self, name):
        path = os.path.join(self.directory, name)
        os.mkdir(path, 0o700)
        return path

    def write(self, name, text, mode=0o600):
        path = os.path.join(self.directory, name)
        with open(path, "w") as f:
            f.write(text)
        os.chmod(path, mode)
        return path

    def service(self, name, text):
        self.write(f"pam.d/{name}", text)

    def group(self, name, *servers, deadtime=0):
        return self.write(name, f"deadtime {deadtime}\n" +
                          "".join(s + "\n" for s in servers))

    def one(self, kind, *servers, stage="auth", extra="", **options):
        """A service of one server method, "radius" or "tacplus"."""
        conf = self.group("group", *servers, **options)
        self.service("one", f"{stage} [success=ok default=die] "
                     f"{MODULES}/pam_vtymux_{kind}.so conf={conf} "
                     f"dead={self.dead} {extra}\n")

    def start(self):
        return subprocess.Popen([f"{MODULES}/pam_driver", self.pam],
                                stdin=subprocess.PIPE, text=True,
                                stdout=subprocess.PIPE, env=self.environment)

    def login(self, user="lab", answers="secret", service="one",
              stages="auth", tty="vty7", rhost="192.0.2.7", env="",
              driver=None):
        if not driver:
            self.driver = self.driver or self.start()
            driver = self.driver
        driver.stdin.write("\t".join((stages, service, user, tty, rhost, env,
                                      answers)) + "\n")
        driver.stdin.flush()
        lines = []
        while not lines or not lines[-1].startswith("end "):
            line = driver.stdout.readline()
            if not line:
                raise AssertionError(f"the driver ended: {driver.wait()}")
            lines.append(line.rstrip("\n"))
        return Result(lines)

    def record(self, *servers, times=1):
        """What became of the records of sessions: send_record's lines."""
        return subprocess.run(
            [f"{MODULES}/send_record", f"{MODULES}/vtymux-exchange",
             self.group("group", *servers), str(times)], env=self.environment, text=True,
            stdout=subprocess.PIPE, timeout=60).stdout.splitlines()

    def close(self):
        if self.driver:
            self.driver.stdin.close()
            self.driver.wait()
        shutil.rmtree(self.directory, True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def equal(got, want, what=""):
    if got != want:
        raise AssertionError(f"{what}: got {got!r}, want {want!r}")


def tests_of(module):
    """The functions test_* of a module in the order they are written."""
    return [f for n, f in vars(module).items() if n.startswith("test_")]
