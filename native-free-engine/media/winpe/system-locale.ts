import { EngineError } from '../../base/errors.ts';
import type { TreeEntry } from '../../io/file-tree.ts';
import type { Hive, HiveSetting } from '../../registry/index.ts';

/**
 * Locale, its identifier, and the code pages of Windows, of its console and of Macintosh files ([MS-LCID]; "Code Page Identifiers"; "NLS
 * information for locales"). Only those with letters that every WinPE can show: Chinese, Japanese and Korean need fonts that it lacks.
 */
const LOCALES = `
en-US 0409 1252 437 10000|en-GB 0809 1252 850 10000|en-IE 1809 1252 850 10000|en-CA 1009 1252 850 10000|en-AU 0c09 1252 850 10000|en-NZ 1409 1252 850 10000
nl-NL 0413 1252 850 10000|nl-BE 0813 1252 850 10000|de-DE 0407 1252 850 10000|de-AT 0c07 1252 850 10000|de-CH 0807 1252 850 10000
fr-FR 040c 1252 850 10000|fr-BE 080c 1252 850 10000|fr-CH 100c 1252 850 10000|fr-CA 0c0c 1252 850 10000|it-IT 0410 1252 850 10000
es-ES 0c0a 1252 850 10000|es-MX 080a 1252 850 10000|pt-PT 0816 1252 850 10000|pt-BR 0416 1252 850 10000
da-DK 0406 1252 850 10000|sv-SE 041d 1252 850 10000|nb-NO 0414 1252 850 10000|fi-FI 040b 1252 850 10000
pl-PL 0415 1250 852 10029|cs-CZ 0405 1250 852 10029|sk-SK 041b 1250 852 10029|hu-HU 040e 1250 852 10029|sl-SI 0424 1250 852 10029
hr-HR 041a 1250 852 10082|ro-RO 0418 1250 852 10010|et-EE 0425 1257 775 10029|lv-LV 0426 1257 775 10029|lt-LT 0427 1257 775 10029
ru-RU 0419 1251 866 10007|bg-BG 0402 1251 866 10007|uk-UA 0422 1251 866 10017|el-GR 0408 1253 737 10006|tr-TR 041f 1254 857 10081
`.trim().split(/[|\n]/).map((line) => {
  const [locale = '', id = '', ansi = '', oem = '', mac = ''] = line.split(' ');
  return { locale, id, ansi, oem, mac };
});

/**
 * The system locale: for programs that know no Unicode, and the code page of the console. It is what `dism /Set-SysLocale` is for. A
 * Windows whose code page has no file does not start, so that one must be in the image. `InstallLanguage`, which
 * tells the language of Windows' own texts, stays: that is a question of language packs.
 * @param image files of the image
 * @param system its SYSTEM
 * @param controlSet of SYSTEM
 * @throws EngineError `winpe-locale-unknown`; `winpe-locale-files` for an image without the files of its code pages
 */
export async function systemLocale(image: readonly TreeEntry[], system: Hive, locale: string, controlSet: string): Promise<HiveSetting[]> {
  const found = LOCALES.find((each) => each.locale.toLowerCase() === locale.trim().toLowerCase());
  if (!found) throw new EngineError('winpe-locale-unknown', { locale, known: LOCALES.map((each) => each.locale).join(', ') });
  const { id, ansi, oem, mac } = found;
  const hasPage = (page: string): boolean => image.some(({ kind, path }) => kind === 'file' && path.toLowerCase() === `windows/system32/c_${page}.nls`);
  const missing = [...new Set([ansi, oem])].filter((page) => !hasPage(page));
  if (missing.length > 0) throw new EngineError('winpe-locale-files', { locale: found.locale, files: missing.map((page) => `C_${page}.NLS`).join(', ') });
  const nls = `${controlSet}\\Control\\Nls`;
  const set = (key: string, name: string, text: string): HiveSetting => ({ key: `${nls}\\${key}`, name, value: { kind: 'text', text } });
  const settings = [set('Language', 'Default', id), set('CodePage', 'ACP', ansi), set('CodePage', 'OEMCP', oem)];
  if (hasPage(mac)) settings.push(set('CodePage', 'MACCP', mac));
  // Not every Windows has it: only one that is there is kept in step.
  const kept = await system.key(`${nls}\\Locale`);
  if (kept && (await kept.value('')) !== null) settings.push(set('Locale', '', id.padStart(8, '0')));
  return settings;
}
