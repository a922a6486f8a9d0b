"use strict";
// A second verifier of receipts that shares no code with the first: ethers and @openzeppelin/merkle-tree instead.
//
// Usage: node judge.cjs FOLDER      FOLDER holds index.json, receipts/ and anchors/; one JSON line for each vector
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { readCanonical, sha256, canonical } = require("./bytes.cjs");
const { fits } = require("./schema.cjs");
const { verify } = require("./steps.cjs");

const schemaOf = (name) =>
  JSON.parse(readFileSync(join(__dirname, "..", "..", "node", "receipts", `${name}.schema.json`), "utf-8"));
const SCHEMAS = { receipt: schemaOf("receipt"), anchor: schemaOf("anchor") };
const GROUPS = /.{4}/g;

/** Read a file of canonical JSON that fits its published schema; null where it does neither. */
function read(name, kind, folder) {
  try {
    const value = readCanonical(readFileSync(join(folder, `${kind}s`, `${name}.json`)));
    return fits(value, SCHEMAS[kind]) ? value : null;
  } catch {
    return null;
  }
}

/** Say whether the lists of a founding are in order, which a schema cannot say. */
function ordered({ founding, anchored }) {
  const ascending = (items) => items.every((item, place) => place === 0 || items[place - 1] < item);
  const keys = founding.institutions.flatMap((one) => [one.registrars, one.reviewers, one.auditors]);
  return [founding.validators, founding.governors, founding.institutions.map((one) => one.code), ...keys].every(ascending)
    && ascending(anchored.map((chain) => chain.founding.genesis_hash))
    && new Set(keys.flat()).size === keys.flat().length && founding.threshold <= founding.governors.length;
}

function main(folder) {
  const anchors = new Map();
  const index = JSON.parse(readFileSync(join(folder, "index.json"), "utf-8"));
  for (const [name, expected] of Object.entries(index.anchors)) {
    const anchor = read(name, "anchor", folder);
    anchors.set(name, anchor);
    const good = anchor !== null && ordered(anchor);
    const said = good ? sha256(canonical(anchor.founding)).match(GROUPS).join("-") : "malformed-anchor";
    console.log(JSON.stringify({ anchor: name, said, expected }));
  }
  for (const [name, row] of Object.entries(index.receipts)) {
    const receipt = read(row.receipt, "receipt", folder);
    const found = receipt === null
      ? { fails: "malformed-receipt", answer: "no" }
      : verify(row.subject, receipt, anchors.get(row.anchor), row.fingerprint);
    console.log(JSON.stringify({ receipt: name, ...found }));
  }
}

main(process.argv[2]);
