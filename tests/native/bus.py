# SPDX-License-Identifier: GPL-2.0-only
"""A system bus with a service manager that notes what it is asked. It speaks as
much D-Bus as vtymuxd does; .environment makes it the daemon's."""
import os
import socket
import struct
import threading

METHOD_CALL, METHOD_RETURN, ERROR = 1, 2, 3
MEMBER, ERROR_NAME, REPLY_SERIAL, DESTINATION, SENDER, SIGNATURE = 3, 4, 5, 6, 7, 8
NO_SUCH_UNIT = "org.freedesktop.systemd1.NoSuchUnit"


def pad(data, to):
    return data + bytes(-len(data) % to)


def put_string(data, text):
    return pad(data, 4) + struct.pack("<I", len(text)) + text.encode() + b"\0"


def get_string(data, at):
    at = (at + 3) & ~3
    size, = struct.unpack_from("<I", data, at)
    return data[at + 4:at + 4 + size].decode(), at + 4 + size + 1


def get_fields(data):
    """{code: value} of an array of (yv), of the types that headers have."""
    fields, at = {}, 0
    while at < len(data):
        at = (at + 7) & ~7
        code, kind = data[at], chr(data[at + 2])
        at += 4
        if kind == "u":
            fields[code], = struct.unpack_from("<I", data, at)
            at += 4
        elif kind == "g":
            fields[code] = data[at + 1:at + 1 + data[at]].decode()
            at += data[at] + 2
        else:
            fields[code], at = get_string(data, at)
    return fields


def put_field(data, code, kind, value):
    data = pad(data, 8) + bytes([code, 1]) + kind.encode() + b"\0"
    if kind == "u":
        return data + struct.pack("<I", value)
    if kind == "g":
        return data + bytes([len(value)]) + value.encode() + b"\0"
    return put_string(data, value)


def message(kind, serial, fields, body=b""):
    array = b""
    for field in fields:
        array = put_field(array, *field)
    head = struct.pack("<cBBBII", b"l", kind, 1, 1, len(body), serial)
    return pad(head + struct.pack("<I", len(array)) + array, 8) + body


class Bus:
    def __init__(self, directory):
        self.path = os.path.join(directory, "bus")
        self.environment = {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self.path}"}
        self.calls = []         # (method, unit)
        self.units = {}         # name: active state
        self.hangs = False      # takes everything, answers nothing
        self.breaks = 0         # so many calls break their connection
        self.connections = 0
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(16)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(connection,),
                             daemon=True).start()

    def serve(self, connection):
        with connection, connection.makefile("rwb", buffering=0) as f:
            try:
                self.authenticate(f)
                while self.message(f):
                    pass
            except OSError:
                pass

    @staticmethod
    def authenticate(f):
        while True:
            word = f.readline().strip(b"\0\r\n").split(b" ")
            if word[0] == b"BEGIN" or not word[0]:
                return
            if word == [b"AUTH", b"EXTERNAL"]:
                f.write(b"DATA\r\n")
            elif word[0] in (b"AUTH", b"DATA"):
                f.write(b"OK " + b"0123456789abcdef" * 2 + b"\r\n")
            else:
                f.write(b"AGREE_UNIX_FD\r\n")

    @staticmethod
    def read(f, size):
        data = b""
        while len(data) < size:
            more = f.read(size - len(data))
            if not more:
                raise OSError
            data += more
        return data

    def message(self, f):
        head = self.read(f, 16)
        _, kind, _, _, size, serial, length = struct.unpack("<cBBBIII", head)
        fields = get_fields(self.read(f, (length + 7) & ~7)[:length])
        body = self.read(f, size)
        if kind != METHOD_CALL:
            return True
        method = fields[MEMBER]
        reply = [(REPLY_SERIAL, "u", serial), (DESTINATION, "s", ":1.1"),
                 (SENDER, "s", "org.freedesktop.DBus")]
        if method == "Hello":
            f.write(message(METHOD_RETURN, 1, reply + [(SIGNATURE, "g", "s")],
                            put_string(b"", ":1.1")))
            return True
        if method == "ListUnitsByPatterns":
            unit, _ = get_string(body, 8)
        else:
            unit, _ = get_string(body, 0)
        self.calls.append((method, unit))
        if self.breaks:
            self.breaks -= 1
            return False
        if not self.hangs:
            f.write(self.answer(method, unit, reply))
        return True

    def answer(self, method, unit, reply):
        if method == "ListUnitsByPatterns":
            return message(METHOD_RETURN, 2,
                           reply + [(SIGNATURE, "g", "a(ssssssouso)")],
                           self.list())
        if method == "StopUnit" and self.units.pop(unit, None) is None:
            return message(ERROR, 2, reply + [
                (ERROR_NAME, "s", NO_SUCH_UNIT), (SIGNATURE, "g", "s")],
                put_string(b"", f"Unit {unit} not loaded."))
        return message(METHOD_RETURN, 2, reply + [(SIGNATURE, "g", "o")],
                       put_string(b"", "/org/freedesktop/systemd1/job/1"))

    def list(self):
        """Structures begin at 8 bytes, and so does the array's first."""
        data = bytes(8)
        for name, state in self.units.items():
            data = pad(data, 8)
            for text in (name, "", "loaded", state, "sub", "", "/unit/1"):
                data = put_string(data, text)
            data = pad(data, 4) + struct.pack("<I", 0)
            for text in ("", "/"):
                data = put_string(data, text)
        return struct.pack("<I", len(data) - 8) + data[4:]

    def stopped(self):
        return [unit for method, unit in self.calls if method == "StopUnit"]

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
