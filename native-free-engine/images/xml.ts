/** An element of a small XML document. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Its own text, without that of its children, trimmed. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

export class XmlError extends Error {}

const MAX_DEPTH = 8;
const SKIPPED = /\s+|<\?[^<>]*\?>|<!--[^]*?-->/y;
const OPEN = /<([A-Za-z_][\w.-]*)((?:\s+[A-Za-z_][\w.-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
const ATTRIBUTE = /([A-Za-z_][\w.-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const CLOSE = /<\/([A-Za-z_][\w.-]*)\s*>/y;
const TEXT = /[^<]+/y;
/** The five names every XML has, and characters by number; all other entities are refused. */
const ENTITIES = /&(lt|gt|amp|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});|&/g;
const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * Reads an XML document of elements, attributes, text and comments: what block
 * maps and the descriptions in WIM files are made of. Everything that could be used
 * against a reader, such as DOCTYPE, entities of one's own and deep nesting, is refused.
 * @throws XmlError
 */
export function parseXml(document: string): XmlElement {
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(document);
    if (match) at += match[0].length;
    return match;
  };
  const element = (depth: number): XmlElement => {
    const open = take(OPEN);
    if (!open || depth > MAX_DEPTH) throw new XmlError(`not an element at ${at}`);
    const [, name = '', list = '', empty] = open;
    const attributes: Record<string, string> = Object.create(null) as Record<string, string>;
    for (const [, key = '', double, single] of list.matchAll(ATTRIBUTE)) {
      if (key in attributes) throw new XmlError(`attribute ${key} twice`);
      attributes[key] = decoded(double ?? single ?? '');
    }
    const children: XmlElement[] = [];
    let text = '';
    while (empty !== '/') {
      const close = take(CLOSE);
      if (close) {
        if (close[1] !== name) throw new XmlError(`${name} closed by ${close[1] ?? ''}`);
        break;
      }
      const piece = take(TEXT);
      if (piece) text += piece[0];
      else if (!take(SKIPPED)) children.push(element(depth + 1));
    }
    return { name, attributes, text: decoded(text.trim()), children };
  };
  const skip = (): void => {
    while (take(SKIPPED));
  };
  skip();
  const root = element(0);
  skip();
  if (at !== document.length) throw new XmlError(`more after the end at ${at}`);
  return root;
}

/** The document again, without the comments and the space between elements that {@link parseXml} left out; what no XML may hold becomes U+FFFD. */
export function formatXml({ name, attributes, text, children }: XmlElement): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${encoded(value)}"`);
  return `<${name}${list.join('')}>${encoded(text)}${children.map(formatXml).join('')}</${name}>`;
}

function decoded(text: string): string {
  return text.replace(ENTITIES, (_, name?: string) => {
    const named = name === undefined ? undefined : NAMED[name];
    if (named !== undefined) return named;
    const code = name?.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number(name?.slice(1) ?? 0);
    if (code === 0 || code > 0x10ffff) throw new XmlError('an entity of its own');
    return String.fromCodePoint(code);
  });
}

/** Control characters and halves of surrogate pairs: no reader but ours takes a document with one, not even as a number (XML 1.0, 2.2). */
const NOT_XML = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

const encoded = (text: string): string => text.replace(NOT_XML, '\ufffd').replace(/[&<>"]/g, (char) => `&${Object.keys(NAMED).find((name) => NAMED[name] === char)!};`);
