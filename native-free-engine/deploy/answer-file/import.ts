import { EngineError } from '../../base/errors.ts';
import { markedEncoding } from '../../struct/index.ts';
import { scanXml, XmlFault } from './scan-xml.ts';

/** What is odd about an answer file, by its key in answer-file.json under `warning`. */
export type AnswerFileWarning =
  /** The pass does not run when Windows is installed from a medium. */
  | { readonly code: 'pass-not-run'; readonly pass: string }
  /** No pass of this name exists. */
  | { readonly code: 'pass-unknown'; readonly pass: string }
  /** It erases a disk with no question asked. */
  | { readonly code: 'wipes-disk' }
  /** No part is for this architecture. */
  | { readonly code: 'architecture'; readonly found: string };

/** Somebody's own answer file, kept byte for byte. */
export interface ImportedAnswerFile {
  readonly bytes: Uint8Array;
  readonly passes: readonly string[];
  readonly architectures: readonly string[];
  readonly warnings: readonly AnswerFileWarning[];
}

const MAX_BYTES = 4 * 1024 * 1024;
const RUN = new Set(['windowsPE', 'offlineServicing', 'specialize', 'oobeSystem']);
/** These wait for sysprep or for the audit mode. */
const NOT_RUN = new Set(['generalize', 'auditSystem', 'auditUser']);

/**
 * Looks at an answer file that is to be used as it is.
 * @param path for messages
 * @param architecture of the medium, when it is known
 * @throws EngineError `answer-file-malformed`
 */
export function importAnswerFile(bytes: Uint8Array, path: string, architecture?: string): ImportedAnswerFile {
  const malformed = (reason: string, line: number): EngineError => new EngineError('answer-file-malformed', { path, reason, line });
  if (bytes.length > MAX_BYTES) throw malformed('too-large', 0);
  const passes = new Set<string>();
  const architectures = new Set<string>();
  let wipes = false;
  try {
    scanXml(decode(bytes), ({ name, attributes, path: above }) => {
      if (above.length === 0 && name !== 'unattend') throw new XmlFault(`xml-other-root ${name}`, 1);
      if (above.length === 1 && name === 'settings') passes.add(attributes.get('pass') ?? '');
      if (above.length === 2 && name === 'component') architectures.add(attributes.get('processorArchitecture') ?? '');
      // Whatever its value says: nobody writes the element to say false.
      if (name === 'WillWipeDisk') wipes = true;
    });
  } catch (error) {
    if (error instanceof XmlFault) throw malformed(error.message, error.line);
    if (error instanceof TypeError) throw malformed('wrong-encoding', 1);
    throw error;
  }
  const warnings: AnswerFileWarning[] = [...passes].filter((pass) => !RUN.has(pass)).map((pass) => ({ code: NOT_RUN.has(pass) ? 'pass-not-run' : 'pass-unknown', pass }));
  if (wipes) warnings.push({ code: 'wipes-disk' });
  if (architecture && architectures.size > 0 && !architectures.has(architecture)) warnings.push({ code: 'architecture', found: [...architectures].join(', ') });
  return { bytes, passes: [...passes], architectures: [...architectures], warnings };
}

/** By its byte order mark or declaration, as Setup does. @throws TypeError for bytes that are none of it */
function decode(bytes: Uint8Array): string {
  const strict = (encoding: string): string => new TextDecoder(encoding, { fatal: true }).decode(bytes);
  const marked = markedEncoding(bytes);
  if (marked) return strict(marked);
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 200));
  const named = /^<\?xml[^>]*encoding\s*=\s*["']([\w-]+)["']/.exec(head)?.[1]?.toLowerCase();
  return strict(named === 'windows-1252' || named === 'iso-8859-1' || named === 'us-ascii' ? 'windows-1252' : 'utf-8');
}
