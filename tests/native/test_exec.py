#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""EXEC sessions through ssh: shells and commands, with and without a
terminal, how they end, what is left of them; virtual lines as a limit."""
import os
import re
import signal
import subprocess
import time

import paramiko

from world import (LINK_AUTHENTICATED, LINK_CLOSED, LINK_OPENED, World, run,
                   wait_for)

TRUNCATION_RUNS = int(os.environ.get("EXEC_RUNS", "10"))
SLEEP = 4242.25     # seconds, to be found by


def sleepers(seconds):
    result = subprocess.run(["pgrep", "-f", f"^sleep {seconds}$"],
                            capture_output=True, text=True)
    return result.stdout.split()


def in_foreground(seconds):
    """Whether a sleeper is there and neither stopped nor in the background."""
    state = subprocess.run(["ps", "-o", "stat=", "-p",
                            ",".join(sleepers(seconds)) or "0"], check=False,
                           capture_output=True, text=True).stdout
    return "+" in state


def connect(w, user="good", **options):
    """A paramiko transport that has logged in."""
    transport = paramiko.Transport(("127.0.0.1", w.port))
    transport.connect(username=user, password="secret", **options)
    return transport


def read_until(channel, text, timeout=20):
    data = b""
    channel.settimeout(timeout)
    while text not in data:
        chunk = channel.recv(4096)
        assert chunk, data
        data += chunk
    return data


def test_command():
    with World() as w:
        status, out, err = w.ssh("good", "echo out; echo err >&2; exit 7")
        assert (status, out, err) == (7, b"out\n", "err\n"), (status, out, err)


def test_command_gets_stdin():
    with World() as w:
        data = os.urandom(300000)
        c = w.client("good", "cat; echo end >&2")
        out, err = c.process.communicate(data, timeout=60)
        assert out == data and err == b"end\n" and not c.process.returncode


def test_command_line_is_the_shells():
    with World() as w:
        status, out, _ = w.ssh(
            "good", "printf '%s|' \"${HOME:+home}\" '${A}' %n \\% 'a  b' $((2+3))")
        assert out == b"home|${A}|%n|%|a  b|5|", out
        long = "x" * 60000
        status, out, _ = w.ssh("good", f"printf %s {long} | wc -c")
        assert (status, out) == (0, b"60000\n"), out
        status, out, _ = w.ssh("good", b"printf '\xe9\xff\x01' | od -An -tx1")
        assert out.split() == [b"e9", b"ff", b"01"], out


def test_a_command_that_is_too_long():
    with World() as w:
        t = connect(w)
        channel = t.open_session()
        try:
            channel.exec_command("x" * 65537)
            raise AssertionError("accepted")
        except paramiko.SSHException:
            pass
        t.close()


def exit_signals():
    """Has paramiko keep them: [(name, core), ...]"""
    seen = []
    table = paramiko.Transport._channel_handler_table
    handle = table[98]      # SSH_MSG_CHANNEL_REQUEST

    def keep(channel, m):
        if b"exit-signal" in m.asbytes():
            at = m.packet.tell()
            m.get_text()
            m.get_boolean()
            seen.append((m.get_text(), m.get_boolean()))
            m.packet.seek(at)
        handle(channel, m)
    table[98] = keep
    return seen


def test_exit_by_signal():
    with World() as w:
        seen = exit_signals()
        t = connect(w)
        for name in ("TERM", "KILL", "USR1"):
            channel = t.open_session()
            channel.exec_command(f"kill -{name} $$")
            assert channel.recv_exit_status() == -1
            channel.close()
        assert seen == [("TERM", False), ("KILL", False), ("USR1", False)], seen
        channel = t.open_session()
        channel.exec_command("kill -BUS $$")    # has no name in RFC 4254
        assert channel.recv_exit_status() == 128 + signal.SIGBUS
        t.close()


def test_no_terminal_unless_asked():
    with World() as w:
        status, out, _ = w.ssh("good", "tty; stat -Lc %F /dev/fd/0 /dev/fd/2")
        assert out == b"not a tty\nfifo\nfifo\n", out
        c = w.client("good")
        out, _ = c.process.communicate(b"echo $0; tty; exit 3\n", timeout=30)
        assert c.process.returncode == 3
        assert out == b"-bash\nnot a tty\n", out


def test_terminal():
    with World() as w:
        t = connect(w)
        channel = t.open_session()
        channel.get_pty("vt220", 91, 17, 910, 340)
        channel.exec_command(
            "stty size; tty; echo $TERM; ps -o tty= -p $$; "
            "ps -o pid=,sid=,tpgid= -p $$ | awk '{ print $1==$2, $2==$3 }'")
        out = b""
        while chunk := channel.recv(4096):
            out += chunk
        assert channel.recv_exit_status() == 0
        size, tty, term, ps, leader = out.decode().split("\r\n")[:5]
        assert (size, term) == ("17 91", "vt220"), out
        assert tty == "/dev/" + ps.strip() and leader.split() == ["1", "1"], out
        t.close()


def test_window_change():
    with World() as w:
        t = connect(w)
        channel = t.open_session()
        channel.get_pty("xterm", 80, 24)
        channel.invoke_shell()
        channel.send(b"trap 'echo now $(stty size)' WINCH; echo rea''dy\n")
        read_until(channel, b"ready")
        channel.resize_pty(100, 50)
        channel.send(b"\n")
        read_until(channel, b"now 50 100")
        t.close()


def test_modes_of_the_terminal():
    with World() as w:
        c = w.client("good", "stty -a", tty="-tt")
        _, out, _ = c.finish()      # no terminal here: no modes are sent
        assert b" echo " in out and b"intr = ^C" in out, out
        t = connect(w)
        channel = t.open_session()
        message = paramiko.Message()
        message.add_byte(b"\x62")
        message.add_int(channel.remote_chanid)
        message.add_string("pty-req")
        message.add_boolean(False)
        message.add_string("xterm")
        for n in (80, 24, 0, 0):
            message.add_int(n)
        # VINTR ^B, VSUSP off, ECHO off, IUTF8 on, 57600, then the end
        message.add_string(b"".join(
            bytes([op]) + value.to_bytes(4, "big") for op, value in
            ((1, 2), (10, 255), (53, 0), (42, 1), (128, 57600), (129, 57600)))
            + b"\0")
        t._send_user_message(message)
        channel.exec_command("stty -a")
        out = b""
        while chunk := channel.recv(4096):
            out += chunk
        for want in (b"intr = ^B", b"susp = <undef>", b"-echo ", b" iutf8",
                     b"speed 57600"):
            assert want in out, (want, out)
        t.close()


def test_job_control():
    with World() as w:
        t = connect(w)
        channel = t.open_session()
        channel.get_pty("xterm", 80, 24)
        channel.invoke_shell()
        channel.send(b"sleep 300\n")
        wait_for(lambda: sleepers(300), what="sleep")
        channel.send(b"\x1a")
        read_until(channel, b"Stopped")
        channel.send(b"fg\n")
        wait_for(lambda: in_foreground(300), what="sleep in the foreground")
        channel.send(b"\x03")
        channel.send(b"echo sta''tus $?\n")
        read_until(channel, b"status 130")
        channel.send(b"exit 9\n")
        assert channel.recv_exit_status() == 9
        t.close()


def test_environment():
    with World() as w:
        os.environ.update(LC_TIME="C.UTF-8", LC_ALL="C", VTYMUX_FOO="1")
        status, out, _ = w.ssh(
            "good", "env", options=["SendEnv=LC_* VTYMUX_FOO",
                                    "SetEnv=BASH_ENV=/x LD_PRELOAD=/y"])
        del os.environ["LC_TIME"], os.environ["LC_ALL"]
        lines = out.decode().splitlines()
        assert "LC_TIME=C.UTF-8" in lines and "LC_ALL=C" in lines, lines
        assert not any(l.startswith(("VTYMUX_FOO", "BASH_ENV", "LD_PRELOAD=/y",
                                     "SSH_TTY")) for l in lines), lines
        connection = [l for l in lines if l.startswith("SSH_CONNECTION=")][0]
        assert re.fullmatch(r"SSH_CONNECTION=127\.0\.0\.1 \d+ 127\.0\.0\.1 "
                            f"{w.port}", connection), connection


def test_environment_is_judged_by_the_server():
    with World() as w:
        for name, value, good in (
                ("LANG", "C", True), ("LC_X", "", True), ("LC_", "C", False),
                ("LC_a", "C", False), ("LANG", "a\nb", False),
                ("PATH", "/", False), ("LANG", "x" * 128, False)):
            t = connect(w)
            channel = t.open_session()
            try:
                m = paramiko.Message()
                m.add_byte(b"\x62")
                m.add_int(channel.remote_chanid)
                m.add_string("env")
                m.add_boolean(True)
                m.add_string(name)
                m.add_string(value)
                channel._event_pending()
                t._send_user_message(m)
                channel._wait_for_event()
                accepted = True
            except paramiko.SSHException:
                accepted = False
            assert accepted == good, (name, value)
            t.close()


def test_signal_request():
    with World() as w:
        t = connect(w)
        channel = t.open_session()
        channel.exec_command(f"trap 'echo got it; exit 5' USR1; "
                             f"echo ready; sleep {SLEEP} & wait")
        read_until(channel, b"ready")
        for name in ("NOSUCH", "USR1"):
            m = paramiko.Message()
            m.add_byte(b"\x62")
            m.add_int(channel.remote_chanid)
            m.add_string("signal")
            m.add_boolean(False)
            m.add_string(name)
            t._send_user_message(m)
        read_until(channel, b"got it")
        assert channel.recv_exit_status() == 5
        wait_for(lambda: not sleepers(SLEEP), what="end of sleep")
        t.close()


def test_output_is_never_truncated():
    with World() as w:
        path = os.path.join(w.directory, "file")
        data = b"".join(b"%08d abcdefghijklmnopqrstuvwxyz\n" % i
                        for i in range(41234 // 36))
        with open(path, "wb") as f:
            f.write(data)
        want = data.replace(b"\n", b"\r\n")
        for n in range(TRUNCATION_RUNS):
            for _ in range(2):
                status, out, err = w.ssh("good", f"cat {path}; exit 4",
                                         tty="-tt")
                assert status == 4, (n, status, err)
                assert out == want, (n, len(out), len(want))
        print(f"# {2 * TRUNCATION_RUNS} times {len(want)} bytes")
        status, out, _ = w.ssh("good", f"cat {path} {path} {path} >&2; exit 4")
        assert status == 4
        status, _, err = w.ssh("good", f"cat {path} {path} {path} >&2; exit 4")
        assert err.encode() == data * 3


def test_background_processes_do_not_hold_the_session():
    with World() as w:
        for tty in ("-tt", "-T"):
            begun = time.monotonic()
            status, out, _ = w.ssh("good", f"sleep {SLEEP} & echo done",
                                   tty=tty)
            assert status == 0 and out.strip() == b"done", out
            assert time.monotonic() - begun < 20
        wait_for(lambda: not sleepers(SLEEP), what="end of sleep")


def test_a_program_that_closes_its_output_goes_on():
    with World() as w:
        flag = f"/tmp/{os.path.basename(w.directory)}-flag"
        begun = time.monotonic()
        status, out, _ = w.ssh(
            "good", f"exec >&- 2>&-; sleep 3; touch {flag}; exit 6")
        assert status == 6 and os.path.exists(flag)
        assert time.monotonic() - begun >= 3
        os.unlink(flag)


def gone_after(w, end):
    c = w.client("good", f"sleep {SLEEP}")
    wait_for(lambda: sleepers(SLEEP), what="sleep")
    end(c)
    wait_for(lambda: not sleepers(SLEEP), 20, "end of sleep")
    wait_for(lambda: w.session().process.poll() is not None, 20, "end")


def test_nothing_is_left_when_the_connection_ends():
    with World() as w:
        gone_after(w, lambda c: c.process.kill())
        gone_after(w, lambda c: os.kill(w.session().child(), signal.SIGKILL))


def test_sessions_one_after_the_other():
    with World() as w:
        t = connect(w)
        for n in range(10):
            channel = t.open_session()
            channel.exec_command(f"exit {n}")
            assert channel.recv_exit_status() == n
            channel.close()
        t.close()
        assert w.lines[w.lines.first_virtual].claims == 1




def test_a_connection_without_a_session_ends():
    limit = 7
    # The time for the login is over long before, and has no say in it.
    with World(timeout=5, environment={"VTYMUX_OPEN_WAIT": str(limit)}) as w:
        busy = connect(w)
        channel = busy.open_session()
        channel.exec_command(f"sleep {limit + 2}; exit 5")
        begin = time.monotonic()
        idle = connect(w)
        idle.open_session()     # asks for nothing
        first, second = w.sessions
        second.process.wait(limit + 15)
        assert time.monotonic() - begin >= limit
        assert f"no session for {limit} s" in second.log(), second.log()
        # The other had one, and has the same time from its end on.
        assert channel.recv_exit_status() == 5
        begin = time.monotonic()
        assert first.process.poll() is None
        channel = busy.open_session()
        channel.exec_command("exit 6")
        assert channel.recv_exit_status() == 6
        first.process.wait(limit + 15)
        assert time.monotonic() - begin >= limit - 1
        assert f"no session for {limit} s" in first.log(), first.log()
        first = w.lines[w.lines.first_virtual]
        wait_for(lambda: first.connection is None, what="free vty")


def test_exec_disabled_and_transport():
    with World() as w:
        vty = w.lines[w.lines.first_virtual]
        vty.set("transport_input", "telnet")
        status, _, err = w.ssh("good", "true")
        assert (status, err) == (1, f"% Line {vty.number}: transport input "
                                 "does not allow ssh\r\n"), err
        wait_for(lambda: vty.connection is None, what="free vty")
        vty.set("exec", "0")
        status, _, err = w.ssh("good", "true")
        assert (status, err) == (1, "% EXEC is disabled\r\n"), err
        w.attach("good:1", 1)   # a reverse session does not care


def test_every_connection_has_a_vty():
    with World(virtual=2) as w:
        w.attach("good:1", 1)
        first = w.lines.first_virtual
        assert w.lines[first].owner_seen == f"{w.base + 1}:-@127.0.0.1"
        c = w.client("good", f"sleep {SLEEP}")
        wait_for(lambda: sleepers(SLEEP), what="sleep")
        status, _, err = w.ssh("good:2")
        # closed before the version banner
        assert status == 255 and re.search("kex_exchange_identification: .*"
                                           "onnection (closed|reset)", err), err
        assert "no free vty" in w.session().log()
        c.process.kill()
        wait_for(lambda: w.lines[first + 1].connection is None, what="free vty")
        w.attach("good:2", 2)


def test_reserved_vtys():
    with World(virtual=3, reserve=1) as w:
        first = w.lines.first_virtual
        w.attach("good:1", 1)
        second = w.attach("good:2", 2)
        for user in ("good:3", "good"):
            status, _, err = w.ssh(user)
            assert (status, err) == (1, "% No free vty\r\n"), err
        # Logged in on a reserved one, opens when another is free.
        t = connect(w)
        assert w.lines[first + 2].connection
        second.process.kill()
        wait_for(lambda: w.lines[first + 1].connection is None, what="free vty")
        channel = t.open_session()
        channel.exec_command("exit 5")
        assert channel.recv_exit_status() == 5
        assert w.lines[first + 2].connection is None
        # privilege 15 may have it
        assert w.ssh("lab", "exit 3")[0] == 3
        t.close()


def test_the_daemon_is_told_what_it_shows():
    with World() as w:
        status, _, _ = w.ssh("lab", "true", options=[
            "Ciphers=aes128-ctr", "MACs=hmac-sha2-256",
            "KexAlgorithms=curve25519-sha256"])
        assert status == 0
        session = w.session()
        got = session.reports(3)
        vty = w.lines.first_virtual
        assert got == [(LINK_AUTHENTICATED, 0, "lab"), (LINK_OPENED, vty, ""),
                       (LINK_CLOSED, vty, "")], got
        client, *rest = session.algorithms
        assert client.startswith("SSH-2.0-OpenSSH"), client
        assert rest == ["curve25519-sha256", "aes128-ctr", "aes128-ctr",
                        "hmac-sha2-256", "hmac-sha2-256"], rest


def test_clear_ends_a_session():
    with World() as w:
        for tty in ("-tt", "-T"):
            c = w.client("good", f"sleep {SLEEP}", tty=tty)
            wait_for(lambda: sleepers(SLEEP), what="sleep")
            w.session().process.terminate()
            status, _, err = c.finish(20)
            first = w.lines.first_virtual
            assert status == 1 and f"% Line {first} cleared\r\n" in err, err
            wait_for(lambda: not sleepers(SLEEP), what="end of sleep")


def test_many_at_once():
    with World(virtual=16) as w:
        clients = [w.client("good", f"sleep 1; exit {n}") for n in range(12)]
        assert [c.finish(60)[0] for c in clients] == list(range(12))


if __name__ == "__main__":
    run("exec", [v for k, v in list(globals().items())
                 if k.startswith("test_")])
