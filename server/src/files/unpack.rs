//! The text of a file: told by its first bytes, not by its name, and unzipped on the way.

use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};

use anyhow::{Context, bail};
use flate2::bufread::GzDecoder;

use super::columnar;

/// How much of a file is held at once while it is read.
const PIECE: usize = 128 << 10;
/// How many bytes tell what a file is.
const START: u64 = 64;

/// Files that are known by how they begin, and what to do about each.
const OTHERS: [(&[u8], &str); 8] = [
    (b"PK\x03\x04", "a zip archive: unpack it, or pack the file itself with gzip"),
    (b"\xfd7zXZ\0", "packed with xz: unpack it, or pack it with gzip"),
    (b"BZh", "packed with bzip2: unpack it, or pack it with gzip"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd: unpack it, or pack it with gzip"),
    (columnar::MAGIC, "a Parquet file, which is not read there: write it as CSV"),
    (b"%PDF", "a PDF"),
    (b"\xff\xfe", "UTF-16 text: save it as UTF-8"),
    (b"\xfe\xff", "UTF-16 text: save it as UTF-8"),
];

const GZIP: &[u8] = b"\x1f\x8b";

/// Hands what `file` holds to `take`, piece by piece, unzipped if it is gzip.
///
/// # Errors
///
/// Names the file when it can't be read, is no text, or unpacks to more than `limit` bytes; and passes on what `take`
/// refuses.
pub(super) fn unpack(
    file: impl Read,
    name: &str,
    limit: u64,
    mut take: impl FnMut(&[u8]) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let Text { mut text, unreadable } = text(file, name)?;
    let mut piece = vec![0; PIECE];
    let mut left = limit;
    loop {
        let count = match text.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error).context(unreadable),
        };
        left = match left.checked_sub(count as u64) {
            Some(left) => left,
            None => bail!("{name} holds more than {} MB", limit >> 20),
        };
        take(piece.get(..count).unwrap_or_default())?;
    }
}

/// The text of a file, and what to say when it can't be read to its end.
pub(super) struct Text<'a> {
    pub(super) text: Box<dyn Read + 'a>,
    unreadable: String,
}

/// Returns the text of `file`, unzipped if it is gzip.
///
/// # Errors
///
/// Names the file when its beginning can't be read, or is not one of a text.
pub(super) fn text<'a>(file: impl Read + 'a, name: &str) -> anyhow::Result<Text<'a>> {
    let unreadable = format!("{name} can't be read");
    let (start, file) = peek(file).with_context(|| unreadable.clone())?;
    if !start.starts_with(GZIP) {
        check(&start, name)?;
        return Ok(Text { text: Box::new(file), unreadable });
    }
    let unreadable = unreadable + " as gzip";
    let members = Members { member: Some(GzDecoder::new(BufReader::with_capacity(PIECE, file))) };
    let (start, members) = peek(members).with_context(|| unreadable.clone())?;
    check(&start, name)?;
    Ok(Text { text: Box::new(members), unreadable })
}

/// What was read ahead, and then the rest.
type Whole<R> = Chain<Cursor<Vec<u8>>, R>;

/// Returns the first bytes of what is read, and all of it.
fn peek<R: Read>(mut file: R) -> io::Result<(Vec<u8>, Whole<R>)> {
    let mut start = Vec::new();
    file.by_ref().take(START).read_to_end(&mut start)?;
    Ok((start.clone(), Cursor::new(start).chain(file)))
}

/// Refuses what begins like something else than text in UTF-8.
fn check(start: &[u8], name: &str) -> anyhow::Result<()> {
    if let Some((_, what)) = OTHERS.iter().find(|(begins, _)| start.starts_with(begins)) {
        bail!("{name} is {what}");
    }
    if start.starts_with(GZIP) {
        bail!("{name} is packed with gzip twice: unpack it once");
    }
    // The letters of a header in UTF-16 have every second byte empty.
    if start.len() > 3 && start.chunks_exact(2).all(|pair| (pair[0] == 0) != (pair[1] == 0)) {
        bail!("{name} is UTF-16 text: save it as UTF-8");
    }
    if start.contains(&0) {
        bail!("{name} is no text: it holds zero bytes");
    }
    Ok(())
}

/// The members of a gzip file one after another, as `gzip -d` reads them: zeros behind the last one, with which tapes
/// and block devices fill up, are none.
struct Members<R: BufRead> {
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let count = member.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            self.member = match self.member.take().map(GzDecoder::into_inner) {
                Some(rest) => next_member(rest)?.map(GzDecoder::new),
                None => None,
            };
        }
        Ok(0)
    }
}

/// Returns what is read from the next byte on that is not zero; `None` at the end.
fn next_member<R: BufRead>(mut rest: R) -> io::Result<Option<R>> {
    loop {
        let ahead = rest.fill_buf()?;
        if ahead.is_empty() {
            return Ok(None);
        }
        match ahead.iter().position(|byte| *byte != 0) {
            Some(zeros) => {
                rest.consume(zeros);
                return Ok(Some(rest));
            }
            None => {
                let zeros = ahead.len();
                rest.consume(zeros);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn zipped(text: &[u8]) -> Vec<u8> {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(text).unwrap();
        gzip.finish().unwrap()
    }

    fn text(bytes: &[u8], limit: u64) -> Result<Vec<u8>, String> {
        let mut text = Vec::new();
        let read = unpack(bytes, "x.csv", limit, |piece| {
            text.extend_from_slice(piece);
            Ok(())
        });
        read.map(|()| text).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn a_file_is_told_by_its_first_bytes() {
        let plain = b"ticker,price\n".repeat(50_000);
        assert!(text(&plain, 1 << 20).unwrap() == plain);
        assert!(text(&zipped(&plain), 1 << 20).unwrap() == plain);
        assert_eq!(text(b"", 9).unwrap(), b"");
        assert_eq!(text(&zipped(b""), 9).unwrap(), b"");
        // One byte too much is refused, packed or not.
        assert_eq!(text(&plain, plain.len() as u64).unwrap().len(), plain.len());
        assert!(text(&plain, plain.len() as u64 - 1).unwrap_err().contains("holds more than 0 MB"));
        assert!(text(&zipped(&plain), plain.len() as u64 - 1).unwrap_err().contains("holds more than 0 MB"));
    }

    #[test]
    fn gzip_has_members_and_may_be_padded_but_not_cut() {
        let (a, b) = (zipped(b"a,"), zipped(b"b\n"));
        assert_eq!(text(&[a.clone(), b.clone()].concat(), 9).unwrap(), b"a,b\n");
        assert_eq!(text(&[a.clone(), b, vec![0; 300_000]].concat(), 9).unwrap(), b"a,b\n");
        for broken in [&a[..a.len() - 1], &a[..3], &[&a[..], b"\nrest"].concat()] {
            assert!(text(broken, 9).unwrap_err().starts_with("x.csv can't be read as gzip: "));
        }
    }

    #[test]
    fn what_is_no_text_is_called_by_its_name() {
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        for (bytes, says) in [
            (b"PK\x03\x04rest".to_vec(), "x.csv is a zip archive: unpack it"),
            (b"PAR1".to_vec(), "x.csv is a Parquet file"),
            (utf16("\u{feff}ticker"), "x.csv is UTF-16 text: save it as UTF-8"),
            (utf16("ticker,timestamp"), "x.csv is UTF-16 text: save it as UTF-8"),
            ("ti".encode_utf16().flat_map(u16::to_be_bytes).collect(), "x.csv is UTF-16 text"),
            (b"\0\0\0\0".to_vec(), "x.csv is no text"),
            (zipped(b"a"), "x.csv is packed with gzip twice"),
        ] {
            // The same inside gzip.
            assert!(text(&zipped(&bytes), 999).unwrap_err().starts_with(says), "{says}");
            if !bytes.starts_with(GZIP) {
                assert!(text(&bytes, 999).unwrap_err().starts_with(says), "{says}");
            }
        }
    }
}
