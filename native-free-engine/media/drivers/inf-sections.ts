import { EngineError } from '../../base/errors.ts';

/** A line of a section: `key = value, value`; without a key when there is no equals sign. */
export interface InfLine {
  readonly key: string;
  readonly values: readonly string[];
}

/** Lines by section, names in lower case. A section that stands there twice is one (INF Files, General Syntax Rules). */
export type InfSections = ReadonlyMap<string, readonly InfLine[]>;

const MAX_LINES = 400_000;
/** Longest line that Windows takes, characters; what is longer is no INF. */
const MAX_LINE = 4096 * 4;

/**
 * Splits an INF into sections and values: comments after `;`, lines that go on after a `\`, quotation marks with `""` inside
 * for one. Nothing is expanded yet.
 * @throws EngineError `inf-invalid`
 */
export function infSections(text: string, path: string): InfSections {
  const sections = new Map<string, InfLine[]>();
  let lines: InfLine[] | null = null;
  let count = 0;
  for (const line of logicalLines(text, path)) {
    if (++count > MAX_LINES) throw new EngineError('inf-invalid', { path, reason: `too-many-lines ${MAX_LINES}` });
    const section = /^\[([^\]]{1,255})\]/.exec(line);
    if (section) {
      const name = (section[1] ?? '').trim().toLowerCase();
      lines = sections.get(name) ?? [];
      sections.set(name, lines);
    } else {
      lines?.push(parseLine(line));
    }
  }
  return sections;
}

/** Lines without comments, blanks and the breaks of lines that go on. */
function* logicalLines(text: string, path: string): Generator<string> {
  let before = '';
  for (let at = 0; at < text.length;) {
    let end = at;
    while (end < text.length && text[end] !== '\n' && text[end] !== '\r') end++;
    if (end - at > MAX_LINE || before.length > MAX_LINE) throw new EngineError('inf-invalid', { path, reason: 'line-too-long' });
    const line = withoutComment(text.slice(at, end)).trim();
    at = text[end] === '\r' && text[end + 1] === '\n' ? end + 2 : end + 1;
    if (line.endsWith('\\') && at < text.length) {
      before += line.slice(0, -1);
      continue;
    }
    const whole = (before + line).trim();
    before = '';
    if (whole !== '') yield whole;
  }
}

function withoutComment(line: string): string {
  const semicolon = line.indexOf(';');
  if (semicolon < 0) return line;
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    if (line[i] === '"') quoted = !quoted;
    else if (line[i] === ';' && !quoted) return line.slice(0, i);
  }
  return line;
}

function parseLine(line: string): InfLine {
  const values: string[] = [];
  let key: string | null = null;
  let value = '';
  let quoted = false;
  // What stood between quotation marks keeps its blanks.
  let keep = 0;
  const end = (): void => {
    values.push(value.slice(0, keep) + value.slice(keep).trimEnd());
    value = '';
    keep = 0;
  };
  for (let i = 0; i < line.length; i++) {
    const char = line[i] ?? '';
    if (char === '"') {
      if (quoted && line[i + 1] === '"') {
        value += '"';
        i++;
      } else quoted = !quoted;
      keep = value.length;
    } else if (!quoted && char === '=' && key === null && values.length === 0) {
      key = value.trim();
      value = '';
      keep = 0;
    } else if (!quoted && char === ',') end();
    else if (quoted || value !== '' || !/\s/.test(char)) value += char;
  }
  if (value !== '' || keep > 0 || values.length > 0) end();
  return { key: key ?? '', values };
}
