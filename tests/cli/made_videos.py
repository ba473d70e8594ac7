# SPDX-License-Identifier: MIT
"""Small videos for tests of the command line."""
import struct

import numpy


def write_tiff(path, pages):
    """Uncompressed pages of uint8, uint16 or float32, one strip each."""
    data, offsets = bytearray(b"II*\0\0\0\0\0"), []
    for page in pages:
        page = numpy.ascontiguousarray(page)
        start = len(data)
        data += page.tobytes()
        data += b"\0" * (len(data) % 2)
        kind = 3 if page.dtype.kind == "f" else 1
        entries = [(256, 4, page.shape[1]), (257, 4, page.shape[0]), (258, 3, 8 * page.dtype.itemsize), (259, 3, 1), (262, 3, 1),
                   (273, 4, start), (277, 3, 1), (278, 4, page.shape[0]), (279, 4, page.nbytes), (339, 3, kind)]
        offsets.append((len(data), len(data) + 2 + 12 * len(entries)))
        data += struct.pack("<H", len(entries))
        for tag, type_, value in entries:
            data += struct.pack("<HHII" if type_ == 4 else "<HHIHxx", tag, type_, 1, value)
        data += b"\0\0\0\0"
    place = 4
    for begin, link in offsets:
        data[place:place + 4] = struct.pack("<I", begin)
        place = link
    path.write_bytes(data)


def some_frames(count=12, side=64, seed=1, dtype=numpy.uint8):
    """Three round spots that move, on noise."""
    random = numpy.random.default_rng(seed)
    rows, columns = numpy.mgrid[:side, :side]
    frames = []
    for t in range(count):
        image = numpy.full((side, side), 40.0)
        for k in range(3):
            y, x = 15 + 15 * k + 2 * numpy.sin(t + k), 20 + 10 * k + 0.5 * t
            image += 150 * numpy.exp(-((rows - y) ** 2 + (columns - x) ** 2) / 2)
        frames.append(random.poisson(image).clip(0, 255).astype(dtype))
    return frames
