// `npm run bench:media [-- --rounds N] [--folder DIR] [--only codecs,packing,split]`: what media are made of, against its peers.
// Needs GNU time and wimlib-imagex; about 8 GB in the folder.
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { machine } from '../support/measure.ts';
import { codecs, packing } from './codecs.ts';
import { split } from './split.ts';

export interface MediaBench {
  readonly rounds: number;
  readonly folder: string;
  /** Prints the text of a part, and keeps its figures as JSON in the folder. */
  readonly report: (name: string, text: string, figures: object) => void;
}

const PARTS: Readonly<Record<string, (bench: MediaBench) => Promise<void>>> = { codecs, packing, split };

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' }, folder: { type: 'string', default: join(tmpdir(), 'werkbank-bench') }, only: { type: 'string', default: '' } } });
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
for (const [name, part] of Object.entries(PARTS)) if (only.length === 0 || only.includes(name)) await part(bench);
