/** `instance get`, `status`, `launch` and `logs`: how an instance fares. */
import type {
  AppInstance,
  InstanceEvent,
  LaunchReceipt,
  PodStatus,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Command } from 'commander';
import type { Context } from '../Context';
import { findInstance } from '../find';
import { printLogs } from '../launching';
import { showInstance } from '../present';
import { INSTANCE } from './instanceWords';
import { wholeNumber, type Mount } from './shared';

interface LogFlags {
  follow?: boolean;
  previous?: boolean;
  tail?: number;
  container?: string;
}

function showStatus(
  context: Context,
  found: AppInstance,
  pod: PodStatus,
  events: InstanceEvent[],
): void {
  const { output } = context;
  output.result({ ...found, pod, events }, () => {
    output.fields([
      ['ID', found.id],
      ['Status', pod.status],
      ['Reason', pod.reason],
      ['Message', pod.message ?? found.problem?.message],
      ['Exit Code', pod.exitCode],
      ['Restart Count', pod.restartCount],
      ['Last Failure', pod.lastFailure],
      ['Stage', found.stage],
      ['Next Step', found.problem?.remedy],
    ]);
    if (found.conditions?.length)
      output.table(
        ['Condition', 'Status', 'Since', 'Reason', 'Message'],
        found.conditions.map(each => [
          each.type,
          each.status,
          each.lastTransitionTime,
          each.reason,
          each.message,
        ]),
      );
    for (const event of events)
      output.text(
        `${event.lastSeen}  ${event.type}  ${event.reason}  ${event.message}`,
      );
  });
}

const shortly = (ms: number) =>
  ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;

function showReceipt({ output }: Context, receipt: LaunchReceipt): void {
  output.result(receipt, () => {
    const { readyMs, usual, steps } = receipt;
    output.table(
      ['STEP', 'TOOK', 'USUALLY', 'DONE AT'],
      steps.map(({ step, fromMs, toMs, usualMs }) => [
        step,
        shortly(toMs - fromMs),
        usualMs === undefined ? '-' : shortly(usualMs),
        shortly(toMs),
      ]),
    );
    output.note(
      `${
        readyMs === undefined
          ? 'The launch is under way.'
          : `Ready after ${shortly(readyMs)}.`
      }${
        usual.launches < 2
          ? ''
          : ` Half of the last ${
              usual.launches
            } launches of this app were ready within ${shortly(
              usual.medianMs!,
            )}.`
      }`,
    );
  });
}

export function addInstanceLooks(instance: Command, mount: Mount): void {
  const { act } = mount;
  instance
    .command('get')
    .description('show an instance')
    .argument('<instance>', INSTANCE)
    .action(
      act(async (context, text: string) =>
        showInstance(
          context.output,
          await findInstance(context.api(), text, mount),
          { whole: true },
        ),
      ),
    );

  instance
    .command('status')
    .description('show the status of an instance in the cluster')
    .argument('<instance>', INSTANCE)
    .action(
      act(async (context, text: string) => {
        const api = context.api();
        const found = await findInstance(api, text, mount);
        const [pod, events] = await Promise.all([
          api.getInstanceStatus(found.id),
          api.listInstanceEvents(found.id),
        ]);
        showStatus(context, found, pod, events);
      }),
    );

  instance
    .command('launch')
    .description('show what the last launch took, step by step')
    .argument('<instance>', INSTANCE)
    .action(
      act(async (context, text: string) => {
        const api = context.api();
        const { id } = await findInstance(api, text, mount);
        showReceipt(context, await api.getLaunchReceipt(id));
      }),
    );

  instance
    .command('logs')
    .description('print the log of an instance')
    .argument('<instance>', INSTANCE)
    .option('-f, --follow', 'follow the log; Ctrl-C ends it')
    .option('-p, --previous', 'the log of the previous process')
    .option(
      '--tail <lines>',
      'only the last lines, at most 100000',
      wholeNumber,
    )
    .option('-c, --container <name>', 'app (the default), or prepare')
    .action(
      act(async (context, text: string, flags: LogFlags) => {
        const api = context.api();
        const { id } = await findInstance(api, text, mount);
        const abort = new AbortController();
        const off = context.world.onInterrupt(() => abort.abort());
        await printLogs(context, api, id, {
          ...flags,
          signal: abort.signal,
        }).finally(off);
      }),
    );
}
