# SPDX-License-Identifier: GPL-2.0-only
"""The daemon's side: who may what, configurations as a whole, restarts."""
import errno
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "../aaa"))
import world as w
from servers import Radius
from world import (answer, ask, command, must, replace, running, send,
                   with_world)

NOBODY = 65534


def as_nobody(function):
    """Runs it in a child without privileges. Return: its result, JSON."""
    reader, writer = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            result = function()
        except BaseException as e:
            result = f"failed: {e!r}"
        os.write(writer, json.dumps(result).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as f:
        text = f.read()
    os.waitpid(pid, 0)
    return json.loads(text)


@with_world()
def test_unprivileged_may_only_look(world):
    world.start()

    def attempt():
        s = world.connect()
        kinds = (w.COMMAND, w.RUNNING, w.STARTUP, w.DIFF, w.SAVE, w.ERASE,
                 w.REPLACE, w.CLEAR, w.DISCONNECT, w.LOGGING, w.MONITOR,
                 w.CRYPTO, w.BIND, w.DEBUG, w.UNDEBUG, 99)
        refused = [ask(s, kind, b"\0hostname evil")[0] for kind in kinds]
        allowed = [ask(s, kind)[0] for kind in (w.HELLO, w.PUBLIC, w.SESSIONS,
                                                w.SSH)]
        return refused, allowed

    refused, allowed = as_nobody(attempt)
    assert set(refused) == {-errno.EPERM}, refused
    assert set(allowed) == {0}, allowed
    assert "hostname lab\n" in running(world.connect())


@with_world()
def test_public_part_has_no_secrets(world):
    world.start()
    s = world.connect()
    must(s, "username lab secret geheim")
    must(s, "enable secret geheim")
    must(s, "tacacs-server key geheim")
    must(s, "key geheim", "radius server one")
    _, _, text = ask(s, w.PUBLIC)
    for word in b"secret", b"key", b"$y$", b"lab privilege":
        assert word not in text, text
    assert b"hostname lab" in text
    assert b"geheim" not in running(s).encode()
    must(s, "enable secret level 1 geheim")
    ask(s, w.SAVE)
    for directory in "run", "sysconf":
        for name in os.listdir(world.path(directory)):
            path = world.path(directory, name)
            if os.path.isfile(path):
                with open(path, "rb") as f:
                    assert b"geheim" not in f.read(), path
    assert "geheim" not in world.logged()


def identity(privilege, user=b"lab", peer=b"192.0.2.7", session=5, line=9):
    return w.IDENTITY.pack(privilege, session, line, user, peer)


@with_world()
def test_bound_identity(world):
    world.start()
    s = world.connect()
    assert ask(s, w.BIND, identity(15))[0] == 0
    must(s, "hostname one")
    assert ("User:lab from 192.0.2.7 session 5 logged command:hostname one"
            in world.logged())
    assert ask(s, w.BIND, identity(15))[0] == -errno.EPERM
    low = world.connect()
    assert ask(low, w.BIND, identity(1))[0] == 0
    assert command(low, "hostname two")[0] == -errno.EPERM
    for bad in (identity(16), identity(15, user=b"x" * 65),
                identity(15, user=b""), identity(15)[:-4]):
        assert ask(world.connect(), w.BIND, bad)[0] < 0


@with_world()
def test_malformed_packets_end_the_connection(world):
    world.start()
    good = world.connect()
    for packet in (b"x", w.HEAD.pack(2, w.HELLO, 0, 0),
                   w.HEAD.pack(1, w.HELLO, 0, 1),
                   w.HEAD.pack(1, w.HELLO, 0, 0) + b"x" * 20000):
        s = world.connect()
        s.send(packet)
        try:
            assert s.recv(100) == b""
        except ConnectionResetError:
            pass
    assert ask(good, w.COMMAND, b"hostname x")[0] == -errno.EPROTO
    assert ask(good, w.COMMAND, b"\0hostname x\0y")[0] == -errno.EINVAL
    assert ask(good, w.HELLO)[0] == 0


@with_world()
def test_slow_readers_hold_nobody_up(world):
    world.start()
    slow = [world.connect() for _ in range(20)]
    for s in slow:
        s.setblocking(False)
        try:
            while True:
                send(s, w.RUNNING)
        except BlockingIOError:
            pass
    # They are dropped after 30 s; long before that others are served.
    begin = time.monotonic()
    s = world.connect()
    for i in range(20):
        must(s, f"hostname h{i}")
    assert time.monotonic() - begin < 25


@with_world()
def test_connections_of_a_user_are_limited(world):
    world.start()

    def attempt():
        alive = 0
        kept = []
        for _ in range(40):
            s = world.connect()
            kept.append(s)
            try:
                alive += ask(s, w.HELLO)[0] == 0
            except OSError:
                pass
            except EOFError:
                pass
        return alive

    assert as_nobody(attempt) == 16
    assert ask(world.connect(), w.HELLO)[0] == 0


@with_world()
def test_all_sessions_have_room_and_root_too(world):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    try:
        world.start()
        kept = []
        for session in range(1, 513):
            kept.append(world.connect())
            assert ask(kept[-1], w.BIND,
                       identity(1, session=session))[0] == 0, session
        one_more = world.connect()
        assert ask(one_more, w.BIND, identity(1, session=900))[0] == \
            -errno.EBUSY
        assert ask(one_more, w.HELLO)[0] == 0
        # The next connection of a session replaces its last.
        again = world.connect()
        assert ask(again, w.BIND, identity(1, session=7))[0] == 0
        assert kept[6].recv(100) == b""
        assert as_nobody(lambda: ask(world.connect(), w.HELLO)[0]) == 0
        r = world.run("show", "privilege")
        assert r.stdout == "Current privilege level is 15\n", r.stdout
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@with_world()
def test_enable_needs_the_secret(world):
    world.start()
    root = world.connect()
    must(root, "enable secret top")

    def attempt():
        s = world.connect()
        codes = [ask(s, w.ENABLE, secret, 15)[0]
                 for secret in (b"\0", b"wrong\0", b"top\0")]
        return codes, command(s, "hostname enabled")[0]

    codes, code = as_nobody(attempt)
    assert codes == [-errno.EAGAIN, -errno.EACCES, 0] and code == 0
    assert "hostname enabled\n" in running(root)
    assert "Privilege level set to 15 by uid65534" in world.logged()
    must(root, "no enable secret")
    assert as_nobody(lambda: ask(world.connect(), w.ENABLE, b"\0", 15)[0]) == \
        -errno.ENOKEY


def denials(world, secrets, level=15):
    s = world.connect()
    return [ask(s, w.ENABLE, secret, level)[:2] for secret in secrets]


@with_world()
def test_enable_asks_servers(world):
    """The list of enable: who said no, or nobody, is told in one way."""
    refusals = []
    server = Radius(lambda q: q.reply(2 if q.password() == "far" else 3)
                    if not refusals else [])
    world.start()
    root = world.connect()
    for text in ("aaa new-model", "enable secret near",
                 "radius-server retransmit 0", "radius-server timeout 5"):
        must(root, text)
    for text in (f"address ipv4 127.0.0.1 auth-port {server.port}",
                 "key testing123"):
        must(root, text, "radius server r")
    must(root, "aaa authentication enable default group radius enable")
    denied = (-errno.EACCES, "% Access denied")

    def one(secret):
        return tuple(as_nobody(lambda: denials(world, [secret])[0]))

    assert one(b"\0") == (-errno.EAGAIN, "Password: ")
    assert one(b"far\0") == (0, "")
    q = server.seen[-1]
    assert (q.get(1), q.number(6)) == (b"$enab15$", 6), q.attrs
    assert one(b"near\0") == denied        # a rejection is final
    refusals.append(True)
    assert one(b"near\0") == (0, "")       # silence is not
    assert one(b"far\0") == denied
    must(root, "no aaa authentication enable default")
    must(root, "aaa authentication enable default group radius")
    assert one(b"near\0") == denied
    must(root, "aaa authentication enable default group radius none")
    assert one(b"any\0") == (0, "")
    codes = as_nobody(lambda: denials(world, [b"x\0"] * 2, 14))
    assert codes == [[0, ""]] * 2, codes
    assert "AUTH_FAIL: Authentication to Privilege level 15 failed by " \
        "uid65534" in world.logged()
    assert " near" not in world.logged() and " far" not in world.logged()


@with_world()
def test_enable_is_refused_in_equal_time_and_not_for_ever(world):
    world.start()
    root = world.connect()
    must(root, "enable secret near")
    must(root, "enable secret level 3 near")

    def attempt():
        times = []
        s = world.connect()
        for level in (15, 3) * 5:
            begun = time.monotonic()
            code, text, _ = ask(s, w.ENABLE, b"wrong\0", level)
            times.append((code, text, time.monotonic() - begun))
        return times

    times = as_nobody(attempt)
    assert [t[:2] for t in times] == \
        [[-errno.EACCES, "% Access denied"]] * 9 + \
        [[-errno.EACCES, "% Bad secrets"]], times
    for _, _, t in times[:9]:
        assert t >= 1, times
    took = sorted(t for _, _, t in times[:9])
    assert took[8] - took[0] < 0.5, took


@with_world()
def test_who_hangs_up_has_no_more_secrets_to_try(world):
    """Only a success is told at once: who hears nothing soon could go on with
    another connection. His secrets have to wait for each other all the same."""
    world.start()
    root = world.connect()
    must(root, "enable secret near")

    def attempt():
        end, sent = time.monotonic() + 4, 0
        while time.monotonic() < end:
            s = world.connect()
            send(s, w.ENABLE, b"wrong\0", 15)
            sent += 1
            s.settimeout(0.1)
            try:
                s.recv(1000)
            except OSError:
                pass
            s.close()
        return sent

    def failures():
        return world.logged().count("level 15 failed by uid65534 ")

    sent = as_nobody(attempt)
    assert sent >= 20, sent
    assert 2 <= failures() <= 5, (sent, failures())

    def all_at_once():
        """What is not answered yet is neither lost nor refused for that."""
        clients = [world.connect() for _ in range(3)]
        begun = time.monotonic()
        for s in clients:
            send(s, w.ENABLE, b"near\0", 15)
        codes = [answer(s)[0] for s in clients]
        hasty = world.connect()
        send(hasty, w.ENABLE, b"wrong\0", 15)
        hasty.close()
        return codes, time.monotonic() - begun

    before = failures()
    codes, took = as_nobody(all_at_once)
    assert codes == [0, 0, 0] and took < 5, (codes, took)
    world.wait(lambda: failures() == before + 1, "the log of a hasty client")
    print(f"# {sent} connections in 4 s: {before} secrets were tried")


@with_world()
def test_a_level_is_that_of_its_secret(world):
    """Requests that come while a secret is checked wait, whatever they ask."""
    world.start()
    root = world.connect()
    must(root, "enable secret near")
    must(root, "enable secret level 5 five")

    def attempt():
        s = world.connect()
        send(s, w.ENABLE, b"five\0", 5)
        send(s, w.ENABLE, b"\0", 15)
        send(s, w.ENABLE, b"wrong\0", 15)
        return [answer(s)[0] for _ in range(3)], command(s, "hostname up")[0]

    codes, changed = as_nobody(attempt)
    assert codes == [0, -errno.EAGAIN, -errno.EACCES], codes
    assert changed < 0 and "hostname up\n" not in running(root)


@with_world()
def test_wrong_secrets_are_counted_beyond_a_connection(world):
    world.start()
    must(world.connect(), "enable secret near")

    def attempt():
        return [ask(world.connect(), w.ENABLE, secret, 15)[:2]
                for secret in [b"wrong\0"] * 9 + [b"near\0"]]

    answers = as_nobody(attempt)
    assert answers == [[-errno.EACCES, "% Access denied"]] * 9 + \
        [[-errno.EACCES, "% Bad secrets"]], answers
    # Others are not his.
    s = world.connect()
    assert ask(s, w.BIND, identity(1))[0] == 0
    assert ask(s, w.ENABLE, b"near\0", 15)[0] == 0


@with_world()
def test_monitor_gets_the_log(world):
    world.start()
    listener, s = world.connect(), world.connect()
    assert ask(listener, w.MONITOR, number=1)[0] == 0
    must(s, "hostname heard")
    while True:
        packet = listener.recv(65536)
        if b"hostname heard" in packet:
            break
    assert w.HEAD.unpack_from(packet)[1] == w.LOG
    assert ask(listener, w.MONITOR, number=0)[0] == 0


TARGET = """hostname other
username lab privilege 15
banner motd #
hello
#
line 1 3
 transport input ssh
 speed 115200
line 4
 name four
 binding device ttyS7
line vty 0 1
 no exec
"""


@with_world()
def test_replace_is_idempotent(world):
    world.start()
    s = world.connect()
    must(s, "location here", "line 2")
    must(s, "flowcontrol hardware", "line 2")
    assert replace(s, TARGET)[0] == 0
    first = running(s)
    assert world.get(1, "speed") == "115200"
    assert world.get(2, "flowcontrol") == "none" and "here" not in first
    assert world.get(4, "name") == "four" and world.get(9, "exec") == "0"
    assert replace(s, TARGET)[0] == 0
    assert running(s) == first
    assert replace(s, first)[0] == 0
    assert running(s) == first


@with_world()
def test_replace_keeps_hashes_of_the_same_secret(world):
    world.start()
    s = world.connect()
    text = "username lab privilege 15 secret geheim\nenable secret geheim\n"
    assert replace(s, text)[0] == 0
    first = running(s)
    assert replace(s, text)[0] == 0
    assert running(s) == first and first.count("$y$") == 2
    assert replace(s, text.replace("geheim", "other"))[0] == 0
    assert running(s) != first


@with_world()
def test_replace_with_a_wrong_line_changes_nothing(world):
    world.start()
    s = world.connect()
    before = running(s)
    code, error, text = replace(s, TARGET + "nonsense\nline 99\n")
    assert code == -errno.EINVAL and "2 lines are wrong" in error, error
    assert b"line 14: % Invalid input" in text, text
    assert b"line 15: % line 99: no such line" in text, text
    assert running(s) == before and world.get(1, "speed") == "9600"


@with_world()
def test_replace_takes_back_what_was_done(world):
    world.start()
    s = world.connect()
    must(s, "name one", "line 1")
    must(s, "name two", "line 2")
    before = running(s)
    # A value that reads but cannot be written, of a late attribute.
    os.unlink(world.path("sys", "vty3", "speed"))
    os.symlink("/proc/sys/kernel/ostype", world.path("sys", "vty3", "speed"))
    before = running(s)
    code, error, _ = replace(s, TARGET + "line 1\n name two\nline 2\n"
                             " name one\n")
    assert code < 0 and "line 3 does not take speed" in error, error
    assert running(s) == before
    assert world.get(1, "name") == "one" and world.get(2, "name") == "two"
    assert world.get(9, "exec") == "1"


@with_world()
def test_names_can_be_swapped(world):
    world.start()
    s = world.connect()
    assert replace(s, "line 1\n name a\nline 2\n name b\n")[0] == 0
    assert replace(s, "line 1\n name b\nline 2\n name a\n")[0] == 0
    assert (world.get(1, "name"), world.get(2, "name")) == ("b", "a")


@with_world()
def test_sysfs_and_commands_are_the_same(world):
    world.start()
    s = world.connect()
    world.set(1, "speed", "19200")
    world.set(2, "rotary", "3 9")
    assert " speed 19200\n" in running(s)
    assert " rotary 3\n rotary 9\n" in running(s)
    must(s, "no rotary 3", "line 2")
    assert world.get(2, "rotary") == "9"


@with_world()
def test_restart_keeps_the_configuration(world):
    world.start()
    s = world.connect()
    assert replace(s, TARGET)[0] == 0
    must(s, "exec-timeout 0 0", "line con 0")
    must(s, "location at the end", "line 12")
    must(s, "key geheim", "tacacs server t")
    before = running(s)
    world.stop()
    world.set(5, "speed", "300")
    world.start()
    after = running(world.connect())
    assert after.replace("line 5\n no exec\n speed 300\n", "") != after
    world.set(5, "speed", "9600")
    assert running(world.connect()) == before
    world.stop(kill=True)
    world.start()
    assert running(world.connect()) == before


@with_world()
def test_start_applies_what_it_can_and_says_what_not(world):
    with open(world.path("sysconf", "startup-config"), "w") as f:
        f.write("hostname boot\nnonsense\nline 1\n speed 1200\n speed x\n"
                "line 50\n speed 1\nline 2\n speed 2400\n")
    world.start()
    text = running(world.connect())
    assert "hostname boot\n" in text and world.get(2, "speed") == "2400"
    assert world.get(1, "speed") == "1200"
    log = world.logged()
    for number in 2, 5, 6, 7:
        assert f"startup-config line {number}: " in log, number
    # Once a boot only.
    world.set(1, "speed", "300")
    world.stop()
    world.start()
    assert world.get(1, "speed") == "300"


@with_world()
def test_saved_configuration_is_that_of_the_next_boot(world):
    world.start()
    s = world.connect()
    assert replace(s, TARGET)[0] == 0
    before = running(s)
    assert ask(s, w.SAVE)[0] == 0
    path = world.path("sysconf", "startup-config")
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert ask(s, w.DIFF)[2] == (b"!Contextual Config Diffs:\n"
                                 b"!No changes were found\n")
    must(s, "speed 50", "line 8")
    must(s, "hostname later")
    assert ask(s, w.DIFF)[2].decode().splitlines()[1:] == [
        "-hostname other", "+hostname later", "line 8", " +speed 50"]
    world.stop()
    os.unlink(world.path("run", "startup-applied"))
    for n in range(1, 9):
        world.set(n, "speed", "9600")
        world.set(n, "transport_input", "none")
    world.start()
    assert running(world.connect()) == before


@with_world()
def test_one_shot_and_scripts(world):
    world.start()
    r = world.run("show", "privilege")
    assert (r.returncode, r.stdout) == (0, "Current privilege level is 15\n")
    r = world.run("-j", "show", "privilege")
    assert json.loads(r.stdout) == {"privilege": 15}
    r = world.run("show", "foo")
    assert r.returncode == 1 and "Invalid input" in r.stdout
    r = world.run(stdin="configure terminal\nline 1\nspeed 300\nend\n")
    assert r.returncode == 0 and world.get(1, "speed") == "300"
    r = world.run(stdin="configure terminal\nbanner motd #\none\ntwo\n#\n"
                  "nonsense\nend\nshow running-config | begin banner\n")
    assert r.returncode == 1 and "banner motd ^C\none\ntwo\n^C" in r.stdout


@with_world()
def test_every_show_has_json(world):
    world.start()
    for what in ("archive config differences", "clock", "configuration",
                 "crypto key mypubkey all", "debugging",
                 "history", "ip ssh", "line", "line 1", "line 0",
                 "line summary", "logging", "privilege", "running-config",
                 "running-config line 1", "sessions", "ssh", "startup-config",
                 "tech-support", "terminal", "users", "version"):
        r = world.run("show", *what.split(), "--json")
        assert r.returncode == 0, (what, r.stdout)
        json.loads(r.stdout)


@with_world()
def test_without_the_daemon(world):
    r = world.run("show", "line", "1")
    assert r.returncode == 0 and "Baud rate (TX/RX) is 9600/9600" in r.stdout
    for what in (["show", "running-config"], ["configure", "terminal"],
                 ["clear", "line", "1"], ["write", "memory"]):
        r = world.run(*what)
        assert r.returncode == 1 and "vtymuxd" in r.stdout, r.stdout


@with_world()
def test_host_keys(world):
    world.start()
    s = world.connect()
    key = world.path("sysconf", "ssh_host_ecdsa_key")
    code, _, text = ask(s, w.CRYPTO, b"key generate ec\0")
    assert code == -errno.ECANCELED and b"domain-name first" in text, text
    must(s, "ip domain-name example.org")
    code, _, text = ask(s, w.CRYPTO, b"key generate ec\0")
    assert code == 0 and b"keys will be: lab.example.org" in text, text
    with open(key, "rb") as f:
        first = f.read()
    r = world.run("show", "ip", "ssh")
    assert r.stdout.startswith("SSH Enabled - version 2.0\n"), r.stdout
    assert ("IOS Keys in SECSH format(ecdsa-sha2-nistp256, base64 encoded): "
            "lab.example.org\n") in r.stdout, r.stdout
    with open(key + ".pub") as f:
        public = f.read().split()[1]
    r = world.run("show", "crypto", "key", "mypubkey", "ec", "--json")
    assert json.loads(r.stdout)[0]["data"] == public
    code, _, text = ask(s, w.CRYPTO, b"key generate ec\0")
    assert code == -errno.EEXIST and b"already have" in text, text
    assert ask(s, w.CRYPTO, b"key generate ec\0", 1)[0] == 0
    with open(key, "rb") as f:
        assert f.read() != first
    assert ask(s, w.CRYPTO, b"key nonsense\0")[0] == -errno.ECANCELED
    assert ask(s, w.CRYPTO, b"key zeroize\0")[0] == 0
    assert not os.path.exists(key)


@with_world()
def test_key_making_goes_with_its_client(world):
    world.start()
    must(world.connect(), "ip domain-name example.org")
    s = world.connect()
    send(s, w.CRYPTO, b"key generate rsa modulus 4096\0")
    s.close()
    must(world.connect(), "hostname alive")


@with_world()
def test_inherited_descriptor(world):
    world.start()
    s = world.connect()
    assert ask(s, w.BIND, identity(15))[0] == 0
    r = subprocess.run(
        ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}",
         "--clear-groups", os.path.join(w.BUILD, "test", "vtymux"), "show",
         "running-config"], pass_fds=[s.fileno()], text=True, timeout=60,
        env=dict(world.environ, VTYMUX_CONTROL_FD=str(s.fileno())),
        stdout=subprocess.PIPE)
    assert r.returncode == 0 and "hostname lab\n" in r.stdout, r.stdout
    r = world.run("show", "privilege", user=NOBODY)
    assert r.stdout == "Current privilege level is 1\n"


@with_world()
def test_shell_of_a_session(world):
    world.start()
    root = world.connect()
    must(root, "banner motd #\nWelcome.\n#")
    must(root, "banner exec ^CBehave.^C")
    must(root, "length 7", "line 9")
    must(root, "history size 2", "line 9")
    s = world.connect()
    s.settimeout(None)
    assert ask(s, w.BIND, identity(1))[0] == 0
    master, slave = os.openpty()
    shell = subprocess.Popen(
        [os.path.join(w.BUILD, "test", "vtymux")], stdin=slave, stdout=slave,
        stderr=slave, pass_fds=[s.fileno()], start_new_session=True,
        env=dict(world.environ, VTYMUX_CONTROL_FD=str(s.fileno())))
    os.close(slave)
    seen = b""

    def until(text):
        nonlocal seen
        while text not in seen:
            seen += os.read(master, 4096)

    until(b"Welcome.\r\nBehave.\r\nlab>")
    os.write(master, b"show terminal | include Length\r")
    until(b"Length: 7 lines")
    for word in b"clock", b"privilege":
        os.write(master, b"show %s\r" % word)
    until(b"level is 1\r\n")
    os.write(master, b"show history\r")
    until(b"  show privilege\r\n  show history\r\nlab>")
    assert b"  show clock" not in seen, seen
    os.write(master, b"exit\r")
    assert shell.wait(20) == 0
    os.close(master)


signal.signal(signal.SIGPIPE, signal.SIG_IGN)
w.main([f for n, f in sorted(globals().items()) if n.startswith("test_")])
