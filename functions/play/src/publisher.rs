//! Publishing a view: to the queue, or else by invoking count-views, or else to the log. A view is never dropped.

use aws_sdk_lambda::{primitives::Blob, types::InvocationType};
use domain::View;
use platform::{
    BoxError,
    aws::Clients,
    telemetry::{chain, metrics::Metric},
};
use tokio::time::{Instant, timeout_at};

use crate::{Budget, budget::QUEUE_ATTEMPT};

/// Publishes views.
#[derive(Debug, Clone)]
pub struct Publisher {
    sqs: aws_sdk_sqs::Client,
    queue_url: String,
    lambda: aws_sdk_lambda::Client,
    count_views_function: String,
}

/// The way that a view was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// The events queue.
    Queue,
    /// An asynchronous invocation of count-views.
    Invocation,
    /// The log: the whole event at level ERROR, for an operator to recover.
    Log,
}

impl Delivery {
    /// The metric that counts the views delivered this way. SQS counts the queue's own for free: a metric of ours would
    /// be most of what a play writes to the log.
    pub(crate) const fn metric(self) -> Option<Metric> {
        match self {
            Self::Queue => None,
            Self::Invocation => Some(Metric::ViewsInvoked),
            Self::Log => Some(Metric::ViewsNotPublished),
        }
    }
}

impl Publisher {
    /// Publishes to the events queue, or by asynchronous invocation of count-views when the queue does not accept a view.
    #[must_use]
    pub fn new(
        clients: &Clients,
        lambda: aws_sdk_lambda::Client,
        queue_url: String,
        count_views_function: String,
    ) -> Self {
        Self {
            sqs: clients.sqs_with_attempts(QUEUE_ATTEMPT),
            queue_url,
            lambda,
            count_views_function,
        }
    }

    /// Publishes a view by the first way that accepts it within its part of the budget.
    pub async fn publish(&self, view: &View, budget: Budget) -> Delivery {
        let event = match serde_json::to_string(view) {
            Ok(event) => event,
            Err(error) => return log(&format!("{view:?}"), &error.into()),
        };
        let Err(error) = until(budget.queue(), self.enqueue(&event)).await else {
            return Delivery::Queue;
        };
        tracing::warn!(cause = %chain(error.as_ref()), "the queue did not accept a view, invoking count-views");
        match until(budget.invocation(), self.invoke(&event)).await {
            Ok(()) => Delivery::Invocation,
            Err(error) => log(&event, &error),
        }
    }

    async fn enqueue(&self, event: &str) -> Result<(), BoxError> {
        let message = self.sqs.send_message().queue_url(&self.queue_url);
        Box::pin(message.message_body(event).send()).await?;
        Ok(())
    }

    async fn invoke(&self, event: &str) -> Result<(), BoxError> {
        let request = self.lambda.invoke().function_name(&self.count_views_function);
        let request = request.invocation_type(InvocationType::Event);
        Box::pin(request.payload(Blob::new(event)).send()).await?;
        Ok(())
    }
}

async fn until(end: Instant, work: impl Future<Output = Result<(), BoxError>>) -> Result<(), BoxError> {
    timeout_at(end, work).await?
}

fn log(event: &str, cause: &BoxError) -> Delivery {
    tracing::error!(event, cause = %chain(cause.as_ref()), "view not published");
    Delivery::Log
}
