//! The check of the arguments of a request, before anything is built from them.

use super::{
    Limits, WireError,
    node::{WireItems, WireNode, WirePairs, WireSlots},
};
use crate::var::node::{Code, Node, View};

/// What is still to be looked at, and how deep it is. A stack of its own: the depth of the data is
/// not that of the program's stack.
enum Task<'a> {
    Items(WireItems<'a>),
    Pairs(WirePairs<'a>),
    Slots(WireSlots<'a>),
    One(WireNode<'a>),
}

/// The fewest bytes that a value takes if it is not shared: 12 for its `Var` table, and 4 for the
/// one inside. Half of that is asked for, so that writers may pack tighter than those known.
const BYTES_PER_VALUE: usize = 8;

/// How many levels count for the value of an error and for a flyweight: reading one takes so many
/// times the stack of a list, by the pairs of tag and value that serde sees.
const ERROR_LEVELS: usize = 5;
const FLYWEIGHT_LEVELS: usize = 6;

/// What a buffer may unfold to. Offsets can point to one table many times, so that a small buffer
/// could stand for a huge value.
struct Budget {
    values: usize,
    text: usize,
    limits: Limits,
}

impl Budget {
    fn value(&mut self) -> Result<(), WireError> {
        self.values = self.values.checked_sub(1).ok_or_else(|| {
            WireError::new("more values than its length allows: parts of the buffer are shared")
        })?;
        Ok(())
    }

    fn text(&mut self, length: usize) -> Result<(), WireError> {
        self.text = self.text.checked_sub(length).ok_or_else(|| {
            let limit = self.limits.max_bytes;
            WireError::new(format!("texts and binaries of more than {limit} bytes together"))
        })?;
        Ok(())
    }

    fn depth(&self, depth: usize) -> Result<(), WireError> {
        let limit = self.limits.max_depth_in;
        if depth > limit {
            let text = format!("values nested deeper than {limit}; send less nested ones");
            return Err(WireError::new(text));
        }
        Ok(())
    }
}

impl Budget {
    fn new(length: usize, limits: &Limits) -> Result<Self, WireError> {
        if length > limits.max_bytes {
            let limit = limits.max_bytes;
            return Err(WireError::new(format!("{length} bytes, more than the limit of {limit}")));
        }
        let values = length / BYTES_PER_VALUE + 1;
        Ok(Self { values, text: limits.max_bytes, limits: *limits })
    }
}

/// Checks one value. `length` is that of the whole buffer.
pub(super) fn value(node: WireNode<'_>, length: usize, limits: &Limits) -> Result<(), WireError> {
    one(node, &mut Vec::new(), &mut Budget::new(length, limits)?)
}

/// Checks everything in a list of arguments.
pub(super) fn arguments(
    items: WireItems<'_>,
    length: usize,
    limits: &Limits,
) -> Result<(), WireError> {
    let mut budget = Budget::new(length, limits)?;
    let mut stack = Vec::new();
    for (index, node) in items.enumerate() {
        node.map_err(WireError::from)
            .and_then(|node| one(node, &mut stack, &mut budget))
            .map_err(|error| error.within(format_args!("argument {}", index + 1)))?;
    }
    Ok(())
}

/// Checks one value and all inside it.
fn one<'a>(
    node: WireNode<'a>,
    stack: &mut Vec<(usize, Task<'a>)>,
    budget: &mut Budget,
) -> Result<(), WireError> {
    look(node, 0, stack, budget)?;
    while let Some((depth, task)) = stack.last_mut() {
        let depth = *depth;
        let next = match task {
            Task::Items(items) => items.next().transpose()?,
            Task::Slots(slots) => match slots.next().transpose()? {
                Some((name, node)) => {
                    budget.text(name.len())?;
                    Some(node)
                }
                None => None,
            },
            Task::Pairs(pairs) => match pairs.next().transpose()? {
                Some((key, value)) => {
                    stack.push((depth, Task::One(value)));
                    Some(key)
                }
                None => None,
            },
            Task::One(node) => {
                let node = *node;
                stack.pop();
                look(node, depth, stack, budget)?;
                continue;
            }
        };
        match next {
            Some(node) => look(node, depth, stack, budget)?,
            None => drop(stack.pop()),
        }
    }
    Ok(())
}

/// Checks a value that is `depth` deep, and puts off what is inside it.
fn look<'a>(
    node: WireNode<'a>,
    depth: usize,
    stack: &mut Vec<(usize, Task<'a>)>,
    budget: &mut Budget,
) -> Result<(), WireError> {
    budget.value()?;
    let inner = depth + 1;
    match node.view()? {
        View::None
        | View::Bool(_)
        | View::Int(_)
        | View::Float(_)
        | View::Obj(_)
        | View::Anonymous(_) => {}
        View::Str(text) | View::Sym(text) => budget.text(text.len())?,
        View::Binary(bytes) => budget.text(bytes.len())?,
        View::Err(error) => {
            if let Code::Custom(name) = error.code {
                budget.text(name.len())?;
            }
            budget.text(error.message.map_or(0, str::len))?;
            if let Some(value) = error.value {
                let inner = depth + ERROR_LEVELS;
                budget.depth(inner)?;
                stack.push((inner, Task::One(value)));
            }
        }
        View::List(items) => {
            budget.depth(inner)?;
            stack.push((inner, Task::Items(items)));
        }
        View::Map(pairs) => {
            budget.depth(inner)?;
            stack.push((inner, Task::Pairs(pairs)));
        }
        View::Flyweight(flyweight) => {
            let inner = depth + FLYWEIGHT_LEVELS;
            budget.depth(inner)?;
            stack.push((inner, Task::Slots(flyweight.slots)));
            stack.push((inner, Task::Items(flyweight.contents)));
        }
    }
    Ok(())
}
