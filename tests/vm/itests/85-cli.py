#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""vtymux on a real switch: the module's lines, the unit's confinement, EXEC
sessions with the user's privilege, and programs that drive it as netmiko
does."""
import re
import time

import paramiko

from itest import (PASSWORD, PORT, Uart, attribute, connect, equal, guest,
                   main, test, wait, wait_idle)

TIMEOUT = 120


def script(*lines):
    """Lines into vtymux as root; what it printed."""
    return guest("vtymux 2>&1", data="".join(f"{x}\n" for x in lines).encode(),
                 check=False)


def configure(*lines):
    return script("configure terminal", *lines, "end")


@test("lines and counters of the module are shown")
def show_line():
    out = guest("vtymux show line")
    rows = out.splitlines()
    equal(rows[0], "   Tty Line Typ     Tx/Rx    A Modem  Roty AccO AccI  Uses"
          "  Noise Overruns  Int")
    if not any(re.match(r" +1 +1 TTY +\d+/\d+ *-", r) for r in rows):
        raise AssertionError(out)
    if "with no hardware support:\n" not in out or "VTY" not in out:
        raise AssertionError(out)
    noise = int(attribute(1, "statistics/noise"))
    with Uart(1) as uart:
        uart.send(b"noise")
        wait(lambda: int(attribute(1, "statistics/noise")) == noise + 5)
    row = guest("vtymux show line 1").splitlines()[1].split()
    # Columns may touch on the left, with a speed of six digits.
    equal(int(row[-3]), noise + 5, "the noise column")


@test("commands and sysfs are the same thing")
def same():
    equal(configure("line 3", "speed 38400").count("%"), 0)
    equal(attribute(3, "speed"), "38400")
    attribute(3, "speed", "57600")
    out = guest("vtymux show running-config line 3")
    if " speed 57600\n" not in out:
        raise AssertionError(out)
    out = configure("line 3", "speed 7")
    if "Invalid input" not in out:
        raise AssertionError(out)
    equal(attribute(3, "speed"), "57600")
    configure("line 3", "no speed")
    equal(attribute(3, "speed"), "9600")


@test("a configuration is saved, kept over a restart, replaced as a whole")
def saved():
    guest("cp -p /etc/vtymux/startup-config /tmp/startup.orig")
    guest("vtymux show running-config >/tmp/running.orig")
    try:
        out = configure("line 3", "location the third", "username op "
                        "privilege 15 secret geheim")
        if "Invalid" in out:
            raise AssertionError(out)
        out = guest("vtymux copy running-config startup-config")
        if "[OK]" not in out:
            raise AssertionError(out)
        equal(guest("stat -c %a /etc/vtymux/startup-config").strip(), "600")
        guest("systemctl restart vtymuxd")
        before = guest("vtymux show running-config")
        if "location the third\n" not in before or "geheim" in before:
            raise AssertionError(before)
        out = guest("vtymux configure replace /tmp/running.orig force")
        if "Rollback Done" not in out:
            raise AssertionError(out)
        equal(guest("vtymux show running-config"),
              guest("cat /tmp/running.orig"))
        out = guest("vtymux show archive config differences")
        if "-username op" not in out or " -location the third" not in out:
            raise AssertionError(out)
    finally:
        guest("cp -p /tmp/startup.orig /etc/vtymux/startup-config")


@test("who else asks may only look")
def unprivileged():
    out = guest("runuser -u nobody -- vtymux show privilege")
    equal(out, "Current privilege level is 1\n")
    out = guest("runuser -u nobody -- vtymux show running-config", check=False)
    if "Invalid input" not in out:
        raise AssertionError(out)


@test("clear line ends a session")
def clear():
    with connect(1) as ssh, Uart(1):
        equal(guest("vtymux clear line 1"), " [OK]\n")
        status, _, err = ssh.finish()
        if status == 0 or "cleared" not in err:
            raise AssertionError(f"{status} {err}")
    wait_idle(1)


class Dialogue:
    """A shell, driven as netmiko drives one."""

    def __init__(self, user="lab"):
        self.client = paramiko.SSHClient()
        self.client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        self.client.connect("127.0.0.1", PORT, user, PASSWORD, timeout=TIMEOUT,
                            banner_timeout=TIMEOUT, auth_timeout=TIMEOUT,
                            look_for_keys=False, allow_agent=False)
        self.channel = self.client.invoke_shell("vt100", 511, 1000)
        self.channel.settimeout(TIMEOUT)

    def until(self, pattern):
        data, end = "", time.monotonic() + TIMEOUT
        while not re.search(pattern, data):
            if time.monotonic() > end:
                raise AssertionError(f"no {pattern}: {data!r}")
            chunk = self.channel.recv(65536)
            if not chunk:
                raise AssertionError(f"end before {pattern}: {data!r}")
            data += chunk.decode()
        return data

    def command(self, line, prompt):
        """The output between echo and prompt; nothing else may be there."""
        self.channel.send(line + "\n")
        data = self.until(re.escape(prompt) + "$").replace("\r\n", "\n")
        if not data.startswith(line + "\n") or not data.endswith(prompt):
            raise AssertionError(f"{line}: {data!r}")
        return data[len(line) + 1:-len(prompt)]

    def close(self):
        self.client.close()


@test("a program configures through an EXEC session, then a device")
def dialogue():
    shell = guest("getent passwd lab").strip().split(":")[6]
    guest("usermod -s /usr/bin/vtymux lab")
    try:
        d = Dialogue()
        base = re.search(r"(\S+)[>#]$", d.until(r"[>#]$")).group(1)
        prompt = base + "#"
        equal(d.command("terminal width 511", prompt), "")
        equal(d.command("terminal length 0", prompt), "")
        equal(d.command("show privilege", prompt),
              "Current privilege level is 15\n")
        out = d.command("show version", prompt)
        if not re.search(r"Version \S+,", out) or f"{base} uptime" not in out:
            raise AssertionError(out)
        out = d.command("configure terminal", f"{base}(config)#")
        equal(out, "Enter configuration commands, one per line.  "
              "End with CNTL/Z.\n")
        equal(d.command("line 2", f"{base}(config-line)#"), "")
        equal(d.command("location by a program", f"{base}(config-line)#"), "")
        equal(d.command("end", prompt), "")
        out = d.command("show running-config line 2", prompt)
        if "location by a program" not in out:
            raise AssertionError(out)
        out = d.command("show users", prompt)
        if not re.search(r"^\*.* vty .* lab .* 10\.0\.2\.2$", out, re.M):
            raise AssertionError(out)
        log = guest("journalctl -u vtymuxd --no-pager | grep LOGGEDCMD")
        if "User:lab from " not in log:
            raise AssertionError(log)
        d.close()
        # And what is behind a line, as terminal_server and redispatch do.
        with Uart(1) as uart:
            d = Dialogue("lab:1")
            d.channel.send("\r")
            uart.received.wait_for(b"\r")
            uart.send(b"\r\ndevice>")
            d.until("device>$")
            d.close()
        wait_idle(1)
    finally:
        guest(f"usermod -s {shell} lab")


main()
