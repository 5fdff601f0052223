import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { pathOf } from '../bridge.ts';
import { Icon } from '../components/Icon.tsx';
import { useNavigation } from '../stores/navigation.ts';
import { useWrite } from '../stores/write.ts';

/** A file dropped anywhere on the window is an image to write. */
export function DropArea() {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
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
      if (path) writeThis(path);
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
        {t('app:drop')}
      </div>
    </div>
  );
}

function writeThis(path: string): void {
  useWrite.getState().restart(false);
  useNavigation.getState().go({ name: 'write' });
  void useWrite.getState().inspect(path);
}
