# SPDX-License-Identifier: GPL-2.0-only
"""Certificates, and servers inside TLS, good and bad. OpenSSL is at this end
and GnuTLS at the other, so that it is not one idea of TLS twice."""
import os
import socket
import ssl
import struct
import subprocess
import threading

from servers import RadiusRequest, Tacacs

V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


def openssl(*words):
    r = subprocess.run(["openssl", *words], capture_output=True, text=True)
    if r.returncode:
        raise AssertionError(f"openssl {words}: {r.stderr}")


class Certificates:
    """A directory with two CAs, and what one of them signs on demand."""

    def __init__(self, directory):
        self.directory = directory
        for name in ("ca", "other"):
            openssl("req", "-x509", *EC, "-keyout", self.path(name, "key"),
                    "-out", self.path(name), "-subj", f"/CN={name}", "-days",
                    "2")

    def path(self, name, suffix="pem"):
        return f"{self.directory}/{name}.{suffix}"

    def issue(self, name, san="IP:127.0.0.1", ca="ca", days="2", usage=None,
              common="server", new=EC):
        """A certificate NAME.pem with its NAME.key; every keyword can make it
        a bad one."""
        extensions = [["subjectAltName", san], ["extendedKeyUsage", usage]]
        request = self.path(name, "csr")
        openssl("req", "-new", *new, "-keyout", self.path(name, "key"), "-out",
                request, "-subj", f"/CN={common}",
                *[w for n, v in extensions if v
                  for w in ("-addext", f"{n}={v}")])
        openssl("x509", "-req", "-in", request, "-CA", self.path(ca), "-CAkey",
                self.path(ca, "key"), "-days", days, "-copy_extensions", "copy",
                "-out", self.path(name))
        os.chmod(self.path(name), 0o644)
        os.chmod(self.path(name, "key"), 0o600)
        return name

    def open_to(self, uid):
        """For a server that runs as somebody else; ours must stay root's."""
        os.chmod(self.directory, 0o755)
        if os.geteuid() == 0:
            os.chown(self.path("server", "key"), uid, -1)

    def context(self, name, low=V12, high=V13, client=False):
        """Of a server that has the certificate; @client: and asks for one."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("DEFAULT@SECLEVEL=0")
        context.load_cert_chain(self.path(name), self.path(name, "key"))
        context.minimum_version, context.maximum_version = low, high
        if client:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.path("ca"))
        return context

    def line(self, server_line, identity="127.0.0.1", ca="ca", own=None,
             key=None):
        """The lines of a server in a group's file, with TLS: flag 4."""
        words = server_line.split()
        words[7] = str(int(words[7]) | 4)
        if words[0] == "tacacs+":
            words[9] = "-"
        own, key = ("-", "-") if not own else (
            self.path(own), key or self.path(own, "key"))
        return (" ".join(words) +
                f"\ntls {identity} {self.path(ca)} {own} {key}")


class RadSec:
    """behave(request) returns what to send on the connection, or None to
    close it."""

    def __init__(self, behave, context, key=b"radsec"):
        self.behave, self.context, self.key = behave, context, key
        self.seen, self.versions, self.peers, self.errors = [], [], [], []
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.one, args=(connection,),
                             daemon=True).start()

    def one(self, connection):
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.context.wrap_socket(connection, server_side=True) as c:
                self.versions.append(c.version())
                self.peers.append(c.getpeercert())
                while self.packet(c):
                    pass
        except Exception as e:
            self.errors.append(e)
        finally:
            connection.close()

    @staticmethod
    def read(c, count):
        data = b""
        while len(data) < count:
            more = c.recv(count - len(data))
            if not more:
                raise ConnectionError("closed")
            data += more
        return data

    def packet(self, c):
        head = self.read(c, 4)
        size = struct.unpack(">xxH", head)[0]
        request = RadiusRequest(head + self.read(c, size - 4), self.key)
        self.seen.append(request)
        reply = self.behave(request)
        if reply:
            c.sendall(reply)
        return reply is not None

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def line(self, name="r1", timeout=100, flags=0, key=None):
        key = self.key if key is None else key
        return (f"radius {name} 127.0.0.1 {self.port} {self.port} {timeout} 3 "
                f"{flags} - {key.hex()}")


class Raw(Tacacs):
    """A TCP server: behave(connection) is given what is not TLS yet."""

    def one(self, connection):
        with connection:
            try:
                self.behave(connection)
            except OSError:
                pass


def in_pieces(context, serve, size=1, pause=0.0):
    """A behave() of Raw: a TLS server whose bytes come @size at a time. It
    serve()s an SSLObject with the functions to fill and to drain it."""
    def behave(connection):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_side=True)

        def drain():
            data = outgoing.read()
            for at in range(0, len(data), size):
                connection.sendall(data[at:at + size])
                threading.Event().wait(pause)

        def until(call, *args):
            while True:
                try:
                    result = call(*args)
                    drain()
                    return result
                except ssl.SSLWantReadError:
                    drain()
                    data = connection.recv(4096)
                    if not data:
                        raise ConnectionError from None
                    incoming.write(data)

        until(tls.do_handshake)
        serve(lambda n: until(tls.read, n), lambda d: until(tls.write, d))
    return behave
