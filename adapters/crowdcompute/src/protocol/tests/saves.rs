use tokio::sync::oneshot;

use super::*;
use crate::checkpoint::{Answer, Checkpoint, NotStored, Save};

impl Bench {
    fn save(&mut self, token: Token, checkpoint: Checkpoint) -> oneshot::Receiver<Answer> {
        let (answer, receipt) = oneshot::channel();
        let command = Box::new(Save { checkpoint, answer });
        self.input(Input::Command { token: Some(token), command });
        receipt
    }
}

fn state() -> Checkpoint {
    Checkpoint::state(&json!({"i": 5}), 50.0).unwrap()
}

#[test]
fn checkpoints_are_numbered_and_acknowledged() {
    let mut bench = Bench::ready(Config::default());
    bench.assign_head("t");
    let token = bench.jobs[0].0;
    let mut first = bench.save(token, state());
    let message = bench.only();
    assert_eq!((&message["type"], &message["job_id"]), (&json!("task_checkpoint"), &json!("j")));
    let data = &message["data"];
    assert_eq!((&data["checkpoint_id"], &data["is_base"]), (&json!(1), &json!(true)));
    assert_eq!(
        (&data["checkpoint_type"], &data["checkpoint_state_vars"]),
        (&json!("base"), &json!(["i"]))
    );
    assert!(data["delta_data_hex"].as_str().unwrap().starts_with("1f8b08"));
    assert_eq!((&data["state_size_bytes"], &data["progress_percent"]), (&json!(8), &json!(50.0)));
    let mut second = bench.save(token, state().delta().state_vars(["x".to_owned()]));
    let message = bench.only();
    assert_eq!(
        (&message["data"]["checkpoint_id"], &message["data"]["is_base"]),
        (&json!(2), &json!(false))
    );
    assert_eq!(message["data"]["checkpoint_state_vars"], json!(["x"]));
    let ack = |id| json!({"task_id": "t", "checkpoint_id": id});
    bench.receive("checkpoint_ack", &ack(2));
    assert_eq!((second.try_recv().unwrap(), first.try_recv().is_err()), (Ok(2), true));
    bench.receive("checkpoint_ack", &ack(2));
    bench.receive("checkpoint_ack", &ack(1));
    assert_eq!((first.try_recv().unwrap(), bench.ignored.len()), (Ok(1), 1));
}

#[test]
fn a_foreman_that_may_be_of_the_seed_gets_none() {
    for config in [Config::default(), Config::default().era(EraSetting::Seed)] {
        let mut bench = Bench::ready(config);
        bench.assign("t");
        let token = bench.jobs[0].0;
        assert_eq!(bench.save(token, state()).try_recv().unwrap(), Err(NotStored::NotKnown));
        assert!(bench.sent.is_empty());
    }
    let mut configured = Bench::ready(Config::default().era(EraSetting::Head));
    configured.assign("t");
    let token = configured.jobs[0].0;
    configured.save(token, state());
    assert_eq!(configured.only()["data"]["checkpoint_state_vars"], json!([]));
}

#[test]
fn every_receipt_is_answered() {
    let mut bench = Bench::ready(Config::default());
    bench.assign_head("t");
    let token = bench.jobs[0].0;
    // The foreman says nothing to what it does not like (sheet, section 14.6).
    let mut silent = bench.save(token, state());
    bench.advance(9999);
    assert!(silent.try_recv().is_err());
    bench.advance(1);
    assert_eq!(silent.try_recv().unwrap(), Err(NotStored::NotAcknowledged));
    let huge = Checkpoint::packed(vec![0; 9 << 20], 1.0, 1);
    assert_eq!(bench.save(token, huge).try_recv().unwrap(), Err(NotStored::TooLarge));
    let mut many: Vec<_> = (0..20).map(|_| bench.save(token, state())).collect();
    assert_eq!(many[3].try_recv().unwrap(), Err(NotStored::NotAcknowledged));
    assert!(many[4].try_recv().is_err());
    bench.lose(1006, false);
    assert_eq!(many[4].try_recv().unwrap(), Err(NotStored::Disconnected));
    bench.register();
    let mut last = bench.save(token, state());
    bench.succeed(&json!(1));
    assert_eq!(last.try_recv().unwrap(), Err(NotStored::Disconnected));
    assert_eq!(bench.save(token, state()).try_recv().unwrap(), Err(NotStored::Disconnected));
    // What is not ours is not taken.
    bench.input(Input::Command { token: None, command: Box::new(5) });
}
