import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EngineError } from '../../native-free-engine/index.ts';
import { encodeFrame, FrameReader, MAX_FRAME_BYTES } from '../../src/main/engine-host/framing.ts';

const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof EngineError) return error.code;
    throw error;
  }
  return 'no error';
};

test('messages survive being cut anywhere', () => {
  fc.assert(
    fc.property(fc.array(fc.json(), { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }), (texts, cuts) => {
      const messages = texts.map((text) => JSON.parse(text) as unknown);
      const bytes = Buffer.concat(messages.map((message) => encodeFrame(message)));
      const reader = new FrameReader();
      const received: unknown[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const length = cuts[turn % cuts.length] as number;
        received.push(...reader.push(bytes.subarray(at, at + length)));
        at += length;
      }
      expect(JSON.stringify(received)).toBe(JSON.stringify(messages));
    }),
  );
});

test('a frame that claims too much is refused from its header alone', () => {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(MAX_FRAME_BYTES + 1);
  expect(codeOf(() => new FrameReader().push(header))).toBe('engine-protocol');
  header.writeUInt32BE(MAX_FRAME_BYTES);
  expect(new FrameReader().push(header)).toEqual([]);
});

test('a message that would be too long is not sent', () => {
  expect(codeOf(() => encodeFrame('x'.repeat(100), 50))).toBe('engine-protocol');
});

test('garbage is a named error or a wait, never another error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (garbage) => {
      expect(['engine-protocol', 'no error']).toContain(codeOf(() => new FrameReader(1000).push(Buffer.from(garbage))));
    }),
  );
  const frame = Buffer.concat([Buffer.from([0, 0, 0, 3]), Buffer.from('{{{')]);
  expect(codeOf(() => new FrameReader().push(frame))).toBe('engine-protocol');
});

test('a frame in many small chunks costs time in proportion to its size', () => {
  const frame = encodeFrame('x'.repeat(2_000_000));
  const reader = new FrameReader();
  const before = process.cpuUsage();
  let count = 0;
  for (let at = 0; at < frame.length; at += 64) count += reader.push(frame.subarray(at, at + 64)).length;
  expect(count).toBe(1);
  // Of the processor's time: copied anew with each chunk, it would take far more, and beside other tests it takes no more than alone.
  expect(process.cpuUsage(before).user).toBeLessThan(5_000_000);
});
