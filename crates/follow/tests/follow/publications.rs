//! Many publications of a directory of files that refer to each other: nobody ever sees two generations at once.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use support::wait_until;

use crate::sidecar::{Scene, Sidecar, names, point};

/// The number of files of a generation.
const FILES: usize = 20;

/// The variable for a long run: the number of publications.
const PUBLICATIONS: &str = "FOLLOW_TEST_PUBLICATIONS";

fn publications(default: u64) -> u64 {
    std::env::var(PUBLICATIONS).ok().and_then(|number| number.parse().ok()).unwrap_or(default)
}

/// Publishes a whole directory: a new one beside the old one, and the link `current` exchanged.
fn publish(scene: &Scene, generation: u64) -> Result<()> {
    let versions = scene.path("source");
    let directory = versions.join(generation.to_string());
    fs_err::create_dir(&directory)?;
    for file in 0..FILES {
        let next = (file + 1) % FILES;
        fs_err::write(directory.join(format!("{file}.conf")), format!("generation {generation}, see {next}.conf"))?;
    }
    point(&versions.join("current"), generation.to_string())?;
    if let Some(old) = generation.checked_sub(3).filter(|old| *old > 0) {
        fs_err::remove_dir_all(versions.join(old.to_string()))?;
    }
    Ok(())
}

/// Reads one generation as a program does: it finds the directory once and reads all files there. Returns `None` if its time
/// was over meanwhile.
fn read(target: &Path) -> Result<Option<u64>> {
    let data = target.join("..data");
    let Ok(directory) = fs_err::read_link(&data).map(|link| target.join(link)) else { return Ok(None) };
    let (mut file, mut generation) = (0, None);
    for _ in 0..FILES {
        let Ok(text) = fs_err::read_to_string(directory.join(format!("{file}.conf"))) else {
            let is_in_place = fs_err::read_link(&data).is_ok_and(|link| target.join(link) == directory);
            ensure!(!is_in_place, "{file}.conf is missing in {}", directory.display());
            return Ok(None);
        };
        let rest = text.strip_prefix("generation ").context("the text")?;
        let (number, next) = rest.split_once(", see ").with_context(|| format!("half a file: {text:?}"))?;
        let number: u64 = number.parse()?;
        ensure!(*generation.get_or_insert(number) == number, "generations {generation:?} and {number} at once");
        file = next.trim_end_matches(".conf").parse()?;
    }
    Ok(generation)
}

/// Programs that read in a loop.
struct Readers {
    stop: Arc<AtomicBool>,
    reads: Arc<AtomicU64>,
    threads: Vec<JoinHandle<Result<()>>>,
}

impl Readers {
    fn start(target: &Path) -> Self {
        let (stop, reads) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
        let reader = || {
            let (stop, reads, target): (_, _, PathBuf) = (Arc::clone(&stop), Arc::clone(&reads), target.to_owned());
            thread::spawn(move || {
                let mut last = 0;
                while !stop.load(Ordering::Relaxed) {
                    if let Some(generation) = read(&target)? {
                        ensure!(generation >= last, "generation {generation} after {last}");
                        last = generation;
                        reads.fetch_add(1, Ordering::Relaxed);
                    }
                    // The publisher and the program need the processors, too.
                    thread::sleep(Duration::from_micros(300));
                }
                Ok(())
            })
        };
        let threads = (0..2).map(|_| reader()).collect();
        Self { stop, reads, threads }
    }

    fn finish(self) -> Result<u64> {
        self.stop.store(true, Ordering::Relaxed);
        for reader in self.threads {
            reader.join().map_err(|_| anyhow::anyhow!("a reader panicked"))??;
        }
        Ok(self.reads.load(Ordering::Relaxed))
    }
}

fn start(scene: &Scene) -> Result<Sidecar> {
    Sidecar::start(scene.command_from(&scene.path("source/current"), &scene.path("target")))
}

#[test]
fn no_reader_sees_two_generations_at_once() -> Result<()> {
    let scene = Scene::new()?.with(&["--keep-old", "1s", "--interval", "1s"]);
    publish(&scene, 1)?;
    let sidecar = start(&scene)?;
    sidecar.until_ready();
    let readers = Readers::start(&scene.path("target"));
    let last = publications(300);
    for generation in 2..=last {
        publish(&scene, generation)?;
        let looked = sidecar.look()?;
        ensure!(looked["generation"] == generation, "{looked} after {generation}");
    }
    assert_eq!(read(&scene.path("target"))?, Some(last));
    assert!(readers.finish()? > 10);
    Ok(())
}

#[test]
fn no_reader_sees_two_generations_at_once_without_announcements() -> Result<()> {
    let scene = Scene::new()?.with(&["--keep-old", "1s", "--interval", "5ms", "--settle", "0"]);
    publish(&scene, 1)?;
    let _sidecar = start(&scene)?;
    let target = scene.path("target");
    wait_until("the first generation", || read(&target).is_ok_and(|generation| generation == Some(1)));
    let readers = Readers::start(&target);
    let last = publications(300) / 2;
    for generation in 2..=last {
        publish(&scene, generation)?;
        thread::sleep(Duration::from_millis(fastrand::u64(0..8)));
    }
    wait_until("the last generation", || read(&target).is_ok_and(|generation| generation == Some(last)));
    readers.finish()?;
    Ok(())
}

#[test]
fn a_sidecar_that_is_killed_leaves_a_whole_generation_and_the_next_one_cleans_up() -> Result<()> {
    let scene = Scene::new()?.with(&["--keep-old", "0", "--interval", "3ms", "--settle", "0"]);
    publish(&scene, 1)?;
    let mut sidecar = start(&scene)?;
    sidecar.until_ready();
    let target = scene.path("target");
    let readers = Readers::start(&target);
    let last = publications(400) / 2;
    for generation in 2..=last {
        publish(&scene, generation)?;
        if fastrand::u8(0..4) == 0 {
            thread::sleep(Duration::from_micros(fastrand::u64(0..12_000)));
            sidecar.process.kill();
            sidecar = start(&scene)?;
        }
    }
    wait_until("the last generation", || read(&target).is_ok_and(|generation| generation == Some(last)));
    readers.finish()?;
    // Two names of the layout, one generation, and the links.
    wait_until("the end of the old generations", || names(&target).is_ok_and(|names| names.len() == 3 + FILES));
    let work = target.join("..follow");
    wait_until("the end of the staged copies", || names(&work).is_ok_and(|names| names == ["lock", "state"]));
    Ok(())
}

#[test]
fn a_directory_that_is_written_file_by_file_is_mirrored_when_it_is_complete() -> Result<()> {
    let scene = Scene::new()?.with(&["--settle", "300ms"]);
    let write = |generation: u64| -> Result<()> {
        for file in 0..FILES {
            let text = format!("generation {generation}, see {}.conf", (file + 1) % FILES);
            fs_err::write(scene.path("source").join(format!("{file}.conf")), text)?;
            thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    };
    write(1)?;
    let sidecar = scene.start()?;
    sidecar.until_ready();
    let target = scene.path("target");
    let readers = Readers::start(&target);
    for generation in 2..=4 {
        write(generation)?;
        wait_until("the generation", || read(&target).is_ok_and(|read| read == Some(generation)));
    }
    readers.finish()?;
    assert_eq!(sidecar.status()?["generation"], 4);
    Ok(())
}
