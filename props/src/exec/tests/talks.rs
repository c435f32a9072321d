//! What programs hear and say while they run.

use journeyman_core::{Value, memory::Submission};
use journeyman_exec::Program;
use journeyman_halloween::PublishOptions;

use super::{super::line::Word, *};

/// Answers every command with this.
fn answering(answer: &str) -> String {
    format!("while read -r line; do {answer}; done")
}

#[tokio::test]
async fn one_process_answers_all_commands() {
    let rig = Rig::shell(&answering(r#"n=$((n+1)); echo "{\"result\":[$n,$line]}""#)).await;
    for n in 1..4 {
        let Ok(Value::List(result)) = rig.command("fire").await else { panic!("no list") };
        assert_eq!(result[0], Value::Int(n));
        let get = |key: &str| result[1].get(key).cloned().unwrap();
        assert_eq!((get("route"), get("action")), ("fire".into(), "fire".into()));
        assert_eq!((get("arg"), get("topic"), get("attempt")), (().into(), ().into(), 1.into()));
        let Value::Int(left) = get("deadline_ms") else { panic!("no limit") };
        assert!((1..=60_000).contains(&left), "{left}");
    }
    rig.stop().await.unwrap();
}

#[tokio::test]
async fn everything_that_is_for_the_bus_gets_there() {
    let mut rig = Rig::shell(
        r#"
        echo '{"telemetry":{"key":"tick","value":1}}'
        echo '{"status":{"key":"warn","value":"w"}}'
        echo '{"state":"armed"}'
        echo '{"command":{"target":"fogger","action":"start"}}'
        echo '{"broadcast":{"targets":["a","b"],"action":"stop"}}'
        echo '{"exit":true}'
        cat > /dev/null
        "#,
    )
    .await;
    let mut heard = Vec::new();
    while heard.len() < 6 {
        heard.push(rig.next().await);
    }
    let options = PublishOptions::new();
    assert_eq!(
        heard[..3],
        [
            Heard::Said(Word::Telemetry { key: "tick".into(), value: 1.into(), options }),
            Heard::Said(Word::Status { key: "warn".into(), value: "w".into(), options }),
            Heard::Said(Word::State { value: "armed".into(), options }),
        ]
    );
    assert!(matches!(heard[3], Heard::Said(Word::Command { .. })), "{:?}", heard[3]);
    assert!(matches!(heard[4], Heard::Said(Word::Broadcast { .. })), "{:?}", heard[4]);
    assert_eq!(heard[5], Heard::Exit);
    rig.stop().await.unwrap();
    assert!(rig.heard.try_recv().is_err(), "a stop is no failure");
}

#[tokio::test]
async fn errors_of_a_program_are_those_of_the_command() {
    let rig = Rig::shell(&answering(
        r#"case $line in
            *unknown*) echo '{"error":{"code":"UNKNOWN_ACTION"}}' ;;
            *) echo '{"error":{"code":"JAMMED","message":"the lid is jammed"}}' ;;
        esac"#,
    ))
    .await;
    assert_eq!(rig.command("open").await.unwrap_err(), "JAMMED: the lid is jammed");
    assert_eq!(rig.command("unknown").await.unwrap_err(), "LookupError: no handler for `unknown`");
    assert_eq!(rig.command("open").await.unwrap_err(), "JAMMED: the lid is jammed");
}

#[tokio::test]
async fn progress_is_telemetry_of_the_command() {
    let mut rig = Rig::shell(&answering(
        r#"echo '{"progress":0.25}'; echo '{"progress":0.5,"message":"half"}'; echo '{"result":1}'"#,
    ))
    .await;
    assert_eq!(rig.command("raise#lid").await, Ok(1.into()));
    for wanted in [Value::Float(0.25), "0.5 half".into()] {
        let Heard::Said(Word::Telemetry { key, value, .. }) = rig.next().await else {
            panic!("no telemetry")
        };
        assert_eq!((key.as_str(), value), ("raise_lid/progress", wanted));
    }
}

#[tokio::test]
async fn wrong_lines_are_told_and_the_program_goes_on() {
    let mut rig = Rig::shell(&answering(
        r#"echo starting up; printf '\377\376\n'; echo '{"result":1}'; echo '{"result":2}'"#,
    ))
    .await;
    assert_eq!(rig.command("go").await, Ok(1.into()));
    let complaint = rig.complaint().await;
    assert!(complaint.starts_with("EXEC_OUTPUT: "), "{complaint}");
    assert!(complaint.contains("starting up"), "{complaint}");
    assert!(rig.complaint().await.contains("no message"));
    let complaint = rig.complaint().await;
    assert!(complaint.contains("no command is in work"), "{complaint}");
    assert_eq!(rig.command("go").await, Ok(1.into()));
}

#[tokio::test]
async fn many_wrong_lines_are_not_all_told() {
    let mut rig = Rig::shell(
        r#"
        i=0; while [ $i -lt 500 ]; do echo garbage; i=$((i+1)); done
        echo '{"state":"talking"}'
        while read -r line; do echo '{"result":1}'; done
        "#,
    )
    .await;
    let mut told = 0;
    while matches!(rig.next().await, Heard::Complaint(_)) {
        told += 1;
    }
    assert!((10..=100).contains(&told), "{told}");
    assert_eq!(rig.command("go").await, Ok(1.into()));
}

#[tokio::test]
async fn an_answer_with_another_id_is_not_taken() {
    let mut rig = Rig::shell(&answering(
        r#"id=${line#*'"id":"'}; id=${id%%'"'*}
        echo '{"id":"someone","result":1}'; echo "{\"id\":\"$id\",\"result\":2}""#,
    ))
    .await;
    assert_eq!(rig.command("go").await, Ok(2.into()));
    let complaint = rig.complaint().await;
    assert!(complaint.contains("answer to `someone`"), "{complaint}");
}

#[tokio::test]
async fn a_command_waits_for_the_answer_to_a_cancelled_one() {
    let flag = std::env::temp_dir().join(format!("journeyman-flag-{}", std::process::id()));
    let script = r#"
        read -r line; echo '{"state":"working"}'
        while [ ! -e FLAG ]; do sleep 0.01; done
        echo '{"result":"first"}'
        read -r line; echo '{"result":"second"}'
        cat > /dev/null
    "#;
    let mut rig = Rig::shell(&script.replace("FLAG", flag.to_str().unwrap())).await;
    let first = rig.submit("one").await;
    assert_eq!(rig.state().await, "working");
    rig.client.cancel(first.id()).await;
    within(first).await.unwrap_err();
    let second = rig.submit("two").await;
    std::fs::write(&flag, "").unwrap();
    assert_eq!(within(second).await.unwrap(), "second".into());
    std::fs::remove_file(flag).unwrap();
}

#[tokio::test]
async fn large_commands_and_answers_do_not_block_each_other() {
    // More than a pipe holds, in both directions at once.
    let rig = Rig::new(
        Program::new("sed")
            .args(["-u", r#"s/^\(.*\)$/{"telemetry":{"key":"k","value":\1}}\n{"result":\1}/"#]),
        LONG,
    );
    rig.run.start().await.unwrap();
    let text = "x".repeat(400_000);
    for _ in 0..3 {
        let job = rig.client.submit(Submission::new("echo").args(text.as_str())).await;
        let result = within(job).await.unwrap();
        assert_eq!(result.get("args"), Some(&text.as_str().into()));
    }
    rig.stop().await.unwrap();
}

#[tokio::test]
async fn an_answer_before_the_command_is_read_spoils_nothing() {
    // One byte of the first command is read before its answer, and the rest is more than a pipe
    // holds.
    let rig = Rig::shell(
        r#"dd bs=1 count=1 > /dev/null 2>&1; echo '{"result":"early"}'
        read -r rest; read -r line
        case $line in
            '{"id":'*'"args":"b"'*) echo '{"result":"whole"}' ;;
            *) echo '{"result":"spoiled"}' ;;
        esac
        cat > /dev/null"#,
    )
    .await;
    for (args, wanted) in [("a".repeat(300_000), "early"), ("b".to_owned(), "whole")] {
        let job = rig.client.submit(Submission::new("x").args(args)).await;
        assert_eq!(within(job).await.unwrap(), wanted.into());
    }
    rig.stop().await.unwrap();
}

#[tokio::test]
async fn standard_error_is_read_however_much_there_is() {
    let rig =
        Rig::shell(&answering(r#"head -c 300000 /dev/zero | tr '\0' x >&2; echo '{"result":1}'"#))
            .await;
    assert_eq!(rig.command("go").await, Ok(1.into()));
}
