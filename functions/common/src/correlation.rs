//! The correlation id: the gateway's id of a request, which goes with everything that is done for it, from the access
//! log through every invocation and the view event to count-views.

use lambda_http::{Request, RequestExt, request::RequestContext};

use crate::text::Text;

/// The gateway's id of a request.
pub type CorrelationId = Text<1, 128>;

tokio::task_local! {
    static CURRENT: Option<CorrelationId>;
}

/// The id of the request that is being answered, if the gateway gave it one.
#[must_use]
pub fn current() -> Option<CorrelationId> {
    CURRENT.try_with(Clone::clone).ok().flatten()
}

/// Does `work` with `id` as the current one.
pub async fn scope<W: Future>(id: Option<CorrelationId>, work: W) -> W::Output {
    CURRENT.scope(id, work).await
}

/// The id of `request`.
#[must_use]
pub fn of(request: &Request) -> Option<CorrelationId> {
    let RequestContext::ApiGatewayV2(context) = request.request_context_ref()? else {
        return None;
    };
    context.request_id.clone()?.try_into().ok()
}
