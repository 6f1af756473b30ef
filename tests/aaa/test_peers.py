# SPDX-License-Identifier: GPL-2.0-only
"""Implementations of others: our RADIUS client with FreeRADIUS, and the
TACACS+ server of these tests with Authen::TacacsPlus, so that it is not our
own idea of the protocol twice."""
import os
import shutil
import socket
import subprocess
import sys
import time

from bed import (AUTH_ERR, AUTHINFO_UNAVAIL, BUILD, SUCCESS, Bed, equal, run,
                 tests_of)
from servers import KEY, Tacacs, closed_port, login_by_password
from tls import Certificates
from wire import decode

RADIUSD = """
prefix = /usr
name = radiusd
raddbdir = {dir}
logdir = {dir}
radacctdir = {dir}
run_dir = {dir}
libdir = /usr/lib/freeradius
pidfile = {dir}/pid
correct_escapes = true
max_request_time = 5
security {{
	allow_vulnerable_openssl = yes
}}
client local {{
	ipaddr = 127.0.0.1
	secret = testing123
	require_message_authenticator = yes
}}
client local6 {{
	ipv6addr = ::1
	secret = testing123
	require_message_authenticator = yes
}}
modules {{
	pap {{
	}}
	files {{
		filename = {dir}/users
	}}
	detail {{
		filename = {dir}/detail
	}}
}}
server default {{
	listen {{
		type = auth
		ipaddr = 127.0.0.1
		port = {port}
	}}
	listen {{
		type = auth
		ipv6addr = ::1
		port = {port}
	}}
	listen {{
		type = acct
		ipaddr = 127.0.0.1
		port = {acct}
	}}
	authorize {{
		files
		pap
	}}
	authenticate {{
		Auth-Type PAP {{
			pap
		}}
	}}
	accounting {{
		detail
	}}
}}
{more}
"""

# TLS belongs to the top level, not into a server, and has to have threads.
RADSEC = """
thread pool {{
	start_servers = 2
	max_servers = 4
	min_spare_servers = 1
	max_spare_servers = 4
	auto_limit_acct = no
}}
listen {{
	type = auth+acct
	proto = tcp
	ipaddr = 127.0.0.1
	port = {port}
	virtual_server = default
	clients = radsec
	tls {{
		private_key_file = {dir}/server.key
		certificate_file = {dir}/server.pem
		ca_file = {dir}/ca.pem
		require_client_cert = yes
		tls_min_version = "1.2"
		tls_max_version = "{version}"
	}}
}}
clients radsec {{
	client local {{
		ipaddr = 127.0.0.1
		proto = tls
		secret = radsec
	}}
}}
"""

USERS = """
lab	Cleartext-Password := "secret"
	Management-Privilege-Level = 15
cisco	Cleartext-Password := "secret"
	Cisco-AVPair = "shell:priv-lvl=7"
admin	Cleartext-Password := "secret"
	Service-Type = Administrative-User
chal	Response-Packet-Type := Access-Challenge
	State = 0x61,
	Reply-Message = "Token: "
"""


class FreeRadius:
    def __init__(self, bed, more=""):
        self.directory = bed.make("raddb")
        self.port, self.acct = closed_port(), closed_port()
        with open(f"{self.directory}/radiusd.conf", "w") as f:
            f.write(RADIUSD.format(dir=self.directory, port=self.port,
                                   acct=self.acct, more=more))
        with open(f"{self.directory}/users", "w") as f:
            f.write(USERS)
        with open(f"{self.directory}/dictionary", "w") as f:
            f.write("$INCLUDE /usr/share/freeradius/dictionary\n")
        drop = []
        if os.geteuid() == 0:
            drop = ["setpriv", "--reuid=65534", "--regid=65534",
                    "--clear-groups", "--no-new-privs"]
            for name in ("", "radiusd.conf", "users", "dictionary"):
                os.chown(f"{self.directory}/{name}", 65534, 65534)
        self.log = open(f"{bed.directory}/freeradius.log", "w+")
        self.process = subprocess.Popen(
            [*drop, "freeradius", "-d", self.directory, "-D",
             "/usr/share/freeradius", "-n", "radiusd", "-f", "-xx", "-l",
             "stdout"], stdout=self.log, stderr=self.log)
        end = time.monotonic() + 20
        while "Ready to process requests" not in self.text():
            if time.monotonic() > end or self.process.poll() is not None:
                raise AssertionError(self.text()[-3000:])
            time.sleep(0.05)

    def text(self):
        with open(self.log.name) as f:
            return f.read()

    def line(self, name="fr", key=KEY, timeout=25, flags=1, address="127.0.0.1"):
        # FreeRADIUS before 3.2.3 signs no PAP replies: flag 1.
        return (f"radius {name} {address} {self.port} {self.acct} {timeout} 0 "
                f"{flags} - {key.hex()}")

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


def test_freeradius():
    with Bed() as bed:
        os.chmod(bed.directory, 0o755)
        server = FreeRadius(bed)
        try:
            bed.one("radius", server.line())
            r = bed.login()
            equal(r.auth, SUCCESS, server.text()[-2000:])
            equal(r.env.get("VTYMUX_PRIV"), "15")
            equal(bed.login("cisco").env.get("VTYMUX_PRIV"), "7")
            equal(bed.login("admin").env.get("VTYMUX_PRIV"), "15")
            equal(bed.login(answers="wrong").auth, AUTH_ERR)
            equal(bed.login("nobody-there").auth, AUTH_ERR)
            bed.one("radius", server.line(address="::1"))
            equal(bed.login().auth, SUCCESS)
            bed.one("radius", server.line(key=b"wrong"))
            equal(bed.login().auth, AUTHINFO_UNAVAIL)
            assert "Message-Authenticator" in server.text()
        finally:
            server.close()


def test_freeradius_inside_tls():
    """TLS 1.3 and 1.2; it has to be ours that the server believes, too."""
    for version in ("1.3", "1.2"):
        with Bed() as bed:
            certs = Certificates(bed.make("certificates"))
            for name in ("server", "switch"):
                certs.issue(name)
            certs.open_to(65534)
            port = closed_port(socket.SOCK_STREAM)
            server = FreeRadius(bed, RADSEC.format(
                port=port, dir=certs.directory, version=version))
            plain = (f"radius fr 127.0.0.1 {port} {port} 100 0 0 - "
                     f"{b'radsec'.hex()}")
            line = certs.line(plain, own="switch")
            try:
                bed.one("radius", line)
                r = bed.login()
                equal(r.auth, SUCCESS, server.text()[-3000:])
                equal(r.env.get("VTYMUX_PRIV"), "15")
                equal(bed.login(answers="wrong").auth, AUTH_ERR)
                equal(bed.record(line), ["1 ", "1 "])
                with open(f"{server.directory}/detail") as f:
                    detail = f.read()
                for word in ("Acct-Status-Type = Start",
                             "Acct-Status-Type = Stop",
                             'User-Name = "lab"', "Acct-Session-Time = 9",
                             "Acct-Output-Gigawords = 2"):
                    assert word in detail, (word, detail)
                bed.one("radius", certs.line(plain))
                equal(bed.login().auth, AUTHINFO_UNAVAIL, "none of ours")
                bed.one("radius", certs.line(plain, ca="other", own="switch"))
                equal(bed.login().auth, AUTHINFO_UNAVAIL, "another CA")
            finally:
                server.close()


PERL = """
use Authen::TacacsPlus;
my ($port, $word, $type) = @ARGV;
my $t = Authen::TacacsPlus->new(Host => "127.0.0.1", Key => "testing123",
                                Port => $port, Timeout => 5) or die "connect";
print $t->authen("lab", $word, $type), "\\n";
$t->close();
"""


def test_our_server_with_authen_tacacsplus():
    server = Tacacs(login_by_password)
    for kind in ("1", "2"):     # ASCII, PAP
        for word, want in (("secret", "1"), ("wrong", "0")):
            out = subprocess.run(["perl", "-e", PERL, str(server.port), word,
                                  kind], capture_output=True, text=True,
                                 timeout=20)
            equal(out.stdout.strip() or "0", want, (kind, word, out.stderr))
    equal(server.errors, [])


FIELDS = ["tacplus." + f for f in (
    "type", "seqno", "authen_action", "privilege_level",
    "authentication_type", "service", "user", "port", "remote_address",
    "body_authen_rep.status", "body_author_rep.auth_status",
    "body_acct.status", "acct.flags", "arg_value")]


def test_tshark_reads_both_sides():
    """Packets of our client and of our server, with a decoder that is neither."""
    def behave(x):
        first = x.connection.recv(2, socket.MSG_PEEK)[1]
        if first == 1:
            login_by_password(x)
        elif first == 2:
            x.request()
            x.author(1, "priv-lvl=7", "idletime*5", text="Welcome")
        else:
            x.request(record=True)
            x.account(1)

    server = Tacacs(behave)
    with Bed() as bed:
        bed.one("tacplus", server.line())
        equal(bed.login().auth, SUCCESS)                # ASCII
        bed.one("tacplus", server.line(flags=2))
        equal(bed.login(answers="wrong").auth, AUTH_ERR)    # PAP
        bed.one("tacplus", server.line(), extra="service=enable")
        equal(bed.login(env="VTYMUX_ENABLE=9").auth, SUCCESS)
        bed.one("tacplus", server.line(), stage="account",
                extra="service=exec")
        equal(bed.login(stages="acct").acct, SUCCESS)
        subprocess.run([f"{BUILD}/test/aaa/send_record",
                        f"{BUILD}/test/aaa/vtymux-exchange",
                        bed.group("record", server.line()), "1"],
                       env=bed.environment, check=True, timeout=60,
                       stdout=subprocess.DEVNULL)
    rows, wrong = decode(server.wires, KEY, FIELDS)
    equal(wrong, "", "tshark")
    packets = [dict(zip(FIELDS, row)) for row in rows]

    def got(*names):
        return [tuple(p["tacplus." + n] for n in names) for p in packets]

    kinds = ["1"] * 4 + ["1"] * 2 + ["1"] * 4 + ["2"] * 2 + ["3"] * 4
    equal([k for k, in got("type")], kinds)
    equal([n for n, in got("seqno")],
          list("1234") + list("12") + list("1234") + list("12") * 3)
    who = ("lab", "tty7", "192.0.2.7")
    starts = [g for g in got("authen_action", "privilege_level",
                             "authentication_type", "service", "user", "port",
                             "remote_address") if g[0]]
    equal(starts, [("1", "1", "1", "1") + who, ("1", "1", "2", "1") + who,
                   ("1", "9", "1", "2") + who])
    equal([s for s, in got("body_authen_rep.status") if s],
          ["0x05", "0x01", "0x02", "0x05", "0x01"])
    requests = got("arg_value", "acct.flags")
    equal(requests[10], ("service=shell,cmd=", ""))
    equal(requests[11], ("priv-lvl=7,idletime*5", ""))
    begin, end = requests[12], requests[14]
    assert "task_id=0000000100000005,start_time=" in begin[0], begin
    assert "elapsed_time=9,bytes_in=3,bytes_out=8589934592" in end[0], end
    equal([int(f, 16) for _, f in (begin, end)], [2, 4])


if __name__ == "__main__":
    if not shutil.which("freeradius"):
        sys.exit("freeradius is not installed: tests/deps check")
    run("peers", tests_of(sys.modules[__name__]))
