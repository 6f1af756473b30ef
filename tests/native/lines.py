# SPDX-License-Identifier: GPL-2.0-only
"""Lines without the module: a directory that looks like /sys/class/tty, a
broker that answers fake_claim.c as the claim device would, ptys as backings.

A line's pty lives as long as a claim on it. Its master is the far end of the
serial cable; closing it hangs up everything that has the line open, as the
kernel does when a claim ends."""
import array
import errno
import os
import select
import socket
import struct
import threading
import time
import tty

FAKE_LINE, FAKE_ROTARY, FAKE_OPEN, FAKE_VIRTUAL, FAKE_ATTACH, FAKE_STEAL, \
    FAKE_TAP = range(1, 8)
REVOKE_NONE, REVOKE_CLEARED, REVOKE_STOLEN, REVOKE_UNBOUND = range(4)
WORDS = 64
QUESTION = struct.Struct(f"=II{WORDS}Q96s")
ANSWER = struct.Struct("=iI")
STATUS = struct.Struct("=II96s")

DEFAULTS = {
    "type": "tty", "name": "", "backing": "ttyS1", "exec": "0",
    "transport_input": "ssh", "rotary": "", "state": "idle", "owner": "",
    "login_authentication": "default", "session_timeout": "0",
    "exec_timeout": "600", "absolute_timeout": "0",
    "statistics/noise": "0", "statistics/downs": "0",
}


class Line:
    def __init__(self, lines, number):
        self.lines, self.number = lines, number
        self.connection = self.master = self.slave = None
        self.claims = self.opens = 0
        self.owner_seen = ""
        self.history, self.taps = b"", []
        self.open_error = 0

    def set(self, attribute, value):
        path = os.path.join(self.lines.sysfs, f"vty{self.number}", attribute)
        with open(path + ".new", "w") as f:
            f.write(value + "\n")
        os.rename(path + ".new", path)

    def get(self, attribute):
        path = os.path.join(self.lines.sysfs, f"vty{self.number}", attribute)
        with open(path) as f:
            return f.read().rstrip("\n")

    def claim(self, connection, owner):
        if self.get("state") in ("unbound", "down"):
            return -errno.ENODEV
        if self.connection or self.get("state") == "active":
            return -errno.EBUSY
        self.connection = connection
        if self.get("type") == "tty":
            self.master, self.slave = os.openpty()
            tty.setraw(self.slave)
        self.claims += 1
        self.owner_seen = owner
        self.set("owner", owner)
        self.set("state", "claimed")
        return 0

    def attach(self):
        """The master of a virtual line: whoever asks has the only one."""
        master, self.slave = os.openpty()
        os.set_blocking(master, False)
        return master

    def steal(self, connection, owner):
        if self.connection:
            self.revoke(REVOKE_STOLEN, owner)
        return self.claim(connection, owner)

    def tap(self):
        """The read end of a pipe that begins with the history."""
        end, tap = os.pipe()
        os.set_blocking(end, False)
        os.write(tap, self.history)
        self.taps.append(tap)
        return end

    def open(self):
        if self.open_error:
            return -self.open_error
        self.opens += 1
        if self.get("type") == "virtual":
            # As in the kernel, the broker has nothing to do with it.
            slave, self.slave = self.slave, None
            return slave
        return os.open(os.ttyname(self.slave),
                       os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)

    def release(self):
        for fd in (self.slave, self.master):
            if fd is not None:
                os.close(fd)
        self.connection = self.master = self.slave = None
        self.set("owner", "")
        self.set("state", "idle")

    def revoke(self, reason, by=""):
        """What CLEAR, a thief or an unbind does to the claim."""
        with self.lines.lock:
            connection = self.connection
            self.release()
            connection.send(STATUS.pack(self.number, reason, by.encode()))
            connection.shutdown(socket.SHUT_RDWR)

    def read(self, count, timeout=10):
        """Bytes that arrive at the far end of the cable."""
        data, end = b"", time.monotonic() + timeout
        poll = select.poll()    # the number may be over FD_SETSIZE
        poll.register(self.master, select.POLLIN)
        while len(data) < count:
            left = max(0, end - time.monotonic())
            if not poll.poll(left * 1000):
                break
            data += os.read(self.master, count - len(data))
        return data

    def write(self, data):
        """Bytes of the device; noise while nobody has the line."""
        with self.lines.lock:
            self.history += data
            for tap in list(self.taps):
                try:
                    os.write(tap, data)
                except BrokenPipeError:     # its reader has gone
                    self.taps.remove(tap)
                    os.close(tap)
            if self.master is None:
                self.set("statistics/noise",
                         str(int(self.get("statistics/noise")) + len(data)))
                return
        while data:
            data = data[os.write(self.master, data):]


class Lines:
    """lines[N] is line N; all start bound, idle, transport input ssh. After
    the tty lines come virtual ones."""

    def __init__(self, directory, count=4, virtual=16):
        self.sysfs = os.path.join(directory, "sysfs")
        self.dev = os.path.join(directory, "dev")
        os.mkdir(self.sysfs)
        os.mkdir(self.dev)
        self.lock = threading.RLock()
        self.all = {}
        self.closed = False
        self.first_virtual, self.virtual = count + 1, virtual
        self.module = os.path.join(directory, "module")
        os.makedirs(os.path.join(self.module, "parameters"))
        for name, value in ("tty_lines", count), ("virtual_lines", virtual):
            with open(os.path.join(self.module, "parameters", name), "w") as f:
                f.write(f"{value}\n")
        for number in range(1, count + virtual + 1):
            os.makedirs(os.path.join(self.sysfs, f"vty{number}", "statistics"))
            self.all[number] = Line(self, number)
            for attribute, value in DEFAULTS.items():
                self.all[number].set(attribute, value)
            if number > count:
                self.all[number].set("type", "virtual")
                self.all[number].set("backing", "")
                self.all[number].set("exec", "1")
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(os.path.join(self.dev, "vtymux"))
        self.listener.listen(16)
        self.acceptor = threading.Thread(target=self.accept, daemon=True)
        self.acceptor.start()

    def __getitem__(self, number):
        return self.all[number]

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,),
                             daemon=True).start()

    def serve(self, connection):
        line = None
        while True:
            try:
                packet = connection.recv(QUESTION.size)
            except OSError:
                packet = b""
            if len(packet) != QUESTION.size:
                break
            with self.lock:
                line = self.answer(connection, line, QUESTION.unpack(packet))
        with self.lock:
            if line and line.connection is connection and not self.closed:
                line.release()
        connection.close()

    def answer(self, connection, line, question):
        op, number, candidates = question[0], question[1], question[2:-1]
        owner = question[-1].rstrip(b"\0").decode()
        if op in (FAKE_OPEN, FAKE_ATTACH):
            self.answer_descriptor(connection, line, line.open()
                                   if op == FAKE_OPEN else line.attach())
            return line
        if op == FAKE_TAP:
            self.answer_tap(connection, number)
            return line
        if op in (FAKE_LINE, FAKE_STEAL):
            chosen = [self.all[number]] if number in self.all else []
        else:
            chosen = [l for n, l in sorted(self.all.items())
                      if candidates[n // 64] >> n % 64 & 1
                      and (l.get("type") == "virtual" if op == FAKE_VIRTUAL
                           else str(number) in l.get("rotary").split())]
        error = -errno.ENXIO
        for one in chosen:
            error = (one.steal if op == FAKE_STEAL else one.claim)(
                connection, owner)
            if not error:
                line = one
                break
        if op == FAKE_VIRTUAL and self.virtual and not chosen:
            error = -errno.EBUSY
        if op == FAKE_ROTARY and error == -errno.ENODEV:
            error = -errno.EBUSY
        connection.send(ANSWER.pack(error, line.number if line else 0))
        return line

    def answer_tap(self, connection, number):
        if number not in self.all:
            connection.send(ANSWER.pack(-errno.ENXIO, 0))
            return
        end = self.all[number].tap()
        self.send_fd(connection, end, len(self.all[number].history))

    @staticmethod
    def send_fd(connection, fd, number):
        rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))
        connection.sendmsg([ANSWER.pack(0, number)], [rights])
        os.close(fd)

    @staticmethod
    def answer_descriptor(connection, line, fd):
        if fd < 0:
            connection.send(ANSWER.pack(fd, 0))
            return
        Lines.send_fd(connection, fd, line.number)

    def close(self):
        with self.lock:
            self.closed = True
        # A thread left in accept() would come back on a number used again.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.acceptor.join()
        self.listener.close()
