/** `apply`, `diff` and `prune`: what files declare, and what is there. */
import {
  SET_ANNOTATION,
  type DeclarationFiles,
  type DeclarationPlan,
  type Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Option, type Command } from 'commander';
import type { Context } from '../Context';
import {
  asRequest,
  readDeclarations,
  setOf,
  type DeclaredDocument,
} from '../declarationFiles';
import { CliError, EXIT } from '../errors';
import { importFile } from '../importing';
import { withPacked } from '../packing';
import { showPlan } from '../planWords';
import { examples, words, yesOption, type Act } from './shared';

/** Between two looks at what takes its time, in milliseconds. */
const LOOK_MS = 2000;
/** As long as a new instance may take to start by default. */
const WAIT_SECONDS = 300;

interface FileFlags {
  file: string[];
  set?: string;
}

interface ApplyFlags extends FileFlags {
  dryRun?: boolean;
  wait?: boolean;
}

function exitCodeOf(plans: DeclarationPlan[]): number {
  if (plans.some(({ action }) => action === 'REFUSED')) return EXIT.refused;
  return plans.every(({ action }) => action === 'SAME')
    ? EXIT.ok
    : EXIT.differs;
}

/** Imports the apps whose versions are not there yet. */
async function importApps(
  context: Context,
  documents: DeclaredDocument[],
  plans: DeclarationPlan[],
): Promise<void> {
  for (const { entity, entityRef, app } of documents) {
    const plan = plans.find(each => each.entityRef === entityRef);
    // One that the catalog has already is merged there.
    if (!app || plan?.action !== 'CREATE' || plan.note) continue;
    const { visibility, launchProfile } = (entity.spec ?? {}) as {
      visibility?: Visibility;
      launchProfile?: string;
    };
    await withPacked(app.checked, app.directory, async bundle => {
      await importFile(context, bundle.path, {
        visibility,
        profile: launchProfile,
      });
    });
  }
}

/** What was done, as it was planned: what was imported a moment ago is in sync by now. */
function told(
  plan: DeclarationPlan,
  plans: DeclarationPlan[],
): DeclarationPlan {
  const planned = plans.find(each => each.entityRef === plan.entityRef);
  return planned && plan.action === 'SAME'
    ? { ...planned, resourceId: plan.resourceId }
    : plan;
}

/** Applies until nothing is on its way any more. */
async function applyAll(
  context: Context,
  files: DeclarationFiles,
  wait: boolean,
): Promise<DeclarationPlan[]> {
  const done = new Map<string, DeclarationPlan>();
  for (let waited = 0; ; waited += LOOK_MS) {
    const plans = await context.api().applyDeclarationFiles(files);
    for (const plan of plans) {
      const before = done.get(plan.entityRef);
      // What was done in an earlier round is in sync now.
      if (!before || plan.action !== 'SAME' || before.action === 'WAIT')
        done.set(plan.entityRef, plan);
    }
    const under = plans.filter(({ action }) => action === 'WAIT');
    if (!under.length || !wait) return [...done.values()];
    if (waited >= WAIT_SECONDS * 1000)
      throw new CliError(
        `${under
          .map(plan => plan.entityRef)
          .join(', ')} did not come to an end in ${WAIT_SECONDS} s.`,
        {
          code: 'STILL_WAITING',
          remedy: under[0].problem?.message,
        },
      );
    context.output.status(
      under[0].problem?.message ?? 'waiting for the store …',
    );
    await context.world.sleep(LOOK_MS);
  }
}

async function apply(context: Context, flags: ApplyFlags): Promise<number> {
  const documents = await readDeclarations(context, flags.file);
  const files: DeclarationFiles = {
    set: setOf(documents, flags.set),
    dryRun: true,
    apply: true,
    prune: false,
    documents: await asRequest(documents),
  };
  const plans = await context.api().applyDeclarationFiles(files);
  if (flags.dryRun || plans.every(({ action }) => action === 'REFUSED')) {
    showPlan(context, plans, 'would');
    return exitCodeOf(plans);
  }
  await importApps(context, documents, plans);
  const done = await applyAll(
    context,
    { ...files, dryRun: false },
    flags.wait !== false,
  );
  showPlan(
    context,
    done.map(plan => told(plan, plans)),
    'did',
  );
  if (done.some(({ action }) => action === 'REFUSED')) return EXIT.refused;
  // What stays different, or is still on its way with --no-wait.
  return done.some(({ action }) => ['DIFFERS', 'WAIT'].includes(action))
    ? EXIT.differs
    : EXIT.ok;
}

async function diff(context: Context, flags: FileFlags): Promise<number> {
  const documents = await readDeclarations(context, flags.file);
  const set = setOf(documents, flags.set);
  const plans = await context.api().applyDeclarationFiles({
    set,
    dryRun: true,
    apply: true,
    // What is no longer in the files is known by the name of their set.
    prune: Boolean(set),
    documents: await asRequest(documents),
  });
  showPlan(context, plans, 'would');
  return exitCodeOf(plans);
}

async function prune(
  context: Context,
  flags: FileFlags & { dryRun?: boolean; yes?: boolean },
): Promise<number> {
  const documents = await readDeclarations(context, flags.file);
  const set = setOf(documents, flags.set);
  if (!set)
    throw new CliError('prune needs to know the set of these files.', {
      exitCode: EXIT.usage,
      code: 'SET_NEEDED',
      remedy: `Add --set NAME, as for apply (without one it was --set default), or the annotation ${SET_ANNOTATION} to the documents.`,
    });
  const files: DeclarationFiles = {
    set,
    dryRun: true,
    apply: false,
    prune: true,
    documents: await asRequest(documents),
  };
  const plans = await context.api().applyDeclarationFiles(files);
  if (!plans.length || flags.dryRun) {
    showPlan(context, plans, 'would');
    return exitCodeOf(plans);
  }
  await context.confirm(
    async () =>
      `${plans
        .map(
          ({ entityRef, file }) =>
            `  ${entityRef}${file ? `, applied from ${file}` : ''}\n`,
        )
        .join('')}End ${
        plans.length === 1 ? 'this one' : `these ${plans.length}`
      } of the set ${set}?`,
    flags.yes,
  );
  const done = await context
    .api()
    .applyDeclarationFiles({ ...files, dryRun: false });
  showPlan(context, done, 'did');
  return done.some(({ action }) => action === 'REFUSED')
    ? EXIT.refused
    : EXIT.ok;
}

const fileOption = () =>
  new Option(
    '-f, --file <path>',
    'a YAML file, a directory with some, or - for standard input; repeat or separate with commas',
  )
    .argParser(words)
    .makeOptionMandatory();

const setOption = () =>
  new Option(
    '--set <name>',
    'the name of these files together, by which prune knows what is no longer in them; the annotation ai-app-store.io/set of the documents names it, too',
  );

const dryRunOption = () =>
  new Option('--dry-run', 'only say what would be done');

const CODES = `
Exit codes:
  0  the same       1  refused        6  differs
`;

export function addApplyCommands(program: Command, act: Act): void {
  program
    .command('apply')
    .description(
      'apply what files declare: apps, tags, instances, secrets and aliases',
    )
    .addOption(fileOption())
    .addOption(setOption())
    .addOption(dryRunOption())
    .option('--no-wait', 'do not wait for new instances to run')
    .addHelpText(
      'after',
      `${examples(
        'app-store apply -f catalog-info.yaml --dry-run',
        'app-store apply -f catalog-info.yaml --set lunch',
      )}${CODES}`,
    )
    .action(act(apply));
  program
    .command('diff')
    .description('compare what files declare with what is there')
    .addOption(fileOption())
    .addOption(setOption())
    .addHelpText(
      'after',
      `${examples('app-store diff -f catalog-info.yaml')}${CODES}`,
    )
    .action(act(diff));
  program
    .command('prune')
    .description('end what was applied before and is no longer in the files')
    .addOption(fileOption())
    .addOption(setOption())
    .addOption(dryRunOption())
    .addOption(yesOption())
    .addHelpText(
      'after',
      examples(
        'app-store prune -f catalog-info.yaml --set lunch --dry-run',
        'app-store prune -f catalog-info.yaml --set lunch',
      ),
    )
    .action(act(prune));
}
