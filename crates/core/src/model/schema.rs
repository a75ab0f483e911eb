//! JSON schemas as fal writes them: OpenAPI 3.0 with pieces of newer JSON Schema. Here they become plain JSON Schema, and references are followed.
//!
//! Documents come from the network: every walk is bounded in depth, and what is built from one in size.

use serde_json::{Map, Value, json};

/// References followed, and alternatives looked into, one inside the other, at most.
const DEPTH: usize = 16;

/// As many in all.
const STEPS: usize = 500;

/// Values in a schema that is written out without references, at most.
const WRITTEN_OUT: usize = 2000;

/// Where component schemas lie, before and after the translation.
pub(super) const COMPONENTS: &str = "#/components/schemas/";

/// The component a reference names.
pub(super) fn component<'a>(
    components: &'a Map<String, Value>,
    schema: &Value,
) -> Option<&'a Value> {
    let name = schema.get("$ref")?.as_str()?.strip_prefix(COMPONENTS)?;
    components.get(name)
}

/// The schema as plain JSON Schema (2020-12): `nullable` is an alternative, bounds are numbers.
pub(super) fn translated(schema: &Value) -> Value {
    let Value::Object(schema) = schema else {
        return schema.clone();
    };
    let flag = |name: &str| schema.get(name) == Some(&Value::Bool(true));
    let mut plain = Map::new();
    for (key, value) in schema {
        let value = match (key.as_str(), value) {
            ("nullable" | "example" | "discriminator" | "xml" | "externalDocs", _) => continue,
            // Of drafts that nobody should use; the meta-schema knows them no more.
            ("required" | "enum", value) if !value.is_array() => continue,
            ("exclusiveMinimum", Value::Bool(_)) | ("exclusiveMaximum", Value::Bool(_)) => continue,
            ("minimum", value) if flag("exclusiveMinimum") => {
                plain.insert("exclusiveMinimum".to_owned(), value.clone());
                continue;
            }
            ("maximum", value) if flag("exclusiveMaximum") => {
                plain.insert("exclusiveMaximum".to_owned(), value.clone());
                continue;
            }
            (
                "properties" | "patternProperties" | "$defs" | "definitions",
                Value::Object(named),
            ) => Value::Object(
                named
                    .iter()
                    .map(|(name, s)| (name.clone(), translated(s)))
                    .collect(),
            ),
            ("items" | "additionalProperties" | "not" | "contains" | "propertyNames", value) => {
                translated(value)
            }
            ("anyOf" | "oneOf" | "allOf" | "prefixItems", Value::Array(list)) => {
                list.iter().map(translated).collect()
            }
            (_, value) => value.clone(),
        };
        plain.insert(key.clone(), value);
    }
    if flag("nullable") {
        json!({ "anyOf": [plain, { "type": "null" }] })
    } else {
        Value::Object(plain)
    }
}

/// The schema with its reference followed and its `allOf` joined: what its own words say goes before what they refer to.
pub(super) fn joined(components: &Map<String, Value>, schema: &Value) -> Map<String, Value> {
    join(components, schema, DEPTH, &mut STEPS.clone())
}

fn join(
    components: &Map<String, Value>,
    schema: &Value,
    depth: usize,
    left: &mut usize,
) -> Map<String, Value> {
    let Value::Object(own) = schema else {
        return Map::new();
    };
    let mut whole = Map::new();
    if depth > 0 && *left > 0 {
        *left -= 1;
        let parts = own
            .get("allOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        for part in component(components, schema).into_iter().chain(parts) {
            for (key, value) in join(components, part, depth - 1, left) {
                put(&mut whole, key, value);
            }
        }
    }
    for (key, value) in own {
        if !matches!(key.as_str(), "$ref" | "allOf") {
            put(&mut whole, key.clone(), value.clone());
        }
    }
    whole
}

/// Properties and names of required ones add up, everything else is replaced.
fn put(whole: &mut Map<String, Value>, key: String, value: Value) {
    match (key.as_str(), whole.get_mut(&key), value) {
        ("properties", Some(Value::Object(known)), Value::Object(more)) => known.extend(more),
        ("required" | "x-fal-order-properties", Some(Value::Array(known)), Value::Array(more)) => {
            known.extend(more);
        }
        (_, _, value) => {
            whole.insert(key, value);
        }
    }
}

/// What a value may be, each alternative joined, without `null`; and whether it may be null.
pub(super) fn alternatives(
    components: &Map<String, Value>,
    schema: &Value,
) -> (Vec<Map<String, Value>>, bool) {
    let mut found = Found {
        branches: Vec::new(),
        nullable: false,
        left: STEPS,
    };
    found.look(components, joined(components, schema), DEPTH);
    (found.branches, found.nullable)
}

struct Found {
    branches: Vec<Map<String, Value>>,
    nullable: bool,
    left: usize,
}

impl Found {
    fn look(
        &mut self,
        components: &Map<String, Value>,
        mut schema: Map<String, Value>,
        depth: usize,
    ) {
        if self.left == 0 {
            return;
        }
        self.left -= 1;
        self.nullable |= schema.get("nullable") == Some(&Value::Bool(true));
        let branches = ["anyOf", "oneOf"]
            .into_iter()
            .find_map(|key| match schema.remove(key) {
                Some(Value::Array(list)) if depth > 0 => Some(list),
                _ => None,
            });
        if let Some(branches) = branches {
            for branch in branches {
                // What stands beside the alternatives holds for each.
                let mut whole = schema.clone();
                for (key, value) in joined(components, &branch) {
                    put(&mut whole, key, value);
                }
                self.look(components, whole, depth - 1);
            }
            return;
        }
        if let Some(Value::Array(types)) = schema.get_mut("type") {
            let all = types.len();
            types.retain(|t| t != "null");
            self.nullable |= types.len() < all;
            if let [one] = types.as_slice() {
                let one = one.clone();
                schema.insert("type".to_owned(), one);
            }
        }
        if let Some(Value::Array(options)) = schema.get_mut("enum") {
            let all = options.len();
            options.retain(|option| !option.is_null());
            self.nullable |= options.len() < all;
        }
        if schema.get("type").is_some_and(|t| t == "null") {
            self.nullable = true;
        } else {
            self.branches.push(schema);
        }
    }
}

/// The schema as plain JSON Schema that refers to nothing outside itself: for a person to read. What refers to itself, or is too much, is left open.
pub(super) fn written_out(components: &Map<String, Value>, schema: &Value) -> Value {
    write_out(components, &translated(schema), 8, &mut WRITTEN_OUT.clone())
}

fn write_out(
    components: &Map<String, Value>,
    value: &Value,
    depth: usize,
    left: &mut usize,
) -> Value {
    if depth == 0 || *left == 0 {
        return json!({});
    }
    *left -= 1;
    if let Some(referred) = component(components, value) {
        let mut whole = write_out(components, &translated(referred), depth - 1, left);
        if let (Value::Object(whole), Value::Object(own)) = (&mut whole, value) {
            whole.extend(
                own.iter()
                    .filter(|(key, _)| *key != "$ref")
                    .map(|(k, v)| (k.clone(), v.clone())),
            );
        }
        return whole;
    }
    match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), write_out(components, value, depth, left)))
            .collect(),
        Value::Array(list) => list
            .iter()
            .map(|value| write_out(components, value, depth, left))
            .collect(),
        plain => plain.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openapi_becomes_plain_json_schema_and_names_of_fields_are_left_alone() {
        let schema = json!({ "type": "object", "properties": {
            "nullable": { "type": "string", "nullable": true },
            "enum": { "type": "number", "minimum": 0, "exclusiveMinimum": true, "maximum": 1, "exclusiveMaximum": false },
            "other": { "type": "number", "exclusiveMinimum": 0 },
        }, "required": ["nullable"] });
        assert_eq!(
            translated(&schema),
            json!({ "type": "object", "properties": {
                "nullable": { "anyOf": [{ "type": "string" }, { "type": "null" }] },
                "enum": { "type": "number", "exclusiveMinimum": 0, "maximum": 1 },
                "other": { "type": "number", "exclusiveMinimum": 0 },
            }, "required": ["nullable"] })
        );
    }

    #[test]
    fn what_refers_to_itself_ends() {
        let Value::Object(components) = json!({
            "A": { "type": "object", "properties": { "a": { "$ref": "#/components/schemas/A" }, "b": { "$ref": "#/components/schemas/A" } } },
            "B": { "$ref": "#/components/schemas/B" },
            "C": { "anyOf": [{ "$ref": "#/components/schemas/C" }, { "type": "null" }] },
        }) else {
            panic!("an object")
        };
        let refer = |name: &str| json!({ "$ref": format!("{COMPONENTS}{name}") });
        assert!(written_out(&components, &refer("A")).to_string().len() < 200_000);
        assert!(joined(&components, &refer("B")).is_empty());
        assert!(alternatives(&components, &refer("C")).1);
    }
}
