//! The stock FlatBuffers verifier (the `flatbuffers` crate) over the tables of the mooR sheet, with
//! slot numbers written by hand: it shares nothing with the code under test.

use flatbuffers::{
    ForwardsUOffset, InvalidFlatbuffer, Vector, Verifiable, Verifier, VerifierOptions,
};

type Ref<T> = ForwardsUOffset<T>;
type List<T> = ForwardsUOffset<Vector<'static, ForwardsUOffset<T>>>;
type Text = ForwardsUOffset<&'static str>;
type Bytes = ForwardsUOffset<Vector<'static, u8>>;
type Checked = Result<(), InvalidFlatbuffer>;

/// The vtable entry of a slot (mooR sheet, section 4).
const fn entry(slot: u16) -> u16 {
    4 + 2 * slot
}

/// A table: fields with slot, type and whether they are required.
macro_rules! table {
    ($name:ident { $($slot:literal: $ty:ty $(, $required:ident)?;)* }) => {
        struct $name;

        impl Verifiable for $name {
            fn run_verifier(v: &mut Verifier<'_, '_>, at: usize) -> Checked {
                v.visit_table(at)?
                    $(.visit_field::<$ty>(
                        concat!(stringify!($name), ".", $slot),
                        entry($slot),
                        table!(@ $($required)?),
                    )?)*
                    .finish();
                Ok(())
            }
        }
    };
    (@) => { false };
    (@ required) => { true };
}

/// A table whose first two slots are a union.
macro_rules! union {
    ($name:ident { $($number:literal: $ty:ty;)* }) => {
        struct $name;

        impl Verifiable for $name {
            fn run_verifier(v: &mut Verifier<'_, '_>, at: usize) -> Checked {
                v.visit_table(at)?
                    .visit_union::<u8, _>(
                        concat!(stringify!($name), " kind"),
                        entry(0),
                        stringify!($name),
                        entry(1),
                        true,
                        |kind, v, at| match kind {
                            $($number => v.verify_union_variant::<Ref<$ty>>(stringify!($ty), at),)*
                            other => panic!("{} {other}", stringify!($name)),
                        },
                    )?
                    .finish();
                Ok(())
            }
        }
    };
}

table!(Symbol { 0: Text, required; });
table!(Uuid { 0: Bytes, required; });
table!(ObjId { 0: i32; });
table!(PackedId { 0: u64; });
union!(Obj { 1: ObjId; 2: PackedId; 3: PackedId; });
table!(ErrorTable { 0: u8; 1: Text; 2: Ref<Var>; 3: Ref<Symbol>; });

table!(Empty {});
table!(VarBool { 0: bool; });
table!(VarInt { 0: i64; });
table!(VarFloat { 0: f64; });
table!(VarStr { 0: Text, required; });
table!(VarObj { 0: Ref<Obj>, required; });
table!(VarErr { 0: Ref<ErrorTable>, required; });
table!(VarList { 0: List<Var>, required; });
table!(VarMapPair { 0: Ref<Var>, required; 1: Ref<Var>, required; });
table!(VarMap { 0: List<VarMapPair>, required; });
table!(VarSym { 0: Ref<Symbol>, required; });
table!(VarBinary { 0: Bytes, required; });
table!(FlyweightSlot { 0: Ref<Symbol>, required; 1: Ref<Var>, required; });
table!(VarFlyweight {
    0: Ref<Obj>, required;
    1: List<FlyweightSlot>, required;
    2: Ref<VarList>, required;
});
union!(Var {
    1: Empty;
    2: VarBool;
    3: VarInt;
    4: VarFloat;
    5: VarStr;
    6: VarObj;
    7: VarErr;
    8: VarList;
    9: VarMap;
    10: VarSym;
    11: VarBinary;
    12: VarFlyweight;
    14: VarObj;
});

table!(Message { 0: Text, required; });
table!(NoWorkerAvailable { 0: Ref<Symbol>, required; });
union!(WorkerError {
    1: Message;
    2: Message;
    3: Message;
    4: Message;
    5: Message;
    6: Message;
    7: NoWorkerAvailable;
});

table!(Token { 0: Text, required; });

table!(PasetoRegistration { 0: Ref<Token>, required; 1: Ref<Symbol>, required; });
table!(PasetoDetach { 0: Ref<Token>, required; });
table!(PasetoResult { 0: Ref<Token>, required; 1: Ref<Uuid>, required; 2: Ref<Var>, required; });
table!(PasetoError {
    0: Ref<Token>, required;
    1: Ref<Uuid>, required;
    2: Ref<WorkerError>, required;
});
union!(PasetoMessage {
    1: PasetoRegistration;
    2: PasetoRegistration;
    3: PasetoDetach;
    4: PasetoResult;
    5: PasetoError;
});

table!(CurveRegistration { 0: Ref<Uuid>, required; 1: Ref<Symbol>, required; });
table!(CurveDetach { 0: Ref<Uuid>, required; });
table!(CurveResult { 0: Ref<Uuid>, required; 1: Ref<Uuid>, required; 2: Ref<Var>, required; });
table!(CurveError {
    0: Ref<Uuid>, required;
    1: Ref<Uuid>, required;
    2: Ref<WorkerError>, required;
});
union!(CurveMessage {
    1: CurveRegistration;
    2: CurveRegistration;
    3: CurveDetach;
    4: CurveResult;
    5: CurveError;
});

table!(EnrollmentRequest {
    0: Text, required;
    1: Text, required;
    2: Text, required;
    3: Text, required;
});
table!(EnrollmentResponse { 0: bool; 1: Text; 2: Text; 3: Text; });

fn verify<T: Verifiable>(buffer: &[u8]) -> Checked {
    // A level of lists is two tables, and a message is three around its value.
    let options =
        VerifierOptions { max_depth: 512, max_tables: 100_000_000, ..VerifierOptions::default() };
    <Ref<T>>::run_verifier(&mut Verifier::new(&options, buffer), 0)
}

/// A message of a worker of the PASETO era, or else of the CURVE era.
pub(crate) fn worker_message(is_paseto: bool, body: &[u8]) -> Result<(), String> {
    if is_paseto { verify::<PasetoMessage>(body) } else { verify::<CurveMessage>(body) }
        .map_err(|error| error.to_string())
}

pub(crate) fn enrollment_request(frame: &[u8]) -> Result<(), String> {
    verify::<EnrollmentRequest>(frame).map_err(|error| error.to_string())
}

pub(crate) fn enrollment_response(frame: &[u8]) -> Result<(), String> {
    verify::<EnrollmentResponse>(frame).map_err(|error| error.to_string())
}
