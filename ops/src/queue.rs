//! A queue's attributes.

use std::collections::HashMap;

use anyhow::Context;
use aws_sdk_sqs::{
    Client,
    types::QueueAttributeName::{
        self, ApproximateNumberOfMessages, ApproximateNumberOfMessagesDelayed, ApproximateNumberOfMessagesNotVisible,
        QueueArn,
    },
};

/// A queue by its URL.
pub(crate) struct Queue<'a> {
    sqs: &'a Client,
    url: &'a str,
}

/// About how many messages a queue holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Depth {
    /// Those that a reader can receive.
    pub visible: u64,
    /// Those that a reader has received and may still delete.
    pub in_flight: u64,
}

impl<'a> Queue<'a> {
    pub(crate) const fn new(sqs: &'a Client, url: &'a str) -> Self {
        Self { sqs, url }
    }

    pub(crate) async fn arn(&self) -> anyhow::Result<String> {
        let mut attributes = self.attributes(&[QueueArn]).await?;
        attributes
            .remove(&QueueArn)
            .with_context(|| format!("The queue {} has no ARN", self.url))
    }

    pub(crate) async fn depth(&self) -> anyhow::Result<Depth> {
        let names = [
            ApproximateNumberOfMessages,
            ApproximateNumberOfMessagesNotVisible,
            ApproximateNumberOfMessagesDelayed,
        ];
        let attributes = self.attributes(&names).await?;
        let number = |name| attributes.get(name).and_then(|number| number.parse().ok()).unwrap_or(0);
        let [visible, in_flight, delayed] = names.each_ref().map(number);
        Ok(Depth {
            visible: visible + delayed,
            in_flight,
        })
    }

    async fn attributes(&self, names: &[QueueAttributeName]) -> anyhow::Result<HashMap<QueueAttributeName, String>> {
        let request = self.sqs.get_queue_attributes().queue_url(self.url);
        let request = request.set_attribute_names(Some(names.to_vec()));
        let answer = Box::pin(request.send()).await;
        let answer = answer.with_context(|| format!("Failed to read the attributes of the queue {}", self.url))?;
        Ok(answer.attributes.unwrap_or_default())
    }
}
