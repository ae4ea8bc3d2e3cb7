//! How a server ends: a real process, a real signal.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use support::Server;

/// Sends a signal by its name to a server.
fn send(server: &mut Server, signal: &str) {
    let id = server.process().id().to_string();
    assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
}

/// Starts a server that says on a pipe what it does.
fn start() -> (Server, impl Iterator<Item = String>) {
    let mut server = Server::start_with(&[], Stdio::piped());
    let stderr = server.process().stderr.take().unwrap();
    (server, BufReader::new(stderr).lines().map(Result::unwrap))
}

/// Opens a connection that the server has taken, as the answer to a first request shows.
fn connect(server: &Server) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    write!(stream, "GET /api/health HTTP/1.1\r\nHost: {}\r\n\r\n", server.address()).unwrap();
    let mut head = [0; 15];
    stream.read_exact(&mut head).unwrap();
    assert_eq!(&head, b"HTTP/1.1 200 OK");
    stream
}

#[test]
fn a_signal_ends_it_in_order_and_it_says_so() {
    for signal in ["TERM", "INT"] {
        let (mut server, said) = start();
        // An open connection with nothing under way holds nobody up.
        let mut idle = connect(&server);
        send(&mut server, signal);
        // Standard error ends with the process.
        let said: Vec<String> = said.collect();
        assert!(server.process().wait().unwrap().success(), "{said:?}");
        let place = |text: &str| said.iter().position(|line| line.contains(text));
        let (stopping, stopped) =
            (place(&format!("SIG{signal}: stopping")).unwrap(), place("stopped").unwrap());
        assert!(stopping < stopped && stopped == said.len() - 1, "{said:?}");
        // It is closed, not cut. (Another server may have the port by now.)
        assert!(idle.read_to_end(&mut Vec::new()).is_ok());
    }
}

#[test]
fn a_request_that_never_ends_does_not_keep_it_alive() {
    let (mut server, mut said) = start();
    let mut stream = TcpStream::connect(server.address()).unwrap();
    // Half of a head: the rest never comes.
    write!(stream, "GET /api/health HTTP/1.1\r\nHost:").unwrap();
    // One that is answered later than the half was sent; the server has both.
    drop(connect(&server));
    send(&mut server, "TERM");
    assert!(said.any(|line| line.contains("SIGTERM: stopping")));
    // Whoever can't wait sends another.
    send(&mut server, "INT");
    let said: Vec<String> = said.collect();
    assert!(server.process().wait().unwrap().success(), "{said:?}");
    assert!(said.last().unwrap().contains("stopped"), "{said:?}");
}

/// Half a head that stalls is given up on, and so is a connection on which nothing is asked any more.
#[test]
fn a_connection_that_stalls_is_closed() {
    let (server, _said) = start();
    let mut half = TcpStream::connect(server.address()).unwrap();
    write!(half, "GET /api/health HTTP/1.1\r\nHost:").unwrap();
    let mut idle = connect(&server);
    for stream in [&mut half, &mut idle] {
        // Far longer than the server gives it.
        stream.set_read_timeout(Some(Duration::from_secs(100))).unwrap();
        let ended = stream.read_to_end(&mut Vec::new());
        assert!(ended.is_ok(), "{ended:?}");
    }
}
