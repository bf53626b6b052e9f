"""Blanks the machine code of other GPUs in a library, so that it compresses to next to nothing.

    prune.py LIBRARY 90 80      keeps that for the compute capabilities 9.0 and 8.0

nvcc puts a container for each source file into a section, with an entry for each compute capability. The driver reads the
entries' headers, which stay, and takes the code of its own GPU. Where anything is not as expected the library is left as it
was.
"""

import mmap
import struct
import subprocess
import sys

CONTAINER = 0xBA55ED50
PTX, MACHINE_CODE = 1, 2


def sections(library):
    for line in subprocess.run(["readelf", "-SW", library], check=True, capture_output=True, text=True).stdout.splitlines():
        fields = line.split("]", 1)[-1].split()
        if fields[:1] in ([".nv_fatbin"], ["__nv_relfatbin"]):
            yield int(fields[3], 16), int(fields[4], 16)


def others(data, offset, size, kept):
    """The places of the code to blank."""
    end = offset + size
    while offset < end:
        magic, _, header, payload = struct.unpack_from("<IHHQ", data, offset)
        entry, after = offset + header, offset + header + payload
        if magic != CONTAINER or after > end:
            raise SystemExit(f"Cannot prune: there is no container at {offset:#x}. Carry the whole library.")
        while entry < after:
            kind, _, length, code = struct.unpack_from("<HHIQ", data, entry)
            (capability,) = struct.unpack_from("<I", data, entry + 28)
            if kind not in (PTX, MACHINE_CODE) or not 50 <= capability <= 130:
                raise SystemExit(f"Cannot prune: there is no code at {entry:#x}. Carry the whole library.")
            if capability not in kept:
                yield entry + length, code
            entry += length + code
        if entry != after:
            raise SystemExit(f"Cannot prune: an entry ends at {entry:#x}, behind its container. Carry the whole library.")
        offset = after


def main():
    library, kept = sys.argv[1], {int(number) for number in sys.argv[2:]}
    with open(library, "r+b") as file, mmap.mmap(file.fileno(), 0) as data:
        places = [place for section in sections(library) for place in others(data, *section, kept)]
        for offset, code in places:
            data[offset : offset + code] = bytes(code)
    print(f"{library}: blanked {sum(code for _, code in places):,} bytes in {len(places)} places")


main()
