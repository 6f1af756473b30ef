#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Who may have a line, and how a session on it goes: lists, watching, taking
over, replay, time-outs, ports of rotary groups."""
import os
import select
import signal
import subprocess
import time

from world import (LINK_AUTHENTICATED, LINK_CLEAR, LINK_CLOSED, LINK_OPENED,
                   World, run, wait_for)


def refused(result, text):
    status, out, err = result
    assert (status, out, err) == (1, b"", text + "\r\n"), result


def said(client, text, timeout=30):
    """The next line on the client's stderr."""
    fd, got = client.process.stderr.fileno(), b""
    while not got.endswith(b"\n"):
        assert select.select([fd], [], [], timeout)[0], (got, text)
        got += os.read(fd, 1) or b"(end)\n"
    assert got.decode() == text + "\r\n", (got, text)


def received(client, count):
    return client.process.stdout.read(count)


def test_transport_applies_to_the_next_session():
    with World() as w:
        line = w.lines[1]
        first = w.attach("good:1", 1)
        for value, free in (("none", False), ("telnet", False), ("all", True),
                            ("none", False), ("ssh", True)):
            line.set("transport_input", value)
            refused(w.ssh("good:1"), "% Line 1 is busy" if free else
                    "% Line 1: transport input does not allow ssh")
        line.set("transport_input", "none")
        first.send(b"still")
        assert line.read(5) == b"still", "a session that was there"


def test_allow_list_of_users():
    with World() as w:
        w.policy("1 allow user long-b", "2 allow user good", "2 allow user long-b")
        refused(w.ssh("good:1"), "% Line 1: not authorized")
        refused(w.ssh("lab:1"), "% Line 1: not authorized")
        assert w.lines[1].claims == 0
        w.attach("long-b:1", 1)
        w.attach("good:2", 2)
        w.attach("good:3", 3)
        w.policy("1 allow user long-b", "4 allow user lab")
        refused(w.ssh("good:4"), "% Line 4: not authorized")


def test_order_of_refusals():
    with World() as w:
        w.policy("1 allow user long-b")
        w.lines[1].set("state", "down")
        refused(w.ssh("good:1", "x"), "% Line 1: not authorized")
        w.lines[1].set("transport_input", "none")
        refused(w.ssh("good:1", "x"),
                "% Line 1: transport input does not allow ssh")


def test_allow_list_of_groups():
    with World() as w:      # lab is in vtymux-admin
        w.policy("1 allow group nosuchgroup", "2 allow group vtymux-admin")
        for user in ("lab", "good"):
            refused(w.ssh(user + ":1"), "% Line 1: not authorized")
        refused(w.ssh("good:2"), "% Line 2: not authorized")
        w.attach("lab:2", 2)


def test_without_the_lists_nobody_is_admitted():
    for text in (None, "", "1 allow user good\n", "1 allow\nend\n"):
        with World() as w:
            path = f"{w.directory}/run/lines"
            os.unlink(path)
            if text is not None:
                with open(path, "w") as f:
                    f.write(text)
            refused(w.ssh("good:1"), "% Line 1: not authorized")
            refused(w.ssh("good:watch1"), "% Line 1: not authorized")
            w.lines[1].set("rotary", "7")
            refused(w.ssh("good:rotary7"), "% No free line in rotary 7")
            assert "nobody is admitted" in w.session().log()
            assert w.lines[1].claims == 0


def test_rotary_leaves_out_lines_that_are_not_allowed():
    with World() as w:
        for n in (1, 2, 3):
            w.lines[n].set("rotary", "7")
        w.policy("1 allow user long-b", "2 allow user good")
        w.attach("good:rotary7", 2)
        w.attach("good:rotary7", 3)
        refused(w.ssh("good:rotary7"), "% No free line in rotary 7")
        w.attach("long-b:rotary7", 1)


def test_port_of_a_rotary_group():
    with World(rotary=5) as w:
        w.lines[3].set("rotary", "5")
        w.attach("good", 3)
        refused(w.ssh("good"), "% No free line in rotary 5")
        w.attach("good:1", 1)        # a target is a target on any port
        refused(w.ssh("good:nosuch"), "% Invalid line")


def test_watch_needs_privilege_or_the_list():
    with World() as w:
        w.lines[1].set("name", "router")
        for target in ("watch1", "watchrouter"):
            refused(w.ssh("good:" + target), "% Line 1: not authorized")
        for target in ("watch9", "watchnosuch", "watch"):
            refused(w.ssh("lab:" + target), "% Invalid line")
        w.policy("1 allow user good", "1 watch user long-b")
        refused(w.ssh("good:watch1"), "% Line 1: not authorized")
        refused(w.ssh("long-b:watch1", "x"),
                "% Line 1: commands are not possible")
        w.lines[1].set("transport_input", "none")
        refused(w.ssh("lab:watch1"),
                "% Line 1: transport input does not allow ssh")
        assert not w.lines[1].taps


def watcher(w, user, number=1):
    line, taps = w.lines[number], len(w.lines[number].taps)
    client = w.client(user)
    wait_for(lambda: len(line.taps) > taps, 20, "tap")
    return client


def test_watch_replays_then_follows():
    data = bytes(range(256))
    with World() as w:
        w.policy("1 watch user long-b")
        line = w.lines[1]
        line.write(b"before ")
        c = watcher(w, "long-b:watch1")
        line.write(b"idle ")
        assert received(c, 12) == b"before idle "
        first = w.attach("good:1", 1)
        line.write(data)
        assert received(c, 256) == received(first, 256) == data
        # What a watcher types is lost, all of it, and holds nothing back.
        os.set_blocking(c.process.stdin.fileno(), False)
        sent = 0
        while sent < 2 << 20:
            try:
                sent += os.write(c.process.stdin.fileno(), b"w" * 65536)
            except BlockingIOError:
                time.sleep(0.001)
        assert line.read(1, 0.5) == b""
        other = watcher(w, "lab:watch1")
        assert received(other, 268) == b"before idle " + data
        first.process.kill()
        wait_for(lambda: line.connection is None, 5, "free line")
        line.write(b"later")
        assert received(c, 5) == received(other, 5) == b"later"
        assert line.claims == 1


def test_watch_ends():
    with World() as w:
        c = watcher(w, "lab:watch1")
        session = w.session()
        assert session.reports(2) == [(LINK_AUTHENTICATED, 0, "lab"),
                                      (LINK_OPENED, 1, "")]
        session.tell(LINK_CLEAR)
        refused(c.finish(5), "% Line 1 cleared")
        assert session.reports(1) == [(LINK_CLOSED, 1, "")]
        c = watcher(w, "lab:watch1")
        c.process.kill()
        wait_for(lambda: w.session().process.poll() == 0, 10, "end")
        # End of input ends nothing; the client's end of the channel does.
        c = watcher(w, "lab:watch1")
        c.process.stdin.close()
        w.lines[1].write(b"on")
        assert received(c, 2) == b"on"


def test_absolute_timeout_of_a_watch():
    with World() as w:
        w.lines[1].set("absolute_timeout", "1")
        w.lines[1].set("session_timeout", "1")
        w.policy("1 settings 0 0 0 0")
        refused(watcher(w, "lab:watch1").finish(20), "% Session timed out")


def test_steal():
    with World() as w:
        w.lines[1].set("name", "router")
        first = w.attach("good:1", 1)
        refused(w.ssh("good:steal1"), "% Line 1: not authorized")
        refused(w.ssh("lab:steal1", "x"),
                "% Line 1: commands are not possible")
        thief = w.attach("lab:stealrouter", 1)
        refused(first.finish(10), "% Line 1 taken over by lab")
        thief.send(b"mine")
        assert w.lines[1].read(4) == b"mine"
        assert w.lines[1].owner_seen.endswith(":lab@127.0.0.1")
        w.attach("lab:steal2", 2)      # a free line is as long-b
        w.policy("1 allow user good")
        refused(w.ssh("lab:steal1"), "% Line 1: not authorized")


def test_replay():
    with World() as w:
        line = w.lines[1]
        line.write(b"boot messages\r\n")
        first = w.attach("good:1", 1)
        line.write(b"live")
        assert received(first, 4) == b"live", "replay without being asked"
        first.process.kill()
        wait_for(lambda: line.connection is None, 5, "free line")
        w.policy("1 settings 1 0 20 300")
        for turn in range(2):
            c = w.attach("good:1", 1)
            want = line.history + b"more"
            line.write(b"more")
            assert received(c, len(want)) == want
            c.send(b"x")
            assert line.read(1) == b"x"
            c.process.kill()
            wait_for(lambda: line.connection is None, 5, "free line")


def test_replay_of_a_large_history():
    with World() as w:
        line = w.lines[1]
        line.history = os.urandom(60000)    # a pipe takes as much
        w.policy("1 settings 1 0 20 300")
        c = w.attach("good:1", 1)
        line.write(b"live")
        want = line.history
        assert received(c, len(want)) == want


def test_tcp_keepalive():
    with World() as w:
        w.attach("long-b:1", 1)
        # While data is on its way, that timer is shown.
        wait_for(lambda: "timer:(keepalive," in subprocess.run(
            ["ss", "-tnoH", "sport", f"= :{w.port}"], check=True,
            capture_output=True, text=True).stdout, 10, "keepalive timer")


def idle_world(seconds, policy=()):
    w = World()
    w.lines[1].set("session_timeout", str(seconds))
    w.policy(*policy)
    return w


def test_session_timeout():
    with idle_world(2) as w:
        c = w.attach("good:1", 1)
        for _ in range(6):      # input keeps it
            time.sleep(0.5)
            c.send(b"k")
            assert w.lines[1].read(1) == b"k"
        begun = time.monotonic()
        while time.monotonic() - begun < 1.5:   # output does not
            time.sleep(0.1)
            w.lines[1].write(b"o")
        status, out, err = c.finish(10)
        took = time.monotonic() - begun
        assert (status, err) == (1, "% Session timed out\r\n"), (status, err)
        assert 1.5 < took < 3, took
        assert set(out) == set(b"o")
        assert w.lines[1].connection is None


def test_session_timeout_with_output():
    with idle_world(2, ["1 settings 0 1 20 300"]) as w:
        c = w.attach("good:1", 1)
        for _ in range(8):
            time.sleep(0.5)
            w.lines[1].write(b"o")
        begun = time.monotonic()
        status, out, err = c.finish(10)
        took = time.monotonic() - begun
        assert (status, err) == (1, "% Session timed out\r\n"), (status, err)
        assert 1.5 < took < 3 and out == b"o" * 8, (took, out)


def test_session_timeout_may_be_made_longer():
    with idle_world(1) as w:
        c = w.attach("good:1", 1)
        w.lines[1].set("session_timeout", "3")
        begun = time.monotonic()
        refused(c.finish(10), "% Session timed out")
        assert 2.5 < time.monotonic() - begun < 4
        w.lines[1].set("session_timeout", "1")
        c = w.attach("good:1", 1)
        w.lines[1].set("session_timeout", "0")
        time.sleep(2)
        c.send(b"x")
        assert w.lines[1].read(1) == b"x"


def test_absolute_timeout():
    with World() as w:
        w.lines[1].set("absolute_timeout", "4")
        w.policy("1 settings 0 0 2 300")
        c = w.attach("good:1", 1)
        begun = time.monotonic()
        said(c, "% Line 1: session ends in 2 seconds")
        assert 1.5 < time.monotonic() - begun < 3
        c.send(b"x")            # activity does not help
        assert w.lines[1].read(1) == b"x"
        refused(c.finish(10), "% Session timed out")
        assert 3.5 < time.monotonic() - begun < 5.5
        wait_for(lambda: w.session().process.poll() is not None, 7, "end")


def vtys(w):
    return [l for l in w.lines.all.values() if l.get("type") == "virtual"]


def test_timeouts_of_exec_sessions():
    with World(virtual=2) as w:
        for line in vtys(w):
            line.set("exec_timeout", "2")
        shell = w.client("good", "cat", tty="-tt")
        for _ in range(6):
            time.sleep(0.5)
            shell.send(b"k")
        begun = time.monotonic()
        # A command without a terminal may be silent for long.
        silent = w.client("good", "sleep 5; echo done")
        status, _, err = shell.finish(10)
        assert status == 1 and "% Session timed out\r\n" in err, (status, err)
        assert 1 < time.monotonic() - begun < 4
        assert silent.finish(20)[:2] == (0, b"done\n")
        for line in vtys(w):
            line.set("absolute_timeout", "3")
        w.policy(*(f"{l.number} settings 0 0 1 300" for l in vtys(w)))
        endless = w.client("good", "sleep 60")
        said(endless, f"% Line {vtys(w)[0].number}: "
             "session ends in 1 seconds")
        refused(endless.finish(10), "% Session timed out")


def test_absolute_timeout_of_a_stopped_client():
    """It cannot read why, and has the line no longer all the same."""
    with World() as w:
        w.lines[1].set("absolute_timeout", "1")
        c = w.attach("good:1", 1)
        os.kill(c.process.pid, signal.SIGSTOP)
        wait_for(lambda: w.lines[1].connection is None, 5, "free line")
        wait_for(lambda: w.session().process.poll() is not None, 8, "end")


if __name__ == "__main__":
    run("reverse", [v for k, v in list(globals().items())
                    if k.startswith("test_")])
