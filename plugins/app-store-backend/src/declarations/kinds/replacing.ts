/** What of a declared instance only another instance can have. */
import type { AppRecord } from '../../apps/AppRepository';
import type { InstanceRecord } from '../../instances/instanceRows';
import type { FieldChange } from '../declarationRows';
import { changeOf, type Target } from './DeclaredKind';

/** Values of parameters as a list, to compare. */
function parametersOf(
  parameters: Record<string, string> | undefined,
): string[] | undefined {
  return (
    parameters &&
    Object.entries(parameters).map(([name, value]) => `${name}=${value}`)
  );
}

/**
 * App version, profile and parameters, where those of an instance are others.
 *
 * @param app - what it is to run; one that is not published yet has no id, and no instance runs it
 * @param running - what it runs, to say so
 */
export function replacing(
  target: Target<'AppInstance'>,
  current: InstanceRecord | undefined,
  app: { id?: string; name: string; version: string },
  running?: AppRecord,
): FieldChange[] {
  const { launchProfile, parameters } = target.declaration.spec;
  const given = new Set(Object.keys(parameters ?? {}));
  const actual = Object.fromEntries(
    Object.entries(current?.parameters ?? {}).filter(([name]) =>
      given.has(name),
    ),
  );
  return [
    ...(current && current.appId === app.id
      ? []
      : [
          {
            field: 'version',
            declared: `${app.name} ${app.version}`,
            ...(running
              ? { actual: `${running.name} ${running.version}` }
              : {}),
          },
        ]),
    ...changeOf('launchProfile', launchProfile, current?.launchProfile),
    ...changeOf('parameters', parametersOf(parameters), parametersOf(actual)),
  ];
}
