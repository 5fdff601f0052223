import type { TreeEntry } from '../../io/file-tree.ts';
import { memoryEntry } from '../../io/memory-entry.ts';
import { commandFile } from '../command-file.ts';
import { utf16leBytes } from '../../struct/utf16.ts';
import { checkAutopilot } from '../autopilot/autopilot.ts';
import { updatePolicyFile, type UpdatePolicy } from '../update-policy/update-policy.ts';
import { importAnswerFile } from './import.ts';

/** What is put on a medium besides the files of its disc. */
export interface Customising {
  /** An answer file, made here or somebody's own. */
  readonly answerFile: Uint8Array | null;
  /** Where it came from, for messages. */
  readonly answerFilePath?: string;
  /** An Autopilot profile, checked once more. */
  readonly autopilot: string | null;
  /** For an answer file that is not ours; ours brings its own in the specialize pass. */
  readonly updatePolicy: UpdatePolicy | null;
  /** Lines of SetupComplete.cmd, which runs once as the system when Windows is installed and nobody has logged on yet. */
  readonly setupComplete: readonly string[];
}

/** `$OEM$\$$` becomes C:\Windows, `$OEM$\$1` C:\. */
const WINDOWS = 'sources/$OEM$/$$';
const SCRIPTS = `${WINDOWS}/Setup/Scripts`;
const POLICY = 'UpdatePolicy.reg';

/**
 * The files for a Windows medium, as extras for whoever writes it. An answer file stands at the root, where Setup looks;
 * one without a windowsPE pass would have its later passes dropped there, so it goes into C:\Windows\Panther by way of `$OEM$`.
 * @throws EngineError `answer-file-malformed`, `autopilot-invalid`, `update-policy-invalid`, `answer-file-text`
 */
export function mediaFiles({ answerFile, answerFilePath = 'Autounattend.xml', autopilot, updatePolicy, setupComplete }: Customising): TreeEntry[] {
  const files: TreeEntry[] = [];
  if (answerFile) {
    const { passes } = importAnswerFile(answerFile, answerFilePath);
    files.push(memoryEntry(passes.includes('windowsPE') ? 'Autounattend.xml' : `${WINDOWS}/Panther/unattend.xml`, answerFile));
  }
  if (autopilot !== null) files.push(memoryEntry(`${WINDOWS}/Provisioning/Autopilot/AutopilotConfigurationFile.json`, new TextEncoder().encode(checkAutopilot(autopilot))));
  if (updatePolicy) files.push(memoryEntry(`${SCRIPTS}/${POLICY}`, utf16leBytes(updatePolicyFile(updatePolicy))));
  const lines = [...(updatePolicy ? [`reg.exe import "%~dp0${POLICY}"`] : []), ...setupComplete];
  if (lines.length > 0) files.push(memoryEntry(`${SCRIPTS}/SetupComplete.cmd`, commandFile(lines)));
  return files;
}
