import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const WERKBANK = fileURLToPath(new URL('../../bin/werkbank', import.meta.url));

test.each([
  ['en', 'report.html', 'byte for byte', 'Partition 4 holds the same'], ['nl', 'verslag.html', 'byte voor byte', 'Partitie 4 bevat hetzelfde'],
])('the demo does the main jobs and leaves only its report (%s)', (language, file, words, same) => {
  const temp = mkdtempSync(join(tmpdir(), 'werkbank-demo-test-'));
  try {
    const out = execFileSync(WERKBANK, ['demo', '--lang', language], { encoding: 'utf8', env: { ...process.env, TMPDIR: temp, HOME: temp, NO_COLOR: '1' } });
    expect(out).toContain(words);
    expect(out).toContain(same);
    expect(out).toContain('MBR: fat32');
    const folder = readdirSync(temp).find((name) => name.startsWith('werkbank-demo-')) ?? '';
    expect(readdirSync(join(temp, folder))).toEqual([file]);
    expect(out).toContain(join(temp, folder, file));
    expect(readFileSync(join(temp, folder, file), 'utf8')).toContain('bench-2');
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
});
