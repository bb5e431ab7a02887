//! Generations of files, as others may have damaged them.

use ::support::fuzz::{Fuzzer, Verdict};
use shared_volume::files::{FileState, generation, history};

use crate::files::{NAME, request};
use crate::support::TestWall;

fn seeds() -> Vec<Vec<u8>> {
    let wall = TestWall::in_memory();
    for bytes in [&b"tier: gold\n"[..], b"\xff\0", b""] {
        wall.try_publish_file(request(NAME, bytes, Some(&format!("test:{}", bytes.len())))).unwrap();
    }
    (1..=3).map(|generation| fs_err::read(wall.file(NAME).history_file(generation)).unwrap()).collect()
}

#[test]
fn any_generation_of_a_file_is_whole_or_passed_over() {
    let wall = TestWall::in_memory();
    wall.publish_file(b"first");
    let dir = wall.file(NAME);
    let words = ["\"generation\":2", "\"sha256\":", "\"encoding\":\"base64\"", "\"size\":", "\"content\":\"\""];
    Fuzzer::new("generations of files", seeds()).words(words).run(|input| {
        fs_err::write(dir.history_file(2), &input.bytes).unwrap();
        let found = generation(&dir, 2).unwrap();
        let state = FileState::read(&dir).unwrap();
        assert_eq!(state.generation(), if found.is_some() { 2 } else { 1 });
        let listed = history(&dir, 10).unwrap();
        for one in &listed {
            let published = generation(&dir, one.generation).unwrap().unwrap();
            assert_eq!((published.content.bytes().len(), published.content.sha256()), (one.size, &*one.sha256));
        }
        Verdict::of(&found.ok_or("damaged"))
    });
}
