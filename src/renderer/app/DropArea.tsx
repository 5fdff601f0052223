import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { pathOf } from '../bridge.ts';
import { Icon } from '../components/Icon.tsx';
import { useNavigation } from '../stores/navigation.ts';
import { useExtract } from '../stores/extract.ts';
import { useIso } from '../stores/iso.ts';
import { useRestore } from '../stores/restore.ts';
import { useWindowsStick } from '../stores/windows-stick.ts';
import { useWinpe } from '../stores/winpe.ts';
import { useWrite } from '../stores/write.ts';

/** Wizards that look at what is dropped on them before anything else. */
const LOOKING: readonly string[] = ['windows-stick', 'winpe', 'iso', 'extract'];

/** A file dropped anywhere on the window is an image: to restore where that is asked for or nothing else can be done with it, else to write. */
export function DropArea() {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  const act = useNavigation(({ screen }) => (screen.name === 'restore' || screen.name === 'library' ? 'drop-restore' : LOOKING.includes(screen.name) ? 'drop-look' : 'drop'));
  useEffect(() => {
    const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const drag = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      const file = event.dataTransfer?.files[0];
      const path = file ? pathOf(file) : '';
      if (path) take(path);
    };
    window.addEventListener('dragenter', drag);
    window.addEventListener('dragover', drag);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragenter', drag);
      window.removeEventListener('dragover', drag);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, []);
  if (!over) return null;
  return (
    <div className="drop-area" role="presentation">
      <div className="drop-area-card">
        <Icon name="image" size={48} />
        {t(`app:${act}`)}
      </div>
    </div>
  );
}

/** Formats that hold a disk in a way no stick can boot from. */
const ONLY_RESTORED = /\.(qcow2|vhdx?|vmdk|pcl|partclone)(\.(gz|zst|lz4|xz))?$/i;

function take(path: string): void {
  const { screen } = useNavigation.getState();
  if (screen.name === 'windows-stick') void useWindowsStick.getState().inspect(path);
  else if (screen.name === 'winpe') void useWinpe.getState().inspect(path);
  else if (screen.name === 'iso') void useIso.getState().inspect(path);
  else if (screen.name === 'extract') void useExtract.getState().inspect(path);
  else if (screen.name === 'restore' || screen.name === 'library' || ONLY_RESTORED.test(path)) restoreThis(path);
  else writeThis(path);
}

function restoreThis(path: string): void {
  useRestore.getState().restart(false);
  useNavigation.getState().go({ name: 'restore' });
  void useRestore.getState().describe(path);
}

function writeThis(path: string): void {
  useWrite.getState().restart(false);
  useNavigation.getState().go({ name: 'write' });
  void useWrite.getState().inspect(path);
}
