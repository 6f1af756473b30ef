# SPDX-License-Identifier: GPL-2.0-only
"""What the tests of the agent share: its configuration, log and adapters."""
import contextlib
import re
import subprocess

from itest import VM, attribute, guest, wait

CONFIG = "/etc/vtymux/startup-config"


def usb(action, line):
    subprocess.run([VM, "usb", action, str(line)], check=True,
                   capture_output=True)


def status():
    """What the daemon tells the service manager."""
    return guest("systemctl show -P StatusText vtymuxd").strip()


def cursor():
    """A place in the journal."""
    return guest("journalctl -n 0 --show-cursor -q").split("cursor: ")[1].strip()


def log(since):
    """The daemon's and the kernel's lines since then, with monotonic time."""
    return guest("journalctl --sync; journalctl --no-pager -q -o short-monotonic "
                 f"--after-cursor='{since}'")


def logged(since, text):
    wait(lambda: text in log(since), 20, f"log line {text!r}")


def reload():
    guest("systemctl reload vtymuxd")


@contextlib.contextmanager
def configuration(text):
    """The start-up configuration with more commands in front, in force."""
    guest(f"cp {CONFIG} /tmp/config.saved")
    try:
        guest(f"cat - /tmp/config.saved >{CONFIG}", data=text.encode())
        reload()
        yield
    finally:
        guest(f"cp /tmp/config.saved {CONFIG}")
        reload()


def talk(ssh, uart, word):
    ssh.send(b"to-" + word)
    uart.received.wait_for(b"to-" + word)
    uart.send(b"from-" + word)
    ssh.out.wait_for(b"from-" + word)


def moment(text, pattern):
    """Seconds since boot of the first line of a log that matches."""
    for line in text.splitlines():
        if re.search(pattern, line):
            return float(re.match(r"\[ *([0-9.]+)\]", line).group(1))
    raise AssertionError(f"no {pattern!r} in:\n{text}")


def state_is(line, state):
    wait(lambda: attribute(line, "state") == state, 30, f"{state} line {line}")
