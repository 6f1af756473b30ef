#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Lines through ssh: refusals, bytes, who frees a line and when."""
import errno
import os
import random
import select
import signal
import time

from lines import REVOKE_CLEARED, REVOKE_STOLEN, REVOKE_UNBOUND
from world import (LINK_AUTHENTICATED, LINK_CLEAR, LINK_CLOSED, LINK_OPENED,
                   World, run, wait_for)


def refused(result, text):
    status, out, err = result
    assert (status, out, err) == (1, b"", text + "\r\n"), result


def test_no_such_line():
    with World() as w:
        w.lines[1].set("name", "router")
        for target in ("5", "4095", "nosuch", "Router", "rotary9", "1x:"):
            refused(w.ssh("lab:" + target), "% Invalid line")


def test_virtual_lines_are_not_reverse_targets():
    with World() as w:
        last = w.lines[w.lines.first_virtual + w.lines.virtual - 1]
        refused(w.ssh(f"lab:{last.number}"), "% Invalid line")
        assert last.claims == 0


def test_transport_input():
    with World() as w:
        for value in ("none", "telnet"):
            w.lines[1].set("transport_input", value)
            refused(w.ssh("lab:1"),
                    "% Line 1: transport input does not allow ssh")
        assert w.lines[1].claims == 0


def test_commands():
    with World() as w:
        w.lines[2].set("name", "router")
        w.lines[2].set("rotary", "3")
        for target in ("2", "router", "rotary3"):
            refused(w.ssh("lab:" + target, "reload"),
                    "% Line 2: commands are not possible")
        refused(w.ssh("lab:2", "sftp", options=["SessionType=subsystem"]),
                "% Line 2: commands are not possible")
        assert w.lines[2].claims == 0


def test_unavailable():
    with World() as w:
        for state in ("unbound", "down"):
            w.lines[1].set("state", state)
            refused(w.ssh("lab:1"), "% Line 1 is not available")


def test_open_without_a_claim_is_busy():
    with World() as w:
        w.lines[1].set("state", "active")
        refused(w.ssh("lab:1"), "% Line 1 is busy")


def test_open_that_fails_frees_the_line():
    with World() as w:
        w.lines[1].open_error = errno.EIO
        w.lines[2].open_error = errno.EMFILE
        refused(w.ssh("lab:2"), "% Line 2 is not available")
        wait_for(lambda: w.lines[2].connection is None, 1, "free line")
        assert "claim: Too many open files" in w.session().log()


def test_order_of_refusals():
    with World() as w:
        line = w.lines[1]
        line.set("state", "down")
        refused(w.ssh("lab:1", "x"), "% Line 1: commands are not possible")
        line.set("transport_input", "none")
        refused(w.ssh("lab:1", "x"),
                "% Line 1: transport input does not allow ssh")


def test_busy_and_the_first_undisturbed():
    with World() as w:
        first = w.attach("lab:1", 1)
        refused(w.ssh("lab:1"), "% Line 1 is busy")
        w.lines[1].set("name", "router")
        refused(w.ssh("good:router"), "% Line 1 is busy")
        first.send(b"still here")
        assert w.lines[1].read(10) == b"still here"
        w.lines[1].write(b"so am I")
        assert first.process.stdout.read(7) == b"so am I"
        assert w.lines[1].claims == 1
        assert w.lines[1].get("owner") == "1:lab@127.0.0.1"


def test_rotary_takes_the_first_free_candidate():
    with World(lines=5) as w:
        for n, (list_, transport) in enumerate(
                [("default", "none"), ("default", "ssh"), ("OTHER", "ssh"),
                 ("default", "all")], 1):
            w.lines[n].set("rotary", "1 7")
            w.lines[n].set("login_authentication", list_)
            w.lines[n].set("transport_input", transport)
        w.attach("lab:rotary7", 2)
        w.attach("lab:rotary7", 4)
        refused(w.ssh("lab:rotary7"), "% No free line in rotary 7")
        assert w.lines[1].claims == w.lines[3].claims == 0
        assert w.session(1).reports(2)[1][:2] == (LINK_OPENED, 4)


def test_rotary_without_candidates():
    with World() as w:
        w.lines[1].set("rotary", "7")
        w.lines[1].set("transport_input", "telnet")
        refused(w.ssh("lab:rotary7"), "% No free line in rotary 7")
        w.lines[1].set("transport_input", "ssh")
        w.lines[1].set("state", "down")
        refused(w.ssh("lab:rotary7"), "% No free line in rotary 7")


def test_all_byte_values_both_ways():
    data = bytes(range(256)) * 16 + random.Random(2).randbytes(60000)
    with World() as w:
        c = w.attach("lab:1", 1)
        assert w.lines[1].read(1, 0.3) == b"", "something came by itself"
        os.set_blocking(c.process.stdin.fileno(), False)
        sent = got = b""
        while len(got) < len(data):
            try:
                n = os.write(c.process.stdin.fileno(),
                             data[len(sent):len(sent) + 4096] or b"")
                sent += data[len(sent):len(sent) + n]
            except BlockingIOError:
                pass
            piece = w.lines[1].read(min(1024, len(data) - len(got)), 0.5)
            got += piece
        assert got == data
        w.lines[1].write(data[:4096])
        assert c.process.stdout.read(4096) == data[:4096]


def test_owner_label():
    long = "long-" + "x" * 59
    with World() as w:
        w.attach("lab:1", 1, host="::1")
        assert w.lines[1].owner_seen == "1:lab@::1", w.lines[1].owner_seen
        w.attach(long + ":2", 2)
        assert w.lines[2].owner_seen == f"2:{long}@127.0.0.1"


def test_what_the_daemon_is_told():
    with World() as w:
        c = w.attach("lab:3", 3)
        c.process.kill()
        assert w.session().reports(3) == [
            (LINK_AUTHENTICATED, 0, "lab"), (LINK_OPENED, 3, ""),
            (LINK_CLOSED, 3, "")]
        wait_for(lambda: w.session().process.poll() == 0, what="end")


def revoked(reason, by, text):
    with World() as w:
        c = w.attach("lab:1", 1)
        w.lines[1].revoke(reason, by)
        refused(c.finish(5), text)
        assert w.session().reports(3)[2][:2] == (LINK_CLOSED, 1)
        w.attach("lab:1", 1)    # and it can be had again


def test_cleared():
    revoked(REVOKE_CLEARED, "", "% Line 1 cleared")


def test_taken_over():
    revoked(REVOKE_STOLEN, "9:eve@2001:db8::1", "% Line 1 taken over by eve")
    revoked(REVOKE_STOLEN, "9:e.v@x@192.0.2.1", "% Line 1 taken over by e.v@x")
    revoked(REVOKE_STOLEN, "strange", "% Line 1 taken over by strange")


def test_revoked_and_cleared_at_once():
    """The text of the first has its time, and then the connection ends."""
    for clear, said in ((lambda s: s.tell(LINK_CLEAR), "cleared by vtymuxd"),
                        (lambda s: s.process.terminate(), "ended by SIGTERM")):
        with World() as w:
            c = w.attach("lab:1", 1)
            session, child = w.session(), w.session().child()
            os.kill(child, signal.SIGSTOP)
            w.lines[1].revoke(REVOKE_CLEARED)
            wait_for(lambda: "% Line 1 cleared" in session.log())
            clear(session)
            wait_for(lambda: said in session.log())
            os.kill(child, signal.SIGCONT)
            refused(c.finish(5), "% Line 1 cleared")
            wait_for(lambda: session.process.poll() is not None, 6, "end")


def stop_and_flood(w):
    """A client that takes nothing, and a line that nobody reads for it."""
    c = w.attach("lab:1", 1)
    os.kill(c.process.pid, signal.SIGSTOP)
    poll = select.poll()
    poll.register(w.lines[1].master, select.POLLOUT)
    while poll.poll(1000):
        os.write(w.lines[1].master, bytes(1024))
    return c


def ended_after(w, begun):
    session = w.session()
    wait_for(lambda: session.process.poll() is not None, 8, "end")
    took = time.monotonic() - begun
    assert session.process.returncode == 0 and took < 7, (took, session.log())
    print(f"# {took:.1f} s")
    return took


def test_revoked_from_a_stopped_client():
    for reason, by in ((REVOKE_CLEARED, ""), (REVOKE_STOLEN, "9:eve@::1")):
        with World() as w:
            stop_and_flood(w)
            child = w.session().child()
            begun = time.monotonic()
            w.lines[1].revoke(reason, by)
            assert ended_after(w, begun) > 4, "no time to say why"
            assert not os.path.exists(f"/proc/{child}")
            assert "its session does not end" in w.session().log()
            vty = w.lines[w.lines.first_virtual]
            wait_for(lambda: vty.connection is None, what="free vty")


def test_clear_of_a_stopped_client_whose_line_is_revoked():
    for clear in (lambda s: s.tell(LINK_CLEAR),
                  lambda s: s.process.terminate()):
        with World() as w:
            stop_and_flood(w)
            begun = time.monotonic()
            w.lines[1].revoke(REVOKE_CLEARED)
            wait_for(lambda: "% Line 1 cleared" in w.session().log())
            clear(w.session())
            ended_after(w, begun)


def test_a_client_that_wakes_in_time_is_told():
    with World() as w:
        c = stop_and_flood(w)
        w.lines[1].revoke(REVOKE_CLEARED)
        wait_for(lambda: "% Line 1 cleared" in w.session().log())
        os.kill(c.process.pid, signal.SIGCONT)
        status, out, err = c.finish(20)
        assert (status, err) == (1, "% Line 1 cleared\r\n"), (status, err)
        assert out.strip(b"\0") == b"" and len(out) > 100000, len(out)


def test_unbound():
    revoked(REVOKE_UNBOUND, "", "% Line 1 is not available")


def test_cleared_by_the_daemon():
    with World() as w:
        c = w.attach("lab:1", 1)
        w.session().tell(LINK_CLEAR)
        refused(c.finish(5), "% Line 1 cleared")
        wait_for(lambda: w.session().process.poll() is not None, 6, "end")
        assert w.lines[1].connection is None


def test_cleared_before_login():
    with World() as w:
        w.client("lab:1", methods="keyboard-interactive", password="wrong")
        session = w.session()
        wait_for(session.child, what="session process")
        session.tell(LINK_CLEAR)
        wait_for(lambda: session.process.poll() is not None, 1, "end")


def test_outlives_the_daemon():
    with World() as w:
        c = w.attach("lab:1", 1)
        w.session().link.close()
        wait_for(lambda: "vtymuxd has gone" in w.session().log())
        c.send(b"hello")
        assert w.lines[1].read(5) == b"hello"
        w.lines[1].write(b"world")
        assert c.process.stdout.read(5) == b"world"
        c.process.terminate()
        wait_for(lambda: w.lines[1].connection is None, 1, "free line")


def poke(line):
    """A byte from the device, while anybody has the line."""
    if line.connection is not None:
        line.write(b"!")
    return line.connection is not None


def test_second_session_on_the_same_connection():
    """Closing the channel frees the line, the connection goes on."""
    with World() as w:
        path = os.path.join(w.directory, "mux")
        master = w.client("lab:1", options=[f"ControlPath={path}",
                                            "ControlMaster=yes",
                                            "SessionType=none"])
        wait_for(lambda: os.path.exists(path), what="master connection")
        for turn in (1, 2):
            c = w.attach("lab:1", 1, options=[f"ControlPath={path}"])
            c.send(b"x")
            assert w.lines[1].read(1) == b"x"
            c.process.terminate()
            c.process.wait()
            # OpenSSH's master has queued what it says of that, and sends it
            # when something wakes it after that.
            wait_for(lambda: not poke(w.lines[1]), 30, "free line")
        assert len(w.sessions) == 1 and w.lines[1].claims == 2
        master.process.kill()


def killed(who):
    with World() as w:
        c = w.attach("lab:1", 1)
        session = w.session()
        child = session.child()
        pid = {"client": c.process.pid, "monitor": session.process.pid,
               "session": child}[who]
        begun = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: w.lines[1].connection is None, 1, "free line")
        wait_for(lambda: session.process.poll() is not None, 10, "end")
        wait_for(lambda: not os.path.exists(f"/proc/{child}"), 10,
                 "end of the session process")
        print(f"# {who}: {time.monotonic() - begun:.3f} s")
        w.attach("lab:1", 1)
        assert w.lines[1].claims == 2


def test_sigkill_of_the_client_frees_the_line():
    killed("client")


def test_sigkill_of_the_session_process_frees_the_line():
    killed("session")


def test_sigkill_of_the_monitor_frees_the_line():
    killed("monitor")


def test_sigterm_says_goodbye():
    with World() as w:
        c = w.attach("lab:1", 1)
        w.session().process.terminate()
        refused(c.finish(5), "% Line 1 cleared")
        wait_for(lambda: w.session().process.poll() is not None, 6, "end")


def test_many_rekeys():
    with World() as w:
        c = w.attach("lab:1", 1, options=["RekeyLimit=16K"])
        for _ in range(12):
            c.send(b"y" * 4096)
            assert w.lines[1].read(4096) == b"y" * 4096
        assert "broke the protocol" not in w.session().log()


if __name__ == "__main__":
    run("open", [v for k, v in list(globals().items())
                 if k.startswith("test_")])
