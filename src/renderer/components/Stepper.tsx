import { useTranslation } from 'react-i18next';
import { Icon } from './Icon.tsx';

/** Where one is in a wizard; done steps have a tick besides their colour. */
export function Stepper({ steps, current }: { steps: readonly { key: string; label: string }[]; current: string }) {
  const { t } = useTranslation();
  const here = steps.findIndex((step) => step.key === current);
  return (
    <nav aria-label={t('wizard:steps')} className="stepper">
      <ol>
        {steps.map((step, index) => {
          const state = index < here ? 'done' : index === here ? 'here' : 'ahead';
          return (
            <li key={step.key} className={`stepper-step stepper-${state}`} aria-current={state === 'here' ? 'step' : undefined}>
              <span className="stepper-number" aria-hidden="true">{state === 'done' ? <Icon name="check" size={16} /> : index + 1}</span>
              <span className="stepper-label">{step.label}</span>
              {state === 'done' && <span className="visually-hidden">{t('wizard:step-done')}</span>}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
