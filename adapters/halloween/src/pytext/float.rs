//! Floats.

/// Writes a double as `repr` does: the shortest digits that read back as the same number.
pub(super) fn repr(out: &mut String, value: f64) {
    match special(value) {
        Some(name) => out.push_str(name),
        None => digits(out, &format!("{value:e}")),
    }
}

/// As [`repr`], with the digits that are enough among single floats.
pub(super) fn repr_f32(out: &mut String, value: f32) {
    match special(value.into()) {
        Some(name) => out.push_str(name),
        None => digits(out, &format!("{value:e}")),
    }
}

fn special(value: f64) -> Option<&'static str> {
    match () {
        () if value.is_nan() => Some("nan"),
        () if value == f64::INFINITY => Some("inf"),
        () if value == f64::NEG_INFINITY => Some("-inf"),
        () => None,
    }
}

/// Python writes a number in full as long as its decimal exponent is from -4 to 15.
fn digits(out: &mut String, scientific: &str) {
    let (sign, unsigned) = match scientific.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", scientific),
    };
    let (mantissa, exponent) = unsigned.split_once('e').unwrap_or((unsigned, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (first, rest) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    out.push_str(sign);
    match exponent {
        0..=15 => {
            // `{:e}` never has more than 17 digits.
            let whole = usize::try_from(exponent).unwrap_or(0);
            out.push_str(first);
            let (head, tail) = rest.split_at(whole.min(rest.len()));
            out.push_str(head);
            out.extend(std::iter::repeat_n('0', whole - head.len()));
            out.push('.');
            out.push_str(if tail.is_empty() { "0" } else { tail });
        }
        -4..=-1 => {
            out.push_str("0.");
            let zeros = usize::try_from(-exponent - 1).unwrap_or(0);
            out.extend(std::iter::repeat_n('0', zeros));
            out.push_str(first);
            out.push_str(rest);
        }
        _ => {
            out.push_str(first);
            if !rest.is_empty() {
                out.push('.');
                out.push_str(rest);
            }
            let sign = if exponent < 0 { '-' } else { '+' };
            out.push_str(&format!("e{sign}{:02}", exponent.unsigned_abs()));
        }
    }
}
