//! Values of MOO code, as the stand-in sees them.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// A value of MOO code (mooR sheet, section 5.2).
///
/// Equality is exact: floats are compared by their bits (all NaN are one), strings and symbols
/// with their case. `Display` writes MOO syntax, see [`syntax`](super::syntax).
#[derive(Clone, Debug)]
pub enum Value {
    /// The internal "none"; MOO code prints it as `None`.
    None,
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// A string.
    Str(String),
    /// An object.
    Obj(Obj),
    /// An error as a value.
    Err(Box<ErrorValue>),
    /// A list.
    List(Vec<Self>),
    /// A map.
    Map(Map),
    /// A symbol.
    Sym(String),
    /// A binary.
    Binary(Vec<u8>),
    /// A flyweight.
    Flyweight(Box<Flyweight>),
    /// A lambda. It never crosses this wire; here for what happens when it is tried.
    Lambda,
}

impl Value {
    /// A string.
    pub fn str(text: impl Into<String>) -> Self {
        Self::Str(text.into())
    }

    /// A symbol.
    pub fn sym(text: impl Into<String>) -> Self {
        Self::Sym(text.into())
    }

    /// A classic object.
    #[must_use]
    pub fn obj(id: i32) -> Self {
        Self::Obj(Obj::Id(id))
    }

    /// A map; see [`Map`] for what happens to the pairs.
    pub fn map(pairs: impl IntoIterator<Item = (Self, Self)>) -> Self {
        Self::Map(pairs.into_iter().collect())
    }

    /// Whether the daemon refuses to put it into a request: it is or holds a lambda, or an
    /// anonymous object where the era has none (mooR sheet, section 8.7).
    pub(crate) fn is_unsendable(&self, anonymous: bool) -> bool {
        let object = |object: &Obj| !anonymous && matches!(object, Obj::Anonymous(_));
        match self {
            Self::Lambda => true,
            Self::Obj(id) => object(id),
            Self::List(items) => items.iter().any(|item| item.is_unsendable(anonymous)),
            Self::Map(map) => map
                .pairs()
                .iter()
                .any(|(key, value)| key.is_unsendable(anonymous) || value.is_unsendable(anonymous)),
            Self::Flyweight(fly) => {
                object(&fly.delegate)
                    || fly.slots.iter().any(|(_, value)| value.is_unsendable(anonymous))
                    || fly.contents.iter().any(|item| item.is_unsendable(anonymous))
            }
            Self::Err(error) => {
                error.value.as_ref().is_some_and(|value| value.is_unsendable(anonymous))
            }
            _ => false,
        }
    }

    /// Between values of different kinds. The daemon's order is known for objects, integers,
    /// strings and symbols, in this sequence (map in the recorded frames); the others' places
    /// are ours.
    fn rank(&self) -> u8 {
        match self {
            Self::None => 0,
            Self::Bool(_) => 1,
            Self::Obj(_) => 2,
            Self::Int(_) => 3,
            Self::Float(_) => 4,
            Self::Str(_) => 5,
            Self::Sym(_) => 6,
            Self::Err(_) => 7,
            Self::List(_) => 8,
            Self::Map(_) => 9,
            Self::Binary(_) => 10,
            Self::Flyweight(_) => 11,
            Self::Lambda => 12,
        }
    }

    /// The order of map keys. Strings and symbols are compared without case.
    fn key_order(&self, other: &Self) -> Ordering {
        let lists = |left: &[Self], right: &[Self]| {
            let pairs = left.iter().zip(right).map(|(left, right)| left.key_order(right));
            pairs.fold(Ordering::Equal, Ordering::then).then(left.len().cmp(&right.len()))
        };
        match (self, other) {
            (Self::Bool(left), Self::Bool(right)) => left.cmp(right),
            (Self::Int(left), Self::Int(right)) => left.cmp(right),
            (Self::Float(left), Self::Float(right)) => left.total_cmp(right),
            (Self::Obj(left), Self::Obj(right)) => left.cmp(right),
            (Self::Str(left), Self::Str(right)) | (Self::Sym(left), Self::Sym(right)) => {
                folded(left, right)
            }
            (Self::Binary(left), Self::Binary(right)) => left.cmp(right),
            (Self::Err(left), Self::Err(right)) => left.key_order(right),
            (Self::List(left), Self::List(right)) => lists(left, right),
            (Self::Map(left), Self::Map(right)) => {
                let flat = |map: &Map| -> Vec<Self> {
                    map.pairs().iter().flat_map(|(k, v)| [k.clone(), v.clone()]).collect()
                };
                lists(&flat(left), &flat(right))
            }
            (Self::Flyweight(left), Self::Flyweight(right)) => {
                let flat = |fly: &Flyweight| -> Vec<Self> {
                    let slots = fly.slots.iter();
                    slots.flat_map(|(name, v)| [Self::Sym(name.clone()), v.clone()]).collect()
                };
                left.delegate
                    .cmp(&right.delegate)
                    .then_with(|| lists(&flat(left), &flat(right)))
                    .then_with(|| lists(&left.contents, &right.contents))
            }
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

/// Compared without case, as MOO code does.
fn folded(left: &str, right: &str) -> Ordering {
    let lower = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<String>();
    lower(left).cmp(&lower(right))
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::None, Self::None) | (Self::Lambda, Self::Lambda) => true,
            (Self::Bool(left), Self::Bool(right)) => left == right,
            (Self::Int(left), Self::Int(right)) => left == right,
            (Self::Float(left), Self::Float(right)) => {
                left.to_bits() == right.to_bits() || left.is_nan() && right.is_nan()
            }
            (Self::Str(left), Self::Str(right)) | (Self::Sym(left), Self::Sym(right)) => {
                left == right
            }
            (Self::Obj(left), Self::Obj(right)) => left == right,
            (Self::Err(left), Self::Err(right)) => left == right,
            (Self::List(left), Self::List(right)) => left == right,
            (Self::Map(left), Self::Map(right)) => left == right,
            (Self::Binary(left), Self::Binary(right)) => left == right,
            (Self::Flyweight(left), Self::Flyweight(right)) => left == right,
            _ => false,
        }
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::str(value)
    }
}

impl From<Obj> for Value {
    fn from(value: Obj) -> Self {
        Self::Obj(value)
    }
}

impl From<Vec<Self>> for Value {
    fn from(value: Vec<Self>) -> Self {
        Self::List(value)
    }
}

/// An object id (mooR sheet, section 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Obj {
    /// A classic number: 0 is the system object, negative ones are special.
    Id(i32),
    /// A packed UUID object id.
    Uuid(u64),
    /// A packed anonymous object id.
    Anonymous(u64),
}

/// Bits of the second group of a packed id: milliseconds since the Unix epoch.
const EPOCH_BITS: u32 = 40;

/// `048D05-1234567890`, without the `#` in front.
pub(crate) fn packed_text(packed: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{:06X}-{:010X}", packed >> EPOCH_BITS, packed & ((1 << EPOCH_BITS) - 1))
}

/// Reads what [`packed_text`] writes.
pub(crate) fn packed_from_text(text: &str) -> Option<u64> {
    let (high, low) = text.split_once('-')?;
    let digits = |text: &str, count: usize| {
        let hexadecimal = text.len() == count && text.bytes().all(|b| b.is_ascii_hexdigit());
        hexadecimal.then(|| u64::from_str_radix(text, 16).ok()).flatten()
    };
    Some(digits(high, 6)? << EPOCH_BITS | digits(low, 10)?)
}

impl fmt::Display for Obj {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Id(id) => write!(f, "#{id}"),
            Self::Uuid(packed) => {
                f.write_str("#")?;
                packed_text(packed, f)
            }
            Self::Anonymous(packed) => {
                f.write_str("*anonymous ")?;
                packed_text(packed, f)?;
                f.write_str("*")
            }
        }
    }
}

/// Code of an error value (mooR sheet, section 5.1).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// One of the 19 codes that every server has, by its number: 0 is `E_NONE`, 18 `E_INTRPT`.
    Known(u8),
    /// Any other, by its name.
    Custom(String),
}

/// The known codes, by number.
const CODES: [&str; 19] = [
    "E_NONE",
    "E_TYPE",
    "E_DIV",
    "E_PERM",
    "E_PROPNF",
    "E_VERBNF",
    "E_VARNF",
    "E_INVIND",
    "E_RECMOVE",
    "E_MAXREC",
    "E_RANGE",
    "E_ARGS",
    "E_NACC",
    "E_INVARG",
    "E_QUOTA",
    "E_FLOAT",
    "E_FILE",
    "E_EXEC",
    "E_INTRPT",
];

impl ErrorCode {
    /// The known code of this number.
    #[must_use]
    pub fn known(number: u8) -> Option<Self> {
        (usize::from(number) < CODES.len()).then_some(Self::Known(number))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Known(number) => CODES.get(usize::from(*number)).copied().unwrap_or("E_NONE"),
            Self::Custom(name) => name,
        }
    }
}

impl FromStr for ErrorCode {
    type Err = std::convert::Infallible;

    /// Known codes are found without case; everything else is a custom code of this name.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = CODES.iter().position(|name| name.eq_ignore_ascii_case(text));
        let number = known.and_then(|number| u8::try_from(number).ok());
        Ok(number.map_or_else(|| Self::Custom(text.to_owned()), Self::Known))
    }
}

/// An error as a value.
#[derive(Clone, Debug, PartialEq)]
pub struct ErrorValue {
    /// Its code.
    pub code: ErrorCode,
    /// Its message.
    pub message: Option<String>,
    /// A value with it; MOO code hardly makes any.
    pub value: Option<Value>,
}

impl ErrorValue {
    /// An error with nothing but its code.
    #[must_use]
    pub fn new(code: &str) -> Self {
        let Ok(code) = code.parse();
        Self { code, message: None, value: None }
    }

    fn key_order(&self, other: &Self) -> Ordering {
        folded(self.code.name(), other.code.name())
            .then_with(|| self.message.cmp(&other.message))
            .then_with(|| match (&self.value, &other.value) {
                (Some(left), Some(right)) => left.key_order(right),
                (left, right) => left.is_some().cmp(&right.is_some()),
            })
    }
}

/// A flyweight: a delegate, named slots, and contents.
#[derive(Clone, Debug, PartialEq)]
pub struct Flyweight {
    /// What it stands for.
    pub delegate: Obj,
    /// Named values, in the order of the wire.
    pub slots: Vec<(String, Value)>,
    /// Its contents.
    pub contents: Vec<Value>,
}

/// A map with any key.
///
/// As in the daemon, pairs are kept in the order of their keys, strings and symbols that differ
/// only in case are the same key, and of pairs with the same key the last one counts (mooR
/// sheet, section 5.2).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    pairs: Vec<(Value, Value)>,
}

impl Map {
    /// The pairs, in the order of their keys.
    #[must_use]
    pub fn pairs(&self) -> &[(Value, Value)] {
        &self.pairs
    }

    /// The value under a key.
    #[must_use]
    pub fn get(&self, key: &Value) -> Option<&Value> {
        let at = self.pairs.binary_search_by(|(other, _)| other.key_order(key)).ok()?;
        Some(&self.pairs[at].1)
    }
}

impl FromIterator<(Value, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (Value, Value)>>(pairs: I) -> Self {
        let mut pairs: Vec<_> = pairs.into_iter().collect();
        // Stable: of equal keys the last one given is the last one here.
        pairs.sort_by(|(left, _), (right, _)| left.key_order(right));
        let mut unique: Vec<(Value, Value)> = Vec::with_capacity(pairs.len());
        for pair in pairs {
            match unique.last_mut() {
                Some(last) if last.0.key_order(&pair.0).is_eq() => *last = pair,
                _ => unique.push(pair),
            }
        }
        Self { pairs: unique }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_are_ordered_and_the_last_of_equal_keys_counts() {
        let map = Value::map([
            ("a".into(), 1.into()),
            (2.into(), "two".into()),
            (Value::sym("sym"), 3.into()),
            (Value::obj(3), 4.into()),
            ("A".into(), 5.into()),
        ]);
        assert_eq!(map.to_string(), r##"[#3 -> 4, 2 -> "two", "A" -> 5, 'sym -> 3]"##);
        let Value::Map(map) = map else { unreachable!() };
        assert_eq!(map.get(&"a".into()), Some(&5.into()));
        assert_eq!(map.get(&"b".into()), None);
    }

    #[test]
    fn packed_ids_have_a_text_form() {
        let obj = Obj::Uuid(95_253_756_160_816);
        assert_eq!(obj.to_string(), "#000056-A1FE4CAB30");
        assert_eq!(packed_from_text("000056-A1FE4CAB30"), Some(95_253_756_160_816));
        assert_eq!(packed_from_text("FFFFFF-FFFFFFFFFF"), Some(u64::MAX));
        for wrong in ["", "-", "00056-A1FE4CAB30", "000056-A1FE4CAB3", "+00056-A1FE4CAB30"] {
            assert_eq!(packed_from_text(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn equality_is_exact() {
        assert_eq!(Value::Float(f64::NAN), Value::Float(-f64::NAN));
        assert_ne!(Value::Float(0.0), Value::Float(-0.0));
        assert_ne!(Value::str("a"), Value::str("A"));
        assert_ne!(Value::Int(1), Value::Float(1.0));
    }
}
