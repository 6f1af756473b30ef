# SPDX-License-Identifier: GPL-2.0-only
"""The verdicts that tests/run counts, for tests without the virtual switch."""
import os
import signal
import sys
import time
import traceback

LIMIT = int(os.environ.get("VTYMUX_TEST_LIMIT", "600"))     # seconds a test


def too_long(*_):
    raise AssertionError(f"no end after {LIMIT} s")


def run(suite, tests):
    """Prints one verdict a test, exits non-zero if one failed."""
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, too_long)
    failed = 0
    only = sys.argv[1:]
    for test in tests:
        name = test.__name__.replace("test_", "", 1)
        if only and name not in only:
            continue
        begun = time.monotonic()
        signal.alarm(LIMIT)
        try:
            test()
            verdict = "ok"
        except Exception:
            sys.stdout.write("".join(
                "# " + l + "\n" for l in traceback.format_exc().splitlines()))
            verdict, failed = "not ok", failed + 1
        signal.alarm(0)
        print(f"{verdict} - {suite}: {name}", flush=True)
        print(f"# {time.monotonic() - begun:.1f} s", flush=True)
    sys.exit(1 if failed else 0)
