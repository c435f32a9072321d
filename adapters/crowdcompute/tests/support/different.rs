//! What we do otherwise on purpose; the page of the book has the same table.

use journeyman_testkit::vectors::Vector;

/// A file, a line of it, and why we say something else.
pub const DIFFERENT: &[(&str, &str, &str)] = &[
    (
        "head_worker_execution",
        "kill_task/reply",
        "upstream's worker ignores `kill_task`; we acknowledge a task that does not run here, so that \
         the foreman frees the worker for it",
    ),
    (
        "head_checkpoint_broadcast_mobile",
        "ckpt/061",
        "the registration of an Android worker; ours says nothing that makes the foreman rewrite code",
    ),
    (
        "head_checkpoint_broadcast_mobile",
        "ckpt/065",
        "a result that is an object itself; ours is a text that holds it",
    ),
    (
        "head_flow",
        "038-pong",
        "upstream's heartbeat names the task before; ours names the one in work",
    ),
    (
        "head_flow",
        "071-pong",
        "upstream's heartbeat names the task before; ours names the one in work",
    ),
];

pub fn is_different(file: &str, line: &Vector) -> bool {
    DIFFERENT.iter().any(|(other, id, _)| *other == file && *id == line.id)
}

/// What the test peers of the recordings say, and we never do.
pub const NEVER: &[(&str, &str, &str)] = &[
    ("seed_foreman_behaviour", "flow/029", AGAIN),
    ("seed_foreman_behaviour", "flow/032", "a result of a task that nobody knows"),
    ("seed_foreman_behaviour", "flow/035", "a result without a result"),
    ("seed_foreman_behaviour", "dup/021", "the end of a task that another process got"),
    ("seed_foreman_behaviour", "dup/041", TWICE),
    ("seed_foreman_behaviour", "dup/043", TWICE),
    ("seed_foreman_behaviour", "stuck/014", LEARNED),
    ("seed_foreman_behaviour", "stuck/023", "a result with the job of another"),
    ("head_foreman_behaviour", "flow/029", AGAIN),
    ("head_foreman_behaviour", "flow/032", "a result of a task that nobody knows"),
    ("head_foreman_behaviour", "flow/035", "a result without a result"),
    ("head_foreman_behaviour", "dup/021", "the end of a task that another process got"),
    ("head_foreman_behaviour", "dup/041", TWICE),
    ("head_foreman_behaviour", "dup/043", TWICE),
    ("head_foreman_behaviour", "stuck/014", LEARNED),
    ("head_foreman_behaviour", "stuck/024", "a result with the job of another"),
    ("head_checkpoint_broadcast_mobile", "ckpt/010", "a checkpoint without its optional fields"),
    ("head_checkpoint_broadcast_mobile", "ckpt/013", "a checkpoint without its optional fields"),
    ("head_checkpoint_broadcast_mobile", "ckpt/016", "a checkpoint without its state"),
    ("head_checkpoint_broadcast_mobile", "ckpt/019", "a checkpoint of a task that nobody knows"),
    ("head_checkpoint_broadcast_mobile", "ckpt/022", "a checkpoint that is not hexadecimal"),
    ("head_checkpoint_broadcast_mobile", "ckpt/025", PROGRESS),
    ("head_checkpoint_broadcast_mobile", "ckpt/053", "a heartbeat that only the seed has"),
    ("head_checkpoint_broadcast_mobile", "ckpt/056", "an acknowledgement of no kill"),
    ("killbranch_foreman", "kill/027", "an acknowledgement after the end"),
    ("killbranch_foreman", "kill/036", PROGRESS),
];

const AGAIN: &str = "a second result of a task";
const TWICE: &str = "a second registration on one connection";
const LEARNED: &str =
    "the end of a task that a process before us got, and that was learned over HTTP";
const PROGRESS: &str = "progress, which no foreman can take";

pub fn is_never(file: &str, line: &Vector) -> bool {
    NEVER.iter().any(|(other, id, _)| *other == file && *id == line.id)
}

/// Frames of the recordings' own test peers: what they hold that we do not carry on.
pub const LOSSY: &[(&str, &str)] = &[
    ("conn/058", "keys that nobody knows"),
    ("conn/059", "keys that nobody knows"),
    ("ckpt/013", "a percentage that is a whole number, which we write as a float"),
    ("ckpt/019", "a percentage that is a whole number, which we write as a float"),
    ("ckpt/022", "a percentage that is a whole number, which we write as a float"),
];

/// Frames that cannot be read, and what is wrong with them.
pub const BROKEN: &[(&str, &str)] = &[
    ("hello", "a message that is no JSON object: an object was expected (byte 0)"),
    ("[1,2]", "a message that is no JSON object: an object was expected (byte 0)"),
    (r#"{"type":"ping"}"#, "a `ping` without an object `data`"),
    (r#"{"type":"pong"}"#, "a `pong` without an object `data`"),
    (r#"{"type":"bogus""#, "a message of the unknown type \"bogus\""),
    (r#"{"type":"nope""#, "a message of the unknown type \"nope\""),
    (r#"{"type":"pause_task""#, "a message of the unknown type \"pause_task\""),
    (r#"{"type": "worker_ready", "data": {}"#, "a `worker_ready` without `worker_id`"),
    (r#"{"type": "task_result", "data": {"task_id""#, "a `task_result` without `result`"),
    (
        r#"{"type": "task_checkpoint", "data": {"task_id": "job-ck_task_0", "is_base": false, "pro"#,
        "a `task_checkpoint` without `delta_data_hex`",
    ),
    (
        r#"{"type":"assign_task","data":{"func_code":"def f(x):\n return 1","task_args":[1]}"#,
        "a `assign_task` without `task_id`",
    ),
    (r#"{"type":"assign_task","data":{"task_args""#, "a `assign_task` without `func_code`"),
    (
        r#"{"type": "resume_task", "data": {"task_id": "job-resume_reconnect_form_task_0", "ch"#,
        "a `resume_task` without `func_code`",
    ),
];
