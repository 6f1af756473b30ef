# SPDX-License-Identifier: GPL-2.0-only
"""RADIUS and TACACS+ servers on loopback that do as a test tells them, good
and bad. Written from the RFCs, with nothing of what they test."""
import hashlib
import hmac
import socket
import struct
import threading

KEY = b"testing123"


def md5(*parts):
    return hashlib.md5(b"".join(parts)).digest()


# --- RADIUS ---------------------------------------------------------------

class RadiusRequest:
    def __init__(self, data, key=KEY):
        self.data, self.key = data, key
        self.code, self.id, self.length = struct.unpack(">BBH", data[:4])
        self.vector = data[4:20]
        self.attrs, at = [], 20
        while at < len(data):
            kind, size = data[at], data[at + 1]
            self.attrs.append((kind, data[at + 2:at + size]))
            at += size

    def get(self, kind):
        return next((v for k, v in self.attrs if k == kind), None)

    def all(self, kind):
        return [v for k, v in self.attrs if k == kind]

    def number(self, kind):
        value = self.get(kind)
        return None if value is None else struct.unpack(">I", value)[0]

    def password(self):
        hidden, last, clear = self.get(2), self.vector, b""
        for i in range(0, len(hidden), 16):
            pad = md5(self.key, last)
            clear += bytes(a ^ b for a, b in zip(hidden[i:i + 16], pad))
            last = hidden[i:i + 16]
        return clear.rstrip(b"\0").decode()

    def is_signed(self):
        """Message-Authenticator first and right, or the digest of a record."""
        if self.code == 4:
            zeroed = self.data[:4] + bytes(16) + self.data[20:]
            return md5(zeroed, self.key) == self.vector
        if self.attrs[0][0] != 80:
            return False
        zeroed = self.data[:22] + bytes(16) + self.data[38:]
        return hmac.new(self.key, zeroed, "md5").digest() == self.data[22:38]

    def reply(self, code, *attrs, sign=True, key=None, ident=None,
              vector=None, length=None, bad_signature=False):
        """A reply; every keyword is a way to get it wrong."""
        key = self.key if key is None else key
        vector = self.vector if vector is None else vector
        body = b"".join(attrs)
        if sign:
            body = bytes([80, 18]) + bytes(16) + body
        size = 20 + len(body) if length is None else length
        head = struct.pack(">BBH", code, self.id if ident is None else ident,
                           size)
        if sign:
            digest = hmac.new(key, head + vector + body, "md5").digest()
            if bad_signature:
                digest = bytes(16)
            body = bytes([80, 18]) + digest + body[18:]
        return head + md5(head, vector, body, key) + body


def attr(kind, value):
    if isinstance(value, int):
        value = struct.pack(">I", value)
    if isinstance(value, str):
        value = value.encode()
    return bytes([kind, 2 + len(value)]) + value


def avpair(text):
    return attr(26, struct.pack(">IBB", 9, 1, 2 + len(text)) + text.encode())


class Radius:
    """behave(request) returns datagrams to send, or a list of them."""

    def __init__(self, behave, key=KEY, family=socket.AF_INET):
        self.behave, self.key = behave, key
        self.seen = []
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1" if family == socket.AF_INET else "::1",
                          0))
        self.address, self.port = self.socket.getsockname()[:2]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                data, peer = self.socket.recvfrom(65536)
            except OSError:
                return
            if not data:
                return
            request = RadiusRequest(data, self.key)
            self.seen.append(request)
            replies = self.behave(request)
            if isinstance(replies, bytes):
                replies = [replies]
            for reply in replies or []:
                self.socket.sendto(reply, peer)

    def close(self):
        # Wakes the thread: a datagram socket has no shutdown().
        with socket.socket(self.socket.family, socket.SOCK_DGRAM) as s:
            s.sendto(b"", (self.address, self.port))
        self.socket.close()

    def line(self, name="r1", timeout=100, retransmit=0, flags=0, key=None):
        key = self.key if key is None else key
        return (f"radius {name} {self.address} {self.port} {self.port} "
                f"{timeout} {retransmit} {flags} - {key.hex()}")


def by_password(request):
    """Accepts who knows the word "secret"."""
    return request.reply(2 if request.password() == "secret" else 3)


# --- TACACS+ --------------------------------------------------------------

def obfuscate(header, body, key):
    version, sequence, session = header[:1], header[2:3], header[4:8]
    pad, last = b"", b""
    while len(pad) < len(body):
        last = md5(session, key, version, sequence, last)
        pad += last
    return bytes(a ^ b for a, b in zip(body, pad))


class Closed(Exception):
    pass


class TacacsExchange:
    """One connection, as behave() sees it."""

    def __init__(self, server, connection):
        self.server, self.connection, self.key = server, connection, server.key
        self.wire = []      # (whether it came from the client, packet)
        server.wires.append(self.wire)
        self.tls = server.tls is not None   # nothing is hidden, the flag is set

    def read(self, count):
        data = b""
        while len(data) < count:
            more = self.connection.recv(count - len(data))
            if not more:
                raise Closed
            data += more
        return data

    def receive(self):
        """The next packet: its header is kept, its clear body returned."""
        self.header = self.read(12)
        body = self.read(struct.unpack(">I", self.header[8:12])[0])
        self.wire.append((True, self.header + body))
        return body if self.tls else obfuscate(self.header, body, self.key)

    def send(self, body, version=None, kind=None, sequence=None, bits=None,
             session=None, length=None, key=None, clear=None):
        """A reply; every keyword is a way to get it wrong."""
        h = self.header
        bits = int(self.tls) if bits is None else bits
        clear = self.tls if clear is None else clear
        header = bytes([
            h[0] if version is None else version,
            h[1] if kind is None else kind,
            h[2] + 1 if sequence is None else sequence, bits,
        ]) + (h[4:8] if session is None else session)
        header += struct.pack(">I", len(body) if length is None else length)
        if not clear:
            body = obfuscate(header, body, self.key if key is None else key)
        self.wire.append((False, header + body))
        self.connection.sendall(header + body)

    def start(self):
        """Reads a START: (type, user, port, address, data)."""
        b = self.receive()
        u, p, r, d = b[4:8]
        at = 8
        fields = []
        for size in (u, p, r, d):
            fields.append(b[at:at + size].decode())
            at += size
        assert at == len(b)
        return (b[2], *fields)

    def answer(self):
        """Reads a CONTINUE: (text, flags)."""
        b = self.receive()
        size = struct.unpack(">H", b[:2])[0]
        return b[5:5 + size].decode(), b[4]

    def reply(self, status, text="", flags=0, **wrong):
        self.send(struct.pack(">BBHH", status, flags, len(text), 0) +
                  text.encode(), **wrong)

    def request(self, record=False):
        """Reads an authorization or accounting request as a dict."""
        b = self.receive()
        result = {}
        if record:
            result["flags"], b = b[0], b[1:]
        result["method"], result["level"] = b[0], b[1]
        u, p, r, n = b[4:8]
        at = 8 + n
        for name, size in (("user", u), ("port", p), ("address", r)):
            result[name] = b[at:at + size].decode()
            at += size
        result["args"] = []
        for size in b[8:8 + n]:
            result["args"].append(b[at:at + size].decode())
            at += size
        assert at == len(b)
        return result

    def author(self, status, *args, text="", **wrong):
        self.send(struct.pack(">BBHH", status, len(args), len(text), 0) +
                  bytes(len(a) for a in args) + text.encode() +
                  "".join(args).encode(), **wrong)

    def account(self, status):
        self.send(struct.pack(">HHB", 0, 0, status))


class Tacacs:
    """behave(exchange) serves one connection, inside TLS with an SSLContext."""

    def __init__(self, behave, key=KEY, family=socket.AF_INET, port=0,
                 tls=None):
        self.behave, self.key, self.tls = behave, key, tls
        self.errors, self.seen, self.wires = [], [], []
        self.socket = socket.socket(family)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1" if family == socket.AF_INET else "::1",
                          port))
        self.socket.listen(64)
        self.address, self.port = self.socket.getsockname()[:2]
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
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection:
                self.behave(TacacsExchange(self, connection))
        except (Closed, OSError):
            pass
        except Exception as e:
            self.errors.append(e)
        finally:
            connection.close()

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def line(self, name="t1", timeout=100, flags=0, key=None):
        key = self.key if key is None else key
        return (f"tacacs+ {name} {self.address} {self.port} {self.port} "
                f"{timeout} 0 {flags} - {key.hex()}")


def login_by_password(exchange, word="secret"):
    """ASCII or PAP; who knows the word is in."""
    kind, user, _, _, data = exchange.start()
    if kind == 1:
        exchange.reply(5, "Password: ", 1)
        data, _ = exchange.answer()
    exchange.reply(1 if data == word else 2)


def closed_port(kind=socket.SOCK_DGRAM):
    """A port of loopback on which nobody listens."""
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]
