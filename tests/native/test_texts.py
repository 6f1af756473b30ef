#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What the operator tells users: banners of EXEC and of reverse sessions, and
why a line in use refuses them. On lines all of it is stderr's."""
import re

from daemon import DaemonWorld
from lines import REVOKE_CLEARED
from test_command_line import CommandLineWorld, shell
from test_exec import read_until
from world import run

BANNERS = """banner motd ^C
of the day
^C
banner incoming #to a line
of ours#
banner exec @to a shell@
"""
MOTD, INCOMING = "of the day\r\n", "to a line\r\nof ours\r\n"


def greeting(w, user, line, want):
    """All that a session says before it ends, none of it on stdout."""
    client = w.attach(user, line)
    w.lines[line].write(b"device")
    assert client.process.stdout.read(6) == b"device"
    w.lines[line].revoke(REVOKE_CLEARED)
    assert client.finish() == \
        (1, b"", want + f"% Line {line} cleared\r\n")


def test_lines_greet_on_stderr():
    with DaemonWorld(BANNERS + "line 2\n no motd-banner\n"
                     "line 3\n no exec-banner\n", lines=3) as w:
        greeting(w, "lab:1", 1, MOTD + INCOMING)
        greeting(w, "lab:2", 2, INCOMING)
        greeting(w, "lab:3", 3, INCOMING)


def test_nothing_is_said_unasked():
    with DaemonWorld(lines=1) as w:
        greeting(w, "lab:1", 1, "")


def test_a_line_in_use_says_why():
    config = "line 1\n refuse-message ^C\nAsk Ann.\n^C\nline 2\n"
    with DaemonWorld(BANNERS + config, lines=2) as w:
        first = w.attach("lab:1", 1)
        assert w.ssh("good:1") == \
            (1, b"", "Ask Ann.\r\n% Line 1 is busy\r\n")
        w.attach("lab:2", 2)
        assert w.ssh("good:2") == (1, b"", "% Line 2 is busy\r\n")
        # Only that: not when it may not be had at all.
        w.lines[1].set("transport_input", "none")
        assert w.ssh("good:1") == \
            (1, b"", "% Line 1: transport input does not allow ssh\r\n")
        first.send(b"undisturbed")
        assert w.lines[1].read(11) == b"undisturbed"


def test_a_shell_shows_its_own():
    with CommandLineWorld(BANNERS) as w:
        def said():
            t, channel = shell(w, "op")
            text = read_until(channel, b"#").replace(b"\r\n", b"\n")
            t.close()
            return re.sub(rb"\S+#$", b"", text)
        assert said() == b"of the day\nto a shell\n"


def test_a_vty_says_less():
    with CommandLineWorld(BANNERS + "line vty 0 4\n no motd-banner\n") as w:
        t, channel = shell(w, "op")
        text = read_until(channel, b"#")
        assert b"to a shell" in text and b"of the day" not in text, text
        channel.send(b"configure terminal\rline vty 0 4\rno exec-banner\r"
                     b"motd-banner\rend\rshow running-config | section vty\r")
        text = read_until(channel, b" no exec-banner\r\n")
        assert b"% " not in text, text
        t.close()
        t, channel = shell(w, "op")
        text = read_until(channel, b"#")
        assert b"to a shell" not in text and b"of the day" not in text, text
        t.close()


if __name__ == "__main__":
    run("texts", [v for k, v in list(globals().items())
                  if k.startswith("test_")])
