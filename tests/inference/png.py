"""Writes PNG files of kinds that Pillow reads but cannot write: 16 bits a value, and a colour that counts as transparent."""

import struct
import zlib

import numpy as np

COLOURS = {1: 0, 2: 4, 3: 2, 4: 6}
"""The colour type for so many values a pixel: grey, grey and alpha, RGB, RGBA."""


def chunk(kind, data):
    """Returns a chunk with its length and checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(values, transparent=None):
    """Returns the file of an array of height, width and values a pixel, of 8 or 16 bits.

    `transparent` is a grey value or three of red, green and blue.
    """
    height, width, count = values.shape
    bits = 8 * values.dtype.itemsize
    rows = values.astype(">u2" if bits == 16 else np.uint8).reshape(height, -1)
    data = b"".join(b"\0" + row.tobytes() for row in rows)
    head = struct.pack(">IIBBBBB", width, height, bits, COLOURS[count], 0, 0, 0)
    key = b"" if transparent is None else chunk(b"tRNS", struct.pack(f">{len(transparent)}H", *transparent))
    body = chunk(b"IHDR", head) + key + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body
