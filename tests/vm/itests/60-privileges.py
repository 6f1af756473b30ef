#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What the processes of a session may do, read from /proc."""
import socket

from itest import (PORT, Uart, connect, equal, guest, main, test, wait,
                   wait_idle)


def status(pid):
    return dict(row.split(":\t", 1) for row in
                guest(f"cat /proc/{pid}/status").splitlines() if ":\t" in row)


def unprivileged(pid):
    """A process that parses a peer's bytes has nothing to lose."""
    s = status(pid)
    uid = guest("id -u vtymux").strip()
    equal(s["Uid"].split(), [uid] * 4, "uids")
    equal(set(s["Gid"].split()), {guest("id -g vtymux").strip()}, "gids")
    equal(s.get("Groups", "").split(), [], "groups")
    for which in ("Inh", "Prm", "Eff", "Bnd", "Amb"):
        equal(int(s[f"Cap{which}"], 16), 0, f"Cap{which}")
    equal(s["NoNewPrivs"], "1", "NoNewPrivs")
    equal(s["Seccomp"], "2", "Seccomp")
    equal(guest(f"ls -A /proc/{pid}/root/"), "", "its root directory")
    equal(guest(f"stat -c %U:%a /proc/{pid}/root/"), "root:755\n", "its root")
    equal(guest(f"tr '\\0' '\\n' </proc/{pid}/environ"), "", "environment")


def network_readers():
    """Processes of ours that hold a connected TCP socket on our port."""
    pids = set()
    for row in guest("ss -Htnp state established '( sport = :2200 )'").splitlines():
        for part in row.split("pid=")[1:]:
            pids.add(part.split(",")[0])
    return pids


@test("before and after the login no process that reads the peer has privileges")
def readers():
    with socket.create_connection(("127.0.0.1", PORT)) as stranger:
        stranger.recv(100)  # the version banner: the engine is running
        pids = wait(network_readers, 30, "a process with the connection")
        for pid in pids:
            equal(guest(f"cat /proc/{pid}/comm"), "vtymux-sshd\n", "comm")
            unprivileged(pid)
    wait(lambda: not network_readers(), 30, "end of the connection")
    with Uart(1), connect(1):
        pids = wait(network_readers, 30, "a process with the connection")
        for pid in pids:
            equal(guest(f"cat /proc/{pid}/comm"), "vtymux-sshd\n", "comm")
            unprivileged(pid)
    wait_idle(1)


@test("the session process holds the connection, the monitor, the line, no more")
def descriptors():
    with Uart(1), connect(1):
        pid = guest("pgrep -x vtymux-sshd").split()[-1]
        for row in guest(f"ls -l /proc/{pid}/fd").splitlines()[1:]:
            goal = row.split(" -> ")[1]
            assert goal.startswith(("socket:", "pipe:", "/dev/vty1",
                                    "/dev/null", "anon_inode:")), row
    wait_idle(1)


@test("the monitor keeps few capabilities, and nobody can trace it")
def monitor():
    with Uart(1), connect(1):
        pid = guest("pgrep -x vtymux-monitor").split()[-1]
        effective = int(status(pid)["CapEff"], 16)
        # CAP_SYS_ADMIN, SYS_PTRACE, SYS_MODULE, SYS_RAWIO, NET_ADMIN
        for bit in (21, 19, 16, 17, 12):
            equal(effective >> bit & 1, 0, f"capability {bit}")
        print(f"# monitor CapEff {effective:#x}")
    wait_idle(1)


main()
