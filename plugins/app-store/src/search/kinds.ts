/** The store's kinds in the catalog, in the words of pages. */
export const KINDS = [
  { kind: 'App', label: 'App', many: 'Apps', one: 'an app' },
  { kind: 'AppTag', label: 'App tag', many: 'App tags', one: 'an app tag' },
  {
    kind: 'AppInstance',
    label: 'App instance',
    many: 'App instances',
    one: 'an app instance',
  },
  {
    kind: 'AppAlias',
    label: 'App alias',
    many: 'App aliases',
    one: 'an app alias',
  },
  {
    kind: 'AppSecret',
    label: 'App secret',
    many: 'App secrets',
    one: 'an app secret',
  },
] as const;
