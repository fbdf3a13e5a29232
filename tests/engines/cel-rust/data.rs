//! Carries values between JSON and CEL as a protobuf Struct does: every number is a double, every key a string.

use std::collections::HashMap;
use std::sync::Arc;

use cel::objects::Key;
use cel::Value;
use serde_json::{Map, Number, Value as Json};

pub fn to_cel(value: &Json) -> Value {
    match value {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        Json::String(text) => Value::String(Arc::new(text.clone())),
        Json::Array(items) => Value::List(Arc::new(items.iter().map(to_cel).collect())),
        Json::Object(entries) => {
            let map: HashMap<String, Value> = entries
                .iter()
                .map(|(key, item)| (key.clone(), to_cel(item)))
                .collect();
            map.into()
        }
    }
}

pub fn to_json(value: &Value) -> Result<Json, String> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::Bool(truth) => Json::Bool(*truth),
        Value::Int(number) => Json::from(*number),
        Value::UInt(number) => Json::from(*number),
        Value::Float(number) => Number::from_f64(*number)
            .map(Json::Number)
            .ok_or("the result is no finite number")?,
        Value::String(text) => Json::String(text.to_string()),
        Value::List(items) => Json::Array(items.iter().map(to_json).collect::<Result<_, _>>()?),
        Value::Map(entries) => Json::Object(
            entries
                .map
                .iter()
                .map(entry)
                .collect::<Result<Map<_, _>, _>>()?,
        ),
        other => return Err(format!("the result has no JSON form: {other:?}")),
    })
}

fn entry((key, value): (&Key, &Value)) -> Result<(String, Json), String> {
    match key {
        Key::String(name) => Ok((name.to_string(), to_json(value)?)),
        other => Err(format!("the result has a key that is no string: {other}")),
    }
}
