//! Any events in any order.

use proptest::prelude::*;

use super::golden::{SESSIONS, lines};
use crate::fuzzing;

/// Frames of the recorded sessions, damaged in some places.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let frames: Vec<Vec<u8>> = SESSIONS
        .iter()
        .flat_map(|(_, text)| lines(text))
        .filter(|line| line.channel == "websocket binary")
        .map(|line| line.frame)
        .collect();
    let damage = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    let cut = prop::option::weighted(0.2, any::<prop::sample::Index>());
    (prop::sample::select(frames), damage, cut).prop_map(|(mut frame, damage, cut)| {
        for (at, byte) in damage {
            if !frame.is_empty() {
                let at = at.index(frame.len());
                frame[at] = byte;
            }
        }
        if let Some(cut) = cut {
            frame.truncate(cut.index(frame.len() + 1));
        }
        frame
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_program_keeps_the_promises(program in prop::collection::vec(any::<u8>(), 0..600)) {
        fuzzing::protocol(&program);
    }

    /// Recorded frames, damaged, go into a registered worker between other events.
    #[test]
    fn damaged_recordings_keep_the_promises(
        flags in 0..8u8,
        steps in prop::collection::vec((damaged(), prop::collection::vec(any::<u8>(), 0..8)), 0..12),
    ) {
        // Connect, get confirmed, then a frame and a few random events in turn.
        let mut program = vec![flags, 0, 2, 0];
        for (frame, events) in steps {
            let frame = &frame[..frame.len().min(255)];
            program.extend([7, frame.len() as u8]);
            program.extend(frame);
            program.extend(events);
        }
        fuzzing::protocol(&program);
    }

    #[test]
    fn any_message_is_read_or_refused(frame in damaged()) {
        fuzzing::wire(&frame);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        fuzzing::wire(&bytes);
        fuzzing::structs(&bytes);
    }
}
