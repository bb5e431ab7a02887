//! incron and entr, which watch by inotify and run a command.

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Result;
use support::{Process, wait_until};

use crate::sidecar::Scene;
use crate::times::Times;

/// Publishes until each time the program has copied the file.
fn follow(scene: &Scene, program: &'static str, is_idle: impl Fn() -> bool) -> Result<()> {
    let copied = || fs_err::read_to_string(scene.path("copied")).unwrap_or_default();
    let mut times = Times::of(program);
    for generation in 2..=20 {
        let text = format!("generation {generation}");
        wait_until("the end of its command", &is_idle);
        // entr throws away what it hears until shortly after its command.
        std::thread::sleep(Duration::from_millis(50));
        scene.publish("a", &text)?;
        times.until(&text, || copied() == text);
    }
    Ok(())
}

fn scene() -> Result<Scene> {
    let scene = Scene::new()?.with(&["--then", "touch"]);
    scene.publish("a", "generation 1")?;
    Ok(scene)
}

#[test]
fn entr_follows_a_file_by_inotify() -> Result<()> {
    let scene = scene()?;
    let sidecar = scene.start()?;
    sidecar.until_ready();
    let directory = scene.directory.path().display();
    fs_err::write(scene.path("watched"), format!("{directory}/target/a\n"))?;
    let script = format!("exec entr -n cp {directory}/target/a {directory}/copied < {directory}/watched");
    let mut command = Command::new("sh");
    command.args(["-c", &script]);
    let entr = Process::start(command)?;
    wait_until("entr", || scene.path("copied").exists());
    let pid = entr.pid();
    let children = move || fs_err::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    follow(&scene, "entr, by its own inotify", move || children().is_empty())
}

#[test]
fn incron_follows_a_directory_by_inotify() -> Result<()> {
    let scene = scene()?;
    let sidecar = scene.start()?;
    sidecar.until_ready();
    let place = |name: &str| scene.path(name).display().to_string();
    for directory in ["tables", "users"] {
        fs_err::create_dir(scene.path(directory))?;
    }
    let script = format!("#!/bin/sh\ncp {0}/target/a {0}/copied\n", scene.directory.path().display());
    fs_err::write(scene.path("copy.sh"), script)?;
    fs_err::write(scene.path("tables/follow"), format!("{} IN_MOVED_TO sh {}\n", place("target"), place("copy.sh")))?;
    let settings = format!(
        "system_table_dir = {}\nuser_table_dir = {}\nlockfile_dir = {}\nlockfile_name = incrond\n",
        place("tables"),
        place("users"),
        scene.directory.path().display()
    );
    fs_err::write(scene.path("incron.conf"), settings)?;
    let mut command = Command::new("incrond");
    command.arg("-n").arg("-f").arg(scene.path("incron.conf")).stdin(Stdio::null());
    let _incron = Process::start(command)?;
    wait_until("incron", || scene.path("incrond.pid").exists());
    follow(&scene, "incron, by its own inotify", || true)
}
