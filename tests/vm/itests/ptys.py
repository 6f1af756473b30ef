# SPDX-License-Identifier: GPL-2.0-only
"""Runs in the guest: pseudo terminals as the devices of lines.

    ptys.py bind FIRST COUNT    binds them, serves until it is killed
    ptys.py say TEXT            has it do something, prints its answer

An idle device answers each piece of input with "LINE:INPUT".
TEXT: "write LINE BYTES" (records of eight bytes that count from 0),
"stream LINE" (64 bytes each 8 ms, until "stop LINE").
"""
import os
import select
import socket
import sys
import time

PATH = "/tmp/ptys.sock"
PERIOD = 0.008


class Device:
    def __init__(self, line):
        self.line, self.record = line, 0
        self.streaming = False
        self.master, slave = os.openpty()
        name = os.ttyname(slave)
        os.close(slave)
        with open(f"/sys/class/tty/vty{line}/backing", "w") as f:
            f.write(name)
        os.set_blocking(self.master, False)

    def records(self, count):
        data = b"".join(b"%07d\n" % n for n in
                        range(self.record, self.record + count))
        self.record += count
        while data:
            try:
                data = data[os.write(self.master, data):]
            except BlockingIOError:
                select.select([], [self.master], [], 1)

    def answer(self):
        try:
            data = os.read(self.master, 4096)
        except OSError:
            return
        os.write(self.master, b"%d:%s" % (self.line, data))


def obey(devices, words):
    device = devices[int(words[1])]
    if words[0] == "write":
        device.records(int(words[2]) // 8)
    else:
        device.streaming = words[0] == "stream"
    return b"done"


def serve(first, count):
    devices = {n: Device(n) for n in range(first, first + count)}
    masters = {d.master: d for d in devices.values()}
    if os.path.exists(PATH):
        os.unlink(PATH)
    commands = socket.socket(socket.AF_UNIX)
    commands.bind(PATH)
    commands.listen()
    while True:
        streaming = [d for d in devices.values() if d.streaming]
        ready = select.select([commands, *masters], [], [],
                              PERIOD if streaming else None)[0]
        for source in ready:
            if source is commands:
                with commands.accept()[0] as client:
                    client.sendall(obey(devices,
                                        client.recv(256).decode().split()))
            else:
                masters[source].answer()
        for device in streaming:
            device.records(8)
        if streaming:
            time.sleep(PERIOD)


def say(text):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(PATH)
        s.sendall(text.encode())
        return s.recv(256).decode()


if sys.argv[1] == "bind":
    serve(int(sys.argv[2]), int(sys.argv[3]))
else:
    print(say(sys.argv[2]))
