#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""A USB adapter is pulled and plugged in USB_CYCLES (5) times under a session."""
import os
import subprocess
import time

from itest import (VM, Uart, attribute, connect, equal, guest, main, test, wait,
                   wait_idle)

USB = 4
CYCLES = int(os.environ.get("USB_CYCLES") or "5")


def usb(action):
    subprocess.run([VM, "usb", action, str(USB)], check=True,
                   capture_output=True)


def pull():
    usb("unplug")
    wait(lambda: attribute(USB, "state") == "down", 30, "loss of the device")


def plug(state):
    usb("plug")
    wait(lambda: attribute(USB, "state") == state, 30, f"{state} line {USB}")


def exchange(ssh, uart, number):
    """Words both ways; what was under way when the plug was pulled is lost."""
    word = b"cycle-%d." % number

    def to_device():
        return word in uart.received.data or ssh.send(word)

    def to_client():
        return word in ssh.out.data or uart.send(word)
    wait(to_device, 30, "bytes to the device")
    wait(to_client, 30, "bytes to the client")


@test(f"a session goes on through {CYCLES} unplugs of its adapter")
def session():
    downs = int(attribute(USB, "statistics/downs"))
    begin = time.monotonic()
    with Uart(USB) as uart:
        with connect(USB) as ssh:
            exchange(ssh, uart, 0)
            for cycle in range(1, CYCLES + 1):
                pull()
                plug("active")
                exchange(ssh, uart, cycle)
            assert ssh.process.poll() is None, ssh.finish()
    wait_idle(USB)
    equal(int(attribute(USB, "statistics/downs")) - downs, CYCLES, "downs")
    print(f"# {CYCLES} cycles in {time.monotonic() - begin:.0f} s")


@test("the adapter is pulled while bytes go both ways")
def transfer():
    data = bytes(range(256)) * 64
    with Uart(USB) as uart, connect(USB) as ssh:
        exchange(ssh, uart, 0)
        uart.send(data, 20000)
        ssh.send(data)
        pull()
        plug("active")
        uart.clear()
        exchange(ssh, uart, 1)
    wait_idle(USB)


@test("who opened the line without a claim is hung up when it is pulled")
def plain_open():
    path = "/tmp/replug.out"
    guest(f"(cat /dev/vty{USB} >{path}; echo ended >>{path}) "
          "</dev/null >/dev/null 2>&1 & exit 0")
    wait(lambda: attribute(USB, "state") == "active", 30, "open")
    pull()
    wait(lambda: guest(f"cat {path}") == "ended\n", 30, "end of the reader")
    plug("idle")


main()
