//! The function that classifies pictures, beside the wall.

use rustix::process::{Signal, kill_process};
use support::wait_until as eventually;

use crate::{Up, gone, post};

#[test]
fn the_wall_starts_and_runs_without_environments_of_the_inference() {
    let up = Up::start_with(&["--inference-environments", "0"], &[]);
    assert_eq!(up.children().len(), 3, "two environments and the reader");
    assert!(post(&up.address("wall"), "Hello").starts_with("HTTP/1.1 201 "));
    assert!(up.printed().contains("Pictures are not classified, because there is no model."), "{}", up.printed());
}

#[test]
fn an_environment_of_the_inference_that_ends_is_replaced_and_the_wall_goes_on() {
    let up = Up::start();
    let inference = || up.child("lambda-inference");
    eventually("there is one", || inference().is_some());
    let dead = inference().unwrap();
    kill_process(dead, Signal::KILL).unwrap();
    assert!(post(&up.address("wall"), "Hello").starts_with("HTTP/1.1 201 "));
    eventually("there is a new one", || gone(&[dead]) && inference().is_some());
}

#[test]
fn the_inference_knows_its_directories_and_its_memory() {
    let up = Up::start();
    eventually("there is one", || up.child("lambda-inference").is_some());
    let pid = up.child("lambda-inference").unwrap();
    let environment = fs_err::read(format!("/proc/{}/environ", pid.as_raw_nonzero())).unwrap();
    let environment = String::from_utf8_lossy(&environment).into_owned();
    let volume = fs_err::canonicalize(up.path().join(".messagewall")).unwrap();
    for variable in [
        format!("MODELS_DIR={}/models", volume.display()),
        format!("UPLOADS_DIR={}/uploads", volume.display()),
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=3008".to_owned(),
        "AWS_LAMBDA_FUNCTION_NAME=MessageWallInference".to_owned(),
    ] {
        assert!(environment.split('\0').any(|set| set == variable), "{variable}");
    }
    assert!(up.path().join(".messagewall.logs/inference.log").exists());
}
