//! A task as a tree for a terminal.

mod nodes;
mod text;

use uuid::Uuid;

use super::orchestrator::Orchestrator;
use super::time::Micros;
use nodes::{Node, nodes};
use text::{Row, duration, header, row};

/// The most lines; a batch may have thousands of workers.
const MAX_LINES: usize = 500;

/// How a tree is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TreeStyle {
    /// Only ASCII. Default false.
    pub ascii: bool,
    /// The most letters of a line; what is longer is cut. At least 20. Default 100.
    pub width: usize,
}

impl Default for TreeStyle {
    fn default() -> Self {
        Self { ascii: false, width: 100 }
    }
}

impl TreeStyle {
    /// Sets whether only ASCII is used.
    #[must_use]
    pub fn ascii(mut self, ascii: bool) -> Self {
        self.ascii = ascii;
        self
    }

    /// Sets the most letters of a line.
    #[must_use]
    pub fn width(mut self, width: usize) -> Self {
        self.width = width;
        self
    }
}

impl Orchestrator {
    /// A task as lines for a terminal, in the usual style:
    /// [`tree_with`](Self::tree_with).
    #[must_use]
    pub fn tree(&self, task: Uuid) -> Vec<String> {
        self.tree_with(task, TreeStyle::default())
    }

    /// A task as lines for a terminal: its steps below the last of those that they wait for, with
    /// a sign of their state, the time of the last try, the state if there is something to say
    /// about it, tries, and the beginning of the result or error; further parents by name. Steps
    /// that may still come, or never, are there as well. Without colours and control characters;
    /// at most 500 lines. Nothing for an unknown task.
    ///
    /// ```text
    /// gv/diamond 1.0.0 · evaluating_results · 2 of 4 steps · 1.4 s
    /// └─ ✔ d_start         3 ms  {"value":36}
    ///    ├─ ✔ d_left       1 ms  {"value":61}
    ///    └─ ↻ d_right     20 ms  waiting_for_retry, try 1 of 3: no route to host
    ///       └─ ○ d_end           (also after d_left)
    /// ```
    #[must_use]
    pub fn tree_with(&self, task: Uuid, style: TreeStyle) -> Vec<String> {
        let Some(task) = self.of(task) else { return Vec::new() };
        let style = TreeStyle { width: style.width.max(20), ..style };
        let nodes = nodes(task);
        let order = order(&nodes, style);
        let shown = order.len().min(MAX_LINES - 1);
        let rows: Vec<Row> = order[..shown]
            .iter()
            .map(|(at, indent)| {
                let mut row = row(task, &nodes[*at], self.now, style.ascii);
                row.head.insert_str(0, indent);
                row
            })
            .collect();
        let mut lines = vec![text::cut(&header(task, self.now, style.ascii), style)];
        // A deep tree with long names must leave room for the rest.
        let heads = rows.iter().map(|row| row.head.chars().count()).max().unwrap_or(0);
        let heads = heads.min(style.width / 2);
        for Row { head, took, rest } in rows {
            let took = took.map(duration).unwrap_or_default();
            let line = format!("{head:heads$}  {took:>7}  {rest}");
            lines.push(text::cut(line.trim_end(), style));
        }
        if shown < order.len() {
            let dots = if style.ascii { "..." } else { "…" };
            lines.push(format!("{dots} {} more", order.len() - shown));
        }
        lines
    }
}

/// The nodes as they are shown, with what is left of them.
fn order(nodes: &[Node], style: TreeStyle) -> Vec<(usize, String)> {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    let mut roots = Vec::new();
    for (at, node) in nodes.iter().enumerate() {
        match node.parent {
            Some(parent) => children[parent].push(at),
            None => roots.push(at),
        }
    }
    let [branch, last, line] =
        if style.ascii { ["|- ", "`- ", "|  "] } else { ["├─ ", "└─ ", "│  "] };
    let mut order = Vec::new();
    // What is on top comes next, so children are put there last first.
    let mut open: Vec<(usize, String, bool)> = Vec::new();
    let push = |open: &mut Vec<_>, of: &[usize], indent: &str| {
        for (count, &at) in of.iter().rev().enumerate() {
            open.push((at, indent.to_owned(), count == 0));
        }
    };
    push(&mut open, &roots, "");
    while let Some((at, indent, is_last)) = open.pop() {
        order.push((at, format!("{indent}{}", if is_last { last } else { branch })));
        let indent = format!("{indent}{}", if is_last { "   " } else { line });
        push(&mut open, &children[at], &indent);
    }
    order
}

/// Time between two moments, never negative.
fn between(from: Micros, to: Micros) -> Micros {
    to.saturating_sub(from).max(0)
}
