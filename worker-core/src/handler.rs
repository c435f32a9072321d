//! What a user writes: async functions, blocking functions, structs.

use std::{fmt, future::Future, marker::PhantomData, pin::Pin, sync::Arc};

use serde::Serialize;

use crate::{
    JobError,
    capability::Need,
    extensions::Extensions,
    extract::FromJob,
    job::{Completion, Job, JobResult},
};

/// A handler as a struct, for those who want to hold things or decide by the raw job.
///
/// ```
/// use journeyman_core::{Handler, Job, JobResult, extract::Args};
///
/// struct Greeter {
///     greeting: String,
/// }
///
/// impl Handler for Greeter {
///     async fn call(&self, job: Job) -> JobResult {
///         let Args(name) = job.extract::<Args<String>>()?;
///         job.reply(&format!("{}, {name}!", self.greeting))
///     }
/// }
/// ```
pub trait Handler: Send + Sync + 'static {
    /// Does the job.
    ///
    /// # Cancel safety
    /// The future is dropped when the job is still running some time after it was asked to stop.
    fn call(&self, job: Job) -> impl Future<Output = JobResult> + Send;

    /// What its extractors need; checked before the worker starts.
    fn needs(&self) -> Vec<Need> {
        Vec::new()
    }
}

/// What a router takes: an async function with up to 12 extractors, [`blocking`] around a plain
/// one, or a [`Handler`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handler",
    label = "not a handler",
    note = "a handler is an `async fn` whose arguments are extractors (`Args<T>`, `State<S>`, \
            `Progress`, ...; at most 12) and whose result can be serialised, or a \
            `Result<T, E>` with `E: Into<JobError>`",
    note = "a plain `fn` that blocks goes in as `blocking(f)`; a struct implements `Handler`"
)]
pub trait IntoHandler<M> {
    /// The handler that it becomes.
    type Handler: Handler;

    /// Becomes a handler.
    fn into_handler(self) -> Self::Handler;
}

impl<H: Handler> IntoHandler<()> for H {
    type Handler = H;

    fn into_handler(self) -> H {
        self
    }
}

/// What a handler may return. `M` only keeps the implementations apart.
#[diagnostic::on_unimplemented(
    message = "a handler cannot return `{Self}`",
    note = "a handler returns anything that implements `serde::Serialize`, a `Reply`, or a \
            `Result` of these with an error that converts into `JobError`"
)]
pub trait IntoResult<M> {
    /// Encodes it for the wire of this job.
    ///
    /// # Errors
    /// The handler's own error, or the wire cannot carry the value.
    fn into_result(self, job: &Job) -> JobResult;
}

/// Marks a plain value.
#[derive(Debug)]
pub struct Plain;
/// Marks a [`Reply`] or [`Completion`].
#[derive(Debug)]
pub struct Whole;
/// Marks a result of something.
#[derive(Debug)]
pub struct Fallible<M>(PhantomData<M>);

impl<T: Serialize> IntoResult<Plain> for T {
    fn into_result(self, job: &Job) -> JobResult {
        job.reply(&self)
    }
}

impl<T: IntoResult<M>, E: Into<JobError>, M> IntoResult<Fallible<M>> for Result<T, E> {
    fn into_result(self, job: &Job) -> JobResult {
        self.map_err(Into::into)?.into_result(job)
    }
}

impl IntoResult<Whole> for Completion {
    fn into_result(self, _job: &Job) -> JobResult {
        Ok(self)
    }
}

/// A result with something beside it that the adapter understands, such as files.
#[derive(Debug)]
pub struct Reply<T> {
    value: T,
    extensions: Extensions,
}

impl<T> Reply<T> {
    /// A reply with this result.
    pub fn new(value: T) -> Self {
        Self { value, extensions: Extensions::new() }
    }

    /// Adds an extension.
    #[must_use]
    pub fn with<X: Send + Sync + 'static>(mut self, extension: X) -> Self {
        self.extensions.insert(extension);
        self
    }
}

impl<T: Serialize> IntoResult<Whole> for Reply<T> {
    fn into_result(self, job: &Job) -> JobResult {
        let mut completion = job.reply(&self.value)?;
        completion.extensions = self.extensions;
        Ok(completion)
    }
}

/// An async function as a handler.
pub struct Function<F, M> {
    function: F,
    marker: PhantomData<fn() -> M>,
}

/// A blocking function as a handler; see [`blocking`].
pub struct Blocking<F, M> {
    function: Arc<F>,
    marker: PhantomData<fn() -> M>,
}

impl<F, M> fmt::Debug for Function<F, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Function({})", std::any::type_name::<F>())
    }
}

impl<F, M> fmt::Debug for Blocking<F, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blocking({})", std::any::type_name::<F>())
    }
}

/// Makes a handler of a function that blocks. It runs on the runtime's pool of blocking threads.
/// Take [`Cancel`](crate::job::Cancel) and look at it in loops: a blocking function cannot be
/// stopped from outside, and keeps its permit until it ends.
pub fn blocking<F, M>(function: F) -> Blocking<F, M> {
    Blocking { function: Arc::new(function), marker: PhantomData }
}

macro_rules! functions {
    ($($arg:ident)*) => {
        impl<F, Fut, R, MR, $($arg,)*> IntoHandler<(MR, $($arg,)*)> for F
        where
            F: Fn($($arg),*) -> Fut + Send + Sync + 'static,
            Fut: Future<Output = R> + Send,
            R: IntoResult<MR>,
            MR: 'static,
            $($arg: FromJob + 'static,)*
        {
            type Handler = Function<F, (MR, $($arg,)*)>;

            fn into_handler(self) -> Self::Handler {
                Function { function: self, marker: PhantomData }
            }
        }

        impl<F, Fut, R, MR, $($arg,)*> Handler for Function<F, (MR, $($arg,)*)>
        where
            F: Fn($($arg),*) -> Fut + Send + Sync + 'static,
            Fut: Future<Output = R> + Send,
            R: IntoResult<MR>,
            MR: 'static,
            $($arg: FromJob + 'static,)*
        {
            async fn call(&self, job: Job) -> JobResult {
                let result = (self.function)($($arg::from_job(&job)?),*).await;
                result.into_result(&job)
            }

            fn needs(&self) -> Vec<Need> {
                let needs: &[&[Need]] = &[$($arg::NEEDS),*];
                needs.concat()
            }
        }

        impl<F, R, MR, $($arg,)*> Handler for Blocking<F, (MR, $($arg,)*)>
        where
            F: Fn($($arg),*) -> R + Send + Sync + 'static,
            R: IntoResult<MR>,
            MR: 'static,
            $($arg: FromJob + 'static,)*
        {
            async fn call(&self, job: Job) -> JobResult {
                let function = Arc::clone(&self.function);
                let lent = job.lend_permit();
                let run = move || {
                    let _lent = lent;
                    function($($arg::from_job(&job)?),*).into_result(&job)
                };
                match tokio::task::spawn_blocking(run).await {
                    Ok(result) => result,
                    Err(error) => Err(panicked(error)),
                }
            }

            fn needs(&self) -> Vec<Need> {
                let needs: &[&[Need]] = &[$($arg::NEEDS),*];
                needs.concat()
            }
        }
    };
}

functions!();
functions!(A1);
functions!(A1 A2);
functions!(A1 A2 A3);
functions!(A1 A2 A3 A4);
functions!(A1 A2 A3 A4 A5);
functions!(A1 A2 A3 A4 A5 A6);
functions!(A1 A2 A3 A4 A5 A6 A7);
functions!(A1 A2 A3 A4 A5 A6 A7 A8);
functions!(A1 A2 A3 A4 A5 A6 A7 A8 A9);
functions!(A1 A2 A3 A4 A5 A6 A7 A8 A9 A10);
functions!(A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11);
functions!(A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12);

fn panicked(error: tokio::task::JoinError) -> JobError {
    match error.try_into_panic() {
        Ok(payload) => JobError::panicked(panic_text("the handler", &*payload)),
        Err(_) => JobError::cancelled("the runtime stops"),
    }
}

/// What panicked, and its text if it has one.
pub(crate) fn panic_text(what: &str, payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    match text {
        Some(text) => format!("{what} panicked: {text}"),
        None => format!("{what} panicked"),
    }
}

/// A boxed future of a job.
pub(crate) type JobFuture = Pin<Box<dyn Future<Output = JobResult> + Send>>;

/// A handler whose type is forgotten.
pub(crate) trait Endpoint: Send + Sync {
    fn call(self: Arc<Self>, job: Job) -> JobFuture;
}

/// A handler at the end of a route.
pub(crate) struct Leaf<H>(pub(crate) H);

impl<H: Handler> Endpoint for Leaf<H> {
    fn call(self: Arc<Self>, job: Job) -> JobFuture {
        Box::pin(async move { self.0.call(job).await })
    }
}
