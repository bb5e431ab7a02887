//! Every state of the page as a file, to look at: `cargo test -p fargate-reader drawn -- --ignored`.

use std::path::Path;

use super::*;

const RELEASE: &str = r#"{"title":"Release wall","banner":{"text":"Freeze starts at 18:00. Post what still has to go in.","tone":"warning"}}"#;

fn release_wall() -> Snapshot {
    let mut snapshot = snapshot(&[
        (Some("Renée Zhāng"), "The new certificate is in, the old one goes tonight.", 90_000),
        (None, "deploy 4.2.0 finished\neu-west, us-east: ok\nap-south: skipped (maintenance)", 5_000),
        (
            Some("moritz"),
            "Who owns the certificate for the old hostname? It expires on Friday and I would rather not find out on Saturday.",
            840,
        ),
        (None, "nightly import finished: 1 204 551 rows", 480),
        (
            Some("ann"),
            "Numbers from the load test:\np50 12 ms, p99 31 ms, nothing lost in 40 000 posts.\nhttps://example.com/runs/1189",
            190,
        ),
        (Some("bahadır k."), "Canary is green on all three tasks. Promoting.", 4),
    ]);
    Arc::get_mut(&mut snapshot.messages[3]).unwrap().plain = true;
    snapshot.config = published(42, 65, "aws.ssm", RELEASE);
    snapshot.changes = vec![change(snapshot.config.clone(), &["banner", "accent"])];
    snapshot
}

fn draw(name: &str, html: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/page");
    fs_err::create_dir_all(folder.join("assets")).unwrap();
    let accent = html.split_once("/accent.css?c=").unwrap().1.split_once('"').unwrap().0;
    let css = accent_css(&format!("#{accent}").try_into().unwrap());
    fs_err::write(folder.join(format!("accent-{accent}.css")), css).unwrap();
    let html = html.replace("/accent.css?c=", "/accent-").replace(&format!("-{accent}\""), &format!("-{accent}.css\""));
    fs_err::write(folder.join(format!("{name}.html")), html).unwrap();
    for asset in assets() {
        fs_err::write(folder.join("assets").join(asset.path), asset.bytes).unwrap();
    }
}

fn draw_wall(name: &str, view: &WallPage<'_>) {
    draw(name, &wall(view).unwrap());
}

#[test]
#[ignore = "draws pages for people to look at"]
fn every_state() {
    let release = release_wall();
    draw_wall("wall", &page_of(&release));
    draw_wall("empty", &page_of(&snapshot(&[])));
    draw_wall(
        "waiting",
        &page_of(&Snapshot { volume: VolumeHealth::Waiting(Some("/mnt/msg: not found".to_owned())), ..snapshot(&[]) }),
    );
    draw_wall("unavailable", &WallPage { posting: PostingState::Unavailable, ..page_of(&release) });
    draw_wall("closed", &WallPage { posting: PostingState::Closed, ..page_of(&release) });
    let form = |message: &str| FormState {
        text: "Rolled back to 4.2.1 in eu-west, error rate is flat again, damn.".to_owned(),
        author: "ann".to_owned(),
        refused: Some(Refused { error: "message_blocked".to_owned(), message: message.to_owned() }),
    };
    draw_wall(
        "closed-kept",
        &WallPage { posting: PostingState::Closed, form: form("posting is closed on this wall"), ..page_of(&release) },
    );
    draw_wall("refused", &WallPage { form: form("text: contains the blocked word \"damn\""), ..page_of(&release) });

    let mut trouble = release_wall();
    let reason = "config.json: banner.tone: unknown variant `loud`, expected one of `info`, `success`, `warning`, `danger` at line 4 column 22".to_owned();
    trouble.rejected = Some(Rejected { reason, since: ago(200), source: "config.json" });
    trouble.volume =
        VolumeHealth::Failing { reason: "read content: Input/output error (os error 5)".to_owned(), since: ago(12) };
    trouble.damaged_lines = 2;
    draw_wall("trouble", &page_of(&trouble));

    for (accent, tone) in
        [("ffffff", "info"), ("000000", "danger"), ("ffff00", "success"), ("1c5fb0", "info"), ("8a2be2", "warning")]
    {
        let config = format!(
            r##"{{"title":"Accent #{accent}","accent":"#{accent}","banner":{{"text":"A banner that is {tone}","tone":"{tone}"}}}}"##
        );
        let mut snapshot = release_wall();
        snapshot.config = published(43, 30, "direct", &config);
        snapshot.changes.push(change(snapshot.config.clone(), &["title", "accent", "banner"]));
        draw_wall(&format!("accent-{accent}"), &page_of(&snapshot));
    }

    let said: Vec<_> = (0..130).map(|_| (Some("a-very-long-name-without-any-space-in-it-that-goes-on-and-on"), "Looooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooong", 86_500)).collect();
    draw_wall("long", &page_of(&snapshot(&said)));
    draw("not-found", &not_found("/w/<nothing>").unwrap());
}
