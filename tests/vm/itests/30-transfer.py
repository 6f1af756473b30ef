#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Bytes through a line: every value, a megabyte each way, nothing added."""
import random
import threading
import time

from itest import (Uart, attribute, connect, equal, main, test, wait_idle)

MIB = 1024 * 1024
LINE = 1


def noise(seed, size):
    return random.Random(seed).randbytes(size)


def compare(got, want, what):
    """Bit by bit, and the place where they part."""
    if got == want:
        return
    at = next((i for i, (g, w) in enumerate(zip(got, want)) if g != w),
              min(len(got), len(want)))
    raise AssertionError(
        f"{what}: {len(got)} bytes of {len(want)}, first difference at {at}: "
        f"{got[at:at + 16]!r}, want {want[at:at + 16]!r}")


def both_ways(size, speed, rate, timeout):
    """The same amount to the device and from it at once; seconds."""
    attribute(LINE, "speed", speed)
    attribute(LINE, "flowcontrol", "hardware")
    down, up = noise(speed, size), noise(speed + 1, size)
    try:
        with Uart(LINE) as uart, connect(LINE) as ssh:
            uart.clear()
            begin = time.monotonic()
            sender = threading.Thread(target=uart.send, args=(down, rate))
            typist = threading.Thread(target=ssh.send, args=(up,))
            sender.start()
            typist.start()
            ssh.out.wait_for(size, timeout)
            uart.received.wait_for(size, timeout)
            seconds = time.monotonic() - begin
            sender.join()
            typist.join()
            compare(bytes(ssh.out.data), down, "device to client")
            compare(bytes(uart.received.data), up, "client to device")
            equal(bytes(ssh.err.data), b"", "stderr")
    finally:
        attribute(LINE, "speed", 9600)
        attribute(LINE, "flowcontrol", "none")
    wait_idle(LINE)
    equal(attribute(LINE, "statistics/overruns"), OVERRUNS, "overruns")
    print(f"# {size} bytes each way at {speed}: {seconds:.1f} s, "
          f"{size / seconds / 1000:.1f} kB/s each way")


OVERRUNS = attribute(LINE, "statistics/overruns")


@test("the device sees nothing until the user types")
def silent_connect():
    with Uart(LINE) as uart, connect(LINE) as ssh:
        time.sleep(2)  # long enough for anything that connecting sets off
        equal(bytes(uart.received.data), b"", "bytes at connect")
        equal(bytes(ssh.out.data), b"", "bytes to the client at connect")
        ssh.send(b"x")
        uart.received.wait_for(1)
        equal(bytes(uart.received.data), b"x", "first byte")
    wait_idle(LINE)


@test("all 256 byte values pass, both ways, in every position of a pair")
def all_values():
    values = bytes(range(256))
    pairs = b"".join(bytes((a, b)) for a in range(0, 256, 5) for b in values)
    with Uart(LINE) as uart, connect(LINE) as ssh:
        for data in (values, pairs):
            uart.clear()
            del ssh.out.data[:]
            ssh.send(data)
            uart.received.wait_for(len(data), 120)
            compare(bytes(uart.received.data), data, "client to device")
            uart.send(data)
            ssh.out.wait_for(len(data), 120)
            compare(bytes(ssh.out.data), data, "device to client")
    wait_idle(LINE)


@test("a pty request changes no byte")
def with_pty():
    data = bytes(range(256)) * 4
    with Uart(LINE) as uart, connect(LINE, options=("-tt",)) as ssh:
        ssh.send(data)
        uart.received.wait_for(len(data), 120)
        compare(bytes(uart.received.data), data, "client to device")
        uart.send(data)
        ssh.out.wait_for(len(data), 120)
        compare(bytes(ssh.out.data), data, "device to client")
    wait_idle(LINE)


@test("1 MiB of random bytes each way at 115200")
def at_115200():
    both_ways(MIB, 115200, 11520, 240)


@test("1 MiB of random bytes each way as fast as the UART takes them")
def fastest():
    both_ways(MIB, 115200, None, 240)


main()
