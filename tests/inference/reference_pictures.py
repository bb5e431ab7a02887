#!/usr/bin/env python3
"""Writes odd pictures and the tensors that they must become.

    <directory>/<picture>                       the file
    <directory>/<picture>.<case>.f32            the tensor: raw little-endian 32-bit floats
    <directory>/expected.json                   for each picture and case the shape and the name of the tensor

There are two cases: the picture squeezed to 600 by 600 and the middle 448 by 448 of it, and the shorter side made 256 and
the middle 224 by 224. `lossless` says that a decoder has no freedom, so the tensor must be met exactly but for the rounding
of floats; the decoders of JPEG and of lossy WebP differ by a few of 255 levels, and more where colours are stored at half
the resolution.

The arithmetic is that of torchvision's transforms on Pillow's pictures, done here by Pillow and NumPy, so it needs no
PyTorch. With `--torchvision` the same tensors are made by torchvision itself, and must be equal to the last bit.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from odd_pictures import deep, odd_pictures
from PIL import Image, ImageOps

CASES = {"600": ((600, 600), (448, 448)), "256": (256, (224, 224))}
MEAN, DEVIATION = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])
LOSSY = {"lossy.webp", "lossy-alpha.webp"}


def eight_bits(values):
    """Returns 16-bit values as 8-bit ones, by value / 257 rounded."""
    return ((values.astype(np.uint32) + 128) // 257).astype(np.uint8)


def opened(path):
    """Returns a picture as its own kind of pixel, turned as its EXIF says.

    Pillow reads a 16-bit RGB PNG by its high bytes alone, and makes white of most of a 16-bit grey one, so those two are
    taken from the numbers that they were written from.
    """
    if path.name in ("grey-16.png", "rgb-16.png"):
        return Image.fromarray(eight_bits(deep(3 if path.name.startswith("rgb") else 1)).squeeze())
    return ImageOps.exif_transpose(Image.open(path))


def rgb(picture):
    """Returns the picture in RGB, laid on white if it has any transparency.

    What Pillow does on the way, for those who do it elsewhere:
    - On white, a value becomes (value * alpha + 255 * (255 - alpha)) / 255, rounded.
    - A palette's `tRNS` gives an alpha to each colour. One colour of an RGB or grey PNG that `tRNS` calls transparent
      becomes alpha 0. Grey with alpha keeps its alpha, and grey goes to all three colours.
    - CMYK becomes RGB without a profile: with k = 255 - K, red is k - C * k / 255, rounded. A JPEG with Adobe's marker
      stores all four inverted, and Pillow inverts them back; YCCK is first turned to CMYK as YCbCr is to RGB.
    - A lossy WebP with alpha is decoded to RGBA; its alpha is exact. Colours under alpha 0 do not matter on white.
    - ICC profiles are left alone.
    """
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, (255, 255, 255, 255)), picture)
    return picture.convert("RGB")


def sized(picture, resize):
    """Returns the picture at the size `resize`, or with its shorter side of that length; the longer side is cut down."""
    if isinstance(resize, int):
        resize = tuple(resize * side // min(picture.size) for side in picture.size)
    return picture.resize(resize, Image.Resampling.BILINEAR)


def middle(picture, crop):
    """Returns the middle; half a pixel goes to the even side, as Python's `round` does."""
    left, top = (round((side - part) / 2) for side, part in zip(picture.size, crop, strict=True))
    return picture.crop((left, top, left + crop[0], top + crop[1]))


def tensor(picture, resize, crop):
    """Returns the input of the network for an RGB picture: batch, colour, row, column."""
    pixels = np.asarray(middle(sized(picture, resize), crop), np.float32) / np.float32(255)
    return np.ascontiguousarray(((pixels - MEAN) / DEVIATION).transpose(2, 0, 1)[None], "<f4")


def torchvision_tensor(picture, resize, crop):
    """Returns the same by torchvision."""
    from torchvision import transforms

    steps = [
        transforms.Resize(resize if isinstance(resize, int) else resize[::-1], Image.Resampling.BILINEAR),
        transforms.CenterCrop(crop[::-1]),
        transforms.ToTensor(),
        transforms.Normalize(MEAN.tolist(), DEVIATION.tolist()),
    ]
    return transforms.Compose(steps)(picture)[None].numpy()


def write(directory, compare):
    """Writes all files."""
    directory.mkdir(parents=True, exist_ok=True)
    expected = {}
    for name, data in odd_pictures():
        path = directory / name
        path.write_bytes(data)
        picture = rgb(opened(path))
        lossless = path.suffix == ".png" or (path.suffix == ".webp" and name not in LOSSY)
        expected[name] = {"lossless": lossless, "size": list(picture.size), "cases": []}
        for case, (resize, crop) in CASES.items():
            values = tensor(picture, resize, crop)
            if compare and not np.array_equal(values, torchvision_tensor(picture, resize, crop)):
                raise ValueError(f"torchvision makes something else of {name}, case {case}")
            (directory / f"{name}.{case}.f32").write_bytes(values.tobytes())
            how = {"resize": resize if isinstance(resize, int) else list(resize), "crop": list(crop)}
            expected[name]["cases"].append({**how, "tensor": f"{name}.{case}.f32", "shape": list(values.shape)})
    text = ",\n".join(f"{json.dumps(name)}: {json.dumps(one)}" for name, one in expected.items())
    (directory / "expected.json").write_text("{\n" + text + "\n}\n", encoding="utf-8")
    return len(expected)


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--torchvision", action="store_true", help="compare with torchvision")
    arguments = parser.parse_args()
    try:
        count = write(arguments.directory, arguments.torchvision)
    except (ValueError, OSError, ImportError) as error:
        sys.exit(f"reference_pictures: {error}")
    print(f"{count} pictures, {len(CASES)} tensors each")


if __name__ == "__main__":
    main()
