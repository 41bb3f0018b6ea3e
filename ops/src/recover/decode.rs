//! The text of a file, however it is compressed and encoded.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Unpacks gzip, in any number of layers and parts, and decodes UTF-16 or UTF-8. Bytes that are neither are replaced:
/// one broken byte must not cost the views around it.
///
/// # Errors
/// When the compressed data is damaged.
pub fn text(mut bytes: Vec<u8>) -> io::Result<String> {
    while bytes.starts_with(&GZIP) {
        let mut unpacked = Vec::new();
        MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut unpacked)?;
        bytes = unpacked;
    }
    Ok(match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        // Without a byte order mark. A log begins in ASCII.
        [first, 0, ..] if *first != 0 => utf16(&bytes, u16::from_le_bytes),
        [0, second, ..] if *second != 0 => utf16(&bytes, u16::from_be_bytes),
        _ => String::from_utf8_lossy(&bytes).into_owned(),
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let characters = char::decode_utf16(units);
    characters
        .map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn units(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn unpacks_layers_and_parts_of_gzip() {
        let parts = [gzip(b"one, "), gzip(b"two")].concat();
        assert_eq!(text(gzip(&parts)).unwrap(), "one, two");
    }

    #[test]
    fn reads_utf_16_with_and_without_a_byte_order_mark() {
        for bytes in [
            units("\u{feff}Grüße", u16::to_le_bytes),
            units("\u{feff}Grüße", u16::to_be_bytes),
            units("Grüße", u16::to_le_bytes),
            units("Grüße", u16::to_be_bytes),
        ] {
            assert_eq!(text(bytes).unwrap(), "Grüße");
        }
    }

    #[test]
    fn replaces_what_is_no_text() {
        assert_eq!(text(b"a\xffb".to_vec()).unwrap(), "a\u{fffd}b");
        assert_eq!(text(b"\xff\xfea\0\0\xd8b\0c".to_vec()).unwrap(), "a\u{fffd}b");
        assert_eq!(text(Vec::new()).unwrap(), "");
    }

    #[test]
    fn refuses_gzip_that_is_cut_short() {
        let whole = gzip(b"one, two");
        assert!(text(whole[..whole.len() - 4].to_vec()).is_err());
    }
}
