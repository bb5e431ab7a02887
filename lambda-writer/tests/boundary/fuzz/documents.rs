//! Followed documents in JSON, YAML and TOML.

use lambda_writer::sources::parse;
use shared_volume::config::Config;
use support::fuzz::{Fuzzer, Input, Verdict};

const JSON: &str =
    r##"{"title":"Wall","banner":{"text":"Hi","tone":"info"},"accent":"#123abc","blocked_words":["a b"]}"##;

const YAML: &str = "# The wall\ntitle: Wall\nmax_message_chars: 280\nbanner: &b {text: Hi, tone: info}\nblocked_words:\n  \
     - darn\n  - 'two words'\nposting: open\n";

const TOML: &str = "title = \"Wall\"\nmax_message_chars = 280\nblocked_words = [\"darn\"]\n[banner]\ntext = 'Hi'\n";

const TYPES: [Option<&str>; 6] =
    [None, None, Some("application/json"), Some("application/yaml; charset=utf-8"), Some("text/x-toml"), Some("a b")];

const FILES: [&str; 5] = ["wall.yaml", "walls/wall.toml", "wall.json", "/messagewall/config", "wall.YML"];

/// The longest fault, in bytes.
const MAX_FAULT_BYTES: usize = 2000;

#[test]
fn any_document_is_parsed_or_refused_with_its_place() {
    let yaml = ["*b", "&b ", "<<: ", "!!int ", "!!binary ", "? ", "|\n", ">-\n", "---\n", "...\n", ".nan", "0x1F", "~"];
    let toml = ["[a.b]\n", "[[a]]\n", "1979-05-27T07:32:00Z", "\"\"\"", "'''", "inf", "0b1", "a.b = 1\n"];
    Fuzzer::new("followed documents", [JSON, YAML, TOML]).words(yaml).words(toml).run(check);
}

fn check(input: &Input) -> Verdict {
    match parse(&input.bytes, *input.pick(0, &TYPES), input.pick::<&str>(1, &FILES)) {
        Ok(value) => {
            // The same document as JSON is the same configuration.
            let again = parse(value.to_string().as_bytes(), None, "wall.json").unwrap();
            assert_eq!(Config::from_value(value).ok(), Config::from_value(again).ok());
            Verdict::Accepted
        }
        Err(fault) => {
            let has_place = fault.contains("line ") && fault.contains("column ");
            let is_about_bytes = ["UTF-8", "UTF-16", "empty"].iter().any(|word| fault.contains(word));
            assert!(has_place || is_about_bytes, "{fault}");
            assert!(fault.len() < MAX_FAULT_BYTES, "{fault}");
            Verdict::Refused
        }
    }
}
