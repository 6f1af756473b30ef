#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""SCP and SFTP: off, then for privilege 15, with several clients."""
import os
import shutil
import signal
import struct
import subprocess

import paramiko

from daemon import DaemonWorld
from test_exec import connect
from world import World, run, wait_for

DENIED = "Privilege denied."
OFF = "Administratively disabled."


def scp(w, user, *arguments, program="scp", password="secret"):
    """Runs scp or sftp; (status, stderr and stdout). HOST stands for @host."""
    host = f"{user}@127.0.0.1"
    environment = dict(os.environ, PASSWORD=password, ASKED=f"{w.directory}/asked",
                       DISPLAY=":none", SSH_ASKPASS=w.askpass,
                       SSH_ASKPASS_REQUIRE="force")
    command = [program, "-F", "none", "-P", str(w.port),
               "-o", f"UserKnownHostsFile={w.known_hosts}",
               "-o", "HostKeyAlias=vtymux", "-o", "LogLevel=INFO",
               "-o", "PreferredAuthentications=password",
               "-o", "NumberOfPasswordPrompts=1"]
    result = subprocess.run(
        command + [a.replace("HOST", host) for a in arguments],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=60, start_new_session=True)
    return result.returncode, result.stderr + result.stdout


def both_ways(w, *options):
    """A file there, and back."""
    data = os.urandom(200000)
    here, there, back = (os.path.join(w.directory, n)
                         for n in ("here", "there", "back"))
    with open(here, "wb") as f:
        f.write(data)
    result = scp(w, "lab", *options, here, f"HOST:{there}")
    assert result[0] == 0, result
    result = scp(w, "lab", *options, f"HOST:{there}", back)
    assert result[0] == 0, result
    for path in (there, back):
        with open(path, "rb") as f:
            assert f.read() == data, path
        os.unlink(path)


def test_off():
    with World() as w:
        for options in (["-O"], []):
            status, said = scp(w, "lab", *options, "/etc/hostname",
                               f"HOST:{w.directory}/x")
            assert status and OFF in said, said
        assert not os.path.exists(f"{w.directory}/x")


def test_privilege_15_exactly():
    with World(scp=1) as w:
        for options in (["-O"], []):
            status, said = scp(w, "good", *options, "/etc/hostname",
                               f"HOST:{w.directory}/x")
            assert status and DENIED in said, said
            status, said = scp(w, "good", *options, "HOST:/etc/hostname",
                               f"{w.directory}/x")
            assert status and DENIED in said, said
        assert not os.path.exists(f"{w.directory}/x")
        # what looks like it and is not
        assert w.ssh("good", "echo scp -t /x")[1] == b"scp -t /x\n"
        for command in ("scp -t /tmp/x", "/usr/bin/scp -r -p -t /tmp/x",
                        "scp  -v -f /etc/passwd", "scp -rt /tmp/x"):
            status, out, _ = w.ssh("good", command)
            assert (status, out) == (1, b"\1" + DENIED.encode() + b"\n"), out


def written(w, level):
    """Whether monitors find the level of the first virtual line."""
    rows = [f"{w.lines.first_virtual} level {level}\n"] if level != 1 else []
    with open(f"{w.directory}/run/lines") as f:
        return [r for r in f if r.startswith(f"{w.lines.first_virtual} level")] \
            == rows


def test_privilege_of_the_line():
    with DaemonWorld("ip scp server enable\n") as w:
        there = f"{w.directory}/x"
        for level, allowed in ((14, False), (15, True), (1, False)):
            w.config_text = "ip scp server enable\nline vty 0 4\n" \
                f" privilege level {level}\n"
            w.write_config()
            w.daemon.send_signal(signal.SIGHUP)
            wait_for(lambda: written(w, level), what="configuration")
            for options in (["-O"], []):
                status, said = scp(w, "good", *options, "HOST:/etc/hostname",
                                   there)
                assert (status == 0) == allowed, (level, status, said)
                assert allowed or DENIED in said, (level, said)
                assert os.path.exists(there) == allowed
                if allowed:
                    os.unlink(there)


def test_sftp_refuses_in_its_protocol():
    with World(scp=1) as w:
        status, said = scp(w, "good", "HOST", program="sftp")
        assert status and f"realpath .: {DENIED}\n" in said, said
        t = connect(w)
        client = paramiko.SFTPClient.from_transport(t)
        for attempt in (lambda: client.listdir("."), lambda: client.stat("/"),
                        lambda: client.open(f"{w.directory}/x", "w"),
                        lambda: client.unlink(w.pam_log)):
            try:
                raise AssertionError(attempt())
            except PermissionError as e:
                assert e.strerror == DENIED, e
        client.close()
        t.close()
        # Users who do not hear it that way read it.
        status, _, err = w.ssh("good", "sftp",
                               options=["SessionType=subsystem"])
        assert (status, err) == (1, DENIED + "\r\n"), err


def sftp_packet(kind, *fields):
    body = bytes([kind]) + b"".join(
        struct.pack(">I", f) if isinstance(f, int) else
        struct.pack(">I", len(f)) + f for f in fields)
    return struct.pack(">I", len(body)) + body


def test_refused_sftp_in_pieces_and_rubbish():
    with World(scp=1) as w:
        t = connect(w)
        channel = t.open_session()
        channel.invoke_subsystem("sftp")
        channel.settimeout(20)
        out = channel.makefile("rb")
        for byte in sftp_packet(1, 3) + sftp_packet(16, 77, b"."):
            channel.sendall(bytes([byte]))
        # A write of 200 kB, and behind it two more, all in one go.
        channel.sendall(sftp_packet(6, 0x80000001, b"h", 0, 0, bytes(200000))
                        + sftp_packet(17, 5, b"/") + sftp_packet(4, 6, b"h"))
        assert out.read(9) == sftp_packet(2, 3)
        for number in (77, 0x80000001, 5, 6):
            want = sftp_packet(101, number, 3, DENIED.encode(), b"")
            assert out.read(len(want)) == want, number
        channel.sendall(b"\0\0\0\4rubbish")    # too short for a number
        assert out.read() == b"" and channel.recv_exit_status() == 1
        channel.close()
        channel = t.open_session()      # and the connection goes on
        channel.exec_command("exit 4")
        assert channel.recv_exit_status() == 4
        for rubbish in (b"\xff" * 9, sftp_packet(1, 3)[:7]):
            channel = t.open_session()
            channel.invoke_subsystem("sftp")
            channel.sendall(rubbish)
            channel.shutdown_write()
            assert channel.recv_exit_status() == 1, rubbish
            channel.close()
        t.close()


def test_old_protocol():
    with World(scp=1) as w:
        both_ways(w, "-O")


def test_sftp_protocol():
    with World(scp=1) as w:
        both_ways(w)


def test_directories():
    with World(scp=1) as w:
        tree = os.path.join(w.directory, "tree")
        os.makedirs(f"{tree}/a/b")
        for n, path in enumerate(("one", "a/two", "a/b/three and four")):
            with open(f"{tree}/{path}", "w") as f:
                f.write(str(n) * 1000)
        for options in (["-O"], []):
            target = os.path.join(w.directory, "copy")
            result = scp(w, "lab", *options, "-rp", tree, f"HOST:{target}")
            assert result[0] == 0, result
            assert subprocess.run(["diff", "-r", tree, target]).returncode == 0
            shutil.rmtree(target)


def test_sftp():
    with World(scp=1) as w:
        batch = os.path.join(w.directory, "batch")
        with open(batch, "w") as f:
            f.write(f"put /etc/hostname {w.directory}/up\nls -1 {w.directory}/up\n"
                    f"get {w.directory}/up {w.directory}/down\n")
        status, said = scp(w, "lab", "-o", "BatchMode=no", "-b", batch, "HOST",
                           program="sftp")
        assert status == 0, said
        with open("/etc/hostname") as a, open(f"{w.directory}/down") as b:
            assert a.read() == b.read()


def test_other_subsystems():
    with World(scp=1) as w:
        status, _, err = w.ssh("lab", "netconf",
                               options=["SessionType=subsystem"])
        assert (status, err) == (1, "% No such subsystem\r\n"), err


if __name__ == "__main__":
    run("scp", [v for k, v in list(globals().items())
                if k.startswith("test_")])
