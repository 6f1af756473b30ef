# SPDX-License-Identifier: GPL-2.0-only
"""A world whose listener and table of sessions are the daemon's."""
import os
import re
import signal
import socket
import subprocess

from world import BUILD, World, wait_for

ROW = re.compile(r"session (\d+): (logging in|authenticated|open), user (\S+),"
                 r".* line (\d+), from (\S+) \d+, monitor (\d+), ")

LOG_ROWS = 1000     # of the daemon's log are shown where a test fails


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def processes(program, environment):
    """Pids of a program of ours that were started with that in the environment."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as f:
                if environment.encode() not in f.read().split(b"\0"):
                    continue
            with open(f"/proc/{pid}/stat") as f:
                name, rest = f.read().rsplit(")", 1)
            if name.split("(", 1)[1] == program[:15] and rest.split()[0] != "Z":
                found.append(int(pid))
        except OSError:
            pass
    return found


class DaemonWorld(World):
    def __init__(self, config="", **options):
        self.daemon = None
        self.config_text = config
        super().__init__(**options)
        self.log_path = f"{self.directory}/log"
        os.symlink(self.monitor, f"{self.directory}/libexec/vtymux-monitor")
        for program in ("vtymux-enable", "aaa/pam_vtymux.so"):
            path = f"{self.directory}/libexec/{os.path.basename(program)}"
            if not os.path.lexists(path):
                os.symlink(f"{BUILD}/test/{program}", path)
        self.write_config()
        self.start()

    def listen(self, family, address):
        """The daemon does."""
        self.port = self.port or free_port()

    def write_config(self):
        path = f"{self.directory}/etc/startup-config"
        with open(path, "w") as f:
            f.write(f"ip ssh listen 127.0.0.1 port {self.port}\n"
                    + self.config_text)
        os.chmod(path, 0o600)

    def start(self):
        with open(self.log_path, "a") as log:
            self.daemon = subprocess.Popen(
                [f"{BUILD}/test/vtymuxd", "-d"], env=self.environment,
                stderr=log, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        wait_for(self.listens, what="open port")
        self.write_services()    # the daemon has written the real ones

    def listens(self):
        assert self.daemon.poll() is None, self.log()
        with open(f"/proc/{self.daemon.pid}/net/tcp") as f:
            return any(row.split()[1].endswith(f":{self.port:04X}") and
                       row.split()[3] == "0A" for row in f)

    def stop(self, signo=signal.SIGTERM):
        self.daemon.send_signal(signo)
        self.daemon.wait(20)

    def restart(self, signo=signal.SIGTERM):
        self.stop(signo)
        self.start()

    def log(self):
        with open(self.log_path) as f:
            return f.read()

    def table(self):
        """{session: (state, user, line, address, monitor)} as the daemon has it."""
        begin = os.path.getsize(self.log_path)

        def dumped():
            with open(self.log_path) as f:
                f.seek(begin)
                return re.search(r"\d+ sessions", f.read())
        self.daemon.send_signal(signal.SIGUSR1)
        wait_for(dumped, what="dump of the table")
        with open(self.log_path) as f:
            f.seek(begin)
            rows = ROW.findall(f.read())
        return {int(r[0]): (r[1], r[2], int(r[3]), r[4], int(r[5])) for r in rows}

    def monitors(self):
        return processes("vtymux-monitor", f"VTYMUX_RUNDIR={self.directory}/run")

    def descriptors(self):
        """Without what its loop makes when it first needs it, and keeps."""
        directory, count = f"/proc/{self.daemon.pid}/fd", 0
        for fd in os.listdir(directory):
            try:
                name = os.readlink(f"{directory}/{fd}")
            except FileNotFoundError:       # closed meanwhile
                continue
            count += not name.startswith("anon_inode:")
        return count

    def close(self):
        if self.daemon and self.daemon.poll() is None:
            self.stop(signal.SIGKILL)
        for pid in self.monitors():
            os.kill(pid, signal.SIGKILL)
        super().close()

    def __exit__(self, kind, value, trace):
        if kind:
            for row in self.log().splitlines()[-LOG_ROWS:]:
                print("# " + row)
        self.close()
