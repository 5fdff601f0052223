// A capture in a process of its own, to be killed: `node imaging-child.ts DISK SIZE IMAGE BYTES_PER_SECOND [resume]`.
import { capture, mapOf } from '../engine/pipeline/capturing.ts';

const [disk = '', size = '', image = '', bytesPerSecond = '', resume = ''] = process.argv.slice(2);
const map = mapOf(Number(size), [{ offset: 0, length: Number(size) }]);
console.log('ready');
const { resumed } = await capture(disk, map, image, { bytesPerSecond: Number(bytesPerSecond), resume: resume === 'resume', checkpointMs: 50 });
console.log(JSON.stringify({ resumed }));
