/** `instance …`: running and suspended copies of apps. */
import type { Visibility } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Command } from 'commander';
import { findApp, findInstance } from '../find';
import { follow, printLogs } from '../launching';
import { showInstance } from '../present';
import { examples, visibilityOption, wholeNumber, type Act } from './shared';

const INSTANCE = "an instance's id, or the beginning of one";

export function addInstanceCommands(program: Command, act: Act): void {
  const instance = program
    .command('instance')
    .description('running and suspended copies of apps');

  instance
    .command('list')
    .alias('ls')
    .description('your instances, or all that you may see')
    .argument('[app]', 'only of this app')
    .option('-a, --all', 'all instances that you may see')
    .action(
      act(
        async (context, text: string | undefined, flags: { all?: boolean }) => {
          const api = context.api();
          const app = text ? await findApp(api, text) : undefined;
          const instances = await api.listAllInstances({
            scope: flags.all ? 'visible' : 'mine',
            appId: app?.id,
          });
          const { output } = context;
          output.result(instances, () => {
            if (!instances.length) {
              output.note('There are none. `app-store app run` starts one.');
              return;
            }
            output.table(
              ['ID', 'APP', 'OWNER', 'VISIBILITY', 'STATUS', 'URL'],
              instances.map(i => [
                i.id,
                `${i.appTitle} ${i.appVersion}`,
                i.owner ?? '',
                i.visibility,
                i.terminating ? 'TERMINATING' : i.status,
                i.url,
              ]),
            );
          });
        },
      ),
    );

  instance
    .command('get')
    .description('what is known of an instance')
    .argument('<instance>', INSTANCE)
    .action(
      act(async (context, text: string) =>
        showInstance(context.output, await findInstance(context.api(), text)),
      ),
    );

  instance
    .command('logs')
    .description('print the output of an instance')
    .argument('<instance>', INSTANCE)
    .option('-f, --follow', 'go on as more comes; Ctrl-C ends it')
    .option('-p, --previous', 'of the process before this one')
    .option(
      '--tail <lines>',
      'only the last lines, 100000 at most',
      wholeNumber,
    )
    .option(
      '-c, --container <name>',
      'app, or the stage bundle or dependencies',
    )
    .action(
      act(
        async (
          context,
          text: string,
          flags: {
            follow?: boolean;
            previous?: boolean;
            tail?: number;
            container?: string;
          },
        ) => {
          const api = context.api();
          const { id } = await findInstance(api, text);
          const abort = new AbortController();
          const off = context.world.onInterrupt(() => abort.abort());
          await printLogs(context, api, id, {
            ...flags,
            signal: abort.signal,
          }).finally(off);
        },
      ),
    );

  instance
    .command('status')
    .description('how an instance fares in the cluster')
    .argument('<instance>', INSTANCE)
    .action(
      act(async (context, text: string) => {
        const api = context.api();
        const found = await findInstance(api, text);
        const events = found.can.status
          ? await api.listInstanceEvents(found.id)
          : [];
        const { output } = context;
        output.result({ ...found, events }, () => {
          output.fields([
            ['ID', found.id],
            ['Status', found.status],
            ['Stage', found.stage],
            ['Reason', found.problem?.code],
            ['Message', found.problem?.message],
            ['Next step', found.problem?.remedy],
            ['Restart Count', found.restartCount],
          ]);
          for (const event of events)
            output.text(
              `${event.lastSeen}  ${event.type}  ${event.reason}  ${event.message}`,
            );
        });
      }),
    );

  const change = (name: 'suspend' | 'resume', description: string) =>
    instance
      .command(name)
      .description(description)
      .argument('<instance>', INSTANCE)
      .action(
        act(async (context, text: string) => {
          const api = context.api();
          const { id } = await findInstance(api, text);
          if (name === 'suspend') {
            showInstance(context.output, await api.suspendInstance(id));
            return;
          }
          const resumed = await api.resumeInstance(id);
          showInstance(context.output, await follow(context, api, resumed));
        }),
      );
  change('suspend', 'end its pod and keep its volume');
  change('resume', 'start it again and wait until it runs');

  instance
    .command('update')
    .description('change who may open an instance')
    .argument('<instance>', INSTANCE)
    .addOption(visibilityOption('the instance', { mandatory: true }))
    .action(
      act(async (context, text: string, flags: { visibility: Visibility }) => {
        const api = context.api();
        const { id } = await findInstance(api, text);
        showInstance(
          context.output,
          await api.updateInstance(id, { visibility: flags.visibility }),
        );
      }),
    );

  instance
    .command('terminate')
    .description('end an instance for good, with its volume')
    .argument('<instance>', INSTANCE)
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', examples('app-store instance terminate 1a2b -y'))
    .action(
      act(async (context, text: string, flags: { yes?: boolean }) => {
        const api = context.api();
        const found = await findInstance(api, text);
        await context.confirm(
          `Terminate ${found.appTitle} (${found.id})? What is on its volume is lost.`,
          flags.yes,
        );
        await api.terminateInstance(found.id);
        context.output.result({ id: found.id, terminated: true }, () =>
          context.output.line(`Terminated ${found.id}.`),
        );
      }),
    );
}
