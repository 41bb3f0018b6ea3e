//! Lambda's own API: invocations of functions, at once or asynchronously.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, RwLock},
};

use futures_util::{FutureExt, future::BoxFuture};
use hyper::body::Bytes;
use serde_json::Value;

use crate::{Answer, Call, Service, host::Function};

/// The number of times that Lambda tries an asynchronous invocation.
const TRIES: u32 = 3;

/// Lambda with its functions by name.
#[derive(Default)]
pub struct Lambda {
    functions: RwLock<HashMap<String, Arc<dyn Service>>>,
    pub asynchronous: Asynchronous,
}

impl Lambda {
    /// Deploys a function under a name. A closure stands in for one.
    pub fn deploy(&self, name: &str, function: Arc<dyn Service>) {
        self.functions.write().unwrap().insert(name.to_owned(), function);
    }
}

impl Service for Lambda {
    fn answer(&self, call: Call) -> BoxFuture<'_, Answer> {
        async move {
            let name = call.function().unwrap_or_default();
            let function = self.functions.read().unwrap().get(&name).map(Arc::clone);
            match function {
                None => Answer::error(404, "ResourceNotFoundException"),
                Some(_) if call.asynchronous => {
                    self.asynchronous.accept(name, call.body);
                    Answer::now(202, "")
                }
                Some(function) => function.answer(call).await,
            }
        }
        .boxed()
    }
}

impl Service for Function {
    fn answer(&self, call: Call) -> BoxFuture<'_, Answer> {
        async move {
            match self.invoke(Bytes::from(call.body)).await.answer {
                Ok(answer) => Answer::now(200, String::from_utf8(answer.to_vec()).unwrap()),
                Err(failure) => Answer::function_error(&failure.to_string()),
            }
        }
        .boxed()
    }
}

/// Lambda's internal queue of asynchronous invocations. Nothing takes them from it but the test.
#[derive(Debug, Default)]
pub struct Asynchronous(Mutex<VecDeque<Invocation>>);

/// An asynchronous invocation.
#[derive(Debug, Clone)]
pub struct Invocation {
    pub function: String,
    pub payload: String,
    tries: u32,
}

impl Invocation {
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.payload).unwrap()
    }
}

impl Asynchronous {
    /// Accepts an invocation.
    pub fn accept(&self, function: String, payload: String) {
        self.push(Invocation {
            function,
            payload,
            tries: 0,
        });
    }

    /// Takes the next one to try.
    pub fn next(&self) -> Option<Invocation> {
        let mut invocations = self.0.lock().unwrap();
        invocations.pop_front().map(|invocation| Invocation {
            tries: invocation.tries + 1,
            ..invocation
        })
    }

    /// Puts a failed one back, or returns the payload of one that has been tried often enough: a dead letter.
    pub fn failed(&self, invocation: Invocation) -> Option<String> {
        if invocation.tries >= TRIES {
            return Some(invocation.payload);
        }
        self.push(invocation);
        None
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.lock().unwrap().is_empty()
    }

    fn push(&self, invocation: Invocation) {
        self.0.lock().unwrap().push_back(invocation);
    }
}
