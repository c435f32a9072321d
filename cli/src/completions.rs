//! Shell completions.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::{
    Cli,
    exit::{Code, Failure},
    output::say,
};

/// Prints the completion script of a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  journeyman completions bash > ~/.local/share/bash-completion/completions/journeyman
  journeyman completions fish > ~/.config/fish/completions/journeyman.fish")]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

pub(crate) fn print(args: &CompletionsArgs) -> Result<Code, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "journeyman", &mut script);
    say(String::from_utf8_lossy(&script).trim_end())?;
    Ok(Code::Ok)
}
