import { CONTAINERS, testImage } from '../../support/test-image.ts';

for (const container of CONTAINERS) {
  // A raw image has no redundancy: nothing tells that it was damaged.
  const raw = container.chain.length === 0;
  testImage(container, raw ? { truncations: 0, flips: 0 } : { truncations: 12, flips: 36 });
}
