#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The daemon goes and another comes: sessions stay, and stay known."""
import os
import signal
import socket
import struct
import subprocess
import time

from daemon import DaemonWorld
from world import BUILD, run, wait_for

MAGIC = 0x76746d78
ADOPT = struct.Struct("=6Iq64s65s7x")


def show_ssh(w):
    return subprocess.run([f"{BUILD}/test/vtymux", "show", "ssh"], check=True,
                          env=w.environment, capture_output=True,
                          text=True).stdout


def test_sessions_stay_over_a_restart():
    with DaemonWorld() as w:
        clients = {n: w.attach(f"good:{n}", n) for n in (1, 2, 3)}
        wait_for(lambda: len(w.table()) == 3, what="three sessions")
        before, shown = w.table(), show_ssh(w)
        assert shown.count("chacha20-poly1305@openssh.com") == 6, shown
        for signo in (signal.SIGTERM, signal.SIGKILL):
            w.restart(signo)
            wait_for(lambda: w.table() == before, what="adopted sessions")
            assert show_ssh(w) == shown, show_ssh(w)
            assert sorted(v[2] for v in before.values()) == [1, 2, 3], before
            assert all(v[:2] == ("open", "good") and v[3] == "127.0.0.1"
                       for v in before.values()), before
            for n, client in clients.items():
                assert client.process.poll() is None, n
        # An adopted session's end is noticed, and a new one is one more.
        clients[2].process.kill()
        wait_for(lambda: sorted(v[2] for v in w.table().values()) == [1, 3],
                 what="end of a session")
        w.attach("good:4", 4)
        wait_for(lambda: sorted(v[2] for v in w.table().values()) == [1, 3, 4],
                 what="a new session")
        assert len(set(w.table())) == 3 and max(w.table()) > max(before)


def test_a_login_goes_on_over_a_restart():
    with DaemonWorld() as w:
        with socket.create_connection(("127.0.0.1", w.port)) as s:
            s.recv(100)
            wait_for(lambda: len(w.table()) == 1, what="a connection")
            w.restart()
            wait_for(lambda: [v[0] for v in w.table().values()] == ["logging in"],
                     what="adopted login")
        wait_for(lambda: not w.table(), what="its end")


def test_what_happens_without_a_daemon_is_known_after():
    with DaemonWorld() as w:
        client = w.attach("good:1", 1)
        other = w.attach("good:2", 2)
        w.stop()
        client.process.kill()
        wait_for(lambda: w.lines[1].connection is None, what="free line")
        w.start()
        wait_for(lambda: [v[2] for v in w.table().values()] == [2],
                 what="the one that is left")
        assert other.process.poll() is None


def test_a_stopped_daemon_costs_no_session():
    with DaemonWorld() as w:
        client = w.attach("good:1", 1)
        w.stop()
        time.sleep(8)    # longer than any pause between two tries
        assert client.process.poll() is None
        w.start()
        wait_for(lambda: len(w.table()) == 1, what="adopted session")


def test_reload_reads_the_configuration_and_keeps_sessions():
    with DaemonWorld() as w:
        client = w.attach("good:1", 1)
        w.config_text = "ip ssh server algorithm encryption aes192-ctr\n"
        w.write_config()
        w.daemon.send_signal(signal.SIGHUP)
        wait_for(lambda: "aes192-ctr" in open(f"{w.directory}/run/ssh-server").read(),
                 what="new parameters")
        assert len(w.table()) == 1 and client.process.poll() is None
        status, _, err = w.ssh("good:99", options=("Ciphers=aes256-ctr",))
        assert status == 255 and "no matching cipher" in err, err


def test_listeners_of_ours_are_not_in_each_others_way():
    """The port on all addresses and on one of them, in each order."""
    with DaemonWorld() as w:
        client = w.attach("good:1", 1)
        both = f"ip ssh listen port {w.port}"
        six = "ip ssh listen ::1 port {0}\nip ssh listen 0:0::1 port {0}"
        # write_config() begins with 127.0.0.1.
        for n, text in enumerate((both, "ip ssh listen ::1 port 1",
                                  six.format(w.port), both)):
            w.config_text = text + "\n"
            w.write_config()
            begin = len(w.log())
            w.daemon.send_signal(signal.SIGHUP)
            expected = (f"0.0.0.0 port {w.port} includes 127.0.0.1"
                        if text == both else f"on 127.0.0.1 port {w.port}"
                        if n == 1 else f"on ::1 port {w.port}")
            wait_for(lambda: expected in w.log()[begin:], what=expected)
            assert w.ssh("good:99")[0] == 1
        assert "another program" not in w.log(), w.log()
        assert client.process.poll() is None


def register(w, text):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.connect(f"{w.directory}/run/monitors")
    s.send(text)
    return s


def message(version=99, session=700, state=2, line=7, peer=b"192.0.2.1 5",
            user=b"eve", magic=MAGIC):
    return ADOPT.pack(magic, version, session, state, line, 0, 1000, peer, user)


def test_a_monitor_of_another_version_is_listed():
    with DaemonWorld() as w:
        with register(w, message() + b"more than we know") as s:
            wait_for(lambda: 700 in w.table(), what="the session")
            assert w.table()[700] == ("open", "eve", 7, "192.0.2.1", os.getpid())
            s.send(b"what no version of ours says")
            assert 700 in w.table()
        wait_for(lambda: not w.table(), what="its end")


FOREIGN = """import socket, sys, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect(sys.argv[1])
s.send(bytes.fromhex(sys.argv[2]))
s.settimeout(20)
print(s.recv(10000) and "a packet", flush=True)
"""


def test_a_monitor_of_another_version_is_ended_by_a_signal():
    with DaemonWorld() as w:
        monitor = subprocess.Popen(
            ["python3", "-c", FOREIGN, f"{w.directory}/run/monitors",
             message().hex()], stdout=subprocess.PIPE)
        wait_for(lambda: 700 in w.table(), 20, "the session")
        r = subprocess.run([f"{BUILD}/test/vtymux", "disconnect", "ssh", "0"],
                           env=w.environment, capture_output=True, text=True,
                           timeout=30)
        assert r.returncode == 0, r.stdout
        out, _ = monitor.communicate(timeout=20)
        assert (monitor.returncode, out) == (-signal.SIGTERM, b""), out
        wait_for(lambda: not w.table(), what="its end")


def test_strange_registrations_are_refused():
    with DaemonWorld() as w:
        before = w.descriptors()
        for strange in (b"", b"x", message()[:-8], message(magic=1),
                        message(state=3), message(state=0), message(line=0),
                        message(user=b"x" * 65), message(user=b""),
                        message(peer=b"nonsense"), message(peer=b"x" * 64),
                        message(peer=b"192.0.2.1 70000")):
            with register(w, strange or b"\0") as s:
                s.settimeout(10)
                assert s.recv(100) == b"", strange
        assert not w.table()
        wait_for(lambda: w.descriptors() == before, what="no leak")


def test_the_socket_is_roots():
    with DaemonWorld() as w:
        mode = os.stat(f"{w.directory}/run/monitors").st_mode
        assert mode & 0o777 == 0o600, oct(mode)


if __name__ == "__main__":
    run("daemon", [v for k, v in list(globals().items())
                   if k.startswith("test_")])
