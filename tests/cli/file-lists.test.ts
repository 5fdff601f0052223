import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Report } from '../../src/contract/index.ts';
import { openHistory } from '../../src/history/index.ts';
import { createHost } from '../../src/host/index.ts';
import { createJobService } from '../../src/jobs/index.ts';
import { run } from '../engine/lab.ts';
import { testLab } from '../labs/test-lab.ts';
import { windowsIso, WINDOWS_ISO_TOOLS } from '../labs/windows-iso.ts';
import { need } from '../support/need.ts';
import { createServices } from './fake-services.ts';
import { werkbank } from './support.ts';

const MIB = 1 << 20;
/** More than a report lists one by one. */
const FILES = 20_100;

need({ tools: WINDOWS_ISO_TOOLS })(
  'beside the report of a stick lies what sha256sum --check takes, however many files; the history has it and exports it',
  async () => {
    const lab = await testLab();
    const practice = join(lab.folder, 'practice');
    const extra = join(lab.folder, 'extra');
    mkdirSync(practice);
    for (let i = 0; i < FILES; i++) {
      if (i % 300 === 0) mkdirSync(join(extra, `Träger ${i / 300}`), { recursive: true });
      writeFileSync(join(extra, `Träger ${Math.floor(i / 300)}`, `file ${i}.txt`), String(i));
    }
    const disk = join(practice, 'stick.img');
    writeFileSync(disk, '');
    truncateSync(disk, 256 * MIB);
    const host = createHost({ practiceFolder: () => practice });
    const services = { ...createServices(), host, jobs: createJobService(host, { version: '0', tempDir: lab.folder }), history: openHistory(join(lab.folder, 'history')) };

    const page = join(lab.folder, 'report.html');
    const made = await werkbank(['media', 'windows', await windowsIso(), '--to', `file:${disk}`, '--extra', extra, '--yes', '--no-checks', '--no-verify', '--report', page, '--json'], { services });
    const report = made.events.find(({ event }) => event === 'report')?.['report'] as Report;
    expect(report).toMatchObject({ outcome: 'done', files: { list: null } });
    const list = join(lab.folder, 'report.files.sha256');
    expect(execFileSync('sha256sum', [list], { encoding: 'utf8' }).slice(0, 64)).toBe(report.files!.sha256);

    const stick = join(lab.folder, 'stick');
    mkdirSync(stick);
    run('mcopy', ['-s', '-n', '-i', `${disk}@@1M`, '::', stick]);
    const check = (): string => execFileSync('sha256sum', ['--check', '--strict', list], { cwd: stick, encoding: 'utf8', maxBuffer: 64 * MIB });
    expect(check().match(/: OK$/gm)).toHaveLength(report.files!.count);
    expect(report.files!.count).toBe(readdirSync(stick, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length);
    expect(report.files!.count).toBeGreaterThan(FILES);

    const again = join(lab.folder, 'again.json');
    await werkbank(['history', 'show', report.jobId, '--report', again], { services });
    expect(readFileSync(join(lab.folder, 'again.files.sha256')).equals(readFileSync(list))).toBe(true);
    const out = join(lab.folder, 'exported');
    await werkbank(['history', 'export', out], { services });
    const exported = readdirSync(out).find((name) => name.endsWith('.files.sha256'))!;
    expect(readFileSync(join(out, exported)).equals(readFileSync(list))).toBe(true);
  },
  120_000,
);
