//! Whatever is on the volume or in the target, it is a named fault: no hang, no abort, and the last generation stays.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use support::{Process, wait_until};

use crate::sidecar::{Scene, code, finished};

fn plant_fifo(place: &Path) -> Result<()> {
    Ok(rustix::fs::mkfifoat(rustix::fs::CWD, place, 0o644.into())?)
}

#[test]
fn what_is_no_file_is_named_and_the_last_generation_stays() -> Result<()> {
    let scene = Scene::new()?;
    scene.publish("a", "one")?;
    fs_err::create_dir(scene.path("source/sub"))?;
    let sidecar = scene.start()?;
    sidecar.until_ready();
    let planted = scene.path("source/sub/planted");
    let cases = [
        ("a FIFO", plant_fifo as fn(&Path) -> Result<()>),
        ("a symbolic link", |place| Ok(symlink("/etc/passwd", place)?)),
        ("a symbolic link", |place| Ok(symlink("planted", place)?)),
        ("a socket", |place| Ok(std::os::unix::net::UnixListener::bind(place).map(drop)?)),
    ];
    for (at, (found, plant)) in cases.iter().enumerate() {
        plant(&planted)?;
        let looked = sidecar.look()?;
        assert_eq!(looked["rejected"], format!("sub/planted: is {found}"));
        assert_eq!(scene.read("a").as_deref(), Some(if at == 0 { "one" } else { "again" }));
        fs_err::remove_file(&planted)?;
        scene.publish("a", "again")?;
        assert!(sidecar.look()?["rejected"].is_null());
    }
    Ok(())
}

#[test]
fn a_source_beyond_a_bound_is_refused_before_it_is_read() -> Result<()> {
    let scene = Scene::new()?.with(&["--max-files", "10", "--max-bytes", "1MiB", "--max-file-bytes", "512KiB"]);
    scene.publish("a", "one")?;
    let sidecar = scene.start()?;
    sidecar.until_ready();
    let rejected = |text: &str| {
        let looked = sidecar.look()?;
        assert!(looked["rejected"].as_str().is_some_and(|reason| reason.contains(text)), "{looked}");
        Ok::<_, anyhow::Error>(())
    };
    std::fs::File::create(scene.path("source/sparse"))?.set_len(10 << 30)?;
    rejected("sparse: larger than 524288 bytes")?;
    fs_err::remove_file(scene.path("source/sparse"))?;
    for file in 0..3 {
        fs_err::write(scene.path("source").join(format!("half{file}")), vec![0; 500_000])?;
    }
    rejected("more than 1048576 bytes in all")?;
    for file in 0..3 {
        fs_err::remove_file(scene.path("source").join(format!("half{file}")))?;
    }
    for file in 0..10 {
        fs_err::write(scene.path("source").join(format!("many{file}")), "")?;
    }
    rejected("more than 10 files")?;
    let deep: std::path::PathBuf = std::iter::repeat_n("d", 40).collect();
    for file in 0..10 {
        fs_err::remove_file(scene.path("source").join(format!("many{file}")))?;
    }
    fs_err::create_dir_all(scene.path("source").join(deep))?;
    rejected("")?;
    Ok(())
}

#[test]
fn odd_names_are_mirrored_and_reserved_ones_refused() -> Result<()> {
    let scene = Scene::new()?;
    let odd = [&b"new\nline"[..], b"\xff\xfe", b"-rf", b" ", b"...", b"a\\b"];
    let place = |directory: &str, name: &[u8]| scene.path(directory).join(OsStr::from_bytes(name));
    for name in &odd[..4] {
        fs_err::write(place("source", name), "odd")?;
    }
    let sidecar = scene.start()?;
    sidecar.until_ready();
    for name in &odd[..4] {
        assert_eq!(fs_err::read_to_string(place("target", name))?, "odd");
    }
    for name in ["..data", "..follow", "..."] {
        fs_err::write(scene.path("source").join(name), "x")?;
        let reason = sidecar.look()?["rejected"].to_string();
        assert!(reason.contains("names that begin with two dots are reserved"), "{reason}");
        fs_err::remove_file(scene.path("source").join(name))?;
    }
    fs_err::write(place("source", b"a\nb"), "x")?;
    assert!(sidecar.look()?["rejected"].is_null());
    Ok(())
}

#[test]
fn the_root_must_not_lead_to_another_file_system() -> Result<()> {
    let scene = Scene::new()?;
    scene.publish("a", "one")?;
    let sidecar = scene.start()?;
    sidecar.until_ready();
    fs_err::rename(scene.path("source"), scene.path("away"))?;
    symlink("/proc/self", scene.path("source"))?;
    let reason = sidecar.look()?["rejected"].to_string();
    assert!(reason.contains("leads to another file system"), "{reason}");
    assert_eq!(scene.read("a").as_deref(), Some("one"));
    Ok(())
}

#[test]
fn a_source_that_is_replaced_removed_or_emptied_never_empties_the_target() -> Result<()> {
    let scene = Scene::new()?;
    scene.publish("a", "one")?;
    let sidecar = scene.start()?;
    sidecar.until_ready();
    // The directory itself is replaced by rename.
    fs_err::create_dir(scene.path("new"))?;
    fs_err::write(scene.path("new/a"), "two")?;
    fs_err::rename(scene.path("source"), scene.path("old"))?;
    sidecar.until_fault("source_missing");
    fs_err::rename(scene.path("new"), scene.path("source"))?;
    scene.until_read("a", "two");
    assert!(sidecar.look()?["rejected"].is_null());
    // As a volume that is not mounted any more.
    fs_err::remove_file(scene.path("source/a"))?;
    let reason = sidecar.until_fault("source_missing");
    assert!(reason.contains("is the volume mounted?") && scene.read("a").as_deref() == Some("two"), "{reason}");
    // The source becomes a file.
    fs_err::remove_dir(scene.path("source"))?;
    fs_err::write(scene.path("source"), "file")?;
    let reason = sidecar.until_fault("source_foreign");
    assert!(reason.contains("is a file, and was a directory") && scene.read("a").as_deref() == Some("two"), "{reason}");
    Ok(())
}

#[test]
fn two_programs_do_not_write_one_target() -> Result<()> {
    let scene = Scene::new()?;
    scene.publish("a", "one")?;
    let sidecar = scene.start()?;
    sidecar.until_ready();
    let mut second = Process::start(scene.command())?;
    assert_eq!(code(second.wait()?)?, 73);
    assert!(second.stderr().contains("another follow writes this target"), "{}", second.stderr());
    assert_eq!(sidecar.look()?["generation"], 1);
    Ok(())
}

#[test]
fn what_somebody_else_has_put_into_the_target_is_never_replaced() -> Result<()> {
    let scene = Scene::new()?;
    fs_err::create_dir(scene.path("target"))?;
    fs_err::write(scene.path("target/a"), "foreign")?;
    fs_err::write(scene.path("target/other"), "foreign")?;
    scene.publish("a", "one")?;
    scene.publish("b", "one")?;
    let (code, output) = scene.once()?;
    assert!(code == 73 && output.contains("exists already"), "{code}: {output}");
    assert_eq!((scene.read("a").as_deref(), scene.read("b")), (Some("foreign"), None));
    fs_err::remove_file(scene.path("target/a"))?;
    assert_eq!(scene.once()?.0, 0);
    assert_eq!((scene.read("a").as_deref(), scene.read("other").as_deref()), (Some("one"), Some("foreign")));
    Ok(())
}

#[test]
fn a_damaged_generation_is_replaced() -> Result<()> {
    let scene = Scene::new()?;
    scene.publish("a", "one")?;
    assert_eq!(scene.once()?.0, 0);
    fs_err::write(scene.path("target/a"), "damaged")?;
    let (code, output) = scene.once()?;
    assert!(code == 0 && output.contains("generation_damaged"), "{code}: {output}");
    assert_eq!(scene.read("a").as_deref(), Some("one"));
    Ok(())
}

/// A file system of 1 MiB.
struct Small<'a>(&'a Path);

impl<'a> Small<'a> {
    fn mount(place: &'a Path) -> Option<Self> {
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(place).output();
        mount.is_ok_and(|mount| mount.status.success()).then_some(Self(place))
    }
}

impl Drop for Small<'_> {
    fn drop(&mut self) {
        // Lazily, because the program may still have files open.
        drop(Command::new("umount").arg("-l").arg(self.0).output());
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "a case that cannot be tried is told")]
fn a_full_target_keeps_the_last_generation_until_there_is_room() -> Result<()> {
    let scene = Scene::new()?.with(&["--keep-old", "1h"]);
    let target = scene.path("target");
    fs_err::create_dir(&target)?;
    let Some(_mounted) = Small::mount(&target) else {
        println!("skipped: a small file system takes root");
        return Ok(());
    };
    let large = |letter: &str| letter.repeat(400_000);
    scene.publish("a", large("a"))?;
    let sidecar = scene.start()?;
    sidecar.until_ready();
    scene.publish("b", large("b"))?;
    scene.publish("c", large("c"))?;
    let reason = sidecar.until_fault("target_full");
    assert!(reason.contains("No space left"), "{reason}");
    assert_eq!(scene.read("a"), Some(large("a")));
    assert!(scene.read("b").is_none());
    fs_err::remove_file(scene.path("source/c"))?;
    scene.publish("b", "small")?;
    scene.until_read("b", "small");
    // There is no room for three generations, so the replaced ones go before their time.
    for letter in ["d", "e", "f"] {
        scene.publish("a", large(letter))?;
        scene.until_read("a", &large(letter));
    }
    Ok(())
}

#[test]
fn settings_that_cannot_work_are_refused_with_their_name() -> Result<()> {
    let scene = Scene::new()?;
    let cases: [(&[&str], &str); 9] = [
        (&[], "--from is missing"),
        (&["--from", "/a"], "--to is missing"),
        (&["--from", "/a", "--to", "/a/b"], "must not contain each other"),
        (&["--from", "/a", "--to", "/b/../a/b"], "without .."),
        (&["--from", "/a", "--to", "/"], "is no place for files"),
        (&["--from", "/a", "--to", "/b", "--check", "'"], "a quote is not closed"),
        (&["--from", "/a", "--to", "/b", "--then", "signal:NO:1"], "is no signal"),
        (&["--from", "/a", "--to", "/b", "--listen", "here"], "is no address"),
        (&["--from", "/a", "--to", "/b", "--keep-old", "3 days"], "is no time"),
    ];
    for (arguments, fault) in cases {
        let mut command = crate::sidecar::program();
        command.args(arguments);
        let (code, output) = finished(command)?;
        assert!(code == 64 && output.contains(fault), "{arguments:?}: {code}: {output}");
    }
    // A target whose parent does not exist ends the program, too.
    scene.publish("a", "one")?;
    let (code, output) = finished(scene.command_from(&scene.path("source"), &scene.path("no/target")))?;
    assert!(code == 73 && output.contains("target_unusable"), "{code}: {output}");
    Ok(())
}

#[test]
fn a_hostile_source_never_stops_the_program() -> Result<()> {
    let scene = Scene::new()?;
    scene.publish("a", "0")?;
    let mut sidecar = scene.start()?;
    sidecar.until_ready();
    let (source, spare) = (scene.path("source"), scene.path("spare"));
    for round in 0..60_u32 {
        let name = source.join(format!("planted{}", fastrand::u8(0..3)));
        match fastrand::u8(0..6) {
            0 => drop(rustix::fs::mkfifoat(rustix::fs::CWD, &name, 0o644.into())),
            1 => drop(symlink(&name, &name)),
            2 => drop(fs_err::create_dir(&name)),
            3 => drop(fs_err::remove_file(&name)),
            4 => drop(fs_err::remove_dir_all(&name)),
            _ => {
                drop(fs_err::rename(&source, &spare));
                drop(fs_err::rename(&spare, &source));
            }
        }
        scene.publish("a", round.to_string())?;
    }
    for planted in 0..3 {
        let name = source.join(format!("planted{planted}"));
        if name.is_dir() { fs_err::remove_dir_all(name)? } else { drop(fs_err::remove_file(name)) }
    }
    scene.publish("a", "end")?;
    scene.until_read("a", "end");
    wait_until("the end of the fault", || sidecar.status().is_ok_and(|status| status["fault"].is_null()));
    assert!(!sidecar.process.has_ended());
    Ok(())
}
