#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Parameters of the SSH server that monitors read from the run directory."""
import re
import subprocess

from world import World, run, wait_for


def put(w, name, text):
    with open(f"{w.directory}/run/{name}", "w", newline="") as f:
        f.write(text)


def negotiated(w, *options):
    """What OpenSSH says both sides agreed on, and what was offered to it."""
    result = subprocess.run(
        ["ssh", "-vv", "-F", "none", "-p", str(w.port), "-l", "good:99",
         "-o", f"UserKnownHostsFile={w.known_hosts}", "-o", "HostKeyAlias=vtymux",
         "-o", "PreferredAuthentications=none", *options, "127.0.0.1"],
        capture_output=True, text=True, timeout=30, check=False)
    offer = result.stderr.split("peer server KEXINIT proposal")[-1]
    return result.stderr, {
        what: re.search(f"debug2: {text}: (.*)", offer).group(1)
        for what, text in (("kex", "KEX algorithms"),
                           ("hostkey", "host key algorithms"),
                           ("encryption", "ciphers ctos"),
                           ("mac", "MACs ctos"))} if "KEX" in offer else None


def markers(kex):
    """The key exchanges without what is none."""
    return [k for k in kex.split(",")
            if not k.startswith(("kex-strict", "ext-info", "kexguess"))]


def test_everything_by_default():
    with World() as w:
        _, offer = negotiated(w)
        assert offer["encryption"] == ("chacha20-poly1305@openssh.com,aes256-ctr,"
                                       "aes192-ctr,aes128-ctr"), offer
        assert offer["mac"] == "hmac-sha2-256,hmac-sha2-512", offer
        assert "sntrup761x25519-sha512" in markers(offer["kex"]), offer
        assert "diffie-hellman-group14-sha256" in offer["kex"], offer
        assert offer["hostkey"] == ("ssh-ed25519,ecdsa-sha2-nistp256,"
                                    "rsa-sha2-256"), offer


def test_lists_in_their_order():
    with World() as w:
        put(w, "ssh-server",
            "encryption aes192-ctr aes128-ctr\nmac hmac-sha2-512\n"
            "kex ecdh-sha2-nistp384 curve25519-sha256\n"
            "hostkey rsa-sha2-256 ssh-ed25519\ndh-min 2048\n")
        said, offer = negotiated(w)
        assert offer["encryption"] == "aes192-ctr,aes128-ctr", offer
        assert offer["mac"] == "hmac-sha2-512", offer
        assert markers(offer["kex"]) == ["ecdh-sha2-nistp384",
                                         "curve25519-sha256"], offer
        assert "kex-strict-s-v00@openssh.com" in offer["kex"], offer
        assert offer["hostkey"] == "rsa-sha2-256,ssh-ed25519", offer
        assert "kex: algorithm: curve25519-sha256" in said, said


def test_every_cipher_and_mac_carries_data():
    with World() as w:
        for cipher in ("chacha20-poly1305@openssh.com", "aes256-ctr",
                       "aes192-ctr", "aes128-ctr"):
            for mac in ("hmac-sha2-256", "hmac-sha2-512"):
                status, out, err = w.ssh("good:99", options=(
                    f"Ciphers={cipher}", f"MACs={mac}"))
                assert (status, err) == (1, "% Invalid line\r\n"), (cipher, mac, err)


def test_every_key_exchange():
    with World() as w:
        for kex in ("sntrup761x25519-sha512@openssh.com", "curve25519-sha256",
                    "ecdh-sha2-nistp256", "ecdh-sha2-nistp384",
                    "ecdh-sha2-nistp521", "diffie-hellman-group14-sha256",
                    "diffie-hellman-group16-sha512"):
            status, _, err = w.ssh("good:99", options=(f"KexAlgorithms={kex}",))
            assert (status, err) == (1, "% Invalid line\r\n"), (kex, err)


def test_small_groups_can_be_forbidden():
    with World() as w:
        put(w, "ssh-server", "dh-min 4096\n")
        _, offer = negotiated(w)
        assert "group14" not in offer["kex"], offer
        assert "group16" in offer["kex"], offer


def test_nothing_left_is_no_session():
    with World() as w:
        put(w, "ssh-server", "hostkey ecdsa-sha2-nistp521\ndh-min 2048\n")
        said, _ = negotiated(w)
        assert "closed by" in said or "reset by" in said, said
        wait_for(lambda: "Algorithms and host keys" in w.session().log())


def test_damaged_parameters_are_no_session():
    with World() as w:
        put(w, "ssh-server", "encryption rot13\n")
        said, _ = negotiated(w)
        assert "closed by" in said or "reset by" in said, said
        wait_for(lambda: "parameters from vtymuxd" in w.session().log())


def test_banner_before_the_login():
    text = "Authorized use only.\r\nZugang nur f\u00fcr Befugte.\r\n"
    with World() as w:
        put(w, "banner-login", text)
        status, _, err = w.ssh("good:99")
        assert status == 1, err
        assert err == text + "% Invalid line\r\n", err
        # Once, whatever is tried, and before anybody is who he says.
        status, _, err = w.ssh("good:99", password="wrong")
        assert status == 255 and err.count("Authorized") == 1, err


if __name__ == "__main__":
    run("parameters", [v for k, v in list(globals().items())
                       if k.startswith("test_")])
