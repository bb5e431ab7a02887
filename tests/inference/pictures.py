"""Draws the pictures of the tests of inference."""

import numpy as np
from PIL import Image, ImageDraw


def circles(width=640, height=480):
    """Returns discs of many colours, one over the other."""
    picture = Image.new("RGB", (width, height), (30, 90, 160))
    draw, random = ImageDraw.Draw(picture), np.random.default_rng(1)
    for _ in range(40):
        x, y, radius = random.integers(0, width), random.integers(0, height), random.integers(5, height // 6)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), tuple(random.integers(0, 256, 3).tolist()))
    return picture


def gradient(width=500, height=500):
    """Returns colours that change slowly in both directions."""
    x, y = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return Image.fromarray(np.stack([x, y, 255 - (x + y) / 2], -1).round().astype(np.uint8))


def stripes(width=300, height=700):
    """Returns slanted black and yellow stripes."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    return Image.fromarray(
        np.where(((x + 2 * y) // 23 % 2 == 0)[..., None], [250, 200, 0], [10, 10, 20]).astype(np.uint8)
    )


def noise(width=160, height=120):
    """Returns random pixels."""
    return Image.fromarray(np.random.default_rng(2).integers(0, 256, (height, width, 3), np.uint8))


def night(width=800, height=600):
    """Returns a dark picture with one bright shape and a soft light."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    light = 90 * np.exp(-((x - width * 0.7) ** 2 + (y - height * 0.3) ** 2) / (width * 12))
    picture = Image.fromarray(np.stack([light, light, 12 + light * 1.5], -1).clip(0, 255).astype(np.uint8))
    ImageDraw.Draw(picture).polygon([(120, 500), (240, 260), (330, 520)], (235, 240, 225))
    return picture


def bird(width=720, height=540):
    """Returns a bird of simple shapes on a branch."""
    picture = gradient(width, height).point(lambda value: 140 + value // 3)
    draw = ImageDraw.Draw(picture)
    draw.line((0, 430, width, 380), (90, 60, 30), 18)
    draw.ellipse((240, 200, 480, 400), (60, 70, 80))
    draw.ellipse((420, 140, 540, 260), (40, 45, 55))
    draw.polygon([(535, 190), (620, 205), (535, 222)], (230, 160, 30))
    draw.ellipse((480, 175, 500, 195), (250, 250, 250))
    draw.polygon([(250, 300), (90, 380), (280, 370)], (50, 60, 70))
    return picture


def checks(width=448, height=448):
    """Returns red and white squares, as grey values in the left half."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    odd = ((x // 28 + y // 28) % 2 == 1)[..., None]
    return Image.fromarray(
        np.where(odd, np.where((x < width / 2)[..., None], [96] * 3, [200, 20, 40]), [255] * 3).astype(np.uint8)
    )
