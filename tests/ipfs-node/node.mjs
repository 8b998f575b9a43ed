// An IPFS node for tests: node.mjs FOLDER PORT. It speaks to nobody but who asks it on loopback, and says
// "ready" once it can be asked. It ends with the process that started it, whose end of standard input it holds.
import { create } from "ipfs-core";
import { HttpApi } from "ipfs-http-server";

const [repo, port] = process.argv.slice(2);
process.stdin.on("end", () => process.exit(0)).resume();

const ipfs = await create({
  repo,
  offline: true,
  silent: true,
  config: {
    Addresses: { Swarm: [], API: `/ip4/127.0.0.1/tcp/${port}`, Gateway: "", RPC: "" },
    Bootstrap: [],
    Discovery: { MDNS: { Enabled: false }, webRTCStar: { Enabled: false } },
  },
});
await new HttpApi(ipfs).start();
console.log("ready");
