# SPDX-License-Identifier: GPL-2.0-only
"""The kernels that a virtual switch can boot, by the names of "--kernel"."""
import glob
import os
import re
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
KERNELS = os.path.join(os.path.dirname(HERE), "kernels")
NAMES = ("6.1", "6.12", "debug", "kcsan")

# Their ACPI interpreter would take most of a minute; the MP table does. A
# softirq does ten callbacks of RCU: too few for what stress-ng opens and closes,
# and who waits for a grace period waits behind them, minutes in the end.
DEBUG_OPTIONS = ("acpi=off loglevel=5 rcupdate.rcu_cpu_stall_timeout=120 "
                 "rcutree.blimit=1000 rcutree.rcu_resched_ns=20000000 "
                 "systemd.default_timeout_start_sec=600")


class KernelError(Exception):
    """The kernel cannot be had, in words for the user."""


class Kernel:
    """name, one of NAMES; origin, what "image" calls it; headers, the directory
    to build modules with; release; memory (MiB); options, of its command line;
    timeout (s to boot in)."""

    def __init__(self, name):
        self.name = name
        self.memory, self.options, self.timeout = 1024, "", 300
        self.origin = name
        if name == "6.1":
            self.headers = installed(name)
        elif name == "6.12":
            self.headers = output("headers", name, "bookworm-backports")
        elif name in ("debug", "kcsan"):
            flavour = "kasan" if name == "debug" else name
            self.headers = os.path.join(output("build", flavour), "build")
            self.origin = "debug"
            self.memory, self.timeout = 2048, 900
            self.options = DEBUG_OPTIONS
            # The trace is the end of its console. Of races there may be some
            # that are not the module's.
            if name == "debug":
                self.options += " panic_on_warn=1"
        else:
            raise ValueError(name)
        self.release = release(self.headers)


def release(headers):
    with open(os.path.join(headers, "include/generated/utsrelease.h"),
              encoding="utf-8") as f:
        return re.search(r'UTS_RELEASE "(.+)"', f.read()).group(1)


def installed(version):
    """Headers: VTYMUX_KERNELDIR, or KERNELRELEASE's, or the newest there are."""
    if os.environ.get("VTYMUX_KERNELDIR"):
        return os.environ["VTYMUX_KERNELDIR"]
    found = {os.path.basename(os.path.dirname(path)): path
             for path in glob.glob(f"/lib/modules/{version}.*/build")}
    if not found:
        raise KernelError(f"no headers of a {version} kernel are installed "
                          "(tests/deps vm)")
    wanted = os.environ.get("KERNELRELEASE")
    if wanted not in found:
        wanted = max(found, key=lambda r: [int(n) for n in
                                           re.findall(r"\d+", r)])
    return found[wanted]


def output(script, *args):
    """The line that a script of tests/kernels prints; it says what it does."""
    result = subprocess.run([os.path.join(KERNELS, script), *args],
                            stdout=subprocess.PIPE, text=True, check=False)
    if result.returncode:
        raise KernelError(f"tests/kernels/{script} failed")
    return result.stdout.strip()
