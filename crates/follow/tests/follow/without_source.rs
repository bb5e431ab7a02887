//! The start without a source.

use anyhow::Result;
use support::{Process, wait_until};

use crate::sidecar::{Scene, Sidecar, code};

#[test]
fn by_default_it_waits_for_the_source_and_is_alive_but_not_ready() -> Result<()> {
    let scene = Scene::new()?;
    fs_err::remove_dir(scene.path("source"))?;
    let sidecar = scene.start()?;
    sidecar.until_fault("source_missing");
    assert_eq!((sidecar.ask("GET", "/live")?.0, sidecar.ask("GET", "/ready")?.0), (200, 503));
    fs_err::create_dir(scene.path("source"))?;
    scene.publish("a", "one")?;
    scene.until_read("a", "one");
    sidecar.until_ready();
    Ok(())
}

#[test]
fn the_default_is_in_place_until_the_source_appears() -> Result<()> {
    let scene = Scene::new()?;
    fs_err::create_dir(scene.path("default"))?;
    fs_err::write(scene.path("default/a"), "default")?;
    let default = format!("default:{}", scene.path("default").display());
    let scene = scene.with(&["--without-source", &default]);
    let sidecar = scene.start()?;
    scene.until_read("a", "default");
    wait_until("the state", || sidecar.status().is_ok_and(|status| status["is_default"] == true));
    scene.publish("a", "one")?;
    scene.until_read("a", "one");
    wait_until("the state", || sidecar.status().is_ok_and(|status| status["is_default"] == false));
    Ok(())
}

#[test]
fn it_fails_if_it_is_told_to() -> Result<()> {
    let scene = Scene::new()?.with(&["--without-source", "fail"]);
    let mut process = Process::start(scene.command())?;
    assert_eq!(code(process.wait()?)?, 66);
    Ok(())
}

#[test]
fn the_last_generation_serves_when_the_source_is_gone_at_a_restart() -> Result<()> {
    let scene = Scene::new()?;
    scene.publish("a", "one")?;
    assert_eq!(scene.once()?.0, 0);
    fs_err::remove_dir_all(scene.path("source"))?;
    let sidecar = scene.start()?;
    sidecar.until_fault("source_missing");
    assert_eq!((sidecar.ask("GET", "/ready")?.0, scene.read("a").as_deref()), (200, Some("one")));
    assert_eq!(sidecar.status()?["generation"], 1);
    Ok(())
}

#[test]
fn a_directory_that_has_to_be_a_mount_point_is_checked() -> Result<()> {
    let scene = Scene::new()?;
    scene.publish("a", "one")?;
    let mount = scene.path("source");
    let scene = scene.with(&["--require-mount", &mount.to_string_lossy()]);
    let sidecar = scene.start()?;
    let reason = sidecar.until_fault("source_missing");
    assert!(reason.contains("nothing is mounted there"), "{reason}");
    // The files of another file system are not those of the mount.
    let scene = Scene::new()?.with(&["--require-mount", "/proc"]);
    scene.publish("a", "one")?;
    let sidecar = Sidecar::start(scene.command())?;
    let reason = sidecar.until_fault("source_foreign");
    assert!(reason.contains("leads to another file system"), "{reason}");
    Ok(())
}
