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
    [0x22_3a_5e, 0x0f_1c_33, 0xff_d1_66, 0xff_9f_43],
    [0xfd_f0_d5, 0xf6_d9_b0, 0xc1_44_3c, 0x9b_2a_3a],
    [0x0b_52_5b, 0x06_2f_38, 0xff_c8_b0, 0xff_8c_78],
    [0xe8_f3_f1, 0xc4_e0_dc, 0x2a_7f_7a, 0x17_55_5c],
    [0x3c_1f_54, 0x22_10_36, 0xff_8f_c7, 0xf2_5f_a0],
    [0xef_ea_fb, 0xd6_cb_f3, 0x6a_4f_c4, 0x45_2f_94],
    [0x1f_2d_27, 0x10_1a_16, 0xa8_e0_72, 0x6c_bf_58],
    [0xdd_ee_fb, 0xb4_d8_f4, 0xe0_5a_33, 0xb8_3a_24],
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
