#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The harness itself: what the other tests take for granted."""
import os
import random
import subprocess
import tempfile
import time

from itest import (VM, Uart, equal, guest, guest_status, main, slot_tty, test,
                   wait)

CONSOLED = os.path.join(os.path.dirname(VM), "..", "..", "build", "tests",
                        "vm", "consoled")
SPARE_LINE, SPARE_SLOT = 8, "18"	# a UART bound to no line
SPARE_USB = 5
EVERY_BYTE = bytes(range(256))


def vm(*args, data=None, env=None):
    return subprocess.run([VM, *args], input=data, capture_output=True,
                          env=dict(os.environ, **(env or {})), timeout=120,
                          check=False)


def spare_uart():
    return "/dev/" + slot_tty(SPARE_SLOT)


def spare_usb():
    """Device of the spare adapter in the guest, "" without one."""
    return guest(f"""
for s in $(grep -lsx VTYMUX{SPARE_USB:04d} /sys/bus/usb/devices/*/serial); do
    cd ${{s%/serial}}; ls -d */ttyUSB* 2>/dev/null
done; true""").strip().rpartition("/")[2]


@test("vm: exec returns the command's status")
def exec_status():
    for status in (0, 1, 7, 255):
        equal(guest_status(f"exit {status}"), status, "status")
    equal(guest_status("kill -TERM $$"), 128 + 15, "status after SIGTERM")


@test("vm: exec passes stdin, stdout and stderr unchanged")
def exec_streams():
    data = EVERY_BYTE * 4 + random.Random(1).randbytes(3 << 20)
    result = vm("exec", "tee /dev/stderr", data=data)
    equal(result.returncode, 0, "status")
    equal(result.stdout == data, True, "stdout as sent")
    equal(result.stderr == data, True, "stderr as sent")
    equal(vm("exec", "cat; echo end", data=b"").stdout, b"end\n", "no stdin")


@test("vm: exec does not wait for what the command leaves running")
def exec_background():
    begin = time.monotonic()
    equal(guest("sleep 300 & echo $! >/tmp/left; echo done"), "done\n", "output")
    if time.monotonic() - begin > 60:
        raise AssertionError("waited for the background process")
    equal(guest_status("kill $(cat /tmp/left)"), 0, "it still ran")


@test("vm: exec takes its command along when it is killed")
def exec_killed():
    guest("rm -f /tmp/victim")
    client = subprocess.Popen([VM, "exec", "echo $$ >/tmp/victim; sleep 300"],
                              stdin=subprocess.DEVNULL)
    wait(lambda: guest("cat /tmp/victim 2>/dev/null || true").strip(),
         what="start of the command")
    client.kill()
    client.wait()
    wait(lambda: guest_status("kill -0 $(cat /tmp/victim)"),
         what="end of the command")


@test("vm: exec commands are root, no session leaders, without a terminal")
def exec_context():
    pid, session, tty = guest("ps -o pid=,sid=,tty= -p $$").split()
    equal((pid != session, tty), (True, "?"), "leader, terminal")
    equal(guest("id -u"), "0\n", "uid")


@test("vm: push and pull keep bytes and mode")
def push_pull():
    data = EVERY_BYTE * 100
    with tempfile.TemporaryDirectory() as work:
        there, back = os.path.join(work, "there"), os.path.join(work, "back")
        with open(there, "wb") as f:
            f.write(data)
        os.chmod(there, 0o751)
        equal(vm("push", there, "/tmp/pushed x").returncode, 0, "push")
        equal(guest("stat -c %a '/tmp/pushed x'"), "751\n", "mode")
        equal(vm("pull", "/tmp/pushed x", back).returncode, 0, "pull")
        with open(back, "rb") as f:
            equal(f.read() == data, True, "bytes as sent")


@test("vm: the far end of a UART, both ways, every byte value")
def uart_echo():
    device = spare_uart()
    data = EVERY_BYTE * 8
    with Uart(SPARE_LINE) as uart:
        echo = subprocess.Popen(
            [VM, "exec", f"exec 3<>{device}; stty -F {device} raw -echo 115200 "
             f"clocal; echo ready; head -c {len(data)} <&3 >&3"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        equal(echo.stdout.readline(), b"ready\n", "guest")
        uart.send(data, rate=4000)
        uart.received.wait_for(len(data))
        equal(bytes(uart.received.data) == data, True, "bytes as sent")
        equal(echo.wait(60), 0, "status in the guest")


@test("vm: the console simulator is silent, then answers")
def console_answers():
    device = spare_uart()
    path = vm("uart", str(SPARE_LINE)).stdout.decode().strip()
    consoled = subprocess.Popen([CONSOLED, "dev8", path])
    try:
        out = guest(f"""
exec 3<>{device}; stty -F {device} raw -echo 115200 clocal min 1 time 0
! timeout 1 head -c 1 <&3 || echo not silent
printf '\\recho a  b\\rno\\177such\\rexit\\r' >&3
timeout 20 sed -u '/Press RETURN/q' <&3""")
    finally:
        consoled.kill()
        consoled.wait()
    equal(out.replace("\r", "").split("\n")[:8],
          ["", "dev8>echo a  b", "a  b", "dev8>no\b \bsuch",
           '% Unknown command "nsuch", try help', "dev8>exit", "",
           "dev8 con0 is now available"], "dialogue")


@test("vm: a USB adapter comes, goes and comes back")
def usb_cycle():
    equal(spare_usb(), "", "spare adapter at first")
    for _ in range(2):
        equal(vm("usb", "plug", str(SPARE_USB)).returncode, 0, "plug")
        wait(spare_usb, what="adapter")
        equal(vm("usb", "unplug", str(SPARE_USB)).returncode, 0, "unplug")
        wait(lambda: not spare_usb(), what="end of the adapter")
    equal(vm("usb", "unplug", str(SPARE_USB)).returncode, 255, "unplug twice")


@test("vm: mistakes are refused")
def mistakes():
    for args in (["fly"], ["exec"], ["uart", "10"], ["usb", "plug", "1"],
                 ["usb", "bend", "4"], ["up", "--kernel", "5"]):
        result = vm(*args)
        equal(result.returncode, 2, args)
        equal(result.stdout, b"", args)
    if b"already up" not in vm("up").stderr:
        raise AssertionError("a second up was not refused")


@test("vm: a crashed machine is noticed")
def crashed():
    with tempfile.TemporaryDirectory() as work:
        with open(os.path.join(work, "pid"), "w", encoding="ascii") as f:
            f.write("1 0\n")
        env = {"VTYMUX_VM_DIR": work}
        equal(vm("status", env=env).returncode, 1, "status")
        result = vm("exec", "true", env=env)
        equal((result.returncode, b"crashed" in result.stderr), (255, True),
              "exec")
        equal(vm("down", env=env).returncode, 0, "down")
        equal(vm("status", env=env).returncode, 3, "status after down")


main()
