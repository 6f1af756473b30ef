#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The procedures of the configuration guide for SSH on IOS, typed as printed
there into an EXEC session of a user of level 1; what they bring about is tried
from a workstation. Not in this version: SSH version 1 and DES, which is not
secure, and the SSH client; they are answered with an error."""
import os
import re
import subprocess
import tempfile

import pexpect

from itest import (PASSWORD, PORT, Ssh, Uart, askpass, attribute, connect,
                   equal, guest, main, test, wait, wait_idle)

SECRET = "gate-7"
NOT_HERE = "% Error: not implemented in this version\n"
PROMPT = r"[\w-]+(?:\([\w-]+\))?[>#]$"
TO_SWITCH = ["-F", "none", "-o", "StrictHostKeyChecking=no",
             "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
             "-o", "PubkeyAuthentication=no"]


class Device:
    """A person at an EXEC session."""

    def __init__(self, user):
        self.ssh = pexpect.spawn(
            "ssh", [*TO_SWITCH, "-tt", "-p", str(PORT), "-l", user,
                    "127.0.0.1"], timeout=120, encoding="utf-8",
            dimensions=(24, 160))
        self.ssh.expect("assword: ?$")
        self.ssh.sendline(PASSWORD)
        self.at(PROMPT)

    def at(self, prompt):
        self.ssh.expect(prompt)
        self.prompt = self.ssh.after
        return self.ssh.before.replace("\r\n", "\n")

    def type(self, line, prompt=PROMPT, echo=True):
        """What is printed between the line and the prompt after it."""
        self.ssh.send(line + "\r")
        out = self.at(prompt)
        shown = (line if echo else "") + "\n"
        if not out.startswith(shown):
            raise AssertionError(f"{line}: {out!r}")
        return out[len(shown):]

    def types(self, *lines):
        """Commands that print nothing."""
        for line in lines:
            equal(self.type(line), "", line)

    def enable(self):
        if "(" in self.prompt:      # what went before has failed
            self.types("end")
        if self.prompt.endswith("#"):
            equal(self.type("disable"), "")
        self.type("enable", "Password: ")
        equal(self.type(SECRET, echo=False), "", "enable")
        equal(self.prompt[-1], "#", "prompt")

    def configure(self):
        equal(self.type("configure terminal"), "Enter configuration commands, "
              "one per line.  End with CNTL/Z.\n")

    def quiet(self):
        """After logs, each of which the prompt is shown again."""
        self.ssh.send("! end of the logs\r")
        self.ssh.expect("! end of the logs\r\n")
        self.at(PROMPT)

    def shows(self, command, *wanted):
        out = self.type(command)
        for text in wanted:
            if text not in out:
                raise AssertionError(f"{command}: no {text!r} in {out}")
        return out

    def save(self):
        self.type("copy running-config startup-config", r"startup-config\]\? ")
        equal(self.type("", echo=False),
              "Building configuration...\n[OK]\n")

    def end(self):
        self.ssh.send("exit\r")
        self.ssh.expect(pexpect.EOF)
        self.ssh.close()


device = None


@test("the switch gets a user of level 1 and an enable secret")
def prepare():
    global device
    guest("cp -p /etc/vtymux/startup-config /tmp/guide.startup; "
          "vtymux show running-config >/tmp/guide.running; "
          "usermod -s /usr/bin/vtymux guest; "
          "mkdir -p /run/guide.keys; "
          "cp -a /etc/vtymux/ssh_host_* /run/guide.keys/")
    guest("vtymux >/dev/null", data=b"configure terminal\nenable secret "
          + SECRET.encode() + b"\nend\n")
    device = Device("guest")
    equal(device.prompt[-1], ">", "prompt of level 1")
    for line in ("configure terminal", "debug ip ssh",
                 "copy running-config startup-config"):
        if "% Invalid input detected at '^' marker." not in device.type(line):
            raise AssertionError(f"{line} at level 1")
    device.types("terminal length 0")


@test("setting up the device to run SSH")
def setting_up():
    device.enable()
    device.configure()
    device.types("hostname your_hostname")
    equal(device.prompt, "your_hostname(config)#")
    device.types("ip domain-name your_domain")
    device.type("crypto key generate rsa", r"modulus \[2048\]: ")
    out = device.type("", PROMPT + r"|\[yes/no\]: ", echo=False)
    if "yes" in device.prompt:      # there is one already
        out = device.type("yes")
    for text in ("The name for the keys will be: your_hostname.your_domain\n",
                 "% The key modulus size is 2048 bits\n",
                 "[OK] (elapsed time was "):
        if text not in out:
            raise AssertionError(out)
    device.types("end")
    equal(device.prompt, "your_hostname#")
    device.shows("show running-config", "\nhostname your_hostname\n",
                 "\nip domain-name your_domain\n")
    device.save()
    saved = guest("cat /etc/vtymux/startup-config")
    for line in ("hostname your_hostname\n", "ip domain-name your_domain\n"):
        assert line in saved, saved


@test("configuring the SSH server")
def ssh_server():
    device.enable()
    device.configure()
    equal(device.type("ip ssh version 1"),
          "% Error: version 1 of SSH is not secure and not supported\n")
    device.types("ip ssh version 2", "ip ssh time-out 90",
                 "ip ssh authentication-retries 2", "line vty 1 10",
                 "transport input ssh", "end")
    device.shows("show running-config", "\nip ssh version 2\n",
                 "\nip ssh time-out 90\n",
                 "\nip ssh authentication-retries 2\n")
    device.save()


@test("invoking an SSH client is not there, and says so")
def client():
    device.enable()
    equal(device.type("ssh -l user1 -vrf vrf1 192.0.2.1"), NOT_HERE)
    equal(device.type("ssh -l lab:1 router.example.com"), NOT_HERE)
    equal(device.type("debug ip ssh client"), NOT_HERE)
    for line in ("ip ssh client algorithm encryption des",
                 "ip ssh server algorithm encryption des"):
        device.configure()
        out = device.type(line)
        assert out.lstrip().startswith(("%", "^")), out
        device.types("end")


def both_ways(line, target):
    """A byte each way, from a workstation through the line."""
    with Uart(line) as uart, Ssh(f"lab:{target}") as ssh:
        wait(lambda: attribute(line, "state") == "active", 120,
             f"session on line {line}: {ssh.err.data}")
        ssh.send(b"\r")
        uart.received.wait_for(b"\r")
        uart.send(b"Z")
        ssh.out.wait_for(b"Z")
    wait_idle(line)


@test("reverse SSH for console access, and a byte through the line")
def reverse_console():
    attribute(1, "transport_input", "none")
    device.enable()
    device.configure()
    device.types("line 1 3", "no exec", "login authentication default",
                 "transport input ssh", "exit", "exit")
    equal([attribute(n, "transport_input") for n in (1, 2, 3)], ["ssh"] * 3)
    both_ways(1, "1")


@test("reverse SSH for modem access, and a byte through the first free line")
def reverse_modem():
    device.enable()
    device.configure()
    device.types("line 1 200", "no exec", "login authentication default",
                 "rotary 1", "transport input ssh", "exit", "exit")
    device.shows("show running-config", "\n rotary 1\n")
    equal(guest("for n in $(seq 200); do cat /sys/class/tty/vty$n/rotary; "
                "done | uniq -c").split(), ["200", "1"])
    with connect(1):        # busy, so the next is the group's first free one
        both_ways(2, "rotary1")
    wait_idle(1)


@test("troubleshooting reverse SSH on the server")
def troubleshooting():
    device.enable()
    equal(device.type("debug ip ssh"), "Incoming SSH debugging is on\n")
    device.shows("show ssh", "Connection Version Mode Encryption",
                 "%No SSHv1 server connections running.\n")
    out = device.shows("show line", "   Tty Line Typ     Tx/Rx    A Modem  Roty"
                       " AccO AccI  Uses  Noise Overruns  Int\n")
    assert re.search(r"^ +1 +1 TTY .* 1 +- +- +\d+", out, re.M), out
    equal(device.type("terminal monitor"), "")
    with connect(3):
        pass
    for text in (r"SSH\d+: starting SSH control process",
                 r"SSH2 \d+: Authenticating 'lab' with method: \S+",
                 r"SSH2 \d+: authentication successful for lab",
                 r"%SSH-5-SSH2_USERAUTH: User 'lab' authentication",
                 r"%SSH-5-SSH2_CLOSE: .* for user 'lab'"):
        device.ssh.expect(text)
    device.quiet()
    equal(device.type("terminal no monitor"), "")
    equal(device.type("undebug all"),
          "All possible debugging has been turned off\n")


@test("monitoring the SSH configuration and status")
def monitoring():
    out = device.shows("show ip ssh")
    assert out.startswith("SSH Enabled - version 2.0\n"), out
    assert ("Authentication timeout: 90 secs; Authentication retries: 2\n"
            in out), out
    out = device.shows("show ssh")
    rows = re.findall(r"^\d+ +2\.0 +(IN|OUT) +\S+ +\S+ +Session started +guest$",
                      out, re.M)
    equal(rows, ["IN", "OUT"], out)


@test("configuring secure copy")
def secure_copy():
    device.enable()
    device.configure()
    device.types("aaa new-model",
                 "aaa authentication login default group tacacs+",
                 "aaa authorization exec default group tacacs+")
    device.types("username superuser privilege 2 password 0 superpassword",
                 "ip scp server enable", "exit")
    out = device.shows("show running-config", "\nip scp server enable\n",
                       "\nusername superuser privilege 2 secret ")
    assert "superpassword" not in out, out
    equal(device.type("debug ip scp"), "Incoming SCP debugging is on\n")


def scp(user, password, *arguments):
    environment = dict(os.environ, SSH_ASKPASS=askpass(), DISPLAY="none",
                       SSH_ASKPASS_REQUIRE="force", ITEST_PASSWORD=password)
    return subprocess.run(
        ["scp", "-O", *TO_SWITCH, "-P", str(PORT),
         "-o", "NumberOfPasswordPrompts=1",
         *(a.replace("HOST", f"{user}@127.0.0.1") for a in arguments)],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=180, start_new_session=True, check=False)


@test("secure copy with local and with network authentication, a file copied")
def copy_examples():
    device.configure()
    device.types("! AAA authentication and authorization must be configured "
                 "properly in order for SCP to work.", "aaa new-model",
                 "aaa authentication login default local",
                 "aaa authorization exec default local",
                 "username user1 privilege 15 password 0 lab",
                 "! SSH must be configured and functioning properly.",
                 "ip scp server enable", "end")
    with tempfile.NamedTemporaryFile() as f:
        f.write(os.urandom(5000))
        f.flush()
        # Files belong to accounts of the machine, and user1 is none.
        result = scp("user1", "lab", f.name, "HOST:/tmp/guide.copy")
        assert result.returncode and "An account of this system is needed." \
            in result.stderr, result
        equal(guest("ls /tmp/guide.copy", check=False), "")
        digest = subprocess.run(["md5sum", f.name], capture_output=True,
                                text=True, check=True).stdout.split()[0]
        # Now it is one, and who may copy is as the guide has it: the password
        # is that of the configuration, the account has none.
        guest("useradd -m user1")
        try:
            result = scp("user1", "lab", f.name, "HOST:/tmp/guide.user1")
            equal(result.returncode, 0, result.stderr)
            equal(guest("md5sum </tmp/guide.user1").split()[0], digest)
            equal(guest("stat -c %U /tmp/guide.user1").strip(), "user1")
        finally:
            guest("userdel -rf user1", check=False)
        device.configure()
        device.types("no aaa authentication login default",
                     "no aaa authorization exec default", "end")
        result = scp("lab", PASSWORD, f.name, "HOST:/tmp/guide.copy")
        equal(result.returncode, 0, result.stderr)
        equal(guest("md5sum </tmp/guide.copy").split()[0], digest)
    wait(lambda: re.search(r"SCP: \[\d+ -> \S+\] send <exit status 0>",
                           guest("journalctl -u vtymuxd --no-pager")), 30,
         "the copy in the journal")
    device.configure()
    device.types("! AAA authentication and authorization must be configured "
                 "properly for SCP to work.", "aaa new-model",
                 "aaa authentication login default group tacacs+",
                 "aaa authorization exec default group tacacs+",
                 "! SSH must be configured and functioning properly.",
                 "ip ssh time-out 120", "ip ssh authentication-retries 3",
                 "ip scp server enable", "end")
    device.shows("show ip ssh", "Authentication timeout: 120 secs; "
                 "Authentication retries: 3\n")


@test("the switch is as it was before")
def restore():
    device.end()
    guest("vtymux undebug all; "
          "vtymux configure replace /tmp/guide.running force; "
          "cp -p /tmp/guide.startup /etc/vtymux/startup-config; "
          "cp -a /run/guide.keys/* /etc/vtymux/; "
          "usermod -s /bin/bash guest; rm -rf /tmp/guide.* /run/guide.keys")


main()
