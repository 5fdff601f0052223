import { useTranslation } from 'react-i18next';
import type { DiscInfo } from '../../../contract/index.ts';
import { Bytes } from '../../components/Bytes.tsx';
import { Icon } from '../../components/Icon.tsx';
import { SourceStep } from '../../components/SourceStep.tsx';
import { useExtract } from '../../stores/extract.ts';
import { useExampleFolder } from '../../stores/settings.ts';

/** Which disc? An ISO chosen, dropped or typed, or an address. */
export function DiscStep() {
  const { t } = useTranslation();
  const folder = useExampleFolder();
  const { location, disc, discError, inspecting, setLocation, inspect } = useExtract();
  return (
    <SourceStep
      dialog="dialog.image"
      icon="disc"
      texts={{
        title: t('extract:disc.title'), lead: t('extract:disc.lead'), choose: t('windows:iso.choose'), chooseOther: t('wizard:image.choose-other'),
        location: t('wizard:image.location'), example: t('extract:disc.example', { folder }), looking: t('extract:disc.looking'), drop: t('extract:disc.drop'), kinds: t('extract:disc.kinds'),
      }}
      location={location}
      inspecting={inspecting}
      error={discError}
      found={disc && <DiscCard disc={disc} />}
      onLocation={setLocation}
      onInspect={inspect}
      onError={(error) => useExtract.setState({ discError: error })}
    />
  );
}

/** What is on a disc, and what it starts. */
function DiscCard({ disc }: { disc: DiscInfo }) {
  const { t } = useTranslation();
  const boots = [...new Set(disc.boot.map(({ platform }) => t(`extract:platform.${platform}`)))];
  const { views } = disc;
  return (
    <section className="panel image-card" aria-labelledby="disc-name">
      <div className="image-head">
        <span className="disk-row-icon"><Icon name="disc" size={30} /></span>
        <div>
          <h2 id="disc-name">{disc.label || disc.name}</h2>
          <p>{disc.name}</p>
        </div>
      </div>
      <dl className="facts">
        <div><dt>{t('iso:folder.contents')}</dt><dd>{t('iso:files', { count: disc.files })}, <Bytes value={disc.bytes} /></dd></div>
        <div><dt>{t('extract:disc.size')}</dt><dd><Bytes value={disc.size} /></dd></div>
        <div><dt>{t('iso:folder.starts')}</dt><dd>{boots.length > 0 ? boots.join(', ') : t('iso:folder.starts-nothing')}{disc.windows && ` · ${t('extract:disc.windows')}`}</dd></div>
        <div><dt>{t('iso:plan.views')}</dt><dd>{views.map((view) => t(`disc:view.${view}`)).join(', ')}{views.length > 1 && ` · ${t('extract:disc.reads', { view: t(`disc:view.${disc.view}`) })}`}</dd></div>
      </dl>
      {disc.leftOut > 0 && <ul className="notes"><li className="note-warns"><Icon name="warning" size={20} /><span>{t('extract:disc.links', { count: disc.leftOut })}</span></li></ul>}
    </section>
  );
}
