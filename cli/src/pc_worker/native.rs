//! Native handlers in the place of code that was sent.

use journeyman_crowdcompute::Native;
use journeyman_pc_worker::Settings;

use crate::{
    exit::Failure,
    handlers::{self, Binding, Entry},
};

/// Handlers, and the functions that they serve.
#[derive(Debug, Default)]
pub(super) struct Natives {
    functions: Vec<Native>,
    bindings: Vec<Binding>,
}

/// `NAME` of `NAME` and `NAME@SHA256`.
fn name_of(function: &str) -> &str {
    function.split_once('@').map_or(function, |(name, _)| name)
}

impl Natives {
    /// Adds what `--native` says.
    ///
    /// # Errors
    /// There is no such handler, or it is no name of a function.
    pub(super) fn add(&mut self, text: &str) -> Result<(), Failure> {
        let (function, handler) = text.split_once('=').unwrap_or((text, text));
        // The handler `math.add` serves the function `math_add`.
        let function = match text.contains('=') {
            true => function.trim().to_owned(),
            false => function.trim().replace('.', "_"),
        };
        let bindings = handlers::parse(&format!("{}={}", name_of(&function), handler.trim()))
            .map_err(|failure| Failure::usage(format!("--native: {}", failure.message())))?;
        self.push("--native", &function, bindings)
    }

    /// Adds a line of the `[native]` table.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub(super) fn add_entry(&mut self, function: &str, entry: Entry) -> Result<(), Failure> {
        let bindings = handlers::from_entry(name_of(function), entry)
            .map_err(|failure| Failure::usage(format!("[native]: {}", failure.message())))?;
        self.push("[native]", function, bindings)
    }

    fn push(&mut self, at: &str, function: &str, bindings: Vec<Binding>) -> Result<(), Failure> {
        let wrong = |problem: &str| Failure::usage(format!("{at} `{function}`: {problem}"));
        let native = Native::parse(function).map_err(|problem| wrong(&problem))?;
        if native == Native::all() {
            return Err(wrong(
                "give the name of a function; `journeyman run` serves all by handlers",
            ));
        }
        let name = name_of(function);
        if self.bindings.iter().any(|known| known.pattern == name)
            && !self.bindings.iter().any(|known| bindings.contains(known))
        {
            return Err(wrong("has two handlers; leave one away"));
        }
        self.functions.push(native);
        self.bindings.extend(bindings);
        self.bindings.dedup();
        Ok(())
    }

    /// Puts them into the settings.
    ///
    /// # Errors
    /// Functions are listed by variable or file that no handler serves.
    pub(super) fn apply(self, settings: &mut Settings) -> Result<(), Failure> {
        for listed in &settings.crowd.native {
            let shown = listed.to_string();
            if !self.bindings.iter().any(|binding| binding.pattern == name_of(&shown)) {
                return Err(Failure::usage(format!(
                    "`native` lists {shown}, and no handler serves it; add --native {shown}=HANDLER"
                )));
            }
        }
        for function in self.functions {
            if !settings.crowd.native.contains(&function) {
                settings.crowd.native.push(function);
            }
        }
        // Whoever names a program here means the one foreman there is. The monitor's token is
        // nothing for it.
        let hidden = [journeyman_pc_worker::TOKEN.to_owned()];
        let router = std::mem::take(&mut settings.router);
        settings.router = router.merge(handlers::granted_router(self.bindings, &hidden));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn natives(texts: &[&str]) -> Result<(Vec<String>, Vec<String>), String> {
        let mut natives = Natives::default();
        for text in texts {
            natives.add(text).map_err(|failure| failure.message().to_owned())?;
        }
        let functions = natives.functions.iter().map(Native::to_string).collect();
        Ok((functions, natives.bindings.into_iter().map(|binding| binding.pattern).collect()))
    }

    #[test]
    fn functions_and_their_handlers() {
        let hash = "0".repeat(64);
        let exact = format!("f@{hash}=echo");
        let (functions, patterns) =
            natives(&["echo", "math.add", "plus=math.add", &exact, "g=exec:/bin/prog -x=1"])
                .unwrap();
        let wanted = ["echo", "math_add", "plus", &exact[..66], "g"];
        assert_eq!(functions, wanted);
        assert_eq!(patterns, ["echo", "math_add", "plus", "f", "g"]);
    }

    #[test]
    fn mistakes_are_told() {
        let wrong = |text: &str| natives(&[text]).unwrap_err();
        assert!(
            wrong("nope").contains("--native: there is no handler `nope`"),
            "{}",
            wrong("nope")
        );
        assert!(wrong("a.b=echo").contains("give the name of a function"), "{}", wrong("a.b=echo"));
        assert!(wrong("f@12=echo").contains("64 hexadecimal digits"), "{}", wrong("f@12=echo"));
        assert!(wrong("*=echo").contains("journeyman run"), "{}", wrong("*=echo"));
        assert!(natives(&["f=echo", "f=sleep"]).unwrap_err().contains("two handlers"));
    }
}
