//! HAProxy in master-worker mode, as the application of `follow run`.

use anyhow::Result;
use rustix::process::Signal;
use support::{free_address, wait_until};

use crate::load::{Load, fetch};
use crate::sidecar::{Scene, Sidecar, code};
use crate::times::Times;

#[test]
fn haproxy_follows_as_the_application_of_follow_run() -> Result<()> {
    let (scene, address) = (Scene::new()?, free_address()?);
    let config = |answer: &str| {
        format!(
            "global\n  maxconn 200\ndefaults\n  mode http\n  timeout client 5s\n  timeout server 5s\n  timeout connect 5s\n\
            frontend front\n  bind {address}\n  http-request return status 200 content-type text/plain string \"{answer}\"\n"
        )
    };
    scene.publish("haproxy.cfg", config("generation 1"))?;
    let file = scene.path("target/haproxy.cfg").to_string_lossy().into_owned();
    let options = ["--check", "haproxy -c -f {}/haproxy.cfg", "--reload-signal", "USR2"];
    let mut sidecar = Sidecar::start(scene.run(&options, &["haproxy", "-W", "-f", &file]))?;
    wait_until("HAProxy", || fetch(address, "/").is_ok_and(|body| body == "generation 1"));

    let load = Load::start(address);
    let mut times = Times::of("HAProxy, reloaded by SIGUSR2 of follow run");
    for generation in 2..=20 {
        let answer = format!("generation {generation}");
        scene.publish("haproxy.cfg", config(&answer))?;
        times.until(&answer, || fetch(address, "/").is_ok_and(|body| body == answer));
    }
    load.finish("HAProxy")?;

    scene.publish("haproxy.cfg", "frontend front\n  bind nowhere\n")?;
    let reason = sidecar.until_fault("check_refused");
    assert!(reason.contains("/source/haproxy.cfg:2"), "{reason}");
    wait_until("the last generation", || fetch(address, "/").is_ok_and(|body| body == "generation 20"));
    sidecar.process.signal(Signal::TERM)?;
    // The master reports the end of its workers as success.
    assert_eq!(code(sidecar.process.wait()?)?, 0);
    Ok(())
}
