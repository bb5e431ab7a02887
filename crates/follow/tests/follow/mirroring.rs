//! Files and directories are mirrored and followed.

use std::os::unix::fs::{MetadataExt, PermissionsExt};

use anyhow::Result;
use support::wait_until;

use crate::sidecar::{Scene, Sidecar, finished, names, program};

#[test]
fn a_directory_is_mirrored_and_every_change_of_it_is_followed() -> Result<()> {
    let scene = Scene::new()?;
    scene.publish("a.conf", "one")?;
    fs_err::create_dir(scene.path("source/sub"))?;
    fs_err::write(scene.path("source/sub/b.conf"), "two")?;
    let sidecar = scene.start()?;
    scene.until_read("a.conf", "one");
    scene.until_read("sub/b.conf", "two");

    scene.publish("a.conf", "changed")?;
    scene.until_read("a.conf", "changed");
    fs_err::write(scene.path("source/sub/c.conf"), "new")?;
    scene.until_read("sub/c.conf", "new");
    fs_err::remove_file(scene.path("source/a.conf"))?;
    wait_until("the removal", || fs_err::symlink_metadata(scene.path("target/a.conf")).is_err());
    assert_eq!(scene.read("sub/b.conf").as_deref(), Some("two"));
    assert!(sidecar.status()?["fault"].is_null());
    Ok(())
}

#[test]
fn a_file_is_replaced_by_rename_and_keeps_its_name_in_a_directory() -> Result<()> {
    let scene = Scene::new()?;
    scene.publish("a.conf", "one")?;
    let from = scene.path("source/a.conf");
    let _file = Sidecar::start(scene.command_from(&from, &scene.path("target")))?;
    wait_until("the file", || fs_err::read_to_string(scene.path("target")).is_ok_and(|text| text == "one"));
    let first = fs_err::metadata(scene.path("target"))?.ino();
    scene.publish("a.conf", "two")?;
    wait_until("the change", || fs_err::read_to_string(scene.path("target")).is_ok_and(|text| text == "two"));
    assert_ne!(fs_err::metadata(scene.path("target"))?.ino(), first, "the file was written in place");

    let _into = Sidecar::start(scene.command_from(&from, &scene.path("directory/")))?;
    wait_until("the file", || fs_err::read_to_string(scene.path("directory/a.conf")).is_ok_and(|text| text == "two"));
    assert_eq!(names(&scene.path("directory"))?, [".a.conf.follow", "a.conf"]);
    Ok(())
}

#[test]
fn modes_are_those_that_were_asked_for() -> Result<()> {
    let scene = Scene::new()?;
    scene.publish("plain", "x")?;
    scene.publish("script", "x")?;
    fs_err::set_permissions(scene.path("source/script"), PermissionsExt::from_mode(0o700))?;
    let mode = |name: &str| Ok::<_, anyhow::Error>(fs_err::metadata(scene.path(name))?.mode() & 0o7777);
    assert_eq!(scene.once()?.0, 0);
    assert_eq!((mode("target/plain")?, mode("target/script")?), (0o644, 0o755));

    let mut command = scene.command();
    command.args(["--once", "--mode", "0640", "--directory-mode", "0750"]);
    assert_eq!(finished(command)?.0, 0);
    assert_eq!((mode("target/plain")?, mode("target/..data/")?), (0o640, 0o750));
    Ok(())
}

#[test]
fn the_same_content_is_no_new_generation_and_a_restart_tells_nobody_again() -> Result<()> {
    let scene = Scene::new()?;
    let told = format!("exec:sh -c 'echo $FOLLOW_GENERATION >> {}'", scene.path("told").display());
    let scene = scene.with(&["--then", &told]);
    let times = || fs_err::read_to_string(scene.path("told")).unwrap_or_default();
    scene.publish("a", "one")?;
    let sidecar = scene.start()?;
    wait_until("the first", || times() == "1\n");
    scene.publish("a", "one")?;
    assert_eq!(sidecar.look()?["generation"], 1);
    drop(sidecar);

    let sidecar = scene.start()?;
    assert_eq!(sidecar.look()?["generation"], 1);
    scene.publish("a", "two")?;
    assert_eq!(sidecar.look()?["generation"], 2);
    assert_eq!(times(), "1\n2\n");
    drop(sidecar);

    // As after a crash between the exchange and the reload.
    fs_err::write(scene.path("target/..follow/state"), "")?;
    let _sidecar = scene.start()?;
    wait_until("the third", || times() == "1\n2\n2\n");
    Ok(())
}

#[test]
fn a_program_that_cannot_be_told_is_told_later() -> Result<()> {
    let scene = Scene::new()?;
    let then = format!("signal:USR1:{}", scene.path("pid").display());
    let scene = scene.with(&["--then", &then]);
    scene.publish("a", "one")?;
    let sidecar = scene.start()?;
    sidecar.until_ready();
    wait_until("the first generation, which nobody has to be told of", || {
        sidecar.status().is_ok_and(|status| status["is_told"] == true)
    });
    scene.publish("a", "two")?;
    let mut reason = String::new();
    wait_until("the failure", || {
        reason = sidecar.status().map(|status| status["told_fault"].to_string()).unwrap_or_default();
        reason.contains("No such file")
    });
    assert!(reason.contains("/pid"), "{reason}");

    // Not HUP, which a shell under nohup cannot trap.
    let script = format!(
        "trap 'echo heard; exit' USR1; echo $$ > {}; while :; do sleep 0.01; done",
        scene.path("pid").display()
    );
    let mut command = std::process::Command::new("sh");
    command.args(["-c", &script]);
    let mut program = support::Process::start(command)?;
    assert!(program.wait()?.success());
    assert_eq!(program.stdout().trim(), "heard");
    wait_until("the state", || sidecar.status().is_ok_and(|status| status["is_told"] == true));
    Ok(())
}

#[test]
fn looks_at_the_source_do_not_put_off_the_next_try_to_tell_the_program() -> Result<()> {
    let scene = Scene::new()?;
    let then = format!("signal:HUP:{}", scene.path("pid").display());
    let scene = scene.with(&["--then", &then]);
    scene.publish("a", "one")?;
    let sidecar = scene.start()?;
    sidecar.until_ready();
    scene.publish("a", "two")?;
    let failures = || sidecar.status().map_or(0, |status| status["tell_failures"].as_u64().unwrap_or_default());
    wait_until("the failure", || failures() > 0);
    for _ in 0..40 {
        sidecar.look()?;
    }
    assert!(failures() < 20, "each look told the program: {}", failures());
    Ok(())
}

#[test]
fn only_the_document_is_mirrored_and_its_generation_is_reported() -> Result<()> {
    let scene = Scene::new()?.with(&["--document"]);
    let envelope = |generation: u64, title: &str| {
        format!(r#"{{"generation":{generation},"published_at":null,"cause":{{}},"config":{{"title":"{title}"}}}}"#)
    };
    scene.publish("config.json", envelope(41, "one"))?;
    let sidecar = Sidecar::start(scene.command_from(&scene.path("source/config.json"), &scene.path("target")))?;
    sidecar.until_ready();
    assert_eq!(fs_err::read_to_string(scene.path("target"))?, "{\"title\":\"one\"}\n");
    scene.publish("config.json", envelope(42, "two"))?;
    assert_eq!(sidecar.look()?["generation"], 42);
    assert_eq!(fs_err::read_to_string(scene.path("target"))?, "{\"title\":\"two\"}\n");
    assert!(sidecar.ask("GET", "/metrics")?.1.contains("follow_source_generation{to="));

    scene.publish("config.json", r#"{"generation":43,"config":"#)?;
    assert!(sidecar.look()?["rejected"].as_str().is_some_and(|reason| reason.contains("no JSON document")));
    assert_eq!(fs_err::read_to_string(scene.path("target"))?, "{\"title\":\"two\"}\n");
    Ok(())
}

#[test]
fn a_settings_file_has_several_mirrors_and_names_what_is_wrong_in_it() -> Result<()> {
    let scene = Scene::new()?;
    scene.publish("a", "one")?;
    let (source, file) = (scene.path("source"), scene.path("follow.toml"));
    let mirror = |target: &str| {
        format!(
            "[[mirror]]\nfrom = {:?}\nto = {:?}\ninterval = \"20ms\"\ncheck = [\"true\", \"{{}}\"]\n",
            source,
            scene.path(target)
        )
    };
    let once = || {
        let mut command = program();
        command.arg("--once").arg("--settings").arg(&file);
        finished(command)
    };
    fs_err::write(&file, mirror("one") + &mirror("two"))?;
    assert_eq!(once()?.0, 0);
    for target in ["one/a", "two/a"] {
        assert_eq!(fs_err::read_to_string(scene.path(target))?, "one");
    }
    let wrong = [
        (mirror("one") + &mirror("one"), "two mirrors have the target"),
        (mirror("one") + "tehn = \"touch\"\n", "unknown field `tehn`"),
        (mirror("one") + &mirror("two") + "then = [\"signal:HUP\"]\n", "write signal:HUP:PID"),
        (String::new(), "0 mirrors"),
    ];
    for (text, fault) in wrong {
        fs_err::write(&file, text)?;
        let (code, output) = once()?;
        assert!(code == 64 && output.contains(fault), "{code}: {output}");
    }
    Ok(())
}

#[test]
fn inotify_reports_each_name_after_touch() -> Result<()> {
    use notify::{
        EventKind, RecursiveMode, Watcher,
        event::{AccessKind, AccessMode, ModifyKind, RenameMode},
    };

    let scene = Scene::new()?.with(&["--then", "touch"]);
    scene.publish("a", "one")?;
    let sidecar = scene.start()?;
    sidecar.until_ready();
    let (sender, events) = std::sync::mpsc::channel();
    let mut watcher = notify::recommended_watcher(sender)?;
    watcher.watch(&scene.path("target"), RecursiveMode::NonRecursive)?;
    watcher.watch(&fs_err::canonicalize(scene.path("target/a"))?, RecursiveMode::NonRecursive)?;
    scene.publish("a", "two")?;
    let (mut moved, mut written) = (false, false);
    while !(moved && written) {
        let event = events.recv_timeout(support::patience())??;
        let is_name = event.paths.iter().any(|path| path.ends_with("target/a"));
        moved |= is_name && matches!(event.kind, EventKind::Modify(ModifyKind::Name(RenameMode::To)));
        written |=
            event.kind == EventKind::Access(AccessKind::Close(AccessMode::Write)) && event.paths[0].ends_with("a");
    }
    assert_eq!(scene.read("a").as_deref(), Some("two"));
    Ok(())
}
