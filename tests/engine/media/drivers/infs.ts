import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * CONSTRUCTED driver packages: INFs as Intel, Realtek and Microsoft lay theirs out (sections, decorations, strings), with
 * invented contents. No line of a genuine package is in them; none was ever loaded by a Windows in these tests.
 */
export interface InfParts {
  readonly className?: string;
  readonly classGuid?: string;
  readonly provider?: string;
  readonly driverVer?: string;
  /** Decoration to hardware IDs; each line may name compatible IDs after a comma. */
  readonly models?: Readonly<Record<string, readonly string[]>>;
  readonly catalog?: string | null;
  readonly files?: readonly string[];
  readonly extra?: string;
}

export const NET_GUID = '{4d36e972-e325-11ce-bfc1-08002be10318}';
export const SCSI_GUID = '{4D36E97B-E325-11CE-BFC1-08002BE10318}';
export const SYSTEM_GUID = '{4d36e97d-e325-11ce-bfc1-08002be10318}';
export const EXTENSION_GUID = '{e2f84ce7-8efa-411c-aa69-97454ca4cb57}';

export function inf({
  className = 'Net', classGuid = NET_GUID, provider = 'Example', driverVer = '01/31/2026,12.19.2.45', models = { NTamd64: ['PCI\\VEN_8086&DEV_15F3'] },
  catalog = 'driver.cat', files = ['driver.sys'], extra = '',
}: InfParts = {}): string {
  const decorations = Object.keys(models).filter((name) => name !== '');
  return [
    '; constructed for a test',
    '[Version]',
    'Signature   = "$Windows NT$" ; the usual one',
    `Class=${className}`,
    `ClassGuid = ${classGuid}`,
    'Provider    = %Provider%',
    ...(catalog === null ? [] : [`CatalogFile = ${catalog}`]),
    `DriverVer   = ${driverVer}`,
    '',
    '[Manufacturer]',
    `%Provider% = Models${decorations.map((name) => `, ${name}`).join('')}`,
    '',
    ...Object.entries(models).flatMap(([decoration, ids]) => [
      `[Models${decoration === '' ? '' : `.${decoration}`}]`,
      ...ids.map((id, index) => `%Device% = Install${index}, \\\n    ${id}`),
      '',
    ]),
    '[SourceDisksNames]',
    '1 = %Disk%,,,',
    '[SourceDisksFiles]',
    ...files.map((file) => `${file} = 1`),
    '[Strings]',
    `Provider = "${provider}"`,
    'Device = "%Provider% Device; with ""quotes"""',
    'Disk = "Disk"',
    '[Strings.0413]',
    'Device = "Apparaat"',
    extra,
  ].join('\r\n');
}

/** Text as the encodings that INFs are met in. */
export const ENCODINGS: Readonly<Record<string, (text: string) => Uint8Array>> = {
  'UTF-16 LE with a mark': (text) => utf16(`\ufeff${text}`, true),
  'UTF-16 BE with a mark': (text) => utf16(`\ufeff${text}`, false),
  'UTF-16 LE without a mark': (text) => utf16(text, true),
  'UTF-8 with a mark': (text) => new TextEncoder().encode(`\ufeff${text}`),
  'ANSI 1252': (text) => Uint8Array.from(text, (char) => char.charCodeAt(0)),
};

function utf16(text: string, little: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), little);
  return new Uint8Array(view.buffer);
}

/** Writes a package into a folder: its INF, its files, its catalogue. */
export function writePackage(folder: string, name: string, parts: InfParts = {}): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, ENCODINGS['UTF-16 LE with a mark']?.(inf(parts)) ?? '');
  for (const file of [...(parts.files ?? ['driver.sys']), ...(parts.catalog === null ? [] : [parts.catalog ?? 'driver.cat'])]) writeFileSync(join(dirname(path), file), `${name} ${file} ${parts.driverVer ?? ''}`);
  return path;
}
