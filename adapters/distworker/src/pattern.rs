//! Queue patterns as the DistWorker SDK matches them (DistWorker sheet, section 7).

/// Whether `pattern` matches `queue`, to the letter as the SDK has it.
///
/// Both are split at `.` and compared part by part. `*` is exactly one part, `#` is the rest and
/// at least one part; whatever follows `#` in the pattern is ignored. A wildcard is one only when
/// it is a whole part. Case matters.
///
/// Journeyman's own router does the routing; this tells what the SDK would have matched.
pub fn queue_matches(pattern: &str, queue: &str) -> bool {
    let mut parts = queue.split('.');
    for wanted in pattern.split('.') {
        match (wanted, parts.next()) {
            ("#", Some(_)) => return true,
            (_, None) => return false,
            ("*", Some(_)) => {}
            (literal, Some(part)) if literal == part => {}
            _ => return false,
        }
    }
    parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::queue_matches;
    use proptest::prelude::*;

    #[test]
    fn a_lone_hash_matches_every_queue() {
        for queue in ["", "a", "a.b", "..", "#"] {
            assert!(queue_matches("#", queue), "{queue:?}");
        }
    }

    #[test]
    fn hash_needs_at_least_one_part() {
        assert!(!queue_matches("a.#", "a"));
        assert!(queue_matches("a.#", "a."));
        assert!(queue_matches("a.#", "a.b.c"));
        assert!(!queue_matches("a.b.#.c", "a.x.y"));
    }

    proptest! {
        #[test]
        fn a_pattern_without_wildcards_is_equality(a in "[a-c.]{0,6}", b in "[a-c.]{0,6}") {
            prop_assert_eq!(queue_matches(&a, &b), a == b);
            prop_assert!(queue_matches(&a, &a));
        }

        #[test]
        fn stars_match_by_the_number_of_parts(stars in 1..6usize, queue in "[a-c.]{0,8}") {
            let pattern = vec!["*"; stars].join(".");
            prop_assert_eq!(queue_matches(&pattern, &queue), queue.split('.').count() == stars);
        }
    }
}
