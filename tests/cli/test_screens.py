# SPDX-License-Identifier: GPL-2.0-only
"""What commands show of what is so, beyond what stands in transcripts."""
import json
import os
import re
import socket
import subprocess
import time

import world as w
from world import must, replace, with_world

COMPLETION = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                          "../../agent/cli/completion/vtymux")
ROW = re.compile(r"^[* ] +\d+ +(\d+) (?:TTY|VTY).*?- +- +- +- +"
                 r"(\d+) +(\d+) +(\d+)/(\d+) +-$", re.M)


@with_world()
def test_counters_are_in_their_columns(world):
    world.set(3, "statistics/opens", "12")
    world.set(3, "statistics/noise", "345")
    world.set(3, "statistics/hw_overruns", "67")
    world.set(3, "statistics/overruns", "89")
    world.set(4, "statistics/opens", "1234567")
    world.set(4, "statistics/overruns", "7654321")
    text = world.run("show", "line").stdout
    rows = {int(r[0]): r[1:] for r in ROW.findall(text)}
    assert rows[2] == ("0", "0", "0", "0"), text
    assert rows[3] == ("12", "345", "67", "89"), text
    assert rows[4] == ("1234567", "0", "0", "7654321"), text
    # Byte for byte: hardware left of the bar, software right of it.
    assert ("     3    3 TTY   9600/9600  -    -      -    -    -    12    345"
            "   67/89     -\n") in text, text
    counts = json.loads(world.run("show", "line", "3", "--json").stdout)
    assert counts["statistics"]["opens"] == 12
    assert counts["statistics"]["hw_overruns"] == 67
    assert counts["statistics"]["overruns"] == 89


@with_world()
def test_texts_of_any_bytes_are_json(world):
    world.start()
    s = world.connect()
    for given, shown in (("Zürich", "Zürich"), ("日本 \U0001f5a5", None),
                         ('a "b" \\c', None), ("a\tb\x7f", "a\tb\x7f"),
                         ("c1 \u0085", "c1 \u0085")):
        must(s, f"location {given}", "line 1")
        r = world.run("show", "line", "1", "--json")
        assert json.loads(r.stdout)["location"] == (shown or given), r.stdout
        assert all(c.isprintable() or c == "\n" for c in r.stdout), r.stdout
        if given == "Zürich":
            assert '"Zürich"' in r.stdout, r.stdout
    assert not r.stdout.endswith("\n\n")


def complete(world, *words, user=None):
    """What bash offers for the last word."""
    directory = world.path("bin")
    os.makedirs(directory, exist_ok=True)
    if not os.path.lexists(directory + "/vtymux"):
        os.symlink(os.path.join(w.BUILD, "test", "vtymux"),
                   directory + "/vtymux")
    prefix = ["setpriv", f"--reuid={user}", f"--regid={user}",
              "--clear-groups"] if user else []
    script = (f'. {COMPLETION}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
              '_vtymux; [ ${#COMPREPLY[@]} = 0 ] || '
              'printf "%s\\n" "${COMPREPLY[@]}"; complete -p vtymux')
    r = subprocess.run(
        [*prefix, "bash", "-c", script, "bash", "vtymux", *words],
        env=dict(world.environ, PATH=directory + ":" + os.environ["PATH"]),
        text=True, capture_output=True, timeout=60, check=True)
    *found, how = r.stdout.splitlines()
    assert how == "complete -F _vtymux vtymux", how
    return found


@with_world()
def test_bash_completes_what_its_user_may_type(world):
    world.start()
    assert complete(world, "show", "li") == ["line"]
    assert complete(world, "show", "line", "") == ["summary"]
    assert complete(world, "-j", "show", "pri") == ["privilege"]
    assert complete(world, "cry") == ["crypto"]
    assert complete(world, "crypto", "key", "") == ["generate", "zeroize"]
    assert complete(world, "crypto", "key", "generate", "r") == ["rsa"]
    assert complete(world, "nonsense", "") == []
    everything = complete(world, "")
    assert {"configure", "clear", "crypto", "write"} < set(everything)
    assert not {"no", "default"} & set(everything), everything
    few = complete(world, "", user=65534)
    assert {"show", "enable", "terminal"} < set(few)
    assert not {"configure", "clear", "crypto", "write"} & set(few), few
    assert complete(world, "show", "run", user=65534) == []
    assert complete(world, "show", "run") == ["running-config"]


@with_world()
def test_keys_are_shown_with_their_sizes(world):
    world.start()
    s = world.connect()
    must(s, "ip domain-name example.org")
    # Of half as many bits each, and whole bytes, are its primes.
    code, error, text = w.ask(s, w.CRYPTO, b"key generate rsa modulus 1032\0")
    assert code < 0 and b"a multiple of 16 bits" in text, (error, text)
    for command in ("key generate rsa modulus 1040",
                    "key generate ec keysize 384", "key generate ed25519"):
        code, error, text = w.ask(s, w.CRYPTO, command.encode() + b"\0")
        assert code == 0, (error, text)
    text = world.run("show", "ip", "ssh").stdout
    assert text.splitlines()[1:3] == [
        "Authentication methods:publickey,keyboard-interactive,password",
        "Authentication Publickey Algorithms:ssh-ed25519,ecdsa-sha2-nistp256,"
        "ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-256,rsa-sha2-512"]
    for kind, size in (("ssh-rsa", "Modulus Size : 1040 bits"),
                       ("ecdsa-sha2-nistp384", "Key Size : 384 bits"),
                       ("ssh-ed25519", "Key Size : 256 bits")):
        assert (f"IOS Keys in SECSH format({kind}, base64 encoded): "
                f"lab.example.org\n{size}\n{kind} AAAA") in text, text
    assert world.run("show", "ssh").stdout == (
        "%No SSHv2 server connections running.\n"
        "%No SSHv1 server connections running.\n")


@with_world()
def test_a_replacement_is_told_command_by_command(world):
    world.start()
    s = world.connect()
    must(s, "location here", "line 2")
    assert replace(s, "hostname other\nusername u secret geheim\n"
                   "line 1\n speed 300\n")[0] == 0
    changes = re.findall(r"logged command:(configure replace.*)",
                         world.logged())
    hidden = [c for c in changes if "username" in c]
    assert hidden == ["configure replace: +username u privilege 1 secret 5 "
                      "<removed>"], changes
    assert [c for c in changes if c not in hidden] == [
        "configure replace: -hostname lab",
        "configure replace: line 2; -location here",
        "configure replace: +hostname other",
        "configure replace: line 1; +speed 300",
        "configure replace (5 lines differ)"], changes
    assert "$y$" not in world.logged()
    assert replace(s, world.run("show", "running-config").stdout)[0] == 0
    assert world.logged().rstrip().endswith("configure replace (0 lines "
                                            "differ)")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@with_world(ttys=40)
def test_the_configuration_is_there_before_ssh(world):
    """Whoever gets in finds all of it, access lists and users too."""
    port = free_port()
    subprocess.run([world.path("libexec", "dropbearkey"), "-t", "ed25519",
                    "-f", world.path("sysconf", "ssh_host_ed25519_key")],
                   check=True, capture_output=True)
    with open(world.path("sysconf", "startup-config"), "w") as f:
        f.write(f"hostname boot\nip ssh listen 127.0.0.1 port {port}\n")
        f.writelines(f"username u{i} privilege {i % 16}\n"
                     for i in range(250))
        f.writelines(f"line {n}\n location {n}\n speed {n * 100}\n"
                     for n in range(1, 41))
    daemon = subprocess.Popen([os.path.join(w.BUILD, "test", "vtymuxd")],
                              env=world.environ, stderr=world.log,
                              stdin=subprocess.DEVNULL)
    world.daemon = daemon
    end = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except ConnectionRefusedError:
            assert daemon.poll() is None and time.monotonic() < end
    assert [world.get(n, "speed") for n in range(1, 41)] == \
        [str(n * 100) for n in range(1, 41)]
    world.wait(world.answers, "the control socket")
    text = world.run("show", "running-config").stdout
    assert "username u249 privilege 9\n" in text
    assert "line 40\n location 40\n" in text, text[-300:]


w.main([f for n, f in sorted(globals().items()) if n.startswith("test_")])
