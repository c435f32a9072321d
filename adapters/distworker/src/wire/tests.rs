use super::*;
use proptest::prelude::*;

fn bytes(data: &'static [u8]) -> Bytes {
    Bytes::from_static(data)
}

fn read(data: &'static [u8]) -> Result<Message, WireError> {
    decode(bytes(data), &Limits::default())
}

#[test]
fn idle_time_is_field_ten() {
    let message = read(&[0x08, 0x03, 0x1a, 0x03, 0x50, 0x90, 0x1c]).unwrap();
    assert_eq!(message, Message::RegisterResponse(WorkerRegisterResponse { idle_time: 3600 }));
}

#[test]
fn heartbeat_bytes_are_those_of_the_sheet() {
    let heartbeat = Heartbeat {
        timestamp: 0,
        health: WorkerHealth::Up as i32,
        resource_usage: Some(ResourceUsage {
            cpu_percent: 12.5,
            memory_used_mb: 1024,
            gpu_utilization: 50.0,
            additional: None,
        }),
    };
    let expected = [
        0x08, 0x09, 0x4a, 0x11, 0x10, 0x01, 0x1a, 0x0d, 0x0d, 0, 0, 0x48, 0x41, 0x10, 0x80, 0x08,
        0x1d, 0, 0, 0x48, 0x42,
    ];
    assert_eq!(encode(&Message::Heartbeat(heartbeat))[..], expected);
    let bare = Heartbeat {
        timestamp: 0,
        health: WorkerHealth::Up as i32,
        resource_usage: Some(ResourceUsage::default()),
    };
    assert_eq!(encode(&Message::Heartbeat(bare))[..], [8, 9, 0x4a, 4, 0x10, 1, 0x1a, 0]);
}

#[test]
fn an_absent_struct_and_an_empty_one_differ() {
    let Message::TaskAssign(task) = read(&[0x08, 0x0a, 0x52, 0x02, 0x22, 0x00]).unwrap() else {
        panic!("not a task")
    };
    assert_eq!(task.metadata, None);
    assert_eq!(task.input, Some(Bytes::new()));
}

#[test]
fn struct_fields_share_memory_with_the_frame() {
    let task = TaskAssign {
        task_id: "t".to_owned(),
        input: Some(bytes(b"\x0a\x04\x0a\x01a\x12\x00")),
        ..TaskAssign::default()
    };
    let frame = encode(&Message::TaskAssign(task));
    let Message::TaskAssign(task) = decode(frame.clone(), &Limits::default()).unwrap() else {
        panic!("not a task")
    };
    let input = task.input.unwrap();
    assert!(frame.as_ptr_range().contains(&input.as_ptr()));
}

#[test]
fn type_selects_and_the_payload_must_match() {
    let none = read(&[0x08, 0x0a]).unwrap_err();
    assert_eq!(none.to_string(), "a MESSAGE_TYPE_TASK_ASSIGN message without its payload");
    let other = read(&[0x08, 0x0a, 0x4a, 0x00]).unwrap_err();
    assert_eq!(
        other,
        WireError::MissingPayload {
            message_type: MessageType::TaskAssign,
            found: Some(MessageType::Heartbeat)
        }
    );
    assert_eq!(
        other.to_string(),
        "a MESSAGE_TYPE_TASK_ASSIGN message without its payload; it carries that of \
         MESSAGE_TYPE_HEARTBEAT instead"
    );
    assert_eq!(read(&[0x52, 0x00]).unwrap(), Message::Unknown { type_number: 0 });
    assert_eq!(read(&[]).unwrap(), Message::Unknown { type_number: 0 });
    assert_eq!(read(&[0x08, 0x63]).unwrap(), Message::Unknown { type_number: 99 });
    assert_eq!(encode(&Message::Unknown { type_number: 99 })[..], [0x08, 0x63]);
}

#[test]
fn fields_of_a_later_schema_are_skipped() {
    // Envelope field 40 (text) and RegisterResponse field 11 (number) do not exist yet.
    let frame = [0x08, 0x03, 0x1a, 0x04, 0x50, 0x0a, 0x58, 0x07, 0xc2, 0x02, 0x01, b'x'];
    assert_eq!(
        decode(Bytes::copy_from_slice(&frame), &Limits::default()).unwrap(),
        Message::RegisterResponse(WorkerRegisterResponse { idle_time: 10 })
    );
}

#[test]
fn malformed_bytes_say_what_and_where() {
    let error = read(&[0xff, 0xff, 0xff]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "not a DistWorker message: the message ends too early: byte 0 announces 10 bytes, 3 are \
         left; check that the URL leads to a DistWorker controller of release 0.0.1 to 0.0.6"
    );
    // The task id is not UTF-8.
    let error = read(&[0x08, 0x0a, 0x52, 0x03, 0x0a, 0x01, 0xff]).unwrap_err();
    assert!(error.to_string().contains("task_id"), "{error}");
}

#[test]
fn limits_hold_before_anything_is_allocated() {
    let limits = Limits { max_message_bytes: 40, max_files: 2 };
    let error = decode(Bytes::from(vec![0; 41]), &limits).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a message of 41 bytes is larger than the limit of 40; raise `max_message_size` if such \
         tasks are wanted"
    );
    let with_files = |count: usize| {
        let task = TaskAssign { files: vec![FileInfo::default(); count], ..Default::default() };
        decode(encode(&Message::TaskAssign(task)), &limits)
    };
    assert!(with_files(2).is_ok());
    let error = with_files(3).unwrap_err();
    assert_eq!(error.to_string(), "a message names more than 2 files; split the task");
    // The same, with the files spread over repeated payloads, which protobuf merges.
    let spread = [0x08, 0x0a, 0x52, 2, 0x32, 0, 0x52, 2, 0x32, 0, 0x52, 2, 0x32, 0];
    let error = decode(Bytes::copy_from_slice(&spread), &limits).unwrap_err();
    assert_eq!(error, WireError::TooManyFiles { max: 2 });
    let done = TaskComplete { result_files: vec![FileInfo::default(); 3], ..Default::default() };
    let error = decode(encode(&Message::TaskComplete(done)), &limits).unwrap_err();
    assert_eq!(error, WireError::TooManyFiles { max: 2 });
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "\\PC{0,40}"]
}

fn blob() -> impl Strategy<Value = Option<Bytes>> {
    proptest::option::of(proptest::collection::vec(any::<u8>(), 0..200).prop_map(Bytes::from))
}

fn files() -> impl Strategy<Value = Vec<FileInfo>> {
    let file = (text(), text(), text(), any::<i64>(), text()).prop_map(
        |(file_id, filename, content_type, size, storage_url)| FileInfo {
            file_id,
            filename,
            content_type,
            size,
            storage_url,
        },
    );
    proptest::collection::vec(file, 0..4)
}

fn messages() -> impl Strategy<Value = Message> {
    let blob2 = || (blob(), blob());
    prop_oneof![
        blob2().prop_map(|(a, b)| Message::WorkerRegister(WorkerRegister {
            data: a.unwrap_or_default(),
            signature: b.unwrap_or_default(),
        })),
        any::<i32>()
            .prop_map(|idle_time| Message::RegisterResponse(WorkerRegisterResponse { idle_time })),
        (any::<i64>(), 0..4i32, any::<i64>(), blob()).prop_map(|(timestamp, health, mb, blob)| {
            Message::Heartbeat(Heartbeat {
                timestamp,
                health,
                resource_usage: Some(ResourceUsage {
                    cpu_percent: 1.5,
                    memory_used_mb: mb,
                    gpu_utilization: 0.0,
                    additional: blob,
                }),
            })
        }),
        (text(), text(), blob2(), any::<i64>(), files()).prop_map(
            |(task_id, queue, (metadata, input), timeout_ms, files)| {
                Message::TaskAssign(TaskAssign {
                    task_id,
                    queue,
                    metadata,
                    input,
                    timeout_ms,
                    files,
                })
            }
        ),
        (text(), -2.0f32..200.0, text(), blob()).prop_map(|(task_id, progress, message, data)| {
            Message::TaskProgress(TaskProgress { task_id, progress, message, data })
        }),
        (text(), blob(), files()).prop_map(|(task_id, result, result_files)| {
            Message::TaskComplete(TaskComplete { task_id, result, result_files })
        }),
        (text(), text(), text(), blob()).prop_map(
            |(task_id, error_code, error_message, error_details)| {
                Message::TaskFailed(TaskFailed {
                    task_id,
                    error_code,
                    error_message,
                    error_details,
                })
            }
        ),
    ]
}

proptest! {
    #[test]
    fn every_message_comes_back_as_it_went(message in messages()) {
        prop_assert_eq!(decode(encode(&message), &Limits::default()), Ok(message));
    }

    #[test]
    fn the_hand_written_envelope_is_the_one_of_the_schema(message in messages()) {
        let frame = encode(&message);
        let envelope = Envelope::decode(frame.clone()).unwrap();
        prop_assert_eq!(envelope.r#type, message.message_type().unwrap() as i32);
        prop_assert_eq!(envelope.payload.as_ref().unwrap().message_type(),
            message.message_type().unwrap());
        prop_assert_eq!(envelope.encode_to_vec(), frame);
    }

    #[test]
    fn random_bytes_never_panic(data in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode(Bytes::from(data), &Limits::default());
    }

    #[test]
    fn damaged_messages_never_panic(
        message in messages(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut frame = encode(&message).to_vec();
        for (at, value) in changes {
            let at = at.index(frame.len());
            frame[at] = value;
        }
        frame.truncate(cut.index(frame.len()) + 1);
        let _ = decode(Bytes::from(frame), &Limits::default());
    }
}
