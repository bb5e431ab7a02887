"""Makes files of odd pictures: sizes, colours, and ways to store them."""

import io

import numpy as np
import pictures
from PIL import Image, ImageCms
from png import png

SIZES = {"1x1": (1, 1), "3x7": (3, 7), "37x613": (37, 613), "1001x13": (1001, 13), "257x256": (257, 256)}
SIZES |= {"259x256": (259, 256), "256x261": (256, 261)}
"""The last three leave half a pixel when the middle is cut out of them; torchvision rounds that to the even side."""

ORIENTATION = 0x0112


def stored(picture, kind, **options):
    """Returns the file of a picture."""
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def jpeg(picture, **options):
    """Returns a JPEG with colours at full resolution unless told otherwise."""
    return stored(picture, "JPEG", **{"quality": 95, "subsampling": 0, **options})


def alpha(picture):
    """Returns the picture with an alpha that goes through all values and is 0 and 255 in places."""
    x, y = np.meshgrid(np.arange(picture.width), np.arange(picture.height))
    values = ((3 * x + 2 * y) // 4 % 320 - 32).clip(0, 255).astype(np.uint8)
    picture = picture.copy()
    picture.putalpha(Image.fromarray(values))
    return picture


def palette(picture):
    """Returns the picture in 64 colours, of which four are more or less transparent."""
    picture = picture.quantize(64, dither=Image.Dither.NONE)
    picture.info["transparency"] = bytes([0, 80, 160, 240]) + bytes([255]) * 60
    return picture


def deep(channels, width=90, height=70):
    """Returns 16-bit values with all remainders, also those next to the borders of rounding."""
    random = np.random.default_rng(channels)
    values = random.integers(0, 65536, (height, width, channels), np.uint16)
    borders = (np.arange(255)[:, None] * 257 + [128, 129]).reshape(-1)
    values.reshape(-1)[: borders.size] = borders
    return values


def turned(picture, orientation):
    """Returns EXIF that says how a picture is to be turned."""
    exif = picture.getexif()
    exif[ORIENTATION] = orientation
    return exif


def foreign_profile():
    """Returns an ICC profile whose red and green are exchanged, so that whoever applies it is found out."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = profile[:24] + bytes(12) + profile[36:]  # without the time at which it was made
    return profile.replace(b"rXYZ", b"tmp ", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"tmp ", b"gXYZ", 1)


def ycck(data):
    """Returns a CMYK JPEG as one in YCCK, as Photoshop writes: the same numbers, of which three mean brightness and colour."""
    place = data.index(b"Adobe") + 11
    return data[:place] + b"\2" + data[place + 1 :]


def odd_pictures():
    """Gives name and content of each file."""
    picture, small = pictures.bird(), pictures.circles(320, 200)
    for name, size in SIZES.items():
        yield f"size-{name}.png", stored(pictures.circles(640, 480).resize(size), "PNG")
    yield "size-4000x3000.jpg", jpeg(pictures.night(4000, 3000), quality=80)
    yield "grey.png", stored(picture.convert("L"), "PNG")
    yield "grey.jpg", jpeg(picture.convert("L"))
    yield "one-bit.png", stored(picture.convert("1"), "PNG")
    yield "grey-alpha.png", stored(alpha(picture.convert("L")), "PNG")
    yield "rgba.png", stored(alpha(picture), "PNG")
    yield "palette.png", stored(picture.quantize(50), "PNG")
    yield "palette-4-bit.png", stored(small.quantize(11), "PNG")
    yield "palette-transparent.png", stored(palette(small), "PNG", transparency=palette(small).info["transparency"])
    values = np.asarray(small.quantize(4).convert("RGB"))
    yield "rgb-transparent.png", png(values, values[0, 0].tolist())
    values = np.asarray(small.convert("L"))[..., None] // 64 * 64
    yield "grey-transparent.png", png(values, values[0, 0].tolist())
    for name, count in (("grey-16", 1), ("rgb-16", 3)):
        yield f"{name}.png", png(deep(count))
    cmyk = jpeg(small.convert("CMYK"))
    yield "cmyk.jpg", cmyk
    yield "ycck.jpg", ycck(cmyk)
    for orientation in range(1, 9):
        yield f"turned-{orientation}.jpg", jpeg(small, exif=turned(small, orientation))
    yield "turned-6.png", stored(small, "PNG", exif=turned(small, 6))
    yield "turned-6.webp", stored(small, "WEBP", lossless=True, exif=turned(small, 6).tobytes())
    yield "progressive.jpg", jpeg(picture, progressive=True)
    yield "half-colour.jpg", jpeg(small, subsampling=2)
    yield "profile.jpg", jpeg(small, icc_profile=foreign_profile())
    yield "profile.png", stored(small, "PNG", icc_profile=foreign_profile())
    yield "lossy.webp", stored(small, "WEBP", quality=90)
    yield "lossless.webp", stored(small, "WEBP", lossless=True)
    yield "lossy-alpha.webp", stored(alpha(small), "WEBP", quality=90)
    yield "lossless-alpha.webp", stored(alpha(small), "WEBP", lossless=True)
