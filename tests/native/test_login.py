#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Logging in: methods, names, what PAM is told, time, attempts."""
import os
import re
import signal
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from world import BUILD, World, run, wait_for

DENIED = "Permission denied"
SLACK = 0.4     # s on a busy machine


def denied(result):
    status, out, err = result
    # ssh cuts its message at 1 KiB, so a long name leaves no room for it.
    said = DENIED in err or len(err) > 1000
    assert status == 255 and said and not out, result


def logged_in(result, text="% Invalid line", before=""):
    """The client got in, and then was refused with a text."""
    status, out, err = result
    assert (status, out) == (1, b""), result
    assert err == before + text + "\r\n", result


def test_password():
    with World() as w:
        logged_in(w.ssh("good:99"))


def test_wrong_password():
    with World() as w:
        denied(w.ssh("good:99", password="wrong"))
        denied(w.ssh("good:99", password=""))


def test_password_after_a_wrong_one():
    with World() as w:
        ask = os.path.join(w.directory, "second")
        with open(w.askpass, "w") as f:
            f.write(f'#!/bin/sh\n[ -e {ask} ] && echo secret && exit\n'
                    f'echo wrong; touch {ask}\n')
        logged_in(w.ssh("good:99", prompts=2),
                  before="Permission denied, please try again.\r\n")


def test_keyboard_interactive():
    with World() as w:
        logged_in(w.ssh("good:99", methods="keyboard-interactive"))
        denied(w.ssh("good:99", methods="keyboard-interactive",
                     password="wrong"))


def test_two_prompts_in_a_round():
    with World() as w:
        c = w.client("two:99", methods="keyboard-interactive")
        status, out, err = c.finish()
        assert status == 1 and err.endswith("% Invalid line\r\n"), err
        assert "Two factors[31m" in err and "\033" not in err, err
        assert [p.split(") ")[-1] for p in c.prompts()] == \
            ["Password: ", "Token: "], c.prompts()
        denied(w.ssh("two:99", methods="keyboard-interactive", token="41"))
        denied(w.ssh("two:99"))     # the password method has one answer


def test_two_rounds():
    with World() as w:
        logged_in(w.ssh("three:99", methods="keyboard-interactive"))
        denied(w.ssh("three:99", methods="keyboard-interactive", token="41"))


def test_text_after_login():
    with World() as w:
        status, _, err = w.ssh("talk:99", methods="keyboard-interactive")
        assert status == 1, err
        assert "Your password will expire in 3 days." in err, err
        logged_in(w.ssh("talk:99"))


def test_control_characters_stay_here():
    with World() as w:
        c = w.client("escape:99", methods="keyboard-interactive")
        logged_in(c.finish())
        assert c.prompts()[0].endswith("Pass]0;xword: "), c.prompts()


def test_modules_cannot_ask_without_end():
    with World() as w:
        c = w.client("endless:99", methods="keyboard-interactive")
        denied(c.finish())
        assert len(c.prompts()) == 16, c.prompts()
        denied(w.ssh("many:99", methods="keyboard-interactive"))


def test_account_stage_is_asked():
    with World() as w:
        denied(w.ssh("expired:99"))
        assert w.pam_calls()[-1].startswith("account expired "), w.pam_calls()
        assert "expired" in w.session().log()


def test_root_is_refused():
    with World() as w:
        denied(w.ssh("root:99"))
        assert "uid 0 is refused" in w.session().log()


def test_renamed_user_is_refused():
    with World() as w:
        denied(w.ssh("rename:99"))


def test_missing_service_denies():
    with World() as w:
        os.unlink(f"{w.directory}/run/pam.d/login-default")
        denied(w.ssh("good:99"))
        assert "no PAM service" in w.session().log()


def test_what_pam_is_told():
    with World() as w:
        w.lines[2].set("name", "router")
        w.lines[3].set("rotary", "5")
        for user in ("good:1", "good:router", "good:rotary5", "good:99", "good"):
            w.ssh(user, "true")
        assert w.pam_calls()[::2] == [
            "auth good vty1 127.0.0.1 login-default",
            "auth good vty2 127.0.0.1 login-default",
            "auth good ssh 127.0.0.1 login-default",
            "auth good ssh 127.0.0.1 login-default",
            "auth good vty5 127.0.0.1 login-default"], w.pam_calls()


def test_ipv6():
    with World() as w:
        logged_in(w.ssh("good:99", host="::1"))
        assert w.pam_calls()[0] == "auth good ssh ::1 login-default"
        assert "from ::1 " in w.session().log()


def test_undefined_list_is_default_with_a_warning():
    with World() as w:
        w.lines[1].set("login_authentication", "ADMINS")
        logged_in(w.ssh("good:1", "true"), "% Line 1: commands are not possible")
        assert w.pam_calls()[0].endswith(" undefined")
        assert "login list ADMINS is not defined" in w.session().log()
        w.ssh("good:2", "true")
        assert "not defined" not in w.session().log()


def test_every_host_key_signs():
    with World() as w:
        for algorithm in ("ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-256"):
            logged_in(w.ssh("good:99", options=[
                f"HostKeyAlgorithms={algorithm}"]))


NAMES = {   # what the right password leads to; None: no login
    ":1": None, ":": None, ".x:1": None, "la=b:1": None, "go/od:1": None,
    "l\u00e4b:1": None, "%s:1": None, "@good:1": None, "g" * 65: None, "good:" + "x" * 96: None, "good:1" + "0" * 4090: None,
    "good:": "% Invalid line", "good:0": "% Invalid line",
    "good:-1": "% Invalid line", "good:1:2": "% Invalid line",
    "good:99999999999": "% Invalid line", "good:rotary": "% Invalid line",
    "good:rotary7": "% Invalid line", "good:nosuch": "% Invalid line",
    "good:01": "% Invalid line", "good:Rotary1": "% Invalid line",
    "good:watchdog": "% Invalid line",
    "good:steal1": "% Line 1: not authorized",
    "nobody-at-all:1": None, "nobody-at-all:99": None,
}


def test_names():
    with World() as w, ThreadPoolExecutor(4) as pool:
        results = pool.map(w.ssh, NAMES)
        for (name, text), result in zip(NAMES.items(), results):
            if text is None:
                denied(result)
            else:
                logged_in(result, text)
        assert all(l.claims == 0 for n, l in w.lines.all.items()
                   if n < w.lines.first_virtual)
        malformed = sum("malformed" in session.log() for session in w.sessions)
        assert malformed == list(NAMES.values()).count(None) - 2, malformed


def test_failures_look_the_same():
    """Text, and time from the password to the answer: two seconds each."""
    names = ["good:1", "good:99", "good", "unknown:1", "unknown", ":1",
             ".x:1", "root:1", "expired:1", "good:1" + "0" * 600, "%s"]
    texts, times = set(), {}
    with World() as w:
        # One after the other: these are about time.
        for name in names:
            wrong = "secret" if name in ("root:1", "expired:1") else "wrong"
            c = w.client(name, password=wrong)
            status, _, err = c.finish()
            texts.add((status, err.replace(name, "NAME")))
            times[name[:20]] = c.ended_after()
        assert all("failed: " in session.log() for session in w.sessions)
    assert len(texts) == 1, texts
    for name, t in times.items():
        assert 1.99 <= t <= 2 + SLACK, times
    sys.stdout.write("".join(f"# {n:20} {t:.3f} s\n" for n, t in times.items()))


def test_time_counts_from_the_last_answer():
    """A slow typist learns nothing from when his answer was checked."""
    with World() as w:
        with open(w.askpass, "w") as f:
            f.write('#!/bin/sh\nsleep 1.9; date +%s.%N >>"$ASKED"; echo no\n')
        c = w.client("good:1", methods="keyboard-interactive")
        denied(c.finish())
        assert 1.99 <= c.ended_after() <= 2 + SLACK, c.ended_after()


def test_failed_login_leaves_the_line_alone():
    with World() as w:
        w.lines[1].set("rotary", "1")
        before = {a: w.lines[1].get(a) for a in ("state", "owner")}
        for user in ("good:1", "unknown:1", "good:rotary1"):
            denied(w.ssh(user, password="wrong"))
        assert w.lines[1].claims == 0 and w.lines[1].opens == 0
        assert before == {a: w.lines[1].get(a) for a in before}


def attempts(retries, method):
    with World(retries=retries) as w:
        c = w.client("good:1", password="wrong", prompts=10, methods=method)
        status, _, err = c.finish(60)
        assert status == 255 and "Too many authentication failures" in err, err
        session = w.session()
        wait_for(lambda: session.process.poll() is not None, what="end")
        assert session.log().count("failed: ") == retries + 1, session.log()
        return len(c.asked_at())


def test_attempts_are_retries_and_one():
    with ThreadPoolExecutor(6) as pool:
        for method in ("password", "keyboard-interactive"):
            asked = list(pool.map(attempts, range(6), [method] * 6))
            assert asked == [1, 2, 3, 4, 5, 6], (method, asked)


def test_login_times_out():
    with World(timeout=2) as w:
        with socket.create_connection(("127.0.0.1", w.port)) as s:
            s.settimeout(10)
            begun = time.monotonic()
            while s.recv(4096):
                pass
            assert 1.9 <= time.monotonic() - begun <= 4, "closed too late"
        process = w.session().process
        wait_for(lambda: process.poll() is not None, 3, "end of the monitor")


def test_blocked_session_process_is_ended():
    with World(timeout=2) as w:
        with socket.create_connection(("127.0.0.1", w.port)) as s:
            assert s.recv(4) == b"SSH-"
            session = w.session()
            child = session.child()
            os.kill(child, signal.SIGSTOP)
            begun = time.monotonic()
            wait_for(lambda: session.process.poll() is not None, 6, "end")
            assert time.monotonic() - begun <= 4
            assert not os.path.exists(f"/proc/{child}")
            assert "login timed out" in session.log()


def test_client_that_stops_at_the_prompt():
    with World(timeout=3) as w:
        with open(w.askpass, "w") as f:
            f.write("#!/bin/sh\nexec sleep 20\n")
        c = w.client("good:1", methods="keyboard-interactive")
        session = w.session()
        wait_for(lambda: session.process.poll() is not None, 8, "end")
        assert session.process.returncode == 0
        os.killpg(c.process.pid, signal.SIGKILL)


def status_of(pid):
    with open(f"/proc/{pid}/status") as f:
        return dict(re.findall(r"^(\w+):[ \t]*(.*)$", f.read(), re.M))


def test_privileges():
    """The parser of network bytes has none, the monitor has three."""
    with World() as w:
        c = w.attach("good:1", 1)
        monitor, child = w.session().process.pid, w.session().child()
        s = status_of(child)
        assert s["NoNewPrivs"] == "1" and s["Seccomp"] == "2", s
        for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            assert int(s[name], 16) == 0, (name, s)
        m = status_of(monitor)
        if os.geteuid() == 0:
            assert "0" not in s["Uid"].split() + s["Gid"].split(), s
            assert s["Groups"].strip() == "" and int(s["CapBnd"], 16) == 0, s
            assert os.readlink(f"/proc/{child}/root") == f"{w.directory}/empty"
            # CAP_KILL 5, CAP_SYS_TTY_CONFIG 26, CAP_AUDIT_WRITE 29
            want = 1 << 5 | 1 << 26 | 1 << 29
            for name in ("CapPrm", "CapEff", "CapBnd"):
                assert int(m[name], 16) == want, (name, m)
            assert m["Groups"].strip() == "", m
            held = {os.readlink(f"/proc/{monitor}/fd/{f}").split(":")[0]
                    for f in os.listdir(f"/proc/{monitor}/fd")}
            assert not any("pts" in h or "ptmx" in h for h in held), held
        c.process.kill()


def test_installed_monitor_ignores_the_environment():
    with open(f"{BUILD}/vtymux-monitor", "rb") as f:
        installed = f.read()
    with open(f"{BUILD}/test/vtymux-monitor", "rb") as f:
        test_build = f.read()
    for name in (b"VTYMUX_SYSFS", b"VTYMUX_DEV", b"VTYMUX_RUNDIR",
                 b"VTYMUX_SYSCONFDIR", b"VTYMUX_LIBEXECDIR"):
        assert name in test_build and name not in installed, name


if __name__ == "__main__":
    run("login", [v for k, v in list(globals().items())
                  if k.startswith("test_")])
