"""Whether a Mach-O file is as it was when it was signed: Apple's processors run nothing else."""

from __future__ import annotations

import hashlib
import struct

CODE_DIRECTORY = 0xFADE0C02
SHA256 = 2


def is_intact(data: bytes, offset: int) -> bool:
    """`offset`: where LC_CODE_SIGNATURE says that the signature lies. Compares the hash of every page; who signed
    it, if anyone did, is not asked."""
    count = struct.unpack_from(">I", data, offset + 8)[0]
    for index in range(count):
        start = offset + struct.unpack_from(">I", data, offset + 16 + 8 * index)[0]
        fields = struct.unpack_from(">9I4B", data, start)
        magic, _, _, _, hashes, _, _, slots, limit, size, kind, _, page = fields
        if magic == CODE_DIRECTORY and kind == SHA256:
            hashed = data[start + hashes : start + hashes + slots * size]
            pages = (data[at : min(at + (1 << page), limit)] for at in range(0, limit, 1 << page))
            return limit == offset and b"".join(hashlib.sha256(page).digest()[:size] for page in pages) == hashed
    return False
