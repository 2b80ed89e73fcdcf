/** The reference of the command as Markdown, generated from its own help. */
import type { Command } from 'commander';
import { createProgram } from '../program';

const WIDTH = 88;

/** The commands below one, in their order, with all the words before their names. */
function leavesOf(command: Command, words: string): Array<[string, Command]> {
  const below = command.commands.filter(each => each.name() !== 'help');
  const own: Array<[string, Command]> =
    !below.length || (command as { _actionHandler?: unknown })._actionHandler
      ? [[words, command]]
      : [];
  return [
    ...own,
    ...below.flatMap(each => leavesOf(each, `${words} ${each.name()}`)),
  ];
}

/** What `--help` prints, without the description and the options of all commands. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: part => (text += part),
    getOutHelpWidth: () => WIDTH,
    getOutHasColors: () => false,
  });
  command.configureHelp({ showGlobalOptions: false });
  command.outputHelp();
  return text
    .replace(`${command.description()}\n\n`, '')
    .replace(/ +-h, --help .*\n/, '')
    .replace(/\nOptions:\n(?=\n|$)/, '\n')
    .trim();
}

const sentence = (text: string) =>
  `${text[0].toLocaleUpperCase('en')}${text.slice(1)}.`;

/** Every command with its help; those of admins in a table, since they have the same options. */
export function commandReference(): string {
  const program = createProgram(
    undefined as never,
    undefined as never,
    () => {},
  );
  // Commands that only say that they do not exist have no description.
  const groups = program.commands.filter(
    each => each.description() && each.name() !== 'help',
  );
  const admin = groups.find(each => each.name() === 'admin')!;
  const chapters = groups
    .filter(each => each !== admin)
    .map(group => {
      const leaves = leavesOf(group, group.name()).filter(([, leaf]) =>
        leaf.description(),
      );
      const several = leaves.length > 1;
      const parts = leaves.map(([words, leaf]) =>
        [
          `${several ? '###' : '##'} ${words}`,
          sentence(leaf.description()),
          `\`\`\`text\n${helpOf(leaf)}\n\`\`\``,
        ].join('\n\n'),
      );
      return [
        ...(several
          ? [`## ${group.name()}`, sentence(group.description())]
          : []),
        ...parts,
      ].join('\n\n');
    });
  const rows = leavesOf(admin, 'admin').map(
    ([words, leaf]) => `| \`${words}\` | ${leaf.description()} |`,
  );
  return [
    `\`\`\`text\n${helpOf(program)}\n\`\`\``,
    ...chapters,
    '## admin',
    'For admins. The options are those of the same command without `admin`; `--help` shows them.',
    ['| command | what it does |', '| --- | --- |', ...rows].join('\n'),
  ].join('\n\n');
}
