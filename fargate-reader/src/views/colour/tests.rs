use super::*;

const WALL_CSS: &str = include_str!("../../../assets/wall.css");

/// Accents at the edges of what may be configured, and a grid over all of it.
fn accents() -> impl Iterator<Item = Rgb> {
    let grid = (0..=255u8).step_by(17);
    let red_green = grid.clone().flat_map(move |red| grid.clone().map(move |green| (red, green)));
    let grid = red_green.flat_map(|(red, green)| (0..=255u8).step_by(17).map(move |blue| Rgb([red, green, blue])));
    ["#ffffff", "#000000", "#ffff00", "#0000ff", "#808080", "#d9480f"].map(Rgb::parse).into_iter().chain(grid)
}

/// The colours that `wall.css` gives a name, of the light or the dark palette.
fn palette(dark: bool) -> impl Fn(&str) -> Rgb {
    let (light_css, dark_css) = WALL_CSS.split_once("/* dark */").expect("the stylesheet has two palettes");
    let css = if dark { dark_css } else { light_css };
    move |name| {
        let start = css.find(&format!("--{name}: #")).unwrap_or_else(|| panic!("--{name} is in the palette"));
        Rgb::parse(css[start..].split([':', ';']).nth(1).expect("a value").trim())
    }
}

#[test]
fn text_on_any_accent_is_readable() {
    for accent in accents() {
        for shades in [Shades::light(accent), Shades::dark(accent)] {
            let contrast = shades.fill.contrast(shades.on_fill);
            assert!(contrast >= READABLE, "{accent}: {shades} has {contrast:.2}");
        }
    }
}

#[test]
fn text_in_any_accent_is_readable_on_every_surface() {
    for accent in accents() {
        for (shades, surfaces) in [(Shades::light(accent), LIGHT_SURFACES), (Shades::dark(accent), DARK_SURFACES)] {
            for surface in surfaces {
                let (ink, edge) = (shades.ink.contrast(surface), shades.edge.contrast(surface));
                assert!(ink >= READABLE && edge >= VISIBLE, "{accent} on {surface}: {ink:.2}, edge {edge:.2}");
            }
        }
    }
}

#[test]
fn an_accent_that_is_readable_already_is_left_alone() {
    let accent = Rgb::parse("#1c5fb0");
    assert_eq!(Shades::light(accent), Shades { fill: accent, on_fill: WHITE, edge: accent, ink: accent });
}

#[test]
fn the_default_accent_carries_white_text_with_hardly_a_change() {
    let shades = Shades::light(Rgb::parse("#d9480f"));
    assert_eq!(shades.on_fill, WHITE);
    let change = shades.fill.0.iter().zip([0xd9u8, 0x48, 0x0f]).map(|(a, b)| a.abs_diff(b)).max();
    assert!(change < Some(16), "{}", shades.fill);
}

#[test]
fn a_colour_survives_the_way_to_oklab_and_back() {
    for accent in accents() {
        assert_eq!(Rgb::from_oklab(accent.oklab()), accent);
    }
}

#[test]
fn contrast_is_that_of_wcag() {
    assert!((WHITE.contrast(BLACK) - 21.0).abs() < 1e-9);
    // The example that everybody quotes: the lightest grey that passes on white.
    assert!(Rgb::parse("#767676").contrast(WHITE) >= READABLE);
    assert!(Rgb::parse("#777777").contrast(WHITE) < READABLE);
}

#[test]
fn the_surfaces_are_those_of_the_stylesheet() {
    for (dark, surfaces) in [(false, LIGHT_SURFACES), (true, DARK_SURFACES)] {
        assert_eq!(["paper", "card"].map(palette(dark)), surfaces);
    }
}

#[test]
fn every_text_colour_of_the_stylesheet_is_readable_on_its_surfaces() {
    for dark in [false, true] {
        let colour = palette(dark);
        let mut pairs = vec![("ink", "quiet"), ("ink-soft", "quiet")];
        for surface in ["paper", "card"] {
            pairs.extend(["ink", "ink-soft", "ink-faint", "danger-ink", "live-ink"].map(|ink| (ink, surface)));
        }
        pairs.extend([("info-ink", "info"), ("success-ink", "success")]);
        pairs.extend([("warning-ink", "warning"), ("danger-ink", "danger")]);
        for (ink, surface) in pairs {
            let contrast = colour(ink).contrast(colour(surface));
            assert!(contrast >= READABLE, "dark {dark}: {ink} on {surface} has {contrast:.2}");
        }
    }
}

#[test]
fn initials_are_readable_in_every_hue() {
    // Lightness and chroma of `.avatar` in the stylesheet: surface and text, light and dark.
    for [surface, ink] in [[(0.92, 0.045), (0.44, 0.13)], [(0.29, 0.045), (0.82, 0.10)]] {
        for (lightness, chroma) in [surface, ink] {
            let written = format!("oklch({lightness} {chroma} var(--hue))");
            assert!(WALL_CSS.contains(&written), "{written} is in the stylesheet");
        }
        for hue in (0..360).step_by(30).map(|degrees| f64::from(degrees).to_radians()) {
            let [surface, ink] =
                [surface, ink].map(|(l, chroma)| Rgb::from_oklab([l, chroma * hue.cos(), chroma * hue.sin()]));
            assert!(surface.contrast(ink) >= READABLE, "{ink} on {surface}: {:.2}", surface.contrast(ink));
        }
    }
}
