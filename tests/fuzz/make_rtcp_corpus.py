#!/usr/bin/env python3
"""Writes the seeds of fuzz_rtcp: one datagram each, fields as RFC 3550 6 and RFC 3611 4 lay them out."""
import pathlib

SENDER = "81c8000c 11223344 b44db705 20000000 00001f40 00000064 00003e80" \
    "55667788 40ffffff 0001fffe 00000050 b7052000 00054000"
RECEIVER = "81c90007 55667788 11223344 0d000123 0002000a 000000a0 b7052000 00054000"
DESCRIPTION = "81ca0003 11223344 0104614061620000"
BYE = "81cb0001 11223344"
EXTENDED = "80cf0020 55667788" \
    "01000004 11223344 fffa0018 40140005 40050000" \
    "04000002 b44db705 20000000" \
    "05000003 11223344 b7052000 00000010" \
    "06e00009 11223344 00010065 00000007 00000003 00000001 00000050 00000020 00000008 00000000" \
    "07000008 11223344 0d054002 00c81388 00640032 ecc43710 4e7f2925 b9000028 003c0078"
SEEDS = {
    "sender_description": SENDER + DESCRIPTION,
    "receiver_twice_bye": RECEIVER + RECEIVER + BYE,
    "extended": RECEIVER + EXTENDED,
    "feedback_alone": "81cd0003 55667788 11223344 00010000",
    "padded": SENDER + "a1cb0002 11223344 00000004",
    "srtcp": "81c90007 55667788 9f1c0f2e7a6b8d3e5510e2c3aa49f6b1d0e8c7714c2f9a66 80000007 00112233445566778899",
}

folder = pathlib.Path(__file__).parent / "corpus" / "fuzz_rtcp"
folder.mkdir(parents=True, exist_ok=True)
for name, text in SEEDS.items():
    (folder / name).write_bytes(bytes.fromhex(text.replace(" ", "")))
