/** An element to be written: its contents are text or further elements. */
export interface Xml {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly content: string | readonly Xml[];
}

export const el = (name: string, content: string | readonly Xml[], attributes: Readonly<Record<string, string>> = {}): Xml => ({ name, attributes, content });

/** An element of a list: Windows wants to be told that it is one more. */
export const added = (name: string, content: readonly Xml[]): Xml => el(name, content, { 'wcm:action': 'add' });

/** Text between tags or in an attribute. Line ends are kept as references: a reader would make spaces or bare line feeds of them. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"'\r\n\t]/g, (char) => ESCAPES[char] ?? `&#${char.charCodeAt(0)};`);
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** What XML 1.0 cannot hold, however it is written: most control characters, halves of surrogate pairs (section 2.2). */
export const isXmlText = (text: string): boolean => !/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/.test(text) && text.isWellFormed();

/** A document with a declaration, indented by two spaces, lines ended as Windows ends them. */
export function xmlDocument(root: Xml): string {
  const lines = ['<?xml version="1.0" encoding="utf-8"?>'];
  write(root, '', lines);
  return `${lines.join('\r\n')}\r\n`;
}

function write({ name, attributes, content }: Xml, indent: string, lines: string[]): void {
  const start = `${indent}<${[name, ...Object.entries(attributes).map(([key, value]) => `${key}="${escapeXml(value)}"`)].join(' ')}`;
  if (content.length === 0) lines.push(`${start} />`);
  else if (typeof content === 'string') lines.push(`${start}>${escapeXml(content)}</${name}>`);
  else {
    lines.push(`${start}>`);
    for (const child of content) write(child, `${indent}  `, lines);
    lines.push(`${indent}</${name}>`);
  }
}
