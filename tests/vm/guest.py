# SPDX-License-Identifier: GPL-2.0-only
"""Client of guest/execd.c: root commands in the guest, and files to and fro."""
import os
import select
import shlex
import socket
import struct

CHUNK = 65536


class GuestError(Exception):
    """The guest did not answer, or the connection broke."""


class Guest:
    def __init__(self, port, token):
        self.port = port
        self.token = token

    def _connect(self, command, timeout):
        try:
            sock = socket.create_connection(("127.0.0.1", self.port), timeout)
            sock.settimeout(None)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.sendall(self.token.encode() + frame(b"C", command.encode()))
        except OSError as e:
            raise GuestError(f"no connection to the guest: {e}") from e
        return sock

    def run(self, command, stdin=None, stdout=None, stderr=None, timeout=10):
        """Runs a command; returns its exit status.

        stdin, stdout and stderr are file descriptors or None for nothing;
        timeout (s) bounds the connection, not the command.
        """
        with self._connect(command, timeout) as sock:
            return Stream(sock, stdin, {b"O": stdout, b"E": stderr}).run()

    def probe(self, command, timeout=5):
        """Exit status of a short command, or None if the guest is not there."""
        try:
            sock = self._connect(command, timeout)
        except GuestError:
            return None
        with sock:
            sock.settimeout(timeout)
            try:
                return Stream(sock, None, {}).run()
            except (GuestError, OSError):
                return None

    def push(self, source, dest):
        """Copies a file (with its mode) or a directory; exit status."""
        quoted = shlex.quote(dest)
        if os.path.isdir(source):
            tar = f"tar -C {shlex.quote(source)} -cf - ."
            with os.popen(tar) as f:
                return self.run(f"mkdir -p {quoted} && tar -C {quoted} -xf - "
                                "--no-same-owner", f.fileno(), 1, 2)
        mode = os.stat(source).st_mode & 0o7777
        with open(source, "rb") as f:
            return self.run(f"cat >{quoted} && chmod {mode:o} {quoted}",
                            f.fileno(), 1, 2)

    def pull(self, source, dest):
        """Copies a file of the guest here; exit status."""
        with open(dest, "wb") as f:
            return self.run(f"cat {shlex.quote(source)}", None, f.fileno(), 2)


class Stream:
    """One command's bytes."""

    def __init__(self, sock, stdin, outputs):
        self.sock = sock
        self.stdin = stdin
        self.outputs = outputs
        self.received = bytearray()
        self.unsent = b""

    def run(self):
        if self.stdin is None:
            self.unsent = frame(b"I", b"")
        while True:
            readers = [self.sock]
            if self.stdin is not None and not self.unsent:
                readers.append(self.stdin)
            writers = [self.sock] if self.unsent else []
            ready, writable, _ = select.select(readers, writers, [],
                                               self.sock.gettimeout())
            if not ready and not writable:
                raise GuestError("the guest does not answer")
            if self.sock in ready:
                status = self._receive()
                if status is not None:
                    return status
            if writable:
                self._send()
            if self.stdin is not None and self.stdin in ready:
                self._read_stdin()

    def _read_stdin(self):
        try:
            data = os.read(self.stdin, CHUNK)
        except OSError:
            data = b""
        self.unsent = frame(b"I", data)
        if not data:
            self.stdin = None

    def _send(self):
        try:
            sent = self.sock.send(self.unsent, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError:
            # The reason, perhaps an exit status, is still to be read.
            self.unsent, self.stdin = b"", None
            return
        self.unsent = self.unsent[sent:]

    def _receive(self):
        try:
            data = self.sock.recv(CHUNK)
        except OSError as e:
            raise GuestError(f"connection to the guest lost: {e}") from e
        if not data:
            raise GuestError("connection to the guest lost")
        self.received += data
        while len(self.received) >= 5:
            kind, size = struct.unpack_from(">cI", self.received)
            if len(self.received) < 5 + size:
                break
            payload = bytes(self.received[5:5 + size])
            del self.received[:5 + size]
            if kind == b"X":
                return payload[0]
            self._output(kind, payload)
        return None

    def _output(self, kind, payload):
        fd = self.outputs.get(kind)
        while fd is not None and payload:
            payload = payload[os.write(fd, payload):]


def frame(kind, payload):
    return kind + struct.pack(">I", len(payload)) + payload
