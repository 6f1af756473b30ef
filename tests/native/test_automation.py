#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What drives IOS drives us: netmiko as cisco_ios and, to a device behind a
line, as terminal_server; Ansible's network_cli with the modules of cisco.ios."""
import json
import os
import re
import subprocess
import threading

import netmiko
from netmiko.ssh_dispatcher import CLASS_MAPPER

from test_command_line import CommandLineWorld
from world import run, wait_for

PASSWORD, SECRET = "secret", "top"
SETTINGS = {"speed": "9600", "databits": "8", "parity": "none",
            "stopbits": "1", "flowcontrol": "none", "modem": "none",
            "history": "65536"}
CONFIG = f"hostname lab\nenable secret {SECRET}\n"


class Switch(CommandLineWorld):
    """Its tty lines have the settings of real ones."""

    def __init__(self, config=CONFIG, **options):
        super().__init__(config, **options)
        for number in range(1, self.lines.first_virtual):
            for attribute, value in SETTINGS.items():
                self.lines[number].set(attribute, value)


class Tape:
    """Keeps every byte that a netmiko connection sends and receives."""

    def __init__(self):
        self.sent, self.received = b"", b""

    def wind(self, connection):
        channel = connection.remote_conn
        self.recv, self.sendall = channel.recv, channel.sendall
        channel.recv, channel.sendall = self.keep_recv, self.keep_sendall

    def keep_recv(self, size):
        data = self.recv(size)
        self.received += data
        return data

    def keep_sendall(self, data):
        self.sent += data if isinstance(data, bytes) else data.encode()
        return self.sendall(data)


def netmiko_to(w, user, kind="cisco_ios", **options):
    """A connection, and all that went through it after the login."""
    tape = Tape()

    class Taped(CLASS_MAPPER[kind]):
        def session_preparation(self):
            tape.wind(self)
            super().session_preparation()
    connection = Taped(host="127.0.0.1", port=w.port, username=user,
                       password=PASSWORD, secret=SECRET, device_type=kind,
                       **options)
    return connection, tape


def dialogue(tape, outputs, first="lab>"):
    """Every line once, then what it prints, then the prompt: not a byte more.
    @outputs: patterns of what lines print that print something."""
    prompt = r"lab(\([a-z-]+\))?[>#]"
    pattern = re.escape(first)
    for line in tape.sent.decode().split("\n")[:-1]:
        if line == SECRET:
            pattern += "\r\n"
        else:
            pattern += re.escape(line) + "\r\n" + outputs.get(line, "")
        pattern += "" if line == "enable" else prompt
    return re.fullmatch(pattern, tape.received.decode(), re.S)


def test_netmiko_drives_the_exec():
    long = "location " + "abcdefghi " * 24 + "end"
    with Switch(lines=40) as w:
        for n in range(1, 41):
            w.lines[n].set("name", f"a-name-that-is-long-{n}")
        c, tape = netmiko_to(w, "eve")
        assert c.find_prompt() == "lab>" and not c.check_enable_mode()
        c.enable()
        assert c.find_prompt() == "lab#" and c.check_enable_mode()
        assert c.send_command("show privilege") == \
            "Current privilege level is 15"
        for _ in range(10):     # ahead, also while the first of two runs
            c.write_channel("show line\n")
            c.write_channel("show privilege\n")
        wait_for(lambda: c.read_channel() is not None and tape.received.count(
            b"level is 15\r\nlab#") == 11, 60, "all of it")
        c.send_config_set(["line 1", long, "speed 19200"])
        assert w.lines[1].get("speed") == "19200"
        assert "% Invalid input detected" in c.send_command("show bogus")
        all_of_it = c.send_command("show running-config all")
        assert len(all_of_it) > 8192 and long in all_of_it, all_of_it
        assert c.save_config().endswith("[OK]")
        with open(f"{w.directory}/etc/startup-config") as f:
            assert f" {long}\n" in f.read()
        c.exit_enable_mode()
        assert c.find_prompt() == "lab>"
        c.write_channel("exit\n")
        wait_for(c.remote_conn.exit_status_ready, what="end of the session")
        c.read_channel()
        status, out, _ = w.ssh("op", "show running-config all")
        assert status == 0 and out.decode().strip() == all_of_it
        sent, end = tape.sent[:-5], b"exit\r\n"
        assert tape.sent[-5:] == b"exit\n" and tape.received.endswith(end)
        tape.sent, tape.received = sent, tape.received[:-len(end)]
        outputs = {
            "enable": "Password: ",
            "show privilege": "Current privilege level is 15\r\n",
            "show line": r" +Tty Line Typ [^\r]*\r\n"
                         r"([ *] {1,5}\d+ [^\r]*\r\n){57}",
            "config term": "Enter configuration commands, one per line.  "
                           "End with CNTL/Z.\r\n",
            "show bogus": r" {9}\^\r\n% Invalid input detected at '\^' "
                          r"marker.\r\n\r\n",
            "show running-config all":
                re.escape(out.decode().replace("\n", "\r\n")),
            "write mem": r"Building configuration...\r\n\[OK\]\r\n"}
        assert dialogue(tape, outputs), (tape.sent, tape.received)
        c.paramiko_cleanup()


class Device(threading.Thread):
    """An IOS device at the far end of a line's cable, that wants a login."""
    BLOB = bytes(range(256)) * 8
    OUTPUTS = {b"show blob": BLOB, b"show version": b"Version 15.2(5)E\r\n"}

    def __init__(self, line):
        super().__init__(daemon=True)
        self.line, self.sent, self.received = line, b"", b""
        self.start()

    def say(self, data):
        self.sent += data
        self.line.write(data)

    def read_line(self, echo=True):
        typed = b""
        while True:
            byte = self.line.read(1, 60)
            self.received += byte
            if byte in (b"\r", b""):
                break
            if byte != b"\n":
                typed += byte
        self.say((typed if echo else b"") + b"\r\n")
        return typed

    def run(self):
        self.read_line()
        self.say(b"\r\nUser Access Verification\r\n\r\nUsername: ")
        self.read_line()
        self.say(b"Password: ")
        self.read_line(echo=False)
        while True:
            self.say(b"cell1#")
            typed = self.read_line()
            if typed == b"exit":
                self.received += self.line.read(1)  # of the CR LF
                break
            self.say(self.OUTPUTS.get(typed, b""))


def test_netmiko_reaches_a_device_behind_a_line():
    with Switch() as w:
        c, tape = netmiko_to(w, "op:1", "terminal_server", fast_cli=True)
        wait_for(lambda: w.lines[1].master, what="claim")
        device = Device(w.lines[1])
        for pattern, answer in (("", ""), ("sername: $", "admin"),
                                ("assword: $", "cisco")):
            if pattern:
                c.read_until_pattern(pattern)
            c.write_channel(answer + "\r\n")
        c.read_until_pattern("cell1#$")
        c.RETURN = "\r\n"
        netmiko.redispatch(c, device_type="cisco_ios")
        assert c.find_prompt() == "cell1#"
        assert c.send_command("show version") == "Version 15.2(5)E"
        c.send_command("show blob")
        c.cleanup()     # types "exit"; the rest of disconnect() follows
        device.join(30)
        wait_for(lambda: c.read_channel() is not None and
                 tape.received == device.sent, what="last bytes")
        assert b"terminal width 511\r\n" in tape.sent
        assert tape.sent.endswith(b"\r\nexit\r\n"), tape.sent
        assert device.received == tape.sent, (tape.sent, device.received)
        assert Device.BLOB in tape.received
        c.paramiko_cleanup()


INVENTORY = """[all:vars]
ansible_host=127.0.0.1
ansible_port={port}
ansible_password={password}
ansible_connection=ansible.netcommon.network_cli
ansible_network_cli_ssh_type=paramiko
ansible_network_os=cisco.ios.ios
directory={directory}

[all]
admin ansible_user=op
operator ansible_user=eve ansible_become=yes ansible_become_method=enable \
ansible_become_password={secret}
"""


def play(w):
    """ansible-playbook to its end: {(host, task): result}."""
    home = os.path.join(w.directory, "home")
    os.makedirs(os.path.join(home, ".ssh"))
    with open(w.known_hosts) as keys, \
            open(os.path.join(home, ".ssh", "known_hosts"), "w") as f:
        f.write(keys.read().replace("vtymux ", f"[127.0.0.1]:{w.port} "))
    with open(os.path.join(home, "inventory"), "w") as f:
        f.write(INVENTORY.replace("\\\n", "").format(
            port=w.port, password=PASSWORD, secret=SECRET, directory=home))
    environment = {
        "PATH": os.environ["PATH"], "HOME": home, "LC_ALL": "C.UTF-8",
        "ANSIBLE_STDOUT_CALLBACK": "json", "ANSIBLE_DEPRECATION_WARNINGS": "0",
        "ANSIBLE_PERSISTENT_COMMAND_TIMEOUT": "60"}
    done = subprocess.run(
        ["/usr/bin/ansible-playbook", "-i", f"{home}/inventory",
         os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "automation.yml")],
        env=environment, cwd=home, timeout=300, capture_output=True, text=True)
    try:
        plays = json.loads(done.stdout)["plays"]
    except ValueError:
        raise AssertionError(done.stdout + done.stderr) from None
    return {(host, task["task"]["name"]): result for p in plays
            for task in p["tasks"] for host, result in task["hosts"].items()}


def check_looks(results, host):
    facts = results[host, "Gathering Facts"]["ansible_facts"]
    for name, pattern in (("hostname", "lab"), ("version", r"\d+\.\d+\.\d+"),
                          ("image", "/.*/vtymux"), ("system", "ios")):
        assert re.fullmatch(pattern, facts[f"ansible_net_{name}"]), facts
    out = results[host, "look"]["stdout"]
    assert out[0] == "Current privilege level is 15", out
    # Ansible strips what is around an output.
    assert out[1].startswith("Tty Line Typ ") and \
        out[1].endswith("    20   20 VTY" + " " * 14 + "-    -      -    -    -"
                        "     0      0    0/0      -"), out[1]
    assert out[2].startswith("Building configuration...\n\nCurrent "
                             "configuration : ") and \
        " speed 9600\n" in out[2] and out[2].endswith("\nend"), out[2]


def check_facts(facts):
    """What is no part of a terminal server is absent, and nothing fails."""
    assert "\nhostname lab\n" in facts["ansible_net_config"], facts
    assert facts["ansible_net_filesystems"] == [], facts
    assert "ansible_net_memtotal_mb" not in facts, facts
    assert facts["ansible_net_neighbors"] == {}, facts


PLACE = "location in the cellar, behind the boiler, in the second cabinet " \
        "from the left, on the shelf that has the label with the red border"
ERRORS = {
    "set nonsense": " " * 23 + "^\r\n% Invalid input detected at '^' marker.",
    "set the impossible": "% Error: line 4000: no such line",
    "ask nonsense": " " * 9 + "^\r\n% Invalid input detected at '^' marker."}


def test_ansible_drives_the_exec():
    with Switch() as w:
        results = play(w)
        check_looks(results, "admin")
        check_looks(results, "operator")
        mine = {task: result for (host, task), result in results.items()
                if host == "operator"}
        check_facts(mine["facts"]["ansible_facts"])
        changed = [t for t, result in mine.items() if result["changed"]]
        assert changed == ["set", "banner", "user", "no user", "hostname",
                           "back up and save"], changed
        failed = {t for t, result in mine.items() if result.get("failed")}
        assert failed == set(ERRORS), mine
        for task, text in ERRORS.items():
            said = mine[task].get("module_stderr") or mine[task]["msg"]
            assert f"\r\n{text}\r\n" in said, (task, said)
        assert mine["set"]["updates"] == ["line 1", PLACE,
                                          "speed 19200"], mine["set"]
        assert mine["clear"]["stdout"] == [
            "[confirm]\n [OK]", "Current privilege level is 15"], mine["clear"]
        assert mine["user's key"]["stdout"] == [
            "ip ssh pubkey-chain\n username bob\n"
            "  key-hash ssh-ed25519 2F0CF4FFC7019DA18B31EA6EF4CB49B8"], mine
        assert w.lines[1].get("speed") == "19200"
        with open(f"{w.directory}/etc/startup-config") as f:
            startup = f.read()
        for text in ("hostname core\n", f" {PLACE}\n",
                     "banner login ^C\nNo entry\n  without a ticket.\n^C\n"):
            assert text in startup, (text, startup)
        assert "username bob p" not in startup, startup
        with open(f"{w.directory}/home/backup") as f:
            assert startup in f.read() + "\n"


if __name__ == "__main__":
    run("automation", [v for k, v in list(globals().items())
                       if k.startswith("test_")])
