/** `app …` and `admin app …`: apps of the store. */
import type { Command } from 'commander';
import { findApp } from '../find';
import { showApp } from '../present';
import { addAppChanges } from './appChange';
import { addAppContents, addAppInspect } from './appContents';
import { addAppEnds } from './appEnd';
import { addAppImport } from './appImport';
import { addAppList } from './appList';
import { addAppOffers } from './appOffers';
import { addAppOpen } from './appOpen';
import { addAppPreferences } from './appPreferences';
import { addAppRun } from './appRun';
import { APP } from './appWords';
import type { Mount } from './shared';

export function addAppCommands(parent: Command, mount: Mount): void {
  const { act, admin } = mount;
  const app = parent
    .command('app')
    .description(
      admin
        ? 'manage the apps of everybody'
        : 'find, run, publish and change apps',
    );
  addAppList(app, mount);
  app
    .command('get')
    .description('show an app')
    .argument('<app>', APP)
    .action(
      act(async (context, text: string) =>
        showApp(context.output, await findApp(context.api(), text, mount)),
      ),
    );
  addAppImport(app, mount);
  // An admin runs, likes and opens as the person that they are (specification 3.2, note 1).
  if (!admin) {
    addAppRun(app, mount);
    addAppOpen(app, mount);
    addAppPreferences(app, mount);
    addAppInspect(app, mount);
  }
  addAppChanges(app, mount);
  addAppContents(app, mount);
  addAppOffers(app, mount);
  addAppEnds(app, mount);
}
