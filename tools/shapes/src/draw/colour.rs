//! Colours. Each has red, green and blue from 0 to 1.

pub(super) type Colour = [f32; 3];

/// The smallest difference in brightness between a shape and its background.
const CONTRAST: f32 = 0.28;

/// The colours of a picture: both ends of the background's gradient, and both ends of the shape's.
#[derive(Debug)]
pub(super) struct Palette {
    pub(super) background: [Colour; 2],
    pub(super) shape: [Colour; 2],
}

/// Colours that go well together, as `0xRRGGBB`: background, then shape.
const CHOSEN: [[u32; 4]; 8] = [
    [0x223a5e, 0x0f1c33, 0xffd166, 0xff9f43],
    [0xfdf0d5, 0xf6d9b0, 0xc1443c, 0x9b2a3a],
    [0x0b525b, 0x062f38, 0xffc8b0, 0xff8c78],
    [0xe8f3f1, 0xc4e0dc, 0x2a7f7a, 0x17555c],
    [0x3c1f54, 0x221036, 0xff8fc7, 0xf25fa0],
    [0xefeafb, 0xd6cbf3, 0x6a4fc4, 0x452f94],
    [0x1f2d27, 0x101a16, 0xa8e072, 0x6cbf58],
    [0xddeefb, 0xb4d8f4, 0xe05a33, 0xb83a24],
];

impl Palette {
    /// Returns random colours.
    pub(super) fn random(rng: &mut fastrand::Rng) -> Self {
        let first = 0.05 + 0.9 * rng.f32();
        let second = if rng.bool() { first } else { (first + 0.3 * rng.f32() - 0.15).clamp(0.0, 1.0) };
        let background = if rng.bool() { [hue(rng); 2] } else { [hue(rng), hue(rng)] };
        let (dark_room, light_room) = (first.min(second) - CONTRAST, 1.0 - CONTRAST - first.max(second));
        // The background spans at most 0.15, so that there is room on one side at least.
        let is_dark = light_room <= 0.0 || (dark_room > 0.0 && rng.bool());
        let brightness = if is_dark { dark_room * rng.f32() } else { 1.0 - light_room * rng.f32() };
        let shape = with_brightness(hue(rng), brightness);
        Self {
            background: [with_brightness(background[0], first), with_brightness(background[1], second)],
            shape: [shape; 2],
        }
    }

    /// Returns colours that go well together.
    pub(super) fn chosen(rng: &mut fastrand::Rng) -> Self {
        let [top, bottom, shape_top, shape_bottom] = CHOSEN[rng.usize(..CHOSEN.len())].map(from_hex);
        Self { background: [top, bottom], shape: [shape_top, shape_bottom] }
    }
}

/// Returns a colour between two others.
pub(super) fn mix(from: Colour, to: Colour, share: f32) -> Colour {
    [0, 1, 2].map(|channel| from[channel] + (to[channel] - from[channel]) * share)
}

/// Returns a random strong or pale colour.
fn hue(rng: &mut fastrand::Rng) -> Colour {
    let angle = 6.0 * rng.f32();
    let strength = rng.f32();
    [0.0, 2.0, 4.0].map(|middle| {
        let away = (angle - middle).abs().min(6.0 - (angle - middle).abs());
        1.0 - strength * (away - 1.0).clamp(0.0, 1.0)
    })
}

fn brightness(colour: Colour) -> f32 {
    0.3 * colour[0] + 0.59 * colour[1] + 0.11 * colour[2]
}

/// Mixes a colour with black or white so that it has this brightness.
fn with_brightness(colour: Colour, wanted: f32) -> Colour {
    let present = brightness(colour);
    if wanted < present {
        mix([0.0; 3], colour, wanted / present)
    } else {
        mix([1.0; 3], colour, (1.0 - wanted) / (1.0 - present).max(f32::EPSILON))
    }
}

fn from_hex(colour: u32) -> Colour {
    let [_, red, green, blue] = colour.to_be_bytes();
    [red, green, blue].map(|channel| f32::from(channel) / 255.0)
}

#[test]
fn a_shape_is_clearly_lighter_or_darker_than_its_background() {
    let mut rng = fastrand::Rng::with_seed(1);
    for number in 0..2000 {
        let palette = if number % 10 == 0 { Palette::chosen(&mut rng) } else { Palette::random(&mut rng) };
        for background in palette.background {
            for shape in palette.shape {
                let contrast = (brightness(background) - brightness(shape)).abs();
                assert!(contrast > CONTRAST - 1e-3, "{number}: {palette:?}");
            }
        }
    }
}
