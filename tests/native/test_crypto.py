#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""crypto key generate and zeroize: what they say and what is there then."""
import os
import re
import shutil
import stat
import subprocess
import tempfile

from world import BUILD, run

CONFIG = "hostname sw_1\nip domain-name lab_net.example\n"


class Place:
    """A configuration directory and vtymux-crypto."""

    def __init__(self, config=CONFIG):
        self.directory = tempfile.mkdtemp(prefix="vtymux-crypto-")
        self.etc = f"{self.directory}/etc"
        os.mkdir(self.etc)
        path = f"{self.etc}/startup-config"
        with open(path, "w") as f:
            f.write(config)
        os.chmod(path, 0o600)
        self.environment = dict(
            os.environ, VTYMUX_RUNDIR=f"{self.directory}/none",
            VTYMUX_SYSCONFDIR=self.etc, VTYMUX_LIBEXECDIR=BUILD)

    def __call__(self, *words):
        p = subprocess.run([f"{BUILD}/test/vtymux-crypto", *words], text=True,
                           env=self.environment, capture_output=True,
                           timeout=120, check=False)
        return p.returncode, p.stdout, p.stderr

    def public(self, kind):
        with open(f"{self.etc}/ssh_host_{kind}_key.pub") as f:
            return f.read()

    def names(self):
        return sorted(os.listdir(self.etc))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.directory)


def bits(text):
    """What ssh-keygen makes of a public key."""
    out = subprocess.run(["ssh-keygen", "-l", "-f", "-"], input=text, text=True,
                         capture_output=True, check=True).stdout
    return out.split()[0], out.split()[2], out.split()[3]


def test_rsa():
    with Place() as p:
        status, out, err = p("key", "gen", "rsa", "general-keys", "modulus", "1024")
        assert (status, err) == (0, ""), err
        assert re.fullmatch(
            "The name for the keys will be: sw_1.lab_net.example\n\n"
            "% The key modulus size is 1024 bits\n"
            "% Generating 1024 bit RSA keys, keys will be non-exportable...\n"
            r"\[OK\] \(elapsed time was \d+ seconds\)\n", out), out
        assert bits(p.public("rsa")) == ("1024", "sw_1.lab_net.example", "(RSA)")
        assert p.names() == ["ssh_host_rsa_key", "ssh_host_rsa_key.pub",
                             "startup-config"]
        mode = os.stat(f"{p.etc}/ssh_host_rsa_key").st_mode
        assert stat.S_IMODE(mode) == 0o600, oct(mode)


def test_default_modulus_and_label():
    with Place() as p:
        status, out, _ = p("key", "generate", "rsa", "exportable", "label", "mgmt")
        assert status == 0 and "will be exportable..." in out, out
        assert bits(p.public("rsa")) == ("2048", "mgmt", "(RSA)")


def test_other_types():
    with Place() as p:
        assert p("key", "generate", "ec", "keysize", "384")[0] == 0
        assert bits(p.public("ecdsa"))[0] == "384"
        status, out, _ = p("key", "generate", "ed25519")
        assert status == 0 and "modulus" not in out, out
        assert bits(p.public("ed25519"))[2] == "(ED25519)"


def test_a_name_is_needed():
    with Place("hostname sw\n") as p:
        status, out, err = p("key", "generate", "ed25519")
        assert (status, out, err) == (
            1, "", "% Please define a domain-name first.\n"), (out, err)
        assert p.names() == ["startup-config"]
    with Place("hostname Router\nip domain-name x\n") as p:
        _, _, err = p("key", "generate", "rsa")
        assert err == "% Please define a hostname other than Router.\n", err


def test_a_key_is_not_replaced_unasked():
    with Place() as p:
        p("key", "generate", "ed25519")
        before = p.public("ed25519")
        status, out, err = p("key", "generate", "ed25519", "label", "x")
        assert (status, out) == (17, ""), (status, out)
        assert err == ("% You already have ED25519 keys defined named "
                       "sw_1.lab_net.example.\n"), err
        assert p.public("ed25519") == before
        assert p("--replace", "key", "generate", "ed25519")[0] == 0
        assert p.public("ed25519") != before


def test_zeroize():
    with Place() as p:
        p("key", "generate", "ed25519")
        p("key", "generate", "ec")
        status, out, _ = p("key", "zeroize", "ec")
        assert (status, out) == (0, "% All EC keys have been removed.\n"), out
        assert p("key", "zeroize", "rsa") == (
            1, "", "% No Signature RSA Keys found in configuration.\n")
        assert p("key", "zeroize")[0] == 0
        assert p.names() == ["startup-config"]
        assert p("key", "zeroize")[0] == 1


def test_bad_words():
    with Place() as p:
        for words, error in (
                (("rsa", "modulus", "512"), "at least 1024 bits"),
                (("rsa", "modulus", "100"), "is not in <360-4096>"),
                (("rsa", "modulus", "2056"), "multiple of 16"),
                (("rsa", "modulus"), "Incomplete"),
                (("rsa", "usage-keys"), 'detected at "usage-keys"'),
                (("ed25519", "modulus", "256"), 'detected at "modulus"'),
                (("rsa", "label", "a\u00e9"), "detected"),
                (("dsa",), 'detected at "dsa"')):
            status, out, err = p("key", "generate", *words)
            assert status == 1 and error in err and not out, (words, err)
        assert p.names() == ["startup-config"]


def test_a_program_that_fails_leaves_the_key():
    with Place() as p:
        p("key", "generate", "ed25519")
        before = p.names(), p.public("ed25519")
        p.environment["VTYMUX_LIBEXECDIR"] = "/nonexistent"
        status, _, err = p("--replace", "key", "generate", "ed25519")
        assert status == 1 and "could not be made" in err, err
        assert (p.names(), p.public("ed25519")) == before


if __name__ == "__main__":
    run("crypto", [v for k, v in list(globals().items())
                   if k.startswith("test_")])
