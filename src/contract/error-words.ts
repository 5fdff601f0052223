import type { PlainError } from './error.ts';

/** Looks a text up by `namespace:key`; null where there is none. */
export type FindText = (key: string, params: Readonly<Record<string, string | number>>) => string | null;

type Params = PlainError['params'];

/** Errors whose `what` names the thing that is not the same as before. */
const DIFFERS: ReadonlySet<string> = new Set(['disk-changed', 'source-changed', 'image-manifest-other', 'resume-mismatch']);

/**
 * Details travel as codes, `cell-free 4128` with the figure behind it, and are told in words of the reader's language. What is none, a
 * message of the system or the name of a field, stays as it is.
 * @param code of the error; empty for what a check found
 */
export function paramsInWords(code: string, params: Params, find: FindText): Params {
  const words: Record<string, string> = {};
  for (const name of ['reason', 'detail'] as const) {
    const text = params[name];
    if (typeof text === 'string') words[name] = inWords(text, params, find);
  }
  const { what } = params;
  if (typeof what === 'string' && DIFFERS.has(code)) words['what'] = find(`reasons:differs.${what}`, {}) ?? find(`disks:reason.${what}`, params) ?? what;
  // A check has no sentence that tells the cause behind it.
  if (code === '' && words['detail'] !== undefined) words['detail'] = becauseOf(words['detail'], find).slice(2) || words['detail'];
  if (code !== '') words['because'] = becauseOf(params['errno'], find);
  return { ...params, ...words };
}

/** What the system itself named, to stand behind a title; empty where it named nothing that tells more than the title. */
function becauseOf(errno: string | number | undefined, find: FindText): string {
  const cause = typeof errno === 'string' && /^E[A-Z0-9]+$/.test(errno) ? find(`reasons:errno.${errno}`, {}) : null;
  return cause ? `: ${cause}` : '';
}

function inWords(text: string, params: Params, find: FindText): string {
  const [, code = '', value = ''] = /^([a-z]+(?:-[a-z]+)*)(?: (.*))?$/s.exec(text) ?? [];
  const reason = code && find(`reasons:reason.${code}`, { value });
  if (reason) return reason;
  // Of a disk that may not be written there may be several.
  const several = text.split(', ').map((each) => (/^[a-z-]+$/.test(each) ? find(`disks:reason.${each}`, params) : null));
  return several.every((each) => each !== null) ? several.join('; ') : text;
}
