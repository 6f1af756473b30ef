# SPDX-License-Identifier: GPL-2.0-only
"""transcripts/NAME.txt is what a terminal shows, byte for byte but for CR;
what follows its prompts is typed. The first line may say "! user 65534", who
then types. --update writes down what is shown now."""
import glob
import os
import re
import sys

import pexpect

from world import PROMPT, World, report

HERE = os.path.dirname(os.path.abspath(__file__))
TYPED = re.compile(r"^(?:[\w-]+(?:\([\w+-]+\))?[>#]|(?:Password:|.*\[yes/no\]:"
                   r"|.*modulus \[2048\]:|.*\(yes/\[no\]\):|Destination .*\?) ?"
                   r"|.*\[confirm\])(.*)$")
# What is another each time.
MASKS = [
    (r"\$y\$\S+", "HASH"),
    (r"\*?\d\d:\d\d:\d\d\.\d{3} UTC \w{3} \w{3} \d+ \d{4}", "CLOCK"),
    (r"uptime is .*", "uptime is UPTIME"),
    (r'image file is ".*"', 'image file is "IMAGE"'),
    (r"ROM: .*", "ROM: KERNEL"),
    (r"\S+ processor with \d+K", "CPU processor with MEMORYK"),
    (r"Version [\d.]+,", "Version VERSION,"),
    (r"^version [\d.]+", "version VERSION"),
    (r"(Current configuration : |Using )\d+( out of \d+)? bytes", r"\1N\2 bytes"),
    (r"^(\*?)[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d: ", r"\1DATE: "),
    (r"pid \d+", "pid PID"),
    (r"generated at: .*", "generated at: DATE"),
    (r"elapsed time was \d+", "elapsed time was N"),
]
KEYS = {"<ctrl-z>": "\x1a", "<ctrl-c>": "\x03", "<tab>": "\t",
        "<up>": "\x1b[A", "<space>": " "}


def mask(text):
    for pattern, replacement in MASKS:
        text = re.sub(pattern, replacement, text, flags=re.M)
    return text


def keys(line):
    for name, key in KEYS.items():
        line = line.replace(name, key)
    return line


def screen(text):
    """Lines as they stand on the screen: CR goes back to the beginning."""
    text = text.replace("\r\n", "\n")
    shown = []
    for line in text.split("\n"):
        row, at = [], 0
        for c in line:
            if c == "\r":
                at = 0
            elif c == "\b":
                at = max(0, at - 1)
            else:
                row[at:at + 1] = c
                at += 1
        shown.append("".join(row).rstrip())
    return "\n".join(shown)


STOPS = [PROMPT, rb"Password: $", rb"\[yes/no\]: $", rb"modulus \[2048\]: $",
         rb"\(yes/\[no\]\): $", rb"\[confirm\]$", rb"\[startup-config\]\? $",
         rb" --More-- $", pexpect.EOF]


def play(text):
    first = re.match(r"! user (\d+)\n", text)
    world = World()
    shown = b""
    try:
        world.set(7, "state", "unbound")
        world.set(8, "state", "unbound")
        world.start()
        c = world.spawn(int(first.group(1)) if first else None)

        def next_stop():
            """Up to what waits for a key, pages turned. False at the end."""
            nonlocal shown
            while True:
                which = c.expect(STOPS)
                shown += c.before
                if which == len(STOPS) - 1:
                    return False
                shown += c.after
                if not c.after.startswith(b" --More--"):
                    return True
                c.send(" ")

        helped = False
        for line in text.split("\n"):
            typed = TYPED.match(line)
            if not typed:
                continue
            typed = keys(typed.group(1))
            if helped and not typed:  # of the Enter after "?"
                helped = False
                continue
            if not next_stop():
                break
            helped = typed.endswith("?")
            # "?" and keys act without Enter; what they left is thrown away.
            c.send(typed if typed[-1:] in "\x1a\x03" and typed else
                   typed + "\x15\r" if typed.endswith("?") else typed + "\r")
        while next_stop():
            c.send("exit\r")
    finally:
        world.close()
    head = first.group(0) if first else ""
    return head + mask(screen(shown.decode()))


def main():
    update = "--update" in sys.argv
    names = [a for a in sys.argv[1:] if not a.startswith("-")]
    good = True
    for path in sorted(glob.glob(os.path.join(HERE, "transcripts", "*.txt"))):
        name = os.path.basename(path)[:-4]
        if names and name not in names:
            continue
        with open(path) as f:
            wanted = f.read()

        def test():
            got = play(wanted)
            if update:
                with open(path, "w") as f:
                    f.write(got)
                return
            if got == wanted:
                return
            import difflib
            sys.stdout.writelines(difflib.unified_diff(
                wanted.splitlines(True), got.splitlines(True), path, "got"))
            raise AssertionError(name)

        good &= report(name, test)
    raise SystemExit(0 if good else 1)


main()
