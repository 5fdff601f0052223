import { EngineError } from '../../base/errors.ts';
import type { AnswerFileOptions, Join, LocalAccount } from './options.ts';
import { TIME_ZONES } from './time-zones.ts';
import { isXmlText } from './xml-text.ts';

/** Accounts and groups that every Windows has, or that mean something else (SAM account names). */
const TAKEN_NAMES = new Set(['administrator', 'administrators', 'users', 'guests', 'everyone', 'guest', 'defaultaccount', 'wdagutilityaccount', 'system', 'localservice', 'networkservice', 'none', 'local service', 'network service']);
/** Of a name of a SAM account (NetUserAdd, USER_INFO). */
const MAX_ACCOUNT = 20;
const MAX_PASSWORD = 127;
const MAX_LOGONS = 99_999;
const NOT_IN_ACCOUNT = /["/\\[\]:;|=,+*?<>@]/;
const NOT_IN_WORKGROUP = /["/\\[\]:;|=,+*?<>. ]/;
const LANGUAGE = /^[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|\d{3}))?$/;
const KEYBOARD = /^(?:[0-9a-f]{4}:[0-9a-f]{8}|[a-z]{2,3}(?:-[A-Z][a-z]{3})?-[A-Z]{2})$/i;
/** No vowels, no 0, 1, 5, A, E, I, L, O, S, U, Z; N since Windows 8. */
const PRODUCT_KEY = /^[BCDFGHJKMNPQRTVWXY2346789]{5}(?:-[BCDFGHJKMNPQRTVWXY2346789]{5}){4}$/i;

/**
 * What Setup would stumble over in the middle of an installation is refused here. Names of computers, disks, commands and
 * update policies are checked where they are written.
 * @throws EngineError `answer-file-...`
 */
export function checkOptions(options: AnswerFileOptions): void {
  checkTexts(options);
  if (options.architectures.length === 0 || new Set(options.architectures).size < options.architectures.length) throw new EngineError('answer-file-conflict', { one: 'architectures', other: 'architectures' });
  for (const tag of [options.language, options.region]) if (tag !== null && !LANGUAGE.test(tag)) throw new EngineError('answer-file-locale', { value: tag });
  if (options.keyboard !== null && !options.keyboard.split(';').every((each) => KEYBOARD.test(each))) throw new EngineError('answer-file-keyboard', { value: options.keyboard });
  if (options.timeZone !== null && !TIME_ZONES.includes(options.timeZone)) throw new EngineError('answer-file-time-zone', { value: options.timeZone });
  if (options.productKey !== null && !PRODUCT_KEY.test(options.productKey)) throw new EngineError('answer-file-product-key');
  if (options.edition?.kind === 'index' && !(Number.isInteger(options.edition.index) && options.edition.index >= 1 && options.edition.index <= 1000)) throw new EngineError('answer-file-edition', { value: options.edition.index });
  if (options.edition?.kind === 'name' && options.edition.name.trim() === '') throw new EngineError('answer-file-edition', { value: '' });
  if (options.account) checkAccount(options.account);
  if (options.join) checkJoin(options.join);
  // Windows takes no account and no workgroup of the computer's own name.
  const sameAs = (name: string | undefined): boolean => options.computerName !== null && name?.toLowerCase() === options.computerName.toLowerCase();
  if (sameAs(options.account?.name)) throw new EngineError('answer-file-account', { name: options.account?.name ?? '' });
  if (options.join?.kind === 'workgroup' && sameAs(options.join.name)) throw new EngineError('answer-file-join', { name: options.join.name });
  // Joining happens before the command that gives the name: the machine would stand in the domain under another one.
  if (options.join?.kind === 'domain' && options.computerName?.includes('%')) throw new EngineError('answer-file-conflict', { one: options.computerName, other: options.join.domain });
}

function checkAccount({ name, password, autoLogons }: LocalAccount): void {
  const bad = name.trim() === '' || name.length > MAX_ACCOUNT || NOT_IN_ACCOUNT.test(name) || /^[. ]|[. ]$/.test(name) || TAKEN_NAMES.has(name.toLowerCase());
  if (bad) throw new EngineError('answer-file-account', { name });
  if (password.length > MAX_PASSWORD) throw new EngineError('answer-file-text', { text: 'password' });
  if (!Number.isInteger(autoLogons) || autoLogons < 0 || autoLogons > MAX_LOGONS) throw new EngineError('answer-file-account', { name: `${name}: ${autoLogons}` });
}

function checkJoin(join: Join): void {
  if (join.kind === 'workgroup') {
    if (join.name.length === 0 || join.name.length > 15 || NOT_IN_WORKGROUP.test(join.name)) throw new EngineError('answer-file-join', { name: join.name });
    return;
  }
  if (!/^(?=.{1,255}$)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/.test(join.domain)) throw new EngineError('answer-file-join', { name: join.domain });
  if (join.user.trim() === '' || join.password === '') throw new EngineError('answer-file-join', { name: `${join.domain}: ${join.user}` });
  if (join.organizationalUnit !== '' && !/^(?:OU|CN|DC)=.+/i.test(join.organizationalUnit)) throw new EngineError('answer-file-join', { name: join.organizationalUnit });
}

/** Every text of the options can stand in XML. */
function checkTexts(value: unknown, name = ''): void {
  if (typeof value === 'string') {
    if (isXmlText(value) && !/[\r\n]/.test(value)) return;
    // A password is not shown, in no error either.
    throw new EngineError('answer-file-text', { text: name === 'password' ? name : value.replace(/[^ -~]/g, '?').slice(0, 60) });
  } else if (Array.isArray(value)) value.forEach((each) => checkTexts(each));
  else if (typeof value === 'object' && value !== null) for (const [key, each] of Object.entries(value)) checkTexts(each, key);
}
