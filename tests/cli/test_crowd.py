# SPDX-License-Identifier: GPL-2.0-only
"""Many who write at once, and power that fails. VTYMUX_LONG=1 goes on for
longer."""
import os
import random
import re
import signal
import threading
import time
import traceback

import world as w
from world import World, ask, must, replace, running, send, with_world

LONG = os.environ.get("VTYMUX_LONG") == "1"
VTY = 15            # the first virtual line where there are 14 others


@with_world()
def test_power_cut_while_saving(world):
    path = world.path("sysconf", "startup-config")
    texts = []
    for name in "old", "new":
        world.start()
        s = world.connect()
        must(s, f"hostname {name}")
        for n in range(1, 9):
            must(s, f"location {name * 200}", f"line {n}")
        assert ask(s, w.SAVE)[0] == 0
        with open(path) as f:
            texts.append(f.read())
        world.stop()
    seen = []
    cuts = 500 if LONG else 40
    for i in range(cuts):
        world.start()
        s = world.connect()
        assert replace(s, texts[i % 2])[0] == 0
        send(s, w.SAVE)
        time.sleep(random.random() * 0.004)
        world.stop(kill=True)
        with open(path) as f:
            now = f.read()
        assert now in texts, f"cut {i}: {len(now)} bytes"
        seen.append(now == texts[i % 2])
    print(f"# {cuts} cuts: {seen.count(True)} times the new configuration, "
          f"{seen.count(False)} times the old one")
    assert {True, False} == set(seen) or not LONG


def blocks(text):
    """A running configuration: the settings of each line, and the others."""
    lines, others, inside = {}, [], []
    for row in text.splitlines():
        m = re.fullmatch(r"line (?:(con|vty) )?(\d+)(?: (\d+))?", row)
        if m:
            first = int(m[2]) + (VTY if m[1] == "vty" else 0)
            last = int(m[3]) + (VTY if m[1] == "vty" else 0) if m[3] else first
            inside = [lines.setdefault(n, []) for n in range(first, last + 1)]
        elif row.startswith(" ") and inside:
            for settings in inside:
                settings.append(row[1:])
        else:
            inside = []
            others.append(row)
    return lines, others


def setting(lines, n, words):
    """What a line has after these words, "" for a default."""
    found = [s for s in lines.get(n, []) if s.startswith(words + " ")]
    assert len(found) <= 1, found
    return found[0][len(words) + 1:] if found else ""


class Crowd:
    """Ten clients, a writer of sysfs and a reader. Lines 1..10 are a client's
    each, 11 and 12 the writer's; all of them write the speed of line 13, and
    each client the exec-timeout of 1..12 with one command."""
    def __init__(self, world, end):
        self.world, self.end = world, end
        self.last, self.failures = {}, []
        self.rates, self.replaced = set(), World(ttys=14)
        self.replaced.start()

    def client(self, i):
        s = self.world.connect()
        k = 0
        while time.monotonic() < self.end:
            k += 1
            must(s, f"location {i} {k}", f"line {i}")
            must(s, f"rotary {1 + k % 127}", f"line {i}")
            must(s, f"no rotary {1 + k % 127}", f"line {i}")
            must(s, f"username u{i} privilege {k % 16}")
            must(s, f"exec-timeout {k} {i}", "line 1 12")
            must(s, f"speed {100 * i + k % 100 + 1000}", "line 13")
            self.last[i] = k

    def writer(self):
        k = 0
        while time.monotonic() < self.end:
            k += 1
            self.world.set(11, "speed", str(1000 + k))
            self.world.set(12, "login_authentication", f"L{k}")
            self.world.set(13, "speed", str(3000 + k % 100))
            self.last["writer"] = k

    def check(self, text):
        """What may be in a configuration while others write it."""
        lines, others = blocks(text)
        assert text.endswith("\nend\n"), text[-80:]
        # Written by one command: of all lines or of none.
        spans = {setting(lines, n, "exec-timeout") for n in range(1, 13)}
        assert len(spans) == 1, spans
        span = spans.pop()
        assert re.fullmatch(r"\d+ ([1-9]|10)|", span), span
        for i in range(1, 11):
            place = setting(lines, i, "location")
            assert re.fullmatch(rf"{i} \d+|", place), place
            group = [s for s in lines[i] if s.startswith("rotary")]
            assert len(group) <= 1, group
        assert len([o for o in others if o.startswith("username")]) <= 10
        assert int(setting(lines, 11, "speed") or 9600) > 1000
        rate = int(setting(lines, 13, "speed") or 9600)
        assert rate == 9600 or 1000 < rate < 2100 or 3000 <= rate < 3100, rate
        self.rates.add("writer" if rate >= 3000 else "client")

    def reader(self):
        s = self.world.connect()
        to = self.replaced.connect()
        while time.monotonic() < self.end:
            text = running(s)
            self.check(text)
            # Elsewhere it is the same configuration, all of it.
            code, error, report = replace(to, text)
            assert code == 0, (error, report)
            assert running(to) == text, text
            self.last["reader"] = self.last.get("reader", 0) + 1

    def guarded(self, function, *arguments):
        try:
            function(*arguments)
        except BaseException as e:
            traceback.print_exc()
            self.failures.append(repr(e)[:500])
            self.end = 0

    def run(self):
        threads = [threading.Thread(target=self.guarded, args=(self.client, i))
                   for i in range(1, 11)]
        threads += [threading.Thread(target=self.guarded, args=(f,))
                    for f in (self.writer, self.reader)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.replaced.close()
        assert not self.failures, self.failures


def writer_is_last(world, s):
    """Whoever wrote an attribute last, its value stays."""
    must(s, "speed 1200", "line 13")
    world.set(13, "speed", "3001")
    assert " speed 3001\n" in running(s)
    world.set(13, "speed", "3002")
    must(s, "speed 1300", "line 13")
    assert world.get(13, "speed") == "1300"
    assert " speed 1300\n" in running(s)


@with_world(ttys=14)
def test_many_at_once(world):
    world.start()
    crowd = Crowd(world, time.monotonic() + (60 if LONG else 6))
    crowd.run()
    last = crowd.last
    text = running(world.connect())
    crowd.check(text)
    for i in range(1, 11):
        assert f" location {i} {last[i]}\n" in text, i
        assert f"username u{i} privilege {last[i] % 16}\n" in text, i
        assert world.get(i, "rotary") == ""
    assert world.get(11, "speed") == str(1000 + last["writer"])
    assert world.get(12, "login_authentication") == f"L{last['writer']}"
    assert len({world.get(n, "exec_timeout") for n in range(1, 13)}) == 1
    assert last["reader"] > 0 and crowd.rates, last
    writer_is_last(world, world.connect())
    print(f"# {sum(last[i] for i in range(1, 11)) * 6} commands of 10 clients, "
          f"{last['writer'] * 3} values of the writer, {last['reader']} "
          f"snapshots, the shared value by {' and '.join(sorted(crowd.rates))}")


signal.signal(signal.SIGPIPE, signal.SIG_IGN)
w.main([f for n, f in sorted(globals().items()) if n.startswith("test_")])
