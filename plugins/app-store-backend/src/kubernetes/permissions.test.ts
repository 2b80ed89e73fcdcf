import { documentedRules } from '../__testUtils__/documentedRights';
import {
  PERMISSIONS,
  permissionInWords,
  permissionsInWords,
} from './permissions';

describe('15: permissions', () => {
  it('15: are what docs/operate.md names, verb by verb', () => {
    const { namespaced, clusterWide } = documentedRules();
    const words = (
      rules: Array<{
        apiGroups?: string[];
        resources?: string[];
        verbs: string[];
      }>,
    ) =>
      rules
        .flatMap(({ apiGroups = [], resources = [], verbs }) =>
          apiGroups.flatMap(group =>
            resources.flatMap(resource =>
              verbs.map(verb => `${group}/${resource}: ${verb}`),
            ),
          ),
        )
        .sort();
    const own = (isClusterWide: boolean) =>
      words(
        PERMISSIONS.filter(
          ({ clusterWide: wide = false }) => wide === isClusterWide,
        ).map(({ group, resource, verbs }) => ({
          apiGroups: [group],
          resources: [resource],
          verbs,
        })),
      );
    expect(words(namespaced)).toEqual(own(false));
    expect(words(clusterWide)).toEqual(own(true));
  });

  it('15: are told as kubectl auth can-i takes them', () => {
    expect(
      permissionInWords({
        group: 'apps',
        resource: 'deployments',
        verb: 'patch',
        namespace: 'apps',
      }),
    ).toBe('patch deployments.apps');
    expect(
      permissionsInWords([
        { group: '', resource: 'pods', verb: 'list', namespace: 'apps' },
        { group: 'x.io', resource: 'as', verb: 'get', namespace: undefined },
        { group: '', resource: 'pods', verb: 'get', namespace: 'apps' },
      ]),
    ).toBe('list pods, get pods in the namespace apps; get as.x.io');
  });
});
