//! A generation that the check refuses is not put in place, and the reason is told.

use anyhow::Result;
use support::wait_until;

use crate::sidecar::{Scene, names};

/// A check that refuses every file that contains "bad".
const CHECK: &str = "sh -c 'if grep -r bad $FOLLOW_STAGED; then exit 3; fi'";

#[test]
fn a_bad_configuration_is_refused_and_the_good_one_stays() -> Result<()> {
    let scene = Scene::new()?.with(&["--check", CHECK]);
    scene.publish("a", "good")?;
    let sidecar = scene.start()?;
    sidecar.until_ready();
    scene.publish("a", "bad thing")?;
    let looked = sidecar.look()?;
    let reason = looked["rejected"].as_str().unwrap_or_default();
    assert!(reason.contains("exited with 3") && reason.contains("bad thing"), "{reason}");
    // The reason names the file that a person can edit, not the staged copy.
    assert!(reason.contains("/source/a") && !reason.contains("staged"), "{reason}");
    assert_eq!((scene.read("a").as_deref(), &looked["generation"]), (Some("good"), &1.into()));
    assert!(sidecar.ask("GET", "/metrics")?.1.contains("follow_refused{to=") && sidecar.ask("GET", "/ready")?.0 == 200);
    let status = sidecar.status()?;
    assert_eq!((&status["fault"]["kind"], &status["refused"]), (&"check_refused".into(), &1.into()));
    assert!(sidecar.process.stderr().contains("\"message\":\"refused\""), "the log says nothing");
    // It is neither checked nor told again while it stays.
    sidecar.look()?;
    assert_eq!(sidecar.status()?["refused"], 1);
    assert_eq!(names(&scene.path("target/..follow"))?, ["lock", "state"], "a refused copy was left");

    scene.publish("a", "good again")?;
    scene.until_read("a", "good again");
    assert!(sidecar.look()?["rejected"].is_null());
    Ok(())
}

#[test]
fn a_refused_source_stays_refused_while_it_is_looked_at_again() -> Result<()> {
    let scene = Scene::new()?;
    let checks = scene.path("checks");
    let check = format!("sh -c 'echo >> {}; ! grep -r bad {{}}'", checks.display());
    let scene = scene.with(&["--check", &check, "--look-interval", "20ms"]);
    scene.publish("a", "good")?;
    let sidecar = scene.start()?;
    sidecar.until_ready();
    scene.publish("a", "bad")?;
    sidecar.until_fault("check_refused");
    // After two seconds a look needs no copy any more.
    let looks = || sidecar.status().ok().and_then(|status| status["looks"].as_u64()).unwrap_or(0);
    let first = looks();
    wait_until("many looks", || looks() > first + 150);
    let status = sidecar.status()?;
    assert_eq!((&status["fault"]["kind"], scene.read("a").as_deref()), (&"check_refused".into(), Some("good")));
    assert_eq!(fs_err::read_to_string(checks)?.lines().count(), 2);
    // A planted FIFO is noticed, and its removal is, too.
    scene.publish("a", "better")?;
    scene.until_read("a", "better");
    let first = looks();
    wait_until("many looks", || looks() > first + 150);
    rustix::fs::mkfifoat(rustix::fs::CWD, scene.path("source/fifo"), 0o644.into())?;
    sidecar.until_fault("source_foreign");
    fs_err::remove_file(scene.path("source/fifo"))?;
    wait_until("the end of the fault", || sidecar.status().is_ok_and(|status| status["fault"].is_null()));
    Ok(())
}

#[test]
fn one_shot_mode_exits_with_the_kind_of_the_fault() -> Result<()> {
    let scene = Scene::new()?.with(&["--check", CHECK]);
    let (code, output) = scene.once()?;
    assert!(code == 66 && output.contains("the directory is empty"), "{code}: {output}");
    scene.publish("a", "bad")?;
    let (code, output) = scene.once()?;
    assert!(code == 65 && output.contains("check_refused"), "{code}: {output}");
    scene.publish("a", "good")?;
    assert_eq!(scene.once()?.0, 0);
    assert_eq!(scene.once()?.0, 0);
    fs_err::remove_dir_all(scene.path("source"))?;
    let (code, output) = scene.once()?;
    assert!(code == 66 && output.contains("source_missing"), "{code}: {output}");
    assert_eq!(scene.read("a").as_deref(), Some("good"));
    Ok(())
}

#[test]
fn a_check_that_hangs_is_killed_with_what_it_has_started() -> Result<()> {
    let scene = Scene::new()?;
    let pid = scene.path("pid");
    let check = format!("sh -c 'sleep 1000 & echo $! > {}; wait'", pid.display());
    let scene = scene.with(&["--check", &check, "--check-timeout", "300ms"]);
    scene.publish("a", "one")?;
    let sidecar = scene.start()?;
    let reason = sidecar.until_fault("check_failed");
    assert!(reason.contains("did not end within 300 ms"), "{reason}");
    assert!(scene.read("a").is_none() && sidecar.ask("GET", "/ready")?.0 == 503);
    let sleeping = fs_err::read_to_string(pid)?;
    wait_until("the end of the check", || !std::path::Path::new("/proc").join(sleeping.trim()).exists());
    Ok(())
}

#[test]
fn a_check_that_prints_without_end_costs_no_memory() -> Result<()> {
    let scene = Scene::new()?.with(&["--check", "sh -c 'yes bad | head -c 20000000; exit 1'"]);
    scene.publish("a", "one")?;
    let (code, output) = scene.once()?;
    assert!(code == 65 && output.len() < 20_000, "{code}, {} bytes", output.len());
    Ok(())
}

#[test]
fn a_check_that_cannot_start_is_no_refusal_and_is_tried_again() -> Result<()> {
    let scene = Scene::new()?;
    let check = scene.path("check");
    let scene = scene.with(&["--check", &check.to_string_lossy()]);
    scene.publish("a", "one")?;
    let sidecar = scene.start()?;
    assert!(sidecar.until_fault("check_failed").contains("did not start"));
    std::os::unix::fs::symlink("/bin/true", check)?;
    scene.until_read("a", "one");
    Ok(())
}
