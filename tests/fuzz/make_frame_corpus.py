#!/usr/bin/env python3
"""Writes the seeds of fuzz_frame: one frame of each shape that the decoder knows, the link type's index in front."""
import pathlib
import struct

ETHERNET, NULL, RAW, LOOP, SLL, SLL2, IPV4, IPV6, UNKNOWN = range(9)  # the order in fuzz_frame.cpp


def hx(text):
    return bytes.fromhex(text)


def udp(payload, length=None):
    return struct.pack("!HHHH", 5060, 5062, len(payload) + 8 if length is None else length, 0) + payload


def ipv4(payload, protocol=17, flags=0x4000, options=b""):
    head = 20 + len(options)
    return (struct.pack("!BBHHHBBH", 0x40 | head // 4, 0, head + len(payload), 0x1234, flags, 64, protocol, 0)
            + hx("c0000201c6336402") + options + payload)


def ipv6(payload, following=17):
    return (struct.pack("!IHBB", 0x60000000, len(payload), following, 64)
            + hx("20010db8000000000000000000000001") + hx("20010db8000000000000000000000002") + payload)


def ethernet(ether_type, payload):
    return hx("02000000000a02000000000b") + hx(ether_type) + payload


def tcp(payload):  # on ports that nobody configured
    return struct.pack("!HHIIHHHH", 40000, 8088, 1, 1, 0x5018, 0xffff, 0, 0) + payload


PAD = hx("010400000000")
BODY = udp(b"OPTIONS sip:a SIP/2.0\r\n\r\n")
SEEDS = {
    "ethernet_ipv4": (ETHERNET, ethernet("0800", ipv4(BODY))),
    "ethernet_ipv6": (ETHERNET, ethernet("86dd", ipv6(BODY))),
    "vlan": (ETHERNET, ethernet("8100", hx("00640800") + ipv4(BODY))),
    "qinq": (ETHERNET, ethernet("88a8", hx("0064810000c886dd") + ipv6(BODY))),
    "arp": (ETHERNET, ethernet("0806", bytes(28))),
    "null": (NULL, hx("02000000") + ipv4(BODY)),
    "loop": (LOOP, hx("00000018") + ipv6(BODY)),
    "raw": (RAW, ipv4(BODY, options=hx("9404000001010100"))),
    "sll": (SLL, hx("00000001000602000000000a00000800") + ipv4(BODY)),
    "sll2": (SLL2, hx("86dd0000000000030001040602000000000a0000") + ipv6(BODY)),
    "ipv4_fragment": (IPV4, ipv4(BODY, flags=0x2000)),
    "ipv6_fragment": (IPV6, ipv6(hx("11000001deadbeef") + BODY, 44)),
    "ipv6_extensions": (IPV6, ipv6(hx("2b00") + PAD + hx("3c00040000000000") + hx("2c00") + PAD
                                   + hx("11000000deadbeef") + BODY, 0)),
    "ipv6_authentication": (IPV6, ipv6(hx("110400000000000100000001") + bytes(12) + BODY, 51)),
    "ipv4_authentication": (RAW, ipv4(hx("110400000000000100000001") + bytes(12) + BODY, 51)),
    "erspan_iii_ip": (RAW, ipv4(hx("100022eb00000001200100011122334400000800") + ipv4(BODY), 47)),
    "pseudowire": (ETHERNET, ethernet("8847", hx("00064140") + hx("60000000000102000000000b86dd") + ipv6(BODY))),
    "tcp_sip": (ETHERNET, ethernet("0800", ipv4(tcp(b"BYE sip:a SIP/2.0\r\n\r\n"), 6))),
    "websocket_handshake": (RAW, ipv6(tcp(b"GET / HTTP/1.1\r\nSec-WebSocket-Protocol: chat, sip\r\n\r\n"), 6)),
    "websocket_frame": (RAW, ipv4(tcp(hx("817e0014") + b"SIP/2.0 200 OK\r\n\r\n"), 6)),
    "icmp_quote": (RAW, ipv4(hx("0303000000000000") + ipv4(BODY), 1)),
    "short_udp": (RAW, ipv4(udp(b"12345678", 12))),
    "unknown_link": (UNKNOWN, ipv4(BODY)),
}

folder = pathlib.Path(__file__).parent / "corpus" / "fuzz_frame"
folder.mkdir(parents=True, exist_ok=True)
for name, (link_type, frame) in SEEDS.items():
    (folder / name).write_bytes(bytes([link_type]) + frame)
