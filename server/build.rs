//! Embeds the page: every file of `dist/`, with its brotli and gzip forms, or a placeholder without it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let manifest = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let dist = manifest.join("../dist");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", dist.display());
    println!("cargo::rerun-if-changed=src/web/placeholder.html");

    let mut table = String::from("pub(crate) static ASSETS: &[Asset] = &[\n");
    let index = dist.join("index.html");
    let built = index.is_file();
    if built {
        fs::copy(&index, out.join("index.html"))?;
        let mut files: Vec<_> = fs::read_dir(&dist)?.collect::<Result<Vec<_>, _>>()?;
        files.sort_by_key(fs::DirEntry::file_name);
        for file in files {
            let name =
                file.file_name().into_string().map_err(|name| format!("{} is no UTF-8", name.display()))?;
            if name != "index.html" && !name.starts_with('.') && file.file_type()?.is_file() {
                table.push_str(&embed(&file.path(), &name, &out)?);
            }
        }
    } else {
        fs::copy(manifest.join("src/web/placeholder.html"), out.join("index.html"))?;
    }
    table.push_str("];\n");
    table.push_str(&format!("pub(crate) const PAGE_IS_BUILT: bool = {built};\n"));
    fs::write(out.join("assets.rs"), table)?;
    Ok(())
}

/// Writes the file and its compressed forms to `out` and returns its row of the table.
fn embed(path: &Path, name: &str, out: &Path) -> Result<String, Box<dyn std::error::Error>> {
    let bytes = fs::read(path)?;
    let (mime, compressible) = match path.extension().and_then(|extension| extension.to_str()) {
        Some("css") => ("text/css; charset=utf-8", true),
        Some("html") => ("text/html; charset=utf-8", true),
        Some("js") => ("text/javascript; charset=utf-8", true),
        Some("json") => ("application/json", true),
        Some("svg") => ("image/svg+xml", true),
        Some("wasm") => ("application/wasm", true),
        Some("png") => ("image/png", false),
        Some("woff2") => ("font/woff2", false),
        other => {
            return Err(format!(
                "dist/{name}: no MIME type is known for {other:?}; add it to server/build.rs"
            )
            .into());
        }
    };
    let include = |file: &str| format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{file}\"))");
    fs::write(out.join(name), &bytes)?;
    let mut compressed = [None, None];
    if compressible {
        let mut brotli = Vec::new();
        let parameters = brotli::enc::BrotliEncoderParams {
            quality: 11,
            lgwin: 22,
            size_hint: bytes.len(),
            ..Default::default()
        };
        brotli::BrotliCompress(&mut bytes.as_slice(), &mut brotli, &parameters)?;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(&bytes)?;
        for (slot, (extension, form)) in compressed.iter_mut().zip([("br", brotli), ("gz", gzip.finish()?)]) {
            if form.len() < bytes.len() {
                let file = format!("{name}.{extension}");
                fs::write(out.join(&file), form)?;
                *slot = Some(include(&file));
            }
        }
    }
    let [brotli, gzip] =
        compressed.map(|form| form.map_or("None".to_owned(), |form| format!("Some({form})")));
    Ok(format!(
        "    Asset {{ name: {name:?}, mime: {mime:?}, plain: {}, brotli: {brotli}, gzip: {gzip} }},\n",
        include(name)
    ))
}
