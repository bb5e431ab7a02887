//! Prometheus, reloaded by a request.

use std::process::Command;

use anyhow::Result;
use support::{Process, free_address, wait_until};

use crate::load::fetch;
use crate::sidecar::Scene;
use crate::times::Times;

#[test]
fn prometheus_follows_its_configuration_and_its_rules() -> Result<()> {
    let (scene, address) = (Scene::new()?, free_address()?);
    scene.publish("prometheus.yml", "global: {scrape_interval: 1h}\nrule_files: [rules.yml]\n")?;
    let rules = |generation: u64| {
        format!("groups: [{{name: g, rules: [{{record: 'generation{generation}', expr: 'vector({generation})'}}]}}]\n")
    };
    scene.publish("rules.yml", rules(1))?;
    let then = format!("http:POST:http://{address}/-/reload");
    let scene =
        scene.with(&["--check", "promtool check config {}/prometheus.yml", "--check-timeout", "30s", "--then", &then]);
    let sidecar = scene.start()?;
    sidecar.until_ready();
    let mut command = Command::new("prometheus");
    command.arg(format!("--config.file={}", scene.path("target/prometheus.yml").display()));
    command.arg(format!("--storage.tsdb.path={}", scene.path("data").display()));
    command.arg(format!("--web.listen-address={address}")).arg("--web.enable-lifecycle");
    let _prometheus = Process::start(command)?;
    let uses = |generation: u64| {
        let name = format!("generation{generation}\"");
        move || fetch(address, "/api/v1/rules").is_ok_and(|rules| rules.contains(&name))
    };
    wait_until("Prometheus", uses(1));

    let mut times = Times::of("Prometheus, reloaded by POST /-/reload");
    for generation in 2..=10 {
        scene.publish("rules.yml", rules(generation))?;
        times.until("the rules", uses(generation));
    }
    scene.publish("rules.yml", "groups: [{name: g, rules: [{record: 'a', expr: 'vector('}]}]\n")?;
    let reason = sidecar.until_fault("check_refused");
    assert!(reason.contains("source/rules.yml") && reason.contains("could not parse expression"), "{reason}");
    assert!(uses(10)());
    Ok(())
}
