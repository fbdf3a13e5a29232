//! The two string functions of the filter that a policy may use. A separator of no characters splits as Rust does.

use std::sync::Arc;

use cel::extractors::{Arguments, This};
use cel::{ExecutionError, ResolveResult, Value};

pub fn split(This(text): This<Arc<String>>, Arguments(arguments): Arguments) -> ResolveResult {
    let [Value::String(separator)] = arguments.as_slice() else {
        return Err(ExecutionError::function_error(
            "split",
            "takes one separator, a string",
        ));
    };
    let parts = text
        .split(separator.as_str())
        .map(|part| Value::String(Arc::new(part.to_owned())));
    Ok(Value::List(Arc::new(parts.collect())))
}

pub fn join(This(items): This<Arc<Vec<Value>>>, Arguments(arguments): Arguments) -> ResolveResult {
    let separator = match arguments.as_slice() {
        [] => "",
        [Value::String(separator)] => separator.as_str(),
        _ => {
            return Err(ExecutionError::function_error(
                "join",
                "takes one separator, a string",
            ))
        }
    };
    let mut texts = Vec::with_capacity(items.len());
    for item in items.iter() {
        let Value::String(text) = item else {
            return Err(ExecutionError::function_error("join", "joins strings only"));
        };
        texts.push(text.as_str());
    }
    Ok(Value::String(Arc::new(texts.join(separator))))
}
