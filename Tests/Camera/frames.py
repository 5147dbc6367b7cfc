# Makes frames of the digits for the example `camera`, in every format it reads, and compares what it printed with recorded
# logits. Pixels of the digits are sixteenths, so that bytes with --scale 0.0625 are exactly the recorded inputs.
#
#     frames.py make IMAGES.npy FOLDER        writes frames.npy, frames.raw, frames.pgm, and twice as large, frames.ppm
#     frames.py compare LOGITS.npy OUTPUT     exit status 1 where a class is not the recorded one
import ast
import re
import struct
import sys


def read_floats(path):
    with open(path, "rb") as file:
        data = file.read()
    length = struct.unpack("<H", data[8:10])[0]
    header = ast.literal_eval(data[10 : 10 + length].decode("latin1"))
    assert header["descr"] == "<f4" and not header["fortran_order"], path
    count = (len(data) - 10 - length) // 4
    return header["shape"], struct.unpack(f"<{count}f", data[10 + length :])


def make(images, folder):
    (count, _, height, width), values = read_floats(images)
    pixels = bytes(int(value * 16) for value in values)
    assert all(byte == value * 16 for byte, value in zip(pixels, values)), "pixels are no sixteenths"
    frames = [pixels[i * height * width : (i + 1) * height * width] for i in range(count)]
    header = str({"descr": "|u1", "fortran_order": False, "shape": (count, height, width)}).encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    with open(f"{folder}/frames.npy", "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + pixels)
    with open(f"{folder}/frames.raw", "wb") as file:
        file.write(pixels)
    with open(f"{folder}/frames.pgm", "wb") as file:
        for frame in frames:
            file.write(b"P5\n# a digit\n%d %d\n255\n" % (width, height) + frame)
    with open(f"{folder}/frames.ppm", "wb") as file:
        for frame in frames:
            file.write(b"P6 %d %d 255\n" % (2 * width, 2 * height))
            for y in range(2 * height):
                for x in range(2 * width):
                    file.write(bytes([frame[y // 2 * width + x // 2]]) * 3)


def compare(logits, output):
    (count, classes), values = read_floats(logits)
    rows = [values[i * classes : (i + 1) * classes] for i in range(count)]
    expected = [row.index(max(row)) for row in rows]
    with open(output) as file:
        text = file.read()
    found = [(int(frame), int(number)) for frame, number in re.findall(r"^frame (\d+): class (\d+) ", text, re.M)]
    if found != list(enumerate(expected)):
        equal = sum(a == b for a, b in zip(found, enumerate(expected)))
        sys.exit(f"{output}: {equal} of {count} classes are the recorded ones, of {len(found)} frames")


{"make": make, "compare": compare}[sys.argv[1]](*sys.argv[2:])
