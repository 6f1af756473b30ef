#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The shell of an EXEC session when the daemon goes and another comes."""
import os
import re
import signal
import subprocess
import time

import paramiko

from daemon import DaemonWorld
from world import BUILD, run, wait_for


class Shell:
    """vtymux in a session of its user."""

    def __init__(self, w, user):
        self.transport = paramiko.Transport(("127.0.0.1", w.port))
        self.transport.connect(username=user, password="secret")
        self.channel = self.transport.open_session()
        self.channel.get_pty("vt100", 200, 50)
        self.channel.settimeout(30)
        self.channel.exec_command(f"exec {BUILD}/test/vtymux")
        self.prompt = self.until(r"[\w()-]+[>#]$").strip()

    def until(self, pattern):
        data = ""
        while not re.search(pattern, data):
            chunk = self.channel.recv(4096)
            assert chunk, data
            data += chunk.decode()
        return data

    def command(self, line, prompt=r"[\w()-]+[>#]$", echo=True):
        self.channel.send(line + "\r")
        data = self.until(r"\r\n(.*\r\n)*" + prompt)
        shown = (line if echo else "") + "\r\n"
        assert data.startswith(shown), data
        return data[len(shown):]

    def close(self):
        self.transport.close()


def control_clients(w):
    """Connections that the daemon has accepted on its control socket."""
    with open("/proc/net/unix") as f:
        path = f"{w.directory}/run/control"
        return sum(line.split()[-1] == path and line.split()[5] == "03"
                   for line in f if line.startswith(("0", "f")))


def test_a_shell_goes_on_as_who_it_was():
    with DaemonWorld() as w:
        lab, good = Shell(w, "lab"), Shell(w, "good")
        try:
            assert lab.prompt.endswith("#") and good.prompt.endswith(">")
            assert lab.command("configure terminal").endswith("(config)#")
            assert lab.command("line vty 0").endswith("(config-line)#")
            for n, signo in enumerate((signal.SIGTERM, signal.SIGKILL)):
                w.restart(signo)
                # Not one byte more than without a restart.
                out = lab.command(f"location here {n}")
                assert re.fullmatch(r"[\w-]+\(config-line\)#", out), out
                out = good.command("show privilege")
                assert "Current privilege level is 1\r\n" in out, out
                assert "Invalid input" in good.command("configure terminal")
            ours = re.findall(r"User:(\S+ from \S+ session \d+) logged "
                              r"command:line 5; location here (\d)", w.log())
            assert ours == [("lab from 127.0.0.1 session 1", "0"),
                            ("lab from 127.0.0.1 session 1", "1")], ours
            assert lab.command("end").endswith("#")
        finally:
            lab.close()
            good.close()


def test_an_enabled_level_stays_and_a_lower_one_too():
    with DaemonWorld(config="enable secret top\n") as w:
        good, lab = Shell(w, "good"), Shell(w, "lab")
        try:
            good.command("enable", "Password: $")
            assert good.command("top", echo=False).endswith("#")
            lab.command("disable")
            w.restart()
            assert "level is 15\r" in good.command("show privilege")
            assert "level is 1\r" in lab.command("show privilege")
            good.command("disable 7")
            w.restart()
            assert "level is 7\r" in good.command("show privilege")
        finally:
            good.close()
            lab.close()


def test_logs_go_on():
    with DaemonWorld() as w:
        lab = Shell(w, "lab")
        try:
            lab.command("terminal monitor")
            w.stop(signal.SIGKILL)
            time.sleep(1.5)     # it looks for a daemon, and finds none
            w.start()
            wait_for(lambda: control_clients(w) >= 1, what="a connection")
            client = w.attach("good:1", 1)
            lab.until("%SSH-5-SSH2_USERAUTH: User 'good'")
            client.process.kill()
            lab.until("%SSH-5-SSH2_CLOSE")
        finally:
            lab.close()


def test_a_daemon_that_stays_away_is_said():
    with DaemonWorld() as w:
        lab = Shell(w, "lab")
        try:
            w.stop()
            out = lab.command("show users")
            assert "% Error: vtymuxd does not answer: " in out, out
            begin = time.monotonic()
            assert "does not answer" in lab.command("show users")
            assert time.monotonic() - begin < 5, "waits again"
            w.start()
            assert "level is 15\r" in lab.command("show privilege")
            assert "does not answer" not in lab.command("show users")
        finally:
            lab.close()


def test_asking_often_gets_one_connection():
    with DaemonWorld() as w:
        script = os.path.join(w.directory, "flood.py")
        with open(script, "w") as f:
            f.write("import os, socket, sys\n"
                    "s = socket.socket(fileno=int(os.environ["
                    "'VTYMUX_MONITOR_FD']))\n"
                    "s.settimeout(20)\nkept = []\n"
                    "for _ in range(8): s.send(b'?')\n"
                    "for _ in range(8):\n"
                    "    _, fds, _, _ = socket.recv_fds(s, 4, 1)\n"
                    "    kept += fds\n"
                    "print(len(kept), flush=True)\nsys.stdin.readline()\n")
        client = w.client("good", f"python3 {script}")
        try:
            assert client.process.stdout.readline() == b"8\n"
            assert control_clients(w) == 1, control_clients(w)
            client.send(b"\n")
            assert client.process.wait(20) == 0
            wait_for(lambda: not control_clients(w), what="its end")
        finally:
            client.process.kill()


def test_without_its_monitor_nobody_is_believed():
    """The number of a descriptor is no proof, and root's uid not the user's."""
    with DaemonWorld() as w:
        for name in ("VTYMUX_MONITOR_FD", "VTYMUX_CONTROL_FD"):
            for value in ("3", "99", "x", ""):
                r = subprocess.run(
                    [f"{BUILD}/test/vtymux", "show", "privilege"],
                    env=dict(w.environment, **{name: value}), text=True,
                    capture_output=True, timeout=30,
                    stdin=subprocess.DEVNULL)
                assert "level is 1\n" in r.stdout, r.stdout
                r = subprocess.run(
                    [f"{BUILD}/test/vtymux", "show", "users"],
                    env=dict(w.environment, **{name: value}), text=True,
                    capture_output=True, timeout=30,
                    stdin=subprocess.DEVNULL)
                assert "cannot be proven" in r.stdout or \
                    "does not answer" in r.stdout, r.stdout


if __name__ == "__main__":
    run("reconnect", [v for k, v in list(globals().items())
                      if k.startswith("test_")])
