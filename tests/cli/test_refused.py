# SPDX-License-Identifier: GPL-2.0-only
"""Configurations with something wrong in them, as files and as typed: what is
refused changes nothing, and what follows it changes nothing else."""
import errno
import os
import signal

import world as w
from world import ask, send, with_world

HASH = "00112233445566778899AABBCCDDEEFF"


def feed(world, text):
    """Lines on the standard input of vtymux, in the configuration mode."""
    return world.run(stdin=f"configure terminal\n{text}").stdout


def running(world):
    return world.run("show", "running-config").stdout


@with_world()
def test_keys_of_a_refused_user(world):
    world.start()
    said = feed(world, "ip ssh pubkey-chain\n username alice\n"
                "  username bob:1\n"
                f"   key-hash ssh-rsa {HASH}\n"
                "   key-string\n    ssh-rsa AAAA\n   exit\n"
                "  exit\n username carol\n"
                f"  key-hash ssh-rsa {HASH}\nend\n")
    assert "bob:1 cannot be a user name" in said, said
    assert said.count("its user was not accepted") == 2, said
    text = running(world)
    assert "alice" not in text and "username carol privilege" not in text
    assert f"\n username carol\n  key-hash ssh-rsa {HASH}\n" in text, text


@with_world()
def test_keys_of_a_refused_user_typed(world):
    world.start()
    shell = world.spawn()
    shell.expect(w.PROMPT)

    def typed(line):
        shell.send(line + "\r")
        shell.expect(w.PROMPT)
        return shell.before.decode()

    for line in ("configure terminal", "ip ssh pubkey-chain", "username alice",
                 "username bob:1"):
        typed(line)
    assert shell.match.group(1) == b"lab(conf-ssh-pubkey-user)#"
    assert "not accepted" in typed(f"key-hash ssh-rsa {HASH}")
    typed("end")
    assert "pubkey-chain" not in running(world)
    shell.close()


@with_world()
def test_settings_below_a_refused_block(world):
    world.start()
    for header in "LINE 9999", "interface Vlan1", "radius server two words":
        feed(world, f"line 1\n{header}\n speed 300\n exit\n"
             "ip domain-name example.org\nend\n")
        assert world.get(1, "speed") == "9600", header
        assert "ip domain-name example.org" in running(world), header
        feed(world, "no ip domain-name\nend\n")


@with_world()
def test_settings_below_a_refused_block_typed(world):
    world.start()
    shell = world.spawn()
    shell.expect(w.PROMPT)
    for line, mode in (("configure terminal", "config"),
                       ("line 1", "config-line"), ("bogus", "config-line"),
                       ("LINE 9999", "config"), ("speed 300", "config"),
                       ("end", None)):
        shell.send(line + "\r")
        shell.expect(w.PROMPT)
        prompt = f"lab({mode})#" if mode else "lab#"
        assert shell.match.group(1).decode() == prompt, line
    assert world.get(1, "speed") == "9600"
    shell.close()


@with_world()
def test_refused_text_is_no_command(world):
    world.start()
    said = feed(world, "line 1\n vacant-message #\nhostname pwned\n#\n"
                " location here\nend\n")
    assert "not implemented" in said, said
    assert "hostname lab\n" in running(world)
    assert " location here\n" in running(world)


@with_world()
def test_a_text_too_long_to_send(world):
    world.start()
    said = feed(world, "banner motd #\n" + ("x" * 70 + "\n") * 300 + "#\n"
                "ip domain-name example.org\nend\n")
    assert "a command of over 16 KB" in said, said
    assert "domain-name example.org" in running(world)
    assert "banner" not in running(world)


@with_world()
def test_part_of_a_file_is_not_before_the_next(world):
    world.start()
    s = world.connect()
    send(s, w.DATA, b"line 9999\n")
    assert ask(s, w.HELLO)[0] == 0
    assert ask(s, w.REPLACE)[0] == -errno.EINVAL
    for _ in range(w.UPLOAD_MAX // 16000 + 2):
        send(s, w.DATA, b"!" * 15999 + b"\n")
    code, error, _ = ask(s, w.REPLACE)
    assert (code, error) == (-errno.EFBIG, "% the file is too big")
    send(s, w.DATA, b"hostname next\n")
    code, error, text = ask(s, w.REPLACE)
    assert code == 0, (error, text)
    assert "hostname next\n" in running(world)


@with_world()
def test_a_file_too_big_to_replace(world):
    world.start()
    big, good = world.path("big"), world.path("good")
    with open(big, "w") as f:
        f.write("!\n" * w.UPLOAD_MAX)
    with open(good, "w") as f:
        f.write("hostname next\n")
    said = world.run(stdin=f"configure replace {big} force\n"
                     f"configure replace {good} force\n").stdout
    assert "File too large" in said and "Rollback Done" in said, said
    assert "hostname next\n" in running(world)


@with_world()
def test_a_part_of_the_configuration_is_not_saved(world):
    world.start()
    s = world.connect()
    startup = world.path("sysconf", "startup-config")
    for bad in "sys/vty3/speed", "sys/vty3/type":
        path = world.path(*bad.split("/"))
        os.rename(path, path + "+")
        os.mkdir(path)
        assert ask(s, w.RUNNING)[0] == -errno.EISDIR
        said = world.run("copy", "running-config", "startup-config").stdout
        assert "startup-config: Is a directory" in said, said
        with open(startup) as f:
            assert f.read() == "hostname lab\n"
        os.rmdir(path)
        os.rename(path + "+", path)
    assert ask(s, w.SAVE)[0] == 0


signal.signal(signal.SIGPIPE, signal.SIG_IGN)
w.main([f for n, f in sorted(globals().items()) if n.startswith("test_")])
