//! nginx, reloaded by a signal to its pid file.

use std::process::Command;

use anyhow::Result;
use support::{Process, free_address, wait_until};

use crate::load::{Load, fetch};
use crate::sidecar::Scene;
use crate::times::Times;

/// The number of reloads under load.
const RELOADS: u64 = 100;

#[test]
fn nginx_follows_and_no_request_fails_during_100_reloads() -> Result<()> {
    let (scene, address) = (Scene::new()?, free_address()?);
    let (pid, scratch) = (scene.path("nginx.pid"), scene.path("scratch"));
    fs_err::create_dir(&scratch)?;
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {}/{name}; ", scratch.display()))
        .concat();
    let main = format!(
        "daemon off; worker_processes 2; pid {}; error_log stderr warn; events {{}}
        http {{ access_log off; {temporary} include site.conf; }}",
        pid.display()
    );
    let site = |answer: &str| format!("server {{ listen {address}; location / {{ return 200 \"{answer}\"; }} }}");
    scene.publish("nginx.conf", main)?;
    scene.publish("site.conf", site("generation 1"))?;
    let then = format!("signal:HUP:{}", pid.display());
    let scene = scene.with(&["--check", "nginx -t -q -c {}/nginx.conf", "--then", &then]);
    let sidecar = scene.start()?;
    sidecar.until_ready();
    let mut command = Command::new("nginx");
    command.args([
        "-p",
        &scratch.to_string_lossy(),
        "-e",
        "stderr",
        "-c",
        &scene.path("target/nginx.conf").to_string_lossy(),
    ]);
    let _nginx = Process::start(command)?;
    wait_until("nginx", || fetch(address, "/").is_ok_and(|body| body == "generation 1"));

    let load = Load::start(address);
    let mut times = Times::of("nginx, reloaded by SIGHUP");
    for generation in 2..=RELOADS + 1 {
        let answer = format!("generation {generation}");
        scene.publish("site.conf", site(&answer))?;
        times.until(&answer, || fetch(address, "/").is_ok_and(|body| body == answer));
    }
    load.finish("nginx")?;

    scene.publish("site.conf", "server { listen nowhere at all; }")?;
    let reason = sidecar.until_fault("check_refused");
    assert!(reason.contains("/source/site.conf:1"), "{reason}");
    // A worker of the last generation may still take a connection.
    wait_until("the last generation", || {
        fetch(address, "/").is_ok_and(|body| body == format!("generation {}", RELOADS + 1))
    });
    Ok(())
}
