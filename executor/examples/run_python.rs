//! Runs a function of a Python file as a task:
//! `cargo run -p journeyman-executor --example run_python -- FILE.py '[ARGUMENTS]'`.
//!
//! Says what of the sandbox is active, shows the output as it comes, and then the result.
//! Settings come from the environment, such as `JOURNEYMAN_PYTHON_VENV`.

use journeyman_executor::{Config, Event, Executor, Hooks, Task};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let (Some(file), arguments) = (words.next(), words.next()) else {
        return Err("give the name of a Python file, and arguments as JSON".into());
    };
    let task = Task::new(std::fs::read_to_string(file)?, arguments.as_deref().unwrap_or("[]"));
    let executor = Executor::start(Config::from_env()?).await?;
    eprintln!("{}\n{}", executor.interpreter().path.display(), executor.report());

    let (events, mut inbox) = tokio::sync::mpsc::channel(64);
    let show = async {
        while let Some(event) = inbox.recv().await {
            match event {
                Event::Output(text) => eprint!("{text}"),
                other => eprintln!("{other:?}"),
            }
        }
    };
    let run = executor.run_with(&task, Hooks::default().events(events));
    let (result, ()) = tokio::join!(run, show);
    match result {
        Ok(done) => println!("{}\n{:?}", done.value.json().unwrap_or_default(), done.usage),
        Err(failure) => println!("failed: {failure}\n{:?}", failure.usage()),
    }
    executor.shutdown().await;
    Ok(())
}
