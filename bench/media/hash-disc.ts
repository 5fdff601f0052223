// The SHA-256 of every file of a disc, as a program of its own: hash-disc.ts DEVICE
import { hashTree, openDevice, readDisc } from '../../native-free-engine/index.ts';

const device = await openDevice(process.argv[2] ?? '', { write: false });
const { tree } = await readDisc(device);
for await (const { path, sha256 } of hashTree(tree, { signal: new AbortController().signal })) console.log(`${sha256}  ${path}`);
await device.close();
