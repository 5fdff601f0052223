import { checkWords, remedyTextKey, stepTextKey, type CheckResult, type Remedy } from '../contract/index.ts';
import { finder, type Texts } from './texts.ts';

/** What a check found, in one sentence. */
export const findingText = ({ check, finding }: Pick<CheckResult, 'check' | 'finding'>, texts: Texts): string => checkWords(check, 'finding', finding, finder(texts));

/** The figures behind it, each with the command or file it came from. */
export const evidenceTexts = ({ check, evidence }: Pick<CheckResult, 'check' | 'evidence'>, texts: Texts): { readonly text: string; readonly from: string }[] =>
  evidence.map(({ code, params, from }) => ({ text: checkWords(check, 'evidence', { code, params }, finder(texts)), from }));

export const remedyText = ({ code, params }: Pick<Remedy, 'code' | 'params'>, texts: Texts): string => texts(remedyTextKey(code), params);

/** The ways to do it by hand, each with its steps. */
export const wayTexts = ({ ways }: Pick<Remedy, 'ways'>, texts: Texts): { readonly name: string; readonly steps: string[] }[] =>
  ways.map(({ code, steps }) => ({ name: texts(`preflight:way.${code}`), steps: steps.map((step) => texts(stepTextKey(step.code), step.params)) }));

/** A command as people type it. What needs quotes gets them; it is shown, never run by a shell. */
export const commandText = ({ program, args }: { readonly program: string; readonly args: readonly string[] }): string =>
  [program, ...args].map((part) => (/^[\w@%+=:,./\\-]+$/.test(part) ? part : `"${part}"`)).join(' ');
