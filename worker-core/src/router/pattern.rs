//! Route patterns: names of `.`-separated segments with wildcards.

use std::{cmp::Ordering, fmt};

use crate::Error;

/// A route pattern. `*` stands for one segment and `#` for one or more, anywhere; a wildcard is
/// one only as a whole segment. Case matters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pattern {
    text: String,
    segments: Vec<Segment>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Segment {
    Literal(String),
    /// `*`
    One,
    /// `#`
    Rest,
}

impl Segment {
    fn is_wildcard(&self) -> bool {
        !matches!(self, Self::Literal(_))
    }
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// It is empty.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text.is_empty() {
            return Err(Error::config("a route has an empty name")
                .with_remedy("give it a name such as `math.add`, or use the router's fallback"));
        }
        let mut segments: Vec<_> = text
            .split('.')
            .map(|segment| match segment {
                "*" => Segment::One,
                "#" => Segment::Rest,
                literal => Segment::Literal(literal.to_owned()),
            })
            .collect();
        // `#.*` and `#.#` mean "two or more" just as `*.#` does: one form for one meaning, with
        // the only `#` of a run of wildcards at its end.
        for run in segments.chunk_by_mut(|a, b| a.is_wildcard() && b.is_wildcard()) {
            if run.contains(&Segment::Rest) {
                run.fill(Segment::One);
                if let Some(last) = run.last_mut() {
                    *last = Segment::Rest;
                }
            }
        }
        Ok(Self { text: text.to_owned(), segments })
    }

    /// The text that it was read from.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it has no wildcard.
    pub fn is_exact(&self) -> bool {
        !self.segments.iter().any(Segment::is_wildcard)
    }

    /// Whether a name matches.
    pub fn matches(&self, name: &str) -> bool {
        // The usual glob walk with one point to come back to: linear for one `#`, quadratic at
        // worst.
        let mut names = name.split('.');
        let mut at = 0;
        let mut retry: Option<(usize, std::str::Split<'_, char>)> = None;
        loop {
            let matched = match self.segments.get(at) {
                Some(Segment::Rest) => match names.next() {
                    Some(_) => {
                        at += 1;
                        retry = Some((at, names.clone()));
                        true
                    }
                    None => return false,
                },
                Some(Segment::One) => {
                    at += 1;
                    names.next().is_some()
                }
                Some(Segment::Literal(literal)) => {
                    at += 1;
                    names.next() == Some(literal)
                }
                None => match names.clone().next() {
                    None => return true,
                    Some(_) => false,
                },
            };
            if !matched {
                // Let the last `#` take one segment more.
                let Some((after, rest)) = &mut retry else { return false };
                if rest.next().is_none() {
                    return false;
                }
                at = *after;
                names = rest.clone();
            }
        }
    }

    /// Whether every name that `other` matches is matched by this one too.
    fn covers(&self, other: &Self) -> bool {
        covers(&self.segments, &other.segments)
    }

    /// Whether some name is matched by both.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        overlaps(&self.segments, &other.segments)
    }

    /// Which of two patterns is more specific: `Less` for this one. `None` when neither is and
    /// some name matches both.
    pub(crate) fn specificity(&self, other: &Self) -> Option<Ordering> {
        match (other.covers(self), self.covers(other)) {
            (true, true) => None,
            (true, false) => Some(Ordering::Less),
            (false, true) => Some(Ordering::Greater),
            (false, false) if self.overlaps(other) => None,
            (false, false) => Some(Ordering::Equal),
        }
    }
}

fn covers(wide: &[Segment], narrow: &[Segment]) -> bool {
    match (wide, narrow) {
        ([], []) => true,
        ([Segment::Rest, wide_rest @ ..], [_, narrow_rest @ ..]) => {
            // `#` takes one segment of the other, or one and goes on.
            covers(wide_rest, narrow_rest) || covers(wide, narrow_rest)
        }
        ([Segment::One, wide @ ..], [Segment::Literal(_) | Segment::One, narrow @ ..]) => {
            covers(wide, narrow)
        }
        ([Segment::Literal(a), wide @ ..], [Segment::Literal(b), narrow @ ..]) => {
            a == b && covers(wide, narrow)
        }
        _ => false,
    }
}

fn overlaps(a: &[Segment], b: &[Segment]) -> bool {
    match (a, b) {
        ([], []) => true,
        ([], _) | (_, []) => false,
        ([Segment::Rest, a_rest @ ..], [_, b_rest @ ..]) => {
            overlaps(a_rest, b_rest)
                || overlaps(a, b_rest)
                || matches!(b[0], Segment::Rest) && overlaps(a_rest, b)
        }
        (_, [Segment::Rest, ..]) => overlaps(b, a),
        ([Segment::Literal(x), a @ ..], [Segment::Literal(y), b @ ..]) => x == y && overlaps(a, b),
        ([_, a @ ..], [_, b @ ..]) => overlaps(a, b),
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::parse(text).unwrap()
    }

    #[test]
    fn matching() {
        for (text, name, expected) in [
            ("math.add", "math.add", true),
            ("math.add", "math.Add", false),
            ("math.*", "math.add", true),
            ("math.*", "math", false),
            ("math.*", "math.add.int", false),
            ("*", "", true),
            ("#", "", true),
            ("#", "a.b.c", true),
            ("a.#", "a", false),
            ("a.#", "a.b", true),
            ("a.#", "a.b.c", true),
            ("#.z", "z", false),
            ("#.z", "a.z", true),
            ("#.z", "a.z.z", true),
            ("#.z", "a.z.b", false),
            ("a.#.z", "a.z", false),
            ("a.#.z", "a.b.c.z", true),
            ("a.#.m.#.z", "a.1.m.m.2.z", true),
            ("#.*", "a", false),
            ("#.*", "a.b", true),
            ("ma*", "math", false),
            ("ma*", "ma*", true),
        ] {
            assert_eq!(pattern(text).matches(name), expected, "{text} {name}");
        }
    }

    #[test]
    fn the_more_specific_wins() {
        use Ordering::{Equal, Greater, Less};
        for (a, b, expected) in [
            ("math.add", "math.*", Some(Less)),
            ("math.*", "math.#", Some(Less)),
            ("math.#", "#", Some(Less)),
            ("#", "math.*", Some(Greater)),
            ("a.*", "b.*", Some(Equal)),
            ("a.*", "*.b", None),
            ("a.#", "#.b", None),
            ("*.#", "#.#", None),
            ("a.*.#", "a.#", Some(Less)),
            ("#.b", "a.b", Some(Greater)),
            ("*.*", "#", Some(Less)),
        ] {
            assert_eq!(pattern(a).specificity(&pattern(b)), expected, "{a} {b}");
        }
    }

    /// The walk agrees with the definition on every small pattern and name.
    #[test]
    fn the_walk_agrees_with_the_definition() {
        fn defined(pattern: &[&str], name: &[&str]) -> bool {
            match (pattern, name) {
                ([], []) => true,
                (["#", rest @ ..], [_, names @ ..]) => {
                    defined(rest, names) || defined(pattern, names)
                }
                (["*", rest @ ..], [_, names @ ..]) => defined(rest, names),
                ([a, rest @ ..], [b, names @ ..]) => a == b && defined(rest, names),
                _ => false,
            }
        }
        fn all(alphabet: &[&'static str], max: usize) -> Vec<Vec<&'static str>> {
            let mut out: Vec<Vec<&str>> = vec![vec![]];
            let mut last = out.clone();
            for _ in 0..max {
                last = last
                    .iter()
                    .flat_map(|p| alphabet.iter().map(|s| [p.as_slice(), &[*s]].concat()))
                    .collect();
                out.extend(last.clone());
            }
            out.remove(0);
            out
        }
        let names = all(&["a", "b"], 5);
        let patterns = all(&["a", "*", "#"], 4);
        for p in &patterns {
            let parsed = pattern(&p.join("."));
            for name in &names {
                assert_eq!(parsed.matches(&name.join(".")), defined(p, name), "{p:?} {name:?}");
            }
        }
        // And the order between patterns never contradicts what they match.
        for a in &patterns {
            for b in &patterns {
                let (pa, pb) = (pattern(&a.join(".")), pattern(&b.join(".")));
                let both = names.iter().any(|n| defined(a, n) && defined(b, n));
                match pa.specificity(&pb) {
                    Some(Ordering::Less) => {
                        assert!(names.iter().all(|n| !defined(a, n) || defined(b, n)));
                    }
                    Some(Ordering::Equal) => assert!(!both, "{a:?} {b:?}"),
                    _ => {}
                }
            }
        }
    }
}
