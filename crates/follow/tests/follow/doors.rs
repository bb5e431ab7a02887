//! The HTTP listener.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use anyhow::Result;
use support::Process;

use crate::sidecar::{Scene, code, finished, program};

#[test]
fn a_look_answers_as_a_reader_does() -> Result<()> {
    let scene = Scene::new()?;
    scene.publish("a", "one")?;
    let sidecar = scene.start()?;
    let (status, body) = sidecar.ask("POST", "/look")?;
    let looked: wall_api::Looked = serde_json::from_str(&body)?;
    assert_eq!((status, looked.generation, looked.rejected), (200, 1, None));
    assert_eq!(scene.read("a").as_deref(), Some("one"));
    assert_eq!(sidecar.ask("POST", "/look?wait=false")?.0, 202);
    Ok(())
}

#[test]
fn routes_and_methods_that_do_not_exist_are_told() -> Result<()> {
    let scene = Scene::new()?;
    let sidecar = scene.start()?;
    for (method, path, status, error) in [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/look", 405, "method_not_allowed"),
        ("POST", "/live", 405, "method_not_allowed"),
    ] {
        let (found, body) = sidecar.ask(method, path)?;
        assert!(found == status && body.contains(error), "{method} {path}: {found} {body}");
    }
    assert_eq!(sidecar.ask("GET", "/live")?.0, 200);
    Ok(())
}

#[test]
fn the_health_check_says_whether_everything_is_in_place() -> Result<()> {
    let scene = Scene::new()?;
    let sidecar = scene.start()?;
    let check = || {
        let mut command = program();
        command.arg("health-check").env("FOLLOW_LISTEN", sidecar.address().to_string());
        finished(command)
    };
    let (code, output) = check()?;
    assert!(code == 1 && output.contains("not_ready"), "{code}: {output}");
    scene.publish("a", "one")?;
    sidecar.look()?;
    assert_eq!(check()?.0, 0);
    let mut command = program();
    command.args(["health-check", "--listen", "127.0.0.1:1"]);
    assert_eq!(finished(command)?.0, 1);
    let mut command = program();
    command.arg("health-check");
    assert_eq!(finished(command)?.0, 64);
    Ok(())
}

#[test]
fn clients_that_send_half_a_request_keep_nobody_away() -> Result<()> {
    let scene = Scene::new()?;
    scene.publish("a", "one")?;
    let sidecar = scene.start()?;
    let mut held = Vec::new();
    for _ in 0..20 {
        let mut stream = TcpStream::connect(sidecar.address())?;
        stream.write_all(b"GET /live HTTP/1.1\r\nX: ")?;
        held.push(stream);
    }
    let mut large = TcpStream::connect(sidecar.address())?;
    // The program may close the connection before everything is sent.
    drop(large.write_all(&[b'x'; 100_000]));
    drop(large.read(&mut [0; 100]));
    assert_eq!(sidecar.look()?["generation"], 1);
    Ok(())
}

#[test]
fn an_address_in_use_ends_the_program_with_the_reason() -> Result<()> {
    let scene = Scene::new()?;
    scene.publish("a", "one")?;
    let sidecar = scene.start()?;
    let mut command: Command = scene.command_from(&scene.path("source"), &scene.path("second"));
    command.arg("--listen").arg(sidecar.address().to_string());
    let mut second = Process::start(command)?;
    assert_eq!(code(second.wait()?)?, 1);
    assert!(second.stderr().contains("in use"), "{}", second.stderr());
    Ok(())
}

#[test]
fn it_ends_at_once_when_it_is_asked_to() -> Result<()> {
    for signal in [rustix::process::Signal::TERM, rustix::process::Signal::INT] {
        let scene = Scene::new()?;
        let mut sidecar = scene.start()?;
        sidecar.process.signal(signal)?;
        assert_eq!(code(sidecar.process.wait()?)?, 0);
    }
    Ok(())
}
