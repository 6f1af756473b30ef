#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""vtymuxd: configuration, binding, listeners, limits, restarts."""
import time

from itest import (Uart, attribute, connect, equal, guest, guest_status,
                   main, slot_tty, test, wait, wait_idle)
from switch import (configuration, cursor, log, logged, moment, reload,
                    state_is, status, talk, usb)

USB = 4


def renamed_after(other):
    """Seconds to the binding of the adapter when another came or went first."""
    before = attribute(USB, "backing")
    usb("unplug", USB)
    state_is(USB, "down")
    usb(other, 5)
    wait(lambda: (guest_status("ls /sys/class/tty/ttyUSB*") == 0) ==
         (other == "plug"), 30, f"{other} of the other adapter")
    place = cursor()
    usb("plug", USB)
    state_is(USB, "idle")
    after = attribute(USB, "backing")
    assert after != before, after
    text = log(place)
    took = (moment(text, f"line {USB}: bound to {after}") -
            moment(text, f"now attached to {after}"))
    print(f"# {before} became {after}, bound after {took * 1000:.0f} ms")
    return took


@test("an adapter that returns under another name is bound within a second")
def renamed():
    took = []
    for _ in range(3):
        took += [renamed_after("plug"), renamed_after("unplug")]
        # A busy machine is slow at times, not at each of them.
        if min(took) < 1:
            return
    raise AssertionError(took)


@test("a session survives a restart, and its adapter's absence after that")
def survives():
    with Uart(USB) as uart:
        ssh = connect(USB)
        talk(ssh, uart, b"one")
        guest("systemctl restart vtymuxd")
        talk(ssh, uart, b"two")
        usb("unplug", USB)
        state_is(USB, "down")
        usb("plug", USB)
        state_is(USB, "active")
        ssh.send(b"three")
        # Bytes on their way when the plug is pulled are lost, as on a wire.
        wait(lambda: b"three" in uart.received.data or ssh.send(b"three"), 20,
             "bytes after the adapter's return")
        ssh.close()
    wait_idle(USB)


@test("a line that was unbound by hand stays so until a reload")
def held():
    place = cursor()
    attribute(2, "backing", "")
    logged(place, "line 2: unbound by hand")
    guest("udevadm trigger -s tty --settle")
    usb("unplug", USB)
    state_is(USB, "down")
    usb("plug", USB)
    state_is(USB, "idle")
    equal(attribute(2, "state"), "unbound", "line 2")
    for text in ("binding device ttyS77", "no binding"):
        guest("vtymux", data=f"configure terminal\nline 20\n{text}\n".encode())
        guest("udevadm trigger -s tty --settle")
        equal(attribute(2, "state"), "unbound", f"line 2 after {text}")
    reload()
    state_is(2, "idle")


@test("a bad line is reported with its number, everything else applies")
def bad_lines():
    place = cursor()
    with configuration("hostname sw\nline 10 11\n speed 19200\n speed 7\n"
                       " rotary 3\n nonsense\nline 4000\n exec\n"):
        text = log(place)
        for want in ("startup-config line 4: % 7 is not in",
                     "startup-config line 6: % Invalid input detected",
                     "startup-config line 7: % line 4000: no such line",
                     "startup-config line 8: not applied"):
            assert want in text, f"{want!r} in {text}"
        for line in (10, 11):
            equal(attribute(line, "speed"), "19200", "speed")
            equal(attribute(line, "rotary"), "3", "rotary")
        assert "4 lines not applied" in status(), status()
    for line in (10, 11):
        attribute(line, "speed", "9600")
        attribute(line, "rotary", "")


@test("a command that one line refuses changes no line")
def all_or_nothing():
    attribute(12, "name", "taken")
    place = cursor()
    with configuration("line 13\n name taken\nline 10\n name ok-10\n"):
        assert "line 13 does not take name" in log(place), log(place)
        equal(attribute(13, "name"), "", "name of line 13")
        equal(attribute(10, "name"), "ok-10", "name of line 10")
        equal(guest("readlink -f /dev/vty/ok-10").strip(), "/dev/vty10")
    attribute(10, "name", "")
    attribute(12, "name", "")
    wait(lambda: guest_status("test -e /dev/vty/ok-10"), 20, "link removed")


@test("a tty that belongs to a line is not given to another")
def not_taken():
    place = cursor()
    name = attribute(1, "backing")
    with configuration(f"line 10\n binding device {name}\n"):
        logged(place, f"line 10: not bound: {name} belongs to line 1")
        equal(attribute(10, "state"), "unbound", "line 10")


@test("a binding that goes unbinds its line")
def binding_removed():
    spare = slot_tty("18")
    with configuration(f"line 10\n binding device {spare}\n"):
        state_is(10, "idle")
        equal(attribute(10, "backing"), spare)
    state_is(10, "unbound")
    equal(attribute(1, "state"), "idle", "line 1")


@test("without host keys SSH is off, with one it is on")
def keys():
    def listening():
        return ":2200" in guest("ss -Hltn")

    guest("mkdir /tmp/keys; mv /etc/vtymux/ssh_host_* /tmp/keys")
    try:
        wait(lambda: not listening(), 20, "closed port")
        assert "vtymux-crypto key generate ed25519" in status(), status()
        guest("cp /tmp/keys/ssh_host_rsa_key /etc/vtymux; "
              "chmod 644 /etc/vtymux/ssh_host_rsa_key")
        wait(lambda: "mode 0600" in status(), 20, "complaint about the mode")
        assert not listening()
        guest("chmod 600 /etc/vtymux/ssh_host_rsa_key")
        wait(listening, 20, "open port")
    finally:
        guest("mv /tmp/keys/ssh_host_* /etc/vtymux; rmdir /tmp/keys")
    wait(listening, 20, "open port")


@test("a port in use is off and said so, a reload gets it when it is free")
def port_in_use():
    guest("nohup python3 -c 'import socket, time\n"
          "s = socket.socket()\ns.bind((\"0.0.0.0\", 2300))\ns.listen()\n"
          "time.sleep(600)' >/dev/null 2>&1 & echo $! >/tmp/thief")
    wait(lambda: ":2300" in guest("ss -Hltn"), 20, "the other program")
    place = cursor()
    with configuration("ip ssh listen port 2300\n"):
        text = log(place)
        assert "SSH is off on 0.0.0.0 port 2300: another program" in text, text
        assert "not 0.0.0.0 port 2300" in status(), status()
        assert ", :: port 2300" in status(), status()
        guest("kill $(cat /tmp/thief)")
        wait(lambda: "0.0.0.0:2300" not in guest("ss -Hltn"), 20, "free port")
        reload()
        assert "0.0.0.0:2300" in guest("ss -Hltn")
    assert ":2300" not in guest("ss -Hltn")


LIMITS = """
import socket
kept = []
def served(family, host, count, source=None):
    sockets = []
    for _ in range(count):
        s = socket.socket(family)
        s.settimeout(100)
        if source:
            s.bind((source, 0))
        s.connect((host, 2200))
        sockets.append(s)
    kept.extend(sockets)
    n = 0
    for s in sockets:
        try:
            n += s.recv(4) == b"SSH-"
        except OSError:
            pass
    return n
print(served(socket.AF_INET, "127.0.0.1", 60),
      served(socket.AF_INET, "127.0.0.1", 30, "127.0.0.2"),
      served(socket.AF_INET6, "::1", 2))
"""


@test("unauthenticated connections are limited, and one source's more so")
def limits():
    place = cursor()
    begin = time.monotonic()
    # Half of the virtual lines, and three quarters of that for one source.
    guest("echo 128 >/sys/module/vtymux/parameters/virtual_lines")
    try:
        out = guest("python3 -", data=LIMITS.encode(), timeout=300)
    finally:
        guest("echo 216 >/sys/module/vtymux/parameters/virtual_lines")
    print(f"# {time.monotonic() - begin:.1f} s")
    one, other, third = map(int, out.split())
    equal(one, 48, "connections of one source served")
    # From there on chance refuses more and more, and all at 64.
    assert 1 <= other <= 16 and one + other + third <= 64, out
    text = log(place)
    lines = sum(" refused: " in line and "unauthenticated" in line
                for line in text.splitlines())
    assert 1 <= lines <= 20, f"{lines} lines for the refusals"
    wait(lambda: "0 sessions" in status(), 60, "end of the sessions")
    with connect(1):
        pass
    wait_idle(1)


@test("a hanging daemon is started again, lines and sessions go on")
def watchdog():
    unit = "/run/systemd/system/vtymuxd.service.d"
    guest(f"mkdir -p {unit}; printf '[Service]\\nWatchdogSec=4\\n' "
          f">{unit}/watchdog.conf; systemctl daemon-reload; "
          "systemctl restart vtymuxd")
    try:
        with Uart(1) as uart, connect(1) as ssh:
            talk(ssh, uart, b"one")
            pid = guest("systemctl show -P MainPID vtymuxd").strip()
            guest(f"kill -STOP {pid}")
            wait(lambda: guest("systemctl show -P MainPID vtymuxd").strip()
                 not in ("0", pid), 60, "another daemon")
            talk(ssh, uart, b"two")
    finally:
        guest(f"rm -r {unit}; systemctl daemon-reload; "
              "systemctl restart vtymuxd")
    wait_idle(1)


@test("the configuration is applied again when the module was loaded again")
def module_again():
    guest("for i in /sys/class/tty/vty*; do echo >$i/backing; done")
    # What the last session had open may take a moment to be closed.
    wait(lambda: not guest_status("rmmod vtymux"), 20, "unloading")
    wait(lambda: "no kernel module" in status(), 20, "notice of the absence")
    guest("modprobe vtymux tty_lines=200")
    wait(lambda: not guest_status(
        "test \"$(cat /sys/class/tty/vty1/state)\" = idle"), 30, "line 1")
    # A line may be bound before its other commands are applied.
    wait(lambda: attribute(1, "transport_input") == "ssh", 30, "transport")
    with Uart(1) as uart, connect(1) as ssh:
        talk(ssh, uart, b"again")
    for line in (2, 3, USB):
        wait_idle(line)
    wait_idle(1)


main()
