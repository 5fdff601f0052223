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
const OPEN = /<([A-Za-z_][\w.-]*)((?:\s+[A-Za-z_][\w.-]*\s*=\s*(?:"[^"<&]*"|'[^'<&]*'))*)\s*(\/?)>/y;
const ATTRIBUTE = /([A-Za-z_][\w.-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const CLOSE = /<\/([A-Za-z_][\w.-]*)\s*>/y;
const TEXT = /[^<&]+/y;

/**
 * Reads an XML document of elements, attributes, text and comments: what block
 * maps are made of. Everything that could be used against a reader, such as
 * DOCTYPE, entities and deep nesting, is refused.
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
      attributes[key] = double ?? single ?? '';
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
    return { name, attributes, text: text.trim(), children };
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
