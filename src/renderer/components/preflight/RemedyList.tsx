import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { remedyTextKey, stepTextKey, type CheckResult, type Remedy } from '../../../contract/index.ts';
import { formatPercent } from '../../formatting/numbers.ts';
import { usePreflight, type RemedyRun } from '../../stores/preflight.ts';
import { Button } from '../Button.tsx';
import { Icon, type IconName } from '../Icon.tsx';
import { ErrorNotice } from '../Notice.tsx';
import type { Choices } from './choices.ts';

/** How to put it right: a button where the system has a safe command for it, and the steps by hand. */
export function RemedyList({ result, choices }: { result: CheckResult; choices: Choices }) {
  const remedy = usePreflight((state) => state.remedy);
  return (
    <>
      {result.remedies.map((each) => (
        <div key={each.code} className="remedy">
          <RemedyButton result={result} remedy={each} choices={choices} />
          <Ways remedy={each} />
          {remedy && remedy.check === result.check && remedy.remedy.code === each.code && <Running run={remedy} />}
        </div>
      ))}
    </>
  );
}

/** Choices of the wizard have no commands of their own. */
const isChoice = ({ action }: Remedy): boolean => action !== null && ['take-partitions', 'leave-out-partitions', 'rename', 'split', 'memory-level'].includes(action.id);

const ICONS: Readonly<Partial<Record<NonNullable<Remedy['action']>['id'], IconName>>> = {
  'wait-until-quiet': 'clock', 'scan': 'gauge', 'rename': 'edit', 'decrypt': 'lock', 'memory-level': 'gauge', 'take-partitions': 'plus', 'leave-out-partitions': 'close',
};

function RemedyButton({ result, remedy, choices }: { result: CheckResult; remedy: Remedy; choices: Choices }) {
  const { t } = useTranslation();
  const { again, carryOut } = usePreflight();
  const busy = usePreflight((state) => state.remedy?.running ?? false);
  const { action, commands } = remedy;
  const text = t(remedyTextKey(remedy.code), remedy.params);
  if (action?.id === 'memory-level' && action.level === choices.memory) return <p className="remedy-name"><Icon name="check" size={18} />{t(`wizard:options.memory-${action.level}`)} · {t('check:in-effect')}</p>;
  if (!action) return <p className="remedy-name">{t('check:todo', { remedy: text })}</p>;
  const press = () => {
    if (action.id === 'scan') again([action.check]);
    else if (isChoice(remedy)) choices.choose(action);
    else void carryOut(result.check, remedy);
  };
  return (
    <div className="remedy-act">
      <Button isDisabled={busy} onPress={press}><Icon name={ICONS[action.id] ?? 'check'} size={20} />{text}</Button>
      {commands.length > 0 && (
        <p className="remedy-commands">
          <span>{t('check:runs')}</span>
          {commands.map((command) => <code key={`${command.program} ${command.args.join(' ')}`} className="mono">{[command.program, ...command.args].map(quoted).join(' ')}</code>)}
        </p>
      )}
    </div>
  );
}

/** As people type it; it is shown, never run by a shell. */
const quoted = (part: string): string => (/^[\w@%+=:,./\\-]+$/.test(part) ? part : `"${part}"`);

/** By hand: one way, or the choice between them. */
function Ways({ remedy: { ways } }: { remedy: Remedy }) {
  const { t } = useTranslation();
  if (ways.length === 0) return null;
  const steps = (way: Remedy['ways'][number]) => (
    <ol className="way-steps">
      {way.steps.map((step, index) => <li key={`${step.code} ${index}`}><Step code={step.code} params={step.params} /></li>)}
    </ol>
  );
  const [only] = ways;
  if (ways.length === 1 && only) return <div className="way"><p className="way-name">{t(`preflight:way.${only.code}`)}</p>{steps(only)}</div>;
  return (
    <Tabs className="ways">
      <TabList aria-label={t('check:ways')} className="way-tabs">
        {ways.map(({ code }) => <Tab key={code} id={code} className="way-tab">{t(`preflight:way.${code}`)}</Tab>)}
      </TabList>
      {ways.map((way) => <TabPanel key={way.code} id={way.code} className="way">{steps(way)}</TabPanel>)}
    </Tabs>
  );
}

/** A command to type stands apart, to be read and copied as it is. */
function Step({ code, params }: { code: string; params: Remedy['params'] }) {
  const { t } = useTranslation();
  const { command } = params;
  if (code === 'run' && typeof command === 'string') return <>{t('check:type')} <code className="mono way-command">{command}</code></>;
  return <>{t(stepTextKey(code), params)}</>;
}

function Running({ run }: { run: RemedyRun }) {
  const { t, i18n } = useTranslation();
  const cancel = usePreflight((state) => state.cancel);
  return (
    <div className="remedy-run" role="status">
      {run.running && (
        <p className="remedy-now">
          <span className="spinner spinner-small" aria-hidden="true" />
          <strong>{t('check:working')}{run.share !== null && ` ${formatPercent(i18n.language, run.share)}`}</strong>
          <Button kind="quiet" onPress={cancel}>{t('check:cancel')}</Button>
        </p>
      )}
      {run.lines.length > 0 && <pre className="mono remedy-lines">{run.lines.join('\n')}</pre>}
      {!run.running && run.error === null && <p className="remedy-done"><Icon name="check" size={20} />{t('check:worked')}</p>}
      {run.error && <ErrorNotice error={run.error} />}
    </div>
  );
}
