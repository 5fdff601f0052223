// `npm run bench:media [-- --rounds N] [--folder DIR] [--only codecs,solid,packing,split,stick,verify] [--keep]`: what media are made of, against
// its peers. Needs root, loop devices, GNU time, wimlib-imagex, mtools and what tests/labs/windows-iso.ts needs; about 24 GB in the folder.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { machine } from '../support/measure.ts';
import { codecs, packing, solid } from './codecs.ts';
import { split } from './split.ts';
import { stick } from './stick.ts';
import { verify } from './verify.ts';

export interface MediaBench {
  readonly rounds: number;
  readonly folder: string;
  /** Prints the text of a part, and keeps its figures as JSON in the folder. */
  readonly report: (name: string, text: string, figures: object) => void;
}

const PARTS: Readonly<Record<string, (bench: MediaBench) => Promise<void>>> = { codecs, solid, packing, split, stick, verify };

const { values } = parseArgs({ options: {
  rounds: { type: 'string', default: '5' }, folder: { type: 'string', default: join(tmpdir(), 'werkbank-bench') }, only: { type: 'string', default: '' }, keep: { type: 'boolean', default: false },
} });
const only = values.only.split(',').filter(Boolean);
mkdirSync(values.folder, { recursive: true });
const bench: MediaBench = {
  rounds: Number(values.rounds),
  folder: values.folder,
  report(name, text, figures) {
    console.log(`\n## ${name}\n\n${machine()}\n\n${text}`);
    writeFileSync(join(values.folder, `media-${name}.json`), JSON.stringify({ machine: machine(), ...figures }, null, 2));
  },
};
try {
  for (const [name, part] of Object.entries(PARTS)) if (only.length === 0 || only.includes(name)) await part(bench);
} finally {
  // The figures stay; what was measured takes minutes to make, and most of the room.
  if (!values.keep) for (const name of readdirSync(values.folder)) if (name.startsWith('media-') && !name.endsWith('.json')) rmSync(join(values.folder, name), { recursive: true });
}
