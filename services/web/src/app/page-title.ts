// The tab's title and icon: where one is, and whether something runs there.
import { useEffect } from 'react';

const IDLE_ICON = '/favicon.svg';
const RUNNING_ICON = '/favicon-running.svg';

/** `running`: how many sessions run; shown before the title and by the icon. */
export function usePageTitle(title: string, running = 0): void {
  useEffect(() => {
    document.title = `${running > 0 ? `(${running}) ` : ''}${title} · Spectral`;
    document.getElementById('favicon')?.setAttribute('href', running > 0 ? RUNNING_ICON : IDLE_ICON);
  }, [title, running]);
}
