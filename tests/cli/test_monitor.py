# SPDX-License-Identifier: GPL-2.0-only
"""Terminals that hear the log, slow ones among them; flags of debug."""
import os
import re
import struct
import time

import world as w
from world import ask, send, with_world

LONG = os.environ.get("VTYMUX_LONG") == "1"
COMMANDS = 1500
STALL = 35      # seconds; more than a client may leave an answer waiting
SSH, SCP = 1, 2


def logs(s):
    """Return: the text of the next packet, which is a log."""
    packet = s.recv(65536)
    assert w.HEAD.unpack_from(packet)[1] == w.LOG, packet
    return packet[w.HEAD.size:].decode()


def flags(s, kind=w.DEBUG, number=0):
    code, error, text = ask(s, kind, number=number)
    assert code == 0, error
    return struct.unpack("=I", text)[0]


def resident(pid):
    with open(f"/proc/{pid}/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGESIZE")


@with_world()
def test_a_stopped_terminal_holds_nobody_and_is_told_what_it_lost(world):
    world.start()
    stopped, s = world.connect(), world.connect()
    assert ask(stopped, w.MONITOR, number=1)[0] == 0
    before = resident(world.daemon.pid)
    begin = time.monotonic()
    for i in range(COMMANDS):
        code, error, _ = ask(s, w.COMMAND, f"\0hostname h{i}".encode())
        assert code == 0, error
    took = time.monotonic() - begin
    grown = resident(world.daemon.pid) - before
    assert grown < 4 << 20, f"{grown} bytes for one stopped terminal"
    if LONG:
        time.sleep(STALL)
    heard, lost = 0, 0
    while heard + lost < COMMANDS:
        text = logs(stopped)
        match = re.fullmatch(r"(\d+) messages lost", text)
        if match:
            assert not lost, "told twice"
            lost = int(match.group(1))
        else:
            assert f"command:hostname h{heard}" in text, (heard, text)
            heard += 1
    assert lost and heard + lost == COMMANDS, (heard, lost)
    # And it is a terminal like any other again.
    assert ask(s, w.COMMAND, b"\0hostname last")[0] == 0
    assert "hostname last" in logs(stopped)
    assert ask(stopped, w.MONITOR, number=0)[0] == 0
    print(f"# {COMMANDS} commands in {took:.1f} s, {heard} heard, {lost} lost")


@with_world()
def test_debugging_is_the_daemons(world):
    world.start()
    one, other = world.connect(), world.connect()
    assert flags(one) == 0
    assert flags(one, number=SSH) == SSH
    assert flags(other, number=SCP) == SSH | SCP
    assert "logged command:debug ip scp" in world.logged()
    one.close()
    assert flags(other, w.UNDEBUG, SSH) == SCP
    assert flags(other, w.UNDEBUG, SSH | SCP) == 0
    assert flags(other, number=SSH) == SSH
    code, error, _ = ask(other, w.DEBUG, number=4)
    assert code < 0 and "not implemented" in error, error
    assert flags(other) == SSH
    world.stop()
    world.start()
    assert flags(world.connect()) == 0


@with_world()
def test_monitoring_ends_with_its_client(world):
    world.start()
    gone, s = world.connect(), world.connect()
    assert ask(gone, w.MONITOR, number=1)[0] == 0
    send(gone, w.HELLO)
    gone.close()
    for i in range(10):
        assert ask(s, w.COMMAND, f"\0hostname h{i}".encode())[0] == 0


w.main([f for n, f in sorted(globals().items()) if n.startswith("test_")])
