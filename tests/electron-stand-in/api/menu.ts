/** electron.Menu: a tree that can be looked at. No menu is drawn. */
import { strict } from '../strict.ts';

interface ItemOptions {
  readonly submenu?: readonly ItemOptions[] | Menu;
  readonly [property: string]: unknown;
}

let applicationMenu: Menu | null = null;

export class Menu {
  readonly items: object[] = [];

  static buildFromTemplate(template: readonly ItemOptions[]): Menu {
    const menu = new Menu();
    for (const options of template) {
      const { submenu } = options;
      const nested = submenu === undefined || submenu instanceof Menu ? submenu : Menu.buildFromTemplate(submenu);
      menu.items.push({ enabled: true, visible: true, ...options, ...(nested ? { submenu: nested } : {}) });
    }
    return menu;
  }
  static setApplicationMenu(menu: Menu | null): void { applicationMenu = menu; }
  static getApplicationMenu(): Menu | null { return applicationMenu; }
}
strict('electron.Menu', Menu);
strict('electron.Menu', Menu.prototype);
