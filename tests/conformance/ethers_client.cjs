// What an ethers user does with a chain, in one go: deploy, act, read events back, see a refusal decoded, ask for a proof.
// node ethers_client.cjs URL KEY ARTEFACT INSTITUTION   (NODE_PATH names the packages); prints one JSON object.
'use strict';

const fs = require('node:fs');
const { ethers } = require('ethers');

async function main(url, key, artefactPath, institution) {
  const artefact = JSON.parse(fs.readFileSync(artefactPath, 'utf8'));
  const provider = new ethers.JsonRpcProvider(url);
  const wallet = new ethers.Wallet(key, provider);
  const factory = new ethers.ContractFactory(artefact.abi, artefact.creation_code, wallet);
  const code = ethers.hexlify(ethers.toUtf8Bytes(institution));
  const admission = [code, ethers.id('profile'), true, [wallet.address], [], []];
  const governor = ethers.getAddress('0x' + '07'.repeat(20));
  const registry = await (await factory.deploy([governor], 1, [admission])).waitForDeployment();
  // ethers remembers every answer for 250 ms, the nonce too; a chain that seals sooner than that is ahead of it.
  await new Promise((resume) => setTimeout(resume, 300));
  const subject = ethers.id('subject');
  const receipt = await (await registry.attest(subject, 1, ethers.id('finding'), 1)).wait();
  const events = await registry.queryFilter('Attested');
  let refused = '';
  try {
    await registry.acceptGovernorship.staticCall();
  } catch (error) {
    refused = error.revert ? error.revert.name : String(error);
  }
  const address = await registry.getAddress();
  const proof = await provider.send('eth_getProof', [address, ['0x0'], 'latest']);
  const network = await provider.getNetwork();
  console.log(JSON.stringify({
    chainId: Number(network.chainId), status: receipt.status, type: (await receipt.getTransaction()).type,
    events: events.map((event) => event.args.digest), refused, codeHash: proof.codeHash,
    deployed: ethers.keccak256(await provider.getCode(address)), block: receipt.blockNumber,
  }));
  provider.destroy();
}

main(...process.argv.slice(2)).catch((error) => {
  console.error(error.shortMessage || error);
  process.exit(1);
});
