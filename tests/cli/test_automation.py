# SPDX-License-Identifier: GPL-2.0-only
"""What programs that drive IOS do to a session: the dialogue of netmiko's
cisco_ios, and what Ansible's network_cli and cisco.ios facts look for."""
import re

from world import World, main

# network_cli's terminal_stdout_re and some of its terminal_stderr_re.
ANSIBLE_PROMPT = re.compile(
    r"[\r\n]?[\w\+\-\.:\/\[\]]+(?:\([^\)]+\)){0,3}(?:[>#]) ?$")
ANSIBLE_ERRORS = [re.compile(p, re.I) for p in (
    r"% ?Error", r"^% \w+", r"% ?Bad secret", r"[\r\n%] Bad passwords",
    r"invalid input", r"(?:incomplete|ambiguous) command",
    r"connection timed out", r"[^\r\n]+ not found",
    r"'[^']' +returned error code: ?\d+", r"Bad mask",
    r"% ?(\S+) ?overlaps with ?(\S+)", r"[%\S] ?Error: ?[\s]+",
    r"[%\S] ?Informational: ?[\s]+", r"Command authorization failed")]


class Netmiko:
    """send_command() and friends of a BaseConnection, on a pty."""

    def __init__(self, world, user=None, columns=511):
        self.channel = world.spawn(user, columns)
        self.read_until(r"[>#]$")
        self.base = self.find_prompt()[:-1][:16]

    def read_until(self, pattern):
        self.channel.expect(pattern)
        return (self.channel.before + self.channel.after).decode()

    def write(self, text):
        self.channel.send(text)

    def find_prompt(self):
        self.write("\n")
        return self.read_until(r"\S+[>#]$").strip()

    def send_command(self, command, prompt=None):
        self.write(command + "\n")
        output = self.read_until(re.escape(prompt or self.base) +
                                 r"(\([\w+-]+\))?[>#]$")
        output = output.replace("\r\n", "\n")
        assert output.startswith(command + "\n"), ("no echo", output)
        lines = output.split("\n")
        return "\n".join(lines[1:-1])

    def enable(self, secret):
        self.write("enable\n")
        output = self.read_until(r"ssword|[>#]$")
        if "ssword" in output:
            self.write(secret + "\n")
            self.read_until(r"[>#]$")
        assert self.find_prompt().endswith("#")

    def send_config_set(self, commands):
        self.write("configure terminal\n")
        output = self.read_until(r"\)#$")
        for command in commands:
            self.write(command + "\n")
            output += self.read_until(r"\)#$")
        self.write("end\n")
        return output + self.read_until(re.escape(self.base) + r"#$")

    def cleanup(self):
        self.write("\n")
        self.read_until(r"[>#]$")
        self.write("exit\n")


def with_world(function):
    def test():
        world = World()
        try:
            function(world.start())
        finally:
            world.close()
    test.__name__ = function.__name__
    return test


@with_world
def test_netmiko_session_preparation(world):
    c = Netmiko(world)
    assert c.base == "lab"
    for command in "terminal width 511", "terminal length 0":
        assert c.send_command(command) == ""
    output = c.send_command("show line")
    assert output.count("\n") > 10 and "--More--" not in output
    long = "show running-config | include " + "x" * 240
    assert c.send_command(long) == ""
    c.cleanup()
    assert c.channel.wait() == 0


@with_world
def test_netmiko_enable_and_configure(world):
    world.run(stdin="configure terminal\nenable secret top\nend\n")
    c = Netmiko(world, user=65534)
    assert c.find_prompt() == "lab>"
    c.enable("top")
    output = c.send_config_set(["line 1", "speed 19200", "location here",
                                "hostname lab"])
    assert "Invalid" not in output
    assert world.get(1, "speed") == "19200"
    output = c.send_command("show running-config")
    assert " location here" in output and output.endswith("end")
    assert "[OK]" in c.send_command("write mem")
    c.cleanup()


@with_world
def test_netmiko_errors_are_seen(world):
    c = Netmiko(world)
    assert "% Invalid input detected" in c.send_command("show bogus")
    assert "% Incomplete command" in c.send_command("show")
    assert "% Ambiguous command" in c.send_command("c")
    output = c.send_config_set(["line 1", "speed bogus"])
    assert "% Invalid input detected" in output
    c.cleanup()


@with_world
def test_ansible_open_and_facts(world):
    c = Netmiko(world, columns=80)
    for command in ("terminal length 0", "terminal width 512",
                    "terminal width 0"):
        assert c.send_command(command) == ""
    assert ANSIBLE_PROMPT.search("\r\nlab(config-line)#")
    assert c.send_command("show privilege") == "Current privilege level is 15"
    version = c.send_command("show version")
    assert re.search(r"Version (\S+?)(?:,\s|\s)", version)
    assert re.search(r"^(.+) uptime", version, re.M).group(1) == "lab"
    assert re.search(r'image file is "(.+)"', version)
    for command in ("show version", "show running-config", "show privilege",
                    "show line", "show users", "show clock"):
        output = c.send_command(command)
        for error in ANSIBLE_ERRORS:
            assert not error.search(output), (command, error.pattern, output)
    assert any(e.search("\n" + c.send_command("show bogus"))
               for e in ANSIBLE_ERRORS)
    c.cleanup()


@with_world
def test_long_lines_are_echoed_whole_on_narrow_terminals(world):
    c = Netmiko(world, columns=80)
    c.send_command("terminal width 512")
    text = "location " + "abcdefghi " * 20
    output = c.send_config_set(["line 1", text.strip()])
    assert text.strip() in output.replace("\r\n", "\n"), output
    assert text.strip() in c.send_command("show running-config line 1")
    c.cleanup()


main([f for n, f in sorted(globals().items()) if n.startswith("test_")])
