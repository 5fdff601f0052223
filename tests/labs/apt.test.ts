import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

interface Entry {
  readonly package: string;
  readonly programs?: readonly string[];
}

/** In every system, or what installs the rest. */
const ALWAYS_THERE = ['sh', 'apt-get', 'dpkg'];

test('every tool that a test needs is in the list of packages', () => {
  const tests = join(import.meta.dirname, '..');
  const listed = (JSON.parse(readFileSync(join(import.meta.dirname, 'apt.json'), 'utf8')) as Entry[]).flatMap((entry) => entry.programs ?? []);
  const needed = globSync('**/*.{ts,tsx}', { cwd: tests }).flatMap((file) => {
    const text = readFileSync(join(tests, file), 'utf8');
    const lists = text.matchAll(/(?:tools:|_TOOLS =) \[([^\]]*)\]/g);
    return [...lists].flatMap(([, list]) => [...(list ?? '').matchAll(/'([^']+)'/g)].map(([, tool]) => tool ?? ''));
  });
  expect(needed).toContain('nbdfuse');
  expect([...new Set(needed)].filter((tool) => !listed.includes(tool) && !ALWAYS_THERE.includes(tool))).toEqual([]);
});
