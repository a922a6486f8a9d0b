"use strict";
// The keywords of JSON Schema that the published schemas use, so that their text is what judges a file's form.

const TYPES = {
  string: (value) => typeof value === "string",
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === "boolean",
  object: (value) => value !== null && typeof value === "object" && !Array.isArray(value),
  array: Array.isArray,
  null: (value) => value === null,
};

/** Tell whether a value fits a schema. */
function fits(value, schema, whole = schema) {
  const inner = (item, part) => fits(item, part, whole);
  if (schema.type && ![schema.type].flat().some((name) => TYPES[name](value))) return false;
  if ("const" in schema && value !== schema.const) return false;
  if (schema.enum && !schema.enum.includes(value)) return false;
  if (schema.$ref && !inner(value, whole.$defs[schema.$ref.split("/").pop()])) return false;
  if (schema.oneOf && schema.oneOf.filter((part) => inner(value, part)).length !== 1) return false;
  if (schema.allOf && !schema.allOf.every((part) => inner(value, part))) return false;
  if (schema.if && !inner(value, (inner(value, schema.if) ? schema.then : schema.else) ?? {})) return false;
  if (typeof value === "string") return fitsText(value, schema);
  if (typeof value === "number") return value >= (schema.minimum ?? value) && value <= (schema.maximum ?? value);
  if (Array.isArray(value)) return fitsList(value, schema, inner);
  return !TYPES.object(value) || fitsObject(value, schema, inner);
}

function fitsText(value, schema) {
  const size = [...value].length;
  if (schema.pattern && !new RegExp(schema.pattern, "u").test(value)) return false;
  return size >= (schema.minLength ?? 0) && size <= (schema.maxLength ?? size);
}

function fitsList(value, schema, inner) {
  if (value.length < (schema.minItems ?? 0) || value.length > (schema.maxItems ?? value.length)) return false;
  const distinct = new Set(value.map((item) => JSON.stringify(item))).size;
  if (schema.uniqueItems && distinct !== value.length) return false;
  return !schema.items || value.every((item) => inner(item, schema.items));
}

function fitsObject(value, schema, inner) {
  const fields = schema.properties ?? {};
  if (!(schema.required ?? []).every((name) => name in value)) return false;
  if (schema.additionalProperties === false && !Object.keys(value).every((name) => name in fields)) return false;
  return Object.keys(fields).every((name) => !(name in value) || inner(value[name], fields[name]));
}

module.exports = { fits };
