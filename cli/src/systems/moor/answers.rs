//! What can be typed at the prompt.

use journeyman_testkit::moor::{
    Value,
    syntax::{Call, parse_call, parse_value},
};

/// For the prompt itself.
pub(super) const HELP: &str = "\
worker_request(\"TYPE\", {ARGUMENTS})   asks a worker of that type, and prints `=> VALUE` or the error
                                      that MOO code would catch; a `;` in front is passed over
worker_request(\"TYPE\", {…}, [\"timeout_seconds\" -> 5.0])   with a time limit, always a float
workers()                             {TYPE, WORKERS, OUTSTANDING, 0.0, SECONDS SINCE HEARD OF}
wait(\"TYPE\")                          waits until a worker of that type is there
restart()                             forgets all workers and requests, as a restarted daemon
help, quit
Values: 1  2.5  \"text\\n\"  #2  #048D05-1234567890  {1, {2}}  [\"key\" -> 1]  'symbol  E_PERM
        true  b\"base64\"  <#1, .slot = 1, {2}>";

/// A line that was understood.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Command {
    Request { call: Call, note: Option<&'static str> },
    Workers,
    Wait(String),
    Restart,
    Help,
    Quit,
    Nothing,
}

/// Reads a line.
pub(super) fn parse(line: &str) -> Result<Command, String> {
    let text = line.trim().trim_start_matches(';').trim_end_matches(';').trim();
    let compact: String = text.split_whitespace().collect();
    if let Some(rest) = compact.strip_prefix("wait(") {
        let named = rest.strip_suffix(')').and_then(|name| parse_value(name).ok());
        return match named {
            Some(Value::Str(name) | Value::Sym(name)) => Ok(Command::Wait(name)),
            _ => Err("write wait(\"TYPE\"), with the worker type that is awaited".to_owned()),
        };
    }
    match compact.as_str() {
        "" => return Ok(Command::Nothing),
        "workers()" => return Ok(Command::Workers),
        "restart()" => return Ok(Command::Restart),
        "help" | "?" | "help()" => return Ok(Command::Help),
        "quit" | "exit" | "@quit" | "quit()" => return Ok(Command::Quit),
        _ => {}
    }
    let line = line.trim_end();
    match parse_call(line) {
        Ok(call) => {
            let unheard = call.timeout.is_none() && line.contains("timeout_seconds");
            let note = unheard.then_some(
                "no time limit: MOO takes `timeout_seconds` only as a float above zero, such as 5.0",
            );
            Ok(Command::Request { call, note })
        }
        Err(error) if text.starts_with("worker_request") => Err(error.to_string()),
        Err(error) => Err(format!("{error}; `help` tells what can be typed")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_typed() {
        for (line, command) in [
            ("", Command::Nothing),
            (" ; ", Command::Nothing),
            (";workers();\n", Command::Workers),
            ("workers( )", Command::Workers),
            ("restart()", Command::Restart),
            ("wait(\"echo\")", Command::Wait("echo".to_owned())),
            ("wait( 'echo )", Command::Wait("echo".to_owned())),
            ("@quit", Command::Quit),
            ("?", Command::Help),
        ] {
            assert_eq!(parse(line), Ok(command), "{line}");
        }
        let Ok(Command::Request { call, note: None }) = parse(
            "; worker_request(\"echo\", {\"a\", 1, #2, [1 -> 2]}, [\"timeout_seconds\" -> 1.5]);",
        ) else {
            panic!("not understood");
        };
        assert_eq!((call.worker_type.as_str(), call.arguments.len()), ("echo", 4));
        assert_eq!(call.timeout.map(|limit| limit.as_millis()), Some(1500));
    }

    #[test]
    fn a_time_limit_that_is_not_heard_is_told() {
        let parsed = parse("worker_request(\"echo\", {}, [\"timeout_seconds\" -> 5])").unwrap();
        let Command::Request { note: Some(note), .. } = parsed else { panic!("no note") };
        assert!(note.contains("5.0"));
    }

    #[test]
    fn mistakes_name_the_column() {
        let wrong = |line: &str| parse(line).unwrap_err();
        assert!(wrong("worker_request(\"echo\", {1, })\n").starts_with("column 28: "));
        assert!(wrong(";worker_request(\"echo\", 1)").starts_with("column 25: "));
        assert!(wrong("nonsense").contains("`help`"));
        assert!(wrong("wait(1)").contains("wait(\"TYPE\")"));
    }
}
