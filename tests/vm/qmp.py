# SPDX-License-Identifier: GPL-2.0-only
"""The QEMU machine protocol, as much of it as plugging devices needs."""
import json
import socket


class QmpError(Exception):
    """QEMU refused a command or went away."""


class Qmp:
    """A connection; QEMU serves one at a time, others wait."""

    def __init__(self, path, timeout=30):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(timeout)
        try:
            self.sock.connect(path)
        except OSError as e:
            raise QmpError(f"no connection to QEMU: {e}") from e
        self.file = self.sock.makefile("rw", encoding="utf-8")
        self.events = []
        self._message()
        self.command("qmp_capabilities")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.sock.close()

    def _message(self):
        try:
            line = self.file.readline()
        except OSError as e:
            raise QmpError(f"QEMU does not answer: {e}") from e
        if not line:
            raise QmpError("QEMU ended")
        return json.loads(line)

    def command(self, name, **arguments):
        """Runs a command, keeps the events that come meanwhile; its result."""
        json.dump({"execute": name, "arguments": arguments}, self.file)
        self.file.write("\n")
        self.file.flush()
        while True:
            message = self._message()
            if "event" in message:
                self.events.append(message)
            elif "error" in message:
                raise QmpError(f"{name}: {message['error']['desc']}")
            else:
                return message["return"]

    def wait_event(self, name, condition):
        """Waits for an event whose data satisfy the condition."""
        while True:
            while self.events:
                event = self.events.pop(0)
                if event["event"] == name and condition(event.get("data", {})):
                    return
            message = self._message()
            if "event" in message:
                self.events.append(message)
