"use strict";
// The ten steps of a verification, in their order; the first that does not hold is named.
const { AbiCoder, TypedDataEncoder, keccak256 } = require("ethers");
const { StandardMerkleTree } = require("@openzeppelin/merkle-tree");
const { No, TooOld, canonical, demand, follow, list, sha256, signer } = require("./bytes.cjs");
const chain = require("./chain.cjs");
const { trustOf } = require("./trust.cjs");

const ACTS = { Registered: "register", Amended: "amend", Superseded: "supersede", UnitsCommitted: "commit-units" };
const NONE = "0x" + "0".repeat(64);
const RECORDS_SLOT = 8n;
const APPROVAL = [
  ["bytes8", "institution"], ["uint8", "act"], ["bytes32", "subject"], ["uint32", "version"], ["bytes32", "content"],
  ["uint64", "expires"],
].map(([type, name]) => ({ type, name }));
const text = (bytes) => Buffer.from(bytes.slice(2), "hex").toString("latin1").replace(/\0+$/, "");
const bare = (word) => (word === NONE ? null : word.slice(2));

function base32(bytes) {
  const bits = [...Buffer.from(bytes.slice(2), "hex")].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return "b" + bits.match(/.{1,5}/g).map((five) => "abcdefghijklmnopqrstuvwxyz234567"[parseInt(five.padEnd(5, "0"), 2)]).join("");
}

/** Give the record that an event tells of, as a receipt writes it. */
function recordOf({ name, args }) {
  demand(name in ACTS, "the event is of another act");
  const shared = {
    act: ACTS[name], institution: text(args.institution), cid: base32(args.cid), period: Number(args.period),
    earlier_receipt: bare(args.earlierReceipt),
  };
  if (name === "UnitsCommitted") {
    return { ...shared, root: args.root, list_sha256: args.listDigest.slice(2), claimed: Number(args.claimed) };
  }
  const kind = { 1: "file", 2: "tree" }[args.kind];
  demand(kind, "an unknown kind");
  const changed = name !== "Registered";
  return {
    ...shared, number: text(args.number), kind, version: Number(args.version), sha256: args.contentDigest.slice(2),
    metadata_sha256: args.metadataDigest.slice(2), reason: changed ? Number(args.reason) : null,
    document: changed ? bare(args.document) : null,
  };
}

function unitLine(subject, unit) {
  demand(subject.unit && unit, "a unit's receipt, but no unit");
  const added = { resource_id: unit.resource_id, ...(unit.salt === null ? {} : { salt: unit.salt }) };
  for (const name of ["resource_id", "salt"]) demand(!(name in subject.unit) || subject.unit[name] === added[name], name);
  const whole = { ...subject.unit, ...added };
  demand(String(whole[unit.id_field]) === unit.unit_id, "another unit");
  return canonical(whole);
}

function manifest(written) {
  const lines = written.split("\n");
  demand(lines.pop() === "", "the manifest's last line does not end");
  return lines.map((line) => {
    const found = /^([0-9a-f]{64}) {2}(.+)$/u.exec(line);
    demand(found, "a line of no manifest");
    return found[1];
  });
}

function content({ subject, receipt }) {
  const { record, unit } = receipt;
  if (record.act === "commit-units") return void unitLine(subject, unit);
  demand(!subject.unit, "a resource's receipt");
  if (record.kind === "file") return demand(subject.file === record.sha256, "another content");
  demand(sha256(receipt.manifest) === record.sha256, "another manifest");
  const digests = manifest(receipt.manifest);
  if (subject.manifest !== undefined) return demand(subject.manifest === receipt.manifest, "another folder");
  demand(digests.includes(subject.file), "no such member");
}

function unitPath({ subject, receipt }) {
  const digest = "0x" + sha256(unitLine(subject, receipt.unit));
  const holds = StandardMerkleTree.verify(receipt.record.root, ["bytes32"], [digest], receipt.unit.proof);
  demand(holds, "not in the batch");
}

function eventStep(found) {
  const { receipt } = found;
  const path = receipt.tx_receipt.path;
  demand(path.length > 0, "no path");
  const leaf = list(path.at(-1), 2)[1];
  demand(typeof leaf === "string", "no leaf");
  const log = chain.txReceipt(leaf).logs[receipt.log_index];
  demand(log, "no such log");
  found.event = chain.event(log);
  demand(canonical(recordOf(found.event)) === canonical(receipt.record), "another record");
  const { number, institution } = found.event.args;
  demand(!receipt.record.number || number.startsWith(institution), "another institution's number");
}

function txReceiptStep({ receipt, trust }) {
  const made = chain.header(receipt.header.rlp);
  const raw = follow(made.receiptsRoot, chain.indexKey(receipt.transaction.index), receipt.tx_receipt.path);
  const read = chain.txReceipt(raw);
  demand(read.succeeded && read.logs[receipt.log_index].address === trust.founding.registry, "failed, or another emitter");
}

function transactionStep(found) {
  const { receipt, trust, event } = found;
  const made = chain.header(receipt.header.rlp);
  const key = chain.indexKey(receipt.transaction.index);
  const tx = chain.transaction(follow(made.transactionsRoot, key, receipt.transaction.path));
  demand(tx.hash === receipt.transaction.tx_hash, "another tx_hash");
  const leaf = follow(made.receiptsRoot, key, receipt.tx_receipt.path);
  demand(chain.txReceipt(leaf).kind === tx.kind, "a tx_receipt of another type");
  demand(tx.chainId === trust.founding.chain_id && tx.to === trust.founding.registry, "another chain or contract");
  const institution = receipt.record.institution;
  found.doubtful ||= trust.checkKey(tx.from, institution, 1, made.height);
  const { approval, asked } = approvalOf(chain.call(tx.data), event);
  const given = approval && (approval.expires !== 0n || approval.r !== NONE || approval.vs !== NONE);
  if (!given) {
    const onePerson = trust.standings(institution, made.height).some((one) => one.onePerson);
    if (!onePerson) throw trust.unknown(made.height, "nobody approved");
    return;
  }
  demand(made.time <= approval.expires, "the approval had expired");
  const domain = { name: "Zhicang", version: "1", chainId: tx.chainId, verifyingContract: tx.to };
  const digest = TypedDataEncoder.hash(domain, { Approval: APPROVAL }, { ...asked, expires: approval.expires });
  const [high, s] = [BigInt(approval.vs) >> 255n, BigInt(approval.vs) & ((1n << 255n) - 1n)];
  const reviewer = signer(digest, approval.r, "0x" + s.toString(16).padStart(64, "0"), Number(high));
  demand(reviewer !== tx.from, "approved by the registrar himself");
  found.doubtful ||= trust.checkKey(reviewer, institution, 2, made.height);
}

/** Find what the event says in a call; give its approval and what the reviewer was asked. */
function approvalOf({ name, args, inputs }, event) {
  const asks = { register: 1, registerMany: 1, commitUnits: 2, amend: 3, supersede: 4 };
  const makes = { register: "Registered", registerMany: "Registered", commitUnits: "UnitsCommitted", amend: "Amended", supersede: "Superseded" };
  demand(makes[name] === event.name, "calldata of another act");
  const coder = AbiCoder.defaultAbiCoder();
  const fields = (value) => [...value.toArray()].join();
  const told = (entry, names) => names.map((each) => event.args[each]).join() === fields(entry);
  const entryNames = ["number", "kind", "contentDigest", "metadataDigest", "cid", "programme", "period", "lot", "replaces", "earlierReceipt"];
  const batchNames = ["root", "listDigest", "claimed", "cid", "programme", "period", "lot", "countingRule", "parent", "earlierReceipt"];
  const common = { institution: event.args.institution, act: asks[name] };
  if (name === "registerMany") {
    const place = args[0].findIndex((entry) => told(entry, entryNames) && event.args.version === 1n);
    demand(place >= 0 && [0, args[0].length].includes(args[1].length), "calldata without the entry");
    const content = keccak256(coder.encode([inputs[0].arrayChildren], [args[0][place]]));
    return { approval: args[1].length ? args[1][place] : null, asked: { ...common, subject: event.args.number, version: 1, content } };
  }
  const unit = name === "commitUnits";
  demand(told(args[0], unit ? batchNames : entryNames), "calldata of another content");
  if (name === "register" || unit) {
    demand(unit || event.args.version === 1n, "another version");
    const content = keccak256(coder.encode([inputs[0]], [args[0]]));
    return { approval: args[1], asked: { ...common, subject: args[0][0], version: unit ? 0 : 1, content } };
  }
  const { version, reason, approval } = args;
  demand(version === event.args.version, "another version");
  demand(reason[0] === event.args.reason && reason[1] === event.args.document, "another reason");
  const content = keccak256(coder.encode([inputs[0], inputs.find((one) => one.name === "reason")], [args[0], reason]));
  return { approval, asked: { ...common, subject: args[0][0], version, content } };
}

function headerStep({ receipt, trust, old }) {
  const made = chain.header(receipt.header.rlp);
  demand(made.height === receipt.header.height, "another height");
  if (old) {
    demand(receipt.record.institution === old.institution, "a chain that cannot speak for this institution");
    demand(made.height <= old.last && old.headers.has(made.hash), "no header that was anchored");
  }
  chain.checkMadeBy(made, trust);
}

function sealsStep({ receipt, trust }) {
  const made = chain.header(receipt.header.rlp);
  chain.checkSeals(made, trust.validatorsAt(made.height));
}

function statusStep(found) {
  const { receipt, here, old } = found;
  const made = chain.header(receipt.status.header);
  const elsewhere = old && !old.headers.has(made.hash);
  const trust = !old || elsewhere ? here : old.trust;
  demand(elsewhere || made.height >= receipt.header.height, "older than the registration");
  chain.checkSealed(made, trust);
  const key = Buffer.from(receipt.record.number).toString("hex").padEnd(64, "0");
  const slot = BigInt(keccak256("0x" + key + RECORDS_SLOT.toString(16).padStart(64, "0")));
  const word = chain.slotValue(made, receipt.status, trust.founding, slot);
  const [status, frozen, version] = [word & 0xffn, (word >> 8n) & 0xffn, (word >> 24n) & 0xffffffffn];
  demand(elsewhere || version >= BigInt(receipt.record.version), "of an older version");
  found.doubtful ||= status === 2n || frozen !== 0n;
}

// anchors that hold, folded once however many receipts are judged by them
const folded = new WeakMap();

function anchorStep(found) {
  const { anchor, receipt, fingerprint } = found;
  const given = fingerprint?.replace(/[\s-]/g, "").toLowerCase();
  demand(fingerprint === null || given === sha256(canonical(anchor.founding)), "another fingerprint");
  if (!folded.has(anchor)) folded.set(anchor, trustOf(anchor));
  found.here = folded.get(anchor);
  found.old = chainOf(found.here, receipt);
  found.trust = found.old ? found.old.trust : found.here;
}

/** Find the anchored chain that a receipt is of: by its header, else by the chain and registry of its transaction. */
function chainOf(here, receipt) {
  try {
    const made = chain.header(receipt.header.rlp);
    const raw = follow(made.transactionsRoot, chain.indexKey(receipt.transaction.index), receipt.transaction.path);
    const tx = chain.transaction(raw);
    const isOf = ({ founding }) => founding.chain_id === tx.chainId && founding.registry === tx.to;
    return here.chains.find((one) => one.headers.has(made.hash))
      ?? (isOf(here) ? null : here.chains.find((one) => isOf(one.trust))) ?? null;
  } catch (error) {
    if (error instanceof No) return null;
    throw error;
  }
}

/** Verify; give {fails, answer}. */
function verify(subject, receipt, anchor, fingerprint) {
  const found = { subject, receipt, anchor, fingerprint, doubtful: false };
  const metadata = () => demand(sha256(canonical(receipt.metadata)) === receipt.record.metadata_sha256, "other metadata");
  const units = receipt.record.act === "commit-units";
  const steps = [
    ["anchor", anchorStep], ["content", content], units ? ["unit-path", unitPath] : ["metadata", metadata],
    ["event", eventStep], ["tx-receipt", txReceiptStep], ["transaction", transactionStep], ["header", headerStep],
    ["seals", sealsStep], ...(receipt.status ? [["status", statusStep]] : []),
  ];
  for (const [name, check] of steps) {
    try {
      check(found);
    } catch (error) {
      if (error instanceof TooOld) return { fails: name, answer: "anchor-too-old", why: error.message };
      if (error instanceof No) return { fails: name, answer: "no", why: error.message };
      throw error;
    }
  }
  return { fails: null, answer: found.doubtful ? "doubtful" : "yes" };
}

module.exports = { verify };
