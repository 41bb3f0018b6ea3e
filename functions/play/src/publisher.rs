//! Publishing a view: to the queue, or else straight to count-views, or else to the log. A view is never dropped.

use aws_sdk_lambda::{primitives::Blob, types::InvocationType};
use common::{error::Cause, metrics::Metric, serve::causes, view::View};

/// Where views go.
#[derive(Debug, Clone)]
pub struct Publisher {
    /// A client for the queue.
    pub sqs: aws_sdk_sqs::Client,
    /// The events queue.
    pub queue_url: String,
    /// A client for the function.
    pub lambda: aws_sdk_lambda::Client,
    /// The function that counts views: takes one asynchronously when the queue does not.
    pub count_views_function: String,
}

/// The way that a view took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// The events queue.
    Queue,
    /// An asynchronous invocation of count-views.
    Invocation,
    /// The log, whole, at level ERROR: an operator replays it.
    Log,
}

impl Route {
    /// What counts the views that took it. The queue counts its own, for nothing: a metric of ours would be most of
    /// what a play writes to the log.
    pub(crate) const fn metric(self) -> Option<Metric> {
        match self {
            Self::Queue => None,
            Self::Invocation => Some(Metric::ViewsInvoked),
            Self::Log => Some(Metric::ViewsNotPublished),
        }
    }
}

impl Publisher {
    /// Publishes a view by the first way that takes it.
    pub async fn publish(&self, view: &View) -> Route {
        let event = match serde_json::to_string(view) {
            Ok(event) => event,
            Err(error) => return not_published(&format!("{view:?}"), &error.into()),
        };
        let Err(refusal) = self.queue(&event).await else {
            return Route::Queue;
        };
        tracing::warn!(cause = %causes(refusal.as_ref()), "the queue took no view, invoking count-views");
        match self.invoke(&event).await {
            Ok(()) => Route::Invocation,
            Err(refusal) => not_published(&event, &refusal),
        }
    }

    async fn queue(&self, event: &str) -> Result<(), Cause> {
        let message = self.sqs.send_message().queue_url(&self.queue_url);
        message.message_body(event).send().await?;
        Ok(())
    }

    async fn invoke(&self, event: &str) -> Result<(), Cause> {
        let request = self.lambda.invoke().function_name(&self.count_views_function);
        let request = request.invocation_type(InvocationType::Event);
        request.payload(Blob::new(event)).send().await?;
        Ok(())
    }
}

fn not_published(event: &str, cause: &Cause) -> Route {
    tracing::error!(event, cause = %causes(cause.as_ref()), "view not published");
    Route::Log
}
