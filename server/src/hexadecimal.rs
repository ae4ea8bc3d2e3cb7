//! Bytes as text.

use std::fmt::Write as _;

/// Returns bytes in hexadecimal, in small letters: such text can stand in HTML, a header or a file as it is.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // A text takes all that it is given.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn each_byte_has_two_letters() {
        assert_eq!(super::hexadecimal(&[0, 0x0a, 0xff]), "000aff");
    }
}
