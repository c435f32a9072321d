//! What mosquitto itself tells: in its log, and in the file that it keeps.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// What a life of the broker had to do with one client, by its log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Account {
    /// Commands that were sent to it.
    pub(crate) sent: u64,
    /// Of those, with the DUP flag.
    pub(crate) again: u64,
    /// Commands that it acknowledged.
    pub(crate) acknowledged: u64,
}

/// Reads the log of one life (`log_type all`): an account per client id.
pub(crate) fn accounts(log: &str) -> BTreeMap<String, Account> {
    let mut accounts: BTreeMap<String, Account> = BTreeMap::new();
    for line in log.lines() {
        let Some((_, line)) = line.split_once(": ") else { continue };
        if let Some(rest) = line.strip_prefix("Sending PUBLISH to ") {
            let Some((id, rest)) = rest.split_once(" (d") else { continue };
            if rest.contains("/cmd', ...") {
                let account = accounts.entry(id.to_owned()).or_default();
                account.sent += 1;
                account.again += u64::from(rest.starts_with('1'));
            }
        } else if let Some(rest) = line.strip_prefix("Received PUBACK from ")
            && let Some((id, _)) = rest.split_once(" (Mid")
        {
            accounts.entry(id.to_owned()).or_default().acknowledged += 1;
        }
    }
    accounts
}

/// The payloads that the broker still has for each client, by the file that it keeps. (Version 6 of
/// its format; integers are big-endian but the keys of messages, which are opaque here.)
pub(crate) fn kept(file: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let bytes = fs::read(file).expect("mosquitto keeps its state");
    assert!(bytes.starts_with(b"\x00\xb5\x00mosquitto db"), "no file of mosquitto's");
    let mut rest = &bytes[15 + 4..];
    assert_eq!(number::<4>(&mut rest), 6, "another version of mosquitto's file");
    let (mut messages, mut waiting) = (BTreeMap::new(), Vec::new());
    while !rest.is_empty() {
        let (kind, length) = (number::<4>(&mut rest), number::<4>(&mut rest));
        let mut chunk = take(&mut rest, length);
        match kind {
            // A message.
            2 => {
                let key = take(&mut chunk, 8);
                take(&mut chunk, 8);
                let payload = number::<4>(&mut chunk);
                take(&mut chunk, 2);
                let names: u64 = (0..3).map(|_| number::<2>(&mut chunk)).sum();
                take(&mut chunk, 4);
                take(&mut chunk, names);
                messages.insert(key, String::from_utf8_lossy(take(&mut chunk, payload)));
            }
            // That one waits for a client.
            3 => {
                let key = take(&mut chunk, 8);
                take(&mut chunk, 2);
                let id = number::<2>(&mut chunk);
                let [_qos, _state, _flags, direction] = take(&mut chunk, 4) else {
                    panic!("cut off")
                };
                if *direction == 1 {
                    waiting.push((String::from_utf8_lossy(take(&mut chunk, id)), key));
                }
            }
            _ => {}
        }
    }
    let mut kept: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (client, key) in waiting {
        kept.entry(client.into_owned()).or_default().insert(messages[key].clone().into_owned());
    }
    kept
}

fn take<'a>(bytes: &mut &'a [u8], length: u64) -> &'a [u8] {
    let length = usize::try_from(length).expect("a length");
    let (taken, rest) = bytes.split_at_checked(length).expect("the file is whole");
    *bytes = rest;
    taken
}

fn number<const N: usize>(bytes: &mut &[u8]) -> u64 {
    take(bytes, N as u64).iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}
