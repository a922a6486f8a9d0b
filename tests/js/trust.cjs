"use strict";
// An anchor folded: validators by votes, keys and governors by governors' transactions, other chains by their anchoring.
const { AbiCoder, keccak256 } = require("ethers");
const { StandardMerkleTree } = require("@openzeppelin/merkle-tree");
const { No, TooOld, canonical, demand, follow, sha256 } = require("./bytes.cjs");
const chain = require("./chain.cjs");

const EPOCH = 30000;
const LAST_ROLE = 3n;
const ZERO = "0x" + "0".repeat(64);
const lower = (text) => text.toLowerCase();
const code = (bytes8) => Buffer.from(bytes8.slice(2), "hex").toString("latin1");

class Trust {
  constructor(founding) {
    Object.assign(this, { founding, epoch: 0, sequence: 0, keysKnown: 0, setsKnown: 0, chains: [] });
    this.threshold = founding.threshold;
    this.sets = [[0, founding.validators]];
    this.governors = new Set(founding.governors);
    [this.nominees, this.executed, this.keys, this.parties] = [new Set(), new Set(), new Map(), new Map()];
    for (const one of founding.institutions) {
      this.parties.set(one.code, [{ since: 0, onePerson: one.one_person, suspended: false }]);
      [one.registrars, one.reviewers, one.auditors].forEach((keys, place) =>
        keys.forEach((key) => this.keys.set(key, { institution: one.code, role: place + 1, since: 0, until: 0 })));
    }
  }

  validatorsAt = (height) => this.sets.findLast(([first]) => first <= height)[1];

  /** Give how an institution stood at any moment of the header at a height. */
  standings(institution, height) {
    const all = this.parties.get(institution) ?? [];
    return [...all.filter((one) => one.since < height).slice(-1), ...all.filter((one) => one.since === height)];
  }

  unknown = (height, why) => (height > this.keysKnown ? new TooOld(why) : new No(why));

  /** Tell whether the key was declared stolen by that height. */
  checkKey(address, institution, role, height) {
    const key = this.keys.get(address);
    if (!key || !this.parties.has(institution)) throw this.unknown(height, `unknown key ${address}`);
    demand(key.institution === institution && key.role === role, "another institution's key, or another role's");
    const good = key.since <= height && (key.until === 0 || height < key.until);
    const doubtful = Boolean(key.stolen) && height >= key.until;
    demand(good || doubtful, "the key was not good then");
    demand(this.standings(institution, height).some((one) => !one.suspended), "the institution was suspended");
    return doubtful;
  }

  know = (height) => ([this.keysKnown, this.setsKnown] = [Math.max(this.keysKnown, height), Math.max(this.setsKnown, height)]);
}

function votes(change, trust) {
  const [cast, child] = [change.votes.map(chain.header), chain.header(change.header)];
  const [start, current] = trust.sets.at(-1);
  demand(cast.length === Math.floor(current.length / 2) + 1, "not just more than half of the votes");
  demand(cast.every((vote, place) => place === 0 || cast[place - 1].height < vote.height), "votes out of order");
  const last = cast.at(-1);
  demand(Math.floor(cast[0].height / EPOCH) === Math.floor(last.height / EPOCH), "votes of two epochs");
  demand(last.height >= start, "votes before the change in front");
  demand(child.parent === last.hash && child.height === last.height + 1, "not the child of the deciding vote");
  cast.forEach((vote) => chain.checkSealed(vote, trust));
  demand(new Set(cast.map((vote) => vote.miner)).size === cast.length, "a vote counted twice");
  demand(cast.every((vote) => current.includes(vote.miner)), "a vote by a stranger");
  const [about, direction] = last.vote;
  demand(last.vote.length === 2 && cast.every((vote) => vote.vote.join() === last.vote.join()), "different votes");
  const adds = direction === "0xff";
  demand(adds !== current.includes(about), "the votes change nothing");
  const next = adds ? [...current, about].sort() : current.filter((one) => one !== about);
  demand(next.length > 0, "nobody is left");
  chain.checkForm(child);
  chain.checkListed(child, next);
  chain.checkSeals(child, next);
  trust.sets.push([child.height, next]);
  trust.setsKnown = Math.max(trust.setsKnown, child.height);
}

/** Read a transaction that called the registry with success, in a sealed header. */
function sent(material, trust) {
  const made = chain.header(material.header);
  chain.checkSealed(made, trust);
  const key = chain.indexKey(material.index);
  const tx = chain.transaction(follow(made.transactionsRoot, key, material.transaction_path));
  const receipt = chain.txReceipt(follow(made.receiptsRoot, key, material.tx_receipt_path));
  demand(tx.chainId === trust.founding.chain_id && tx.to === trust.founding.registry, "another chain or contract");
  demand(receipt.succeeded && receipt.kind === tx.kind, "the transaction failed, or its receipt is of another type");
  const logs = receipt.logs.filter((log) => log.address === trust.founding.registry);
  return { height: made.height, time: made.time, index: material.index, from: tx.from, data: tx.data, events: logs.map(chain.event) };
}

function act(change, trust) {
  const all = change.transactions.map((material) => sent(material, trust));
  const inOrder = (a, b) => a.height < b.height || (a.height === b.height && a.index < b.index);
  demand(all.length > 0 && all.every((one, place) => place === 0 || inOrder(all[place - 1], one)), "out of order");
  const last = all.at(-1);
  const said = chain.call(last.data);
  let proposal = ZERO;
  if (said.name === "govern") {
    proposal = approved(all, said.args, trust);
  } else {
    demand(all.length === 1 && ["acceptGovernorship", "retireOwnKey"].includes(said.name), "no act of governance");
  }
  const governed = last.events.filter((one) => one.name === "Governed");
  const counted = governed.length === 1 && Number(governed[0].args[0]) === trust.sequence + 1;
  demand(counted && governed[0].args[1] === proposal, "not executed as the next act");
  const meant = said.name === "govern" ? chain.call(said.args[0]) : said;
  demand(meant.name === "admit" || change.profile === null, "a profile without use");
  demand(meant.name in EFFECTS, "nothing that can be proposed");
  demand(said.name === meant.name || !["acceptGovernorship", "retireOwnKey", "govern"].includes(meant.name), "not for proposals");
  EFFECTS[meant.name](trust, meant.args, last, change.profile);
  trust.sequence += 1;
  if (proposal !== ZERO) trust.executed.add(proposal);
  trust.know(last.height);
}

function approved(all, [data, expires, document], trust) {
  const last = all.at(-1);
  demand(all.every((one) => trust.governors.has(one.from)), "an approval by a stranger");
  demand(new Set(all.map((one) => one.from)).size === all.length && all.length === trust.threshold, "not just m governors");
  demand(all.every((one) => one.data === last.data), "other calldata");
  demand(last.time <= expires, "expired");
  const types = ["uint64", "bytes", "uint64", "bytes32"];
  const proposal = keccak256(AbiCoder.defaultAbiCoder().encode(types, [trust.epoch, data, expires, document]));
  demand(!trust.executed.has(proposal), "executed before");
  for (const one of all) {
    const said = one.events.filter((each) => each.name === "ProposalApproved");
    demand(said.length === 1 && said[0].args[0] === proposal && lower(said[0].args[1]) === one.from, "another proposal");
  }
  return proposal;
}

function stand(trust, bytes8, height, change) {
  const standings = trust.parties.get(code(bytes8));
  demand(standings, "no such institution");
  standings.push({ ...standings.at(-1), since: height, ...change });
}

function addKeys(trust, institution, role, keys, height) {
  for (const key of keys.map(lower)) {
    const taken = trust.keys.has(key) || trust.governors.has(key) || trust.nominees.has(key);
    demand(!taken && role > 0n && role <= LAST_ROLE, "a key that is taken, or of no role");
    trust.keys.set(key, { institution, role: Number(role), since: height, until: 0 });
  }
}

function retire(trust, address, height) {
  const key = trust.keys.get(address);
  demand(key && key.until === 0, "no active key");
  key.until = height + 1;
}

const EFFECTS = {
  admit(trust, [admission], { height }, profile) {
    demand(profile && "0x" + sha256(canonical(profile)) === admission[1], "the profile is another, or missing");
    const institution = code(admission[0]);
    demand(!trust.parties.has(institution), "admitted before");
    trust.parties.set(institution, [{ since: height, onePerson: admission[2], suspended: false }]);
    [1n, 2n, 3n].forEach((role) => addKeys(trust, institution, role, [...admission[2 + Number(role)]], height));
  },
  suspend(trust, [institution], { height }) {
    demand(!trust.parties.get(code(institution))?.at(-1).suspended, "suspended before");
    stand(trust, institution, height, { suspended: true });
  },
  reinstate(trust, [institution], { height }) {
    demand(trust.parties.get(code(institution))?.at(-1).suspended, "not suspended");
    stand(trust, institution, height, { suspended: false });
  },
  setPolicy: (trust, [institution, onePerson], { height }) => stand(trust, institution, height, { onePerson }),
  addKey(trust, [institution, account, role], { height }) {
    demand(trust.parties.has(code(institution)), "no such institution");
    addKeys(trust, code(institution), role, [account], height);
  },
  retireKey: (trust, [account], { height }) => retire(trust, lower(account), height),
  revokeStolenKey(trust, [account, from], { height }) {
    const key = trust.keys.get(lower(account));
    const since = Number(from);
    demand(key && since >= Math.max(key.since, 1) && since < (key.until || height + 1), "a height out of range");
    Object.assign(key, { until: since, stolen: true });
  },
  nominateGovernor(trust, [account]) {
    const one = lower(account);
    demand(!trust.governors.has(one) && !trust.nominees.has(one) && !trust.keys.has(one), "taken");
    trust.nominees.add(one);
  },
  dismissGovernor(trust, [account]) {
    if (trust.nominees.delete(lower(account))) return;
    demand(trust.governors.delete(lower(account)) && trust.governors.size >= trust.threshold, "no governor, or too few left");
    trust.epoch += 1;
  },
  setThreshold(trust, [threshold]) {
    demand(threshold >= 1n && threshold <= BigInt(trust.governors.size), "an unreachable threshold");
    trust.threshold = Number(threshold);
    trust.epoch += 1;
  },
  freeze() {},
  unfreeze() {},
  nameSuccessor() {},
  acceptGovernorship(trust, _, { from }) {
    demand(trust.nominees.delete(from), "not nominated");
    trust.governors.add(from);
    trust.epoch += 1;
  },
  retireOwnKey: (trust, _, { from, height }) => retire(trust, from, height),
};

function anchored(entry, trust) {
  const one = sent(entry.transaction, trust);
  const said = one.events[0];
  demand(one.events.length === 1 && said.name === "ChainAnchored", "no anchoring");
  const [institution, genesis, head, height, root] = [...said.args];
  const asked = chain.call(one.data);
  demand(asked.name === "anchorChain" && [...asked.args].join() === [genesis, height, head, root].join(), "other calldata");
  trust.checkKey(one.from, code(institution), 1, one.height);
  const old = fold(entry);
  demand(old.parties.has(code(institution)), "anchored by none of its own");
  const headers = new Set(entry.headers);
  demand(headers.size > 0 && [...headers].sort().join() === entry.headers.join(), "headers unsorted, twice or none");
  const tree = StandardMerkleTree.of(entry.headers.map((hash) => [hash]), ["bytes32"]);
  demand(tree.root === root && BigInt(headers.size) === height + 1n, "other headers");
  demand(genesis === entry.founding.genesis_hash && headers.has(genesis) && headers.has(head), "another genesis or head");
  return { trust: old, headers, institution: code(institution), last: Number(height) };
}

/** Fold the founding and the changes of an anchor, or of an anchored chain's entry. */
function fold(anchor) {
  const trust = new Trust(anchor.founding);
  for (const change of anchor.changes) (change.kind === "validators" ? votes : act)(change, trust);
  return trust;
}

/** Give whom an anchor trusts; whatever does not hold is a No. */
function trustOf(anchor) {
  try {
    const trust = fold(anchor);
    if (anchor.known) {
      const made = chain.header(anchor.known.header);
      chain.checkSealed(made, trust);
      const counted = chain.slotValue(made, anchor.known, anchor.founding, 0n) & 0xffffffffffffffffn;
      demand(made.height >= trust.keysKnown && Number(counted) === trust.sequence, "other acts than are proven");
      trust.know(made.height);
    }
    trust.chains = anchor.anchored.map((entry) => anchored(entry, trust));
    return trust;
  } catch (error) {
    if (error instanceof TooOld) throw new No(error.message);
    throw error;
  }
}

module.exports = { trustOf };
