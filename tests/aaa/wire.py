# SPDX-License-Identifier: GPL-2.0-only
"""What went over TCP connections, as tshark reads it: packets are given
headers of loopback that were never there."""
import struct
import subprocess
import tempfile

CLIENT_PORT = 40000


def segment(number, to_server, at, acknowledged, data, port):
    """One IPv4 packet with all of a message."""
    ports = (CLIENT_PORT + number, port)
    tcp = struct.pack(">HHIIBBHHH", *(ports if to_server else ports[::-1]),
                      at, acknowledged, 5 << 4, 0x18, 65535, 0, 0) + data
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0)
    return ip + bytes([127, 0, 0, 1] * 2) + tcp


def capture(file, connections, port):
    """A pcap file of raw IP. @connections: lists of (to_server, bytes)."""
    file.write(struct.pack("=IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
    for number, messages in enumerate(connections):
        at = {True: 1, False: 1}
        for to_server, data in messages:
            packet = segment(number, to_server, at[to_server],
                             at[not to_server], data, port)
            at[to_server] += len(data)
            file.write(struct.pack("=IIII", number, 0, len(packet),
                                   len(packet)) + packet)
    file.flush()


def decode(connections, key, fields, port=49):
    """The fields of each TACACS+ packet, lists of text; and what is wrong
    with the packets in tshark's eyes."""
    with tempfile.NamedTemporaryFile() as file:
        capture(file, connections, port)
        command = ["tshark", "-n", "-r", file.name, "-o",
                   f"tacplus.key:{key.decode()}"]
        rows = subprocess.run(
            command + ["-Y", "tacplus", "-T", "fields", "-E", "separator=|",
                       *[a for f in fields for a in ("-e", f)]],
            capture_output=True, text=True, timeout=60, check=True).stdout
        wrong = subprocess.run(
            command + ["-Y", "_ws.malformed || tacplus.packet_len.invalid || "
                       "tacplus.bogus_data || !tacplus"],
            capture_output=True, text=True, timeout=60, check=True).stdout
    return [row.split("|") for row in rows.splitlines()], wrong
