import { randomUUID } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import {
  autopilotFile, buildAnswerFile, EngineError, errnoOf, importAnswerFile, mediaFiles, OPTION_SUPPORT, TIME_ZONES, WINDOWS_VERSIONS, type TreeEntry,
} from '../../native-free-engine/index.ts';
import type { AnswerFileForm, Customising, CustomisingPreview } from '../contract/index.ts';

/** Neither an answer file nor a profile is larger (bytes). */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** The files that customise an installation, as extras for whoever writes the medium. @throws EngineError naming what Windows would not take */
export async function customisingFiles(wanted: Customising): Promise<TreeEntry[]> {
  return mediaFiles({
    answerFile: await answerFileBytes(wanted),
    answerFilePath: pathOf(wanted),
    autopilot: await autopilotText(wanted),
    updatePolicy: wanted.updatePolicy,
    setupComplete: wanted.setupComplete,
  });
}

/** The same, to be looked at. */
export async function previewCustomising(wanted: Customising): Promise<CustomisingPreview> {
  const bytes = await answerFileBytes(wanted);
  const files = await customisingFiles(wanted);
  return {
    xml: bytes && new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : bytes[0] === 0xfe ? 'utf-16be' : 'utf-8').decode(bytes),
    warnings: bytes ? [...importAnswerFile(bytes, pathOf(wanted)).warnings] : [],
    files: files.map(({ path, size }) => ({ path, size })),
  };
}

export const answerFileForm = (): AnswerFileForm => ({
  versions: [...WINDOWS_VERSIONS],
  options: Object.entries(OPTION_SUPPORT).map(([name, { honouredBy, note, source }]) => ({ name, honouredBy: [...honouredBy], note, source })),
  timeZones: [...TIME_ZONES],
});

const pathOf = ({ answerFile }: Customising): string => (answerFile?.kind === 'file' ? answerFile.path : 'Autounattend.xml');

async function answerFileBytes({ answerFile }: Customising): Promise<Uint8Array | null> {
  if (answerFile === null) return null;
  return answerFile.kind === 'file' ? readSmall(answerFile.path) : new TextEncoder().encode(buildAnswerFile(answerFile.options));
}

async function autopilotText({ autopilot }: Customising): Promise<string | null> {
  if (autopilot === null) return null;
  if (autopilot.kind === 'file') return new TextDecoder().decode(await readSmall(autopilot.path));
  return autopilotFile({ ...autopilot.options, profileId: autopilot.options.profileId || randomUUID() });
}

async function readSmall(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > MAX_FILE_BYTES) throw new EngineError('answer-file-malformed', { path, reason: 'too-large', line: 0 });
    return await readFile(path);
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw new EngineError('file-unreadable', { path, errno: errnoOf(error) }, { cause: error });
  }
}
