import { expect, test, vi } from 'vitest';
import { Control } from '../../../native-free-engine/pipeline/imaging/control.ts';

test('a limit that is raised while somebody asks for room under the old one holds up nobody', () => {
  const control = new Control();
  control.bytesPerSecond = 1;
  const now = performance.now.bind(performance);
  let asked = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
    asked++;
    if (asked === 1) control.bytesPerSecond = 1e12;
    // What would wait for days is let go.
    if (asked > 20) control.stop();
    return now();
  });
  try {
    control.pace(1e6);
    control.pace(1e6);
    expect(control.stopped).toBe(false);
  } finally {
    clock.mockRestore();
  }
});
