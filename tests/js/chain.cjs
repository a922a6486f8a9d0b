"use strict";
// QBFT headers and their quorums; transactions, tx_receipts and storage under them; calldata and events of the registry.
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { Interface, Transaction, encodeRlp, keccak256 } = require("ethers");
const { No, TooOld, demand, follow, list, quantity, quantityBytes, rlp, signer } = require("./bytes.cjs");

const MIX_HASH = "0x63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365";
const NO_UNCLES = "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347";
const FIELDS = { 0: 9, 1: 11, 2: 12 };
const WIDTHS = [32, 32, 20, 32, 32, 32, 256, 0, 0, 0, 0, 0, -1, 32, 8];
const LATEST_TIME = 253402300799n;
const artefact = JSON.parse(readFileSync(join(__dirname, "..", "..", "contracts", "artefact.json"), "utf-8"));
const registry = new Interface(artefact.abi);

const isBytes = (item, width) => typeof item === "string" && item.length === 2 + 2 * width;

/** Read the RLP of a header, with the extra data, the block hash and what validators sign. */
function header(data) {
  const items = list(data, WIDTHS.length);
  WIDTHS.forEach((width, place) => {
    demand(typeof items[place] === "string" && (width <= 0 || isBytes(items[place], width)), "a field's width");
    if (width === 0) quantity(items[place]);
  });
  const [vanity, validators, vote, round, seals] = list(items[12], 5);
  demand(isBytes(vanity, 32) && Array.isArray(validators) && validators.every((one) => isBytes(one, 20)), "extra data");
  demand(Array.isArray(seals) && seals.every((seal) => isBytes(seal, 65)), "seals");
  const voteFits = vote.length === 2 && isBytes(vote[0], 20) && ["0x", "0xff"].includes(vote[1]);
  demand(Array.isArray(vote) && (vote.length === 0 || voteFits), "vote");
  quantity(round);
  const hashed = (seal, number) => {
    const extra = encodeRlp([vanity, validators, vote, number, seal]);
    return keccak256(encodeRlp([...items.slice(0, 12), extra, ...items.slice(13)]));
  };
  return {
    parent: items[0], uncles: items[1], miner: items[2], stateRoot: items[3], transactionsRoot: items[4],
    receiptsRoot: items[5], difficulty: quantity(items[7]), height: Number(quantity(items[8])),
    time: quantity(items[11]), mixHash: items[13], nonce: items[14], validators, vote, seals,
    hash: hashed([], "0x"), sealed: hashed([], round),
  };
}

function checkForm(made) {
  const constants = made.difficulty === 1n && made.mixHash === MIX_HASH && made.uncles === NO_UNCLES;
  demand(constants && made.nonce === "0x0000000000000000" && made.time <= LATEST_TIME, "no QBFT header");
}

function checkListed(made, trusted) {
  demand(made.validators.length > 0, "validators chosen by a contract");
  demand([...made.validators].sort().join() === trusted.join(), "other validators than were in force");
}

/** Demand exactly a quorum, ceil(2N/3), of distinct trusted signers, ascending. */
function checkSeals(made, trusted) {
  const signers = made.seals.map((seal) => {
    const [r, s, parity] = [seal.slice(0, 66), "0x" + seal.slice(66, 130), parseInt(seal.slice(130), 16)];
    return signer(made.sealed, r, s, parity);
  });
  demand(signers.every((one) => trusted.includes(one)), "a seal by a stranger");
  demand(signers.length === Math.ceil((2 * trusted.length) / 3), "too few or too many seals");
  demand(signers.every((one, place) => place === 0 || signers[place - 1] < one), "seals unsorted or counted twice");
}

function checkMadeBy(made, trust) {
  checkForm(made);
  const trusted = trust.validatorsAt(made.height);
  try {
    checkListed(made, trusted);
  } catch (error) {
    if (made.height > trust.setsKnown && made.validators.length) throw new TooOld(error.message);
    throw error;
  }
  return trusted;
}

const checkSealed = (made, trust) => checkSeals(made, checkMadeBy(made, trust));

const indexKey = (index) => encodeRlp(quantityBytes(BigInt(index))).slice(2);

function transaction(raw) {
  const kind = kindOf(raw);
  const fields = list(body(raw, kind), FIELDS[kind]);
  const listed = kind === 0 ? [] : fields[fields.length - 4];
  const [v, r, s] = fields.slice(-3);
  const data = fields.length - (kind === 0 ? 4 : 5);
  fields.forEach((field, place) => {
    if (place === data || place === data - 2) demand(typeof field === "string", "a list");
    else if (kind === 0 || place !== fields.length - 4) quantity(field);
  });
  demand(Array.isArray(listed) && listed.every(isAccess), "the access list");
  demand(kind !== 0 || quantity(v) >= 35n, "not bound to a chain");
  const parity = kind === 0 ? Number((quantity(v) - 35n) % 2n) : Number(quantity(v));
  demand(parity < 2, "a parity that is neither 0 nor 1");
  const word = (item) => "0x" + item.slice(2).padStart(64, "0");
  const [read, digest] = parsed(raw);
  const from = signer(digest, word(r), word(s), parity);
  return { kind, hash: keccak256(raw), chainId: Number(read.chainId), to: read.to?.toLowerCase() ?? null, data: read.data, from };
}

const isAccess = (item) =>
  Array.isArray(item) && item.length === 2 && isBytes(item[0], 20) && Array.isArray(item[1]) && item[1].every((key) => isBytes(key, 32));

function parsed(raw) {
  try {
    const read = Transaction.from(raw);
    return [read, read.unsignedHash];
  } catch (error) {
    throw new No(error.message);
  }
}

/** Give the type of a raw transaction or tx_receipt. */
function kindOf(raw) {
  const first = parseInt(raw.slice(2, 4), 16);
  demand(first >= 0xc0 || first === 1 || first === 2, "an unknown type");
  return first >= 0xc0 ? 0 : first;
}

const body = (raw, kind) => (kind === 0 ? raw : "0x" + raw.slice(4));

function txReceipt(raw) {
  const kind = kindOf(raw);
  const [status, gas, bloom, logs] = list(body(raw, kind), 4);
  quantity(gas);
  demand(["0x", "0x01"].includes(status) && isBytes(bloom, 256) && Array.isArray(logs), "a tx_receipt's fields");
  return {
    kind,
    succeeded: status === "0x01",
    logs: logs.map((log) => {
      demand(Array.isArray(log) && log.length === 3 && isBytes(log[0], 20) && Array.isArray(log[1]), "a log");
      demand(log[1].length <= 4 && log[1].every((topic) => isBytes(topic, 32)) && typeof log[2] === "string", "topics");
      return { address: log[0], topics: log[1], data: log[2] };
    }),
  };
}

/** Read an event of the registry in its one encoding. */
function event(log) {
  try {
    const read = registry.parseLog(log);
    const again = registry.encodeEventLog(read.fragment, [...read.args]);
    demand(again.data === log.data && again.topics.join() === log.topics.join(), "an event not in its one encoding");
    return { name: read.name, args: read.args };
  } catch (error) {
    throw new No(error.message);
  }
}

/** Read calldata of the registry in its one encoding. */
function call(data) {
  try {
    const read = registry.parseTransaction({ data });
    demand(registry.encodeFunctionData(read.fragment, read.args) === data, "calldata not in their one encoding");
    return { name: read.name, args: read.args, inputs: read.fragment.inputs };
  } catch (error) {
    throw new No(error.message);
  }
}

/** Give what a storage slot of the registry held under a header. */
function slotValue(made, proof, founding, slot) {
  const account = list(follow(made.stateRoot, keccak256(founding.registry).slice(2), proof.account_path), 4);
  demand(account[3] === founding.registry_code_hash, "other code than the registry's");
  const key = keccak256("0x" + slot.toString(16).padStart(64, "0")).slice(2);
  return quantity(rlp(follow(account[2], key, proof.storage_path)));
}

module.exports = {
  header, checkForm, checkListed, checkSeals, checkMadeBy, checkSealed, indexKey, transaction, txReceipt, event, call,
  slotValue,
};
