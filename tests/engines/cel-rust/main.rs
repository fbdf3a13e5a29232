//! Answers CEL questions, one JSON object a line, as the gateway's filter would answer them.

mod data;
mod strings;

use std::any::Any;
use std::collections::HashMap;
use std::io::{self, BufRead, Write};
use std::panic::{self, AssertUnwindSafe};

use cel::parser::{Expression, Parser};
use cel::{Context, IdedExpr, Value};
use serde_json::{json, Value as Json};

/// What the filter binds for every expression; a root about which nothing is known is null, not undeclared.
const ROOTS: [&str; 5] = ["request", "metadata", "source", "destination", "auth"];

/// Parsed expressions kept, so that one expression can be asked of many contexts.
const KEPT: usize = 256;

type Parsed = HashMap<String, IdedExpr>;

fn main() -> io::Result<()> {
    // What a panic says goes into the answer; standard error is for the crashes nothing can catch.
    panic::set_hook(Box::new(|_| {}));
    let mut parsed = Parsed::new();
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        let answer = panic::catch_unwind(AssertUnwindSafe(|| answer(&line, &mut parsed)))
            .unwrap_or_else(|cause| json!({"panic": said(cause.as_ref())}));
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn answer(line: &str, parsed: &mut Parsed) -> Json {
    match evaluate(line, parsed) {
        Ok(value) => match data::to_json(&value) {
            Ok(value) => json!({ "value": value }),
            Err(message) => json!({ "unsupported": message }),
        },
        Err(message) => json!({ "error": message }),
    }
}

fn evaluate(line: &str, parsed: &mut Parsed) -> Result<Value, String> {
    let question: Json =
        serde_json::from_str(line).map_err(|error| format!("the request is no JSON: {error}"))?;
    let text = question["expression"]
        .as_str()
        .ok_or("the request has no `expression`")?;
    let roots = question["context"]
        .as_object()
        .ok_or("the request has no `context`")?;

    let mut context = Context::default();
    // Newer releases answer with a result, 0.12 with nothing; a function that was not added is an error when it is called.
    let _ = context.add_function("split", strings::split);
    let _ = context.add_function("join", strings::join);
    for name in ROOTS {
        context.add_variable_from_value(name, Value::Null);
    }
    for (name, value) in roots {
        context.add_variable_from_value(name.as_str(), data::to_cel(value));
    }

    let expression: &Expression = parse(text, parsed)?;
    Value::resolve(expression, &context).map_err(|error| error.to_string())
}

fn parse<'a>(text: &str, parsed: &'a mut Parsed) -> Result<&'a IdedExpr, String> {
    if parsed.len() >= KEPT && !parsed.contains_key(text) {
        parsed.clear();
    }
    if !parsed.contains_key(text) {
        // The filter switches the optional syntax on.
        let tree = Parser::new()
            .enable_optional_syntax(true)
            .parse(text)
            .map_err(|error| error.to_string())?;
        parsed.insert(text.to_owned(), tree);
    }
    Ok(&parsed[text])
}

fn said(cause: &(dyn Any + Send)) -> String {
    let text = cause.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| cause.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}
