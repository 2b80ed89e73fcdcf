/** `declare …`: writes the declaration of what is there already. */
import {
  CATALOG_API_VERSION,
  declarationsJsonSchema,
  type DeclarationKind,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Option, type Command } from 'commander';
import { writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { stringify } from 'yaml';
import type { Context } from '../Context';
import { findApp, findInstance } from '../find';
import { findSource } from '../findSource';
import { APP } from './appWords';
import { examples, type Act } from './shared';

interface DeclareFlags {
  name?: string;
  output?: string;
}

/** What stands below `metadata` and `spec`. */
interface Declared {
  kind: DeclarationKind;
  name: string;
  title?: string;
  description?: string;
  spec: Record<string, unknown>;
  /** What the writer of the file has to look at. */
  remark?: string;
}

/** A name that a catalog takes. */
function entityName(text: string): string {
  return (
    text
      .replace(/[^A-Za-z0-9_.-]+/g, '-')
      .slice(0, 63)
      .replace(/^[-_.]+|[-_.]+$/g, '') || 'app'
  );
}

/** Without what says nothing. */
function present(spec: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(spec).filter(
      ([, value]) =>
        value !== undefined &&
        value !== '' &&
        !(Array.isArray(value) && !value.length),
    ),
  );
}

async function write(
  context: Context,
  { kind, name, title, description, spec, remark }: Declared,
  flags: DeclareFlags,
): Promise<void> {
  const { output, world } = context;
  const entity = {
    apiVersion: CATALOG_API_VERSION,
    kind,
    metadata: present({
      name: entityName(flags.name ?? name),
      title,
      description,
    }),
    spec: present(spec),
  };
  const yaml = `${remark ? `# ${remark}\n` : ''}${stringify(entity)}`;
  if (flags.output) {
    const path = resolve(world.cwd, flags.output);
    // What is there is not written over: it may declare more.
    await writeFile(path, yaml, { flag: 'wx' });
    output.result({ path, entity }, () => output.line(path));
    return;
  }
  output.result(entity, () => output.text(yaml));
}

const words = (record: Record<string, string>) =>
  Object.keys(record).length ? record : undefined;

export function addDeclareCommands(program: Command, act: Act): void {
  const declare = program
    .command('declare')
    .description('write a declaration of what is there, for catalog-info.yaml')
    .addHelpText(
      'after',
      examples(
        'app-store declare app com.example.lunch > catalog-info.yaml',
        'app-store declare instance 6f1b9d4e --name lunch',
        'app-store declare schema > declarations.schema.json',
      ),
    );
  const add = (
    kind: string,
    argument: string,
    work: (
      context: Context,
      text: string,
      flags: DeclareFlags,
    ) => Promise<Declared>,
  ) =>
    declare
      .command(kind)
      .description(
        `write the declaration of ${/^[ai]/.test(kind) ? 'an' : 'a'} ${kind}`,
      )
      .argument(`<${kind}>`, argument)
      .option('-n, --name <name>', 'the name of the entity')
      .addOption(
        new Option(
          '-o, --output <path>',
          'a new file instead of standard output',
        ),
      )
      .action(
        act(async (context, text: string, flags: DeclareFlags) =>
          write(context, await work(context, text, flags), flags),
        ),
      );
  add('app', APP, async (context, text, flags) => {
    const app = await findApp(context.api(), text);
    const { cwd } = context.world;
    const source = await findSource(
      flags.output ? dirname(resolve(cwd, flags.output)) : cwd,
      app.name,
    );
    return {
      kind: 'App',
      name: app.name,
      title: app.title,
      spec: {
        source: source ?? './',
        visibility: app.visibility,
        tags: app.tags?.map(tag => tag.name),
        launchProfile: app.defaultLaunchProfile ?? undefined,
      },
      remark: source
        ? undefined
        : `No directory here has an app.toml of ${app.name}: write into spec.source where it is, relative to this file.`,
    };
  });
  add(
    'instance',
    'ID of the instance, or the start of it',
    async (context, text) => {
      const instance = await findInstance(context.api(), text);
      return {
        kind: 'AppInstance',
        name: instance.appName,
        spec: {
          appName: instance.appName,
          version: instance.appVersion,
          visibility: instance.visibility,
          launchProfile: instance.launchProfile ?? undefined,
          parameters: words(instance.parameters ?? {}),
          id: instance.id,
        },
      };
    },
  );
  add('alias', 'ID or name of the alias', async (context, text) => {
    const alias = await context.api().getAlias(text);
    return {
      kind: 'AppAlias',
      name: alias.name,
      spec: {
        instanceId: alias.instanceId,
        primary: alias.primary || undefined,
      },
    };
  });
  add('tag', 'ID or name of the tag', async (context, text) => {
    const tag = await context.api().getTag(text);
    return {
      kind: 'AppTag',
      name: tag.name,
      title: tag.title,
      description: tag.description || undefined,
      spec: {
        color: tag.color,
        visitorRoles: tag.visitorRoles,
        adminRoles: tag.adminRoles,
      },
    };
  });
  add('secret', 'name of the secret', async (context, text) => {
    const secret = await context.api().getSecret({ name: text });
    return {
      kind: 'AppSecret',
      name: secret.name,
      spec: {
        keys: Object.fromEntries(
          secret.keys.map(key => [
            key,
            {
              valueFrom: {
                secretKeyRef: { name: entityName(secret.name), key },
              },
            },
          ]),
        ),
      },
      remark:
        'Say where each value is: a Kubernetes Secret, or valueFrom.environmentVariable. An admin allows it.',
    };
  });
  declare
    .command('schema')
    .description('print the JSON Schema of declarations, for editors')
    .action(
      act(async context => context.output.data(declarationsJsonSchema())),
    );
}
