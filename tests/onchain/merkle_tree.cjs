// OpenZeppelin's own tree over the values of standard input (a JSON list of 0x…); prints {root, proofs}.
"use strict";
const { StandardMerkleTree } = require("@openzeppelin/merkle-tree");

const values = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const tree = StandardMerkleTree.of(
  values.map((value) => [value]),
  ["bytes32"],
);
const proofs = values.map((value) => tree.getProof([value]));
process.stdout.write(JSON.stringify({ root: tree.root, proofs }));
