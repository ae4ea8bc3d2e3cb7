//! Traces for a collector, as it takes them.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Instant;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;

use crate::SOON;
use crate::support::Server;

/// Takes traces as a collector does, and returns where, and the spans as they come.
fn collector() -> (String, Receiver<Span>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (tell, spans) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (stream, tell) = (stream.unwrap(), tell.clone());
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stream);
                while let Some(body) = posted(&mut reader) {
                    let sent = ExportTraceServiceRequest::decode(&body[..]).unwrap();
                    for of in sent.resource_spans {
                        let of_us = of.resource.unwrap().attributes.into_iter().any(|attribute| {
                            let named = attribute.value.and_then(|value| value.value);
                            attribute.key == "service.name"
                                && named == Some(Value::StringValue("tauroi".into()))
                        });
                        assert!(of_us);
                        for span in of.scope_spans.into_iter().flat_map(|scope| scope.spans) {
                            // Whoever listened has seen enough.
                            let _ = tell.send(span);
                        }
                    }
                    let answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n";
                    reader.get_mut().write_all(answer).unwrap();
                }
            });
        }
    });
    (address, spans)
}

/// Reads the body of a request for traces; nothing once the connection ends.
fn posted(reader: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let (mut length, mut line) = (0, String::new());
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    assert!(line.starts_with("POST /v1/traces "), "{line}");
    while line != "\r\n" {
        line.clear();
        reader.read_line(&mut line).unwrap();
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Some(body)
}

fn text(span: &Span, key: &str) -> Option<String> {
    let attribute = span.attributes.iter().find(|attribute| attribute.key == key)?;
    match attribute.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        Value::IntValue(number) => Some(number.to_string()),
        _ => None,
    }
}

#[test]
fn an_order_and_a_request_are_traced_step_by_step() {
    let (address, spans) = collector();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
    command.args(["serve", "--addr", "127.0.0.1:0", "--traces", &address]).stderr(Stdio::null());
    let cache = concat!(env!("CARGO_TARGET_TMPDIR"), "/traced");
    let server = Server::run({
        command.env("TAUROI_CACHE", cache);
        command
    });
    assert_eq!(server.get("/api/health?secret=word", &[]).status, 200);
    let until = Instant::now() + SOON;
    let (mut heard, mut by_parent) = (Vec::new(), HashMap::<Vec<u8>, Vec<Span>>::new());
    let of_an_order = loop {
        let span =
            spans.recv_timeout(until.saturating_duration_since(Instant::now())).expect("no order is traced");
        if span.parent_span_id.is_empty() {
            heard.push(span);
        } else {
            by_parent.entry(span.parent_span_id.clone()).or_default().push(span);
        }
        // Steps are told before what they are of.
        let is_whole = |span: &&Span| span.name == "create" && by_parent.contains_key(&span.span_id);
        if let Some(order) = heard.iter().find(is_whole)
            && heard.iter().any(|span| span.name == "GET /api/health")
        {
            break order.clone();
        }
    };
    assert!(text(&of_an_order, "tauroi.order").unwrap().starts_with("tauroi-"), "{of_an_order:?}");
    assert!(text(&of_an_order, "tauroi.ticker").unwrap().starts_with("KXTOPMONTHLY-"), "{of_an_order:?}");
    assert!(text(&of_an_order, "tauroi.run").unwrap().parse::<i64>().unwrap() > 0);
    let mut steps = by_parent.remove(&of_an_order.span_id).unwrap();
    steps.sort_by_key(|step| step.start_time_unix_nano);
    assert_eq!(steps.last().unwrap().name, "answered");
    for step in &steps {
        assert_eq!(step.trace_id, of_an_order.trace_id);
        assert!(step.start_time_unix_nano < step.end_time_unix_nano, "{step:?}");
    }
    let health = heard.iter().find(|span| span.name == "GET /api/health").unwrap();
    assert_eq!(text(health, "http.response.status_code").as_deref(), Some("200"));
    assert!(!format!("{health:?}").contains("word"), "what somebody asked is in it: {health:?}");
}
