"use strict";
// Canonical JSON, canonical RLP, digests, signatures and Merkle-Patricia paths. Everything is 0x hexadecimal, lower case.
const { createHash } = require("node:crypto");
const { decodeRlp, encodeRlp, keccak256, recoverAddress } = require("ethers");

const HALF_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n >> 1n;
const DEEPEST = 64;

/** A part of a proof that does not hold. */
class No extends Error {}
/** What an anchor does not know, above what it knows. */
class TooOld extends Error {}

function demand(holds, why) {
  if (!holds) throw new No(why);
}

/** Write RFC 8785 JSON of what has neither floats nor lone surrogates. */
function canonical(value, depth = 0) {
  demand(depth < DEEPEST || value === null || typeof value !== "object", "nested too deeply");
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, depth + 1)).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const names = Object.keys(value).sort();
    return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name], depth + 1)}`).join(",")}}`;
  }
  demand(typeof value !== "number" || Number.isSafeInteger(value), "a number that is no safe integer");
  return JSON.stringify(value);
}

/** Read a file that must be canonical JSON. */
function readCanonical(buffer) {
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(buffer);
  const value = JSON.parse(text);
  demand(canonical(value) === text, "not canonical");
  return value;
}

const sha256 = (data) => createHash("sha256").update(data).digest("hex");

function rlp(data) {
  let items;
  try {
    items = decodeRlp(data);
  } catch (error) {
    throw new No(error.message);
  }
  demand(encodeRlp(items) === data, "RLP that is not canonical");
  return items;
}

function list(data, length) {
  const items = rlp(data);
  demand(Array.isArray(items) && items.length === length, `no list of ${length}`);
  return items;
}

function quantity(item) {
  demand(typeof item === "string" && !item.startsWith("0x00"), "a quantity that is not canonical");
  return item === "0x" ? 0n : BigInt(item);
}

const quantityBytes = (number) => {
  if (number === 0n) return "0x";
  const digits = number.toString(16);
  return "0x" + (digits.length % 2 ? "0" : "") + digits;
};

function signer(digest, r, s, parity) {
  demand(parity === 0 || parity === 1, "a parity that is neither 0 nor 1");
  demand(BigInt(s) <= HALF_ORDER && BigInt(s) > 0n && BigInt(r) > 0n, "a high s, or zero");
  try {
    return recoverAddress(digest, { r, s, yParity: parity }).toLowerCase();
  } catch (error) {
    throw new No(error.message);
  }
}

/** Follow a path of trie nodes and give the value at its end; `key` is hexadecimal without prefix. */
function follow(root, key, nodes) {
  let wanted = root;
  for (const [place, node] of nodes.entries()) {
    demand(keccak256(node) === wanted, "a node that its parent does not name");
    demand(place === 0 || node.length >= 66, "a short node must travel inside its parent");
    const [found, rest, isValue] = descend(rlp(node), key);
    if (isValue) {
      demand(place + 1 === nodes.length, "superfluous nodes");
      return found;
    }
    [wanted, key] = [found, rest];
  }
  throw new No("the path ends too early");
}

function descend(node, key) {
  for (;;) {
    let child;
    demand(Array.isArray(node) && (node.length === 17 || node.length === 2), "no trie node");
    if (node.length === 17) {
      demand(key.length > 0, "the path stops at a branch");
      child = node[parseInt(key[0], 16)];
      key = key.slice(1);
    } else {
      const [part, leaf] = unpack(node[0]);
      demand(key.startsWith(part) && (!leaf || part.length === key.length), "another key");
      child = node[1];
      key = key.slice(part.length);
      if (leaf) {
        demand(typeof child === "string" && child !== "0x", "a leaf without a value");
        return [child, "", true];
      }
    }
    if (typeof child === "string") {
      demand(child.length === 66, "no value under this key");
      return [child, key, false];
    }
    demand(encodeRlp(child).length < 66, "an embedded node is too long");
    node = child;
  }
}

function unpack(item) {
  demand(typeof item === "string" && item.length > 2, "no prefix");
  const flag = parseInt(item[2], 16);
  demand(flag < 4 && (flag % 2 === 1 || item[3] === "0"), "a prefix that is not canonical");
  const part = item.slice(flag % 2 ? 3 : 4);
  demand(flag >= 2 || part.length > 0, "an extension of nothing");
  return [part, flag >= 2];
}

module.exports = {
  No, TooOld, demand, canonical, readCanonical, sha256, rlp, list, quantity, quantityBytes, signer, follow,
};
