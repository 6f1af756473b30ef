#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""A session process that speaks the monitor's protocol wrongly is stopped at
its first wrong word and never gets a descriptor it has no right to."""
import base64
import os
import re
import socket
import subprocess
import time

from lines import REVOKE_CLEARED
from world import BUILD, LINK_CLEAR, World, run, wait_for

HOSTILE = f"{BUILD}/test/hostile"
OPENED = 12     # enum proto_type
FAILURE, SUCCESS, NEXT, EXHAUSTED = (f"result {r} 0" for r in range(4))

# Cases that begin with a line open, and those that are no violation: these
# have tests of their own below.
OPEN_BEFORE = {"lost_of_a_line", "open_twice", "env_when_open", "signal_number",
               "signal_number_huge", "close_ended"}
HONEST = {"honest", "open_within", "never_closed", "never_read",
          "log_flood", "signal_flood", "nul_in_password", "silent", "rekey",
          "pubkey_forged"}


def play(case, timeout=8, retries=0, keys=""):
    """Returns (monitor's exit status, its log, the log of the case)."""
    with World(session=HOSTILE, timeout=timeout, retries=retries) as w:
        path = os.path.join(w.directory, "hostile.log")
        w.environment.update(HOSTILE=case, HOSTILE_LOG=path)
        with open(f"{w.directory}/run/authorized-keys", "w") as f:
            f.write(keys)
        with socket.create_connection(("127.0.0.1", w.port)):
            session = w.session()
            wait_for(lambda: session.process.poll() is not None, timeout + 5,
                     f"end of the monitor in {case}")
        with open(path) as f:
            said = f.read().splitlines()
        wait_for(lambda: w.lines[1].connection is None, 1, "free line")
        return session.process.returncode, session.log(), said


def opened(said):
    return [s for s in said if s.startswith(f"answer {OPENED} ")]


def violations():
    names = subprocess.run([HOSTILE, "--list"], check=True,
                           capture_output=True, text=True).stdout.split()
    return [n for n in names if n not in HONEST]


def check_violation(case):
    status, log, said = play(case)
    assert status == 1, (case, status, log, said)
    assert log.count("broke the protocol") == 1, (case, log)
    # What it had by right before.
    assert len(opened(said)) == (case in OPEN_BEFORE), (case, said)
    for line in said:
        if line.startswith("answer ") and not line.startswith(
                f"answer {OPENED} "):
            assert line.endswith(" 0"), (case, said)


def make(case):
    def test():
        check_violation(case)
    test.__name__ = "test_" + case
    return test


def test_honest_case_gets_its_descriptors():
    """The other cases fail for what they do, not for the way they do it."""
    for case in ("honest", "open_within"):
        log, said = played(case)
        assert opened(said) == [f"answer {OPENED} 2"], said
        assert "broke" not in log, log


def played(case):
    """A case that the monitor has nothing against: (its log, the case's)."""
    with World(session=HOSTILE) as w:
        path = os.path.join(w.directory, "hostile.log")
        w.environment.update(HOSTILE=case, HOSTILE_LOG=path)
        with socket.create_connection(("127.0.0.1", w.port)):
            wait_for(lambda: os.path.exists(path) and
                     "played" in open(path).read(), what="end of the case")
            log = w.session().log()
        with open(path) as f:
            return log, f.read().splitlines()


def test_signature_waits_its_second():
    begun = time.monotonic()
    log, said = played("rekey")
    assert said.count("answer 3 0") == 3 and "broke" not in log, (said, log)
    assert time.monotonic() - begun >= 2


def test_unread_answers_end_the_monitor():
    status, log, _ = play("never_read")
    assert status == 1 and "does not read" in log, (status, log)


def test_log_flood_is_limited():
    status, log, _ = play("log_flood", timeout=2)
    lines = [l for l in log.splitlines() if " sshd: " in l]
    assert 20 <= len(lines) <= 23, len(lines)
    assert "lines of the session process not logged" in log, log
    assert all("text?with ?[31m controls" in l for l in lines), lines[0]


def test_signal_flood_is_limited():
    with World(session=HOSTILE) as w:
        path = os.path.join(w.directory, "hostile.log")
        w.environment.update(HOSTILE="signal_flood", HOSTILE_LOG=path)
        with socket.create_connection(("127.0.0.1", w.port)):
            session = w.session()
            wait_for(lambda: os.path.exists(path) and
                     "played" in open(path).read(), 20, "end of the case")
            session.tell(LINK_CLEAR)
            wait_for(lambda: session.process.poll() is not None, 8, "end")
        log = session.log()
        dropped = re.findall(r"(\d+) signals of the client not delivered", log)
        assert len(dropped) == 1 and 800 < int(dropped[0]) <= 980, log
        assert log.count("too many signals") == 1, log
        assert "broke" not in log and "exit" not in log, log


def test_nul_in_a_password_never_matches():
    _, _, said = play("nul_in_password", timeout=3)
    assert EXHAUSTED in said and SUCCESS not in said, said


def test_forged_signatures_of_an_authorized_key():
    blob = b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + bytes(32)
    key = f"good ssh-ed25519 {base64.b64encode(blob).decode()}\n"
    for retries in (0, 3):
        _, log, said = play("pubkey_forged", timeout=20, retries=retries,
                            keys=key)
        # The question is answered with yes, and then nothing is.
        results = [s for s in said if s.startswith("result")]
        assert results == [NEXT, NEXT] + [FAILURE] * retries + [EXHAUSTED], said
        assert log.count("bad signature") == 1 + retries, log
        assert not opened(said), said


def test_session_that_is_revoked_and_never_closed():
    with World(session=HOSTILE) as w:
        path = os.path.join(w.directory, "hostile.log")
        w.environment.update(HOSTILE="never_closed", HOSTILE_LOG=path)
        with socket.create_connection(("127.0.0.1", w.port)):
            wait_for(lambda: os.path.exists(path) and
                     "played" in open(path).read(), what="end of the case")
            session = w.session()
            w.lines[1].revoke(REVOKE_CLEARED)
            wait_for(lambda: session.process.poll() is not None, 7, "end")
        assert "its session does not end" in session.log(), session.log()


def test_silent_session_process_times_out():
    status, log, _ = play("silent", timeout=1)
    assert status == 0 and "login timed out" in log, log


if __name__ == "__main__":
    run("hostile", [test_honest_case_gets_its_descriptors] +
        [make(n) for n in violations()] +
        [v for k, v in list(globals().items()) if k.startswith("test_") and
         v is not test_honest_case_gets_its_descriptors])
