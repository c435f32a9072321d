//! Tasks as trees on a terminal, redrawn in place; without one, lines, and each tree at its end.

use journeyman_testkit::tasker::{Channel, Event, Events, Orchestrator, TreeStyle};
use uuid::Uuid;

use super::news;
use crate::{
    exit::Failure,
    output::{Redrawn, cut, say, screen},
};

/// Tasks that are watched. When more run at a time, the oldest of them are not shown.
const WATCHED: usize = 200;
/// How often events are read for one picture.
const AGAIN: usize = 4;

/// What is seen of an orchestrator.
#[derive(Debug)]
pub(super) struct Screen {
    picture: Redrawn,
    /// What is on it now.
    drawn: Vec<String>,
    /// Tasks that something may still happen to, the oldest first.
    open: Vec<Uuid>,
    /// Tasks that nobody watches.
    passed_over: u64,
}

impl Screen {
    pub(super) fn new() -> Self {
        Self { picture: Redrawn::new(), drawn: Vec::new(), open: Vec::new(), passed_over: 0 }
    }

    /// Shows what happened, and how the tasks are now.
    pub(super) fn show(&mut self, events: &mut Events, channel: &Channel) -> Result<(), Failure> {
        let live = self.picture.is_live();
        let (columns, rows) = screen();
        let width = live.then_some(columns);
        let (mut lines, mut told) = (Vec::new(), Vec::new());
        // The rest is for the next time: a picture comes also when there is no end of events.
        for _ in 0..AGAIN {
            self.read(events, &mut lines);
            let over = channel.look(|core| self.over(core, width));
            // What led to the end of a task is told before its tree.
            let more = self.read(events, &mut lines);
            // A tree is as wide as it may be; what is longer of the rest is cut.
            let most = width.map_or(usize::MAX, |columns| columns.saturating_sub(1));
            told.extend(lines.drain(..).map(|line| cut(&line, most)));
            told.extend(over);
            if !more {
                break;
            }
        }
        if !live {
            return told.iter().try_for_each(say);
        }
        let open = channel.look(|core| self.picture(core, columns, rows));
        if told.is_empty() && open == self.drawn {
            return Ok(());
        }
        if !told.is_empty() {
            self.picture.keep(&told.join("\n"))?;
        }
        match open.is_empty() {
            true => self.picture.wipe()?,
            false => self.picture.draw(&open.join("\n"))?,
        }
        self.drawn = open;
        Ok(())
    }

    /// Reads what there is; whether there was something.
    fn read(&mut self, events: &mut Events, lines: &mut Vec<String>) -> bool {
        let mut any = false;
        while let Some(event) = events.try_next() {
            any = true;
            if let Event::Task { task, from: None, .. } = &event {
                self.watch(*task);
            }
            lines.extend(news::line(&event, self.picture.is_live()));
        }
        any
    }

    /// The trees of tasks that nothing more happens to, for the last time.
    fn over(&mut self, core: &Orchestrator, columns: Option<usize>) -> Vec<String> {
        let is_over = |task: &mut Uuid| core.is_settled(*task);
        let over: Vec<_> = self.open.extract_if(.., is_over).collect();
        over.into_iter().flat_map(|task| tree(core, task, columns)).collect()
    }

    /// Says something beside.
    pub(super) fn say(&mut self, line: &str) -> Result<(), Failure> {
        self.drawn.clear();
        self.picture.keep(line)
    }

    fn watch(&mut self, task: Uuid) {
        if self.open.len() >= WATCHED {
            self.open.remove(0);
            self.passed_over += 1;
        }
        self.open.push(task);
    }

    /// The newest tasks, as many as there is room for.
    fn picture(&self, core: &Orchestrator, columns: usize, rows: usize) -> Vec<String> {
        // What is higher than the screen could not be drawn over.
        let room = rows.saturating_sub(3);
        let mut lines: Vec<String> = Vec::new();
        let mut left = self.open.len();
        for task in self.open.iter().rev() {
            let tree = tree(core, *task, Some(columns));
            if lines.len() + tree.len() > room {
                break;
            }
            left -= 1;
            lines.extend(tree);
        }
        if left == self.open.len() && left > 0 {
            // Not even one: its beginning.
            let newest = self.open.last().map(|task| tree(core, *task, Some(columns)));
            lines = newest.unwrap_or_default();
            lines.truncate(room);
            left -= 1;
        }
        if left > 0 {
            lines.push(format!("and {left} tasks more"));
        }
        lines
    }

    /// The last picture stays, and what was passed over is told.
    pub(super) fn end(&self) -> Result<(), Failure> {
        match self.passed_over {
            0 => Ok(()),
            count => say(format_args!("{count} tasks were not shown: too many at a time")),
        }
    }
}

/// A task as lines that do not wrap.
fn tree(core: &Orchestrator, task: Uuid, columns: Option<usize>) -> Vec<String> {
    let Some(columns) = columns else { return core.tree(task) };
    let style = TreeStyle::default().width(columns.saturating_sub(1));
    core.tree_with(task, style).iter().map(|line| paint(line)).collect()
}

/// With the sign of a step's state in colour, unless that is not wanted (no-color.org).
fn paint(line: &str) -> String {
    const COLOURS: [(char, u8); 4] = [('✔', 32), ('✖', 31), ('↻', 33), ('▶', 36)];
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let found = line.char_indices().find_map(|(at, sign)| {
        let (_, colour) = COLOURS.iter().find(|(known, _)| *known == sign)?;
        Some((at, sign, colour))
    });
    match found {
        Some((at, sign, colour)) if !plain => {
            let (before, rest) = (&line[..at], &line[at + sign.len_utf8()..]);
            format!("{before}\x1b[{colour}m{sign}\x1b[0m{rest}")
        }
        _ => line.to_owned(),
    }
}
