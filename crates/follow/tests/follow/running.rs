//! `follow run`: the parent of an application.

use std::process::Command;

use anyhow::{Context, Result};
use rustix::process::Signal;
use support::{Process, wait_until};

use crate::sidecar::{Scene, Sidecar, code};

/// Starts an application that is a shell script.
fn run(scene: &Scene, options: &[&str], script: &str) -> Command {
    scene.run(options, &["sh", "-c", script])
}

fn scene() -> Result<Scene> {
    let scene = Scene::new()?;
    scene.publish("a", "one")?;
    Ok(scene)
}

fn until_printed(process: &Process, text: &str) {
    wait_until(&format!("{text:?}"), || process.stdout().contains(text));
}

#[test]
fn the_application_starts_when_everything_is_in_place() -> Result<()> {
    let scene = Scene::new()?;
    let mut process = Process::start(run(&scene, &[], &format!("cat {}", scene.path("target/a").display())))?;
    scene.publish("a", "one")?;
    assert_eq!((code(process.wait()?)?, process.stdout().trim()), (0, "one"));
    Ok(())
}

#[test]
fn the_exit_code_is_that_of_a_shell() -> Result<()> {
    let scene = scene()?;
    for (script, expected) in [("exit 0", 0), ("exit 7", 7), ("kill -KILL $$", 137), ("kill -TERM $$", 143)] {
        assert_eq!(code(Process::start(run(&scene, &[], script))?.wait()?)?, expected, "{script}");
    }
    fs_err::write(scene.path("no-program"), "")?;
    let no_program = scene.path("no-program").to_string_lossy().into_owned();
    for (program, expected) in [("no such program", 127), (no_program.as_str(), 126)] {
        assert_eq!(code(Process::start(scene.run(&[], &[program]))?.wait()?)?, expected, "{program}");
    }
    Ok(())
}

#[test]
fn signals_reach_the_application() -> Result<()> {
    let scene = scene()?;
    let script = "for s in HUP USR1 USR2 WINCH QUIT INT; do trap \"echo got $s\" $s; done
        trap 'echo got TERM; exit 9' TERM; echo started; while :; do sleep 0.01; done";
    let mut process = Process::start(run(&scene, &[], script))?;
    until_printed(&process, "started");
    let signals = [
        (Signal::HUP, "HUP"),
        (Signal::USR1, "USR1"),
        (Signal::USR2, "USR2"),
        (Signal::WINCH, "WINCH"),
        (Signal::QUIT, "QUIT"),
        (Signal::INT, "INT"),
    ];
    for (signal, name) in signals {
        process.signal(signal)?;
        until_printed(&process, &format!("got {name}"));
    }
    process.signal(Signal::TERM)?;
    assert_eq!(code(process.wait()?)?, 9);
    Ok(())
}

#[test]
fn an_application_that_ignores_sigterm_is_killed_after_the_stop_timeout() -> Result<()> {
    let scene = scene()?;
    let script = "trap '' TERM; echo started; while :; do sleep 0.01; done";
    let mut process = Process::start(run(&scene, &["--stop-timeout", "300ms"], script))?;
    until_printed(&process, "started");
    process.signal(Signal::TERM)?;
    assert_eq!(code(process.wait()?)?, 137);
    assert!(process.stderr().contains("application_killed"));
    Ok(())
}

#[test]
fn processes_whose_parent_has_ended_are_reaped() -> Result<()> {
    let scene = scene()?;
    // Each inner shell leaves a process behind, which ends later.
    let script = "for i in 1 2 3 4 5; do sh -c 'sleep 0.1 & :'; done; echo started; while :; do sleep 0.01; done";
    let process = Process::start(run(&scene, &[], script))?;
    until_printed(&process, "started");
    let follow = process.pid();
    let inherited = || {
        let mut states = Vec::new();
        for entry in fs_err::read_dir("/proc").into_iter().flatten().flatten() {
            let stat = fs_err::read_to_string(entry.path().join("stat")).unwrap_or_default();
            let mut fields = stat.rsplit(')').next().unwrap_or_default().split_ascii_whitespace();
            if let (Some(state), Some(parent)) = (fields.next(), fields.next())
                && parent == follow.to_string()
            {
                states.push(state.to_owned());
            }
        }
        states
    };
    // The application alone is left, and no zombie.
    wait_until("the end of the others", || matches!(inherited().as_slice(), [state] if state != "Z"));
    Ok(())
}

#[test]
fn a_change_reloads_the_application_by_a_signal() -> Result<()> {
    let scene = scene()?;
    let file = scene.path("target/a");
    let script = format!(
        "trap 'echo reloaded with $(cat {0})' HUP; echo started with $(cat {0}); while :; do sleep 0.01; done",
        file.display()
    );
    let sidecar = Sidecar::start(run(&scene, &["--reload-signal", "HUP"], &script))?;
    until_printed(&sidecar.process, "started with one");
    scene.publish("a", "two")?;
    until_printed(&sidecar.process, "reloaded with two");
    wait_until("the state", || sidecar.status().is_ok_and(|status| status["is_told"] == true));
    assert_eq!(sidecar.process.stdout().matches("started").count(), 1);
    Ok(())
}

#[test]
fn a_change_restarts_an_application_that_cannot_reload_with_all_its_processes() -> Result<()> {
    let scene = scene()?;
    let (file, pids) = (scene.path("target/a"), scene.path("pids"));
    // A worker of the application survives it, as those of a killed server do.
    let script = format!(
        "sh -c 'sleep 1000 & echo $! >> {}'; echo started with $(cat {}); exec sleep 1000",
        pids.display(),
        file.display()
    );
    let mut sidecar = Sidecar::start(run(&scene, &["--stop-timeout", "2s"], &script))?;
    until_printed(&sidecar.process, "started with one");
    scene.publish("a", "two")?;
    until_printed(&sidecar.process, "started with two");
    let first = fs_err::read_to_string(&pids)?.lines().next().context("no worker")?.to_owned();
    assert!(!std::path::Path::new("/proc").join(first).exists(), "the worker of the first application runs");
    wait_until("the state", || sidecar.status().is_ok_and(|status| status["is_told"] == true));
    sidecar.process.signal(Signal::TERM)?;
    assert_eq!(code(sidecar.process.wait()?)?, 143);
    Ok(())
}

#[test]
fn an_application_that_keeps_ending_is_started_again_with_growing_pauses() -> Result<()> {
    let scene = scene()?;
    let mut process =
        Process::start(run(&scene, &["--restart", "on-failure", "--restart-pause", "20ms"], "echo started; exit 3"))?;
    let pauses = || {
        let lines = process.stderr();
        let pauses =
            lines.lines().filter_map(|line| line.split("\"pause_ms\":").nth(1)?.split([',', '}']).next()?.parse().ok());
        pauses.collect::<Vec<u64>>()
    };
    wait_until("five restarts", || pauses().len() >= 5);
    assert_eq!(pauses()[..5], [20, 40, 80, 160, 320]);
    process.signal(Signal::TERM)?;
    assert_eq!(code(process.wait()?)?, 3);

    // An application that ends well has done its work.
    let mut process = Process::start(run(&scene, &["--restart", "on-failure"], "exit 0"))?;
    assert_eq!(code(process.wait()?)?, 0);
    Ok(())
}

#[test]
fn sigterm_before_the_application_has_started_ends_the_program() -> Result<()> {
    let scene = Scene::new()?;
    let mut sidecar = Sidecar::start(run(&scene, &[], "echo started"))?;
    sidecar.until_fault("source_missing");
    sidecar.process.signal(Signal::TERM)?;
    assert_eq!((code(sidecar.process.wait()?)?, sidecar.process.stdout().as_str()), (0, ""));
    Ok(())
}

#[test]
fn a_bad_configuration_does_not_disturb_the_application() -> Result<()> {
    let scene = scene()?;
    let options = ["--check", "sh -c '! grep -q bad {}/a'"];
    let sidecar = Sidecar::start(run(&scene, &options, "echo started; exec sleep 1000"))?;
    until_printed(&sidecar.process, "started");
    scene.publish("a", "bad")?;
    sidecar.until_fault("check_refused");
    assert_eq!((sidecar.process.stdout().matches("started").count(), scene.read("a").as_deref()), (1, Some("one")));
    Ok(())
}
