//! Upstream's dispatch channel as the adapter's.

use std::{
    future::Future,
    sync::Arc,
    task::{Context, Poll},
};

use journeyman_core::{Error, ErrorKind};
use journeyman_tasker::{
    channel::{ChannelInfo, ChannelMetrics, StepChannel, Taken},
    wire::{CheckpointYieldData, DeliveryMode, DomainEvent, StepExecutionResult},
};
use uuid::Uuid;

use crate::{convert, drain::Moved, health::LiveMonitor, settings::Settings, upstream::Running};

/// Steps of the real Tasker. It starts upstream's worker when the session connects, and ends it
/// when the session does; both can take some seconds.
#[derive(Debug)]
pub struct LiveChannel {
    settings: Settings,
    monitor: LiveMonitor,
    running: Option<Running>,
}

impl LiveChannel {
    /// A channel that is not connected yet.
    pub fn new(settings: Settings) -> Self {
        let monitor = LiveMonitor::of(&settings);
        Self { settings, monitor, running: None }
    }

    /// What is known about upstream's worker.
    pub fn monitor(&self) -> LiveMonitor {
        self.monitor.clone()
    }
}

/// A task of upstream's runtime: what it waits for does not depend on whether somebody waits.
async fn finished<T>(task: tokio::task::JoinHandle<T>, otherwise: T) -> T {
    task.await.unwrap_or_else(|error| {
        tracing::error!(%error, "a task of Tasker's worker broke down");
        otherwise
    })
}

fn closed(operation: &'static str) -> Error {
    Error::new(ErrorKind::Disconnected, operation, "Tasker's worker does not run")
}

impl StepChannel for LiveChannel {
    fn info(&self) -> ChannelInfo {
        let longest = self.settings.templates().longest_timeout();
        let timeout = self.settings.config().channel_timeout(longest);
        ChannelInfo::default().wakes(true).publishes(true).completion_timeout(Some(timeout))
    }

    async fn connect(&mut self) -> Result<(), Error> {
        if let Some(old) = self.running.take() {
            // It is of no use any more; steps that it holds are answered on the way out.
            old.end().await;
        }
        self.monitor.state("starting", None);
        match Running::start(&self.settings, &self.monitor).await {
            Ok(running) => {
                self.running = Some(running);
                Ok(())
            }
            Err(error) => {
                self.monitor.state("waiting", Some(error.to_string()));
                Err(error)
            }
        }
    }

    fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<Taken> {
        let Some(running) = &mut self.running else {
            return Poll::Ready(Taken::Closed(closed("take")));
        };
        let moved = std::task::ready!(running.drain().poll(cx));
        Poll::Ready(match moved {
            Some(Moved::Step(event)) => match convert::step(&event) {
                Ok(step) => Taken::Step(Box::new(step)),
                Err(unreadable) => Taken::Unreadable(unreadable),
            },
            Some(Moved::Ended(why)) => {
                self.monitor.state("waiting", Some(why.clone()));
                Taken::Closed(Error::new(ErrorKind::Disconnected, "take", why))
            }
            None => Taken::Closed(closed("take")),
        })
    }

    fn complete(
        &mut self,
        event_id: Uuid,
        result: StepExecutionResult,
    ) -> impl Future<Output = bool> + Send + 'static {
        let answer = self.running.as_ref().map(|running| {
            let channel = Arc::clone(running.channel());
            let result = convert::result(&result);
            running.handle().spawn(async move { channel.complete_async(event_id, result).await })
        });
        async move {
            match answer {
                Some(answer) => finished(answer, false).await,
                None => false,
            }
        }
    }

    fn checkpoint(
        &mut self,
        event_id: Uuid,
        data: CheckpointYieldData,
    ) -> impl Future<Output = bool> + Send + 'static {
        let answer = self.running.as_ref().map(|running| {
            let channel = Arc::clone(running.channel());
            match convert::checkpoint(&data) {
                // It blocks its thread until the database has it.
                Ok(data) => running
                    .handle()
                    .spawn_blocking(move || channel.checkpoint_yield(event_id, data)),
                Err(problem) => {
                    let result = convert::no_checkpoint(data.step_uuid, &problem);
                    running.handle().spawn(async move {
                        channel.complete_async(event_id, result).await;
                        false
                    })
                }
            }
        });
        async move {
            match answer {
                Some(answer) => finished(answer, false).await,
                None => false,
            }
        }
    }

    fn publish(
        &mut self,
        event: DomainEvent,
        mode: DeliveryMode,
    ) -> impl Future<Output = Result<(), Error>> + Send + 'static {
        let failed = |problem: String| Error::new(ErrorKind::Refused, "publish", problem);
        let sent = match &self.running {
            None => Err(closed("publish")),
            Some(running) => convert::event(&event)
                .map_err(|error| Error::new(ErrorKind::Codec, "publish", error.to_string()))
                .map(|(payload, metadata)| {
                    let router = Arc::clone(running.router());
                    let mode = convert::mode(mode);
                    running.handle().spawn(async move {
                        let route = router.route_event(mode, &event.event_name, payload, metadata);
                        route.await.map(drop).map_err(|error| error.to_string())
                    })
                }),
        };
        async move {
            let broken = Err("the task that published it broke down".to_owned());
            finished(sent?, broken).await.map_err(failed)
        }
    }

    fn cleanup(&mut self) -> impl Future<Output = usize> + Send + 'static {
        let swept = self.running.as_ref().map(|running| {
            let channel = Arc::clone(running.channel());
            running.handle().spawn_blocking(move || channel.cleanup_timeouts())
        });
        async move {
            match swept {
                Some(swept) => finished(swept, 0).await,
                None => 0,
            }
        }
    }

    fn metrics(&self) -> ChannelMetrics {
        let metrics = |running: &Running| convert::metrics(&running.channel().metrics());
        self.running.as_ref().map(metrics).unwrap_or_default()
    }

    fn stop_taking(&mut self) {
        if let Some(running) = &mut self.running {
            running.stop_claiming();
        }
    }

    async fn close(&mut self) {
        if let Some(running) = self.running.take() {
            // The session may lose its patience, but answers that are on their way to the database
            // are not to be lost: it goes on, and `LiveMonitor::stopped` tells when it is over.
            let _ = tokio::spawn(running.end()).await;
        }
    }
}
