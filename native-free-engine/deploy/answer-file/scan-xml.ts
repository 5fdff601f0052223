/** A place where a document is not XML. */
export class XmlFault extends Error {
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/** The start of an element, with the names of the elements around it, outermost first. */
export interface XmlStart {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly path: readonly string[];
}

const NAME = '[A-Za-z_:\\u00b7-\\uffff][-.\\w:\\u00b7-\\uffff]*';
const VALUE = '"[^"<]*"|\'[^\'<]*\'';
const DECLARATION = /<\?xml\s[^<>]*\?>/y;
const INSTRUCTION = /<\?(?!xml[\s?])[A-Za-z_][^]*?\?>/iy;
const COMMENT = /<!--[^]*?-->/y;
const CDATA = /<!\[CDATA\[[^]*?\]\]>/y;
const OPEN = new RegExp(`<(${NAME})((?:\\s+${NAME}\\s*=\\s*(?:${VALUE}))*)\\s*(/?)>`, 'y');
const ATTRIBUTE = new RegExp(`(${NAME})\\s*=\\s*(${VALUE})`, 'g');
const CLOSE = new RegExp(`</(${NAME})\\s*>`, 'y');
const TEXT = /[^<]+/y;
const REFERENCE = /&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)/;
const ILLEGAL = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;
const MAX_DEPTH = 64;

/**
 * Goes through a document and tells the start of each element. Accepts what XML 1.0 calls well-formed, without a DOCTYPE
 * and so without entities of its own: Setup wants neither, and both can be used against a reader.
 * @throws XmlFault
 */
export function scanXml(document: string, onStart: (start: XmlStart) => void): void {
  let at = document.startsWith('\ufeff') ? 1 : 0;
  const fail = (reason: string): never => {
    let line = 1;
    for (let i = document.indexOf('\n'); i >= 0 && i < at; i = document.indexOf('\n', i + 1)) line++;
    throw new XmlFault(reason, line);
  };
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(document);
    if (match) at += match[0].length;
    return match;
  };
  const checkText = (text: string): void => {
    if (REFERENCE.test(text)) fail('xml-reference');
    if (text.includes(']]>')) fail('xml-cdata-end');
  };
  if (ILLEGAL.test(document)) fail('control-character');
  take(DECLARATION);
  const path: string[] = [];
  let roots = 0;
  while (at < document.length) {
    const text = take(TEXT)?.[0];
    if (text !== undefined) {
      if (path.length === 0 && text.trim() !== '') fail('xml-text-outside');
      checkText(text);
      continue;
    }
    const comment = take(COMMENT)?.[0];
    if (comment !== undefined) {
      if (comment.slice(4, -3).includes('--')) fail('xml-comment');
      continue;
    }
    if (take(INSTRUCTION)) continue;
    if (path.length > 0 && take(CDATA)) continue;
    const close = take(CLOSE);
    if (close) {
      if (path.pop() !== close[1]) fail(`xml-closes-nothing ${close[1] ?? ''}`);
      continue;
    }
    const open = take(OPEN);
    if (!open) return fail(document.startsWith('<!DOCTYPE', at) ? 'xml-doctype' : 'xml-not-a-tag');
    const [, name = '', list = '', empty] = open;
    const attributes = new Map<string, string>();
    for (const [, key = '', value = ''] of list.matchAll(ATTRIBUTE)) {
      if (attributes.has(key)) fail(`xml-attribute-twice ${key}`);
      checkText(value);
      attributes.set(key, value.slice(1, -1));
    }
    if (path.length === 0 && ++roots > 1) fail('xml-second-root');
    if (path.length >= MAX_DEPTH) fail('xml-too-deep');
    onStart({ name, attributes, path: [...path] });
    if (empty !== '/') path.push(name);
  }
  const left = path.at(-1);
  if (left !== undefined) fail(`xml-not-closed ${left}`);
  if (roots === 0) fail('xml-no-root');
}
