import type { Json, KubeObject } from '../types';
import { BASELINE, RESTRICTED } from './podSecurityLevels';
import type { Check } from './podSecurityWords';

const spec = ({ container, pod }: { container?: Json; pod?: Json }): Json => ({
  containers: [{ name: 'main', image: 'x', ...container }],
  ...pod,
});

const told = (checks: Check[], of: KubeObject['spec']) =>
  checks.flatMap(check => {
    const words = check.run({}, of);
    return words ? [`${check.reason} (${words})`] : [];
  });

describe('14: pod security', () => {
  it.each([
    [
      { pod: { securityContext: { seccompProfile: { type: 'Unconfined' } } } },
      'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
    [
      { container: { securityContext: { procMount: 'Unmasked' } } },
      'procMount (container "main" must not set securityContext.procMount to "Unmasked")',
    ],
    [
      {
        pod: { securityContext: { seLinuxOptions: { type: 'spc_t' } } },
        container: { securityContext: { seLinuxOptions: { user: 'root' } } },
      },
      'seLinuxOptions (pod and container "main" set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set)',
    ],
    [
      {
        pod: {
          securityContext: {
            sysctls: [
              { name: 'net.ipv4.tcp_syncookies', value: '1' },
              { name: 'kernel.msgmax', value: '1' },
            ],
          },
        },
      },
      'forbidden sysctls (kernel.msgmax)',
    ],
    [
      {
        container: {
          securityContext: { windowsOptions: { hostProcess: true } },
        },
      },
      'hostProcess (container "main" must not set securityContext.windowsOptions.hostProcess=true)',
    ],
    [
      {
        container: {
          securityContext: { appArmorProfile: { type: 'Unconfined' } },
        },
      },
      'forbidden AppArmor profile (container "main" must not set AppArmor profile type to "Unconfined")',
    ],
  ])('refuses %j, at both levels', (extra: Json, words) => {
    const of = spec({
      container: extra.container,
      pod: extra.pod,
    });
    expect(told(BASELINE, of)).toEqual([words]);
    expect(told(RESTRICTED, of).join()).toContain(
      words.replace(/^(seccompProfile) .*/, '$1 ('),
    );
  });

  it('lets pass what is safe', () => {
    const of = spec({
      container: {
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
          procMount: 'Default',
          seLinuxOptions: { type: 'container_t', level: 's0' },
        },
      },
      pod: {
        securityContext: {
          appArmorProfile: { type: 'RuntimeDefault' },
          runAsNonRoot: true,
          seccompProfile: { type: 'RuntimeDefault' },
          sysctls: [{ name: 'net.ipv4.tcp_syncookies', value: '1' }],
        },
      },
    });
    expect(told(BASELINE, of)).toEqual([]);
    expect(told(RESTRICTED, of)).toEqual([]);
  });
});
