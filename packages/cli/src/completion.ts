/** Completion for shells: the command itself says what may come next. */
import { Argument, type Command } from 'commander';

const SHELLS = ['bash', 'zsh', 'fish'];
const SCRIPTS: Record<string, string> = {
  bash: `_app_store() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(app-store __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _app_store app-store
`,
  zsh: `#compdef app-store
_app_store() {
  local -a words_
  words_=("\${(@f)$(app-store __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -a words_ || _files
}
compdef _app_store app-store
`,
  fish: `complete -c app-store -f -a '(app-store __complete (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
};

/** What may come next after some words, the last of which is being written. */
function completions(program: Command, words: string[]): string[] {
  let at = program;
  for (const word of words.slice(0, -1)) {
    const next = at.commands.find(
      command => command.name() === word || command.aliases().includes(word),
    );
    if (next) at = next;
  }
  const last = words[words.length - 1] ?? '';
  const options = [...at.options, ...program.options];
  const before = words[words.length - 2];
  const chosen = options.find(
    ({ short, long }) => before && [short, long].includes(before),
  );
  const listed = at.createHelp().visibleCommands(at);
  let offered = at.commands
    .filter(command => listed.includes(command))
    .map(command => command.name());
  if (chosen?.argChoices) offered = chosen.argChoices;
  else if (last.startsWith('-'))
    offered = options.flatMap(option => option.long ?? []);
  return [...new Set(offered)].filter(word => word.startsWith(last)).sort();
}

export function addCompletionCommands(
  program: Command,
  print: (text: string) => void,
): void {
  program
    .command('completion')
    .description('print the completion script for a shell')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .addHelpText(
      'after',
      '\nExamples:\n  $ source <(app-store completion bash)\n  $ app-store completion fish > ~/.config/fish/completions/app-store.fish\n',
    )
    .action((shell: string) => print(SCRIPTS[shell]));
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .helpOption(false)
    .action((words: string[]) =>
      print(
        completions(program, words)
          .map(word => `${word}\n`)
          .join(''),
      ),
    );
}
