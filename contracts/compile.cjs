// Compiles the registry with the pinned compiler and prints the artefact as JSON.
// Usage: node compile.cjs MODULES_FOLDER   (from this folder; scripts/compile-contracts does it)
"use strict";
const crypto = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

const modules = path.resolve(process.argv[2]);
const solc = require(path.join(modules, "solc"));
const sources = {};

function read(name) {
  const file = name.startsWith("@") ? path.join(modules, name) : path.join(__dirname, "solidity", path.basename(name));
  return fs.readFileSync(file, "utf8");
}

function findImports(name) {
  try {
    sources[name] = read(name);
    return { contents: sources[name] };
  } catch (error) {
    return { error: String(error) };
  }
}

const settings = {
  evmVersion: "berlin",
  metadata: { bytecodeHash: "none" },
  optimizer: { enabled: true, runs: 200 },
  outputSelection: { "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "storageLayout"] } },
  viaIR: true,
};
for (const name of ["IResourceRegistry.sol", "ResourceRegistry.sol"]) sources[name] = read(name);
const first = Object.fromEntries(Object.entries(sources).map(([name, content]) => [name, { content }]));
const input = { language: "Solidity", sources: first, settings };
const output = JSON.parse(solc.compile(JSON.stringify(input), { import: findImports }));
const problems = output.errors || [];
for (const problem of problems) process.stderr.write(problem.formattedMessage + "\n");
if (problems.length > 0) process.exit(1);

const built = output.contracts["ResourceRegistry.sol"].ResourceRegistry;
const sha256 = (text) => crypto.createHash("sha256").update(text).digest("hex");
const layout = built.storageLayout.storage.map(({ label, slot, offset, type }) => ({
  label,
  slot,
  offset,
  type: built.storageLayout.types[type].label,
}));
const artefact = {
  contract: "ResourceRegistry",
  compiler: solc.version(),
  settings: { evmVersion: settings.evmVersion, bytecodeHash: "none", runs: 200, viaIR: true },
  sources: Object.fromEntries(Object.keys(sources).sort().map((name) => [name, sha256(sources[name])])),
  abi: built.abi,
  storageLayout: layout,
  creationCode: "0x" + built.evm.bytecode.object,
  runtimeCode: "0x" + built.evm.deployedBytecode.object,
};
process.stdout.write(JSON.stringify(artefact, null, 1) + "\n");
