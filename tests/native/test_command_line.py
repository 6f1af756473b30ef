#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""EXEC for users who are no accounts of the machine: the command line, with
the name and the privilege of who logged in, and never a shell."""
import os
import re

from daemon import DaemonWorld
from test_exec import connect, read_until
from test_scp import both_ways, scp
from world import BUILD, run, wait_for

USERS = """username op privilege 15 secret secret
username eve privilege 1 secret secret
username lab privilege 15 secret secret
aaa new-model
aaa authentication login default local
aaa authorization exec default local
"""


class CommandLineWorld(DaemonWorld):
    def __init__(self, config="", **options):
        super().__init__(USERS + config, **options)

    def write_services(self):
        """The daemon's own, with our modules."""
        name = "pam_vtymux.so"
        path = f"{self.directory}/libexec/{name}"
        if not os.path.exists(path):
            os.symlink(f"{BUILD}/test/aaa/{name}", path)


def shell(w, user):
    t = connect(w, user)
    channel = t.open_session()
    channel.get_pty("vt100", 80, 24)
    channel.invoke_shell()
    return t, channel


def test_a_shell_is_the_command_line():
    with CommandLineWorld() as w:
        for user, level, sign in (("op", 15, b"#"), ("eve", 1, b">")):
            t, channel = shell(w, user)
            read_until(channel, sign)
            channel.send(b"show privilege\r")
            read_until(channel, b"level is %d\r\n" % level)
            channel.send(b"!ls\r$(id)\rexit\r")
            out = b""
            while chunk := channel.recv(4096):
                out += chunk
            assert b"uid=" not in out, out
            assert channel.recv_exit_status() == 0
            t.close()


def test_a_command_is_one_of_the_command_line():
    with CommandLineWorld() as w:
        status, out, err = w.ssh("op", "show privilege")
        assert (status, out) == (0, b"Current privilege level is 15\n"), out
        status, out, _ = w.ssh("op", "show line --json")
        assert status == 0 and out.startswith(b"["), out
        for command in ("id; id", "sh -c id", " -V", "`id`", "show privilege\nid",
                        "x" * 60000):
            status, out, err = w.ssh("op", command)
            assert status and b"uid=" not in out, (command, status, out, err)


def test_privilege_is_that_of_the_login():
    with CommandLineWorld() as w:
        assert w.ssh("op", "clear line 1")[0] == 0
        status, out, err = w.ssh("eve", "clear line 1")
        assert status == 1 and b"Invalid input" in out, (out, err)
        # A name that an account of the machine has, too, is no account's.
        status, out, _ = w.ssh("lab", "show privilege; true")
        assert status == 1 and b"Invalid" in out, out


def test_who_it_is_is_shown_and_recorded():
    with CommandLineWorld() as w:
        t, channel = shell(w, "op")
        read_until(channel, b"#")
        row = wait_for(lambda: [r for r in w.table().values()
                                if r[:2] == ("open", "op")], what="session")
        vty = w.lines.first_virtual
        assert row[0][2] == vty, row
        status, out, _ = w.ssh("eve", "show users")
        assert status == 0, out
        assert re.search(rf"^\D*{vty} vty 0 +op ".encode(), out, re.M), out
        channel.send(b"configure terminal\rhostname other\rend\r")
        read_until(channel, b"other#")
        assert re.search(r"User:op from 127.0.0.1 session \d+ "
                         "logged command:hostname other", w.log())
        t.close()


def test_it_stays_who_it_was_over_a_restart():
    with CommandLineWorld() as w:
        t, channel = shell(w, "op")
        read_until(channel, b"#")
        w.restart()
        channel.send(b"show privilege\r")
        read_until(channel, b"level is 15\r\n")
        channel.send(b"configure terminal\rhostname later\rend\r")
        read_until(channel, b"later#")
        assert re.search(r"User:op from 127.0.0.1 session \d+ "
                         "logged command:hostname later", w.log())
        t.close()


def test_clearing_its_line_ends_it():
    with CommandLineWorld() as w:
        c = w.client("eve", tty="-tt")
        wait_for(lambda: [r for r in w.table().values() if r[0] == "open"],
                 what="session")
        vty = w.lines.first_virtual
        assert w.ssh("op", f"clear line {vty}")[0] == 0
        status, _, err = c.finish()
        assert status == 1 and f"% Line {vty} cleared" in err, err
        wait_for(lambda: not w.monitors(), what="end of the monitors")


def test_no_copies_without_an_account():
    with CommandLineWorld("ip scp server enable\n") as w:
        for user, why in (("eve", b"Privilege denied."),
                          ("op", b"An account of this system is needed.")):
            for command in ("scp -t /tmp/x", "scp -f /etc/passwd"):
                status, out, _ = w.ssh(user, command)
                assert (status, out) == (1, b"\1" + why + b"\n"), out
            status, _, err = w.ssh(user, "sftp",
                                   options=["SessionType=subsystem"])
            assert (status, err.encode()) == (1, why + b"\r\n"), err


def test_copies_are_the_account_of_the_name_s():
    """Also when a server or the database knows the password; the level and
    nothing else decides."""
    with CommandLineWorld("ip scp server enable\n"
                          "username good privilege 14 secret secret\n") as w:
        both_ways(w, "-O")
        both_ways(w, "-s")
        assert "by local" in w.log() and "copy of lab" in w.log(), w.log()
        status, said = scp(w, "good", "-O", "HOST:/etc/hostname",
                           f"{w.directory}/x")
        assert status and "Privilege denied." in said, said
        # Copies only: a command is one of the command line, and there is no
        # shell that would make more of what names a copy.
        status, out, _ = w.ssh("lab", "id")
        assert b"uid=" not in out, out
        own = f"{w.directory}/scp"
        with open(own, "w") as f:
            f.write(f"#!/bin/sh\ntouch {w.directory}/ran\n")
        os.chmod(own, 0o755)
        for command in (f"scp -f /nowhere; touch {w.directory}/ran",
                        f"scp -f $(touch {w.directory}/ran)",
                        f"{own} -f /nowhere"):
            status, out, _ = w.ssh("lab", command)
            assert status == 1, (status, out)
        status, out, _ = w.ssh("lab", f"scp -f -S {own} /etc/hostname")
        assert (status, out) == (1, b"\1Not an option of a copy.\n"), out
        assert not os.path.exists(f"{w.directory}/ran")
        with open(f"{w.directory}/with two  blanks", "w") as f:
            f.write("blanks\n")
        os.chmod(w.directory, 0o755)
        status, said = scp(w, "lab", "-O", f"HOST:{w.directory}/with two  blanks",
                           f"{w.directory}/x")
        assert not status, said


if __name__ == "__main__":
    run("command line", [v for k, v in list(globals().items())
                         if k.startswith("test_")])
