//! Tests of the trained network. It is trained once for all of them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::LazyLock;

use shapes::{Network, Shape, draw, jpeg, onnx, preprocess, train};
use tract_onnx::prelude::*;

static NETWORK: LazyLock<Network> = LazyLock::new(|| train::train(1).unwrap());

/// Returns the picture as a reader of its JPEG file sees it.
fn through_jpeg((shape, picture): (Shape, image::RgbImage)) -> (Shape, image::RgbImage) {
    (shape, image::load_from_memory(&jpeg::encode(&picture).unwrap()).unwrap().to_rgb8())
}

#[test]
fn of_600_fresh_large_jpeg_pictures_at_least_97_percent_are_named_correctly() {
    let pictures = train::fresh(1, 600, 640, 480).map(through_jpeg);
    let accuracy = train::accuracy(&NETWORK, pictures).unwrap();
    assert!(accuracy >= 0.97, "{accuracy}");
}

#[test]
fn posters_are_named_correctly() {
    let shapes = (0..).zip(Shape::ALL.into_iter().cycle()).take(60);
    let posters = shapes.map(|(seed, shape)| through_jpeg((shape, draw::poster(shape, seed, 1200, 900))));
    let accuracy = train::accuracy(&NETWORK, posters).unwrap();
    assert!(accuracy >= 0.97, "{accuracy}");
}

#[test]
fn the_runtime_computes_the_same_logits_from_the_file() {
    let mut file = std::io::Cursor::new(onnx::write(&NETWORK));
    let model =
        tract_onnx::onnx().model_for_read(&mut file).unwrap().into_optimized().unwrap().into_runnable().unwrap();
    for (shape, picture) in train::fresh(5, 60, 200, 150) {
        let input = preprocess(&picture).unwrap();
        let expected = NETWORK.logits(&input);
        let tensor = Tensor::from_shape(&[1, 3, 32, 32], &input).unwrap();
        let outputs = model.run(tvec!(tensor.into())).unwrap();
        assert_eq!(outputs[0].shape(), [1, 6]);
        let output = outputs[0].to_plain_array_view::<f32>().unwrap();
        for (logit, expected) in output.iter().zip(&expected) {
            assert!((logit - expected).abs() < 1e-4, "{shape:?}: {logit} {expected}");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_picture_and_another_seed_another() {
    for shape in Shape::ALL {
        for draw in [draw::picture, draw::poster] {
            assert_eq!(draw(shape, 7, 90, 60), draw(shape, 7, 90, 60));
            assert_ne!(draw(shape, 7, 90, 60), draw(shape, 8, 90, 60));
        }
    }
}

#[test]
fn a_picture_without_pixels_is_refused() {
    let error = preprocess(&draw::picture(Shape::Star, 1, 0, 5)).unwrap_err();
    assert_eq!(error.to_string(), "a picture of 0x5 pixels cannot be resized");
}

#[test]
fn the_smallest_pictures_can_be_drawn() {
    for shape in Shape::ALL {
        assert_eq!(draw::picture(shape, 1, 1, 1).dimensions(), (1, 1));
        assert_eq!(draw::poster(shape, 1, 1, 900).dimensions(), (1, 900));
    }
}
