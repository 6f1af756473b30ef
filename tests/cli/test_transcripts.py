# SPDX-License-Identifier: GPL-2.0-only
"""transcripts/NAME.txt is what a terminal shows, byte for byte but for CR; what
follows its prompts is typed, keys without a letter as <tab>, <ctrl-z> and so
on. Where the screen then shows something else, it follows after a "~". Pages
end in " --More--" and the key for the next one. The first line may say
"! user 65534", who then types.

--update writes down what is shown now. What is typed stays as it is: a
question that it was not meant for is an error."""
import difflib
import glob
import os
import re
import sys

import pexpect

from world import PROMPT, World, report

HERE = os.path.dirname(os.path.abspath(__file__))
TYPED = re.compile(r"^(?:([\w-]+(?:\([\w+-]+\))?[>#])|(Password:|.*\[yes/no\]:"
                   r"|.*modulus \[2048\]:|.*\(yes/\[no\]\):|Destination .*\?"
                   r"|.*\? \[no\]:|.*\[confirm\]| --More--) ?)(.*)$")
TEXT = re.compile(r"^Enter TEXT message\.  End with the character '(.+)'\.$")
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
        "<up>": "\x1b[A", "<left>": "\x1b[D", "<space>": " ", "<enter>": "\r"}


def mask(text):
    for pattern, replacement in MASKS:
        text = re.sub(pattern, replacement, text, flags=re.M)
    return text


def keys(line):
    for name, key in KEYS.items():
        line = line.replace(name, key)
    return line


def rows(text):
    """Lines as they stand on the screen: CR goes back to the beginning. And
    the last one up to the cursor."""
    text = text.replace("\r\n", "\n")
    shown, row, at = [], [], 0
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
        shown.append("".join(row))
    return shown, "".join(row[:at])


def parse(text):
    """Yields the question and what is typed there."""
    lines = iter(text.split("\n"))
    for line in lines:
        if line.startswith("~"):
            continue
        typed, open_text = TYPED.match(line), TEXT.match(line)
        if typed:
            yield typed.group(1) or typed.group(2), typed.group(3)
            if typed.group(3).endswith("?"):
                while not TYPED.match(next(lines, "x#")):  # left by "?"
                    pass
        elif open_text:
            typed = [next(lines)]
            while open_text.group(1) not in typed[-1]:
                typed.append(next(lines))
            yield line, "\n".join(typed)


NAME = rb"[\w-]+(?:\([\w+-]+\))?[>#]"
PAGE = rb" --More-- $"
ONE_KEY = [rb"\[confirm\]$", rb"\? \[no\]: $", PAGE]
STOPS = [PROMPT, rb"\x08" + NAME + rb"$", rb"Password: $",
         rb"\[yes/no\]: $", rb"modulus \[2048\]: $",
         rb"\(yes/\[no\]\): $", rb"\[startup-config\]\? $",
         rb"End with the character '[^']+'\.\r\n$", *ONE_KEY, pexpect.EOF]


class Player:
    def __init__(self, child):
        self.child = child
        self.shown = b""
        self.typed = []     # (row, question, what was typed)

    def wait(self):
        """Up to what waits for a key. Return: what it is."""
        stop = STOPS[self.child.expect(STOPS)]
        self.shown += self.child.before
        if stop is not pexpect.EOF:
            self.shown += self.child.after
        return stop

    def until(self, pattern):
        self.child.expect(pattern)
        self.shown += self.child.before + self.child.after

    def note(self, typed):
        row = self.shown.count(b"\n")
        self.typed.append((row, rows(self.shown.decode())[1], typed))

    def pages(self):
        """Turns the pages that nobody is told to turn."""
        while (stop := self.wait()) == PAGE:
            self.note("<space>")
            self.child.send(" ")
        return stop

    def type(self, question, typed):
        is_page = question == " --More--"
        stop = self.wait() if is_page else self.pages()
        here = rows(self.shown.decode())[1] if stop is not pexpect.EOF else ""
        if TEXT.match(question):
            assert "End with" in str(stop), (question, typed, here)
            self.child.send(typed.replace("\n", "\r") + "\r")
            return
        assert here.rstrip() == question, \
            f"{typed!r} is for {question!r}, not for {here!r}"
        self.note(typed)
        keyed = keys(typed)
        if stop in ONE_KEY:
            self.child.send(keyed or "\r")
        elif typed.endswith("?"):  # acts at once; what it left is taken away
            self.child.send(keyed)
            self.until(rb"\n" + NAME + rb"[^\r\n]*$")
            self.child.send("\x15\r")
            self.until(rb"\n(?=" + NAME + rb"$)")
        else:
            self.child.send(keyed + ("" if keyed[-1:] in ("\x1a", "\x03")
                                     else "\r"))

    def screen(self):
        shown, _ = rows(self.shown.decode())
        text = []
        for i, row in enumerate(shown):
            row, question = row.rstrip(), " --More-- "
            for at, question, typed in (t for t in self.typed if t[0] == i):
                text.append((question + typed).rstrip())
            # A page leaves nothing; what was typed is there already.
            if question == " --More-- ":
                text.append(row)
            elif row != text[-1]:
                text.append("~" + row)
        return "\n".join(text)


def play(text):
    first = re.match(r"! user (\d+)\n", text)
    world = World()
    try:
        world.set(7, "state", "unbound")
        world.set(8, "state", "unbound")
        world.start()
        player = Player(world.spawn(int(first.group(1)) if first else None))
        for question, typed in parse(text):
            player.type(question, typed)
        assert player.pages() is pexpect.EOF, "it does not end"
    finally:
        world.close()
    return (first.group(0) if first else "") + mask(player.screen())


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
            sys.stdout.writelines(difflib.unified_diff(
                wanted.splitlines(True), got.splitlines(True), path, "got"))
            raise AssertionError(name)

        good &= report(name, test)
    raise SystemExit(0 if good else 1)


main()
