# SPDX-License-Identifier: GPL-2.0-only
"""Authentication of vtymux-sshd, as clients see it."""
import socket
import time

import paramiko
import pexpect

from bed import Bed, SSH, contains, same, until

METHODS = ["keyboard-interactive", "password", "publickey"]


def end_of(child):
    """A client may leave its terminal before it ends, and close() kills."""
    child.expect(pexpect.EOF)
    until(lambda: not child.isalive(), what="end of the client")
    child.close()


def password_is_accepted():
    with Bed() as bed:
        client = bed.ssh("lab:1")
        bed.wait("open")
        same(bed.event("user"), ["lab:1"])
        same(bed.event("password"), [""])
        assert bed.far_is_silent(), "bytes injected at connect"
        client.kill()
        client.wait()


def wrong_passwords_are_exhausted():
    with Bed(retries=2) as bed:
        status, _, err = bed.run("lab:1", password="wrong", options=[
            "-oPreferredAuthentications=password",
            "-oNumberOfPasswordPrompts=1"])
        same(status, 5)     # sshpass: wrong password
    with Bed(retries=2) as bed:
        transport = bed.transport()
        for _ in range(2):
            try:
                transport.auth_password("lab:1", "x", fallback=False)
                raise AssertionError("wrong password accepted")
            except paramiko.BadAuthenticationType as e:
                raise AssertionError(e)
            except paramiko.AuthenticationException:
                pass
        same(transport.is_active(), True)
        try:
            transport.auth_password("lab:1", "x", fallback=False)
            raise AssertionError("wrong password accepted")
        except paramiko.SSHException:
            pass
        until(lambda: not transport.is_active(), what="disconnect")
        same(len(bed.event("password")), 3)
        same(bed.event("open"), [])
        bed.wait("ended")


def exhausted_client_is_told():
    with Bed(retries=1) as bed:
        child = pexpect.spawn(SSH[0], SSH[1:] + [
            "-oPreferredAuthentications=password", "-p", bed.port, "-l",
            "lab:1", bed.host], encoding="utf-8", timeout=10)
        for _ in range(2):
            child.expect("password: ")
            child.sendline("no")
        child.expect("Too many authentication failures")
        end_of(child)
        same(child.exitstatus, 255)


def keyboard_interactive_asks_twice():
    with Bed() as bed:
        # The first value of an option counts: instructions are INFO.
        child = pexpect.spawn(SSH[0], ["-oLogLevel=INFO"] + SSH[1:] + [
            "-oPreferredAuthentications=keyboard-interactive", "-p", bed.port,
            "-l", "lab:1", bed.host], encoding="latin-1", timeout=10)
        child.expect("Two questions")
        child.expect("Password: ")
        child.sendline("lab")
        child.expect("Token: ")
        child.sendline("42")
        child.expect("Welcome")
        bed.wait("open")
        same(len(bed.event("response")), 2)
        child.send("x")
        same(bed.read_far(1), b"x")
        child.close(force=True)


def wrong_answer_fails():
    with Bed() as bed:
        transport = bed.transport()
        for answers in (["lab", "41"], ["", ""], ["lab" * 99, "42"]):
            try:
                transport.auth_interactive("lab:1", lambda *a: answers)
                raise AssertionError("accepted %r" % answers)
            except paramiko.AuthenticationException:
                pass
            except paramiko.SSHException:
                same(answers[0], "lab" * 99)    # the third ends it
        same(bed.event("abort"), [""])          # too long an answer
        same(bed.event("open"), [])


def wrong_number_of_answers_fails():
    with Bed() as bed:
        transport = bed.transport()
        try:
            transport.auth_interactive("lab:1", lambda *a: ["lab"])
            raise AssertionError("accepted")
        except paramiko.AuthenticationException:
            pass
        bed.wait("abort")
        same(bed.event("response"), [])
        transport.auth_password("lab:1", "lab", fallback=False)
        same(transport.is_authenticated(), True)


def new_request_ends_a_conversation():
    with Bed() as bed:
        transport = bed.transport()
        state = {}

        def interrupt(*_):
            # From the middle of the conversation: the same user by password.
            m = paramiko.Message()
            m.add_byte(bytes([paramiko.common.MSG_USERAUTH_REQUEST]))
            for s in ("lab:1", "ssh-connection", "password"):
                m.add_string(s)
            m.add_boolean(False)
            m.add_string("lab")
            transport._send_message(m)
            state["sent"] = True
            until(lambda: bed.event("password"), what="password")
            return ["lab", "42"]

        try:
            transport.auth_interactive("lab:1", interrupt)
        except paramiko.SSHException:
            pass
        same(state, {"sent": True})
        same(bed.event("abort"), [""])
        same(bed.event("password"), [""])
        same(bed.event("response"), [])


def unexpected_response_disconnects():
    with Bed() as bed:
        transport = bed.transport()
        transport.auth_timeout = 10
        try:
            transport.auth_none("lab:1")
        except paramiko.BadAuthenticationType as e:
            same(sorted(e.allowed_types), METHODS)
        m = paramiko.Message()
        m.add_byte(bytes([paramiko.common.MSG_USERAUTH_INFO_RESPONSE]))
        m.add_int(0)
        transport._send_message(m)
        until(lambda: not transport.is_active(), what="disconnect")
        contains(bed.wait("log")[0], "Unexpected keyboard-interactive")


def none_and_a_strange_key_do_not_authenticate():
    with Bed() as bed:
        transport = bed.transport()
        key = paramiko.RSAKey.generate(2048)
        for attempt in (lambda: transport.auth_none("lab:1"),
                        lambda: transport.auth_publickey("lab:1", key)):
            try:
                attempt()
                raise AssertionError("accepted")
            except paramiko.BadAuthenticationType as e:
                same(sorted(e.allowed_types), METHODS)
            except paramiko.AuthenticationException:
                pass    # of a method that is allowed
        same(transport.is_authenticated(), False)
        same(bed.event("password"), [])
        # rsa-sha2-512, which server-sig-algs has said.
        same(bed.event("pubkey"), ["6 key=279 signature=1"])


def sha1_signatures_are_not_passed_on():
    with Bed() as bed:
        transport = bed.transport(only_sha1=True)
        try:
            transport.auth_publickey("lab:1", paramiko.RSAKey.generate(2048))
            raise AssertionError("accepted")
        except paramiko.AuthenticationException:
            pass
        same(bed.event("pubkey"), [])


def idle_requests_are_limited():
    with Bed() as bed:
        transport = bed.transport()
        for i in range(60):
            try:
                transport.auth_none("lab:1")
            except paramiko.BadAuthenticationType:
                continue
            except paramiko.SSHException:
                break
        same(i, 50)


def changing_the_user_disconnects():
    with Bed() as bed:
        transport = bed.transport()
        try:
            transport.auth_password("bad", "lab", fallback=False)
        except paramiko.AuthenticationException:
            pass
        same(transport.is_active(), True)
        try:
            transport.auth_password("lab:1", "lab", fallback=False)
            raise AssertionError("accepted")
        except paramiko.SSHException:
            pass
        until(lambda: not transport.is_active(), what="disconnect")
        same(bed.event("user"), ["bad"])
        same(len(bed.event("password")), 1)
        contains(bed.wait("log")[0], "Change of username")


def strange_names_fail_like_passwords():
    for name, seen in (("A" * 4096, ""), ("", ""), ("a\0b", "a"),
                       ("A" * 101, ""), ("A" * 100, "A" * 100)):
        with Bed() as bed:
            transport = bed.transport()
            password = "x" if len(name) == 100 else "lab"
            try:
                transport.auth_password(name, password, fallback=False)
                raise AssertionError("%r accepted" % name)
            except paramiko.AuthenticationException:
                pass
            same(transport.is_active(), True)
            same(bed.event("user"), [seen])
            same(len(bed.event("password")), 1)


def long_passwords_fail():
    with Bed(retries=5) as bed:
        transport = bed.transport()
        for password in ("lab" + "\0" * 600, "x" * 513, "x" * 8000, ""):
            try:
                transport.auth_password("lab:1", password, fallback=False)
                raise AssertionError("accepted")
            except paramiko.AuthenticationException:
                pass
        same(len(bed.event("password")), 4)
        transport.auth_password("lab:1", "lab", fallback=False)


def login_timer_closes():
    """Also when the client sends its version late (fixed in 2026.90)."""
    for delay in (None, 1.5):
        with Bed(timeout=2) as bed:
            begin = time.monotonic()
            sock = socket.create_connection((bed.host, int(bed.port)))
            sock.settimeout(10)
            contains(sock.recv(100).decode("latin-1"),
                     r"^SSH-2.0-dropbear_[0-9.]+_vtymux\r\n")
            if delay:
                time.sleep(delay)
                sock.sendall(b"SSH-2.0-test\r\n")
            try:
                while sock.recv(10000):
                    pass
            except ConnectionResetError:
                pass
            took = time.monotonic() - begin
            assert 1.0 <= took <= 4.0, "closed after %.1f s" % took
            sock.close()


def dbclient_logs_in():
    """It prefers keyboard-interactive and answers echoed prompts itself."""
    with Bed() as bed:
        child = pexpect.spawn("dbclient", ["-y", "-y", "-p", bed.port,
                                           "lab:1@" + bed.host],
                              encoding="latin-1", timeout=10)
        child.expect("Password: ")
        child.sendline("lab")
        child.expect("Token: ")
        child.sendline("42")
        bed.wait("open")
        child.send("from dbclient")
        same(bed.read_far(13), b"from dbclient")
        bed.write_far(b"to dbclient")
        child.expect("to dbclient")
        bed.hang_up()
        child.expect("% Line 1 cleared")
        end_of(child)
        same(child.exitstatus, 7)


def ipv6_works():
    with Bed(ip=6) as bed:
        status, _, err = bed.run("busy")
        same((status, err), (1, "% Line 1 is busy\r\n"))


def every_host_key_signs():
    for alg in ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp521",
                "rsa-sha2-256"):
        with Bed() as bed:
            status, _, err = bed.run("busy", options=[
                "-oPreferredAuthentications=password",
                "-oHostKeyAlgorithms=" + alg])
            if alg.startswith("ecdsa") and status == 255:
                continue    # the key has one size; one of the two must work
            same((alg, status), (alg, 1))


TESTS = [password_is_accepted, wrong_passwords_are_exhausted,
         exhausted_client_is_told, keyboard_interactive_asks_twice,
         wrong_answer_fails, wrong_number_of_answers_fails,
         new_request_ends_a_conversation, unexpected_response_disconnects,
         none_and_a_strange_key_do_not_authenticate,
         sha1_signatures_are_not_passed_on, idle_requests_are_limited,
         changing_the_user_disconnects, strange_names_fail_like_passwords,
         long_passwords_fail, login_timer_closes, dbclient_logs_in,
         ipv6_works, every_host_key_signs]
