//! The accent colour, made readable: as a surface under text and as text on a surface, in the light and the dark palette.

use std::fmt;

use shared_volume::config::Accent;

/// The contrast ratio that WCAG 2 demands of normal text (level AA).
const READABLE: f64 = 4.5;

/// The contrast ratio of a button on the dark page with the dark text on it.
const BRIGHT: f64 = 7.5;

/// The contrast ratio that WCAG 2 demands of the edge of a control.
const VISIBLE: f64 = 3.0;

/// The share by which a light accent may be darkened to make white text readable on it. Beyond that the text is dark.
const SLIGHTLY: f64 = 0.2;

const WHITE: Rgb = Rgb([255, 255, 255]);
const BLACK: Rgb = Rgb([0, 0, 0]);

/// The surfaces under accent-coloured text: `--paper` and `--card` of `wall.css`.
const LIGHT_SURFACES: [Rgb; 2] = [Rgb([0xfa, 0xf9, 0xf7]), WHITE];
const DARK_SURFACES: [Rgb; 2] = [Rgb([0x14, 0x13, 0x11]), Rgb([0x1d, 0x1b, 0x19])];

/// Returns the stylesheet that sets the accent colour. The page's policy forbids inline styles.
pub(crate) fn accent_css(accent: &Accent) -> String {
    let accent = Rgb::parse(accent);
    let (light, dark) = (Shades::light(accent), Shades::dark(accent));
    format!(":root{{{light}}}\n@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n")
}

/// The shades of the accent in one palette.
#[derive(Debug, PartialEq)]
struct Shades {
    /// The surface of a button.
    fill: Rgb,
    /// The text on that surface.
    on_fill: Rgb,
    /// The edge of a button, and the ring around the element that has the focus.
    edge: Rgb,
    /// The text in the accent's colour.
    ink: Rgb,
}

impl Shades {
    fn light(accent: Rgb) -> Self {
        let darkened = accent.towards(BLACK, SLIGHTLY, |shade| shade.contrast(WHITE) >= READABLE);
        let (fill, on_fill) = darkened.map_or((accent, BLACK), |shade| (shade, WHITE));
        Self::on(&LIGHT_SURFACES, fill, on_fill, BLACK)
    }

    fn dark(accent: Rgb) -> Self {
        // Dark text on a bright surface glares less on a dark page than white text.
        let fill = accent.towards(WHITE, 1.0, |shade| shade.contrast(BLACK) >= BRIGHT).unwrap_or(WHITE);
        Self::on(&DARK_SURFACES, fill, BLACK, WHITE)
    }

    /// Derives edge and ink from `fill`, by moving it towards `far` until it is readable on all surfaces.
    fn on(surfaces: &[Rgb], fill: Rgb, on_fill: Rgb, far: Rgb) -> Self {
        let at_least = |ratio: f64| {
            let enough = |shade: &Rgb| surfaces.iter().all(|surface| shade.contrast(*surface) >= ratio);
            fill.towards(far, 1.0, enough).unwrap_or(far)
        };
        Self { fill, on_fill, edge: at_least(VISIBLE), ink: at_least(READABLE) }
    }
}

impl fmt::Display for Shades {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fill, on_fill, edge, ink } = self;
        write!(f, "--accent:{fill};--on-accent:{on_fill};--accent-edge:{edge};--accent-ink:{ink}")
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Rgb([u8; 3]);

impl Rgb {
    fn parse(accent: &str) -> Self {
        // An `Accent` has six hexadecimal digits.
        let digits = u32::from_str_radix(accent.trim_start_matches('#'), 16).unwrap_or(0);
        let [_, red, green, blue] = digits.to_be_bytes();
        Self([red, green, blue])
    }

    /// Returns the first shade on the way from this colour to `far` that is `enough`, within the share `limit` (0 to 1).
    fn towards(self, far: Self, limit: f64, enough: impl Fn(&Self) -> bool) -> Option<Self> {
        const STEPS: u32 = 100;
        let shares = (0..=STEPS).map(|step| f64::from(step) / f64::from(STEPS));
        shares.take_while(|share| *share <= limit).map(|share| self.mix(far, share)).find(enough)
    }

    /// Returns the shade at `share` (0 to 1) of the way to `far`, which is black or white, in Oklab. The hue stays the same,
    /// and the colour fades late, so that a shade nearby is as vivid as the accent.
    fn mix(self, far: Self, share: f64) -> Self {
        let ([lightness, a, b], [far_lightness, ..]) = (self.oklab(), far.oklab());
        let vivid = 1.0 - share * share;
        Self::from_oklab([lightness + (far_lightness - lightness) * share, a * vivid, b * vivid])
    }

    /// Returns the contrast ratio of WCAG 2, 1 to 21.
    fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    fn luminance(self) -> f64 {
        dot([0.2126, 0.7152, 0.0722], self.linear())
    }

    fn linear(self) -> [f64; 3] {
        self.0.map(|channel| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        })
    }

    /// Converts to Oklab. The numbers are those of Björn Ottosson's "A perceptual color space for image processing" (2020).
    fn oklab(self) -> [f64; 3] {
        let linear = self.linear();
        let cones = [
            [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
            [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
            [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
        ]
        .map(|row| dot(row, linear).cbrt());
        [
            [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
            [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
            [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
        ]
        .map(|row| dot(row, cones))
    }

    fn from_oklab(lab: [f64; 3]) -> Self {
        let cones = [
            [1.0, 0.396_337_777_4, 0.215_803_757_3],
            [1.0, -0.105_561_345_8, -0.063_854_172_8],
            [1.0, -0.089_484_177_5, -1.291_485_548_0],
        ]
        .map(|row| dot(row, lab).powi(3));
        let linear = [
            [4.076_741_662_1, -3.307_711_591_3, 0.230_969_929_2],
            [-1.268_438_004_6, 2.609_757_401_1, -0.341_319_396_5],
            [-0.004_196_086_3, -0.703_418_614_7, 1.707_614_701_0],
        ]
        .map(|row| dot(row, cones));
        Self(linear.map(|value| {
            let value = if value <= 0.003_130_8 { 12.92 * value } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 };
            // The cast of a float saturates, as a colour outside the screen's range needs.
            (value * 255.0).round() as u8
        }))
    }
}

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

fn dot(row: [f64; 3], column: [f64; 3]) -> f64 {
    row.iter().zip(column).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests;
