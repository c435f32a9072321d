//! Bytes of every kind for the reader of packets.

use bytes::BytesMut;

use super::*;
use crate::halloween::frame;

fn judge(bytes: &[u8]) {
    let mut buffer = BytesMut::from(bytes);
    if let Ok(Some(mut frame)) = frame::take(&mut buffer, 1 << 16) {
        if frame.kind() == kind::CONNECT {
            let _ = connect(&mut frame);
            return;
        }
        let again = Frame { bytes: frame.bytes.clone(), head: frame.head };
        let _ = packet(Version::V311, frame);
        let _ = packet(Version::V5, again);
    }
}

/// Neither this module nor the library under it panics, whatever comes.
#[test]
fn any_bytes() {
    let mut random = fastrand::Rng::with_seed(1);
    let firsts = [0x10, 0x30, 0x32, 0x3d, 0x40, 0x50, 0x62, 0x70, 0x82, 0xa2, 0xc0, 0xe0];
    let spices = [0, 1, 2, 3, 4, 5, 8, 9, 11, 17, 33, 34, 35, 38, 39, 0x7f, 0x80, 0xff];
    for round in 0..300_000 {
        let length = random.u8(0..64);
        let mut bytes = vec![firsts[round % firsts.len()], length];
        if bytes[0] == 0x10 {
            bytes.extend_from_slice(b"\0\x04MQTT");
            bytes.push(4 + random.u8(0..2));
        }
        let plain = random.bool();
        while bytes.len() < usize::from(length) + 2 {
            let spice = spices[random.usize(..spices.len())];
            bytes.push(if plain { spice } else { random.u8(..) });
        }
        judge(&bytes);
    }
}

#[test]
fn a_disconnect_of_each_length() {
    let read = |bytes: &[u8]| {
        let frame = frame::take(&mut BytesMut::from(bytes), 100).unwrap().unwrap();
        packet(Version::V5, frame)
    };
    let expected = [
        (&[0xe0, 0][..], false, None),
        (&[0xe0, 1, 0], false, None),
        (&[0xe0, 1, 4], true, None),
        (&[0xe0, 2, 4, 0], true, None),
        (&[0xe0, 7, 0, 5, 0x11, 0, 0, 0, 9], false, Some(9)),
    ];
    for (bytes, will, expiry) in expected {
        let Ok(Packet::Disconnect { with_will, session_expiry }) = read(bytes) else {
            panic!("{bytes:02x?}")
        };
        assert_eq!((with_will, session_expiry), (will, expiry), "{bytes:02x?}");
    }
}

/// A length of properties that does not end where they end.
#[test]
fn properties_that_do_not_fit() {
    let read = |bytes: &[u8]| {
        let frame = frame::take(&mut BytesMut::from(bytes), 100).unwrap().unwrap();
        packet(Version::V5, frame)
    };
    assert!(read(&[0x30, 7, 0, 1, b'a', 2, 1, 1, b'x']).is_ok());
    // One byte less than the property takes; and the same property twice.
    assert!(read(&[0x30, 7, 0, 1, b'a', 1, 1, 1, b'x']).is_err());
    assert!(read(&[0x30, 8, 0, 1, b'a', 4, 1, 1, 1, 0]).is_err());
}
