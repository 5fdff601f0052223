import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError } from '../../native-free-engine/index.ts';

/** What a name is made of. Empty where it is not known. */
export interface NameFacts {
  readonly machine: string;
  /** The operating system on the disk: `Windows 11`, `Debian 12`. */
  readonly os: string;
  readonly purpose: string;
  readonly model: string;
  readonly serial: string;
  readonly at: Date;
}

export const IMAGE_EXTENSION = '.qcow2';

/**
 * Bytes in UTF-8: every file system allows 255 for a whole name, and an image's
 * longest is NAME-99.qcow2.001.partial.
 */
const MAX_STEM_BYTES = 200;
const MAX_PART_CHARACTERS = 60;

/** What Windows and FAT forbid, and with it what a shell or a URL would stumble over. */
const FORBIDDEN = /[<>:"/\\|?*\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u;
const ALL_FORBIDDEN = new RegExp(FORBIDDEN.source, 'gu');
/** Names of devices on Windows, with any extension too. */
const DEVICE = /^(con|prn|aux|nul|clock\$|conin\$|conout\$|com[\d\u00b9\u00b2\u00b3]|lpt[\d\u00b9\u00b2\u00b3])(\.|$)/i;

const two = (value: number): string => String(value).padStart(2, '0');

/** `2026-03-01`, by this computer's clock and calendar. */
const dateOf = (at: Date): string => `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
/** `14-05-59`: a colon stands in no file name. */
const timeOf = (at: Date): string => `${two(at.getHours())}-${two(at.getMinutes())}-${two(at.getSeconds())}`;

const PLACEHOLDERS: Readonly<Record<string, (facts: NameFacts) => string>> = {
  machine: ({ machine }) => machine,
  os: ({ os }) => os,
  date: ({ at }) => dateOf(at),
  time: ({ at }) => timeOf(at),
  purpose: ({ purpose }) => purpose,
  model: ({ model }) => model,
  serial: ({ serial }) => serial,
};

/**
 * A name without extension out of `{machine}-{os}-{date}-{purpose}` and the like. What is not known leaves no hole:
 * the sign before it goes too. The result is always fit for a file.
 * @throws EngineError `argument-invalid` for a placeholder that does not exist
 */
export function fillTemplate(template: string, facts: NameFacts): string {
  // A mark no fact can contain stands for what is empty until its sign is gone.
  const filled = template.replace(/\{([^{}]*)\}/g, (_, key: string) => {
    const value = Object.hasOwn(PLACEHOLDERS, key) ? PLACEHOLDERS[key] : undefined;
    if (!value) throw new EngineError('argument-invalid', { what: `{${key}}` });
    return cleanPart(value(facts)) || EMPTY;
  });
  const closed = filled.replace(new RegExp(`[-_. ]*${EMPTY}`, 'g'), '');
  const stem = shorten(cleanText(closed).replace(/^[-_. ]+|[-_. ]+$/g, ''));
  if (stem === '') return `image-${dateOf(facts.at)}`;
  return DEVICE.test(stem) ? `_${stem}` : stem;
}

const EMPTY = '\u0000';

/** One fact: no spaces at its ends or doubled, nothing that a file name may not hold. */
function cleanPart(text: string): string {
  return [...cleanText(text).replaceAll('{', '(').replaceAll('}', ')')].slice(0, MAX_PART_CHARACTERS).join('').replace(/^[-_. ]+|[-_. ]+$/g, '');
}

function cleanText(text: string): string {
  return text.normalize('NFC').replace(new RegExp(EMPTY, 'g'), '').toWellFormed().replace(ALL_FORBIDDEN, '-').replace(/\ufffd/g, '-').replace(/\s+/gu, ' ').replace(/-{2,}/g, '-').trim();
}

/** What a person takes for one character is not cut in two. */
const CHARACTERS = new Intl.Segmenter('en', { granularity: 'grapheme' });

function shorten(stem: string): string {
  let bytes = 0;
  let kept = '';
  for (const { segment } of CHARACTERS.segment(stem)) {
    bytes += Buffer.byteLength(segment);
    if (bytes > MAX_STEM_BYTES) break;
    kept += segment;
  }
  return kept.replace(/[-_. ]+$/, '');
}

/** Names that say nothing about what is in an image, in both languages of the program. */
const MEANINGLESS: ReadonlySet<string> = new Set([
  'image', 'img', 'images', 'disk', 'disc', 'drive', 'hdd', 'ssd', 'test', 'tests', 'testing', 'backup', 'back', 'copy', 'clone', 'new', 'new image', 'untitled', 'unnamed', 'noname', 'temp', 'tmp',
  'foo', 'bar', 'asdf', 'qwerty', 'xxx', 'abc', 'old', 'final', 'windows', 'linux', 'pc', 'computer', 'laptop', 'capture', 'dump', 'data', 'file', 'qcow2',
  'schijf', 'kopie', 'reservekopie', 'nieuw', 'nieuwe image', 'naamloos', 'proef', 'oud', 'bestand', 'gegevens', 'back-up',
]);

/**
 * Whether a name can be used for an image on every system that a drive may be carried to. With or without `.qcow2`.
 * @returns warnings: `meaningless` for a name that tells nobody what is in it
 * @throws EngineError `image-name-invalid`
 */
export function checkName(name: string): 'meaningless'[] {
  const invalid = (reason: string): EngineError => new EngineError('image-name-invalid', { name: name.slice(0, 100), reason });
  const stem = stemOf(name);
  if (stem.trim() === '') throw invalid('empty-name');
  const forbidden = FORBIDDEN.exec(stem)?.[0];
  if (forbidden !== undefined || !stem.isWellFormed()) throw invalid(/^[\x21-\x7e]$/.test(forbidden ?? '') ? `forbidden-character ${forbidden}` : 'invisible-character');
  if (/^[ .]|[ .]$/.test(stem)) throw invalid('space-or-dot-at-end');
  if (DEVICE.test(stem)) throw invalid('windows-device');
  if (Buffer.byteLength(stem) > MAX_STEM_BYTES) throw invalid(`name-too-long ${MAX_STEM_BYTES}`);
  return isMeaningless(stem) ? ['meaningless'] : [];
}

function isMeaningless(stem: string): boolean {
  // "image-2" and "test (1)" say no more than "image" and "test".
  const words = stem.toLowerCase().replace(/[-_. ()\d]+$/u, '').replace(/[_.]+/g, ' ').trim();
  return words.length < 3 || MEANINGLESS.has(words);
}

export const stemOf = (name: string): string => (name.toLowerCase().endsWith(IMAGE_EXTENSION) ? name.slice(0, -IMAGE_EXTENSION.length) : name);

/** The same for names that some system takes for one: macOS and Windows mind neither case nor how accents are written. */
const alike = (name: string): string => name.normalize('NFC').toLowerCase();

/**
 * `stem`, or with `-2`, `-3`, ... behind it: one that no image of the folder has, whole or unfinished, under any of the files beside it.
 * @returns the image's path in the folder. A folder that is not there yet has none.
 */
export async function uniquePath(folder: string, stem: string): Promise<string> {
  const names = (await readdir(folder).catch(() => [])).map(alike);
  const taken = (candidate: string): boolean => {
    const own = alike(`${candidate}${IMAGE_EXTENSION}`);
    return names.some((name) => name === own || name.startsWith(`${own}.`));
  };
  let candidate = stem;
  for (let count = 2; taken(candidate); count++) candidate = `${stem}-${count}`;
  return join(folder, `${candidate}${IMAGE_EXTENSION}`);
}
