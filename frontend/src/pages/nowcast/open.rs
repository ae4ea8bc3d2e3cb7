//! Files of listeners that a person opens: read in the page, so that nothing leaves the machine.

use std::sync::Arc;

use js_sys::{Array, Function, Reflect, Uint8Array};
use leptos::task::spawn_local;
use shared::nowcast::series::{EVENTS_COLUMNS, HistoriesRead, LISTENERS_COLUMNS, Source, read_histories};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, ReadableWritablePair, Response};

use super::studio::{Loaded, Studio};
use crate::desk::Desk;
use crate::parts::opener::refusal;
use crate::route::Said;

/// The largest file that is opened, in bytes.
const MOST_BYTES: f64 = 32.0 * 1024.0 * 1024.0;

/// Opens histories, and events that moved them.
pub(super) fn open_files(studio: Studio, desk: Desk, files: Vec<File>) {
    if files.is_empty() {
        return;
    }
    spawn_local(async move {
        let before = studio.change(|state| state.opened.clone());
        match open(&files, before).await {
            Ok((loaded, remarks, tables)) => {
                studio.change(|state| state.opened = tables);
                let mut said = vec![loaded.summary()];
                studio.show(loaded, &Said::default());
                said.extend(remarks.into_iter().map(|remark| remark + "."));
                desk.say(said.join(" "));
            }
            Err(reason) => desk.warn(refusal(&reason)),
        }
    });
}

/// A file's name and its content.
type Opened = (String, Arc<[u8]>);

/// Returns what the files and those opened before hold, a sentence for each thing that was taken for granted, and all of
/// these files. Of two files of one name the newer one counts.
async fn open(files: &[File], mut tables: Vec<Opened>) -> Result<(Loaded, Vec<String>, Vec<Opened>), String> {
    for file in files {
        let name = file.name();
        if file.size() > MOST_BYTES {
            return Err(format!("{name} is larger than 32 MB."));
        }
        let bytes = bytes(file).await.map_err(|_| format!("{name} can't be read as gzip."))?;
        tables.retain(|(other, _)| *other != name);
        tables.push((name, bytes.into()));
    }
    let read = read(&tables).map_err(|reason| format!("{reason}."))?;
    let names: Vec<&str> = tables.iter().map(|(name, _)| name.as_str()).collect();
    Ok((Loaded::new(names.join(", "), None, read.histories)?, read.remarks, tables))
}

/// Tells listeners from events by their columns, and reads both.
fn read(tables: &[Opened]) -> Result<HistoriesRead, String> {
    let (mut listeners, mut events) = (Vec::new(), Vec::new());
    for (name, bytes) in tables {
        let source = Source::new(name, bytes);
        let lacks = |columns: &[&'static str]| source.missing_column(columns).map_err(|e| e.to_string());
        match lacks(&LISTENERS_COLUMNS)? {
            None => listeners.push(source),
            Some(_) if lacks(&EVENTS_COLUMNS)?.is_none() => events.push(source),
            Some(column) => return Err(format!("{name}, line 1, column {column}: no such column")),
        }
    }
    if listeners.is_empty() {
        return Err(format!("Open a file with the columns {}", LISTENERS_COLUMNS.join(", ")));
    }
    read_histories(&listeners, &events).map_err(|e| e.to_string())
}

/// Returns the file's content, unpacked if it is gzip.
async fn bytes(file: &File) -> Result<Vec<u8>, JsValue> {
    let plain = Uint8Array::new(&JsFuture::from(file.array_buffer()).await?);
    if plain.length() < 2 || (plain.get_index(0), plain.get_index(1)) != (0x1f, 0x8b) {
        return Ok(plain.to_vec());
    }
    // By name, for its bindings are not settled yet. The stream is a pair of ends itself.
    let make: Function = Reflect::get(&js_sys::global(), &"DecompressionStream".into())?.dyn_into()?;
    let ends: ReadableWritablePair = Reflect::construct(&make, &Array::of1(&"gzip".into()))?.unchecked_into();
    let unpacked = Response::new_with_opt_readable_stream(Some(&file.stream().pipe_through(&ends)))?;
    Ok(Uint8Array::new(&JsFuture::from(unpacked.array_buffer()?).await?).to_vec())
}
