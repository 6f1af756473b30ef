#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The clients that users have, each with its own ways: OpenSSH, Dropbear's
dbclient, PuTTY's plink, paramiko.

Breaks are not here: dbclient has no way to send one, nor has plink outside its
window; those of OpenSSH and of the request itself are in
tests/session/test_channel.py."""
import os
import shutil
import subprocess
import sys

import paramiko
import pexpect

from world import KEYS, World, run, wait_for


class Process:
    """A client that is a program."""

    def __init__(self, world, arguments, environment=()):
        self.process = subprocess.Popen(
            arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True,
            env=dict(os.environ, **dict(environment)))
        world.clients.append(self)

    def send(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def receive(self, count):
        return self.process.stdout.read(count)

    def end(self):
        """Status, output, and text of errors of one that ends by itself."""
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err.decode()


def openssh(world, user, password, host, *command):
    client = world.client(user, *command, password=password, host=host)
    client.receive = client.process.stdout.read
    client.end = client.finish
    return client


def dbclient(world, user, password, host, *command):
    return Process(world, ["dbclient", "-y", "-y", "-T", "-p", str(world.port),
                           "-l", user, host, *command],
                   {"DROPBEAR_PASSWORD": password})


def plink_arguments(world, user, password):
    arguments = ["plink", "-ssh", "-batch", "-no-antispoof", "-P",
                 str(world.port), "-l", user, "-pw", password]
    for kind in ("ed25519", "ecdsa", "rsa"):
        shown = subprocess.run(["ssh-keygen", "-lf", "-"], check=True,
                               input=world.public[kind], text=True,
                               capture_output=True).stdout
        arguments += ["-hostkey", shown.split()[1]]
    return arguments


def plink(world, user, password, host, *command):
    return Process(world, plink_arguments(world, user, password) +
                   [host, *command])


class Paramiko:
    def __init__(self, world, user, password, host, *command):
        family = "::1" if ":" in host else "127.0.0.1"
        self.transport = paramiko.Transport((family, world.port))
        self.error, self.channel = "", None
        self.transport.start_client(timeout=30)
        try:
            self.transport.auth_password(user, password, fallback=False)
        except paramiko.AuthenticationException:
            self.error = "Authentication failed"
            return
        self.channel = self.transport.open_session(timeout=30)
        self.channel.settimeout(30)
        if command:
            self.channel.exec_command(*command)
            return
        self.channel.get_pty()
        self.channel.invoke_shell()

    def send(self, data):
        self.channel.sendall(data)

    def receive(self, count):
        data = b""
        while len(data) < count:
            data += self.channel.recv(count - len(data)) or b"(end)" * 99
        return data

    def end(self):
        if self.error:
            self.transport.close()
            return 255, b"", self.error
        status = self.channel.recv_exit_status()
        result = status, self.channel.recv(99), \
            self.channel.recv_stderr(999).decode()
        self.transport.close()
        return result


CLIENTS = {"openssh": openssh, "dbclient": dbclient, "plink": plink,
           "paramiko": Paramiko}
DENIED = {"openssh": "Permission denied", "dbclient": "Disconnect received",
          "plink": "password", "paramiko": "Authentication failed"}


def client_world():
    w = World()
    w.public = {}
    for kind in ("ed25519", "ecdsa", "rsa"):
        text = subprocess.run([f"{os.environ['O']}/dropbearkey", "-y", "-f",
                               f"{KEYS}/ssh_host_{kind}_key"], check=True,
                              capture_output=True, text=True).stdout
        w.public[kind] = [l for l in text.splitlines()
                          if l.startswith(("ssh-", "ecdsa-"))][0] + "\n"
    return w


def attach(w, name, user, number, password="secret", host="127.0.0.1"):
    line = w.lines[number]
    opens = line.opens
    client = CLIENTS[name](w, user, password, host)
    wait_for(lambda: line.opens > opens, 30, f"{name} on line {number}")
    return client


def talks(line, client, name):
    data = bytes(range(256))
    client.send(data)
    assert line.read(256) == data, f"{name} to the line"
    line.write(data)
    assert client.receive(256) == data, f"the line to {name}"


def each(test):
    """The test with each client; all fail or pass by their names."""
    with client_world() as w:
        for name in CLIENTS:
            try:
                test(w, name)
            except Exception:
                print(f"# with {name}:", file=sys.stdout)
                raise


def free(line):
    wait_for(lambda: line.connection is None, 10, "free line")


def close(client):
    if isinstance(client, Paramiko):
        client.transport.close()
    else:
        client.process.kill()
        client.process.wait()


def test_reverse():
    def one(w, name):
        client = attach(w, name, "lab:1", 1)
        talks(w.lines[1], client, name)
        close(client)
        free(w.lines[1])
    each(one)


def test_ipv6():
    def one(w, name):
        client = attach(w, name, "lab:1", 1, host="::1")
        talks(w.lines[1], client, name)
        assert w.lines[1].owner_seen.endswith("lab@::1")
        close(client)
        free(w.lines[1])
    each(one)


def test_rotary():
    def one(w, name):
        for n in (2, 3):
            w.lines[n].set("rotary", "4")
        clients = [attach(w, name, "lab:rotary4", n) for n in (2, 3)]
        for n in (2, 3):
            talks(w.lines[n], clients[n - 2], name)
        status, out, err = CLIENTS[name](w, "lab:rotary4", "secret",
                                         "127.0.0.1").end()
        assert (status, out) == (1, b""), (status, out, err)
        assert err.replace("\r", "").endswith(
            "% No free line in rotary 4\n"), err
        for client in clients:
            close(client)
        free(w.lines[2])
        free(w.lines[3])
    each(one)


def test_watch():
    def one(w, name):
        line = w.lines[1]
        line.history = b""
        taps = len(line.taps)
        watcher = CLIENTS[name](w, "lab:watch1", "secret", "127.0.0.1")
        wait_for(lambda: len(line.taps) > taps, 30, "tap")
        client = attach(w, name, "lab:1", 1)
        watcher.send(b"nothing of this\r\n")
        talks(line, client, name)
        assert watcher.receive(256) == bytes(range(256))
        close(watcher)
        talks(line, client, name)
        close(client)
        free(line)
    each(one)


def test_taken_over():
    def one(w, name):
        first = attach(w, name, "lab:1", 1)
        thief = attach(w, name, "lab:steal1", 1)
        status, out, err = first.end()
        assert (status, out) == (1, b""), (status, out, err)
        assert err.replace("\r", "").endswith(
            "% Line 1 taken over by lab\n"), err
        talks(w.lines[1], thief, name)
        close(thief)
        free(w.lines[1])
    each(one)


def test_command():
    def one(w, name):
        status, out, err = CLIENTS[name](
            w, "good", "secret", "127.0.0.1",
            "echo out; echo err >&2; exit 7").end()
        assert (status, out) == (7, b"out\n"), (status, out, err)
        assert err.replace("\r", "").endswith("err\n"), err
    each(one)


def terminal(w, name):
    """An EXEC session of a client that has a terminal of 33 lines."""
    arguments = {
        "openssh": ["ssh", "-F", "none", "-p", str(w.port), "-l", "good",
                    "-o", f"UserKnownHostsFile={w.known_hosts}",
                    "-o", "HostKeyAlias=vtymux", "-o", "LogLevel=ERROR",
                    "-o", "PreferredAuthentications=password", "127.0.0.1"],
        "dbclient": ["dbclient", "-y", "-y", "-p", str(w.port), "-l", "good",
                     "127.0.0.1"],
        "plink": plink_arguments(w, "good", "secret") + ["127.0.0.1"],
    }[name]
    environment = dict(os.environ, DROPBEAR_PASSWORD="secret", TERM="xterm")
    environment.pop("SSH_ASKPASS", None)
    child = pexpect.spawn(arguments[0], arguments[1:], env=environment,
                          timeout=60, dimensions=(33, 77))
    w.clients.append(Spawned(child))
    if name == "openssh":
        child.expect("password: ")
        child.sendline("secret")
    return child


class Spawned:
    """For World.clients."""

    def __init__(self, child):
        self.process = self
        self.child = child

    def poll(self):
        return None if self.child.isalive() else 0

    def kill(self):
        self.child.close(force=True)

    def wait(self):
        pass


def has_size(child, size):
    """A request for a new size may be on its way behind what is typed."""
    child.sendline("echo size $(stty size) end")
    child.expect(r"size (\d+ \d+) end")
    return child.match[1].decode() == size


def test_window_change():
    with client_world() as w:
        for name in ("openssh", "dbclient", "plink"):
            child = terminal(w, name)
            for rows, columns in ((33, 77), (50, 101), (20, 60)):
                child.setwinsize(rows, columns)
                wait_for(lambda: has_size(child, f"{rows} {columns}"), 30,
                         f"{rows} {columns} with {name}")
            child.sendline("exit 5")
            child.expect(pexpect.EOF)
            # A client may leave its terminal before it ends; close() kills.
            wait_for(lambda: not child.isalive(), 30, f"end of {name}")
            child.close()
            assert child.exitstatus == 5, (name, child.exitstatus)


def test_wrong_line():
    def one(w, name):
        for target in ("9", "nosuch", "rotary9", "watch9"):
            status, out, err = CLIENTS[name](w, "lab:" + target, "secret",
                                             "127.0.0.1").end()
            assert (status, out) == (1, b""), (status, out, err)
            assert err.replace("\r", "").endswith("% Invalid line\n"), err
    each(one)


def test_wrong_password():
    def one(w, name):
        status, out, err = CLIENTS[name](w, "lab:1", "wrong",
                                         "127.0.0.1").end()
        # dbclient takes the server's disconnect for a good end.
        assert out == b"" and (status or name == "dbclient"), (status, err)
        assert DENIED[name].lower() in err.lower(), (name, err)
        assert w.lines[1].claims == 0
    each(one)


if __name__ == "__main__":
    for program in ("dbclient", "plink", "ssh"):
        if not shutil.which(program):
            print(f"not ok - clients: {program} is not installed")
            sys.exit(1)
    run("clients", [v for k, v in list(globals().items())
                    if k.startswith("test_")])
