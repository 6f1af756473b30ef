# SPDX-License-Identifier: GPL-2.0-only
"""The session channel of vtymux-sshd: line, notices, breaks, endings."""
import os
import random
import select
import signal
import socket
import tempfile
import threading
import time

import paramiko
import pexpect

from bed import BUILD, Bed, PASSWORD, SSH, contains, recv_exactly, same, until

MIB = 1 << 20
BREAKS = {"LD_PRELOAD": os.path.abspath(BUILD + "/test/breaks.so")}


def blob(size):
    """Every byte value first, then random ones, the same in each run."""
    return bytes(range(256)) + random.Random(size).randbytes(size - 256)


def all_bytes_pass_both_ways():
    with Bed() as bed:
        client = bed.ssh("lab:1")
        bed.wait("open")
        assert bed.far_is_silent(), "bytes injected at connect"
        out, data = blob(MIB), blob(MIB + 1)
        got = {}
        threads = [
            threading.Thread(target=lambda: (client.stdin.write(out),
                                             client.stdin.flush())),
            threading.Thread(target=lambda: bed.write_far(data)),
            threading.Thread(target=lambda: got.update(
                far=bed.read_far(len(out), 60))),
            threading.Thread(target=lambda: got.update(
                near=client.stdout.read(len(data))))]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert got["far"] == out, "to the line differs"
        assert got["near"] == data, "from the line differs"
        assert bed.far_is_silent(), "more than was sent"
        client.kill()
        client.wait()


def rekeying_loses_nothing():
    with Bed() as bed:
        client = bed.ssh("lab:1", options=PASSWORD + ["-oRekeyLimit=600K"])
        bed.wait("open")
        out, data = blob(MIB), blob(MIB + 1)
        writer = threading.Thread(target=lambda: (client.stdin.write(out),
                                                  client.stdin.flush()))
        writer.start()
        assert bed.read_far(len(out), 60) == out, "to the line differs"
        writer.join()
        writer = threading.Thread(target=lambda: bed.write_far(data))
        writer.start()
        assert client.stdout.read(len(data)) == data, "from the line differs"
        writer.join()
        signs = len(bed.event("sign"))
        assert signs >= 3, "only %d key exchanges" % signs
        same(bed.event("die"), [])
        client.kill()
        client.wait()


def refusal_is_stderr_and_status_1():
    with Bed() as bed:
        same(bed.run("busy"), (1, b"", "% Line 1 is busy\r\n"))
        same(bed.event("close"), [])


def exec_and_subsystem_are_refused():
    text = "% Line 1: commands are not possible\r\n"
    with Bed() as bed:
        same(bed.run("lab:1", "reload; rm -rf /"), (1, b"", text))
        same(bed.run("lab:1", "-s", "sftp"), (1, b"", text))
        same(bed.wait("open", 2), ["exec pty=0", "subsystem pty=0"])


def pty_request_is_accepted_without_effect():
    with Bed() as bed:
        channel = bed.transport("lab:1").open_session()
        channel.settimeout(10)
        channel.get_pty("vt100", 200, 50)
        channel.invoke_shell()
        channel.resize_pty(100, 40)
        same(bed.wait("open"), ["shell pty=1"])
        size = os.get_terminal_size(bed.near)
        same((size.columns, size.lines), (0, 0))
        channel.sendall(b"\x03\x04\x11\x13\xff")
        same(bed.read_far(5), b"\x03\x04\x11\x13\xff")


def request(channel, kind, *fields):
    """Sends a channel request and waits for the reply; raises on failure."""
    m = paramiko.Message()
    m.add_byte(bytes([paramiko.common.MSG_CHANNEL_REQUEST]))
    m.add_int(channel.remote_chanid)
    m.add_string(kind)
    m.add_boolean(True)
    for field in fields:
        (m.add_int if isinstance(field, int) else m.add_string)(field)
    channel._event_pending()
    channel.transport._send_user_message(m)
    channel._wait_for_event()


def refused(channel, kind, *fields):
    """paramiko closes the channel for it, so that is its last request."""
    try:
        request(channel, kind, *fields)
    except paramiko.SSHException:
        return
    raise AssertionError(kind + " accepted")


def new_session(transport):
    """paramiko reports a failure before it has sent its close."""
    def attempt():
        try:
            return transport.open_session(timeout=10)
        except paramiko.ChannelException:
            return None
    return until(attempt, what="session")


def unknown_requests_are_refused():
    with Bed() as bed:
        transport = bed.transport("lab:1")
        for args in (("env", "A", "b"), ("signal", "TERM"),
                     ("auth-agent-req@openssh.com",), ("window-change",),
                     ("break", 500), ("no-such-request",), ("",)):
            refused(new_session(transport), *args)
        same(bed.event("open"), [])
        same(transport.is_active(), True)


def forwarding_is_refused():
    with Bed() as bed:
        transport = bed.transport("lab:1")
        for kind in ("direct-tcpip", "direct-streamlocal@openssh.com",
                     "x11", "auth-agent@openssh.com"):
            try:
                transport.open_channel(kind, ("127.0.0.1", int(bed.port)),
                                       ("127.0.0.1", 1), timeout=10)
                raise AssertionError(kind + " opened")
            except paramiko.ChannelException:
                pass
        try:
            transport.request_port_forward("127.0.0.1", 0)
            raise AssertionError("forwarded")
        except paramiko.SSHException:
            pass
        same(transport.is_active(), True)


def one_session_at_a_time():
    with Bed() as bed:
        transport = bed.transport("lab:1")
        for i in range(3):
            channel = transport.open_session()
            channel.settimeout(10)
            channel.invoke_shell()
            bed.wait("open", i + 1)
            try:
                transport.open_session(timeout=10)
                raise AssertionError("a second session")
            except paramiko.ChannelException as e:
                same(e.code, 1)
            bed.write_far(b"%d" % i)
            same(recv_exactly(channel, 1), b"%d" % i)
            channel.close()
            bed.wait("close", i + 1)


def a_second_command_is_refused():
    with Bed() as bed:
        channel = bed.shell()
        refused(channel, "exec", "reload")
        same(bed.event("open"), ["shell pty=0"])
        bed.wait("close")


def break_has_its_length():
    with Bed(env=BREAKS) as bed:
        channel = bed.shell()
        for ms, least, most in ((0, 500, 500), (100, 500, 500),
                                (700, 700, 700), (99999, 3000, 3000)):
            request(channel, "break", ms)
            same(bed.read_far(6), b"<BREAK")
            begin = time.monotonic()
            same(bed.read_far(1), b">")
            took = (time.monotonic() - begin) * 1000
            assert least - 60 <= took <= most + 400, \
                "%d ms took %.0f ms" % (ms, took)


def data_waits_for_the_end_of_a_break():
    with Bed(env=BREAKS) as bed:
        channel = bed.shell()
        channel.sendall(b"before")
        same(bed.read_far(6), b"before")
        request(channel, "break", 700)
        data = blob(100000)
        channel.sendall(data)
        same(bed.read_far(6), b"<BREAK")
        bed.write_far(b"heard")
        same(recv_exactly(channel, 5), b"heard")    # the line is read on
        same(bed.read_far(1), b">")
        same(bed.read_far(len(data)), data)


def break_ends_with_the_channel():
    with Bed(env=BREAKS) as bed:
        channel = bed.shell()
        request(channel, "break", 3000)
        same(bed.read_far(6), b"<BREAK")
        begin = time.monotonic()
        channel.close()
        same(bed.read_far(1), b">")
        assert time.monotonic() - begin < 1.0
        bed.wait("close")


def openssh_sends_a_break():
    with Bed(env=BREAKS) as bed:
        child = pexpect.spawn("sshpass", ["-plab"] + SSH + PASSWORD + [
            "-tt", "-p", bed.port, "-l", "lab:1", bed.host])
        bed.wait("open")
        child.send("\r")
        same(bed.read_far(1), b"\r")
        child.send("~B")
        same(bed.read_far(7), b"<BREAK>")
        child.close(force=True)


def client_eof_keeps_the_line():
    with Bed() as bed:
        client = bed.ssh("lab:1")
        client.stdin.write(b"last words")
        client.stdin.close()
        same(bed.read_far(10), b"last words")
        assert not bed.event("close")
        bed.write_far(b"still here")
        same(client.stdout.read(10), b"still here")
        client.kill()
        client.wait()


def a_client_that_is_gone_both_ways_has_ended():
    for eof_first in (True, False):
        with Bed() as bed:
            channel = bed.shell()
            if eof_first:
                channel.shutdown_write()
            request(channel, "eow@openssh.com")
            if not eof_first:
                bed.write_far(b"read" * 100000)
                channel.sendall(b"written")
                same(bed.read_far(7), b"written")
                same(channel.recv(1), b"")
                same(bed.event("close"), [])
                channel.shutdown_write()
            bed.wait("close")
            same(channel.recv_exit_status(), 7)


def multiplexed_sessions_follow_each_other():
    with Bed() as bed, tempfile.TemporaryDirectory() as d:
        mux = ["-oControlPath=%s/mux" % d]
        master = bed.ssh("lab:1", options=PASSWORD + mux + [
            "-oControlMaster=yes", "-oSessionType=none"])
        until(lambda: os.path.exists(d + "/mux"), what="master")
        for turn in (1, 2):
            client = bed.ssh("lab:1", options=mux)
            bed.wait("open", turn)
            client.stdin.write(b"x")
            client.stdin.flush()
            same(bed.read_far(1), b"x")
            client.kill()
            client.wait()
            for pid in children(bed.port, without=b"-oSessionType=none"):
                os.kill(pid, signal.SIGTERM)
            # OpenSSH's master queues what it has to say of that, and sends
            # it when something wakes it: output, or a keepalive.
            until(lambda: not children(bed.port, b"-oSessionType=none"),
                  what="end of client")
            until(lambda n=turn: bed.write_far(b"!") or
                  len(bed.event("close")) >= n, 30, "close")
        same(len(bed.event("session")), 1)
        for pid in children(bed.port):
            os.kill(pid, signal.SIGKILL)
        master.kill()
        master.wait()


def hangup_ends_with_its_notice():
    with Bed() as bed:
        client = bed.ssh("lab:1")
        bed.wait("open")
        bed.write_far(b"goodbye")
        same(client.stdout.read(7), b"goodbye")
        bed.hang_up()
        _, err = client.communicate(timeout=10)
        same((client.returncode, err.decode()), (7, "% Line 1 cleared\r\n"))
        same(len(bed.event("close")), 1)


def notice_does_not_end_the_session():
    with Bed() as bed:
        channel = bed.shell("notice")
        text = b"% Line 1: device lost, waiting\r\n"
        got = b""
        while len(got) < len(text):
            got += channel.recv_stderr(100)
        same(got, text)
        channel.sendall(b"on")
        same(bed.read_far(2), b"on")


def open_notice_pipe_delays_the_end_only():
    with Bed() as bed:
        client = bed.ssh("deaf")
        bed.wait("open")
        bed.hang_up()
        begin = time.monotonic()
        _, err = client.communicate(timeout=10)
        took = time.monotonic() - begin
        same((client.returncode, err.decode()), (7, "% Line 1 cleared\r\n"))
        assert 1.5 < took < 4, "%.1f s" % took


def closing_with_a_stuck_line_frees_it():
    with Bed() as bed:
        channel = bed.shell()
        channel.settimeout(1)
        try:
            channel.sendall(b"x" * MIB)     # nobody reads the far end
            raise AssertionError("no back-pressure")
        except TimeoutError:
            pass
        begin = time.monotonic()
        channel.close()
        bed.wait("close", seconds=20)
        assert time.monotonic() - begin > 1, "did not linger"


def closing_delivers_what_was_sent():
    with Bed() as bed:
        channel = bed.shell()
        data = blob(100000)
        sender = threading.Thread(target=lambda: (channel.sendall(data),
                                                  channel.close()))
        sender.start()
        same(bed.read_far(len(data)), data)
        sender.join()
        bed.wait("close")


def memory_is_bounded_by_a_stuck_line():
    with Bed() as bed:
        channel = bed.shell()
        pid = int(bed.event("session")[0])

        def rss():
            with open("/proc/%d/statm" % pid, encoding="ascii") as f:
                return int(f.read().split()[1]) * 4
        before = rss()
        channel.settimeout(1)
        try:
            channel.sendall(b"x" * (8 * MIB))
            raise AssertionError("no back-pressure")
        except TimeoutError:
            pass
        grown = rss() - before
        assert grown < 2048, "%d KiB more" % grown


def alive(pid):
    """Not gone and not a zombie, for which others are to blame."""
    try:
        with open("/proc/%d/stat" % pid, encoding="latin-1") as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def sessions_end_with_their_monitor():
    with Bed() as bed:
        # with a line, without one, before authentication, before its version
        channel = bed.shell()
        idle = bed.transport("lab:1")
        fresh = bed.transport()
        sock = socket.create_connection((bed.host, int(bed.port)))
        bed.wait("session", 4)
        sock.recv(100)
        pids = [int(p) for p in bed.event("session")]
        begin = time.monotonic()
        for pid in bed.monitors():
            os.kill(pid, signal.SIGKILL)
        for transport in (channel.transport, idle, fresh):
            until(lambda t=transport: not t.is_active(), 10, "end of session")
        same(len(select.select([sock], [], [], 3)[0]), 1)
        until(lambda: not any(alive(p) for p in pids), 10, "end of processes")
        took = time.monotonic() - begin
        assert took < 1, "%.1f s" % took
        sock.close()


def dead_client_frees_the_line():
    with Bed() as bed:
        client = bed.ssh("lab:1")
        bed.wait("open")
        client.kill()       # sshpass
        client.wait()
        for pid in children(bed.port):
            os.kill(pid, signal.SIGKILL)
        begin = time.monotonic()
        bed.wait("ended")
        assert time.monotonic() - begin < 1


def children(port, without=b"\0"):
    """ssh clients to this port, which only this test has."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as f:
                args = f.read().split(b"\0")
        except OSError:
            continue
        if args[0] == b"ssh" and port.encode() in args and \
                without not in args:
            found.append(int(pid))
    return found


TESTS = [all_bytes_pass_both_ways, rekeying_loses_nothing,
         refusal_is_stderr_and_status_1, exec_and_subsystem_are_refused,
         pty_request_is_accepted_without_effect, unknown_requests_are_refused,
         forwarding_is_refused, one_session_at_a_time,
         a_second_command_is_refused, break_has_its_length,
         data_waits_for_the_end_of_a_break, break_ends_with_the_channel,
         openssh_sends_a_break, client_eof_keeps_the_line,
         a_client_that_is_gone_both_ways_has_ended,
         multiplexed_sessions_follow_each_other,
         hangup_ends_with_its_notice, notice_does_not_end_the_session,
         open_notice_pipe_delays_the_end_only,
         closing_with_a_stuck_line_frees_it, closing_delivers_what_was_sent,
         memory_is_bounded_by_a_stuck_line, sessions_end_with_their_monitor,
         dead_client_frees_the_line]
