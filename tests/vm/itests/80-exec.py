#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""EXEC sessions, logins on tty lines, SCP, limits and records in the guest,
with OpenSSH, dbclient, plink and paramiko."""
import contextlib
import json
import os
import re
import signal
import subprocess
import tempfile
import time

import paramiko

from itest import (PASSWORD, PORT, Ssh, Uart, askpass, attribute, connect,
                   equal, guest, guest_status, main, test, wait, wait_idle)

RUNS = int(os.environ.get("EXEC_RUNS", "10"))
FIRST = 201     # virtual line
SLEEP = "4242.25"


def run(*command, user="lab", data=b"", **options):
    """One command through OpenSSH: (status, stdout, stderr)."""
    with Ssh(user, *command, **options) as ssh:
        ssh.send(data)
        ssh.process.stdin.close()
        return ssh.finish()


def transport(user="lab"):
    t = paramiko.Transport(("127.0.0.1", PORT))
    t.banner_timeout = t.auth_timeout = t.channel_timeout = 120
    t.handshake_timeout = 120
    t.connect(username=user, password=PASSWORD)
    return t


def read_until(channel, text, timeout=90):
    data = b""
    channel.settimeout(timeout)
    while text not in data:
        chunk = channel.recv(4096)
        if not chunk:
            raise AssertionError(f"end before {text!r}: {data!r}")
        data += chunk
    return data


def units():
    return guest("systemctl list-units --plain --no-legend 'vtymux-[0-9]*'")


def sleeping():
    return guest_status(f"pgrep -f '^sleep {SLEEP}'") == 0


def nothing_left():
    wait(lambda: not units(), 60, "end of the units")
    wait(lambda: not sleeping(), 60, "end of the processes")
    wait(lambda: not guest("pgrep -x 'vtymux-monitor|vtymux-sshd'",
                           check=False), 60, "end of the sessions")
    wait(lambda: set(guest("cat /sys/class/tty/vty2[0-9][1-9]/state").split())
         == {"idle"}, 60, "idle virtual lines")


def configure(*commands):
    """Has the daemon read a start-up configuration with more in it."""
    text = "\n".join(commands)
    guest("cp -n /etc/vtymux/startup-config /run/startup-config.80; "
          "cat /run/startup-config.80 - >/etc/vtymux/startup-config; "
          "systemctl reload vtymuxd", data=text.encode() + b"\n")


@test("a shell has the virtual line as its terminal, and what is asked for")
def shell():
    with contextlib.closing(transport()) as t:
        shell_session(t.open_session())
    nothing_left()
    equal(guest("who"), "", "utmp")
    equal(guest("stat -c %U:%a /dev/vty201"), "root:620\n", "its owner after")
    last = guest("last -w -f /var/log/wtmp | head -1")
    assert last.startswith("lab ") and "still" not in last, last


def shell_session(channel):
    channel.get_pty("vt220", 91, 17)
    channel.invoke_shell()
    channel.send(b"PS1=; stty size; echo $TERM $(tty) $SSH_TTY $0 $(id -un); "
                 b"ps -o pid=,sid=,tpgid= -p $$\n")
    out = read_until(channel, b"-bash").decode()
    assert "17 91" in out and "vt220 /dev/vty201 /dev/vty201 -bash" in out, out
    equal(attribute(FIRST, "state"), "active", "its state")
    assert re.fullmatch(r"\d+:-@\S+", attribute(FIRST, "owner"))
    # Not bash itself: it keeps a trap that comes before readline waits for
    # input until there is some.
    channel.send(b"sh -c 'trap \"echo now \\$(stty size)\" WINCH; echo rea\"\"dy; "
                 b"while :; do sleep 0.2; done'\n")
    read_until(channel, b"ready")
    channel.resize_pty(100, 50)
    read_until(channel, b"now 50 100")
    channel.send(b"\x03")
    channel.send(b"sleep 300\n")
    wait(lambda: guest_status("pgrep -f '^sleep 300'") == 0, 60, "sleep")
    channel.send(b"\x1a")
    read_until(channel, b"Stopped")
    channel.send(b"fg\n")
    wait(lambda: "+" in guest("ps -o stat= -p $(pgrep -f '^sleep 300')"), 60,
         "sleep in the foreground")
    channel.send(b"\x03")
    channel.send(b"echo sta''tus $?\n")
    read_until(channel, b"status 130")
    who = guest("who")
    assert re.search(r"^lab +vty201 .*\(10\.0\.2\.2\)", who), who
    equal(guest("stat -c %U:%G:%a /dev/vty201"), "lab:tty:620\n", "its owner")
    channel.send(b"exit 9\n")
    equal(channel.recv_exit_status(), 9, "status")


@test("commands: three pipes, status, environment, no terminal, home")
def command():
    status, out, err = run("echo out; pwd; tty; echo err >&2; exit 7")
    equal((status, out, err), (7, b"out\n/home/lab\nnot a tty\n", "err\n"))
    data = os.urandom(100000)
    equal(run("cat", data=data)[1], data, "bytes")
    status, out, _ = run("env; ulimit -c; cat /proc/self/cgroup; "
                         "grep NoNewPrivs /proc/self/status",
                         options=["-o", "SetEnv=LC_TIME=C PATH=/x"])
    text = out.decode()
    for want in ("LC_TIME=C\n", "HOME=/home/lab\n", "SHELL=/bin/bash\n",
                 "vtymux.slice/vtymux-", "NoNewPrivs:\t0\n"):
        assert want in text, text
    assert "INVOCATION_ID" not in text and "PATH=/x" not in text, text
    equal(run("kill -TERM $$")[0], 255, "ssh's status for exit-signal")
    nothing_left()


@test("sudo works in a session, and limits of limits.conf hold")
def account():
    status, out, err = run("sudo -n id -u")
    equal((status, out), (0, b"0\n"), err)
    limits = "/etc/security/limits.d/vm.conf"
    guest(f"echo 'lab hard core 12345' >{limits}")
    try:
        for tty in ("-tt", "-T"):
            status, out, err = run("ulimit -Hc", options=[tty])
            equal((status, out.strip()), (0, b"12345"), err)
    finally:
        guest(f"rm {limits}")
    assert run("ulimit -Hc")[1].strip() != b"12345"
    nothing_left()


@test("dbclient and plink: command, status, wrong password")
def clients():
    with tempfile.TemporaryDirectory() as home:
        env = dict(os.environ, HOME=home, DROPBEAR_PASSWORD=PASSWORD)
        db = ["dbclient", "-y", "-y", "-p", str(PORT), "lab@127.0.0.1"]
        r = subprocess.run([*db, "echo one; echo two >&2; exit 3"], env=env,
                           stdin=subprocess.DEVNULL, capture_output=True,
                           timeout=180, check=False)
        equal((r.returncode, r.stdout), (3, b"one\n"), "dbclient")
        assert b"two\n" in r.stderr, r.stderr
        env["DROPBEAR_PASSWORD"] = "wrong"
        r = subprocess.run([*db, "echo in"], env=env, capture_output=True,
                           stdin=subprocess.DEVNULL, timeout=180, check=False)
        equal(r.stdout, b"", "dbclient with a wrong password")
        key = subprocess.run(
            ["ssh-keyscan", "-p", str(PORT), "-t", "ed25519", "127.0.0.1"],
            capture_output=True, text=True, timeout=180, check=True)
        path = os.path.join(home, "key")
        with open(path, "w", encoding="ascii") as f:
            f.write(key.stdout.split(" ", 1)[1])
        print_ = subprocess.run(["ssh-keygen", "-lf", path], check=True,
                                capture_output=True, text=True)
        plink = ["plink", "-batch", "-P", str(PORT), "-hostkey",
                 print_.stdout.split()[1], "-pw", PASSWORD, "lab@127.0.0.1"]
        r = subprocess.run([*plink, "echo one; exit 4"], env=env,
                           stdin=subprocess.DEVNULL, capture_output=True,
                           timeout=180, check=False)
        equal((r.returncode, r.stdout), (4, b"one\n"), "plink")
    nothing_left()


@test("41 kB through a terminal are never truncated")
def truncation():
    data = b"".join(b"%08d abcdefghijklmnopqrstuvwxyz\n" % i
                    for i in range(41234 // 36))
    guest("cat >/tmp/file; chmod 644 /tmp/file", data=data)
    want = data.replace(b"\n", b"\r\n")
    for n in range(RUNS):
        status, out, err = run("cat /tmp/file; exit 4", options=["-tt"])
        equal(status, 4, f"run {n}: {err}")
        equal(len(out), len(want), f"run {n}")
        assert out == want
    print(f"# {RUNS} times {len(want)} bytes")


@test("nothing of a session is left when a process of it is killed")
def killed():
    def pid(name):
        return guest(f"pgrep -n -x {name}").strip()

    for tty in ("-tt", "-T"):
        for kill in ("client", "vtymux-sshd", "vtymux-monitor"):
            ssh = Ssh("lab", f"sleep {SLEEP}", options=[tty])
            wait(sleeping, 60, "sleep")
            if kill == "client":
                ssh.process.send_signal(signal.SIGKILL)
            else:
                guest(f"kill -9 {pid(kill)}")
            nothing_left()
            equal(guest("who"), "", "utmp")
            ssh.close()


@test("a daemon that adopted a session cleans up after its monitor, too")
def orphan():
    ssh = Ssh("lab", f"sleep {SLEEP}", options=["-tt"])
    wait(sleeping, 60, "sleep")
    guest("systemctl restart vtymuxd")
    wait(lambda: " lab " in guest("vtymux show users", check=False), 60,
         "adoption")
    guest("pkill -9 -x vtymux-monitor")
    nothing_left()
    equal(guest("who"), "", "utmp")
    ssh.close()


@test("background processes end with the session and do not hold it")
def background():
    for tty in ("-tt", "-T"):
        begin = time.monotonic()
        equal(run(f"sleep {SLEEP} & echo done", options=[tty])[0], 0)
        assert time.monotonic() - begin < 60
        nothing_left()


@test("clearing the virtual line ends the session with its text")
def clear():
    ssh = Ssh("lab", f"sleep {SLEEP}", options=["-tt"])
    wait(sleeping, 60, "sleep")
    guest("pkill -TERM -x vtymux-monitor")
    status, _, err = ssh.finish()
    assert status == 1 and "% Line 201 cleared" in err, (status, err)
    nothing_left()


@test("exec 0 and transport input of the virtual line; a tty line does not care")
def policy():
    attribute(FIRST, "transport_input", "telnet")
    equal(run("true")[2], "% Line 201: transport input does not allow ssh\r\n")
    attribute(FIRST, "exec", "0")
    status, _, err = run("true")
    equal((status, err), (1, "% EXEC is disabled\r\n"))
    with Uart(1), connect(1):
        equal(attribute(FIRST, "state"), "claimed", "its vty")
    wait_idle(1)
    attribute(FIRST, "transport_input", "ssh")
    attribute(FIRST, "exec", "1")
    equal(run("exit 6")[0], 6)


@test("no free vty: closed before the banner; the last ones are reserved")
def vtys():
    guest("echo 2 >/sys/module/vtymux/parameters/virtual_lines")
    try:
        with Uart(1), connect(1), Uart(2), connect(2):
            status, _, err = run("true", user="lab:3")
            assert status == 255 and "kex_exchange_identification" in err, err
        wait_idle(2)
        wait(lambda: attribute(202, "state") == "idle", 60, "free vty")
        configure("vty reserve 1")
        with Uart(1), connect(1):
            # A connection that has ended has its vty a moment longer.
            wait(lambda: run("true", user="guest")[2] == "% No free vty\r\n",
                 60, "refusal of privilege 1")
            wait(lambda: run("exit 3")[0] == 3, 60, "privilege 15")
        assert "no free vty" in guest("journalctl -u vtymuxd")
    finally:
        guest("echo 216 >/sys/module/vtymux/parameters/virtual_lines")
        configure()


@test("access-class: the first vty that permits; none: no banner")
def access():
    def lands_on(line):
        with Uart(1), connect(1):
            found = attribute(line, "state") == "claimed"
        wait_idle(1)
        return found

    try:
        configure("access-list 10 deny any", "line vty 0 9",
                  "access-class 10 in")
        wait(lambda: lands_on(FIRST + 10), 90, "vty 10")
        configure("access-list 10 deny any", "line vty 0 215",
                  "access-class 10 in")
        wait(lambda: "kex_exchange_identification" in run("true")[2], 90,
             "refusal")
        assert "refused: access list 10, entry 10" in \
            guest("journalctl -u vtymuxd")
        configure("access-list 10 permit 10.0.2.2", "line vty 0 215",
                  "access-class 10 in")
        wait(lambda: run("exit 4")[0] == 4, 90, "permission")
    finally:
        configure()


@test("a line with exec 1 gets its login by its first byte")
def getty():
    with Uart(1) as uart:
        attribute(1, "exec", "1")
        equal(attribute(1, "state"), "idle", "before")
        with connect(1):
            pass        # idle, so it can be had
        wait_idle(1)
        attribute(1, "exec", "0")
        noise = int(attribute(1, "statistics/noise"))
        uart.send(b"booting")   # for which there is no login
        wait(lambda: int(attribute(1, "statistics/noise")) > noise, 20, "noise")
        time.sleep(1)           # once a second is input told
        attribute(1, "exec", "1")
        uart.clear()
        uart.send(b"\r")
        uart.received.wait_for(b"login: ", 90)
        equal(run("true", user="lab:1")[2], "% Line 1: commands are not possible\r\n")
        status, _, err = run(user="lab:1")
        equal((status, err), (1, "% Line 1 is busy\r\n"))
        uart.send(b"lab\r")
        uart.received.wait_for(b"assword: ", 60)
        uart.send(b"lab\r")
        uart.received.wait_for(b"$ ", 60)
        uart.send(b"tty\r")
        uart.received.wait_for(b"/dev/vty1\r\n", 60)
        uart.send(b"exit\r")
        wait_idle(1)    # over: it can be had again
        uart.send(b"\r")
        wait(lambda: attribute(1, "state") == "active", 60, "login")
        attribute(1, "exec", "0")
        wait_idle(1)
        wait(lambda: guest_status("systemctl is-active -q vtymux-getty@1") != 0,
             60, "end of the login")
        uart.send(b"\r\r")
        with connect(1):
            pass
    wait_idle(1)


def copy(user, *arguments, program="scp"):
    env = dict(os.environ, SSH_ASKPASS=askpass(), DISPLAY="none",
               SSH_ASKPASS_REQUIRE="force", ITEST_PASSWORD=PASSWORD)
    r = subprocess.run(
        [program, "-F", "none", "-P", str(PORT), "-o", "ConnectTimeout=60",
         "-o", "StrictHostKeyChecking=no", "-o", "LogLevel=ERROR",
         "-o", "UserKnownHostsFile=/dev/null",
         *(a.replace("HOST", f"{user}@127.0.0.1") for a in arguments)],
        env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=240, start_new_session=True, check=False)
    return r.returncode, r.stderr + r.stdout


@test("SCP and SFTP: off, for privilege 15, both ways, as the account")
def scp():
    with tempfile.TemporaryDirectory() as d:
        data = os.urandom(50000)
        here, back = f"{d}/here", f"{d}/back"
        with open(here, "wb") as f:
            f.write(data)
        status, said = copy("lab", "-O", here, "HOST:x")
        assert status and "Administratively disabled." in said, said
        configure("ip scp server enable")
        try:
            for mode in ("-O", "-s"):
                status, said = copy("guest", mode, here, "HOST:x")
                assert status and "Privilege denied." in said, said
                equal(copy("lab", mode, here, "HOST:there"), (0, ""))
                equal(guest("stat -c %U /home/lab/there"), "lab\n", "owner")
                equal(copy("lab", mode, "HOST:there", back), (0, ""))
                with open(back, "rb") as f:
                    equal(f.read(), data, "contents")
            pscp(d, here)
            configure("ip scp server enable", "ip scp server root /srv")
            guest("chown lab /srv")
            for mode in ("-O", "-s"):
                equal(copy("lab", mode, here, "HOST:rooted"), (0, ""))
                equal(guest("stat -c %s /srv/rooted; rm /srv/rooted"),
                      "50000\n", "in the root")
                nowhere_else(here, mode)
        finally:
            configure()
    nothing_left()


def nowhere_else(here, mode):
    """A root is set, and these are not in it."""
    for directory in ("/home/lab", "/tmp", "/var/tmp", "/dev/shm",
                      "/dev/mqueue"):
        status, said = copy("lab", mode, here, f"HOST:{directory}/no")
        assert status, (directory, said)
        equal(guest_status(f"test -e {directory}/no"), 1, directory)


def pscp(directory, here):
    env = dict(os.environ, HOME=directory)
    key = subprocess.run(
        ["ssh-keyscan", "-p", str(PORT), "-t", "ed25519", "127.0.0.1"],
        capture_output=True, text=True, timeout=180, check=True)
    with open(f"{directory}/key", "w", encoding="ascii") as f:
        f.write(key.stdout.split(" ", 1)[1])
    finger = subprocess.run(["ssh-keygen", "-lf", f"{directory}/key"],
                            check=True, capture_output=True, text=True)
    for mode in ("-scp", "-sftp"):
        r = subprocess.run(
            ["pscp", mode, "-batch", "-P", str(PORT), "-pw", PASSWORD,
             "-hostkey", finger.stdout.split()[1], here,
             "lab@127.0.0.1:by-pscp"], env=env, capture_output=True,
            timeout=240, stdin=subprocess.DEVNULL, check=False)
        equal(r.returncode, 0, f"pscp {mode}: {r.stderr}")
        equal(guest("stat -c %s /home/lab/by-pscp; rm /home/lab/by-pscp"),
              "50000\n", "by pscp")


@test("the journal has a record of each session, with fields")
def records():
    guest("journalctl --sync", check=False)
    with Uart(1) as uart, connect(1) as ssh:
        ssh.send(b"12345")
        uart.received.wait_for(b"12345")
        uart.send(b"abc")
        ssh.out.wait_for(b"abc")
    wait_idle(1)
    nothing_left()

    def entries():
        rows = [json.loads(r) for r in
                guest("journalctl -o json SYSLOG_IDENTIFIER=vtymux").splitlines()]
        last = rows[-1]["VTYMUX_SESSION"] if rows else None
        mine = {r["VTYMUX_EVENT"]: r for r in rows
                if r["VTYMUX_SESSION"] == last}
        return mine if "logout" in mine else None
    mine = wait(entries, 30, "records")
    equal(set(mine), {"login", "open", "close", "logout"})
    for r in mine.values():
        equal((r["VTYMUX_USER"], r["VTYMUX_PRIVILEGE"], r["VTYMUX_VTY"]),
              ("lab", "15", "201"))
        assert r["VTYMUX_METHOD"] in ("password", "keyboard-interactive")
        assert r["VTYMUX_PEER"].startswith("10.0.2.2 ")
        equal(r["_COMM"], "vtymux-monitor")
    close = mine["close"]
    equal((close["VTYMUX_LINE"], close["VTYMUX_BYTES_IN"],
           close["VTYMUX_BYTES_OUT"]), ("1", "5", "3"))
    equal(close["VTYMUX_REASON"], "closed")


@test("who reads the peer has no privileges while a shell runs; the unit scores")
def privileges():
    with Ssh("lab", f"sleep {SLEEP}", options=["-tt"]):
        wait(sleeping, 60, "sleep")
        pid = guest("pgrep -n -x vtymux-sshd").strip()
        rows = dict(r.split(":\t", 1) for r in
                    guest(f"cat /proc/{pid}/status").splitlines() if ":\t" in r)
        equal(rows["Uid"].split(), [guest("id -u vtymux").strip()] * 4)
        for which in ("Inh", "Prm", "Eff", "Bnd", "Amb"):
            equal(int(rows[f"Cap{which}"], 16), 0, which)
        equal(rows["Seccomp"], "2")
        shell_pid = guest(f"pgrep -n -f '^sleep {SLEEP}'").strip()
        equal(guest(f"stat -c %U /proc/{shell_pid}"), "lab\n", "its user")
    score = guest("systemd-analyze security vtymuxd --no-pager | tail -1")
    number = float(re.search(r": ([0-9.]+) ", score).group(1))
    assert number <= 3.0, score
    print(f"# systemd-analyze security: {number}")
    nothing_left()


if __name__ == "__main__":
    main()
