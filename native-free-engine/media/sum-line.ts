const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r' };

/** As sha256sum(1) writes it: a name with one of these is escaped, and a backslash at the start of the line says so. */
export function sumLine(sha256: string, path: string): string {
  const escaped = path.replace(/[\\\n\r]/g, (character) => ESCAPES[character]!);
  return `${escaped === path ? '' : '\\'}${sha256}  ${escaped}\n`;
}
